"""The history of a ledger's files: who did what, when, out of the commits and their trailers."""

from __future__ import annotations

from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from xuncha.model.identity import Identity
from xuncha.trail import trailers
from xuncha.trail.git import Git, GitError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FORMAT = f"%H%x00%P%x00%cI%x00%an%x00%ae%x00%s%x00{trailers.FORM}"
_FIELDS = 7
"""In each record; no text of a commit can hold the NUL between them."""


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
        """The form of `log --json`."""
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
    """What was done to a file or a folder of the ledger, newest first.

    Args:
        root: the ledger's folder.
        path: relative to it.
        until: the last commit that counts.
        follow: look behind renames; for one file only.

    Returns:
        An event for each problem or measure that a commit names, in the commit's order; one event without an id for a
        commit that names none. Empty outside a repository and before the first commit.
    """
    events = [
        event for commit in _commits(root, path, until, follow=follow) for event in _events(commit.fields)
    ]
    return _numbered_as_now(root, events)


def history_of_measure(root: Path, path: str, identity: str) -> list[Event]:
    """What was done to one measure, newest first, under the number that it had then.

    It begins where the measure was entered: what git goes on to show is of the file from which it was copied.
    """
    events = []
    for commit in _commits(root, path, follow=True):
        numbers = {identity, commit.earlier}
        problems = {number.partition(".")[0] for number in numbers}
        for event in _events(commit.fields):
            with_its_problem = event.action == "renumber" and event.id in problems
            if event.id is None or event.id in numbers or with_its_problem:
                events.append(event)
                if event.action == "add":
                    return events
        identity = commit.earlier or identity  # of a merge git names no file
    return events


def history_of_problem(root: Path, identity: Identity, until: str = "HEAD") -> list[Event]:
    """What was done to one problem and its measures, newest first, under the number that it had then."""
    events = []
    for event in history(root, identity.folder, until):
        renumbered = event.action == "renumber" and event.to == str(identity)
        if renumbered or (event.id or str(identity)).partition(".")[0] == str(identity):
            events.append(event)
        if renumbered and event.id:
            return [*events, *history_of_problem(root, Identity.parse(event.id), f"{event.commit}^")]
    return events


def _numbered_as_now(root: Path, events: list[Event]) -> list[Event]:
    """The same events, which know the present number of what was renumbered since; its old number may be another's now."""
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
    """The commits in which something had the number that it then gave up, newest first."""
    identity = Identity.parse(str(moved.id))
    path = identity.folder if identity.is_problem else identity.path
    for commit in _commits(root, path, f"{moved.commit}^", follow=False):
        yield commit.fields[0]
        if any(event.action == "add" and event.id == moved.id for event in _events(commit.fields)):
            return


class _Commit(NamedTuple):
    """A commit as git tells it."""

    fields: list[str]
    earlier: str = ""
    """The number of the file before it; empty where it is not one file's history, or git names no file, as of a merge."""
    entered: bool = False
    """Whether the file was not there before it, under this number."""


def _commits(root: Path, path: str, until: str = "HEAD", *, follow: bool) -> Iterator[_Commit]:
    """The commits that touched a file or a folder, newest first.

    Git's own --follow knows one name at a time for all branches: where two have met, it would mix what stood on either
    under one number. So each name is asked for by itself, from where it came up.
    """
    if not follow:
        yield from _log(root, path, until, "--no-patch")
        return
    for commit in _log(root, path, until, "--no-renames", "--name-status"):
        before = _name_before(root, commit.fields[0], path) if commit.entered else None
        if before is not None:
            yield commit._replace(earlier=PurePosixPath(before).stem)
            yield from _commits(root, before, f"{commit.fields[0]}^", follow=True)
            return
        yield commit


def _log(root: Path, path: str, until: str, *options: str) -> Iterator[_Commit]:
    form = ["-z", "--encoding=UTF-8", "--no-show-signature", f"--format={_FORMAT}"]
    try:
        printed = Git(root).run(*trailers.SETTINGS, "log", *options, *form, until, "--", path)
    except GitError:
        return
    texts = printed.decode("utf-8", "replace").split("\0")
    place = 0
    while place + _FIELDS <= len(texts):
        fields = texts[place : place + _FIELDS]
        place += _FIELDS
        if texts[place].startswith("\n"):
            yield _Commit(fields, PurePosixPath(texts[place + 1]).stem, entered=texts[place] == "\nA")
            place += 2
        else:
            yield _Commit(fields)


def _name_before(root: Path, commit: str, path: str) -> str | None:
    """The name that a file had before a commit that brought it under this one; None where it was not there."""
    options = (
        "-r",
        "-z",
        "--no-commit-id",
        "--name-status",
        "--diff-filter=R",
        "--find-renames=95%",
        "--relative",
    )
    found = (
        Git(root)
        .run("diff-tree", *options, commit, "--", "data/problems")
        .decode("utf-8", "replace")
        .split("\0")
    )
    return next((old for old, new in zip(found[1::3], found[2::3], strict=False) if new == path), None)


def _events(record: list[str]) -> Iterator[Event]:
    commit, parents, date, author, email, subject, said = record
    told = trailers.read(said)
    for place, identity in enumerate(told.ids or [None]):
        yield Event(
            commit,
            date,
            author,
            email,
            told.action or None,
            identity,
            told.sources[place] if place < len(told.sources) else None,
            told.targets[place] if place < len(told.targets) else None,
            told.reason or None,
            subject,
            told.undoes or None,
            joins=" " in parents,
        )
