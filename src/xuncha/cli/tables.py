"""The screens of status, todo, list and log: tables that are right in 80 columns."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from xuncha.cli import screen
from xuncha.cli.columns import FIXED, RIGHT, WIDE, Column, Columns
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.model.register import MeasureRow, Register
from xuncha.model.vocabulary import LIGHTS, STATUSES, TERMS, Light, Status, Term, status_name
from xuncha.tally import Group, Horizon, Tally, percent, review_day

if TYPE_CHECKING:
    from rich.console import RenderableType

    from xuncha.todo import Task
    from xuncha.trail.history import Event

_BAR = 20
_WIDEST_AUTHOR = 16
_MANY = 40  # rows of one kind on a screen; the rest is counted


def bar(closed: int, total: int) -> Text:
    """Draw a progress bar, readable without colours; full only when all is closed."""
    filled = _BAR * closed // total if total else 0
    style = "green" if 0 < total == closed else "cyan"
    return Text.assemble(("█" * filled, style), ("░" * (_BAR - filled), "dim"))


def status_screen(
    register: Register, counts: Tally, grouped: Sequence[Group], by: str, at: str | None, *, everything: bool
) -> list[RenderableType]:
    """Lay out the screen of `status`, with a bar for each group; `at` is the moment as it was typed, None now; `everything` shows every row."""
    options = [*(["--at", at] if at else []), *(["--by", by] if by != "problem" else [])]
    again = shlex.join(["xuncha", "status", *options, "--all"])
    limit = None if everything else _MANY
    waiting = _waiting(register, counts, limit, again, past=at is not None)
    shown = [_head(register, counts), *_counts(counts), *waiting]
    if counts.all_done:
        said = _("Everything is complete: {n} problems, {m} measures.")
        shown += [Text(), Text(said.format(n=counts.problems, m=counts.measures), "bold green")]
    if begin := beginning(register):
        shown += [Text(), Text(begin)]
    if counts.problems and grouped:
        shown += _bars(grouped, by, limit, again)
    return shown


def beginning(register: Register) -> str:
    """Say how to begin, where there are no problems or no measures yet; else nothing."""
    if not register.problems:
        return _("The ledger is empty. Enter the first problem: xuncha add problem TITLE")
    if not register.measures:
        said = _("There are no measures yet. Enter the first one: xuncha add measure {n} TITLE")
        return said.format(n=register.problems[0].id)
    return ""


def _waiting(
    register: Register, counts: Tally, limit: int | None, again: str, *, past: bool
) -> list[RenderableType]:
    """List what is overdue, what is due soon, and what is to be looked at again, each by its days."""
    horizon = Horizon.of(register, counts.as_of)
    waiting: dict[str, list[tuple[date | None, str, MeasureRow]]] = {"red": [], "yellow": [], "review": []}
    for row in register.measures:
        light = horizon.light(row)
        if light in waiting:
            waiting[light].append(
                (date.fromisoformat(row.due) if row.due else None, row.due or term(row.term), row)
            )
        elif horizon.review_due(row) and (day := review_day(row, register.frame)):
            waiting["review"].append((day, _("last {day}").format(day=row.looked_at), row))
    days = register.frame.due_soon_days
    soon = _("Due within {n} days").format(n=days)
    shown: list[RenderableType] = []
    for title, style, rows, command in (
        (_("Overdue"), "bold red", waiting["red"], "xuncha list --overdue"),
        (soon, "bold yellow", waiting["yellow"], f"xuncha list --due-within {days}"),
        (_("Due for review"), "bold magenta", waiting["review"], again),
    ):
        if not rows:
            continue
        rows.sort(key=lambda each: each[0] or date.min)
        table = Columns(FIXED, WIDE, FIXED, FIXED, Column(), Column())
        for day, said, row in rows[:limit]:
            who = (or_unsaid(row.leader), or_unsaid(row.office))
            table.add(row.id, row.title, said, _left((day - counts.as_of).days) if day else "", *who)
        heading = Text(f"{title} {len(rows)}", style)
        shown += [Text(), heading, table, *rest(len(rows), limit, again if past else command)]
    return shown


def todo_screen(waiting: Sequence[Task], due_soon_days: int) -> list[RenderableType]:
    """Lay out the screen of `todo`: what waits, kind by kind, each with what to type below it."""
    headings = {
        "overdue": (_("Overdue"), "bold red"),
        "due_soon": (_("Due within {n} days").format(n=due_soon_days), "bold yellow"),
        "returned": (_("Returned"), "bold yellow"),
        "decide": (_("To be decided"), "bold cyan"),
        "review": (_("Due for review"), "bold magenta"),
        "unassigned": (_("Not assigned"), "bold cyan"),
    }
    shown: list[RenderableType] = []
    for kind, (title, style) in headings.items():
        tasks = [task for task in waiting if task.kind == kind]
        if not tasks:
            continue
        table = Columns(FIXED, WIDE, FIXED, Column())
        for task in tasks:
            left = term(task.row.term) if task.days is None else _left(task.days)
            table.add(task.row.id, task.row.title, left, or_unsaid(task.row.office))
            table.add("", Text(task.command, "dim"), "", "")
        shown += [Text(), Text(f"{title} {len(tasks)}", style), table]
    return shown[1:]


def _head(register: Register, counts: Tally) -> RenderableType:
    frame = register.frame
    known, unknown = _("feedback of {day}"), _("the day of the feedback not said")
    if frame.inspector:
        known = _("feedback of {day} by {inspector}")
        unknown = _("{inspector}, the day of the feedback not said")
    said = known if frame.feedback else unknown
    inspected = said.format(inspector=frame.inspector, day=frame.feedback)
    table = Columns(WIDE, FIXED, gap=2)
    name = screen.clean(counts.organisation or _("organisation not said"))
    table.add(Text(name, "bold"), Text(counts.as_of.isoformat(), "dim"))
    table.add(Text(screen.clean(inspected), "dim"), "")
    return table


def _counts(counts: Tally) -> list[RenderableType]:
    table = Columns(FIXED, RIGHT, FIXED, FIXED, gap=2)
    for label, closed, total, said in (
        (_("Problems"), counts.problems_closed, counts.problems, _("{rate} of problems complete")),
        (_("Measures"), counts.closed, counts.measures, _("{rate} of measures closed")),
    ):
        shown = said.format(rate=percent(closed, total))
        table.add(label, Text(f"{closed}/{total}", "bold"), bar(closed, total), shown)
    if not counts.measures:
        return [Text(), table]
    parts = [f"{status_name(status)} {number}" for status, number in counts.by_status.items() if number]
    if counts.long_term_closed:
        parts.append(_("of which long-term with a staged result {n}").format(n=counts.long_term_closed))
    lights = marks(counts.overdue, counts.due_soon, counts.review_due, counts.not_assigned or None)
    return [Text(), table, Text("  ".join(parts), "dim"), lights]


def marks(overdue: int, due_soon: int, review_due: int, not_assigned: int | None) -> Text:
    """Say on a line what calls for something; None is left out."""
    told = (
        (_("Overdue"), overdue, "bold red"),
        (_("Due soon"), due_soon, "bold yellow"),
        (_("Due for review"), review_due, "bold magenta"),
        (_("Not assigned"), not_assigned, "bold cyan"),
    )
    parts = [(f"{label} {n}  ", style if n else "dim") for label, n, style in told if n is not None]
    return Text.assemble(*parts)


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
    # Marks stand at the right edge; where there are none, the bars stand beside the titles.
    wide = Column(fills=any(group.overdue or group.complete for group in shown))
    numbered = by == "problem"
    table = Columns(*[RIGHT] * numbered, wide, FIXED, RIGHT, FIXED)
    for group in shown:
        mark = Text("✓" if group.complete else "", "green")
        if group.overdue:
            mark = Text(_("{n} late").format(n=group.overdue), "bold red")
        count = f"{group.closed}/{group.total}"
        table.add(*[group.key or ""] * numbered, group.title, bar(group.closed, group.total), count, mark)
    return [Text(), Text(titles[by], "bold"), table, *rest(len(grouped), len(shown), whole)]


def measures_table(rows: Sequence[MeasureRow], horizon: Horizon) -> Columns:
    """Lay out the table of `list`."""
    headings = (_("No."), _("Measure"), _("Leader"), _("Office"), _("Due"), _("Status"))
    table = Columns(FIXED, Column(), Column(), Column(), FIXED, FIXED, headings=headings)
    states = {(status, light): state(status, light) for status in STATUSES for light in LIGHTS}
    terms = {word: term(word) for word in TERMS}
    for row in rows:
        said = states[row.status, horizon.light(row)]
        limit = row.due or terms[row.term]
        table.add(row.id, row.title, or_unsaid(row.leader), or_unsaid(row.office), limit, said)
    return table


def events_table(events: Sequence[Event]) -> Columns:
    """Lay out the table of `log`: when, who, what."""
    from xuncha.requests.outcomes import what_was_done  # noqa: PLC0415  what only counts shows no history

    table = Columns(FIXED, FIXED, Column(), headings=(_("When"), _("Who"), _("What")), gap=2)
    for event in events:
        author = screen.clean(event.author)
        if cell_len(author) > _WIDEST_AUTHOR:
            author = set_cell_size(author, _WIDEST_AUTHOR - 1) + "…"
        what = Text(screen.clean(what_was_done(event)))
        if event.reason:
            what.append(_(" ({reason})").format(reason=screen.clean(event.reason)), "dim")
        if event.by_hand:
            what.append(_(" [by hand]"), "yellow")
        table.add(event.minute, author, what)
    return table


def state(status: Status, light: Light) -> Text:
    """Name the status of a measure, in the colour of its light; the light itself where it calls for something."""
    said, style = {
        "done": ("", "green"),
        "green": ("", ""),
        "yellow": (_("due soon"), "yellow"),
        "none": ("", ""),
        "red": (_("overdue"), "bold red"),
    }[light]
    name = status_name(status)
    return Text(_("{status}, {light}").format(status=name, light=said) if said else name, style)


def term(word: Term) -> str:
    """Return what stands for the time limit of a measure that has none."""
    return {"at_once": _("at once"), "once": _("not said"), "long_term": _("long-term")}[word]


def or_unsaid(said: str | None) -> str | Text:
    """Give what the ledger says, or the words for what nobody has said yet."""
    return said if said is not None else Text(_("not said"), "dim")


def rest(total: int, shown: int | None, command: str) -> list[RenderableType]:
    """Say how many rows are not among those that are shown (None: all are), and what shows them."""
    if shown is None or total <= shown:
        return []
    return [Text(_("… and {n} more: {command}").format(n=total - shown, command=command), "dim")]
