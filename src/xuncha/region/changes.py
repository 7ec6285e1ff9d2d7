"""Compare counts with those of the last earlier roll-up; the counts of each day are kept in the cache."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from xuncha.region import storage
from xuncha.region.selection import UnitRow

_FILE: Final = "counted.json"
_MAX_DAYS: Final = 40  # days of which counts are kept at most
_MAX_ENTRIES: Final = 100_000  # units over all these days; with more, only two days are kept
_FORM: Final = 1
Name = tuple[str | None, str | None]
"""Organisation and round of a unit."""


class Totals(NamedTuple):
    """The counts of a unit that are kept."""

    problems: int
    problems_closed: int
    total: int
    closed: int
    overdue: int


class Move(NamedTuple):
    """A unit whose counts have changed: by how many more, and how many measures there are now."""

    unit: str | None
    round: str | None
    problems_closed: int
    closed: int
    overdue: int
    now_closed: int
    now_total: int


class Moved(NamedTuple):
    """The units whose counts have changed since a day, the largest changes first."""

    since: date
    moves: list[Move]
    compared: int  # the number of units that counted both times

    def as_json(self) -> dict[str, Any]:
        """Return the form of `rollup --json`."""
        names = ("unit", "round", "problems_closed", "closed", "overdue")
        moved = [{name: getattr(each, name) for name in names} for each in self.moves]
        return {"as_of": self.since.isoformat(), "units": self.compared, "moved": moved}


def compare_counts(folder: Path, units: Sequence[UnitRow], today: date) -> Moved | None:
    """Compare units with the last roll-up of an earlier day that counted any of them, and keep the present counts; return None if there was none."""
    now: dict[Name, Totals] = {
        (unit.unit, unit.round): Totals._make(getattr(unit.counts, name) for name in Totals._fields)
        for unit in units
        if unit.counts and unit.unit
    }
    days = _load(folder)
    earlier = [day for day in days if day < today and days[day].keys() & now.keys()]
    _save(folder, _newest(days | {today: now}))
    if not earlier:
        return None
    since = max(earlier)
    both = [(name, days[since][name], now[name]) for name in now if name in days[since]]
    moves = [
        Move(
            *name,
            new.problems_closed - old.problems_closed,
            new.closed - old.closed,
            new.overdue - old.overdue,
            new.closed,
            new.total,
        )
        for name, old, new in both
        if old != new
    ]
    moves.sort(key=lambda each: (-each.closed, -each.problems_closed, each.overdue))
    return Moved(since, moves, len(both))


def _newest(days: dict[date, dict[Name, Totals]]) -> dict[date, dict[Name, Totals]]:
    """Return the days to keep."""
    result: dict[date, dict[Name, Totals]] = {}
    for day in sorted(days, reverse=True)[:_MAX_DAYS]:
        if len(result) > 1 and sum(map(len, result.values())) + len(days[day]) > _MAX_ENTRIES:
            break
        result[day] = days[day]
    return result


def _load(folder: Path) -> dict[date, dict[Name, Totals]]:
    """Read the kept counts by day; return none if the file is damaged."""
    content = storage.read(folder / _FILE)
    try:
        return {
            date.fromisoformat(day): {
                (name, round_): Totals._make(map(int, numbers)) for name, round_, *numbers in units
            }
            for day, units in content["days"].items()
            if content["form"] == _FORM
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}


def _save(folder: Path, days: dict[date, dict[Name, Totals]]) -> None:
    rows = {day.isoformat(): [[*name, *mark] for name, mark in units.items()] for day, units in days.items()}
    storage.write(folder / _FILE, {"form": _FORM, "days": rows})
