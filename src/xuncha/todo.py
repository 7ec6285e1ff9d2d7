"""What waits for somebody: applications to decide, returned applications, overdue and near time limits, reviews, unassigned measures."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any, Final, Literal, NamedTuple, get_args

from xuncha.model.register import MeasureRow, Register
from xuncha.tally import Horizon, review_day

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


def tasks(register: Register, today: date, returned: Collection[str] = ()) -> list[Task]:
    """Return the tasks that wait on a day, kind by kind, the most urgent of each kind first.

    `returned` holds the numbers of the measures whose application was returned, and not made again.
    """
    horizon = Horizon.of_register(register, today)
    pending = []
    for row in register.measures:
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
        case "review":
            return f"xuncha review {row.id} --result holds"
        case "unassigned":
            lacking = [key for key in ("leader", "office", "due") if getattr(row, key) is None]
            options = [f"--{key} …" for key in lacking if key != "due" or row.term == "once"]
            return " ".join([f"xuncha set {row.id}", *options])
    return f"xuncha start {row.id}" if row.status == "not_started" else f"xuncha progress {row.id} …"
