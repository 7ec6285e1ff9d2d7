"""Compute how late overdue measures are, by unit and by group; a group's median comes from its measures, not from the units' medians."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from xuncha.region.counts import Lateness
from xuncha.region.selection import UnitRow
from xuncha.region.trend import group_paths

Key = tuple[str, str | None, str | None]
Path = tuple[str, ...]


class Delays(NamedTuple):
    """The lateness of each unit and group that has overdue measures."""

    units: dict[Key, Lateness]
    groups: dict[Path, Lateness]
    """By the names of the path; the empty path is all units."""

    def of_unit(self, unit: UnitRow) -> Lateness:
        """Return the lateness of a unit."""
        return self.units.get(key_of(unit), Lateness())

    def of_group(self, path: Path) -> Lateness:
        """Return the lateness of a group."""
        return self.groups.get(path, Lateness())


def key_of(unit: UnitRow) -> Key:
    """Return the values of the columns `counts.KEYS` in a unit's rows."""
    return unit.key, unit.unit, unit.round


class Groups(NamedTuple):
    """The groups with overdue measures."""

    paths: list[Path]
    members: list[tuple[str, str | None, str | None, str]]
    """Units by their key columns, each with the number of one of its groups."""
    are_all: bool
    """Whether there is only one group, and every row belongs to it."""


def late_groups(units: Sequence[UnitRow]) -> Groups:
    """Return the groups with overdue measures; the first one is all units."""
    late = [unit for unit in units if unit.is_counted and unit.counts and unit.counts.overdue]
    paths_of = {unit.group: ((), *group_paths(unit.group)) for unit in late}
    numbers: dict[Path, str] = {}
    for path in (path for paths in paths_of.values() for path in paths):
        numbers.setdefault(path, str(len(numbers)))
    members = [(*key_of(unit), numbers[path]) for unit in late for path in paths_of[unit.group]]
    are_all = len(numbers) == 1 and all(unit.is_counted for unit in units if unit.key)
    return Groups(list(numbers), members, are_all)


def delays(
    units: Sequence[UnitRow], by_unit: Mapping[Key, Lateness], groups: Groups, rows: Sequence[Sequence[Any]]
) -> Delays:
    """Return the lateness of the units that count, and of their groups; `rows` has the number, median and maximum of each group."""
    return Delays(
        {key: by_unit[key] for unit in units if unit.is_counted and (key := key_of(unit)) in by_unit},
        {groups.paths[int(number)]: Lateness(*others) for number, *others in rows},
    )
