"""Compute the trend: the counts at the end of each month, from the units' histories; each equals that of `--at` on that day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from xuncha.region.intake import ReadLedger
from xuncha.region.process import YEARS, Stage, month_of
from xuncha.region.selection import GroupPath, UnitRow
from xuncha.tally import rate

_MAX_MONTHS: Final = 12 * YEARS  # months in a trend at most


class Point(NamedTuple):
    """The counts of several units at the end of a day."""

    day: date
    units: int = 0  # units that had a ledger by then
    problems: int = 0
    problems_closed: int = 0
    total: int = 0
    closed: int = 0
    overdue: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the form of `rollup --json`."""
        problems = {"total": self.problems, "closed": self.problems_closed}
        measures = {"total": self.total, "closed": self.closed, "overdue": self.overdue}
        return {
            "day": self.day.isoformat(),
            "units": self.units,
            "problems": problems | {"rate": rate(self.problems_closed, self.problems)},
            "measures": measures | {"rate": rate(self.closed, self.total)},
        }


class Trend(NamedTuple):
    """The trend of all units and of each group."""

    units: int  # those with a history; rows files have none
    total: list[Point]
    groups: dict[GroupPath, list[Point]]

    def as_json(self) -> dict[str, Any]:
        """Return the form of `rollup --json`."""
        return {
            "units": self.units,
            "total": [point.as_json() for point in self.total],
            "groups": [
                {"path": list(path), "months": [point.as_json() for point in points]}
                for path, points in self.groups.items()
            ],
        }


def trend_of(units: Sequence[UnitRow], ledgers: Sequence[ReadLedger], today: date) -> Trend:
    """Add up the histories of units that count; the last point is the day of the roll-up."""
    stages = {each.key: each.read.stages for each in ledgers if each.read.stages is not None}
    counted = [unit for unit in units if unit.is_counted and unit.place in stages]
    firsts = [each[0][0] for unit in counted if (each := stages[unit.place])]
    days = [*_ends(min(firsts), today), today] if firsts else [today]
    zero = [Point(day) for day in days]
    sums: dict[GroupPath, list[Point]] = {(): zero}
    for unit in counted:
        now = (getattr(unit.counts, name) for name in Point._fields[2:])
        points = [*(_point(stages[unit.place], day) for day in days[:-1]), Point(today, 1, *now)]
        for path in unit.groups:
            sums[path] = _add(sums.get(path, zero), points)
    return Trend(len(counted), sums.pop(()), sums)


def _add(left: Sequence[Point], right: Sequence[Point]) -> list[Point]:
    return [Point(a.day, *map(sum, zip(a[1:], b[1:], strict=True))) for a, b in zip(left, right, strict=True)]


def _point(stages: Sequence[Stage], day: date) -> Point:
    index = bisect_right([stage[0] for stage in stages], month_of(day))
    if not index or len(stages[index - 1]) == 1:
        return Point(day)
    _month, problems, complete, total, closed, due = stages[index - 1]
    late = bisect_right(due, (day - timedelta(days=1)).isoformat())
    return Point(day, 1, problems, complete, total, closed, late)


def _ends(first: str, today: date) -> list[date]:
    """Return the last days of months, from a month up to the one before today's."""
    days: list[date] = []
    end = today.replace(day=1)
    while len(days) < _MAX_MONTHS and end > date.min:
        end -= timedelta(days=1)
        if month_of(end) < first:
            break
        days.append(end)
        end = end.replace(day=1)
    return days[::-1]
