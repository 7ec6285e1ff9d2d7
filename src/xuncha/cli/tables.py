"""The screens of status and list: rich tables that are right in 80 columns."""

from __future__ import annotations

import shlex
from datetime import date
from typing import TYPE_CHECKING, Literal

from rich.console import Group as Lines
from rich.table import Table
from rich.text import Text

from xuncha.cli import screen, words
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.model.vocabulary import status_name
from xuncha.tally import Horizon, percent, review_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from xuncha.model.register import MeasureRow, Register
    from xuncha.tally import Group, Tally

_LEFT: Literal["left"] = "left"
_RIGHT: Literal["right"] = "right"
_BAR = 20
_MANY = 40
"""Rows of one kind on a screen; the rest is counted."""


def bar(closed: int, total: int, width: int = _BAR) -> Text:
    """A progress bar, readable without colours; full only when all is closed."""
    filled = width * closed // total if total else 0
    style = "green" if 0 < total == closed else "cyan"
    return Text.assemble(("█" * filled, style), ("░" * (width - filled), "dim"))


def status_screen(
    register: Register,
    counts: Tally,
    grouped: Sequence[Group],
    by: str,
    at: str | None,
    *,
    everything: bool,
) -> list[RenderableType]:
    """The screen of `status`.

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
    """What is overdue, what is due soon, and what is to be looked at again."""
    horizon = Horizon.of(register, counts.as_of)
    days = register.frame.due_soon_days
    shown: list[RenderableType] = []
    for light, title, style, command in (
        ("red", _("Overdue"), "bold red", "xuncha list --overdue"),
        (
            "yellow",
            _("Due within {n} days").format(n=days),
            "bold yellow",
            f"xuncha list --due-within {days}d",
        ),
    ):
        if rows := [row for row in register.measures if horizon.light(row) == light]:
            shown += _due(title, style, rows, counts.as_of, limit, again if past else command)
    reviews = [
        (row, day)
        for row in register.measures
        if horizon.review_due(row) and (day := review_day(row, register.frame))
    ]
    return shown + (_reviews(reviews, counts.as_of, limit, again) if reviews else [])


def _head(register: Register, counts: Tally) -> RenderableType:
    inspected = (
        _("feedback of {day} by {inspector}").format(
            inspector=register.frame.inspector, day=register.frame.feedback
        )
        if register.frame.inspector
        else register.frame.feedback
    )
    table = Table.grid(expand=True, padding=(0, 2))
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    table.add_row(Text(screen.clean(counts.organisation), "bold"), Text(counts.as_of.isoformat(), "dim"))
    table.add_row(Text(screen.clean(inspected), "dim"))
    return table


def _counts(counts: Tally) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for justify in _LEFT, _RIGHT, _LEFT, _LEFT:
        table.add_column(justify=justify, no_wrap=True)
    for label, closed, total, said in (
        (_("Problems"), counts.problems_closed, counts.problems, _("{rate} of problems complete")),
        (_("Measures"), counts.closed, counts.measures, _("{rate} of measures closed")),
    ):
        shown = Text(said.format(rate=percent(closed, total)))
        table.add_row(Text(label), Text(f"{closed}/{total}", "bold"), bar(closed, total), shown)
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


def _due(
    title: str, style: str, rows: Sequence[MeasureRow], today: date, limit: int | None, whole: str
) -> list[RenderableType]:
    rows = sorted(rows, key=lambda row: row.due or "")
    table = _grid(False, True, False, False, True, True)
    for row in rows[:limit]:
        days = (date.fromisoformat(row.due) - today).days if row.due else 0
        table.add_row(row.id, _text(row.title), row.due, _left(days), _text(row.leader), _text(row.office))
    return [
        Text(),
        Text(f"{title} {len(rows)}", style),
        table,
        *_rest(len(rows), limit, whole),
    ]


def _reviews(
    due: Sequence[tuple[MeasureRow, date]], today: date, limit: int | None, whole: str
) -> list[RenderableType]:
    due = sorted(due, key=lambda each: each[1])
    table = _grid(False, True, False, False, True, True)
    for row, day in due[:limit]:
        table.add_row(
            row.id,
            _text(row.title),
            _("last {day}").format(day=row.looked_at),
            _left((day - today).days),
            _text(row.leader),
            _text(row.office),
        )
    return [
        Text(),
        Text(_("Due for review") + f" {len(due)}", "bold magenta"),
        table,
        *_rest(len(due), limit, whole),
    ]


def _left(days: int) -> str:
    """How many days are left, or how late it is."""
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
    table = Table.grid(padding=(0, 1), expand=True)
    numbered = by == "problem"
    if numbered:
        table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    table.add_column(no_wrap=True, width=_BAR)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    for group in shown:
        mark = (
            Text(_("{n} late").format(n=group.overdue), "bold red")
            if group.overdue
            else Text("✓", "green")
            if group.complete
            else Text()
        )
        number = [group.key] if numbered else []
        table.add_row(
            *number, _text(group.title), bar(group.closed, group.total), f"{group.closed}/{group.total}", mark
        )
    return [Text(), Text(titles[by], "bold"), table, *_rest(len(grouped), len(shown), whole)]


def measures_table(rows: Sequence[MeasureRow], horizon: Horizon) -> Table:
    """The table of `list`."""
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 1, 0, 0))
    table.add_column(_("No."), no_wrap=True)
    table.add_column(_("Measure"), overflow="fold", ratio=1)
    table.add_column(_("Leader"), overflow="fold")
    table.add_column(_("Office"), overflow="fold")
    table.add_column(_("Due"), no_wrap=True)
    table.add_column(_("Status"), no_wrap=True)
    for row in rows:
        light = horizon.light(row)
        due = row.due or words.term(row.term)
        state = (
            status_name(row.status)
            if light in {"done", "green"}
            else f"{status_name(row.status)} {words.light(light)}"
        )
        table.add_row(
            row.id,
            _text(row.title),
            _text(row.leader),
            _text(row.office),
            due,
            Text(state, words.COLOURS[light]),
        )
    return table


def _grid(*wrapping: bool) -> Table:
    """A table without lines: which columns wrap; the second takes what room there is."""
    table = Table.grid(padding=(0, 1), expand=True)
    for place, wraps in enumerate(wrapping):
        table.add_column(overflow="fold", ratio=1 if place == 1 else None, no_wrap=not wraps)
    return table


def _rest(total: int, shown: int | None, command: str) -> list[RenderableType]:
    if shown is None or total <= shown:
        return []
    return [Text(_("… and {n} more: {command}").format(n=total - shown, command=command), "dim")]


def _text(value: str) -> Text:
    return Text(screen.clean(value))
