"""The dossier of a measure (一事一档): its record, its evidence, and every step with who and when; as a paper, with the evidence bound in, or as a zip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date as Date  # noqa: N812  a field is named `date`
from pathlib import Path
from typing import Any, NamedTuple

from xuncha.language import speaking
from xuncha.model.identity import Identity
from xuncha.model.records import Closed, Ledger, Review
from xuncha.report import record as told
from xuncha.report.evidence import Piece, brought, taken, why
from xuncha.report.items import items, rows_json
from xuncha.report.record import MeasureRecord
from xuncha.report.steps import Extension, Step, extensions, steps
from xuncha.trail.history import Event


class LookedAgain(NamedTuple):
    """A later look at a long-term measure."""

    date: Date
    result: str
    text: str | None


class Dossier(NamedTuple):
    """All that the template is given, under the name `report`."""

    organisation: str
    desk: str
    date: Date
    commit: str  # that it is made of; empty outside a repository
    is_changed: bool  # whether what is not committed is in it, too
    record: MeasureRecord
    begins: Date | None  # the first day that the ledger or its history tells of
    ends: Date | None  # when it was closed
    steps: tuple[Step, ...]
    extensions: tuple[Extension, ...]
    returns: tuple[Step, ...]
    escalated_to: str | None
    escalated_on: Date | None
    reviews: tuple[LookedAgain, ...]
    is_closed: bool
    closed_on: Date | None
    closed_by: str | None
    note: str | None
    form: str  # txt, md, html, docx, pdf or zip
    why: dict[str, str]
    """In words, why a file is not given or not bound in, by its `fault` and its `apart`."""


def dossier(
    ledger: Ledger,
    today: Date,
    root: Path,
    identity: Identity,
    events: Sequence[Event],
    commit: str,
    *,
    is_changed: bool,
) -> Dossier:
    """Gather the dossier of a measure; `events` is its history, newest first, and the ledger need not hold more than its problem."""
    from xuncha.report.items import desk  # noqa: PLC0415  a field is named like it

    measure, settings = ledger.measures[identity], ledger.settings
    record, done = told.record(ledger, identity, items(ledger, today)), steps(events)
    brought_by = brought(root, identity, measure)
    pieces = tuple(
        piece._replace(by=who[0], on=Date.fromisoformat(who[1]))
        if (who := brought_by.get(piece.file or ""))
        else piece
        for piece in record.evidence
    )
    days = [each.date for each in record.entries if each.date] + [step.day for step in done]
    closed = measure.closed or Closed()
    return Dossier(
        organisation=settings.name,
        desk=desk(settings),
        date=today,
        commit=commit,
        is_changed=is_changed,
        record=record._replace(evidence=pieces),
        begins=min(days, default=None),
        ends=closed.date,
        steps=done,
        extensions=tuple(extensions(root, events)),
        returns=tuple(
            each for each in done if (each.from_, each.action) == ("submitted", "return") and not each.undone
        ),
        escalated_to=measure.escalated.to if measure.escalated else None,
        escalated_on=measure.escalated.date if measure.escalated else None,
        reviews=tuple(map(_looked_again, measure.reviews)),
        is_closed=measure.status == "closed",
        closed_on=closed.date,
        closed_by=closed.by,
        note=closed.note,
        form="",
        why={},
    )


def _looked_again(review: Review) -> LookedAgain:
    return LookedAgain(review.date, review.result, review.text)


def with_evidence(
    report: Dossier, form: str, root: Path, folder: Path | None, look: Callable[[Piece], Piece]
) -> Dossier:
    """Return the dossier in a form, with each file of evidence read, copied into a folder if there is one, and looked at."""
    identity = Identity.parse(report.record.item.id)
    pieces = tuple(look(taken(root, identity, piece, folder)) for piece in report.record.evidence)
    with speaking("zh"):
        words = {key: why(key) for piece in pieces for key in (piece.fault, piece.apart) if key}
    return report._replace(record=report.record._replace(evidence=pieces), form=form, why=words)


def as_json(report: Dossier, ledger: Ledger) -> dict[str, Any]:
    """Make the output of `report dossier --json`."""
    closed = {"date": report.closed_on, "by": report.closed_by, "note": report.note}
    escalated = {"to": report.escalated_to, "date": report.escalated_on}
    return {
        "organisation": report.organisation,
        "as_of": report.date.isoformat(),
        "commit": report.commit or None,
        **rows_json(ledger, report.date)[report.record.item.id],
        **told.as_json(report.record),
        "steps": [_plain(step._asdict()) for step in report.steps],
        "extensions": [
            _plain({"commit": each.step.commit, "old": each.old, "new": each.new, "reason": each.step.reason})
            for each in report.extensions
        ],
        "returns": [each.commit for each in report.returns],
        "escalated": _plain(escalated) if report.escalated_to else None,
        "reviews": [_plain(each._asdict()) for each in report.reviews],
        "closed": _plain(closed) if report.is_closed else None,
    }


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    """Return values with their days as text, and without the underscore that `from_` has."""
    return {
        key.rstrip("_"): value.isoformat() if isinstance(value, Date) else value
        for key, value in told.items()
    }
