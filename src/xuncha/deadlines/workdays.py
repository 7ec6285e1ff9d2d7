"""The working days of China, the shifted ones among them, as far as the State Council has announced them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from xuncha.parts import needs

_WEEK = timedelta(days=7)


class Workdays:
    """The working days that the installed table holds; what it does not hold yet is not guessed (docs/adr/0011).

    Raises:
        SurroundingsError: the part `office` is not installed.
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
        return self._first_year < day.year <= self.last_year and (day + _WEEK).year <= self.last_year

    def on_or_before(self, day: date) -> date | None:
        """Find the last working day up to and including this one; None where it is not known."""
        if not self.known(day):
            return None
        while not self._is_workday(day):
            day -= timedelta(days=1)
        return day
