"""The screen of a roll-up: how all stand, by groups and by units, and what does not count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from rich.text import Text

from xuncha.cli import screen
from xuncha.cli.columns import Column, Columns
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.region.counts import Counts, ranked
from xuncha.region.standing import UnitRow
from xuncha.tally import percent, rate

if TYPE_CHECKING:
    from rich.console import RenderableType

    from xuncha.region.rollup import Rollup

_MOST: Final = 40
"""Units that are shown where not every row is asked for."""


def rollup_screen(done: Rollup, *, by_rank: bool, everything: bool) -> list[RenderableType]:
    """Lay out the screen of `rollup`."""
    counting = [unit for unit in done.units if unit.is_counted]
    shown = [_head(done), *_sums(done)]
    if done.groups:
        shown += [Text(), Text(_("By group"), "bold"), _groups(done)]
    if counting:
        places = ranked([_rate(unit) for unit in counting])
        rows = list(zip(places, counting, strict=True))
        if by_rank:
            rows.sort(key=lambda row: row[0] or len(rows) + 1)
        chosen = rows if everything else rows[:_MOST]
        shown += [Text(), Text(_("By unit"), "bold"), _units(chosen)]
        if len(chosen) < len(rows):
            rest = _("… and {n} more: {command}").format(
                n=len(rows) - len(chosen), command="xuncha rollup --all"
            )
            shown.append(Text(rest, "dim"))
    others = [unit for unit in done.units if unit.message]
    return shown + _others(others, everything=everything)


def state_name(state: str) -> str:
    """Return what people call the state of a unit."""
    return {
        "ok": _("counted"),
        "late": _("handed in late"),
        "repeated": _("handed in twice"),
        "older": _("older"),
        "missing": _("missing"),
        "broken": _("broken"),
    }[state]


def _rate(unit: UnitRow) -> float | None:
    return rate(unit.counts.problems_closed, unit.counts.problems) if unit.counts else None


def _head(done: Rollup) -> RenderableType:
    table = Columns(Column(fills=True), Column(wraps=False), gap=2)
    table.add(Text(screen.clean(done.name or _("Roll-up")), "bold"), Text(done.as_of.isoformat(), "dim"))
    states = Counter(unit.state for unit in done.units)
    counted = ngettext("{n} unit counted", "{n} units counted", done.total.units).format(n=done.total.units)
    parts = [
        f"{state_name(state)} {states[state]}"
        for state in ("late", "repeated", "older", "missing", "broken")
        if states[state]
    ]
    table.add(Text("  ".join([counted, *parts]), "dim"), "")
    return table


def _sums(done: Rollup) -> list[RenderableType]:
    counts = done.total.counts
    fixed = Column(wraps=False)
    table = Columns(fixed, fixed._replace(right=True), fixed, gap=2)
    for label, closed, total, said in (
        (_("Problems"), counts.problems_closed, counts.problems, _("{rate} of problems complete")),
        (_("Measures"), counts.closed, counts.total, _("{rate} of measures closed")),
    ):
        table.add(label, Text(f"{closed}/{total}", "bold"), said.format(rate=percent(closed, total)))
    marks = [
        (_("Overdue"), counts.overdue, "bold red"),
        (_("Due soon"), counts.due_soon, "bold yellow"),
        (_("Due for review"), counts.review_due, "bold magenta"),
        (_("Not assigned"), counts.not_assigned, "bold cyan"),
    ]
    texts = [(f"{label} {number}  ", style if number else "dim") for label, number, style in marks]
    shown: list[RenderableType] = [Text(), table]
    if counts.long_term_closed:
        shown.append(
            Text(_("of which long-term with a staged result {n}").format(n=counts.long_term_closed), "dim")
        )
    shown.append(Text.assemble(*texts))
    if done.late.maximum is not None and done.late.median is not None:
        late = _("Days late: median {median}, at most {maximum}")
        shown.append(Text(late.format(median=f"{done.late.median:g}", maximum=done.late.maximum), "dim"))
    return shown


def _table(first: Sequence[Column]) -> Columns:
    right = Column(wraps=False, right=True)
    headings = (_("Problems"), "%", _("Measures"), "%", _("Overdue"))
    return Columns(*first, *(right._replace(heading=heading) for heading in headings))


def _cells(counts: Counts) -> list[str | Text]:
    return [
        f"{counts.problems_closed}/{counts.problems}",
        percent(counts.problems_closed, counts.problems),
        f"{counts.closed}/{counts.total}",
        percent(counts.closed, counts.total),
        Text(str(counts.overdue), "bold red") if counts.overdue else "",
    ]


def _groups(done: Rollup) -> RenderableType:
    table = _table([Column(_("Group"), fills=True), Column(_("Units"), wraps=False, right=True)])
    for each in done.groups:
        table.add("  " * (len(each.path) - 1) + each.path[-1], str(each.units), *_cells(each.counts))
    return table


def _units(rows: Sequence[tuple[int | None, UnitRow]]) -> RenderableType:
    table = _table([Column(_("Rank"), wraps=False, right=True), Column(_("Unit"), fills=True)])
    named = Counter(unit.unit for _place, unit in rows)
    for place, unit in rows:
        name = unit.unit if unit.unit is not None else unit.source
        if named[unit.unit] > 1:
            name = _("{unit} ({round})").format(unit=name, round=unit.round or unit.source)
        table.add(str(place or "—"), name, *_cells(unit.counts or Counts()))
    return table


def _others(units: Sequence[UnitRow], *, everything: bool) -> list[RenderableType]:
    if not units:
        return []
    table = Columns(Column(wraps=False), Column(), Column(fills=True))
    for unit in units if everything else units[:_MOST]:
        name = unit.unit if unit.unit is not None else unit.source
        reason = f"{unit.source}: {unit.message}" if unit.unit is not None and unit.source else unit.message
        table.add(Text(state_name(unit.state), "bold yellow"), name, reason)
    more = len(units) - _MOST
    rest = [Text(_("… and {n} more: {command}").format(n=more, command="xuncha rollup --all"), "dim")]
    return [Text(), Text(_("To be settled"), "bold"), table, *(rest if more > 0 and not everything else [])]
