"""A history that travels: a repository of its own that stands at one commit, its files, and the bundle in one file; and one that came.

What is made depends on the commit alone: neither on how this machine's git is set up, nor on how the objects happen to be packed, nor
on what else the repository holds (docs/adr/0019-the-record-office.md).
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Final

from xuncha import system
from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE
from xuncha.model.source import LARGEST_POINTER, pointed_at
from xuncha.system import died, temporary_folder
from xuncha.trail.contents import filtered, piped
from xuncha.trail.git import Git, GitError, Leaf
from xuncha.trail.limits import listed
from xuncha.trail.repository import must_stay

FOLDERS: Final = ("data", "templates")  # what of a ledger's folder belongs to the ledger
_BRANCH: Final = "main"  # what the one branch is called, whatever it is called where the history comes from
_TIP: Final = f"refs/heads/{_BRANCH}"
_FORM: Final = "--format=%(objectname) %(refname)"
_FILES: Final = ("gpg.ssh.allowedsignersfile", "gpg.ssh.revocationfile")
"""Of the settings by which git knows whose signatures count, those that name a file."""
_LARGE: Final = ("-c", "core.bigFileThreshold=16m")
"""For a git that works on contents of any size: what is larger is not held in memory."""
# One thread, nothing taken over from the packs that are there: then the same objects give the same bytes.
_PACK: Final = (
    *_LARGE,
    *("pack-objects", "--revs", "--stdout", "--quiet", "--threads=1", "--window=10", "--depth=50"),
    *("--no-reuse-delta", "--no-reuse-object", "--no-use-bitmap-index", "--delta-base-offset"),
    "--compression=6",
)
_JUDGING: Final = "xuncha-signatures"
"""The file in which a borrowing repository keeps how signatures are judged; its own settings name no program."""
_ALONE: Final = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
}


@contextlib.contextmanager
def alone(folder: Path | None = None) -> Iterator[None]:
    """Inside, git knows no repository, no settings and no attributes but those of the folder it is run in.

    In a repository of `borrow`, whose folder is given, it also knows whose signatures count and what judges them.
    """
    before = dict(os.environ)
    for name in before:
        if name.startswith("GIT_"):
            del os.environ[name]
    os.environ.update(_ALONE)
    if folder and (settings := folder / ".git" / _JUDGING).is_file():
        os.environ["GIT_CONFIG_GLOBAL"] = str(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[Path]:
    """Inside, git reads this repository in the folder that is given, and knows no settings of this machine.

    Raises SurroundingsError if something in the repository leads out of it.
    """
    must_stay(folder)
    with temporary_folder() as place, alone():
        os.environ["GIT_DIR"] = str(folder.resolve())
        os.environ["GIT_WORK_TREE"] = str(place)
        yield place


def ledgers_in(place: Path, commit: str) -> list[str]:
    """Return where there are ledgers in a commit: empty for its top, else with a slash at the end. Raises RefusedError if there is none."""
    git = Git(place)
    if git.kinds([f"{commit}:{LEDGER_FILE}"]) == ["blob"]:
        return [""]
    listed = git.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)
    names = (system.decoded(each) for each in listed.split(b"\0"))
    found = [name.removesuffix(LEDGER_FILE) for name in names if name.endswith(f"/{LEDGER_FILE}")]
    if not found:
        raise RefusedError("no-ledger", _("there is no ledger in it: no {file}").format(file=LEDGER_FILE))
    return found


def borrow(root: Path, commit: str, folder: Path, tags: str) -> Path:
    """Make a repository that stands at a commit and borrows its objects; nothing is checked out.

    `tags` is the pattern of the tags that come along: those on what led to the commit, and those on what did not, from which it is
    seen that history was rewritten. What came after the commit does not come along.

    Returns where the ledger is in it: the folder, or one below it. Raises GitError if a path leads out of the repository;
    RefusedError if the ledger holds more files than any does; SurroundingsError if the history is not all there.
    """
    git = Git.in_repository(root)
    git.must_be_whole()
    objects = (root / git.text("rev-parse", "--git-path", "objects")).resolve()
    told = git.run("config", "-z", "--type=path", "--get-regexp", r"^gpg\.", answers=(0, 1))
    settings = dict(entry.split("\n", 1) for entry in system.decoded(told).split("\0")[:-1] if "\n" in entry)
    settings |= {name: str(root / settings[name]) for name in _FILES if name in settings}
    form = git.text("rev-parse", "--show-object-format")
    prefix = git.text("rev-parse", "--show-prefix")
    leaves = listed(git, commit, *FOLDERS)
    refs = {
        ref: name
        for which in (f"--merged={commit}", f"--no-contains={commit}")
        for ref, name in git.references("for-each-ref", which, _FORM, tags).items()
    }
    with alone():
        own = _empty(folder, form)
        (folder / ".git/objects/info/alternates").write_bytes(system.encoded(objects.as_posix()) + b"\n")
        (folder / ".git/info").mkdir(exist_ok=True)
        as_stored = "* -text -eol -filter -ident -working-tree-encoding\n"
        (folder / ".git/info/attributes").write_text(as_stored, encoding="ascii")
        created = [f"create {ref} {name}\n" for ref, name in refs.items()]
        own.run("update-ref", "--stdin", stdin="".join([*created, f"create {_TIP} {commit}\n"]).encode())
        _index(own, commit, prefix, leaves)
        for name, value in settings.items():
            own.run("config", f"--file={folder / '.git' / _JUDGING}", name, value)
    place = folder / prefix
    place.mkdir(parents=True, exist_ok=True)
    return place


def _empty(folder: Path, form: str) -> Git:
    folder.mkdir(exist_ok=True)
    git = Git(folder, writes=True)
    git.run("init", "--quiet", "--template=", f"--object-format={form}", f"--initial-branch={_BRANCH}")
    return git


def _index(git: Git, commit: str, prefix: str, leaves: Iterable[Leaf]) -> None:
    """Enter the ledger's folders of a commit into the index, and none beside them; git refuses a path that leads out."""
    for name in dict.fromkeys(leaf.path.partition("/")[0] for leaf in leaves if "/" in leaf.path):
        git.run("read-tree", f"--prefix={prefix}{name}/", f"{commit}:{prefix}{name}")
    for leaf in leaves:
        if "/" not in leaf.path:
            git.run("update-index", "--add", "--cacheinfo", f"{leaf.mode},{leaf.name},{prefix}{leaf.path}")


def write_out(root: Path, paths: list[str], source: Path, commit: str) -> list[str]:
    """Write files of a commit, by its full hash, byte for byte as git stores them, below a folder of a `borrow`ed repository.

    What git-lfs keeps is fetched from `source`, from which that was borrowed and which knows where it is; its paths are
    returned. Raises GitError if a path leads out of the repository; RefusedError if a file of git-lfs was not fetched.
    """
    with alone():
        asked = "".join(f"{path}\0" for path in paths).encode("utf-8", "surrogateescape")
        Git(root, writes=True).run(*_LARGE, "checkout-index", "--quiet", "-z", "--stdin", stdin=asked)
    kept = []
    for path in paths:
        small = (root / path).stat().st_size <= LARGEST_POINTER
        if not (small and (pointer := pointed_at((root / path).read_bytes()))):
            continue
        fetched = None
        with (root / path).open("wb") as target:
            try:
                fetched = filtered(Git(source), f"{commit}:./{path}", target=target)
            except GitError as error:
                if died(error.ended):
                    raise  # else git-lfs has not got it
        if fetched is None or fetched[:2] != pointer[:2]:
            said = _("the evidence file {path} is kept by git-lfs, and was not fetched").format(path=path)
            raise RefusedError("evidence-not-fetched", said, _("type: git lfs fetch --all"), path)
        kept.append(path)
    return kept


def write(folder: Path, target: IO[bytes]) -> None:
    """Write all that a repository of `borrow` holds as a bundle. Raises GitError if objects are missing."""
    with alone():
        git = Git(folder)
        form = git.text("rev-parse", "--show-object-format")
        refs = git.references("for-each-ref", _FORM)
        head = git.text("rev-parse", "HEAD")
        marks = ["# v2 git bundle"] if form == "sha1" else ["# v3 git bundle", f"@object-format={form}"]
        lines = [f"{name} {ref}" for ref, name in refs.items()]
        target.write("\n".join([*marks, *lines, f"{head} HEAD", "", ""]).encode())
        wanted = "".join(f"{name}\n" for name in refs.values())
        with piped(git, *_PACK, stdin=wanted.encode()) as pack:
            shutil.copyfileobj(pack, target)


def unpack(bundle: Path, folder: Path) -> str:
    """Make a repository of a bundle; nothing is checked out. Return the commit on its branch.

    Raises RefusedError if git does not take it, it holds no such branch, or the commit a path that leads out of the
    folder, or more files than any ledger has.
    """
    with bundle.open("rb") as stream:
        header = stream.read(4096).partition(b"\n\n")[0]
    form = "sha256" if b"\n@object-format=sha256" in header else "sha1"
    refs = (f"+{_TIP}:{_TIP}", "+refs/tags/*:refs/tags/*")
    with alone():
        git = _empty(folder, form)
        try:
            git.run(
                *("-c", "gc.auto=0", "-c", "fetch.unpackLimit=1", *_LARGE),
                *("fetch", "--quiet", "--no-tags", "--update-head-ok", str(bundle), *refs),
            )
            listed(git, _TIP, ".")
            git.run("read-tree", _TIP)
            return git.text("rev-parse", "--verify", f"{_TIP}^{{commit}}")
        except GitError as error:
            if died(error.ended):
                raise
            said = _("the bundle of the history is not intact: {said}").format(said=error.said)
            raise RefusedError("bundle", said) from error
