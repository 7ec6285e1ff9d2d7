"""Compare counts with those of the last earlier roll-up; the counts of each day are kept in the cache."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from xuncha.region.counts import Counts
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
    """A unit whose counts have changed."""

    unit: str | None
    round: str | None
    before: Totals
    now: Totals

    @property
    def closed(self) -> int:
        """The increase of closed measures."""
        return self.now.closed - self.before.closed

    @property
    def problems_closed(self) -> int:
        """The increase of complete problems."""
        return self.now.problems_closed - self.before.problems_closed

    @property
    def overdue(self) -> int:
        """The increase of overdue measures."""
        return self.now.overdue - self.before.overdue


class Moved(NamedTuple):
    """The units whose counts have changed since a day, the largest changes first."""

    since: date
    moves: list[Move]
    compared: int
    """The number of units that counted both times."""

    def as_json(self) -> dict[str, Any]:
        """Return the form of `rollup --json`."""
        return {
            "as_of": self.since.isoformat(),
            "units": self.compared,
            "moved": [
                {
                    "unit": each.unit,
                    "round": each.round,
                    "problems_closed": each.problems_closed,
                    "closed": each.closed,
                    "overdue": each.overdue,
                }
                for each in self.moves
            ],
        }


def compare_counts(folder: Path, units: Sequence[UnitRow], today: date) -> Moved | None:
    """Compare units with the last roll-up of an earlier day, and keep the present counts; return None if there was none."""
    now: dict[Name, Totals] = {
        (unit.unit, unit.round): _totals(unit.counts)
        for unit in units
        if unit.is_counted and unit.counts and unit.unit
    }
    days = _load(folder)
    earlier = [day for day in days if day < today]
    _save(folder, _newest(days | {today: now}))
    if not earlier:
        return None
    since = max(earlier)
    before = days[since]
    both = [name for name in now if name in before]
    moves = [Move(*name, before[name], now[name]) for name in both if before[name] != now[name]]
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


def _totals(counts: Counts) -> Totals:
    return Totals(counts.problems, counts.problems_closed, counts.total, counts.closed, counts.overdue)


def _load(folder: Path) -> dict[date, dict[Name, Totals]]:
    """Read the kept counts by day; return none if the file is damaged."""
    try:
        content = json.loads((folder / _FILE).read_bytes())
        if content.get("form") != _FORM:
            return {}
        return {
            date.fromisoformat(day): {
                (name, round_): Totals._make(map(int, numbers)) for name, round_, *numbers in units
            }
            for day, units in content["days"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def _save(folder: Path, days: dict[date, dict[Name, Totals]]) -> None:
    rows = {day.isoformat(): [[*name, *mark] for name, mark in units.items()] for day, units in days.items()}
    temporary = folder / f"{_FILE}.{os.getpid()}"
    with contextlib.suppress(OSError):
        temporary.write_text(json.dumps({"form": _FORM, "days": rows}), encoding="utf-8")
        temporary.replace(folder / _FILE)
