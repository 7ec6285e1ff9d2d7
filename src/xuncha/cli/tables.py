"""The screens of status and list: rich tables that are right in 80 columns."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import date
from operator import itemgetter
from typing import TYPE_CHECKING

from rich.console import Group as Lines
from rich.text import Text

from xuncha.cli import screen, words
from xuncha.cli.columns import Column, Columns
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.model.vocabulary import LIGHTS, STATUSES, TERMS, status_name
from xuncha.tally import Horizon, percent, review_day

if TYPE_CHECKING:
    from rich.console import RenderableType

    from xuncha.model.register import MeasureRow, Register
    from xuncha.model.vocabulary import Light, Status
    from xuncha.tally import Group, Tally

_BAR = 20
_Waiting = tuple[date, str, "MeasureRow"]
"""A measure with the day that it waits for, as a day and in words."""
_MANY = 40
"""Rows of one kind on a screen; the rest is counted."""


def bar(closed: int, total: int, width: int = _BAR) -> Text:
    """Draw a progress bar, readable without colours; full only when all is closed."""
    filled = width * closed // total if total else 0
    style = "green" if 0 < total == closed else "cyan"
    return Text.assemble(("█" * filled, style), ("░" * (width - filled), "dim"))


def status_screen(
    register: Register, counts: Tally, grouped: Sequence[Group], by: str, at: str | None, *, everything: bool
) -> list[RenderableType]:
    """Lay out the screen of `status`.

    Args:
        register: what is counted.
        counts: of it.
        grouped: what the bars are of.
        by: their kind.
        at: the moment in history as which it is counted, as it was typed; None now.
        everything: every row, however many there are.
    """
    again = shlex.join(
        [
            "xuncha",
            "status",
            *(["--at", at] if at else []),
            *(["--by", by] if by != "problem" else []),
            "--all",
        ]
    )
    limit = None if everything else _MANY
    shown: list[RenderableType] = [
        _head(register, counts),
        _counts(counts),
        *_waiting(register, counts, limit, again, past=at is not None),
    ]
    if counts.all_done:
        shown += [
            Text(),
            Text(
                _("Everything is complete: {n} problems, {m} measures.").format(
                    n=counts.problems, m=counts.measures
                ),
                "bold green",
            ),
        ]
    if not counts.problems:
        shown += [
            Text(),
            Text(_("The ledger is empty. Enter the first problem: xuncha add problem TITLE --category KEY")),
        ]
    elif grouped:
        shown += _bars(grouped, by, limit, again)
    return shown


def _waiting(
    register: Register, counts: Tally, limit: int | None, again: str, *, past: bool
) -> list[RenderableType]:
    """List what is overdue, what is due soon, and what is to be looked at again, each by its days."""
    horizon = Horizon.of(register, counts.as_of)
    overdue: list[_Waiting] = []
    due_soon: list[_Waiting] = []
    reviews: list[_Waiting] = []
    for row in register.measures:
        light = horizon.light(row)
        if row.due and light in {"red", "yellow"}:
            (overdue if light == "red" else due_soon).append((date.fromisoformat(row.due), row.due, row))
        elif horizon.review_due(row) and (day := review_day(row, register.frame)):
            reviews.append((day, _("last {day}").format(day=row.looked_at), row))
    days = register.frame.due_soon_days
    shown: list[RenderableType] = []
    for title, style, waiting, command in (
        (_("Overdue"), "bold red", overdue, "xuncha list --overdue"),
        (
            _("Due within {n} days").format(n=days),
            "bold yellow",
            due_soon,
            f"xuncha list --due-within {days}d",
        ),
        (_("Due for review"), "bold magenta", reviews, again),
    ):
        if not waiting:
            continue
        waiting.sort(key=itemgetter(0))
        fixed, wrapping = Column(wraps=False), Column()
        table = Columns(fixed, Column(fills=True), fixed, fixed, wrapping, wrapping)
        for day, said, row in waiting[:limit]:
            table.add(row.id, row.title, said, _left((day - counts.as_of).days), row.leader, row.office)
        heading = Text(f"{title} {len(waiting)}", style)
        shown += [Text(), heading, table, *_rest(len(waiting), limit, again if past else command)]
    return shown


def _head(register: Register, counts: Tally) -> RenderableType:
    inspected = (
        _("feedback of {day} by {inspector}").format(
            inspector=register.frame.inspector, day=register.frame.feedback
        )
        if register.frame.inspector
        else register.frame.feedback
    )
    table = Columns(Column(fills=True), Column(wraps=False), gap=2)
    table.add(Text(screen.clean(counts.organisation), "bold"), Text(counts.as_of.isoformat(), "dim"))
    table.add(Text(screen.clean(inspected), "dim"), "")
    return table


def _counts(counts: Tally) -> RenderableType:
    fixed = Column(wraps=False)
    table = Columns(fixed, fixed._replace(right=True), fixed, fixed, gap=2)
    for label, closed, total, said in (
        (_("Problems"), counts.problems_closed, counts.problems, _("{rate} of problems complete")),
        (_("Measures"), counts.closed, counts.measures, _("{rate} of measures closed")),
    ):
        shown = said.format(rate=percent(closed, total))
        table.add(label, Text(f"{closed}/{total}", "bold"), bar(closed, total), shown)
    if not counts.measures:
        return Lines(Text(), table)
    parts = [f"{status_name(status)} {number}" for status, number in counts.by_status.items() if number]
    if counts.long_term_closed:
        parts.append(_("of which long-term with a staged result {n}").format(n=counts.long_term_closed))
    lights = []
    for label, number, style in (
        (_("Overdue"), counts.overdue, "bold red"),
        (_("Due soon"), counts.due_soon, "bold yellow"),
        (_("Due for review"), counts.review_due, "bold magenta"),
    ):
        lights.append((f"{label} {number}  ", style if number else "dim"))
    return Lines(Text(), table, Text("  ".join(parts), "dim"), Text.assemble(*lights))


def _left(days: int) -> str:
    """Say how many days are left, or how late it is."""
    if days < 0:
        return ngettext("{n} day late", "{n} days late", -days).format(n=-days)
    return ngettext("{n} day left", "{n} days left", days).format(n=days) if days else _("today")


def _bars(grouped: Sequence[Group], by: str, limit: int | None, whole: str) -> list[RenderableType]:
    titles = {
        "problem": _("By problem"),
        "category": _("By category"),
        "office": _("By office"),
        "leader": _("By leader"),
    }
    shown = grouped
    if limit is not None and len(grouped) > limit:
        shown = ([group for group in grouped if not group.complete] or list(grouped))[:limit]
    fixed, count = Column(wraps=False), Column(wraps=False, right=True)
    # Marks stand at the right edge; where there are none, the bars stand beside the titles.
    title = Column(fills=any(group.overdue or group.complete for group in shown))
    numbered = by == "problem"
    table = Columns(*[count] * numbered, title, fixed, count, fixed)
    for group in shown:
        mark = (
            Text(_("{n} late").format(n=group.overdue), "bold red")
            if group.overdue
            else Text("✓", "green")
            if group.complete
            else Text()
        )
        number = [group.key] if numbered else []
        table.add(*number, group.title, bar(group.closed, group.total), f"{group.closed}/{group.total}", mark)
    return [Text(), Text(titles[by], "bold"), table, *_rest(len(grouped), len(shown), whole)]


def measures_table(rows: Sequence[MeasureRow], horizon: Horizon) -> Columns:
    """Lay out the table of `list`."""
    table = Columns(
        Column(_("No."), wraps=False),
        Column(_("Measure")),
        Column(_("Leader")),
        Column(_("Office")),
        Column(_("Due"), wraps=False),
        Column(_("Status"), wraps=False),
    )
    states = {(status, light): state(status, light) for status in STATUSES for light in LIGHTS}
    terms = {term: words.term(term) for term in TERMS}
    for row in rows:
        due = row.due or terms[row.term]
        table.add(row.id, row.title, row.leader, row.office, due, states[row.status, horizon.light(row)])
    return table


def state(status: Status, light: Light) -> Text:
    """Name the status of a measure, in the colour of its light; the light itself where it calls for something."""
    said = status_name(status) + ("" if light in {"done", "green"} else f" {words.light(light)}")
    return Text(said, words.COLOURS[light])


def _rest(total: int, shown: int | None, command: str) -> list[RenderableType]:
    if shown is None or total <= shown:
        return []
    return [Text(_("… and {n} more: {command}").format(n=total - shown, command=command), "dim")]
