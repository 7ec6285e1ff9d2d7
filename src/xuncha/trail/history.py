"""The history of a ledger's files: who did what, when, out of the commits and their trailers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from xuncha.model.identity import PROBLEMS, Identity
from xuncha.trail.contents import SlowError
from xuncha.trail.git import Git, GitError
from xuncha.trail.limits import fits, swollen
from xuncha.trail.replay import RAW, Commit, log
from xuncha.trail.repository import git_dir

_MOST_MOVES = 100
"""Renumberings that are followed: git is asked once for each."""
PATIENCE = 20.0
"""Seconds that git may take for the history of a folder before it is looked at what is in it."""


class Event(NamedTuple):
    """One thing done to one problem or measure; what a commit does not say is None."""

    commit: str
    date: str
    """ISO 8601 with the offset."""
    author: str
    email: str
    action: str | None
    id: str | None
    from_: str | None
    to: str | None
    reason: str | None
    subject: str
    undoes: str | None = None
    """The commit that this one took back."""
    now: str | None = None
    """The number that the problem or measure has now, where that is known to be another one than it had then."""
    joins: bool = False
    """Whether the commit joins two histories."""
    begins: bool = False
    """Whether nothing before the commit is known: it is the first one, or a shallow clone was cut off there."""

    def as_json(self) -> dict[str, str | None]:
        """Give the form of `log --json`."""
        names = self._fields[: self._fields.index("undoes")]
        return {name.rstrip("_"): getattr(self, name) for name in names}

    @property
    def by_hand(self) -> bool:
        """Whether no command of ours made the commit, and git did not make it to join what others had done."""
        return self.action is None and not self.joins

    @property
    def number(self) -> str | None:
        """The number under which the problem or measure is found now."""
        return self.now or self.id

    @property
    def day(self) -> str:
        """The day on the committer's own clock."""
        return self.date[:10]

    @property
    def minute(self) -> str:
        """Day and time to the minute, on the committer's own clock."""
        return self.date[:16].replace("T", " ")


def history(root: Path, path: str = "data", until: str = "HEAD") -> list[Event]:
    """Read what was done to a file or a folder of the ledger until a commit, newest first.

    Returns:
        An event for each problem or measure that a commit names, in the commit's order; one event without an id for a
        commit that names none. Empty outside a repository and before the first commit.
    """
    return _numbered_as_now(root, list(_told(root, path, until)))


def _told(root: Path, path: str, until: str) -> Iterator[Event]:
    return (event for commit in _all(root, path, until) for event in _events(commit))


def history_of_measure(root: Path, path: str, identity: str) -> list[Event]:
    """Read what was done to one measure, newest first, under the number that it had then.

    It begins where the measure was entered: what git goes on to show is of the file from which it was copied.
    """
    events = []
    for commit, earlier in _followed(root, path):
        numbers = {identity, earlier}
        problems = {number.partition(".")[0] for number in numbers}
        for event in _events(commit):
            with_its_problem = event.action == "renumber" and event.id in problems
            if event.id is None or event.id in numbers or with_its_problem:
                events.append(event)
                if event.action == "add":
                    return events
        identity = earlier or identity
    return events


def history_of_problem(root: Path, identity: Identity, until: str = "HEAD") -> list[Event]:
    """Read what was done to one problem and its measures, newest first, under the number that it had then."""
    events: list[Event] = []
    before: Identity | None = identity
    for _move in range(_MOST_MOVES):
        if before is None:
            break
        identity, before = before, None
        for event in _told(root, identity.folder, until):
            renumbered = event.action == "renumber" and event.to == str(identity)
            if renumbered or (event.id or str(identity)).partition(".")[0] == str(identity):
                events.append(event)
            moved = renumbered and event.id != event.to and not event.begins
            before = Identity.perhaps(event.id) if moved else None
            if before is not None:
                until = f"{event.commit}^"
                break
    return events


def _numbered_as_now(root: Path, events: list[Event]) -> list[Event]:
    """Add the present numbers of what was renumbered since; the old number may be another's now.

    Each renumbering is followed by itself, the latest of them; `sync` makes one where two clones gave the same number.
    """
    by_commit: dict[str, list[Event]] = {}
    for event in events:
        by_commit.setdefault(event.commit, []).append(event)
    now: dict[tuple[str, str], str] = {}
    moves = [each for each in events if each.action == "renumber" and each.id != each.to and not each.begins]
    # The newest first, so that what was moved twice is known under its last number.
    for moved in moves[:_MOST_MOVES]:
        identity, later = Identity.perhaps(moved.id), Identity.perhaps(moved.to)
        if not (identity and later and moved.id and moved.to):
            continue
        concerned = [moved.commit]
        path = identity.folder if identity.is_problem else identity.path
        for earlier in _all(root, path, f"{moved.commit}^"):
            concerned.append(earlier.hash)
            if any(event.action == "add" and event.id == moved.id for event in _events(earlier)):
                break
        for commit in concerned:
            for number in {moved.id, *(event.id for event in by_commit.get(commit, []) if event.id)}:
                if number == moved.id or number.startswith(f"{moved.id}."):
                    renamed = moved.to + number.removeprefix(moved.id)
                    now[commit, number] = now.get((moved.commit, renamed), renamed)
    return (
        [event._replace(now=now.get((event.commit, event.id or ""))) for event in events] if now else events
    )


def _events(commit: Commit) -> Iterator[Event]:
    """Give an event for each problem or measure that a commit names; or one without an id."""
    action, ids, sources, targets, reason, undoes, _comment = commit.trailers
    several = len(ids) or 1
    for identity, from_, to in zip_longest(ids or [None], sources[:several], targets[:several]):
        yield Event(
            commit.hash,
            commit.committed,
            commit.author,
            commit.email,
            action or None,
            identity,
            from_,
            to,
            reason or None,
            commit.subject,
            undoes or None,
            joins=len(commit.parents) > 1,
            begins=not commit.parents,
        )


def _followed(root: Path, path: str, until: str = "HEAD") -> Iterator[tuple[Commit, str]]:
    """Find the commits that touched a file, newest first, and behind renames; with each the file's number before it.

    The number is empty where git names no file, as of a merge. Git's own --follow knows one name at a time for all
    branches: where two have met, it would mix what stood on either under one number. So each name is asked for by itself,
    from where it came up.
    """
    name: str | None = path
    while name is not None:
        path, name = name, None
        for commit in _on_all_sides(root, path, until):
            name = _name_before(root, commit.hash, path) if commit.adds else None
            yield commit, PurePosixPath(name or path).stem if commit.touched else ""
            if name is not None:
                if not commit.parents:
                    return
                until = f"{commit.hash}^"
                break


def _on_all_sides(root: Path, path: str, until: str) -> list[Commit]:
    """Read the commits that touched a file, also on the side of a merge from which nothing of it was taken.

    Git leaves that side out by itself, as where the earlier of two new time limits holds. What another record did there
    under the same number, before it took another one, is left out here.
    """
    # Where somebody has put a folder in the place of the file, git need not walk what is in it.
    beneath = [f":(exclude,literal){path}/"]
    usual = list(_commits(root, path, until, *RAW, without=beneath))
    try:
        if not Git(root).run("rev-list", "--min-parents=2", "--max-count=1", until, "--"):
            return usual
    except GitError:
        return usual
    known = {commit.hash for commit in usual}
    every = list(_commits(root, path, until, "--full-history", *RAW, without=beneath))
    beside = [each for each in every if each.hash not in known and len(each.parents) == 1]
    for gone in [each for each in beside if any(not touched.blob for touched in each.touched)]:
        of_another = {
            each.hash for each in _commits(root, path, gone.hash, "--no-patch", without=beneath)
        } - known
        beside = [each for each in beside if each.hash not in of_another]
    wanted = known | {each.hash for each in beside}
    return [each for each in every if each.hash in wanted]


def _all(root: Path, path: str, until: str) -> Iterator[Commit]:
    """Find the commits that touched a folder, newest first."""
    told = set()
    try:
        for commit in _commits(root, path, until, "--no-patch", seconds=PATIENCE):
            told.add(commit.hash)
            yield commit
    except SlowError:  # folders of nothing but folders, without end: see `trail.limits`
        known = Git(root).text("rev-list", until, "--").split()
        large = [f":(exclude,literal){each.path}" for each in swollen(Git(root), known)]
        for commit in _commits(root, path, until, "--no-patch", without=large):
            if commit.hash not in told:
                yield commit


def _commits(
    root: Path,
    path: str,
    until: str,
    *options: str,
    without: Iterable[str] = (),
    seconds: float | None = None,
) -> Iterator[Commit]:
    """Read the commits that touched a path; none outside a repository and before the first commit."""
    if git_dir(root) is None:
        return
    git, found = Git(root), False
    try:
        for commit in log(git, *options, until, "--", path, *without, seconds=seconds):
            found = True
            yield commit
    except SlowError:
        raise
    except GitError:
        if not git.is_unborn():
            raise
    if not found:
        git.head()  # which must be known, if it is not that nothing is committed


def _name_before(root: Path, commit: str, path: str) -> str | None:
    """Find the name that a file had before a commit that renamed it to this one; None if it was not renamed."""
    options = ("-r", "-z", "--no-commit-id", "--name-status", "--relative")
    renames = ("--diff-filter=R", "--find-renames=95%")
    if not all(fits(Git(root), each, PROBLEMS) for each in (commit, f"{commit}^")):
        return None
    told = Git(root).run("diff-tree", *options, *renames, commit, "--", PROBLEMS)
    words = told.decode("utf-8", "replace").split("\0")
    return next((old for old, new in zip(words[1::3], words[2::3], strict=False) if new == path), None)
