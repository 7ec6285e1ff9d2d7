"""Whether time goes forward: the days of commits are what deadlines are held against."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from xuncha.audit.catalogue import Broken, declare
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from xuncha.trail.replay import Commit

declare(
    "clock-backwards",
    why=lambda: _(
        "A commit that claims to be older than what it stands on may have been dated back, to be in time; or a clock was wrong."
    ),
    seen="A commit of 2024-06-01 whose parent is of 2024-06-15. A day is let pass: clocks of several machines differ.",
)
_TOLERANCE: Final = 86_400
"""Seconds."""


def backwards(commit: Commit, last: int) -> Broken | None:
    """What is wrong with the time of a commit.

    Args:
        commit: that changes the ledger.
        last: the moment of the commit of the ledger that it stands on; 0 where it is the first.
    """
    if not last or commit.moment >= last - _TOLERANCE:
        return None
    days = (last - commit.moment) // _TOLERANCE
    return Broken(
        "clock-backwards",
        _("the commit is dated {day}, {n} days before the one it stands on ({earlier})").format(
            day=commit.day, n=days, earlier=_day(last)
        ),
    )


def _day(moment: int) -> str:
    try:
        return datetime.fromtimestamp(moment, UTC).date().isoformat()
    except (ValueError, OverflowError, OSError):  # a clock that was wrong beyond the calendar
        return str(moment)
