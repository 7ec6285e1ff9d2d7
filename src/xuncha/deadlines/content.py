"""What stands in the calendar: for each measure the one day that it waits for, and when to be reminded of it.

It counts in working days of China, the shifted ones among them, as far as the State Council has announced them.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from operator import attrgetter
from typing import Literal, NamedTuple

from xuncha.model.register import Frame, MeasureRow, ProblemRow, Register
from xuncha.parts import needs
from xuncha.tally import review_day, shifted


class Workdays:
    """The working days that the installed table holds; what it does not hold yet is not guessed (docs/adr/0011).

    Raises SurroundingsError if the part `office` is not installed.
    """

    def __init__(self) -> None:
        with needs("office"):
            import chinese_calendar  # noqa: PLC0415  no other command needs it
        self._is_workday = cache(chinese_calendar.is_workday)
        self._first_year: int = min(chinese_calendar.holidays).year
        self.last_year: int = max(chinese_calendar.holidays).year

    def known(self, day: date) -> bool:
        """Whether it is settled which days are worked around this one.

        The last week of a year is settled by the announcement for the next, which in some years has made a Saturday of
        late December a working day, or a Monday a day off.
        """
        is_held = self._first_year < day.year <= self.last_year
        return is_held and (day + timedelta(days=7)).year <= self.last_year

    def on_or_before(self, day: date) -> date | None:
        """Find the last working day up to and including this one; None where it is not known."""
        if not self.known(day):
            return None
        while not self._is_workday(day):
            day -= timedelta(days=1)
        return day


class Entry(NamedTuple):
    """What a measure waits for: its time limit while it is open; the next look at it when it is closed and long-term."""

    kind: Literal["deadline", "review"]
    problem: ProblemRow
    measure: MeasureRow
    day: date
    last_workday: date | None
    """The last working day up to and including the day; None where that is not known yet."""
    reminders: tuple[date, ...]  # days on which to be reminded; none of them has passed
    withdrawn: bool  # closed before its day came: a calendar that still has it is to drop it

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
    """List the entries of a ledger's calendar, in the order of their days: all, or those of one office or one leader.

    With `closed`, list what was closed before its day as well, withdrawn. Reminders count from today on.
    """
    found = [
        _entry(problem, row, register.frame, today, workdays)
        for problem in register.problems
        for row in problem.measures
        if office in {None, row.office} and leader in {None, row.leader}
    ]
    wanted = [entry for entry in found if entry and (closed or not entry.withdrawn)]
    return sorted(wanted, key=attrgetter("day"))


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
    before = last and workdays.on_or_before(shifted(last, -1))
    wanted = {shifted(day, -days_before), before or shifted(day, -1)}
    return tuple(sorted(each for each in wanted if each >= today))
