"""What stands in the calendar: for each measure the one day that it waits for, and when to be reminded of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal, NamedTuple

from xuncha.tally import review_day

if TYPE_CHECKING:
    from xuncha.deadlines.workdays import Workdays
    from xuncha.model.register import Frame, MeasureRow, ProblemRow, Register


class Entry(NamedTuple):
    """What a measure waits for: its time limit while it is open; the next look at it when it is closed and long-term."""

    kind: Literal["deadline", "review"]
    problem: ProblemRow
    measure: MeasureRow
    day: date
    last_workday: date | None
    """The last working day up to and including the day; None where that is not known yet."""
    reminders: tuple[date, ...]
    """Days on which to be reminded; none of them has passed."""
    withdrawn: bool
    """Closed before its day came: a calendar that still has it is to drop it."""

    @property
    def day_off(self) -> bool:
        """Whether something is to be done before a day that is known to be a day off."""
        return not self.withdrawn and self.last_workday not in {None, self.day}

    @property
    def unchecked(self) -> bool:
        """Whether something is to be done by a day of which nobody knows yet whether it is a day off."""
        return not self.withdrawn and self.last_workday is None


def entries(
    register: Register,
    today: date,
    workdays: Workdays,
    *,
    office: str | None = None,
    leader: str | None = None,
    closed: bool = False,
) -> list[Entry]:
    """List the entries of a ledger's calendar, in the order of their days.

    Args:
        register: the ledger.
        today: the day from which reminders are counted.
        workdays: which days are worked.
        office: those of one office alone.
        leader: those of one leader alone.
        closed: also what was closed before its day, withdrawn.
    """
    found = []
    for problem in register.problems:
        for row in problem.measures:
            if office not in {None, row.office} or leader not in {None, row.leader}:
                continue
            entry = _entry(problem, row, register.frame, today, workdays)
            if entry is not None and (closed or not entry.withdrawn):
                found.append(entry)
    return sorted(found, key=lambda entry: entry.day)


def _entry(
    problem: ProblemRow, row: MeasureRow, frame: Frame, today: date, workdays: Workdays
) -> Entry | None:
    review = review_day(row, frame)
    day = review or (date.fromisoformat(row.due) if row.due else None)
    withdrawn = row.status == "closed" and review is None
    if day is None or (withdrawn and day < today):
        return None
    last = workdays.on_or_before(day)
    reminders = () if withdrawn else _reminders(day, last, frame.due_soon_days, today, workdays)
    return Entry("review" if review else "deadline", problem, row, day, last, reminders, withdrawn)


def _reminders(
    day: date, last: date | None, days_before: int, today: date, workdays: Workdays
) -> tuple[date, ...]:
    """List the days to be reminded on: `days_before` the day, and one working day before the last one on which it can be done."""
    before = last and workdays.on_or_before(_earlier(last, 1))
    wanted = {_earlier(day, days_before), before or _earlier(day, 1)}
    return tuple(sorted(each for each in wanted if each >= today))


def _earlier(day: date, days: int) -> date:
    return date.fromordinal(max(1, day.toordinal() - days))
