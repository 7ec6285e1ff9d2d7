"""Hand a history on: make a repository that ends at one commit, write out its files and its bundle; and unpack such a bundle.

The result depends on the commit alone: not on how this machine's git is set up, how the objects happen to be packed, or what
else the repository holds (docs/adr/0019-the-record-office.md).
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
from xuncha.model.source import MAX_POINTER, parse_pointer
from xuncha.system import has_crashed, temporary_folder
from xuncha.trail.contents import filtered, git_pipe
from xuncha.trail.git import Git, GitError, Leaf
from xuncha.trail.limits import ls_tree
from xuncha.trail.repository import check_folder

FOLDERS: Final = ("data", "templates")  # the parts of a ledger's folder that belong to the ledger
_BRANCH: Final = "main"  # the name of the only branch, whatever its name in the source
_TIP: Final = f"refs/heads/{_BRANCH}"
_FORMAT: Final = "--format=%(objectname) %(refname)"
_LARGE_FILES: Final = ("-c", "core.bigFileThreshold=16m")
"""Options for contents of any size: larger ones are not held in memory."""
# One thread, and nothing reused from existing packs: then the same objects give the same bytes.
_PACK: Final = (
    *_LARGE_FILES,
    *("pack-objects", "--revs", "--stdout", "--quiet", "--threads=1", "--window=10", "--depth=50"),
    *("--no-reuse-delta", "--no-reuse-object", "--no-use-bitmap-index", "--delta-base-offset"),
    "--compression=6",
)
_ISOLATED: Final = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
}


@contextlib.contextmanager
def isolated(*, own_settings: bool = False) -> Iterator[None]:
    """Make git, inside the `with`, use no repository, settings or attributes but those of the folder it runs in.

    With `own_settings`, those of the user count as well: they say whose signatures count and which program judges them.
    """
    before = dict(os.environ)
    for name in before:
        if name.startswith("GIT_") and not (own_settings and name.startswith("GIT_CONFIG")):
            del os.environ[name]
    if not own_settings:
        os.environ.update(_ISOLATED)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def isolated_repository(folder: Path) -> Iterator[Path]:
    """Yield an empty folder in which, inside the `with`, git reads this repository and no settings of this machine.

    Raises SurroundingsError if something in the repository leads out of it.
    """
    check_folder(folder)
    with temporary_folder() as place, isolated():
        os.environ["GIT_DIR"] = str(folder.resolve())
        os.environ["GIT_WORK_TREE"] = str(place)
        yield place


def ledgers_in(place: Path, commit: str) -> list[str]:
    """Return the folders with a ledger in a commit: empty for its top, else with a slash at the end. Raises RefusedError if there is none."""
    git = Git(place)
    if git.kinds([f"{commit}:{LEDGER_FILE}"]) == ["blob"]:
        return [""]
    output = git.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)
    names = (system.decoded(each) for each in output.split(b"\0"))
    found = [name.removesuffix(LEDGER_FILE) for name in names if name.endswith(f"/{LEDGER_FILE}")]
    if not found:
        raise RefusedError("no-ledger", _("there is no ledger in it: no {file}", file=LEDGER_FILE))
    return found


def clone_until(root: Path, commit: str, folder: Path, tags: str) -> Path:
    """Make a repository that ends at a commit and borrows the objects of the original; nothing is checked out.

    `tags` is the pattern of the tags to copy: those on the commit or its ancestors, and those on other lines of history, which
    show that history was rewritten. Nothing later than the commit is copied.

    Returns the ledger's folder in it: `folder`, or one below it. Raises GitError if a path leads out of the repository;
    RefusedError if the ledger holds more files than any does; SurroundingsError if the history is incomplete.
    """
    git = Git.in_repository(root)
    git.check_complete()
    objects = (root / git.text("rev-parse", "--git-path", "objects")).resolve()
    form = git.text("rev-parse", "--show-object-format")
    prefix = git.prefix
    leaves = ls_tree(git, commit, *FOLDERS)
    refs = {
        ref: name
        for which in (f"--merged={commit}", f"--no-contains={commit}")
        for ref, name in git.references("for-each-ref", which, _FORMAT, tags).items()
    }
    with isolated():
        clone = _init(folder, form)
        (folder / ".git/objects/info/alternates").write_bytes(system.encoded(objects.as_posix()) + b"\n")
        (folder / ".git/info").mkdir(exist_ok=True)
        as_stored = "* -text -eol -filter -ident -working-tree-encoding\n"
        (folder / ".git/info/attributes").write_text(as_stored, encoding="ascii")
        created = [f"create {ref} {name}\n" for ref, name in refs.items()]
        clone.run("update-ref", "--stdin", stdin="".join([*created, f"create {_TIP} {commit}\n"]).encode())
        _fill_index(clone, commit, prefix, leaves)
    place = folder / prefix
    place.mkdir(parents=True, exist_ok=True)
    return place


def _init(folder: Path, form: str) -> Git:
    folder.mkdir(exist_ok=True)
    git = Git(folder, writes=True)
    git.run("init", "--quiet", "--template=", f"--object-format={form}", f"--initial-branch={_BRANCH}")
    return git


def _fill_index(git: Git, commit: str, prefix: str, leaves: Iterable[Leaf]) -> None:
    """Add the ledger's folders of a commit to the index, and no others; git refuses a path that leads out of the repository."""
    for name in dict.fromkeys(leaf.path.partition("/")[0] for leaf in leaves if "/" in leaf.path):
        git.run("read-tree", f"--prefix={prefix}{name}/", f"{commit}:{prefix}{name}")
    for leaf in leaves:
        if "/" not in leaf.path:
            git.run("update-index", "--add", "--cacheinfo", f"{leaf.mode},{leaf.name},{prefix}{leaf.path}")


def write_files(root: Path, paths: list[str], source: Path, commit: str) -> list[str]:
    """Write files of a commit (full hash), byte for byte as git stores them, into `root`, the ledger's folder of a repository made by `clone_until`.

    Files kept by git-lfs are fetched from `source`, the original repository, which knows where they are; their paths are
    returned. Raises GitError if a path leads out of the repository; RefusedError if a file of git-lfs was not fetched.
    """
    with isolated():
        lines = "".join(f"{path}\0" for path in paths).encode("utf-8", "surrogateescape")
        Git(root, writes=True).run(*_LARGE_FILES, "checkout-index", "--quiet", "-z", "--stdin", stdin=lines)
    from_lfs = []
    for path in paths:
        is_small = (root / path).stat().st_size <= MAX_POINTER
        pointer = parse_pointer((root / path).read_bytes()) if is_small else None
        if pointer is None:
            continue
        fetched = None
        with (root / path).open("wb") as target:
            try:
                fetched = filtered(Git(source), f"{commit}:./{path}", target=target)
            except GitError as error:
                if has_crashed(error.returncode):
                    raise  # otherwise git-lfs does not have the file
        if fetched is None or fetched[:2] != pointer[:2]:
            message = _("the evidence file {path} is kept by git-lfs, and was not fetched", path=path)
            raise RefusedError("evidence-not-fetched", message, _("type: git lfs fetch --all"), path)
        from_lfs.append(path)
    return from_lfs


def write_bundle(folder: Path, target: IO[bytes]) -> None:
    """Write everything in a repository made by `clone_until` as a bundle. Raises GitError if objects are missing."""
    with isolated():
        git = Git(folder)
        form = git.text("rev-parse", "--show-object-format")
        refs = git.references("for-each-ref", _FORMAT)
        head = git.text("rev-parse", "HEAD")
        header = ["# v2 git bundle"] if form == "sha1" else ["# v3 git bundle", f"@object-format={form}"]
        lines = [f"{name} {ref}" for ref, name in refs.items()]
        target.write("\n".join([*header, *lines, f"{head} HEAD", "", ""]).encode())
        hashes = "".join(f"{name}\n" for name in refs.values())
        with git_pipe(git, *_PACK, stdin=hashes.encode()) as pack:
            shutil.copyfileobj(pack, target)


def unpack_bundle(bundle: Path, folder: Path) -> str:
    """Make a repository from a bundle; nothing is checked out. Return the commit on its branch.

    Raises RefusedError if git rejects the bundle, the branch is missing, the commit holds a path that leads out of the
    folder, or it holds more files than any ledger has.
    """
    with bundle.open("rb") as stream:
        header = stream.read(4096).partition(b"\n\n")[0]
    form = "sha256" if b"\n@object-format=sha256" in header else "sha1"
    refs = (f"+{_TIP}:{_TIP}", "+refs/tags/*:refs/tags/*")
    with isolated():
        git = _init(folder, form)
        try:
            git.run(
                *("-c", "gc.auto=0", "-c", "fetch.unpackLimit=1", *_LARGE_FILES),
                *("fetch", "--quiet", "--no-tags", "--update-head-ok", str(bundle), *refs),
            )
            ls_tree(git, _TIP, ".")
            git.run("read-tree", _TIP)
            return git.text("rev-parse", "--verify", f"{_TIP}^{{commit}}")
        except GitError as error:
            if has_crashed(error.returncode):
                raise
            message = _("the bundle of the history is not intact: {said}", said=error.reason)
            raise RefusedError("bundle", message) from error
