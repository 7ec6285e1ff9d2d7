"""The whole history of a ledger as git holds it: every commit on every side of a merge, and what each did to the files.

One `git log` for the graph and the changes, one `git cat-file --batch` for all contents, however many commits there are.
The working tree is not looked at; nor is what could make git show another history than it holds (replacements, settings).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _
from xuncha.model.identity import PARTS
from xuncha.trail.contents import Stored, stored
from xuncha.trail.git import Git, GitError, common_dir, git_dir
from xuncha.trail.log import log

if TYPE_CHECKING:
    from xuncha.trail.log import Touched, Trailers

# Neither a commit without changes of the ledger nor a side of a merge may be left out.
_WHOLE = ("--full-history", "--sparse", "--topo-order", "--reverse", "--diff-merges=first-parent")
_FIELDS = "%H %P %an %ae %at %aI"
_LONGEST_HEADER = 1 << 16
"""Bytes of a commit in which its signature stands."""
_RAW = ("--raw", "--no-abbrev", "--no-renames", "--relative")


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
    """Read every commit that led to the present one, parents before their children; or the present one alone.

    Raises:
        SurroundingsError: the ledger is in no repository, git is not installed, or all are asked for and the history here is not whole.
    """
    git = Git.for_looking_back(root)
    if not last:
        _must_be_whole(git)
    asked = (*_WHOLE, *_RAW, *(["--max-count=1"] if last else []), "HEAD", "--", *PARTS)
    try:
        return [
            Commit(
                name,
                tuple(parents.split()),
                author,
                email,
                int(moment) if moment.lstrip("-").isdigit() else 0,
                date,
                trailers,
                tuple(touched),
            )
            for (name, parents, author, email, moment, date), trailers, touched in log(git, _FIELDS, *asked)
        ]
    except GitError:
        if git.stands_on() is None:  # nothing is committed yet
            return []
        raise


def contents(root: Path, names: Iterable[str], largest: int) -> Iterator[Stored]:
    """Read what git holds under these hashes; of what is larger than that many bytes, the beginning."""
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
    """Check that git has all of the history, and shows it as it is.

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


class Signature(NamedTuple):
    """What git says of a commit's signature."""

    verdict: str
    """The letter of git's `%G?`: G good, B bad, U by a key that is not known, N none, E not to be verified."""
    there: bool
    """Whether the commit holds one at all."""
    ssh: bool


def signatures(root: Path, commits: Iterable[str]) -> dict[str, Signature]:
    """Ask git to judge the signatures of commits, by their hashes."""
    asked = list(commits)
    if not asked:
        return {}
    git = Git(root)
    held = {each.name: each.content.partition(b"\n\n")[0] for each in stored(git, asked, _LONGEST_HEADER)}
    names = "".join(f"{name}\n" for name in asked).encode()
    return {
        name: Signature(verdict, b"\ngpgsig" in held[name], b"BEGIN SSH SIGNATURE" in held[name])
        for (name, verdict), _trailers, _touched in log(
            git, "%H %G?", "--no-walk=unsorted", "--stdin", stdin=names
        )
        if name in held
    }
