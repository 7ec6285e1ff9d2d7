"""Filled tables of many offices, as workbooks and Word documents, match the ledger, and importing them changes nothing."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook, load_workbook

from tests.tables.building import build
from tests.tables.description import FOLDER, TODAY, read
from xuncha.exchange.drafts import MeasureDraft, ProblemDraft
from xuncha.exchange.entry import Enterer
from xuncha.exchange.sheet.filling import fill_table
from xuncha.exchange.sheet.reading import ReadOptions, draft_of
from xuncha.store.files import WorkingTree
from xuncha.store.loading import load_ledger

if TYPE_CHECKING:
    from pathlib import Path

    from xuncha.exchange.drafts import Draft

TABLES = [
    "merged-state-and-limit",  # cells merged over measures that will differ
    "problem-on-every-row",  # nothing merged
    "quarters-of-progress",  # several columns of progress
    "several-measures-numbered",  # several measures in one cell
    "state-with-its-day",  # a day in the cell of the state
    "ticks-two-columns",
    "word-two-row-header",
    "bands-of-categories",
    "days-written-by-many-hands",
    "environment-tasks-alone",  # no problems
]


def changed(draft: Draft) -> Draft:
    """Close a third of the measures, tell progress of another, move the limits of the rest; add measures and a problem."""
    measures = [(place, measure.record) for place, measure in enumerate(draft.measures)]
    for place, record in measures:
        entries = record.setdefault("progress", [])
        if place % 3 == 0:
            record |= {"status": "closed", "closed": {"date": "2025-12-20"}}
            entries.append({"date": "2025-12-20", "text": "已经办结。"})
        elif place % 3 == 1:
            entries.append({"date": "2025-12-21", "text": "=又推进了\n第二行"})
            record["status"] = "closed" if record.get("status") == "closed" else "in_progress"
        elif "due" in record:
            record["due"] = "2026-03-31"
    for place, problem in enumerate(draft.problems):
        problem.measures.append(MeasureDraft({"title": f"另外再办的第{place}件事", "due": "2026-05-06"}))
    more = [MeasureDraft({"title": title}) for title in ("新问题的第一条措施", "新问题的第二项任务")]
    first = draft.problems[0].category
    draft.problems.append(ProblemDraft({"title": "没有提到过的新问题"}, category=first, measures=more))
    return draft


def enter(draft: Draft, root: Path) -> None:
    for path, content in Enterer(draft).new("台账", "某局").files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(content)


def wanted(root: Path, draft: Draft) -> ReadOptions:
    frame = load_ledger(WorkingTree(root)).settings.frame()
    day = date.fromisoformat(frame.feedback) if frame.feedback else None
    return ReadOptions(date.fromisoformat(TODAY), day, draft.form, {}, frame.fields)


def changes(path: Path, how: ReadOptions, root: Path) -> list[str]:
    """Return the files that importing a table would change."""
    source = WorkingTree(root)
    intake = Enterer(draft_of(path, how), root).changed(load_ledger(source), source)
    there = {path: (root / path).read_bytes() if (root / path).exists() else b"" for path in intake.files}
    return [path for path, content in intake.files.items() if content != there[path]]


def test_a_cell_of_a_leader_and_an_office_keeps_both(tmp_path: Path) -> None:
    book, path = Workbook(), tmp_path / "t.xlsx"
    rows = ("抓甲,张三（办公室）", "抓乙,财务科", "抓丙,王五（人事科）", "抓丁,王五")
    for row in ("反馈问题,整改措施,责任领导及责任科室", *(f"学习不深入,{row}" for row in rows)):
        book.worksheets[0].append(row.split(","))
    book.save(path)
    draft = draft_of(path, ReadOptions(date.fromisoformat(TODAY)))
    told = copy.deepcopy(draft)
    for number in (0, 1, 3):
        told.measures[number].record["leader"] = "李四"
    enter(told, tmp_path / "ledger")
    there = load_ledger(WorkingTree(tmp_path / "ledger"))
    content, _form, filled = fill_table(path, wanted(tmp_path / "ledger", draft), there)
    (tmp_path / "filled.xlsx").write_bytes(content)
    sheet = load_workbook(tmp_path / "filled.xlsx").worksheets[0]
    assert [sheet.cell(row, 3).value for row in range(2, 6)] == [
        "张三（办公室）",
        "财务科",
        "王五（人事科）",
        "李四",
    ]
    assert [each.place for each in filled.doubts if each.role == "leader"] == ["Sheet!C2", "Sheet!C3"]


@pytest.mark.apart(but=8)
@pytest.mark.parametrize("kind", ["xlsx", "docx"])
@pytest.mark.parametrize("name", TABLES)
def test_a_filled_table_says_what_the_ledger_says(name: str, kind: str, tmp_path: Path) -> None:
    path = build(replace(read(FOLDER / f"{name}.table"), kind=kind), tmp_path)
    draft = draft_of(path, ReadOptions(date.fromisoformat(TODAY)))
    enter(changed(copy.deepcopy(draft)), tmp_path / "ledger")
    how = wanted(tmp_path / "ledger", draft)
    there = load_ledger(WorkingTree(tmp_path / "ledger"))
    content, _form, told = fill_table(path, how, there)
    (tmp_path / f"filled.{kind}").write_bytes(content)
    assert changes(tmp_path / f"filled.{kind}", how, tmp_path / "ledger") == []
    again = draft_of(tmp_path / f"filled.{kind}", how)
    assert len(again.measures) == len(draft.measures)
    lacking = [doubt for doubt in told.doubts if "no row" in doubt.message or "没有对应" in doubt.message]
    assert len(lacking) == len(there.measures) - len(draft.measures)
    statuses = [measure.record.get("status") for measure in again.measures]
    assert "closed" in statuses
