"""Targets of the fuzzer: the first bytes choose one of its readers, which gets the rest."""

from __future__ import annotations

import io
import tempfile
import zipfile
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.conftest import LEDGER, measure, problem
from tests.fuzz.histories import BETWEEN, entered, histories
from tests.fuzz.objects import seeds
from tests.fuzz.shown import history

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.fuzz.sandbox import Sandbox
    from xuncha.exchange.drafts import Draft

TODAY = date(2024, 6, 15)
TESTS = Path(__file__).parents[1]
WHOLE = 255
"""As the number of a part: all of the document, not one part of it."""


class Target(NamedTuple):
    """Something that reads what others wrote."""

    name: str
    modules: tuple[str, ...]
    """Whose branches a coverage-guided fuzzer follows."""
    seeds: Callable[[], list[bytes]]
    run: Callable[[bytes, Sandbox], object]
    makes_ledgers: bool = False
    """Whether what it makes of an input must be a ledger that breaks no rule."""


# ---- the loader

PLACES = ("data/problems/01/1.1.yaml", "data/problems/01/problem.yaml", "data/ledger.yaml")


def _records() -> list[bytes]:
    """Every record of the corpus and of this repository's own ledger, with the number of its place."""
    found = []
    for path in sorted([*(TESTS / "corpus").rglob("*.yaml"), *(TESTS.parent / "data").rglob("*.yaml")]):
        name = path.name.rpartition("--")[0] or path.stem
        place = {"problem": 1, "ledger": 2}.get(name, 0)
        found.append(bytes([place]) + path.read_bytes())
    own = (measure("1.1", "closed"), problem("题", "a"), LEDGER)
    return [*found, *(bytes([place]) + text.encode() for place, text in enumerate(own))]


def load(data: bytes, sandbox: Sandbox) -> None:
    """Load a ledger with the input as one of its files; past the last place, the first line of the input names the file."""
    from xuncha.store.files import Overlay, WorkingTree
    from xuncha.store.loading import check, load_ledger
    from xuncha.tally import tally

    place, content = data[0] % (len(PLACES) + 1) if data else 0, data[1:]
    if place < len(PLACES):
        path = PLACES[place]
    else:
        name, _line, content = content.partition(b"\n")
        path = "data/problems/" + name.decode("utf-8", "surrogateescape").replace("\0", "")
    source = Overlay(WorkingTree(sandbox.root), {path: content})
    if not check(source):
        whole = load_ledger(source)
        tally(whole.register(), TODAY)


# ---- edits


_EDITS = (
    {"status": "in_progress"},
    {"status": "closed", "closed": {"date": "2024-06-15", "by": "办公室"}},
    {"closed": None, "status": "in_progress"},
    {"progress": [{"date": "2024-06-15", "text": "甲：乙 #丙", "evidence": ["某〔2024〕7号", {"file": "a.pdf", "sha256": "0" * 64}]}]},
    {"due": "2025-01-01", "escalated": {"date": "2024-06-15", "to": "局长"}},
    {"due": None, "term": "long_term"},
    {"reviews": [{"date": "2024-06-15", "result": "ok"}], "notice_text": None},
    {"title": "'\"{}[],:#&*!|>%@`?\n\x85\u2028", "co_offices": ["财务科"]},
    {"title": None, "progress": None, "publish": False},
)  # fmt: skip


def edit(data: bytes, _sandbox: Sandbox) -> None:
    """Apply the edits that the first byte chooses, then others, to the record in the rest of the data."""
    from xuncha.store.editing import apply

    content = apply(data[1:], _EDITS[data[0] % len(_EDITS)] if data else _EDITS[0])
    apply(content, _EDITS[3])


def _edited() -> list[bytes]:
    return [bytes([number % 9]) + seed[1:] for number, seed in enumerate(_records())]


# ---- documents

SUFFIXES = (".txt", ".md", ".html", ".docx")
WORD_PARTS = (
    "word/document.xml",
    "word/styles.xml",
    "word/numbering.xml",
    "[Content_Types].xml",
    "_rels/.rels",
)


def notice(data: bytes, sandbox: Sandbox) -> None:
    """Import a document of the kind that the first byte names, as a new ledger."""
    from xuncha.exchange.entry import Enterer
    from xuncha.exchange.notice import draft_of
    from xuncha.pages import lines
    from xuncha.reading.notice import as_json
    from xuncha.reading.reading import read
    from xuncha.skeleton.create import create_from

    suffix, content = SUFFIXES[data[0] % len(SUFFIXES)] if data else ".txt", data[1:]
    path = sandbox.input / f"通报{suffix}"
    path.write_bytes(_with_part(_document(), WORD_PARTS, content) if suffix == ".docx" else content)
    found = read(lines(path))
    as_json(found)
    draft = draft_of(found, str(path), TODAY)
    intake = Enterer(draft).new(path.name, None)
    create_from(sandbox.input, intake, intake.message("通报"), dry_run=True)


def proof(data: bytes, sandbox: Sandbox) -> None:
    """Proofread a document."""
    from xuncha.proof.proofreader import proofread, read

    path = sandbox.input / f"通报{SUFFIXES[data[0] % 3] if data else '.txt'}"
    path.write_bytes(data[1:])
    text, silenced = read(path)
    proofread(text, str(path), silenced)


def _notices() -> list[bytes]:
    found = []
    for path in sorted((TESTS / "exchange/corpus").iterdir()):
        if path.suffix in SUFFIXES:
            content = path.read_bytes()
            found += [
                bytes([SUFFIXES.index(path.suffix)]) + content,
                bytes([SUFFIXES.index(path.suffix)]) + content[:3000],
            ]
    return found


def _documents() -> list[bytes]:
    parts = zipfile.ZipFile(io.BytesIO(_document()))
    return [
        *_notices(),
        *(
            b"\x03" + bytes([place]) + parts.read(name)
            for place, name in enumerate(WORD_PARTS)
            if name in parts.namelist()
        ),
        b"\x03" + bytes([WHOLE]) + _document(),
    ]


@cache
def _document() -> bytes:
    from docx import Document

    document = Document()
    for path in sorted((TESTS / "exchange/corpus").glob("*.txt"))[:1]:
        for line in path.read_text(encoding="utf-8").splitlines():
            document.add_paragraph(line)
    document.add_paragraph("一、编号", style="List Number")
    document.add_table(2, 2).cell(0, 0).text = "整改措施"
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _with_part(whole: bytes, parts: Sequence[str], data: bytes) -> bytes:
    """Replace the part of a document that the first byte names with the rest of the data."""
    number, content = data[0] if data else WHOLE, data[1:]
    if number == WHOLE:
        return content
    name = parts[number % len(parts)]
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(stream, "w") as new:
        for each in old.namelist():
            if each != name:
                new.writestr(each, old.read(each))
        new.writestr(name, content)
    return stream.getvalue()


# ---- workbooks

SHEET_PARTS = (
    "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels",
)  # fmt: skip


@cache
def _workbooks() -> tuple[bytes, ...]:
    from tests.tables.building import build
    from tests.tables.description import tables

    with tempfile.TemporaryDirectory() as folder:
        chosen = [table for table in tables() if table.kind == "xlsx"][:12]
        return tuple(build(table, Path(folder)).read_bytes() for table in chosen)


def workbook(data: bytes, sandbox: Sandbox) -> None:
    """Import a workbook of an office with one part replaced: as a new ledger, and into the existing one."""
    from xuncha.exchange.entry import Enterer
    from xuncha.exchange.sheet.reading import ReadOptions, draft_of
    from xuncha.skeleton.create import create_from
    from xuncha.store.files import WorkingTree
    from xuncha.workflow.intake import preview

    books = _workbooks()
    path = sandbox.input / "台账.xlsx"
    path.write_bytes(_with_part(books[data[0] % len(books)] if data else b"", SHEET_PARTS, data[1:]))

    def draft() -> Draft:
        return draft_of(path, ReadOptions(TODAY, date(2023, 11, 10)))

    intake = Enterer(draft()).new(path.name, None)
    create_from(sandbox.input, intake, intake.message("台账"), dry_run=True)
    preview(WorkingTree(sandbox.root), Enterer(draft(), sandbox.root).changed)


def _sheets() -> list[bytes]:
    found = []
    for number, content in enumerate(_workbooks()):
        parts = zipfile.ZipFile(io.BytesIO(content))
        for place, name in enumerate(SHEET_PARTS[: 6 if number < 2 else 1]):
            if name in parts.namelist():
                found.append(bytes([number, place]) + parts.read(name))
    return [*found, bytes([0, WHOLE]) + _workbooks()[0]]


# ---- merging and the audit


def merge(data: bytes, _sandbox: Sandbox) -> None:
    """Three texts of a record are merged, from either side; without a dispute both come to the same, and can be read."""
    from xuncha.store.reading import parse
    from xuncha.sync.merging import merge_record

    base, ours, theirs = (*data.split(BETWEEN), b"", b"", b"")[:3]
    here, there = merge_record(base, ours, theirs), merge_record(base, theirs, ours)
    assert bool(here.disputes) == bool(there.disputes), "in dispute on one side alone"
    if not here.disputes and base not in {ours, theirs}:
        assert parse(here.result) == parse(there.result), "each side has come to something else"


def _triples() -> list[bytes]:
    base = measure("1.1")
    sides = [
        measure("1.1", "closed"),
        measure("1.1", due="2025-06-30"),
        measure("1.1", title="'另一标题'", goal="目标"),
        base + "  - {date: 2024-05-01, text: 又一件。}\n",
        base.replace("progress:", "co_offices: [办公室, 财务科]\nprogress:"),
        measure("1.1", due=None, term="long_term"),
        "{title: 甲, leader: 局长, office: 规划科, status: not_started, due: 2024-12-31}\n",
    ]
    texts = [
        BETWEEN.join(text.encode() for text in (base, ours, theirs)) for ours in sides for theirs in sides
    ]
    records = [seed[1:] for seed in _records()[::5]]
    return [*texts, *(BETWEEN.join((base.encode(), record, sides[3].encode())) for record in records)]


def audit(data: bytes, sandbox: Sandbox) -> None:
    """Audit a made-up history, whole and from one of its commits on."""
    from xuncha.audit.examine import audit as examine

    repository = sandbox.scratch / "history"
    if entered(data, repository):
        examine(repository).as_json()
        examine(repository, since="HEAD")


TARGETS = {
    target.name: target
    for target in (
        Target("loader", ("xuncha.store", "xuncha.rules", "xuncha.model"), _records, load),
        Target("editing", ("xuncha.store",), _edited, edit),
        Target("notice", ("xuncha.exchange",), _documents, notice),
        Target("proof", ("xuncha.proof", "xuncha.pages"), _notices, proof),
        Target("merge", ("xuncha.sync", "xuncha.store.editing"), _triples, merge),
        Target("audit", ("xuncha.audit", "xuncha.trail"), histories, audit),
        Target("history", ("xuncha.audit", "xuncha.trail", "xuncha.dashboard"), seeds, history),
        Target("workbook", ("xuncha.exchange",), _sheets, workbook, makes_ledgers=True),
    )
}
