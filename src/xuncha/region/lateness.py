"""How late the overdue measures are: of each unit, and of each group of units, whose median is not that of its units' medians."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import narwhals as nw

from xuncha.region import counts as questions
from xuncha.region.counts import KEYS, Frame, Lateness
from xuncha.region.engine import Engine
from xuncha.region.standing import UnitRow
from xuncha.region.trend import above

Key = tuple[str, str | None, str | None]
Path = tuple[str, ...]


class Delays(NamedTuple):
    """How late each is of which something is overdue."""

    units: dict[Key, Lateness]
    groups: dict[Path, Lateness]

    def of(self, unit: UnitRow) -> Lateness:
        """Give that of a unit."""
        return self.units.get(key_of(unit), Lateness())

    def of_group(self, path: Path) -> Lateness:
        """Give that of a group."""
        return self.groups.get(path, Lateness())


def key_of(unit: UnitRow) -> Key:
    """Give what its rows hold in the columns `counts.KEYS`."""
    return unit.key, unit.unit, unit.round


def delays(engine: Engine, rows: Frame, today: date, units: Sequence[UnitRow]) -> Delays:
    """Ask an engine how late the units are that count, and the groups that they are in."""
    late = [unit for unit in units if unit.is_counted and unit.counts and unit.counts.overdue]
    if not late:
        return Delays({}, {})
    wanted = {key_of(unit) for unit in late}
    answers = engine.answer(questions.late(rows, today))
    by_unit = {answer[:3]: Lateness(*answer[3:]) for answer in answers if answer[:3] in wanted}
    paths = list(dict.fromkeys(path for unit in late for path in above(unit.group)))
    if not paths:
        return Delays(by_unit, {})
    names = {path: str(number) for number, path in enumerate(paths)}
    members = [(*key_of(unit), names[path]) for unit in late for path in above(unit.group)]
    table = engine.table((*KEYS, "path"), members)
    told = [nw.col(key).fill_null("").alias(f"key_{key}") for key in KEYS]
    keys = [f"key_{key}" for key in KEYS]
    inside = rows.with_columns(*told).join(table.with_columns(*told).select(*keys, "path"), on=keys)
    found = engine.answer(questions.late(inside, today, ("path",)))
    by_group = {paths[int(name)]: Lateness(*others) for name, *others in found}
    return Delays(by_unit, by_group)
