"""The screens of show: one record, whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from xuncha.cli import screen, words
from xuncha.cli.tables import bar, measures_table
from xuncha.cli.track import events_table
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.model.identity import EVIDENCE
from xuncha.model.records import EvidenceFile, Measure
from xuncha.model.vocabulary import result_name, status_name
from xuncha.tally import measure_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from xuncha.model.identity import Identity
    from xuncha.model.records import Problem
    from xuncha.model.register import MeasureRow
    from xuncha.model.settings import Settings
    from xuncha.tally import Horizon
    from xuncha.trail.history import Event


def record_json(
    identity: Identity,
    record: Problem | Measure,
    rows: Sequence[MeasureRow],
    horizon: Horizon,
    events: Sequence[Event],
) -> dict[str, Any]:
    """The form of `show --json`: every key of the record, and its history; of a problem also its measures."""
    shown = {"id": str(identity), **record.model_dump(mode="json")}
    if isinstance(record, Measure):
        row = next(row for row in rows if row.id == str(identity))
        shown |= {"problem": row.problem, "category": row.category, "light": horizon.light(row)}
        shown["publish"] = row.publish  # as `list` says it: what its problem withholds is withheld
    else:
        shown["measures"] = [measure_json(row, horizon) for row in rows]
    return {**shown, "history": [event.as_json() for event in events]}


def problem_screen(
    identity: Identity,
    problem: Problem,
    settings: Settings,
    rows: Sequence[MeasureRow],
    horizon: Horizon,
    events: Sequence[Event],
) -> list[RenderableType]:
    """A problem with its measures."""
    closed = sum(row.status == "closed" for row in rows)
    facts = _facts(
        (_("Category"), next(known.title for known in settings.categories if known.key == problem.category)),
        (_("Finding"), problem.finding),
        (_("Published"), None if problem.publish else _("no: counts, and appears in nothing public")),
    )
    count = Text.assemble(bar(closed, len(rows)), f" {closed}/{len(rows)}")
    table: list[RenderableType] = [measures_table(rows, horizon)] if rows else []
    return [_title(identity, problem.title), facts, count, Text(), *table, *_history(events)]


def measure_screen(
    identity: Identity,
    measure: Measure,
    settings: Settings,
    row: MeasureRow,
    horizon: Horizon,
    events: Sequence[Event],
) -> list[RenderableType]:
    """A measure."""
    light = horizon.light(row)
    state = status_name(measure.status) + ("" if light in {"done", "green"} else f" {words.light(light)}")
    closed = measure.closed
    escalated = measure.escalated
    facts = _facts(
        (_("Status"), Text(state, words.COLOURS[light])),
        (_("Goal"), measure.goal),
        (_("Part"), measure.part),
        (_("Leader"), measure.leader),
        (_("Office"), measure.office),
        (_("Co-offices"), _(", ").join(measure.co_offices)),
        (_("Due"), measure.due.isoformat() if measure.due else words.term(measure.term)),
        (_("Closed"), _joined(closed.date.isoformat(), closed.by, closed.note) if closed else None),
        (_("Taken over"), _joined(escalated.date.isoformat(), escalated.to) if escalated else None),
        (
            _("Outcomes"),
            _(", ").join(
                f"{kind.label} {measure.outcomes[kind.key]:g} {kind.unit}"
                for kind in settings.outcomes
                if kind.key in measure.outcomes
            ),
        ),
        (_("In the notice"), measure.notice_text),
        (_("Published"), None if row.publish else _("no: counts, and appears in nothing public")),
    )
    entries = Table.grid(padding=(0, 2))
    entries.add_column(no_wrap=True, style="dim")
    entries.add_column(overflow="fold")
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
        entries.add_row(entry.date.isoformat(), text)
    for review in measure.reviews:
        entries.add_row(
            review.date.isoformat(),
            Text(_joined(_("looked at again"), result_name(review.result), review.text)),
        )
    worked: list[RenderableType] = (
        [Text(), Text(_("Progress"), "bold"), entries] if measure.progress or measure.reviews else []
    )
    return [_title(identity, measure.title), facts, *worked, *_history(events)]


def _about(item: EvidenceFile) -> str:
    """The size of an evidence file, and how it was called, as far as the entry tells."""
    told = []
    if item.size is not None:
        told.append(ngettext("{n} byte", "{n} bytes", item.size).format(n=f"{item.size:,}"))
    if item.name is not None:
        told.append(_("originally {name}").format(name=screen.clean(item.name)))
    return "".join(f"  {fact}" for fact in told)


def _title(identity: Identity, title: str) -> Text:
    return Text(f"{identity} {screen.clean(title)}", "bold")


def _facts(*facts: tuple[str, str | Text | None]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for label, value in facts:
        if value:
            table.add_row(label, value if isinstance(value, Text) else Text(screen.clean(value)))
    return table


def _joined(*parts: str | None) -> str:
    return " ".join(screen.clean(part) for part in parts if part)


def _history(events: Sequence[Event]) -> list[RenderableType]:
    return [Text(), Text(_("History"), "bold"), events_table(list(events))] if events else []
