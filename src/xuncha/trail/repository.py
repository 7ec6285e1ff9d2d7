"""Which repository a ledger belongs to, and what git keeps there; found without running git, by its own rules."""

from __future__ import annotations

import os
import re
import stat
import zlib
from pathlib import Path
from typing import Final, NamedTuple

from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _

_LARGEST: Final = 1 << 20
"""Bytes of a file of git's that is read here."""
_BARE: Final = re.compile(r"^\s*bare\s*=\s*(?:true|yes|on|1)\s*$", re.IGNORECASE | re.MULTILINE)
_OWN: Final = (
    "HEAD", "config", "config.worktree", "commondir", "index", "shallow", "packed-refs", "refs", "refs/heads", "refs/tags",
    "refs/remotes", "objects", "objects/info", "objects/pack", "info", "info/grafts", "info/attributes", "info/exclude", "logs",
    "xuncha",
)  # fmt: skip
"""What is in git's folder and leads nowhere else in any repository that git has made."""


_looked_at: set[Path] = set()


class Repository(NamedTuple):
    """Where git keeps what belongs to a working tree."""

    folder: Path
    """Git's own folder; of a linked working tree, its own part."""
    top: Path | None
    """The top of the working tree; None where `GIT_DIR` names the folder, and git is told the rest in the same way."""

    @property
    def is_sound(self) -> bool:
        """Whether git takes the folder for one of its own, and so looks for no other."""
        return looks_like_git(self.folder)


def repository(root: Path) -> Repository | None:
    """Find the repository of a ledger: what `GIT_DIR` names, else the nearest `.git` upwards; None outside a repository.

    A folder that is itself laid out like a bare repository is none: whoever sends a ledger could lay it out so, with settings
    that name programs.
    """
    if named := os.environ.get("GIT_DIR"):
        return Repository(Path(named).absolute(), None)
    return _nearest(root)


def _nearest(root: Path) -> Repository | None:
    place = Path(os.path.realpath(root))  # git, too, looks upwards from where a link leads
    for top in (place, *place.parents):
        git = top / ".git"
        if git.is_dir():
            _must_stay(git)
            return Repository(git, top)
        if git.is_file():
            there = _told(git).removeprefix("gitdir:")
            if there == _told(git):
                return None
            folder = (top / there.strip()).absolute()
            if not _is_of(folder, git):
                raise _leads_away(git)
            _must_stay(folder)
            return Repository(folder, top)
    return None


def _told(file: Path) -> str:
    """Read a small file of git's; empty where it is none, or too large to be one."""
    try:
        is_one = stat.S_ISREG(file.lstat().st_mode) and file.stat().st_size <= _LARGEST
        return file.read_text(encoding="utf-8", errors="surrogateescape").replace("\0", "") if is_one else ""
    except OSError:
        return ""


def _is_of(folder: Path, git: Path) -> bool:
    """Whether git's folder belongs to the working tree whose `.git` names it, and is not somebody's who knows nothing of it.

    Of a linked working tree it names that file, of a submodule it is in the folder of the repository above; a folder that was
    set apart (`git init --separate-git-dir`) is no `.git` of another working tree, and not bare.
    """
    back = folder / "gitdir"
    if os.path.lexists(back):
        return os.path.realpath(_told(back).strip()) == os.path.realpath(git)
    above = [each / ".git/modules" for each in git.parent.parents]
    if any(folder.resolve().is_relative_to(each.resolve()) for each in above):
        return True
    return folder.name.casefold() != ".git" and not _BARE.search(_told(folder / "config"))


def _must_stay(folder: Path) -> None:
    """See to it that nothing in git's folder leads out of it, or is no file: what it leads to would be read, shown and written.

    Raises:
        SurroundingsError: something does.
    """
    if folder in _looked_at:
        return
    for name in _OWN:
        place = folder / name
        try:
            mode = place.lstat().st_mode
        except OSError:
            continue
        if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
            raise _leads_away(place)
    linked = (folder / "commondir").is_file()
    if folder.is_symlink() or (linked and common_dir(folder) != folder.parent.parent.resolve()):
        raise _leads_away(folder)
    _looked_at.add(folder)
    if linked:
        _must_stay(folder.parent.parent)


def _leads_away(place: Path) -> SurroundingsError:
    said = _("{path} leads into another repository, or is no file of git's").format(path=place)
    hint = _("see who put it there; a repository elsewhere is named by GIT_DIR and GIT_WORK_TREE")
    return SurroundingsError("strange-repository", said, hint)


def contradicted(root: Path) -> Path | None:
    """Find the repository in which a ledger is, where `GIT_DIR` alone names another: as in a hook that works elsewhere, too."""
    if not os.environ.get("GIT_DIR") or os.environ.get("GIT_WORK_TREE"):
        return None
    own = _nearest(root)
    named = Path(os.environ["GIT_DIR"]).absolute()
    return own.folder if own and os.path.realpath(own.folder) != os.path.realpath(named) else None


def git_dir(root: Path) -> Path | None:
    """Find the folder where git keeps what belongs to this working tree, a folder or (in a linked one) what a file names."""
    found = repository(root)
    return found and found.folder


def looks_like_git(folder: Path) -> bool:
    """Whether a folder is laid out as git's own folder is, so that git would take it for a repository."""
    shared = common_dir(folder)
    return os.path.lexists(folder / "HEAD") and (shared / "objects").is_dir() and (shared / "refs").is_dir()


def is_ours(found: Repository) -> bool:
    """Whether a repository belongs to the account that asks; where a system does not tell, git has to say."""
    if not hasattr(os, "geteuid") or os.environ.get("GIT_TEST_ASSUME_DIFFERENT_OWNER"):
        return False
    places = {place for place in (found.top, found.top and found.top / ".git", found.folder) if place}
    try:
        return {place.stat().st_uid for place in places} == {os.geteuid()}
    except OSError:
        return False


def in_between(root: Path, top: Path) -> Path | None:
    """Find a folder from a ledger's up to the top of its working tree that git would take for a bare repository."""
    place = Path(os.path.realpath(root))
    for folder in (place, *place.parents):
        if folder == top or not folder.is_relative_to(top):
            return None
        if looks_like_git(folder):
            return folder
    return None


def common_dir(folder: Path) -> Path:
    """Find where git keeps what all working trees of a repository share, such as branches; `folder` is that of `git_dir`."""
    try:
        common = (folder / "commondir").read_text(encoding="utf-8", errors="surrogateescape").strip()
    except OSError:
        return folder
    return (folder / common).resolve()


def checked_out(root: Path) -> str:
    """Read what is checked out: `ref: ` and the name of a branch, or a commit; empty outside a repository."""
    folder = git_dir(root)
    try:
        return (folder / "HEAD").read_text("utf-8", "surrogateescape").strip() if folder else ""
    except OSError:
        return ""


def detached(root: Path) -> bool:
    """Whether no branch is checked out, so that what is committed is on none."""
    return not (checked_out(root) or "ref:").startswith("ref:")


def cut_off(folder: Path) -> frozenset[str]:
    """Return the commits at which a shallow clone ends: what led to them is not here; none where all of history is."""
    try:
        return frozenset((common_dir(folder) / "shallow").read_text("ascii", "replace").split())
    except OSError:
        return frozenset()


def private(root: Path, name: str) -> Path | None:
    """Name a file of ours inside git's own folder, which no clone, push or archive carries; one for each ledger.

    None outside a repository.
    """
    folder = git_dir(root)
    return folder and folder / "xuncha" / f"{name}-{zlib.crc32(os.fsencode(os.path.realpath(root))):08x}"
