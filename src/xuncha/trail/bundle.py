"""A history that travels: a repository of its own that stands at one commit, and the bundle that holds it in one file.

Both depend on the commit alone: neither on how this machine's git is set up, nor on how the objects happen to be packed, nor
on what else the repository holds (docs/adr/0019-the-record-office.md).
"""

from __future__ import annotations

import contextlib
import os
import re
from typing import IO, TYPE_CHECKING, Final

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.trail.contents import stream
from xuncha.trail.git import Git, GitError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BRANCH: Final = "main"
"""What the one branch is called, whatever it is called where the history comes from."""
_VERIFYING: Final = (
    "gpg.format",
    "gpg.program",
    "gpg.ssh.program",
    "gpg.ssh.allowedsignersfile",
    "gpg.ssh.revocationfile",
)
"""The settings by which git knows whose signatures count."""
_FILES: Final = {"gpg.ssh.allowedsignersfile", "gpg.ssh.revocationfile"}
# One thread, nothing taken over from the packs that are there: then the same objects give the same bytes.
_PACK: Final = (
    *("-c", "core.bigFileThreshold=16m"),  # what is larger is not held in memory
    "pack-objects",
    "--revs",
    "--stdout",
    "--quiet",
    "--threads=1",
    "--no-reuse-delta",
    "--no-reuse-object",
    "--no-use-bitmap-index",
    "--delta-base-offset",
    "--window=10",
    "--depth=50",
    "--compression=6",
)
_HEAD: Final = re.compile(rb"# v[23] git bundle\n")


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Inside, git knows no repository, no settings and no replacements but those of the folder it is run in."""
    kept = {name: value for name, value in os.environ.items() if name.startswith("GIT_")}
    for name in kept:
        del os.environ[name]
    os.environ |= {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_TERMINAL_PROMPT": "0",
    }
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith("GIT_")]:
            del os.environ[name]
        os.environ |= kept


def borrow(root: Path, commit: str, folder: Path, tags: str) -> Path:
    """Make a repository that stands at a commit and borrows its objects; nothing is checked out.

    Args:
        root: the ledger's folder.
        commit: in full.
        folder: of the new repository; it is made.
        tags: the pattern of the tags that come along: those on what led to the commit, and those on what did not, from
            which it is seen that history was rewritten. What came after the commit does not come along.

    Returns:
        Where the ledger is in it: the folder, or one below it.

    Raises:
        SurroundingsError: the history is not all there.
    """
    git = Git.for_looking_back(root)
    git.must_be_whole()
    objects = (root / git.text("rev-parse", "--git-path", "objects")).resolve()
    settings = {name: value for name in _VERIFYING if (value := git.setting(name))}
    for name in settings.keys() & _FILES:
        settings[name] = str(root / git.text("config", "--type=path", "--get", name))
    inside = git.text("rev-parse", "--show-prefix")
    form = git.text("rev-parse", "--show-object-format")
    listed = {
        line
        for which in (f"--merged={commit}", f"--no-contains={commit}")
        for line in git.text("for-each-ref", which, "--format=%(objectname) %(refname)", tags).splitlines()
    }
    with alone():
        own = _empty(folder, form)
        (folder / ".git/objects/info/alternates").write_bytes(os.fsencode(objects) + b"\n")
        for line in listed:
            name, _blank, ref = line.partition(" ")
            own.run("update-ref", ref, name)
        own.run("update-ref", f"refs/heads/{BRANCH}", commit)
        for name, value in settings.items():
            own.run("config", name, value)
    place = folder / inside
    place.mkdir(parents=True, exist_ok=True)
    return place


def _empty(folder: Path, form: str) -> Git:
    folder.mkdir(exist_ok=True)
    git = Git(folder)
    git.run("init", "--quiet", "--template=", f"--object-format={form}", f"--initial-branch={BRANCH}")
    (folder / ".git/objects/info").mkdir(exist_ok=True)
    return git


def write(folder: Path, target: IO[bytes]) -> None:
    """Write all that a repository of `borrow` holds as a bundle.

    Raises:
        GitError: objects are missing.
    """
    with alone():
        git = Git(folder)
        form = git.text("rev-parse", "--show-object-format")
        refs = git.text("for-each-ref", "--format=%(objectname) %(refname)").splitlines()
        head = git.text("rev-parse", "HEAD")
        marks = ["# v2 git bundle"] if form == "sha1" else ["# v3 git bundle", f"@object-format={form}"]
        target.write("\n".join([*marks, *refs, f"{head} HEAD", "", ""]).encode())
        wanted = "".join(f"{ref.partition(' ')[0]}\n" for ref in refs)
        for block in stream(git, *_PACK, stdin=wanted.encode()):
            target.write(block)


def unpack(bundle: Path, folder: Path) -> str:
    """Make a repository of a bundle; nothing is checked out. Gives the commit on its branch.

    Raises:
        RefusedError: git does not take it, or it holds no such branch.
    """
    with bundle.open("rb") as stream:
        first = stream.read(4096)
    if not _HEAD.match(first):
        raise _unsound(_("it does not begin as one"))
    form = "sha256" if b"\n@object-format=sha256\n" in first.partition(b"\n\n")[0] else "sha1"
    with alone():
        git = _empty(folder, form)
        try:
            git.run(
                "-c", "gc.auto=0", "-c", "fetch.unpackLimit=1", "-c", "core.bigFileThreshold=16m", "fetch", "--quiet", "--no-tags", "--update-head-ok",
                str(bundle), f"+refs/heads/{BRANCH}:refs/heads/{BRANCH}", "+refs/tags/*:refs/tags/*",
            )  # fmt: skip
            return git.text("rev-parse", "--verify", f"refs/heads/{BRANCH}^{{commit}}")
        except GitError as error:
            raise _unsound(error.said) from error


def _unsound(said: str) -> RefusedError:
    return RefusedError("bundle", _("the bundle of the history is unsound: {said}").format(said=said))
