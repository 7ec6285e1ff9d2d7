"""The clock: whether time goes forward. The days of commits are what deadlines are held against."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from xuncha.audit.catalogue import RULES, HistoryPlace
from xuncha.language import gettext as _
from xuncha.language import mark

if TYPE_CHECKING:
    from xuncha.audit.replayed import Step
    from xuncha.catalogue import Broken

_TOLERANCE: Final = 86_400
"""Seconds."""


@RULES.rule(
    "clock-backwards",
    why=mark(
        "A commit that claims to be older than what it stands on may have been dated back, to be in time; or a clock was wrong."
    ),
    wrong="A commit of 2024-06-01 whose parent is of 2024-06-15. A day is let pass: clocks of several machines differ.",
)
def clock_backwards(step: Step) -> Broken[HistoryPlace]:
    """Find a commit that is more than a day older than the one before it."""
    last = step.last
    if last and step.commit.moment < last - _TOLERANCE:
        days = (last - step.commit.moment) // _TOLERANCE
        yield (
            step.at(step.changes[0]),
            _("the commit is dated {day}, {n} days before the one it stands on ({earlier})").format(
                day=step.commit.day, n=days, earlier=_day(last)
            ),
            "",
        )


def _day(moment: int) -> str:
    try:
        return datetime.fromtimestamp(moment, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):  # a clock that was wrong beyond the calendar
        return str(moment)
