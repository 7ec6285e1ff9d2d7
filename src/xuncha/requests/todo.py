"""What waits for somebody: applications to decide, returned applications, overdue and near time limits, reviews, unassigned measures."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, get_args

from xuncha.model.register import MeasureRow, Register
from xuncha.requests.selection import full_names
from xuncha.tally import Horizon, review_day

if TYPE_CHECKING:
    from xuncha.trail.history import Event

Kind = Literal["overdue", "due_soon", "returned", "decide", "review", "unassigned"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)  # in the order in which people work


class Task(NamedTuple):
    """A task that waits, with the command to type."""

    kind: Kind
    row: MeasureRow
    day: date | None  # the time limit, or the day of the review; None without one
    days: int | None  # until that day; negative if it has passed
    command: str

    def as_json(self) -> dict[str, Any]:
        """Return the form of `todo --json`."""
        keys = ("id", "title", "due", "leader", "office", "person")
        values = {key: getattr(self.row, key) for key in keys}
        return {"kind": self.kind, **values, "days": self.days, "command": self.command}


def pending_tasks(
    register: Register,
    events: Iterable[Event],
    today: date,
    *,
    office: str | None = None,
    leader: str | None = None,
    person: str | None = None,
) -> list[Task]:
    """Return the tasks that wait on a day: all, or those of one office, leader (with what was escalated to them) or person.

    They come kind by kind, the most urgent of each kind first. A part of an office's or a leader's name is enough if it fits one
    alone. `events` is the history, newest first; it shows which applications were returned. Raises RefusedError if the ledger
    knows no such office or leader.
    """
    office, leader = full_names(register, office=office, leader=leader)
    actions = {
        event.new_number or event.id: event.action for event in reversed([*events]) if event.to != event.from_
    }
    returned = {number for number, action in actions.items() if number and action == "return"}
    horizon = Horizon.of_register(register, today)
    rows = (
        row
        for row in register.measures
        if office in {None, row.office}
        and leader in {None, row.leader, row.escalated_to}
        and person in {None, row.person}
    )
    pending = []
    for row in rows:
        for kind in _kinds(row, horizon, returned):
            due = date.fromisoformat(row.due) if row.due else None
            day = review_day(row, register.frame) if kind == "review" else due
            days = (day - today).days if day else None
            pending.append(Task(kind, row, day, days, _command(kind, row)))
    return sorted(pending, key=lambda task: (KINDS.index(task.kind), task.day or date.max))


def _kinds(row: MeasureRow, horizon: Horizon, returned: Collection[str]) -> Iterator[Kind]:
    """Yield why a measure waits; an application waits for the person who decides, anything else for those who do the work."""
    if row.status == "closed":
        if horizon.is_review_due(row):
            yield "review"
        return
    light = horizon.light(row)
    if row.status == "submitted":
        yield "decide"
    elif row.id in returned:
        yield "returned"
    elif light == "red":
        yield "overdue"
    elif light == "yellow":
        yield "due_soon"
    if not row.is_assigned:
        yield "unassigned"


def _command(kind: Kind, row: MeasureRow) -> str:
    match kind:
        case "decide":
            return f"xuncha close {row.id}"
        case "returned":
            return f"xuncha submit {row.id}"
        case "review" if row.slipped:
            return f"xuncha reopen {row.id} --reason …"
        case "review":
            return f"xuncha review {row.id} --result holds"
        case "unassigned":
            lacking = [key for key in ("leader", "office", "due") if getattr(row, key) is None]
            options = [f"--{key} …" for key in lacking if key != "due" or row.term == "once"]
            return " ".join([f"xuncha set {row.id}", *options])
    return f"xuncha start {row.id}" if row.status == "not_started" else f"xuncha progress {row.id} …"
