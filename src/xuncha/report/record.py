"""What the papers of a case tell of one measure: its record as plain values, with its entries and its evidence numbered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from xuncha.model.identity import Identity
from xuncha.model.records import Ledger
from xuncha.report.evidence import Entry, Piece, pieces_and_entries, pieces_json
from xuncha.report.items import Item, told_fields


class Outcome(NamedTuple):
    """What a measure has brought, of one kind."""

    label: str
    amount: str
    unit: str


class MeasureRecord(NamedTuple):
    """A measure; what nobody has said is None."""

    item: Item
    leader: str | None
    office: str | None
    person: str | None
    category: str | None
    finding: str | None  # the inspectors' own words
    notice_text: str | None
    problem_fields: tuple[tuple[str, str], ...]
    entries: tuple[Entry, ...]
    evidence: tuple[Piece, ...]
    outcomes: tuple[Outcome, ...]


def record(ledger: Ledger, identity: Identity, items: Mapping[Identity, Item]) -> MeasureRecord:
    """Gather what is told of one measure of a ledger."""
    measure, problem = ledger.measures[identity], ledger.problems[identity.problem]
    titles = {each.key: each.title for each in ledger.settings.categories}
    pieces, entries = pieces_and_entries(measure)
    return MeasureRecord(
        item=items[identity],
        leader=measure.leader,
        office=measure.office,
        person=measure.person,
        category=titles.get(problem.category or ""),
        finding=problem.finding,
        notice_text=measure.notice_text,
        problem_fields=told_fields(ledger.settings, problem),
        entries=entries,
        evidence=pieces,
        outcomes=tuple(
            Outcome(kind.label, f"{measure.outcomes[kind.key]:g}", kind.unit)
            for kind in ledger.settings.outcomes
            if kind.key in measure.outcomes
        ),
    )


def as_json(record: MeasureRecord) -> dict[str, Any]:
    """Give what `--json` tells of it besides what `list --json` does."""
    return {
        "problem_title": record.item.problem_title,
        "goal": record.item.goal,
        "progress": [
            {**each._asdict(), "date": each.date.isoformat() if each.date else None}
            for each in record.entries
        ],
        "evidence": list(pieces_json(record.evidence)),
        "outcomes": [each._asdict() for each in record.outcomes],
    }
