"""How late the overdue measures are: of each unit, and of each group of units, whose median is not that of its units' medians."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from xuncha.region.counts import Lateness
from xuncha.region.standing import UnitRow
from xuncha.region.trend import above

Key = tuple[str, str | None, str | None]
Path = tuple[str, ...]


class Delays(NamedTuple):
    """How late each is of which something is overdue."""

    units: dict[Key, Lateness]
    groups: dict[Path, Lateness]
    """By their names; without one, all units together."""

    def of(self, unit: UnitRow) -> Lateness:
        """Give that of a unit."""
        return self.units.get(key_of(unit), Lateness())

    def of_group(self, path: Path) -> Lateness:
        """Give that of a group."""
        return self.groups.get(path, Lateness())


def key_of(unit: UnitRow) -> Key:
    """Give what its rows hold in the columns `counts.KEYS`."""
    return unit.key, unit.unit, unit.round


class Groups(NamedTuple):
    """The groups in which something is overdue."""

    paths: list[Path]
    members: list[tuple[str, str | None, str | None, str]]
    """Units, as their rows name them, each with the number of a group that it is in."""
    are_all: bool
    """Whether there is one, and all rows are of it."""


def late_groups(units: Sequence[UnitRow]) -> Groups:
    """Find the groups in which something is overdue; the first is all units together."""
    late = [unit for unit in units if unit.is_counted and unit.counts and unit.counts.overdue]
    above_them = {unit.group: ((), *above(unit.group)) for unit in late}
    numbers: dict[Path, str] = {}
    for path in (path for paths in above_them.values() for path in paths):
        numbers.setdefault(path, str(len(numbers)))
    members = [(*key_of(unit), numbers[path]) for unit in late for path in above_them[unit.group]]
    are_all = len(numbers) == 1 and all(unit.is_counted for unit in units if unit.key)
    return Groups(list(numbers), members, are_all)


def delays(
    units: Sequence[UnitRow], each: Mapping[Key, Lateness], groups: Groups, late: Sequence[Sequence[Any]]
) -> Delays:
    """Tell how late the units are that count, and the groups that they are in; `late` are numbers of these, medians and maxima."""
    return Delays(
        {key: each[key] for unit in units if unit.is_counted and (key := key_of(unit)) in each},
        {groups.paths[int(number)]: Lateness(*others) for number, *others in late},
    )
