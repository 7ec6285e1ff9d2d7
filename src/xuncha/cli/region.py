"""The screen of a roll-up: the sums, groups and units, what is not counted, and tables that go beyond the counts."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Container, Sequence
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from xuncha.cli import screen
from xuncha.cli.columns import FIXED, RIGHT, WIDE, Column, Columns
from xuncha.cli.tables import head, omitted, totals, warnings_line
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.region.changes import Move, Moved
from xuncha.region.counts import Counts
from xuncha.region.rollup import Rollup
from xuncha.region.selection import UnitRow, in_several_rounds, places
from xuncha.region.similar import Similar
from xuncha.region.trend import Point, Trend
from xuncha.tally import percent

_UNIT_LIMIT: Final = 40
"""The most units that are shown; a workbook has all of them."""
_MONTHS: Final = 13
_LIMIT: Final = 10
"""The most rows that are shown of each table beyond the counts."""
_ALL: Final = "xuncha rollup -o 汇总.xlsx"


def rollup_screen(rollup: Rollup, *, by_rank: bool) -> list[RenderableType]:
    """Lay out the screen of `rollup`."""
    ranked = zip(places(rollup.units), rollup.units, strict=True)
    rows = [(place, unit) for place, unit in ranked if unit.is_counted]
    if by_rank:
        rows.sort(key=lambda row: row[0] or math.inf)
    several = in_several_rounds(rollup.units)
    shown = [_head(rollup), *_totals(rollup)]
    if rollup.groups:
        table = _table(WIDE, RIGHT, headings=(_("Group"), _("Units")))
        for group in rollup.groups:
            name = "  " * (len(group.path) - 1) + group.path[-1]
            table.add(name, str(group.units), *_cells(group.counts))
        shown += [Text(), Text(_("By group"), "bold"), table]
    if rows:
        table = _units(rows[:_UNIT_LIMIT], several)
        shown += [Text(), Text(_("By unit"), "bold"), table, *omitted(len(rows), _UNIT_LIMIT, _ALL)]
    shown += _to_check([(unit, reason) for unit in rollup.units if (reason := _reason(unit))])
    if rollup.moved and rollup.moved.moves:
        shown += _moved(rollup.moved, several)
    if rollup.trend:
        shown += _trend(rollup.trend)
    if rollup.similar:
        shown += _similar(rollup.similar)
    return shown


def _state_names() -> dict[str, str]:
    """Return the names that people use for the states of a unit, in the order of the head."""
    return {
        "ok": _("counted"),
        "late": _("handed in late"),
        "repeated": _("handed in twice"),
        "older": _("older"),
        "missing": _("missing"),
        "broken": _("broken"),
    }


def _head(rollup: Rollup) -> RenderableType:
    states: Counter[str] = Counter(unit.state for unit in rollup.units)
    counted = ngettext("{n} unit counted", "{n} units counted", rollup.total.units)
    names = _state_names().items()
    parts = [f"{name} {states[state]}" for state, name in names if state != "ok" and states[state]]
    return head(rollup.name or _("Roll-up"), rollup.as_of, "  ".join([counted, *parts]))


def _totals(rollup: Rollup) -> list[RenderableType]:
    counts, days = rollup.total.counts, rollup.total.late
    table = totals((counts.problems_closed, counts.problems), (counts.closed, counts.total))
    shown: list[RenderableType] = [Text(), table]
    if counts.long_term_closed:
        shown.append(Text(_("of which long-term with a staged result {n}", n=counts.long_term_closed), "dim"))
    shown.append(warnings_line(counts.overdue, counts.due_soon, counts.review_due, counts.not_assigned))
    if days.maximum is not None and days.median is not None:
        late = _("Days late: median {median}, at most {maximum}")
        shown.append(Text(late.format(median=f"{days.median:g}", maximum=days.maximum), "dim"))
    return shown


def _table(*first: Column, headings: Sequence[str]) -> Columns:
    """Begin a table of counts; the first columns say what is counted."""
    counted = (_("Problems"), "%", _("Measures"), "%", _("Overdue"))
    return Columns(*first, *[RIGHT] * len(counted), headings=(*headings, *counted))


def _cells(counts: Counts | Point) -> list[str | Text]:
    return [
        f"{counts.problems_closed}/{counts.problems}",
        percent(counts.problems_closed, counts.problems),
        f"{counts.closed}/{counts.total}",
        percent(counts.closed, counts.total),
        Text(str(counts.overdue), "bold red") if counts.overdue else "",
    ]


def _name(unit: UnitRow | Move, source: str, several: Container[str]) -> str:
    """Name a unit, with its round if it is there in several."""
    name = source if unit.unit is None else unit.unit
    return _("{unit} ({round})", unit=name, round=unit.round or source) if name in several else name


def _units(rows: Sequence[tuple[int | None, UnitRow]], several: Container[str]) -> Columns:
    table = _table(RIGHT, WIDE, headings=(_("Rank"), _("Unit")))
    for place, unit in rows:
        table.add(str(place or "—"), _name(unit, unit.source, several), *_cells(unit.counts or Counts()))
    return table


def _reason(unit: UnitRow) -> str:
    errors = unit.audit[0] if unit.audit else 0
    text = ngettext("its audit found {n} error", "its audit found {n} errors", errors)
    return _("; ").join([*filter(None, [unit.message]), *[text] * bool(errors)])


def _to_check(units: Sequence[tuple[UnitRow, str]]) -> list[RenderableType]:
    if not units:
        return []
    table, names = Columns(FIXED, Column(), WIDE), _state_names()
    for unit, reason in units[:_UNIT_LIMIT]:
        place = f"{unit.source}: " if unit.unit is not None and unit.source else ""
        table.add(Text(names[unit.state], "bold yellow"), unit.unit or unit.source, place + reason)
    return [Text(), Text(_("To be checked"), "bold"), table, *omitted(len(units), _UNIT_LIMIT, _ALL)]


def _moved(moved: Moved, several: Container[str]) -> list[RenderableType]:
    headings = (_("Unit"), _("Measures closed"), _("Problems complete"), _("Overdue"))
    table = Columns(WIDE, RIGHT, RIGHT, RIGHT, headings=headings)
    for move in moved.moves[:_LIMIT]:
        numbers = (move.closed, move.problems_closed, move.overdue)
        table.add(_name(move, "", several), *(f"{number:+d}" if number else "" for number in numbers))
    title = _("Changes since {day}", day=moved.since)
    return [Text(), Text(title, "bold"), table, *omitted(len(moved.moves), _LIMIT, _ALL)]


def _trend(trend: Trend) -> list[RenderableType]:
    text = ngettext("of {n} unit with a history", "of {n} units with a history", trend.units)
    title = Text.assemble((_("Trend"), "bold"), "  ", (text, "dim"))
    if not trend.units:
        return [Text(), title]
    table = _table(Column(), RIGHT, headings=(_("As of"), _("Units")))
    for point in trend.total[-_MONTHS:]:
        table.add(point.day.isoformat(), str(point.units), *_cells(point))
    return [Text(), title, table]


def _similar(similar: Similar) -> list[RenderableType]:
    text = ngettext("among {n} unit that hands in texts", "among {n} units that hand in texts", similar.units)
    title = Text.assemble((_("The same problem in several units"), "bold"), "  ", (text, "dim"))
    if not similar.clusters:
        return [Text(), title, Text(_("None."), "dim")]
    table = Columns(RIGHT, WIDE, headings=(_("Units"), _("Problem")))
    for cluster in similar.clusters[:_LIMIT]:
        table.add(str(cluster.units), screen.clean(cluster.titles[0]))
    return [Text(), title, table, *omitted(len(similar.clusters), _LIMIT, _ALL)]
