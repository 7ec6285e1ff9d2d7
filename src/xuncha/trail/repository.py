"""Find the repository of a ledger and read git's files in it, by git's own rules but without running git."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from xuncha import system
from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _

_MAX_SIZE: Final = 1 << 30  # bytes of any file of git's but its objects
_MAX_TEXT: Final = 1 << 27  # bytes of one that is read here
_HASH: Final = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})")
_BARE: Final = re.compile(r"^[^\S\n]*bare\s*=\s*(?:true|yes|on|1)\s*$", re.IGNORECASE | re.MULTILINE)
_GIT_PATHS: Final = (
    "HEAD", "config", "config.worktree", "commondir", "index", "shallow", "packed-refs", "refs", "refs/heads", "refs/tags",
    "refs/remotes", "objects", "objects/info", "objects/info/alternates", "objects/pack", "info", "info/grafts", "info/attributes",
    "info/exclude", "info/sparse-checkout", "logs", "logs/HEAD", "FETCH_HEAD", "ORIG_HEAD", "MERGE_HEAD", "xuncha",
)  # fmt: skip
"""Paths in git's folder that never lead elsewhere in a repository made by git, nor are larger than git makes them."""

_INFO: Final = f"{os.sep}objects{os.sep}info"
_WORKTREE_FILES: Final = frozenset({".gitattributes", ".gitignore", ".gitmodules", ".mailmap"})
_checked: set[Path] = set()


class Repository(NamedTuple):
    """The places where git keeps the data of a working tree."""

    folder: Path  # git's own folder; for a linked working tree, the part that belongs to it
    top: Path | None
    """The top of the working tree; None where `GIT_DIR` names the folder, since other variables then tell git the rest."""


def repository(root: Path) -> Repository | None:
    """Find the repository of a ledger: the folder that `GIT_DIR` names, else the nearest `.git` upwards; None if there is neither.

    A ledger's folder that is itself laid out like a bare repository does not count: the sender of a ledger could have made it
    so, with settings that name programs.
    """
    if named := os.environ.get("GIT_DIR"):
        return Repository(Path(named).absolute(), None)
    return _nearest(root)


def _nearest(root: Path) -> Repository | None:
    place = Path(os.path.realpath(root))  # like git: resolve links first, then look upwards
    for top in (place, *place.parents):
        git = top / ".git"
        if git.is_dir():
            check_folder(git)
            return Repository(git, top)
        if git.is_file():
            named = _read(git).removeprefix("gitdir:")
            if named == _read(git):
                return None
            folder = (top / named.strip()).absolute()
            if not _belongs_to(folder, git):
                raise path_error(git)
            check_folder(folder)
            return Repository(folder, top)
    return None


def _read(file: Path) -> str:
    """Read one of git's files; empty where it is missing, not a file, or too large."""
    with contextlib.suppress(OSError):
        return small_text(file).replace("\0", "")
    return ""


def small_text(file: Path) -> str:
    """Read one of git's files. Raises OSError if it is not a regular file, or is too large."""
    status = file.lstat()
    if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_TEXT:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), str(file))
    return file.read_text(encoding="utf-8", errors="surrogateescape")


def _belongs_to(folder: Path, git: Path) -> bool:
    """Return whether git's folder really belongs to the working tree whose `.git` names it, not to another repository.

    The folder of a linked working tree names this `.git` file; that of a submodule is inside the folder of the repository
    above; one set apart by `git init --separate-git-dir` is neither the `.git` of another working tree nor bare.
    """
    back = folder / "gitdir"
    if os.path.lexists(back):
        return os.path.realpath(_read(back).strip()) == os.path.realpath(git)
    above = [each / ".git/modules" for each in git.parent.parents]
    if any(folder.resolve().is_relative_to(each.resolve()) for each in above):
        return True
    return folder.name.casefold() != ".git" and not _BARE.search(_read(folder / "config"))


def check_folder(folder: Path) -> None:
    """Raise SurroundingsError if something in git's folder leads out of it, is a special file, or is too large: it would be read and written."""
    if folder in _checked:
        return
    ours = [f"xuncha/{each.name}" for each in _entries(folder / "xuncha")]
    for name in (*_GIT_PATHS, *ours):
        place = folder / name
        try:
            status = place.lstat()
        except OSError:
            continue
        is_small = stat.S_ISREG(status.st_mode) and status.st_size <= _MAX_SIZE
        if not (is_small or stat.S_ISDIR(status.st_mode)):
            raise path_error(place)
    linked = (folder / "commondir").is_file()
    if folder.is_symlink() or (linked and common_dir(folder) != folder.parent.parent.resolve()):
        raise path_error(folder)
    _checked.add(folder)
    if linked:
        check_folder(folder.parent.parent)


def special_files(folder: Path) -> Iterator[Path]:
    """Yield what is neither a file nor a folder in git's folder, and among the objects that it borrows."""
    tops, seen = [folder, common_dir(folder)], set()
    for top in tops:
        waiting = [] if (real := os.path.realpath(top)) in seen else [real]
        for place in waiting:
            seen.add(place)
            for entry in _entries(place):
                try:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif not entry.is_file() and not _is_harmless(entry.stat().st_mode):
                        yield Path(entry.path)
                except OSError:  # a link that leads nowhere
                    continue
            if place.endswith(_INFO):
                objects = Path(place).parent
                tops += [objects / each for each in _read(objects / "info/alternates").splitlines()]


def special_worktree_files(*folders: Path | None) -> Iterator[Path]:
    """Yield what is no file in some folders of a working tree but has a name that git reads, such as `.gitattributes`."""
    for place in (folder / name for folder in folders if folder for name in _WORKTREE_FILES):
        with contextlib.suppress(OSError):
            if not stat.S_ISREG(place.stat().st_mode) and not _is_harmless(place.stat().st_mode):
                yield place


def _is_harmless(mode: int) -> bool:
    """Return whether a path of this mode blocks no reader: the socket of git's file monitor, or a folder to which a link leads."""
    return stat.S_ISSOCK(mode) or stat.S_ISDIR(mode)


def _entries(folder: Path | str) -> list[os.DirEntry[str]]:
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        return list(found)
    return []


def path_error(place: Path) -> SurroundingsError:
    """Return the error for a path in git's folder that leads elsewhere or is no file of git."""
    message = _("{path} leads into another repository, or is not one of git's files", path=place)
    hint = _("find out who put it there; to use a repository elsewhere, set GIT_DIR and GIT_WORK_TREE")
    return SurroundingsError("strange-repository", message, hint)


def real_repository(root: Path) -> Path | None:
    """Return the ledger's own repository if `GIT_DIR` alone names another one, as in a hook that also works elsewhere; else None."""
    if not os.environ.get("GIT_DIR") or os.environ.get("GIT_WORK_TREE"):
        return None
    actual = _nearest(root)
    named = Path(os.environ["GIT_DIR"]).absolute()
    return actual.folder if actual and os.path.realpath(actual.folder) != os.path.realpath(named) else None


def git_dir(root: Path) -> Path | None:
    """Return the folder where git keeps the data of this working tree, also if a file `.git` names it; None outside a repository."""
    found = repository(root)
    return found and found.folder


def looks_like_git(folder: Path) -> bool:
    """Return whether a folder is laid out like git's own folder, so that git would take it for a repository."""
    shared = common_dir(folder)
    return os.path.lexists(folder / "HEAD") and (shared / "objects").is_dir() and (shared / "refs").is_dir()


def is_bare(folder: Path) -> bool:
    """Return whether a folder is itself laid out like git's own folder, and has no `.git`."""
    return not os.path.lexists(folder / ".git") and looks_like_git(folder)


def head_commit(folder: Path) -> str | None:
    """Return the commit that is checked out, as the files in git's own folder say; None where nothing is committed."""
    with contextlib.suppress(OSError):
        head = small_text(folder / "HEAD").strip()
        shared = common_dir(folder)
        for _link in range(5):
            if _HASH.fullmatch(head):
                return head
            name = head.removeprefix("ref:").strip()
            if name == head or not name.startswith("refs/") or ".." in name:
                return None
            head = _reference(shared, name)
    return None


def _reference(folder: Path, name: str) -> str:
    with contextlib.suppress(OSError):
        return small_text(folder / name).strip()
    for line in small_text(folder / "packed-refs").splitlines():
        commit, _blank, packed = line.partition(" ")
        if packed == name:
            return commit
    return ""


def bare_folder(root: Path, top: Path) -> Path | None:
    """Find a folder, from the ledger's up to below the top of its working tree, that git would take for a bare repository."""
    place = Path(os.path.realpath(root))
    for folder in (place, *place.parents):
        if folder == top or not folder.is_relative_to(top):
            return None
        if looks_like_git(folder):
            return folder
    return None


def common_dir(folder: Path) -> Path:
    """Return the folder that all working trees of a repository share, with its branches; `folder` is that of `git_dir`."""
    common = _read(folder / "commondir").strip()
    return (folder / common).resolve() if common else folder


def checked_out(root: Path) -> str:
    """Return what is checked out: `ref: ` and the name of a branch, or a commit; empty outside a repository."""
    folder = git_dir(root)
    return _read(folder / "HEAD").strip() if folder else ""


def is_detached(root: Path) -> bool:
    """Return whether no branch is checked out, so that commits would be on none; a tag or a remote's branch is not a branch."""
    head = checked_out(root)
    return bool(head) and not head.removeprefix("ref:").strip().startswith("refs/heads/")


def shallow_commits(folder: Path) -> frozenset[str]:
    """Return the commits at which a shallow clone ends, whose parents are missing here; empty where the history is complete."""
    with contextlib.suppress(OSError):
        return frozenset(small_text(common_dir(folder) / "shallow").split())
    return frozenset()


def private_path(root: Path, name: str) -> Path | None:
    """Return the path of our file for a ledger in git's own folder, which no clone, push or archive copies; None outside a repository."""
    folder = git_dir(root)
    return folder and folder / "xuncha" / f"{name}-{zlib.crc32(system.encoded(os.path.realpath(root))):08x}"


def shared_path(root: Path, name: str) -> Path | None:
    """Return the path of a file of ours that all working trees of a repository share, and that moves with it; None outside one."""
    folder = git_dir(root)
    if folder is None:
        return None
    common = common_dir(folder)
    inside = os.path.relpath(os.path.realpath(root), os.path.realpath(common))
    return common / "xuncha" / f"{name}-{zlib.crc32(system.encoded(inside)):08x}"
