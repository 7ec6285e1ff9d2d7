"""The history of a ledger's files: who did what, when, out of the commits and their trailers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from xuncha.model.identity import Identity
from xuncha.trail.git import Git, GitError
from xuncha.trail.log import log

if TYPE_CHECKING:
    from xuncha.trail.log import Trailers

_FIELDS = "%H %P %cI %an %ae %s"


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
        fields = self._asdict()
        fields["from"] = fields.pop("from_")
        del fields["undoes"], fields["now"], fields["joins"]
        order = ("commit", "date", "author", "email", "action", "id", "from", "to", "reason", "subject")
        return {name: fields[name] for name in order}

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


def history(root: Path, path: str = "data", until: str = "HEAD", *, follow: bool = False) -> list[Event]:
    """Read what was done to a file or a folder of the ledger, newest first.

    Args:
        root: the ledger's folder.
        path: relative to it.
        until: the last commit that counts.
        follow: look behind renames; for one file only.

    Returns:
        An event for each problem or measure that a commit names, in the commit's order; one event without an id for a
        commit that names none. Empty outside a repository and before the first commit.
    """
    events = [event for commit in _commits(root, path, until, follow=follow) for event in commit.events()]
    return _numbered_as_now(root, events)


def history_of_measure(root: Path, path: str, identity: str) -> list[Event]:
    """Read what was done to one measure, newest first, under the number that it had then.

    It begins where the measure was entered: what git goes on to show is of the file from which it was copied.
    """
    events = []
    for commit in _commits(root, path, follow=True):
        numbers = {identity, commit.earlier}
        problems = {number.partition(".")[0] for number in numbers}
        for event in commit.events():
            with_its_problem = event.action == "renumber" and event.id in problems
            if event.id is None or event.id in numbers or with_its_problem:
                events.append(event)
                if event.action == "add":
                    return events
        identity = commit.earlier or identity  # of a merge git names no file
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
        for commit in [moved.commit, *_before_it_moved(root, moved)]:
            for number in {moved.id, *(event.id for event in by_commit.get(commit, []) if event.id)}:
                if number == moved.id or number.startswith(f"{moved.id}."):
                    later = moved.to + number.removeprefix(moved.id)
                    now[commit, number] = now.get((moved.commit, later), later)
    return (
        [event._replace(now=now.get((event.commit, event.id or ""))) for event in events] if now else events
    )


def _before_it_moved(root: Path, moved: Event) -> Iterator[str]:
    """Find the commits in which something had the number that it then gave up, newest first."""
    identity = Identity.parse(str(moved.id))
    path = identity.folder if identity.is_problem else identity.path
    for commit in _commits(root, path, f"{moved.commit}^", follow=False):
        yield commit.hash
        if any(event.action == "add" and event.id == moved.id for event in commit.events()):
            return


class _Commit(NamedTuple):
    """A commit as git tells it."""

    texts: list[str]
    """Those of `_FIELDS`."""
    trailers: Trailers
    earlier: str = ""
    """The number of the file before it; empty where it is not one file's history, or git names no file, as of a merge."""
    is_first: bool = False
    """Whether the file was not there before it, under this number."""

    @property
    def hash(self) -> str:
        """Git's name of it, in full."""
        return self.texts[0]

    def events(self) -> Iterator[Event]:
        """Give an event for each problem or measure that it names; or one without an id."""
        commit, parents, date, author, email, subject = self.texts
        action, ids, sources, targets, reason, undoes = self.trailers
        several = len(ids) or 1
        for identity, from_, to in zip_longest(ids or [None], sources[:several], targets[:several]):
            yield Event(
                commit,
                date,
                author,
                email,
                action or None,
                identity,
                from_,
                to,
                reason or None,
                subject,
                undoes or None,
                joins=" " in parents,
            )


def _commits(root: Path, path: str, until: str = "HEAD", *, follow: bool) -> Iterator[_Commit]:
    """Find the commits that touched a file or a folder, newest first.

    Git's own --follow knows one name at a time for all branches: where two have met, it would mix what stood on either
    under one number. So each name is asked for by itself, from where it came up.
    """
    if not follow:
        yield from _log(root, path, until, "--no-patch")
        return
    for commit in _log(root, path, until, "--raw", "--no-renames", "--no-abbrev"):
        before = _name_before(root, commit.hash, path) if commit.is_first else None
        if before is not None:
            yield commit._replace(earlier=PurePosixPath(before).stem)
            yield from _commits(root, before, f"{commit.hash}^", follow=True)
            return
        yield commit


def _log(root: Path, path: str, until: str, *options: str) -> Iterator[_Commit]:
    try:
        for texts, trailers, touched in log(Git(root), _FIELDS, *options, until, "--", path):
            commit = _Commit(texts, trailers)
            for file, letter in touched.items():
                commit = commit._replace(earlier=PurePosixPath(file.path).stem, is_first=letter == "A")
            yield commit
    except GitError:  # there is no repository, or no commit
        return


def _name_before(root: Path, commit: str, path: str) -> str | None:
    """Find the name that a file had before a commit that renamed it to this one; None if it was not renamed."""
    options = ("-r", "-z", "--no-commit-id", "--name-status", "--relative")
    renames = ("--diff-filter=R", "--find-renames=95%")
    told = Git(root).run("diff-tree", *options, *renames, commit, "--", "data/problems")
    words = told.decode("utf-8", "replace").split("\0")
    return next((old for old, new in zip(words[1::3], words[2::3], strict=False) if new == path), None)
