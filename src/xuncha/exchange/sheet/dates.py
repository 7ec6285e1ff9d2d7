"""Time limits in the cells of a table: dates, Excel's numbers of days, 20240315, 2024.3, and words."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from xuncha.chinese import limits
from xuncha.chinese.days import end_of_month
from xuncha.chinese.limits import Limit
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from xuncha.exchange.sheet.grid import Cell

_EPOCH: Final = date(1899, 12, 30)
_SERIALS: Final = range(36526, 73051)
"""Excel's numbers for the days from 2000 to 2099."""
_NUMBERS: Final = re.compile(r"(?:199|20\d)\d(?:\d{4}|\.(?:0?[1-9]|1[0-2]))?")
"""Numbers that are days, months or years: 20240315, 2024.3, 2024."""
_SPELT: Final = re.compile(r'"[^"]*"|\[[^\]]*\]')
"""What a number format shows as it is."""


def limit(cell: Cell, feedback: date) -> Limit:
    """Read the time limit in a cell.

    Args:
        cell: as the file holds it.
        feedback: the day of the feedback, from which a year that is not written is counted.
    """
    value = cell.value
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        if day.day == 1 and "d" not in _SPELT.sub("", cell.form.lower()):
            day = end_of_month(day.year, day.month)  # only the month is shown
        return Limit(day, long_term="长期" in cell.form)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return limits.limit(str(value or ""), feedback)
    if value in _SERIALS:
        day = _EPOCH + timedelta(days=int(value))
        return Limit(day, doubt=_("a bare number: taken for Excel's number of {day}").format(day=day))
    digits = f"{value:.8g}"
    return limits.limit(digits, feedback) if _NUMBERS.fullmatch(digits) else Limit()
