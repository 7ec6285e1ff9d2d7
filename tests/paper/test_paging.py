"""Page breaks: tables split at page ends, short texts stay on a line, no last page of a few lines."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from tests.paper.documents import tables
from tests.paper.files import needs_fonts, needs_poppler, pages, pdf, text_of_pdf
from xuncha.chinese.characters import width
from xuncha.paper.docx import docx
from xuncha.paper.heading import PITCH, pitch
from xuncha.paper.outline import Block, Document, Instruction, Table, read
from xuncha.paper.paging import LANDSCAPE, LARGE, UPRIGHT, Sheet, paged

if TYPE_CHECKING:
    from pathlib import Path

HEAD = ("序号", "反馈问题", "编号", "整改措施")
WIDTHS = (0.06, 0.3, 0.08, 0.56)


def long_list(measures: int, words: int = 150) -> Table:
    """Make a list of one problem and its measures."""
    rows = [("", "", f"1.{number}", "措" * words) for number in range(2, measures + 1)]
    return Table(
        HEAD, (("1", "重点工程推进缓慢，前期工作不扎实，审批不及时", "1.1", "措" * words), *rows), WIDTHS
    )


@given(table=tables())
def test_no_text_is_lost_and_what_is_told_again_says_so(table: Table) -> None:
    found = paged(table, UPRIGHT, new_page=True).table
    for before, after in zip(zip(*table.rows, strict=True), zip(*found.rows, strict=True), strict=True):
        kept = [cell for cell in after if not cell.startswith("（续）")]
        assert set(before) - {""} <= set(kept) or "".join(before) in "".join(kept)


@pytest.mark.parametrize("sheet", [LANDSCAPE, LARGE])
def test_each_page_begins_with_what_its_rows_belong_to(sheet: Sheet) -> None:
    cut = paged(long_list(40), sheet, new_page=True)
    firsts = [row for row, begins in zip(cut.table.rows, cut.begins, strict=True) if begins]
    assert len(firsts) > 1
    assert {(row[0], row[1]) for row in firsts} == {("1", "（续）重点工程推进缓慢，前期工作不扎实，审批不…")}
    assert [row[2] for row in cut.table.rows] == [f"1.{number}" for number in range(1, 41)]


def test_a_row_taller_than_a_page_is_cut_at_the_end_of_a_clause() -> None:
    text = "加强组织领导，压实责任；" * 200
    cut = paged(Table(("编号", "措施"), (("1.1", text),), (0.2, 0.8)), UPRIGHT, new_page=True).table
    parts = [row[1] for row in cut.rows]
    assert len(parts) > 1
    assert "".join(parts) == text
    assert all(part.endswith(("，", "；")) for part in parts)
    assert {row[0] for row in cut.rows} == {"1.1"}


@needs_poppler
@needs_fonts
def test_a_page_of_the_pdf_ends_with_a_row_and_loses_nothing(tmp_path: Path) -> None:
    """Rows that were kept together ran over the foot of the page, and what was there was gone."""
    table = long_list(9, 180)
    document = Document("方案", (Instruction("landscape"), Block("table-title", "任务清单"), table))
    made, _warnings = pdf(document)
    said = text_of_pdf(made, tmp_path)
    assert said.count("措") == 9 * 180 + said.count("整改措施")
    shown = pages(made, tmp_path)
    assert any("任务清单" in "".join(page) and "1.1" in "".join(page) for page in shown), "no caption alone"
    for page in shown[2:]:
        assert "（续）" in "".join(page), page


def test_states_numbers_and_names_have_room_for_one_line() -> None:
    rows = (("1", "措" * 60, "张某某", "农村水利科", "2024年12月31日", "97.06%", "推进中"),)
    header = ("序号", "整改措施", "责任领导", "责任科室", "整改时限", "销号率", "状态")
    table = Table(header, rows, tuple(each / 21 for each in (1.5, 5.5, 2.8, 2.8, 3.6, 2.6, 2.2)))
    room = 36.8
    for place in (0, 2, 3, 4, 5, 6):
        assert table.fitted_widths(room, 0.6)[place] * room >= width(rows[0][place]) + 0.5
    assert sum(table.fitted_widths(room, 0.6)) == pytest.approx(1)


def test_a_day_stays_on_one_line_beside_long_names_and_in_a_font_with_wide_digits() -> None:
    header = ("序号", "整改措施", "责任领导", "责任科室", "整改时限", "剩余", "状态")
    rows = (
        ("13", "第14项措施（3.14）", "分管副局长", "防汛抗旱综合协调与物资保障科", "2025年1月14日", "还有13天", "已申请销号"),
        ("14", "第2项（3.2）", "分管副局长", "农村水利水电科", "2025年1月15日", "还有14天", "推进中"),
    )  # fmt: skip
    table = Table(header, rows, tuple(each / 21 for each in (1.5, 5.5, 2.8, 2.8, 3.6, 2.6, 2.2)))
    assert table.fitted_widths(36.8, 0.6)[4] * 36.8 > 7 * 0.56 + 3 + 0.5


def test_a_day_stays_on_one_line_and_no_column_of_long_texts_gets_narrow_for_a_title_beside_it() -> None:
    header = ("序号", "反馈问题", "编号", "整改措施", "整改目标", "整改时限")
    row = (
        "1",
        "激发市场主体活力不足",
        "1.1",
        "补齐信息公开的制度短板",
        "学习成果转化为工作举措，及时学习",
        "2023年12月31日前",
    )
    other = ("2", "贯彻落实上级决策部", "2.1", "提速重点项目建设", "—", "2023年12月31日前")
    table = Table(header, (row, other), tuple(each / 27 for each in (1.5, 4.6, 1.8, 7.3, 5.8, 6)))
    widths = [round(share * 33) for share in table.fitted_widths(33, 0)]
    assert widths[5] == 8
    assert widths[4] >= 5


@given(table=tables())
def test_the_columns_fill_the_table(table: Table) -> None:
    assert sum(table.fitted_widths(36.8, 0.6)) == pytest.approx(1)
    assert min(table.fitted_widths(36.8, 0.6)) > 0


def test_a_large_page_is_a3() -> None:
    word = pytest.importorskip("docx")
    outline = read("title 方案\np 甲\nlandscape A3\np 乙\nlandscape\np 丙\n")
    assert outline.blocks[1::2] == (Instruction("landscape", "A3"), Instruction("landscape"))
    sections = word.Document(BytesIO(docx(outline))).sections
    assert [(round(each.page_width.mm), round(each.page_height.mm)) for each in sections] == [(210, 297), (420, 297), (297, 210)]  # fmt: skip


def letter(lines: int) -> Document:
    """Make a letter whose body has a given number of lines."""
    texts = ("规划科：", "填" * (26 + 28 * (lines - 1)), "某局", "2024年4月18日", "抄送：张某。")
    kinds = ("to", "p", "sign", "date", "copies")
    return Document("关于整改的函", tuple(map(Block, kinds, texts)), mark="内部资料", number="某〔2024〕3号")


@needs_poppler
@needs_fonts
def test_a_letter_has_no_second_page_for_three_lines(tmp_path: Path) -> None:
    for lines in range(8, 14):
        shown = pages(pdf(letter(lines))[0], tmp_path)
        assert len(shown) == 1 or len(shown[1]) > 4, lines
    assert pitch(letter(3)) == PITCH
    assert pitch(Document("通报", (Block("p", "填" * 700),))) == PITCH, (
        "a notice keeps the lines of the standard"
    )


@pytest.mark.apart
@needs_poppler
@needs_fonts
def test_no_line_breaks_a_telephone_number(tmp_path: Path) -> None:
    for lead in range(14, 28):
        document = Document("通报", (Block("p", "填" * lead + "电话：0453-8888888转8001。"),))
        lines = [line for page in pages(pdf(document)[0], tmp_path) for line in page]
        assert any("0453-8888888转8001" in line for line in lines), lead


def test_word_keeps_the_joint_of_a_telephone_number() -> None:
    word = pytest.importorskip("docx")
    made = word.Document(BytesIO(docx(Document("通报", (Block("p", "电话：0453-8888888。"),)))))
    assert made.paragraphs[1].text == "电话：0453-8888888。"
    assert "noBreakHyphen" in made.paragraphs[1]._p.xml
