"""What the history of a measure tells: who did what, when, and in whose name; a name in it is a fact of the ledger, never a signature."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from xuncha.model.identity import Identity
from xuncha.model.records import Measure
from xuncha.store.loading import records_of
from xuncha.trail.history import Event, taken_back
from xuncha.trail.tree import Tree

Deed = Literal["submit", "return", "close"]


class Step(NamedTuple):
    """One thing that was done to a measure."""

    commit: str
    day: date
    minute: str  # day and time on the clock of whoever did it
    author: str
    email: str
    account: str  # who was signed in to the desk; empty where it was no browser
    applied_by: str  # the e-mail of whoever made the commit, where that is another than its author
    action: str | None  # None where no command of ours made the commit
    from_: str | None
    to: str | None
    reason: str | None
    subject: str
    by_hand: bool
    undone: bool  # taken back later

    @property
    def moves(self) -> bool:
        """Whether the measure has another status from then on."""
        return self.to is not None and self.from_ != self.to


class Fact(NamedTuple):
    """What the ledger knows of an application, a return or a closing."""

    deed: Deed
    by: str | None
    day: date | None
    said: str | None  # the reason of a return, the note on a closing
    recorded: date | None  # the day of the commit, where that is another; None also where there is no commit
    in_history: bool  # False: it stands in the file alone


def steps(events: Iterable[Event]) -> tuple[Step, ...]:
    """Tell the history of one measure from its beginning on; `events` as `trail.history` gives them, newest first."""
    events = list(events)
    undone = taken_back(events)
    return tuple(
        Step(
            event.commit,
            date.fromisoformat(event.day),
            event.minute,
            event.author,
            event.email,
            event.account,
            event.committer if event.committer != event.email else "",
            event.action,
            event.from_,
            event.to,
            event.reason,
            event.subject,
            event.by_hand,
            event.commit in undone,
        )
        for event in reversed(events)
    )


def facts(done: Sequence[Step], measure: Measure) -> tuple[Fact, ...]:
    """List who applied for the closing of a measure, who returned it and who closed it, since it was opened last."""
    found: list[Fact] = []
    for step in done:
        if step.undone or step.action == "undo" or not step.moves:
            continue  # what was taken back and what took it back are as if they had not been
        if step.from_ == "closed":
            found.clear()
        elif (deed := _deed(step)) is not None:
            found.append(Fact(deed, step.author, step.day, step.reason, None, in_history=True))
    closed = measure.closed
    if closed is None or measure.status != "closed":
        return tuple(found)
    if found and found[-1].deed == "close":
        last = found.pop()
        day = closed.date or last.day
        recorded = None if day == last.day else last.day
        return (*found, last._replace(day=day, said=closed.note or last.said, recorded=recorded))
    return (*found, Fact("close", closed.by, closed.date, closed.note, None, in_history=False))


def _deed(step: Step) -> Deed | None:
    if step.to == "closed":
        return "close"
    if step.to == "submitted":
        return "submit"
    return "return" if step.from_ == "submitted" else None


class Extension(NamedTuple):
    """A time limit that was moved; None where it cannot be known what it was."""

    step: Step
    old: date | None
    new: date | None


def extensions(root: Path, events: Iterable[Event]) -> Iterator[Extension]:
    """Yield how often the time limit of a measure was moved, the first one first; the days stand in its file before and after each commit."""
    events = list(events)
    for event, step in zip(reversed(events), steps(events), strict=True):
        if event.action == "extend" and event.id and not step.undone:
            identity = Identity.parse(event.id)
            yield Extension(
                step, *(_due(root, revision, identity) for revision in (f"{event.commit}^", event.commit))
            )


def _due(root: Path, revision: str, identity: Identity) -> date | None:
    found = records_of(Tree(root, revision), {identity}).get(identity)
    return found.due if found else None
