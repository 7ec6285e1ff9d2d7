"""What a roll-up shows beyond the counts: the trend, who has moved, and the same problem in many units."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from xuncha.cli import screen
from xuncha.cli.columns import Column, Columns
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.tally import percent

if TYPE_CHECKING:
    from rich.console import RenderableType

    from xuncha.region.moved import Moved
    from xuncha.region.rollup import Rollup
    from xuncha.region.similar import Similar
    from xuncha.region.trend import Trend

_MONTHS: Final = 13
_MOST: Final = 10
"""Rows that are shown where not every one is asked for."""


def beyond_screen(done: Rollup, *, everything: bool) -> list[RenderableType]:
    """Lay out what stands below the counts; empty where nothing was asked for and nothing has moved."""
    beyond, shown = done.beyond, list["RenderableType"]()
    if beyond.moved and beyond.moved.moves:
        shown += _moved(beyond.moved, everything=everything)
    if beyond.trend:
        shown += _trend(beyond.trend, everything=everything)
    if beyond.similar:
        shown += _similar(beyond.similar, everything=everything)
    return shown


def _rest(more: int) -> list[RenderableType]:
    said = _("… and {n} more: {command}").format(n=more, command="xuncha rollup --all")
    return [Text(said, "dim")] if more > 0 else []


def _moved(moved: Moved, *, everything: bool) -> list[RenderableType]:
    right = Column(wraps=False, right=True)
    headings = (_("Measures closed"), _("Problems complete"), _("Overdue"))
    table = Columns(Column(_("Unit"), fills=True), *(right._replace(heading=each) for each in headings))
    chosen = moved.moves if everything else moved.moves[:_MOST]
    for each in chosen:
        numbers = (each.closed, each.problems_closed, each.overdue)
        table.add(each.unit or "", *(f"{number:+d}" if number else "" for number in numbers))
    title = _("Moved since {day}").format(day=moved.since)
    return [Text(), Text(title, "bold"), table, *_rest(len(moved.moves) - len(chosen))]


def _trend(trend: Trend, *, everything: bool) -> list[RenderableType]:
    said = ngettext("of {n} unit with a history", "of {n} units with a history", trend.units)
    title = Text.assemble((_("Trend"), "bold"), "  ", (said.format(n=trend.units), "dim"))
    if not trend.units:
        return [Text(), title]
    right = Column(wraps=False, right=True)
    headings = (_("Units"), _("Problems"), "%", _("Measures"), "%", _("Overdue"))
    table = Columns(Column(_("As of")), *(right._replace(heading=each) for each in headings))
    for each in trend.total if everything else trend.total[-_MONTHS:]:
        table.add(
            each.day.isoformat(),
            str(each.units),
            f"{each.problems_closed}/{each.problems}",
            percent(each.problems_closed, each.problems),
            f"{each.closed}/{each.total}",
            percent(each.closed, each.total),
            Text(str(each.overdue), "bold red") if each.overdue else "",
        )
    return [Text(), title, table]


def _similar(found: Similar, *, everything: bool) -> list[RenderableType]:
    said = ngettext("among {n} unit that hands in texts", "among {n} units that hand in texts", found.units)
    title = Text.assemble(
        (_("The same problem in several units"), "bold"), "  ", (said.format(n=found.units), "dim")
    )
    if not found.clusters:
        return [Text(), title, Text(_("None."), "dim")]
    table = Columns(Column(_("Units"), wraps=False, right=True), Column(_("Problem"), fills=True))
    chosen = found.clusters if everything else found.clusters[:_MOST]
    for each in chosen:
        table.add(str(each.units), screen.clean(each.titles[0]))
    return [Text(), title, table, *_rest(len(found.clusters) - len(chosen))]
