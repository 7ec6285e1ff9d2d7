"""The deadlines and closings of a ledger over time. Places and heights are fractions from 0 to 1."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date  # noqa: N812  a field is named `date`
from datetime import timedelta
from itertools import accumulate
from typing import Final, NamedTuple

from xuncha.trail.history import Event

_SIZES: Final = (1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 2400, 6000)
"""Possible numbers of months in a period; the first that gives few enough periods is used."""
_PERIODS = 24  # periods at most; one more if the first begins before the axis
_SAMPLES = 60  # points of a curve at most, evenly spaced, and its end
_TICKS = 5  # labels below the axis at most
_YEAR = 12


@dataclass(frozen=True)
class Point:
    """A point of a curve: the number reached by the end of a day."""

    day: Date
    at: float
    count: int
    height: float


class Span(NamedTuple):
    """A period on the time axis: one month, or several whole months, so that there are few periods."""

    first: Date
    last: Date
    title: str
    tick: str  # the label below the axis; empty if another label would be too near
    start: float
    end: float


class Axis:
    """The time axis: whole periods, from the one with its first day to the one with its last day."""

    def __init__(self, first: Date, last: Date) -> None:
        months = _month(last) - _month(first) + 1
        size = next(size for size in _SIZES if months <= size * _PERIODS)
        starts = range(_month(first) // size * size, _month(last) + 1, size)
        self.first = _first_day(starts[0])
        self.last = _last_day(starts[-1] + size - 1)
        every = -(-len(starts) // _TICKS)
        self.spans: list[Span] = []
        for place, start in enumerate(starts):
            begin, end = _first_day(start), _last_day(start + size - 1)
            tick = "" if place % every else _tick(start, size, start - every * size if place else None)
            ends = self.place(begin), self.place(end, whole=True)
            self.spans.append(Span(begin, end, _title(start, size), tick, *ends))

    def place(self, day: Date, *, whole: bool = False) -> float:
        """Return the place of a day's beginning (with `whole`, of its end) on the axis, from 0 to 1; days outside get the nearer end."""
        days = (self.last - self.first).days + 1
        return min(1.0, max(0.0, ((day - self.first).days + whole) / days))


def changes(
    closings: Mapping[str, Date | None], events: Sequence[Event], start: Date, today: Date
) -> dict[Date, int]:
    """Compute the change in the number of closed measures on each day; the changes add up to the present number.

    The last closing of a measure has its date from the ledger (`closings`: None if it is open, `Date.min` if the ledger does not know
    the day; then it is that of the history, or else `start`); earlier closings and reopenings come from the history, newest first. Dates
    before `start` or after `today` are moved to these days.
    """
    by_measure: dict[str, list[tuple[Date, bool]]] = defaultdict(list)
    for event in reversed(events):
        if event.number is not None and (event.from_ == "closed") != (event.to == "closed"):
            by_measure[event.number].append((day_of(event), event.to == "closed"))
    found: dict[Date, int] = defaultdict(int)
    for number, closing in closings.items():
        earliest = start
        since: Date | None = None
        for day, closed in by_measure.get(number, ()):
            day = min(max(day, earliest, since or start), today)  # noqa: PLW2901  clocks may be wrong; time never goes back
            if closed:
                since = since or day
            elif since is not None:
                found[since] += 1
                found[day] -= 1
                since, earliest = None, day
        if closing is not None:
            day = since if since and closing == Date.min else closing
            found[min(max(day, earliest), today)] += 1
        elif since is not None:  # reopened by hand on an unknown day
            found[since] += 1
            found[today] -= 1
    return {day: change for day, change in sorted(found.items()) if change}


def day_of(event: Event) -> Date:
    """Return the day of an event; the last day of the calendar if its clock was beyond that."""
    try:
        return Date.fromisoformat(event.day)
    except ValueError:
        return Date.max


def cumulative(added: Mapping[Date, int]) -> Callable[[Date], int]:
    """Return a function that computes the number reached by the end of a day from the changes of single days."""
    days = sorted(added)
    sums = [0, *accumulate(added[day] for day in days)]
    return lambda day: sums[bisect_right(days, day)]


def curve(count: Callable[[Date], int], axis: Axis, last: Date, total: int) -> tuple[Point, ...]:
    """Sample a count at evenly spaced days, and keep the points where it changes; `total` has the height 1."""
    span = (last - axis.first).days
    step = max(1, -(-span // _SAMPLES))
    days = [axis.first + timedelta(days=each) for each in range(0, span, step)]
    points: list[Point] = []
    for day in [*days, last]:
        number = count(day)
        if not points or number != points[-1].count or day == last:
            points.append(Point(day, axis.place(day, whole=True), number, number / total if total else 0.0))
    return tuple(points)


def _month(day: Date) -> int:
    """Return the number of months from January of the year 0 to the month of a day."""
    return day.year * _YEAR + day.month - 1


def _first_day(month: int) -> Date:
    return Date(month // _YEAR, month % _YEAR + 1, 1) if month >= _YEAR else Date.min


def _last_day(month: int) -> Date:
    return _first_day(month + 1) - timedelta(days=1) if month < _month(Date.max) else Date.max


def _title(start: int, size: int) -> str:
    """Return the title of a period: 2024年4月, 2024年1月至3月, 2024年, 2020年至2024年."""
    year, month = start // _YEAR, start % _YEAR + 1
    if size == 1:
        return f"{year}年{month}月"
    if size < _YEAR:
        return f"{year}年{month}月至{month + size - 1}月"
    return f"{year}年" if size == _YEAR else f"{year}年至{year + size // _YEAR - 1}年"


def _tick(start: int, size: int, before: int | None) -> str:
    """Return the label of a period's beginning, with the year unless the label before it has the same year."""
    year, month = start // _YEAR, start % _YEAR + 1
    if size >= _YEAR:
        return f"{year}年"
    return f"{month}月" if before is not None and before // _YEAR == year else f"{year}年{month}月"
