"""Workbooks: no text becomes a formula, a problem's cell spans its measures, sheets print on A4."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given

from tests.paper.documents import HOSTILE, documents
from xuncha.paper.outline import Block, Document, Instruction, Table
from xuncha.paper.xlsx import TEXT, Book, xlsx

openpyxl = pytest.importorskip("openpyxl")

PLAN = Document(
    "方案",
    (
        Block("p", "正文"),
        Instruction("landscape"),
        Block("table-title", "任务清单"),
        Table(
            ("序号", "反馈问题", "整改措施"),
            (("1", "学习不够" * 12, "甲"), ("", "", "乙"), ("2", "推进不够", "丙" * 60)),
            (0.1, 0.4, 0.5),
        ),
    ),
    mark="内部资料",
)


def book(document: Document) -> Any:
    """Write the document as a workbook, and read it back."""
    return openpyxl.load_workbook(BytesIO(xlsx(document)))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_a_formula_or_another_text(text: str) -> None:
    table = Table((text, "乙"), ((text, text), ("", text)), (0.5, 0.5))
    sheet = book(Document(text, (table,), mark=text)).active
    for place in ("A1", "A2", "A3", "A4", "B4", "B5"):
        cell = sheet[place]
        assert (cell.data_type, cell.quotePrefix) == ("s", True), place
        shown = cell.value.replace("_x005F_", "_")  # Excel reads it so
        assert shown == text, place


def test_what_excel_would_read_as_an_escape_stays_what_it_is() -> None:
    sheet = book(Document("题", (Table(("甲",), (("_x0041_",),), (1.0,)),))).active
    assert sheet["A4"].value == "_x005F_x0041_", "which Excel shows as _x0041_"


def test_a_problem_stands_over_its_measures() -> None:
    sheet = book(PLAN)["任务清单"]
    assert {str(each) for each in sheet.merged_cells.ranges} == {"A1:C1", "A2:C2", "A4:A5", "B4:B5"}
    assert [sheet.cell(6, column).value for column in (1, 2)] == ["2", "推进不够"]
    assert sheet["A1"].value == "内部资料"
    assert sheet["A2"].value == "方案任务清单"


def test_it_prints_on_a4_lying_with_the_head_on_each_page() -> None:
    sheet = book(PLAN)["任务清单"]
    assert (int(sheet.page_setup.paperSize), sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$3:$3"
    assert sheet.freeze_panes == "A4"


def test_cells_wrap_and_rows_are_high_enough() -> None:
    sheet = book(PLAN)["任务清单"]
    assert all(cell.alignment.wrap_text for row in sheet["A3:C6"] for cell in row if cell.value)
    wide = sheet.column_dimensions["C"].width
    assert sheet.row_dimensions[6].height >= 15 * 120 / wide, "60 characters of two columns each"
    merged = sheet.row_dimensions[4].height + sheet.row_dimensions[5].height
    assert merged >= 15 * 96 / sheet.column_dimensions["B"].width, "what a merged cell needs"


def test_a_text_longer_than_a_cell_is_cut_and_says_so() -> None:
    sheet = book(Document("题", (Table(("甲",), (("乙" * 40_000,),), (1.0,)),))).active
    assert len(sheet["A4"].value) == 32_767
    assert sheet["A4"].value.endswith("…")
    assert sheet.row_dimensions[4].height <= 409


def test_sheets_have_names_that_excel_takes() -> None:
    table = Table(("甲",), (("乙",),), (1.0,))
    names = ["问题[清]单/:*?\\", "清单" * 30, "清单" * 30, "''", "🙂" * 30]
    blocks = [each for name in names for each in (Block("table-title", name), table)]
    found = book(Document("题", (*blocks, table))).sheetnames
    assert len(found) == len({name.lower() for name in found}) == 6
    assert all(0 < len(name.encode("utf-16-le")) <= 2 * 31 for name in found)


def test_a_character_that_xml_does_not_take_is_written_as_excel_does() -> None:
    sheet = book(Document("题", (Table(("甲",), (("乙\x01丙\uffff\r",),), (1.0,)),))).active
    assert sheet["A4"].value == "乙_x0001_丙_xFFFF_\r"


def test_a_text_stands_once_in_the_file() -> None:
    table = Table(("甲", "乙"), (("重复", "重复"), ("重复", "<重复>")), (0.5, 0.5))
    package = ZipFile(BytesIO(xlsx(Document("题", (table,)))))
    assert sum(package.read(name).decode().count("重复") for name in package.namelist()) == 2


def test_true_stays_true_beside_a_one() -> None:
    made = Book("题")
    sheet = made.sheet("甲", (9,), landscape=False, head="1:1", frozen="A2")
    sheet.add_table(
        ("数",), [[1], [True], [(1.5, "General")], [date(2024, 4, 18)], [(date(1900, 1, 15), "yyyy")]], [TEXT]
    )
    read = openpyxl.load_workbook(BytesIO(made.content())).active
    assert [repr(cell.value) for cell in read["A"][1:4]] == ["1", "True", "1.5"]
    assert [str(cell.value.date()) for cell in read["A"][4:]] == ["2024-04-18", "1900-01-15"]
    assert [cell.number_format for cell in read["A"][4:]] == ["yyyy-mm-dd", "yyyy"]


def test_properties_name_nobody_and_no_time() -> None:
    properties = book(PLAN).properties
    assert not properties.creator
    assert not properties.lastModifiedBy
    assert properties.created == properties.modified == datetime(2000, 1, 1)  # noqa: DTZ001
    assert {each.date_time[0] for each in ZipFile(BytesIO(xlsx(PLAN))).infolist()} == {1980}
    assert xlsx(PLAN) == xlsx(PLAN)


@given(document=documents)
def test_any_document_with_a_table_makes_a_workbook(document: Document) -> None:
    made = [block for block in document.blocks if isinstance(block, Table)]
    if not made:
        return
    sheets = book(document).worksheets
    assert len(sheets) == len(made)
    for sheet, table in zip(sheets, made, strict=True):
        shown = [
            [(cell.value or "").replace("_x005F_", "_") for cell in row]
            for row in sheet.iter_rows(min_row=3, max_row=3 + len(table.rows), max_col=len(table.header))
        ]
        assert shown == [list(table.header), *map(list, table.rows)]
