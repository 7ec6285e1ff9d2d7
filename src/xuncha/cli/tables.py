"""The screens of status, todo, list, log and show: tables that fit into 80 columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from rich.text import Text

from xuncha.cli import screen
from xuncha.cli.columns import FIXED, RIGHT, SPARE, SPARE_FIXED, WIDE, Column, Columns
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.model.identity import EVIDENCE, Identity
from xuncha.model.register import Frame, MeasureRow, Register
from xuncha.model.vocabulary import LIGHTS, STATUSES, TERMS, Light, Status, Term, status_name, word_name
from xuncha.requests.outcomes import event_rows, feedback_of
from xuncha.tally import Group, Horizon, Tally, percent, plain_number, review_day

if TYPE_CHECKING:
    from rich.console import RenderableType

    from xuncha.model.records import Measure, Problem
    from xuncha.model.settings import OutcomeKind
    from xuncha.requests.todo import Task
    from xuncha.trail.history import Event

_BAR = 20
_LIMIT = 40  # the most rows of one kind on a screen; below them stands how many more there are


def bar(closed: int, total: int) -> Text:
    """Return a progress bar, readable without colours; full only if all is closed."""
    filled = _BAR * closed // total if total else 0
    style = "green" if 0 < total == closed else "cyan"
    return Text.assemble(("█" * filled, style), ("░" * (_BAR - filled), "dim"))


def status_screen(
    register: Register, counts: Tally, grouped: Sequence[Group], by: str, *, everything: bool
) -> list[RenderableType]:
    """Lay out the screen of `status`, with a bar for each group; `everything` shows every row."""
    limit = None if everything else _LIMIT
    name = counts.organisation or _("organisation not set")
    heading = head(name, counts.as_of, feedback_of(register.frame))
    command = "xuncha status --all" if by == "problem" else f"xuncha status --by {by} --all"
    shown = [heading, *_counts(counts), *_due_lists(register, counts, limit, command)]
    if counts.all_done:
        message = _("Everything is complete: {n} problems, {m} measures.")
        shown += [Text(), Text(message.format(n=counts.problems, m=counts.measures), "bold green")]
    if step := first_step(register):
        shown += [Text(), Text(step)]
    if counts.problems and grouped:
        shown += _bars(grouped, by, limit, command)
    return shown


def first_step(register: Register) -> str:
    """Return how to begin, if there are no problems or no measures yet; else an empty text."""
    if not register.problems:
        return _("The ledger is empty. Enter the first problem: xuncha add problem TITLE")
    if not register.measures:
        message = _("There are no measures yet. Enter the first one: xuncha add measure {n} TITLE")
        return message.format(n=register.problems[0].id)
    return ""


def _due_lists(register: Register, counts: Tally, limit: int | None, command: str) -> list[RenderableType]:
    """List what is overdue, due soon, and due for review, each sorted by day; `command` shows what is left out."""
    horizon = Horizon.of_register(register, counts.as_of)
    waiting: dict[str, list[tuple[date | None, MeasureRow]]] = {"red": [], "yellow": [], "review": []}
    for row in register.measures:
        kind = "review" if horizon.is_review_due(row) else horizon.light(row)
        if kind in waiting:
            due = date.fromisoformat(row.due) if row.due else None
            waiting[kind].append((review_day(row, register.frame) if kind == "review" else due, row))
    shown: list[RenderableType] = []
    for kind, title, style in (
        ("red", _("Overdue"), "bold red"),
        ("yellow", _("Due within {n} days", n=register.frame.due_soon_days), "bold yellow"),
        ("review", _("Due for review"), "bold magenta"),
    ):
        rows = sorted(waiting[kind], key=lambda each: each[0] or date.min)
        if not rows:
            continue
        table = Columns(FIXED, WIDE, FIXED, FIXED, SPARE, SPARE)
        for day, row in rows[:limit]:
            last, limit_text = _("last {day}", day=row.reviewed_on), row.due or term_text(row.term)
            label = last if kind == "review" else limit_text
            left = _days_left((day - counts.as_of).days) if day else ""
            table.add(row.id, row.title, label, left, or_not_set(row.leader), or_not_set(row.office))
        heading = Text(f"{title} {len(rows)}", style)
        shown += [Text(), heading, table, *omitted(len(rows), limit, command)]
    return shown


def todo_screen(all_tasks: Sequence[Task], due_soon_days: int) -> list[RenderableType]:
    """Lay out the screen of `todo`: the tasks kind by kind, each with the command to type below it."""
    headings = {
        "overdue": (_("Overdue"), "bold red"),
        "due_soon": (_("Due within {n} days", n=due_soon_days), "bold yellow"),
        "returned": (_("Returned"), "bold yellow"),
        "decide": (_("To be decided"), "bold cyan"),
        "review": (_("Due for review"), "bold magenta"),
        "unassigned": (_("Not assigned"), "bold cyan"),
    }
    shown: list[RenderableType] = []
    for kind, (title, style) in headings.items():
        tasks = [task for task in all_tasks if task.kind == kind]
        if not tasks:
            continue
        table = Columns(FIXED, WIDE, FIXED, Column())
        for task in tasks:
            days_left = term_text(task.row.term) if task.days is None else _days_left(task.days)
            table.add(task.row.id, task.row.title, days_left, or_not_set(task.row.office))
            table.add("", Text(task.command, "dim"), "", "")
        shown += [Text(), Text(f"{title} {len(tasks)}", style), table]
    return shown[1:]


def head(name: str, day: date, below: str) -> Columns:
    """Lay out the head of a screen: a name, a day, and a line below them."""
    table = Columns(WIDE, FIXED, gap=2)
    table.add(Text(screen.clean(name), "bold"), Text(day.isoformat(), "dim"))
    table.add(Text(screen.clean(below), "dim"), "")
    return table


def totals(problems: tuple[int, int], measures: tuple[int, int], *, bars: bool = False) -> Columns:
    """Lay out how many of all problems are complete, and how many of all measures are closed."""
    table = Columns(FIXED, RIGHT, *[SPARE_FIXED] * bars, FIXED, gap=2)
    for label, (closed, total), text in (
        (_("Problems"), problems, _("{rate} of problems complete")),
        (_("Measures"), measures, _("{rate} of measures closed")),
    ):
        drawn = [bar(closed, total)] * bars
        rate = text.format(rate=percent(closed, total))
        table.add(label, Text(f"{closed}/{total}", "bold"), *drawn, rate)
    return table


def _counts(counts: Tally) -> list[RenderableType]:
    problems, measures = (counts.problems_closed, counts.problems), (counts.closed, counts.measures)
    table = totals(problems, measures, bars=True)
    if not counts.measures:
        return [Text(), table]
    parts = [f"{status_name(status)} {number}" for status, number in counts.by_status.items() if number]
    if counts.long_term_closed:
        parts.append(_("of which long-term with a staged result {n}", n=counts.long_term_closed))
    lights = warnings_line(counts.overdue, counts.due_soon, counts.review_due, counts.not_assigned or None)
    return [Text(), table, Text("  ".join(parts), "dim"), lights]


def warnings_line(overdue: int, due_soon: int, review_due: int, not_assigned: int | None) -> Text:
    """Return a line of the counts that need attention; a count that is None is left out."""
    counts = (
        (_("Overdue"), overdue, "bold red"),
        (_("Due soon"), due_soon, "bold yellow"),
        (_("Due for review"), review_due, "bold magenta"),
        (_("Not assigned"), not_assigned, "bold cyan"),
    )
    parts = [(f"{label} {n}  ", style if n else "dim") for label, n, style in counts if n is not None]
    return Text.assemble(*parts)


def _days_left(days: int) -> str:
    """Return how many days are left, or how late it is."""
    if days < 0:
        return ngettext("{n} day late", "{n} days late", -days)
    return ngettext("{n} day left", "{n} days left", days) if days else _("today")


def _bars(grouped: Sequence[Group], by: str, limit: int | None, command: str) -> list[RenderableType]:
    titles = {
        "problem": _("By problem"),
        "category": _("By category"),
        "office": _("By office"),
        "leader": _("By leader"),
    }
    shown = grouped
    if limit is not None and len(grouped) > limit:
        shown = ([group for group in grouped if not group.complete] or list(grouped))[:limit]
    # Marks stand at the right edge; without marks, the bars stand beside the titles.
    wide = Column(fills=any(group.overdue or group.complete for group in shown))
    numbered = by == "problem"
    table = Columns(*[RIGHT] * numbered, wide, SPARE_FIXED, RIGHT, FIXED)
    for group in shown:
        mark = Text("✓" if group.complete else "", "green")
        if group.overdue:
            mark = Text(_("{n} late", n=group.overdue), "bold red")
        count = f"{group.closed}/{group.total}"
        title = group.title if group.key else or_not_set(None)
        table.add(*[group.key or ""] * numbered, title, bar(group.closed, group.total), count, mark)
    return [Text(), Text(titles[by], "bold"), table, *omitted(len(grouped), len(shown), command)]


def measures_table(rows: Sequence[MeasureRow], horizon: Horizon) -> Columns:
    """Lay out the table of `list`."""
    headings = (_("No."), _("Measure"), _("Leader"), _("Office"), _("Due"), _("Status"))
    table = Columns(FIXED, Column(), SPARE, SPARE, FIXED, FIXED, headings=headings)
    states = {(status, light): status_text(status, light) for status in STATUSES for light in LIGHTS}
    terms = {word: term_text(word) for word in TERMS}
    for row in rows:
        label = states[row.status, horizon.light(row)]
        limit = row.due or terms[row.term]
        table.add(row.id, row.title, or_not_set(row.leader), or_not_set(row.office), limit, label)
    return table


def events_table(events: Sequence[Event]) -> Columns:
    """Lay out the table of `log`: when, who, what."""
    table = Columns(FIXED, Column(), Column(), headings=(_("When"), _("Who"), _("What")), gap=2)
    for event, done in event_rows(events):
        text = Text(screen.clean(done))
        if event.reason:
            text.append(_(" ({reason})", reason=screen.clean(event.reason)), "dim")
        if event.by_hand:
            text.append(_(" [by hand]"), "yellow")
        table.add(event.minute, event.author, text)
    return table


def status_text(status: Status, light: Light) -> Text:
    """Return the name of a status, in the colour of the light; with the light's name, if it needs attention."""
    label, style = {
        "done": ("", "green"),
        "yellow": (_("due soon"), "yellow"),
        "red": (_("overdue"), "bold red"),
    }.get(light, ("", ""))
    name = status_name(status)
    return Text(_("{status}, {light}", status=name, light=label) if label else name, style)


def term_text(word: Term) -> str:
    """Return what is shown instead of a time limit, for a measure without one."""
    return {"at_once": _("at once"), "once": _("not set"), "long_term": _("long-term")}[word]


def or_not_set(value: str | None) -> str | Text:
    """Return what the ledger says, or words for what it does not say yet."""
    return value if value is not None else Text(_("not set"), "dim")


def omitted(total: int, shown: int | None, command: str) -> list[RenderableType]:
    """Return a line with the number of rows that are not shown, and the command for them; nothing if all are shown. `shown` is None if there is no limit."""
    if shown is None or total <= shown:
        return []
    return [Text(_("… and {n} more: {command}", n=total - shown, command=command), "dim")]


def problem_screen(
    identity: Identity,
    problem: Problem,
    frame: Frame,
    rows: Sequence[MeasureRow],
    horizon: Horizon,
    events: Sequence[Event],
) -> list[RenderableType]:
    """Lay out the screen of a problem with its measures."""
    closed = sum(row.status == "closed" for row in rows)
    facts = _pairs(
        (_("Category"), or_not_set(dict(frame.categories).get(problem.category or ""))),
        (_("Finding"), problem.finding),
        *_fields(problem, frame),
        (_("Published"), None if problem.publish else _("no: counted, but not shown in anything public")),
    )
    count = Text.assemble(bar(closed, len(rows)), f" {closed}/{len(rows)}")
    table = [measures_table(rows, horizon)] if rows else []
    return [_title(identity, problem.title), facts, count, Text(), *table, *_history(events)]


def measure_screen(
    identity: Identity,
    measure: Measure,
    kinds: Sequence[OutcomeKind],
    frame: Frame,
    row: MeasureRow,
    horizon: Horizon,
    events: Sequence[Event],
) -> list[RenderableType]:
    """Lay out the screen of a measure; `kinds` are the kinds of its outcomes."""
    closed, escalated, outcomes = measure.closed, measure.escalated, measure.outcomes
    results = [
        f"{kind.label} {plain_number(outcomes[kind.key])} {kind.unit}"
        for kind in kinds
        if kind.key in outcomes
    ]
    facts = _pairs(
        (_("Status"), status_text(measure.status, horizon.light(row))),
        (_("Goal"), measure.goal),
        (_("Part"), measure.part),
        (_("Leader"), or_not_set(measure.leader)),
        (_("Office"), or_not_set(measure.office)),
        (_("Person"), measure.person),
        (_("Co-offices"), _(", ").join(measure.co_offices)),
        (_("Due"), measure.due.isoformat() if measure.due else term_text(measure.term)),
        (_("Closed"), _joined(_day(closed.date), closed.by, closed.note) if closed else None),
        (_("Escalated"), _joined(_day(escalated.date), escalated.to) if escalated else None),
        (_("Outcomes"), _(", ").join(results)),
        (_("In the notice"), measure.notice_text),
        *_fields(measure, frame),
        (_("Published"), None if row.publish else _("no: counted, but not shown in anything public")),
    )
    from xuncha.model.records import EvidenceFile  # noqa: PLC0415  screens that only count need no records

    entries: list[tuple[str, str | Text]] = []
    for entry in measure.progress:
        text = Text(screen.clean(entry.text))
        if not entry.publish:
            text.append(_(" [internal]"), "yellow")
        for item in entry.evidence:
            shown = f"{EVIDENCE}/{identity}/{item.file}" if isinstance(item, EvidenceFile) else item
            text.append(f"\n{screen.clean(shown)}", "cyan")
        entries.append((_day(entry.date), text))
    entries += [
        (_day(review.date), _joined(_("reviewed"), word_name(review.result), review.text))
        for review in measure.reviews
    ]
    worked: list[RenderableType] = [Text(), Text(_("Progress"), "bold"), _pairs(*entries)] if entries else []
    return [_title(identity, measure.title), facts, *worked, *_history(events)]


def _day(day: date | None) -> str:
    return day.isoformat() if day else _("no day given")


def _fields(record: Problem | Measure, frame: Frame) -> Iterator[tuple[str, str]]:
    """Yield the labels and the values of the record's declared fields."""
    for kind in frame.fields:
        if kind.key in record.fields:
            yield kind.label, str(record.fields[kind.key])


def _title(identity: Identity, title: str) -> Text:
    return Text(f"{identity} {screen.clean(title)}", "bold")


def _pairs(*pairs: tuple[str, str | Text | None]) -> Columns:
    """Lay out labels or days, each with its text beside it; leave out those without a text."""
    table = Columns(FIXED, Column(), gap=2)
    for label, text in pairs:
        if text:
            table.add(Text(screen.clean(label), "dim"), text)
    return table


def _joined(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)


def _history(events: Sequence[Event]) -> list[RenderableType]:
    return [Text(), Text(_("History"), "bold"), events_table(events)] if events else []
