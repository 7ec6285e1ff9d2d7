"""The course of a ledger over time: when its deadlines fall, and how its closings added up. Places and heights are fractions, from 0 to 1."""

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
"""Months in a period; the first with which there are not too many."""
_PERIODS = 24  # so many at most; one more where the first begins before the axis does
_SAMPLES = 60  # points of a curve at most, evenly spaced, beside its end
_TICKS = 5  # labels below the axis at most
_YEAR = 12


@dataclass(frozen=True)
class Point:
    """A point of a curve: how many by the end of a day."""

    day: Date
    at: float
    count: int
    height: float


class Span(NamedTuple):
    """A period on the axis of time: a month, or as many whole ones as keep the periods few."""

    first: Date
    last: Date
    title: str
    tick: str  # the label below the axis; empty where another one stands too near
    start: float
    end: float


class Axis:
    """The axis of time: whole periods, from that of its first day to that of its last."""

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
        """Locate the beginning of a day on the axis, or with `whole` its end, from 0 to 1; what lies outside moves to the nearer end."""
        days = (self.last - self.first).days + 1
        return min(1.0, max(0.0, ((day - self.first).days + whole) / days))


def changes(
    closings: Mapping[str, Date | None], events: Sequence[Event], start: Date, today: Date
) -> dict[Date, int]:
    """Compute by how many the closed measures became more, or fewer, on each day; it always adds up to what is closed now.

    The last closing of a measure is dated as the ledger says (`closings`, None where it is open); earlier ones, and what took them back,
    come out of the trail, newest first. What is dated before the start or after today counts as of that day.
    """
    by_measure: dict[str, list[tuple[Date, bool]]] = defaultdict(list)
    for event in reversed(events):
        if event.number is not None and (event.from_ == "closed") != (event.to == "closed"):
            by_measure[event.number].append((day_of(event), event.to == "closed"))
    found: dict[Date, int] = defaultdict(int)
    for number, closing in closings.items():
        lost = start
        since: Date | None = None
        for day, closed in by_measure.get(number, ()):
            day = min(max(day, lost, since or start), today)  # noqa: PLW2901  clocks may go wrong; time does not
            if closed:
                since = since or day
            elif since is not None:
                found[since] += 1
                found[day] -= 1
                since, lost = None, day
        if closing is not None:
            found[min(max(closing, lost), today)] += 1
        elif since is not None:  # reopened by hand, nobody knows when
            found[since] += 1
            found[today] -= 1
    return {day: change for day, change in sorted(found.items()) if change}


def day_of(event: Event) -> Date:
    """Return the day of an event; the last day of the calendar where the clock was beyond it."""
    try:
        return Date.fromisoformat(event.day)
    except ValueError:
        return Date.max


def running(added: Mapping[Date, int]) -> Callable[[Date], int]:
    """Return a function that gives the number reached by the end of a day, out of the changes of single days."""
    days = sorted(added)
    sums = [0, *accumulate(added[day] for day in days)]
    return lambda day: sums[bisect_right(days, day)]


def curve(count: Callable[[Date], int], axis: Axis, last: Date, total: int) -> tuple[Point, ...]:
    """Sample a count at evenly spaced days, and keep the points where it has changed; the total is the full height."""
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
    """Count the months from January of the year 0 to that of a day."""
    return day.year * _YEAR + day.month - 1


def _first_day(month: int) -> Date:
    return Date(month // _YEAR, month % _YEAR + 1, 1) if month >= _YEAR else Date.min


def _last_day(month: int) -> Date:
    return _first_day(month + 1) - timedelta(days=1) if month < _month(Date.max) else Date.max


def _title(start: int, size: int) -> str:
    """Name a period: 2024年4月, 2024年1月至3月, 2024年, 2020年至2024年."""
    year, month = start // _YEAR, start % _YEAR + 1
    if size == 1:
        return f"{year}年{month}月"
    if size < _YEAR:
        return f"{year}年{month}月至{month + size - 1}月"
    return f"{year}年" if size == _YEAR else f"{year}年至{year + size // _YEAR - 1}年"


def _tick(start: int, size: int, before: int | None) -> str:
    """Label the beginning of a period, with its year unless the label before it is of the same year."""
    year, month = start // _YEAR, start % _YEAR + 1
    if size >= _YEAR:
        return f"{year}年"
    return f"{month}月" if before is not None and before // _YEAR == year else f"{year}年{month}月"
