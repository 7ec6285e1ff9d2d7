"""Tables in Word files: text in its cell, the header on each page, landscape sections."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from hypothesis import given

from tests.paper.documents import HOSTILE, tables
from xuncha.paper.docx import docx
from xuncha.paper.outline import Block, Document, Instruction, Table

word = pytest.importorskip("docx")
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def opened(document: Document) -> Any:
    """Write the document as a Word file, and read it back."""
    return word.Document(BytesIO(docx(document)))


def cells(table: Any) -> list[list[str]]:
    """Return the texts of the cells of each row, covered cells included."""
    return [["".join(text.text or "" for text in cell.iter(f"{_W}t")) for cell in row._tr.tc_lst] for row in table.rows]  # fmt: skip


@given(table=tables())
def test_every_text_is_in_its_cell(table: Table) -> None:
    assert cells(opened(Document("题", (table,))).tables[0]) == [list(table.header), *map(list, table.rows)]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_something_else(text: str) -> None:
    found = opened(Document(text, (Block("p", text), Table((text,), ((text,),), (1.0,))), mark=text))
    assert cells(found.tables[0]) == [[text], [text]]
    shown = [paragraph.text.replace("\n", "") for paragraph in found.paragraphs if paragraph.text]
    assert shown == [text] * 3, "but for the lines of the title"


def test_the_head_comes_again_and_no_row_is_torn() -> None:
    made = opened(Document("题", (Table(("甲",), (("一",), ("二",)), (1.0,)),))).tables[0]
    marks = [[mark.tag.removeprefix(_W) for mark in row._tr.trPr] for row in made.rows]
    assert marks == [["cantSplit", "tblHeader"], ["cantSplit"], ["cantSplit"]]


def test_merged_cells_reach_as_far_as_they_belong_and_stay_on_a_page() -> None:
    rows = (("一", "甲"), ("", "乙"), ("二", "丙"))
    made = opened(Document("题", (Table(("甲", "乙"), rows, (0.5, 0.5)),))).tables[0]
    assert [[cell.vMerge for cell in row._tr.tc_lst] for row in made.rows[1:]] == [
        ["restart", None],
        ["continue", None],
        [None, None],
    ]
    kept = [
        [paragraph.pPr.keepNext is not None for cell in row._tr.tc_lst for paragraph in cell.p_lst]
        for row in made.rows[1:]
    ]
    assert kept == [[True, True], [False, False], [False, False]]


def test_a_cell_of_many_rows_is_parted_where_a_page_ends_and_told_again() -> None:
    rows = (("一", "长" * 30, "甲"), *(("", "", str(number) * 300) for number in range(9)))
    made = opened(
        Document("题", (Instruction("landscape"), Table(("甲", "乙", "丙"), rows, (0.1, 0.3, 0.6))))
    ).tables[0]
    firsts = [row for row in made.rows[1:] if row._tr.tc_lst[0].vMerge != "continue"]
    assert len(firsts) > 1
    assert [row.cells[0].text for row in firsts] == ["一"] * len(firsts)
    assert [row.cells[1].text for row in firsts[1:]] == [f"（续）{'长' * 20}…"] * (len(firsts) - 1)
    turns = [row._tr.tc_lst[0].p_lst[0].pPr.find(f"{_W}pageBreakBefore") is not None for row in made.rows[1:]]
    firsts = [row._tr.tc_lst[0].vMerge in {None, "restart"} for row in made.rows[1:]]
    assert turns == [False, *firsts[1:]]


def test_short_texts_stand_in_the_middle() -> None:
    made = opened(Document("题", (Table(("甲", "乙"), (("一", "长" * 20),), (0.5, 0.5)),))).tables[0]
    styles = [cell.paragraphs[0].style.name for row in made.rows for cell in row.cells]
    assert styles == ["Table Head", "Table Head", "Table Short", "Table Text"]


def test_the_mark_stands_above_the_title() -> None:
    found = opened(Document("方案", (Block("p", "甲"),), mark="内部资料"))
    assert [(each.text, each.style.name) for each in found.paragraphs[:2]] == [
        ("内部资料", "Mark"),
        ("方案", "Title"),
    ]


def test_what_is_behind_a_turn_lies_and_a_table_there_is_as_wide() -> None:
    table = Table(("甲", "乙"), (("一", "二"),), (0.25, 0.75))
    found = opened(
        Document("方案", (table, Instruction("landscape"), table, Instruction("landscape"), table))
    )
    pages = [(section.page_width.mm > section.page_height.mm, section.orientation) for section in found.sections]  # fmt: skip
    assert pages == [(False, 0), (True, 1), (True, 1)]
    widths = [round(sum(column.width.mm for column in each.columns)) for each in found.tables]
    assert widths == [156, 225, 225]


def test_a_lying_document_stays_so_behind_a_turn() -> None:
    found = opened(
        Document("方案", (Block("p", "甲"), Instruction("landscape"), Block("p", "乙")), landscape=True)
    )
    assert [section.page_width.mm > section.page_height.mm for section in found.sections] == [True, True]
