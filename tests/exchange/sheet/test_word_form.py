"""Filling the office's own Word table: the format is kept, rows are added in it, and nothing else changes."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt

from tests.once import built_once

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

ROWS = [
    ["序号", "反馈问题", "整改措施", "责任分工", "", "整改时限", "进展情况", "整改状态", "备注"],
    ["", "", "", "责任领导", "责任科室", "", "", "", ""],
    ["1", "值班记录不全", "统一值班记录本", "局长", "办公室", "2024.08.31", "已印发记录本。", "推进中", ""],
    ["", "", "每周检查值班", "局长", "办公室", "2024年6月底前", "", "未启动", "另议"],
    ["2", "车辆台账不全", "补建车辆台账", "局长", "规划科", "2024年9月30日", "完成3辆", "推进中", ""],
]
MERGED = [((0, 3), (0, 4)), *(((0, column), (1, column)) for column in (0, 1, 2, 5, 6, 7, 8)), ((2, 0), (3, 0)), ((2, 1), (3, 1))]  # fmt: skip


@pytest.fixture
def empty(bare_ledger: LedgerOnDisk, tmp_path: Path, kept: Path) -> LedgerOnDisk:
    """Make an empty ledger, with the office's own document beside it."""
    built_once(kept / "empty", tmp_path, lambda: bare_ledger.ok("init", tmp_path / "ledger"))
    bare_ledger.root = tmp_path / "ledger"
    own_document(tmp_path / "台账.docx")
    return bare_ledger


def own_document(path: Path, rows: list[list[str]] = ROWS, merged: Any = MERGED) -> None:
    """Save a document as an office keeps it: a title, a landscape page, its own fonts and widths, merged cells, a signature."""
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    document.add_paragraph("某局巡察整改台账")
    table = document.add_table(len(rows), len(rows[0]), style="Table Grid")
    widths = (1.2, 3.5, 4, 1.8, 1.8, 2.6, 5, 1.8, 1.6)
    for one, other in merged:
        table.cell(*one).merge(table.cell(*other))
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            cell = table.cell(number, column)
            cell.width = Cm(widths[column])
            if text:
                run = cell.paragraphs[0].add_run(text)
                run.font.name, run.font.size, run.font.bold = "仿宋", Pt(9), number < 2
                run._element.get_or_add_rPr().rFonts.set(qn("w:eastAsia"), "仿宋")
    document.add_paragraph("填表人：张某")
    document.save(str(path))


def table(path: Path) -> list[list[str]]:
    [found] = Document(str(path)).tables
    return [[cell.text for cell in row.cells] for row in found.rows]


def test_the_offices_own_document_comes_back_filled_cell_for_cell(
    empty: LedgerOnDisk, tmp_path: Path
) -> None:
    own, filled = tmp_path / "台账.docx", tmp_path / "已填.docx"
    empty.ok("import", "table", own, "--save-form", "台账")
    empty.ok("progress", "1.2", "{{ 查了 }}两次 <w:b/> =1+1", "--date", "2024-06-01")
    empty.ok("progress", "1.2", "又查一次", "--date", "2024-06-08")
    empty.ok("extend", "1.1", "--due", "2024-12-01", "--reason", "待批复")
    empty.ok("close", "2.1")
    empty.ok("export", "table", own, "--form", "台账", "-o", filled)
    before, after = table(own), table(filled)
    changed = {
        (row, column): after[row][column]
        for row, texts in enumerate(before)
        for column, text in enumerate(texts)
        if after[row][column] != text
    }
    assert changed == {
        (2, 5): "2024.12.01",
        (3, 6): "2024年6月1日：{{ 查了 }}两次 <w:b/> =1+1\n2024年6月8日：又查一次",
        (3, 7): "推进中",
        (4, 7): "已销号",
    }
    [cell] = [each for each in Document(str(filled)).tables[0].rows[3].cells if "又查" in each.text]
    assert {(run.font.name, run.font.size, run.font.bold) for p in cell.paragraphs for run in p.runs} == {
        ("仿宋", Pt(9), False)
    }
    with zipfile.ZipFile(own) as old, zipfile.ZipFile(filled) as new:
        assert old.namelist() == new.namelist()
        assert [each for each in old.namelist() if old.read(each) != new.read(each)] == ["word/document.xml"]
    commits = empty.commits()
    assert "没有改动" in empty.ok("import", "table", filled)
    assert empty.commits() == commits


def test_a_measure_without_a_row_is_named(empty: LedgerOnDisk, tmp_path: Path) -> None:
    filled = tmp_path / "已填.docx"
    empty.ok("import", "table", "../台账.docx", "--save-form", "台账")
    empty.ok("add", "measure", "1", "另建一本台账", "--office", "办公室", "--at-once")
    empty.ok("add", "measure", "2", "每月核对车辆", "--office", "规划科")
    said = empty.ok("export", "table", "../台账.docx", "--form", "台账", "--office", "规划科", "-o", filled)
    assert "2.2" in said
    assert "1.3" not in said
    assert len(table(filled)) == len(table(tmp_path / "台账.docx"))
    assert "没有改动" in empty.ok("import", "table", filled)


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ('<w:p {n}><w:fldSimple w:instr="INCLUDETEXT C:/a.docx"/></w:p>', "own-file"),
        ('<w:p {n}><w:ins w:id="1" w:author="张某"><w:r><w:t>x</w:t></w:r></w:ins></w:p>', "own-file"),
    ],
)
def test_a_document_that_fetches_or_names_people_is_not_filled(
    empty: LedgerOnDisk, tmp_path: Path, part: str, code: str
) -> None:
    own = tmp_path / "台账.docx"
    empty.ok("import", "table", own)
    document: Any = Document(str(own))
    document.element.body.insert(0, parse_xml(part.replace("{n}", nsdecls("w"))))
    document.save(str(own))
    result = empty.run("export", "table", own, "-o", "../已填.docx")
    assert (result.code, f"error[{code}]" in result.err) == (1, True)
    assert not (tmp_path / "已填.docx").exists()


def test_a_document_with_a_link_to_the_outside_is_not_filled(empty: LedgerOnDisk, tmp_path: Path) -> None:
    own = tmp_path / "台账.docx"
    empty.ok("import", "table", own)
    document: Any = Document(str(own))
    document.part.relate_to("file://host/share", RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    document.save(str(own))
    result = empty.run("export", "table", own, "-o", "../已填.docx")
    assert (result.code, "file://host/share" in result.err) == (1, True)


def test_a_cell_said_to_cover_a_billion_columns_is_read_at_once(empty: LedgerOnDisk, tmp_path: Path) -> None:
    own = tmp_path / "台账.docx"
    document: Any = Document(str(own))
    document.tables[0].rows[4].cells[8]._tc.get_or_add_tcPr().append(
        parse_xml(f'<w:gridSpan {nsdecls("w")} w:val="2000000000"/>')
    )
    document.save(str(own))
    assert empty.run("import", "table", own, "--dry-run").code == 0


def test_a_row_of_a_fixed_height_grows_with_its_text(empty: LedgerOnDisk, tmp_path: Path) -> None:
    own, filled = tmp_path / "台账.docx", tmp_path / "已填.docx"
    document: Any = Document(str(own))
    document.tables[0].rows[3].height_rule = WD_ROW_HEIGHT_RULE.EXACTLY
    document.tables[0].rows[3].height = Cm(0.5)
    document.save(str(own))
    empty.ok("import", "table", own)
    empty.ok("progress", "1.2", "查了两次", "--date", "2024-06-01")
    empty.ok("export", "table", own, "-o", filled)
    row = Document(str(filled)).tables[0].rows[3]
    assert row.height_rule == WD_ROW_HEIGHT_RULE.AT_LEAST


def test_a_file_is_filled_as_what_it_is_whatever_it_is_called(empty: LedgerOnDisk, tmp_path: Path) -> None:
    empty.ok("import", "table", "../台账.docx")
    (tmp_path / "台账.xlsx").write_bytes((tmp_path / "台账.docx").read_bytes())
    empty.ok("close", "2.1")
    empty.ok("export", "table", "../台账.xlsx", "-o", "../已填.docx")
    assert table(tmp_path / "已填.docx")[4][7] == "已销号"
