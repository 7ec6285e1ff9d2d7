"""The history of a ledger's files: who did what, when, out of the commits and their trailers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from xuncha.model.identity import Identity
from xuncha.trail.git import Git, GitError
from xuncha.trail.replay import RAW, Commit, log


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
        try:
            return datetime.fromisoformat(self.date).strftime("%Y-%m-%d %H:%M")
        except ValueError:  # a clock that was wrong beyond the calendar
            return self.date[:16].replace("T", " ")


def history(root: Path, path: str = "data", until: str = "HEAD") -> list[Event]:
    """Read what was done to a file or a folder of the ledger until a commit, newest first.

    Returns:
        An event for each problem or measure that a commit names, in the commit's order; one event without an id for a
        commit that names none. Empty outside a repository and before the first commit.
    """
    events = [event for commit in _commits(root, path, until, "--no-patch") for event in _events(commit)]
    return _numbered_as_now(root, events)


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
    events = []
    for event in history(root, identity.folder, until):
        renumbered = event.action == "renumber" and event.to == str(identity)
        if renumbered or (event.id or str(identity)).partition(".")[0] == str(identity):
            events.append(event)
        if renumbered and event.id:
            return [*events, *history_of_problem(root, Identity.parse(event.id), f"{event.commit}^")]
    return events


def _numbered_as_now(root: Path, events: list[Event]) -> list[Event]:
    """Add the present numbers of what was renumbered since; the old number may be another's now."""
    by_commit: dict[str, list[Event]] = {}
    for event in events:
        by_commit.setdefault(event.commit, []).append(event)
    now: dict[tuple[str, str], str] = {}
    for moved in events:  # the newest first, so that what was moved twice is known under its last number
        if moved.action != "renumber" or not moved.id or not moved.to:
            continue
        identity, concerned = Identity.parse(moved.id), [moved.commit]
        path = identity.folder if identity.is_problem else identity.path
        for earlier in _commits(root, path, f"{moved.commit}^", "--no-patch"):
            concerned.append(earlier.hash)
            if any(event.action == "add" and event.id == moved.id for event in _events(earlier)):
                break
        for commit in concerned:
            for number in {moved.id, *(event.id for event in by_commit.get(commit, []) if event.id)}:
                if number == moved.id or number.startswith(f"{moved.id}."):
                    later = moved.to + number.removeprefix(moved.id)
                    now[commit, number] = now.get((moved.commit, later), later)
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
        )


def _followed(root: Path, path: str, until: str = "HEAD") -> Iterator[tuple[Commit, str]]:
    """Find the commits that touched a file, newest first, and behind renames; with each the file's number before it.

    The number is empty where git names no file, as of a merge. Git's own --follow knows one name at a time for all
    branches: where two have met, it would mix what stood on either under one number. So each name is asked for by itself,
    from where it came up.
    """
    for commit in _commits(root, path, until, *RAW):
        before = _name_before(root, commit.hash, path) if commit.adds else None
        yield commit, PurePosixPath(before or path).stem if commit.touched else ""
        if before is not None:
            yield from _followed(root, before, f"{commit.hash}^")
            return


def _commits(root: Path, path: str, until: str, *options: str) -> Iterator[Commit]:
    try:
        yield from log(Git(root), *options, until, "--", path)
    except GitError:  # there is no repository, or no commit
        return


def _name_before(root: Path, commit: str, path: str) -> str | None:
    """Find the name that a file had before a commit that renamed it to this one; None if it was not renamed."""
    options = ("-r", "-z", "--no-commit-id", "--name-status", "--relative")
    renames = ("--diff-filter=R", "--find-renames=95%")
    told = Git(root).run("diff-tree", *options, *renames, commit, "--", "data/problems")
    words = told.decode("utf-8", "replace").split("\0")
    return next((old for old, new in zip(words[1::3], words[2::3], strict=False) if new == path), None)
