"""The history of a ledger's files: who did what, when, out of the commits and their trailers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from xuncha.model.identity import PROBLEMS, Identity
from xuncha.trail.git import Git, GitError
from xuncha.trail.replay import RAW, Commit, log

_NUMBER = re.compile(r"[1-9][0-9]{0,5}(?:\.[1-9][0-9]{0,5})?")


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
    undoes: tuple[str, ...] = ()
    """The commits that this one took back."""
    now: str | None = None
    """The number that the problem or measure has now, where that is known to be another one than it had then; empty where it was removed."""
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
    def removed(self) -> bool:
        """Whether the problem or measure was removed."""
        return self.action == "remove" and self.id is not None

    @property
    def number(self) -> str | None:
        """The number under which the problem or measure is found now; None where it was removed."""
        return self.id if self.now is None else self.now or None

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
        # Where numbers change, the new one was another's before.
        numbers = {earlier or identity} if _renumberings(commit) else {identity, earlier}
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
    while before is not None:
        number, before = str(before), None
        found = history(root, Identity.parse(number).folder, until)
        undone = taken_back(found)
        moves = [event for event in found if event.action == "renumber" and event.commit not in undone]
        came = {event.commit: event for event in moves if event.to == number and _is_number(event.id)}
        removals = {event.commit for event in found if event.removed and event.commit not in undone}
        went = {event.commit for event in (*moves, *found) if event.id == number and event.commit in removals}
        for event in found:
            if event.commit in came:
                events.append(came[event.commit])
                before, until = Identity.parse(str(came[event.commit].id)), f"{event.commit}^"
                break
            if event.commit in went:
                break
            if (event.id or number).partition(".")[0] == number:
                events.append(event)
    return events


def taken_back(events: Iterable[Event]) -> set[str]:
    """Return the commits that later ones took back."""
    return {commit for event in events for commit in event.undoes}


def ever(root: Path, line: str) -> set[str]:
    """Return the measures, by their present numbers, into whose files any commit has ever written a line of this pattern."""
    options = (f"-G{line}", "--text", "--no-textconv", "--no-ext-diff", *RAW)
    found = [
        (commit.hash, str(identity))
        for commit in _commits(root, PROBLEMS, "HEAD", *options)
        for touched in commit.touched
        if touched.blob and (identity := Identity.of_file(touched.path)) and identity.measure
    ]
    later = _later(root, history(root))
    return {now for commit, number in found if (now := _number_after(later, commit, number))}


_Later = dict[tuple[str, str], str]
"""By a commit and the number that something had after it: the number that it has now; empty where it was removed."""


def _numbered_as_now(root: Path, events: list[Event]) -> list[Event]:
    """Add the present numbers of what was renumbered or removed since; the old number may be another's now."""
    later = _later(root, events)
    undone = taken_back(events)
    return [_as_now(event, later, event.commit in undone) for event in events]


def _as_now(event: Event, later: _Later, undone: bool) -> Event:
    if event.removed and not undone:
        return event._replace(now="")
    number = event.to if event.action == "renumber" and not undone else event.id
    now = _number_after(later, event.commit, number or "")
    return event if now == (event.id or "") else event._replace(now=now)


def _number_after(later: _Later, commit: str, number: str) -> str:
    """Return the present number of what had a number after a commit; empty where it was removed."""
    if (commit, number) in later:
        return later[commit, number]
    problem, dot, measure = number.partition(".")
    above = later.get((commit, problem), problem)
    return f"{above}{dot}{measure}" if above else ""


def _later(root: Path, events: Iterable[Event]) -> _Later:
    """Find the present numbers of what was renumbered or removed, for each commit that it went through before."""
    events = list(events)
    undone = taken_back(events)
    moves: dict[str, list[Event]] = {}
    for event in events:
        moved = event.removed or (event.action == "renumber" and _is_number(event.to))
        if moved and event.commit not in undone and _is_number(event.id):
            moves.setdefault(event.commit, []).append(event)
    later: _Later = {}
    # The newest first, so that what was moved twice is known under its last number.
    for commit, concerned in moves.items():
        now = {
            Identity.parse(str(event.id)): ""
            if event.removed
            else _number_after(later, commit, event.to or "")
            for event in concerned
        }
        paths = [each.folder if each.is_problem else each.path for each in now]
        for earlier in _commits(root, paths, f"{commit}^", *RAW):
            alone = len(now) == 1  # what a merge has touched is not told
            here = {number for touched in earlier.touched for number in _numbers(touched.path)}
            for identity in [each for each in now if alone or each in here]:
                later[earlier.hash, str(identity)] = now[identity]
                if _begins(earlier, str(identity), undone):
                    del now[identity]
            if not now:
                break
    return later


def _numbers(path: str) -> set[Identity]:
    """Return the numbers that a file belongs to: that of the measure, and that of its problem."""
    identity = Identity.of_file(path)
    return {identity, Identity(identity.problem)} if identity else set()


def _begins(commit: Commit, number: str, undone: set[str]) -> bool:
    """Return whether with this commit something came under a number: it was entered, or had another number before."""
    came = commit.hash not in undone and any(new == number for _old, new in _renumberings(commit))
    return came or (commit.trailers.action == "add" and number in commit.trailers.ids)


def _is_number(text: str | None) -> bool:
    return bool(_NUMBER.fullmatch(text or ""))


def _renumberings(commit: Commit) -> tuple[tuple[str, str], ...]:
    """Return the old and the new numbers of what a commit says that it has renumbered."""
    said = commit.trailers
    if said.action == "renumber":
        return tuple((each.id, each.to) for each in said.courses if each.to)
    return said.renumbered if said.action == "remove" else ()


def _events(commit: Commit) -> Iterator[Event]:
    """Give an event for each problem or measure that a commit names or has renumbered; or one without an id."""
    said = commit.trailers
    whole = Event(
        commit.hash,
        commit.committed,
        commit.author,
        commit.email,
        said.action or None,
        None,
        None,
        None,
        said.reason or None,
        commit.subject,
        said.undoes,
        joins=len(commit.parents) > 1,
    )
    for identity, from_, to in said.courses or [(None, None, None)]:
        yield whole._replace(id=identity, from_=from_, to=to)
    if said.action == "remove":
        moved = {old for old, _new in said.renumbered}
        for old, new in said.renumbered:
            if "." not in old or old.partition(".")[0] not in moved:  # else it moves with its problem
                yield whole._replace(action="renumber", id=old, to=new, reason=None)


def _followed(root: Path, path: str, until: str = "HEAD") -> Iterator[tuple[Commit, str]]:
    """Find the commits that touched a file, newest first, and behind renames; with each the file's number before it.

    The number is empty where git names no file, as of a merge. Git's own --follow knows one name at a time for all
    branches: where two have met, it would mix what stood on either under one number. So each name is asked for by itself,
    from where it came up.
    """
    name: str | None = path
    while name is not None:
        path, name = name, None
        number, undone = str(Identity.of_file(path) or ""), set[str]()
        for commit in _commits(root, path, until, *RAW):
            undone.update(commit.trailers.undoes)
            moved = _renumberings(commit) if commit.hash not in undone else ()
            old = next((old for old, new in moved if new == number and _is_number(old)), None)
            gone = any(not touched.blob for touched in commit.touched)
            if old is None and gone and commit.trailers.action == "remove" and commit.hash not in undone:
                return  # what stood under this number before was another one
            name = Identity.parse(old).path if old else None
            if name is None and commit.adds:
                name = _name_before(root, commit.hash, path)
            yield commit, PurePosixPath(name or path).stem if commit.touched else ""
            if name is not None:
                if not commit.parents:
                    return
                until = f"{commit.hash}^"
                break


def _commits(root: Path, paths: str | Sequence[str], until: str, *options: str) -> Iterator[Commit]:
    try:
        yield from log(Git(root), *options, until, "--", *([paths] if isinstance(paths, str) else paths))
    except GitError:  # there is no repository, or no commit
        return


def _name_before(root: Path, commit: str, path: str) -> str | None:
    """Find the name that a file had before a commit that renamed it to this one; None if it was not renamed."""
    options = ("-r", "-z", "--no-commit-id", "--name-status", "--relative")
    renames = ("--diff-filter=R", "--find-renames=95%")
    told = Git(root).run("diff-tree", *options, *renames, commit, "--", "data/problems")
    words = told.decode("utf-8", "replace").split("\0")
    return next((old for old, new in zip(words[1::3], words[2::3], strict=False) if new == path), None)
