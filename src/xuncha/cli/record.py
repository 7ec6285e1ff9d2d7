"""The screens of show: one record, whole."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING

from rich.text import Text

from xuncha.cli import screen
from xuncha.cli.columns import Column, Columns
from xuncha.cli.tables import bar, events_table, measures_table, or_unsaid, state, term
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.model.identity import EVIDENCE, Identity
from xuncha.model.records import EvidenceFile, Measure, Problem
from xuncha.model.register import Frame, MeasureRow
from xuncha.model.vocabulary import result_name
from xuncha.tally import Horizon

if TYPE_CHECKING:
    from rich.console import RenderableType

    from xuncha.model.settings import OutcomeKind
    from xuncha.trail.history import Event


def problem_screen(
    identity: Identity,
    problem: Problem,
    frame: Frame,
    rows: Sequence[MeasureRow],
    horizon: Horizon,
    events: Sequence[Event],
) -> list[RenderableType]:
    """Show a problem with its measures."""
    closed = sum(row.status == "closed" for row in rows)
    facts = _pairs(
        (_("Category"), or_unsaid(dict(frame.categories).get(problem.category or ""))),
        (_("Finding"), problem.finding),
        *_fields(problem, frame),
        (_("Published"), None if problem.publish else _("no: counts, and appears in nothing public")),
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
    """Show a measure; `kinds` are those of its outcomes."""
    closed, escalated, outcomes = measure.closed, measure.escalated, measure.outcomes
    brought = [f"{each.label} {outcomes[each.key]:g} {each.unit}" for each in kinds if each.key in outcomes]
    facts = _pairs(
        (_("Status"), state(measure.status, horizon.light(row))),
        (_("Goal"), measure.goal),
        (_("Part"), measure.part),
        (_("Leader"), or_unsaid(measure.leader)),
        (_("Office"), or_unsaid(measure.office)),
        (_("Person"), measure.person),
        (_("Co-offices"), _(", ").join(measure.co_offices)),
        (_("Due"), measure.due.isoformat() if measure.due else term(measure.term)),
        (_("Closed"), _joined(_day(closed.date), closed.by, closed.note) if closed else None),
        (_("Escalated"), _joined(_day(escalated.date), escalated.to) if escalated else None),
        (_("Outcomes"), _(", ").join(brought)),
        (_("In the notice"), measure.notice_text),
        *_fields(measure, frame),
        (_("Published"), None if row.publish else _("no: counts, and appears in nothing public")),
    )
    entries: list[tuple[str, str | Text]] = []
    for entry in measure.progress:
        text = Text(screen.clean(entry.text))
        if not entry.publish:
            text.append(_(" [internal]"), "yellow")
        for item in entry.evidence:
            if isinstance(item, EvidenceFile):
                text.append(f"\n{EVIDENCE}/{identity}/{item.file}", "cyan")
                text.append(_about(item), "dim")
            else:
                text.append(f"\n{screen.clean(item)}", "cyan")
        entries.append((_day(entry.date), text))
    entries += [
        (_day(review.date), _joined(_("reviewed"), result_name(review.result), review.text))
        for review in measure.reviews
    ]
    worked: list[RenderableType] = [Text(), Text(_("Progress"), "bold"), _pairs(*entries)] if entries else []
    return [_title(identity, measure.title), facts, *worked, *_history(events)]


def _day(day: date | None) -> str:
    return day.isoformat() if day else _("no day said")


def _about(item: EvidenceFile) -> str:
    """Tell the size of an evidence file, and its original name, as far as the entry says them."""
    told = ""
    if item.size is not None:
        told += "  " + ngettext("{n} byte", "{n} bytes", item.size).format(n=f"{item.size:,}")
    if item.name is not None:
        told += "  " + _("originally {name}").format(name=screen.clean(item.name))
    return told


def _fields(record: Problem | Measure, frame: Frame) -> Iterator[tuple[str, str]]:
    """Yield what the office tracks besides, by its name."""
    for kind in frame.fields:
        if kind.key in record.fields:
            yield kind.label, str(record.fields[kind.key])


def _title(identity: Identity, title: str) -> Text:
    return Text(f"{identity} {screen.clean(title)}", "bold")


def _pairs(*pairs: tuple[str, str | Text | None]) -> Columns:
    """Lay out labels or days, each with what is said beside it; leave out those with nothing."""
    table = Columns(Column(wraps=False, style="dim"), Column(), gap=2)
    for label, said in pairs:
        if said:
            table.add(label, said)
    return table


def _joined(*parts: str | None) -> str:
    return " ".join(part for part in parts if part)


def _history(events: Sequence[Event]) -> list[RenderableType]:
    return [Text(), Text(_("History"), "bold"), events_table(events)] if events else []
