"""The whole history of a ledger as git holds it: every commit on every side of a merge, and what each did to the files.

One `git log` for the graph and the changes, one `git cat-file --batch` for all contents, however many commits there are.
The working tree is not looked at; nor is what could make git show another history than it holds (replacements, settings).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _
from xuncha.model.identity import PARTS
from xuncha.trail import trailers
from xuncha.trail.contents import Stored, stored
from xuncha.trail.git import Git, GitError, common_dir, git_dir

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from xuncha.trail.trailers import Trailers

_FORMAT = f"%H%x00%P%x00%an%x00%ae%x00%at%x00%aI%x00{trailers.FORM}"
_FIELDS = 7
_GONE = "000000"


class Touched(NamedTuple):
    """What a commit left of one file; of a merge, compared with its first parent."""

    path: str
    """Relative to the ledger."""
    mode: str
    """As git writes it: `100644` a file, `120000` a link; empty where the file is gone."""
    blob: str
    """The hash of the content; empty where the file is gone."""


class Commit(NamedTuple):
    """One commit, and what it says of itself."""

    hash: str
    parents: tuple[str, ...]
    author: str
    email: str
    moment: int
    """When its author made it, in seconds since 1970."""
    date: str
    """The same as ISO 8601, on the author's own clock."""
    trailers: Trailers
    """What it says of itself; no action where it was made by hand."""
    touched: tuple[Touched, ...]

    @property
    def day(self) -> str:
        """The day on the author's own clock."""
        return self.date[:10]


def commits(root: Path, *, last: bool = False) -> list[Commit]:
    """Every commit that led to the present one, parents before their children; or the present one alone.

    Raises:
        SurroundingsError: the ledger is in no repository, git is not installed, or all are asked for and the history here is not whole.
    """
    git = Git.for_looking_back(root)
    if not last:
        _must_be_whole(git)
    try:
        printed = git.run(
            "-c", "log.showRoot=true", "-c", "log.showSignature=false", *trailers.SETTINGS,
            # Neither a commit without changes of the ledger nor a side of a merge may be left out.
            "log", "--full-history", "--sparse", "--topo-order", "--reverse", "--diff-merges=first-parent",
            "--raw", "--no-abbrev", "--no-renames", "--relative", "--no-color", "--no-show-signature", "-z", "--encoding=UTF-8",
            f"--format={_FORMAT}", *(["--max-count=1"] if last else []), "HEAD", "--", *PARTS,
        )  # fmt: skip
    except GitError:
        if git.stands_on() is None:  # nothing is committed yet
            return []
        raise
    return list(_read(printed.split(b"\0")))


def contents(root: Path, names: Iterable[str], largest: int) -> Iterator[Stored]:
    """What git holds under these hashes; of what is larger than that many bytes, the beginning."""
    return stored(Git(root), names, largest)


def contains(root: Path, name: str, commit: str = "HEAD") -> bool:
    """Whether a commit is among those that led to the present one, or to another."""
    git = Git.for_looking_back(root)
    try:
        git.run("merge-base", "--is-ancestor", name, commit)
    except GitError:
        return False
    return True


def _must_be_whole(git: Git) -> None:
    """See to it that git has all of the history, and shows it as it is.

    Raises:
        SurroundingsError: it was cut off by a shallow clone, or joined anew by grafts.
    """
    git.must_be_whole()
    folder = git_dir(git.root)
    grafts = folder and common_dir(folder) / "info/grafts"
    if grafts and grafts.is_file():
        raise SurroundingsError(
            "grafted-history",
            _("git is told here to show another history than it holds: {path}").format(path=grafts),
            _("take that file away"),
        )


def _read(texts: list[bytes]) -> Iterator[Commit]:
    place = 0
    while place + _FIELDS <= len(texts):
        fields = [text.decode("utf-8", "replace") for text in texts[place : place + _FIELDS]]
        place += _FIELDS
        touched = []
        while place + 1 < len(texts) and texts[place][:2].lstrip(b"\n").startswith(b":"):
            mode, blob = texts[place].lstrip(b"\n:").decode("ascii").split(" ")[1:4:2]
            path = texts[place + 1].decode("utf-8", "backslashreplace")
            gone = mode == _GONE
            touched.append(Touched(path, "" if gone else mode, "" if gone else blob))
            place += 2
        yield _commit(fields, tuple(touched))


def _commit(fields: list[str], touched: tuple[Touched, ...]) -> Commit:
    name, parents, author, email, moment, date, said = fields
    return Commit(
        name,
        tuple(parents.split()),
        author,
        email,
        int(moment) if moment.lstrip("-").isdigit() else 0,
        date,
        trailers.read(said),
        touched,
    )


class Signature(NamedTuple):
    """What git says of a commit's signature."""

    verdict: str
    """The letter of git's `%G?`: G good, B bad, U by a key that is not known, N none, E not to be verified."""
    there: bool
    """Whether the commit holds one at all."""
    ssh: bool


def signatures(root: Path, names: Iterable[str]) -> dict[str, Signature]:
    """How git judges the signatures of commits, by their hashes."""
    asked = list(names)
    if not asked:
        return {}
    git = Git(root)
    held = {each.name: each.content.partition(b"\n\n")[0] for each in stored(git, asked, _LONGEST_HEADER)}
    printed = git.run(
        "-c",
        "log.showSignature=false",
        "log",
        "--no-walk=unsorted",
        "--stdin",
        "--no-show-signature",
        "--no-color",
        "-z",
        "--format=%H %G?",
        stdin="".join(f"{name}\n" for name in asked).encode(),
    )
    found = {}
    for line in printed.decode("ascii", "replace").split("\0"):
        name, _blank, verdict = line.strip().partition(" ")
        if name in held:
            there = b"\ngpgsig" in held[name]
            found[name] = Signature(verdict, there, b"BEGIN SSH SIGNATURE" in held[name])
    return found


_LONGEST_HEADER = 1 << 16
"""Bytes of a commit in which its signature stands."""
