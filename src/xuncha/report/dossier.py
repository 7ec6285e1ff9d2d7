"""The dossier of a measure (一事一档): its record, its evidence, and every step with who and when; as a document, a PDF with the evidence appended, or a zip of both."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date as Date  # noqa: N812  a field is named `date`
from pathlib import Path
from typing import Any, Final, NamedTuple

from xuncha.language import use_language
from xuncha.model.identity import Identity
from xuncha.model.records import Closed, Ledger
from xuncha.paper import binding, packing
from xuncha.paper.forms import convert
from xuncha.paper.outline import Document
from xuncha.paper.own import OwnFiles
from xuncha.paper.templates import make_document
from xuncha.report import record as room
from xuncha.report.items import desk, items, plain, rows_json
from xuncha.report.record import MeasureRecord, Piece, Step, check_piece, evidence_authors, fault_text, steps
from xuncha.store.loading import load_measures
from xuncha.trail.history import Event
from xuncha.trail.tree import Tree

ZIP: Final = "zip"
_HASH_LIST: Final = "SHA256SUMS"


class Extension(NamedTuple):
    """An extension: the time limit before and after it, or None where that is unknown."""

    step: Step
    old: Date | None
    new: Date | None


class Dossier(NamedTuple):
    """All values for the template, under the name `report`."""

    organisation: str
    desk: str
    date: Date
    commit: str  # the commit that it is made from; empty outside a repository
    is_changed: bool  # whether it includes changes that are not committed
    record: MeasureRecord
    begins: Date | None  # the first day in the ledger or its history
    ends: Date | None  # when it was closed
    steps: tuple[Step, ...]
    extensions: tuple[Extension, ...]
    returns: tuple[Step, ...]
    escalated_to: str | None
    escalated_on: Date | None
    reviews: tuple[dict[str, Any], ...]  # each with date, result and text
    is_closed: bool
    closed_on: Date | None
    closed_by: str | None
    note: str | None
    form: str  # txt, md, html, docx, pdf or zip
    why: dict[str, str]
    """Texts that say why a file is missing or not appended, by the keys in `fault` and `apart`."""


class DossierFile(NamedTuple):
    """A finished dossier."""

    report: Dossier  # with the result for each piece of evidence
    content: bytes | Path  # for a zip, its path in the temporary folder
    warnings: list[str]


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
    """Gather the dossier of a measure; `events` is its history, newest first, and the ledger needs to hold only its problem."""
    measure, settings = ledger.measures[identity], ledger.settings
    record, past = room.record(ledger, identity, items(ledger, today)), steps(events)
    authors = evidence_authors(root, identity, measure)
    pieces = tuple(
        piece._replace(by=origin[0], on=Date.fromisoformat(origin[1]))
        if (origin := authors.get(piece.file or ""))
        else piece
        for piece in record.evidence
    )
    days = [each.date for each in record.entries if each.date] + [step.day for step in past]
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
        steps=past,
        extensions=tuple(_extensions(root, events, past)),
        returns=tuple(
            each for each in past if (each.from_, each.action) == ("submitted", "return") and not each.undone
        ),
        escalated_to=measure.escalated.to if measure.escalated else None,
        escalated_on=measure.escalated.date if measure.escalated else None,
        reviews=tuple(each.model_dump() for each in measure.reviews),
        is_closed=measure.status == "closed",
        closed_on=closed.date,
        closed_by=closed.by,
        note=closed.note,
        form="",
        why={},
    )


def _extensions(root: Path, events: Sequence[Event], past: Sequence[Step]) -> Iterator[Extension]:
    """Yield the extensions of a measure, the oldest first; the time limits are read from its file before and after each commit."""
    for event, step in zip(reversed(events), past, strict=True):
        if event.action == "extend" and event.id and not step.undone:
            identity = Identity.parse(event.id)
            trees = Tree(root, f"{event.commit}^"), Tree(root, event.commit)
            old, new = (load_measures(tree, {identity}).get(identity) for tree in trees)
            yield Extension(step, old.due if old else None, new.due if new else None)


def dossier_file(report: Dossier, form: str, root: Path, folder: Path, files: OwnFiles) -> DossierFile:
    """Make a dossier in a form: one of `paper.forms.FORMS`, or zip.

    The files of its evidence are read here. `folder` is for temporary files, and empty; `files` take precedence over the built-in templates.
    Raises SurroundingsError if a part is not installed, or no font has a character.
    """
    identity, copies = Identity.parse(report.record.item.id), folder if form in {"pdf", ZIP} else None
    pieces = [check_piece(root, identity, piece, copies) for piece in report.record.evidence]
    pages: dict[int, binding.Pages] = {}
    if form == "pdf":
        pieces = [_load_pages(piece, folder, pages) for piece in pieces]
    with use_language("zh"):
        fault_texts = {key: fault_text(key) for piece in pieces for key in (piece.fault, piece.apart) if key}
    record = report.record._replace(evidence=tuple(pieces))
    report = report._replace(record=record, form=form, why=fault_texts)
    document = make_document("report.dossier.outline.j2", files, report=report)
    if form == ZIP:
        return _dossier_zip(report, document, folder)
    content, warnings = convert(document, form)
    if pages:
        sheets = [
            binding.Sheet(f"佐证材料{each.number}\u3000{each.name}", each.sha256 or "", pages[each.number])
            for each in pieces
            if each.number in pages
        ]
        content = binding.append_pages(content, sheets)
    return DossierFile(report, content, warnings)


def _load_pages(piece: Piece, folder: Path, loaded: dict[int, binding.Pages]) -> Piece:
    """Add the pages of an evidence file to `loaded`, by the number of the piece; or record in the piece why it is not appended."""
    if piece.file is None or piece.fault:
        return piece
    try:
        pages = binding.load_pages(folder / piece.packed)
    except binding.AppendError as error:
        return piece._replace(apart=str(error))
    if sum(len(each.content) for each in loaded.values()) + len(pages.content) > binding.MAX_TOTAL_SIZE:
        return piece._replace(apart="too-large")
    loaded[piece.number] = pages
    return piece._replace(pages=pages.total)


def _dossier_zip(report: Dossier, document: Document, folder: Path) -> DossierFile:
    """Pack the document as PDF and the intact files of evidence in their order, with a list of their hashes."""
    top = f"一事一档{report.record.item.id}"
    content, warnings = convert(document, "pdf")
    document_name = f"00-{top}.pdf"
    (folder / document_name).write_bytes(content)
    hashes = {document_name: hashlib.sha256(content).hexdigest()}
    hashes |= {
        piece.packed: piece.sha256 or "" for piece in report.record.evidence if piece.file and not piece.fault
    }
    text = "".join(f"{sha256}  {name}\n" for name, sha256 in hashes.items())
    (folder / _HASH_LIST).write_text(text, encoding="utf-8", newline="\n")
    zip_path, names = folder / "zip", [*hashes, _HASH_LIST]
    with zip_path.open("wb") as stream:
        packing.store([(f"{top}/{name}", folder / name) for name in names], report.date, stream)
    return DossierFile(report, zip_path, warnings)


def as_json(report: Dossier, ledger: Ledger) -> dict[str, Any]:
    """Return the output of `report dossier --json`."""
    closed = {"date": report.closed_on, "by": report.closed_by, "note": report.note}
    escalated = {"to": report.escalated_to, "date": report.escalated_on}
    return {
        "organisation": report.organisation,
        "as_of": report.date.isoformat(),
        "commit": report.commit or None,
        **rows_json(ledger, report.date)[report.record.item.id],
        **room.as_json(report.record),
        "steps": plain(report.steps),
        "extensions": [
            plain({"commit": each.step.commit, "old": each.old, "new": each.new, "reason": each.step.reason})
            for each in report.extensions
        ],
        "returns": [each.commit for each in report.returns],
        "escalated": plain(escalated) if report.escalated_to else None,
        "reviews": plain(report.reviews),
        "closed": plain(closed) if report.is_closed else None,
    }
