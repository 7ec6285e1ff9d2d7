"""The facts on one measure for the documents of its case: its record as plain values, its numbered evidence, and its history."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from datetime import date as Date  # noqa: N812  a field is named `date`
from errno import ELOOP
from pathlib import Path
from typing import Any, NamedTuple

from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE, Identity
from xuncha.model.records import EvidenceFile, Ledger, Measure
from xuncha.report.items import Item, field_values, plain
from xuncha.store.files import WorkingTree, fingerprint
from xuncha.tally import plain_number
from xuncha.trail.git import Git
from xuncha.trail.history import Event, undone_commits
from xuncha.trail.replay import commits_in
from xuncha.trail.repository import git_dir
from xuncha.workflow.evidence import portable_name


class Piece(NamedTuple):
    """A piece of evidence: a document number or other text, or a file in the ledger."""

    number: int  # from 1, in the order of the entries
    name: str  # as the office calls it
    date: Date | None  # of the first entry that names it
    file: str | None = None  # its name in the ledger; None if the piece is only text
    sha256: str | None = None
    size: int | None = None
    by: str | None = None  # who added the file, and on which day, if the history knows
    on: Date | None = None
    fault: str = ""  # why its file cannot be given, as a key of `why`; empty if it can
    apart: str = ""  # why it is not appended, likewise
    pages: int | None = None  # its pages in the finished document, with the cover sheet

    @property
    def packed(self) -> str:
        """The name of its file in a zip, which begins with its number in the list."""
        return f"{self.number:02d}-{portable_name(self.name)}"


class Entry(NamedTuple):
    """A progress entry, with the numbers of its evidence."""

    date: Date | None
    text: str
    publish: bool
    evidence: tuple[int, ...]


class Outcome(NamedTuple):
    """An outcome of a measure."""

    label: str
    amount: str
    unit: str


class MeasureRecord(NamedTuple):
    """A measure as plain values; a value that the ledger does not hold is None."""

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


class Step(NamedTuple):
    """One change of a measure; a name in it is a fact from the ledger, never a signature."""

    commit: str
    day: Date
    minute: str  # day and time on the author's clock
    author: str
    email: str
    account: str  # who was signed in to the desk; empty without a browser
    applied_by: str  # the e-mail address of the committer, if it is not the author
    action: str | None  # None if no command of xuncha made the commit
    from_: str | None
    to: str | None
    reason: str | None
    subject: str
    by_hand: bool
    undone: bool  # undone later

    @property
    def moves(self) -> bool:
        """Whether it changes the status of the measure."""
        return self.to is not None and self.from_ != self.to


def record(ledger: Ledger, identity: Identity, items: Mapping[Identity, Item]) -> MeasureRecord:
    """Gather the record of one measure of a ledger."""
    measure, problem = ledger.measures[identity], ledger.problems[identity.problem]
    titles = {each.key: each.title for each in ledger.settings.categories}
    pieces, entries = _numbered_evidence(measure)
    return MeasureRecord(
        item=items[identity],
        leader=measure.leader,
        office=measure.office,
        person=measure.person,
        category=titles.get(problem.category or ""),
        finding=problem.finding,
        notice_text=measure.notice_text,
        problem_fields=field_values(ledger.settings, problem),
        entries=entries,
        evidence=pieces,
        outcomes=tuple(
            Outcome(kind.label, str(plain_number(measure.outcomes[kind.key])), kind.unit)
            for kind in ledger.settings.outcomes
            if kind.key in measure.outcomes
        ),
    )


def _numbered_evidence(measure: Measure) -> tuple[tuple[Piece, ...], tuple[Entry, ...]]:
    """Return the numbered evidence of a measure, and its entries with these numbers; a file that several entries name is one piece."""
    pieces: dict[str, Piece] = {}
    entries = []
    for entry in measure.progress:
        numbers: dict[int, None] = {}
        for item in entry.evidence:
            if isinstance(item, EvidenceFile):
                key, name = f"/{item.file}", item.name or item.file
                new = Piece(len(pieces) + 1, name, entry.date, item.file, item.sha256, item.size)
            else:
                key, new = item, Piece(len(pieces) + 1, item, entry.date)
            numbers[pieces.setdefault(key, new).number] = None
        entries.append(Entry(entry.date, entry.text, entry.publish, tuple(numbers)))
    return tuple(pieces.values()), tuple(entries)


def as_json(record: MeasureRecord) -> dict[str, Any]:
    """Return the part of the `--json` output that `list --json` does not have."""
    keys = ("number", "name", "date", "file", "sha256", "size", "by", "on")
    return {
        "problem_title": record.item.problem_title,
        "goal": record.item.goal,
        "progress": plain(record.entries),
        "evidence": [
            {key: plain(getattr(piece, key)) for key in keys} | {"fault": piece.fault or None}
            for piece in record.evidence
        ],
        "outcomes": plain(record.outcomes),
    }


def evidence_authors(root: Path, identity: Identity, measure: Measure) -> dict[str, tuple[str, str]]:
    """Return who added each evidence file of a measure, and on which day, by file name."""
    has_files = any(isinstance(item, EvidenceFile) for entry in measure.progress for item in entry.evidence)
    authors: dict[str, tuple[str, str]] = {}
    for commit in commits_in(Git(root), f"{EVIDENCE}/{identity}") if has_files and git_dir(root) else ():
        for file in commit.touched:
            authors.setdefault(file.path.rpartition("/")[2], (commit.author, commit.day))
    return authors


def check_piece(root: Path, identity: Identity, piece: Piece, folder: Path | None = None) -> Piece:
    """Check the file of a piece, and record in the piece what is wrong; copy an intact file into `folder`, under its name in a zip.

    A link is not followed; a file that differs from the one that was attached is not copied.
    """
    if piece.file is None:
        return piece
    target = folder and folder / piece.packed
    try:
        with (
            WorkingTree(root).stream(f"{EVIDENCE}/{identity}/{piece.file}") as stream,
            target.open("w+b") if target else nullcontext(stream) as copy,
        ):
            if target:
                shutil.copyfileobj(stream, copy)
                copy.seek(0)
            result = fingerprint(copy)
    except FileNotFoundError:
        return piece._replace(fault="missing")
    except OSError as error:
        return piece._replace(fault="link" if error.errno == ELOOP else "unreadable")
    if result.fetched and result.sha256 == piece.sha256:
        return piece._replace(size=result.size)
    if target:
        target.unlink()
    return piece._replace(fault="changed" if result.fetched else "not-fetched")


def fault_text(fault: str) -> str:
    """Return the text, in the chosen language, that says why a file of evidence is missing or not appended."""
    return {
        "missing": _("the file is not there"),
        "link": _("it is a link, which is not followed"),
        "unreadable": _("the file cannot be read"),
        "changed": _("the file is not the one that was attached: its SHA-256 differs"),
        "not-fetched": _("the file is kept by git-lfs, and was not fetched"),
        "other-kind": _("it is neither a PDF nor a picture"),
        "too-large": _("the file is too large to be bound in"),
        "encrypted": _("the PDF is encrypted or password-protected"),
        "damaged": _("it is damaged, or too large once it is unpacked"),
    }[fault]


def steps(events: Sequence[Event]) -> tuple[Step, ...]:
    """Return the history of one measure, oldest first; `events` come from `trail.history`, newest first."""
    undone = undone_commits(events)
    names = [name for name in Step._fields if hasattr(Event, name) and name != "day"]
    return tuple(
        Step(
            **{name: getattr(event, name) for name in names},
            day=Date.fromisoformat(event.day),
            applied_by=event.committer if event.committer != event.email else "",
            undone=event.commit in undone,
        )
        for event in reversed(events)
    )
