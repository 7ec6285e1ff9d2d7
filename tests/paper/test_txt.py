"""Documents as plain text: no text is lost, tables fit 76 columns, lines break in allowed places."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given

from tests.paper.documents import HOSTILE, documents, tables
from xuncha.chinese.characters import width
from xuncha.paper.outline import Block, Document, Table
from xuncha.paper.texts import txt


def bare(text: str) -> str:
    """Return a text without blanks."""
    return re.sub(r"\s", "", text)


@given(document=documents)
def test_every_text_is_in_it_in_its_order(document: Document) -> None:
    shown = bare(txt(document))
    place = 0
    for text in [document.mark, document.title, *(block.text for block in document.blocks if isinstance(block, Block))]:  # fmt: skip
        place = shown.index(bare(text), place)
    assert txt(document).endswith("\n")
    assert not txt(document).endswith("\n\n")


@given(table=tables())
@example(table=Table(("甲", "乙"), (("1", "做" * 60),), (0.01, 0.99)))
def test_a_table_fits_and_keeps_every_character(table: Table) -> None:
    lines = txt(Document("题", (table,))).splitlines()[2:]
    assert all(width(line) <= 38 for line in lines)
    kept = sorted(bare("".join(line for line in lines if line != "-" * 76)))
    assert kept == sorted(bare("".join("".join(row) for row in (table.header, *table.rows))))


def test_what_is_left_after_rounding_goes_to_the_longest_text_and_not_to_the_widest_column() -> None:
    header = ("序号", "整改措施", "责任领导", "责任科室", "整改时限", "逾期", "状态")
    row = (
        "1",
        "加快海上漂浮式光伏项目落地",
        "分管产业和能源副主任",
        "能源科",
        "2024年4月30日",
        "已逾期265天",
        "推进中",
    )
    table = Table(header, (row,), tuple(each / 20.9 for each in (1.5, 5.5, 2.8, 2.8, 3.6, 2.6, 2.1)))
    assert "1     加快海上漂浮  分管产业" in txt(Document("题", (table,)))


@pytest.mark.parametrize(
    "text",
    [
        "未公开问题（一）",
        "甲乙丙丁。戊己",
        "“甲乙丙丁戊”己庚",
        "甲乙（丙丁戊己",
        "2024年12月31日前取得阶段性成效",
    ],
)
def test_no_line_of_a_cell_begins_or_ends_with_a_wrong_mark(text: str) -> None:
    for room in range(3, 9):
        table = Table(("甲", "乙"), ((text, "x"),), (room / 37, 1 - room / 37))
        lines = [line.split("  ")[0].strip() for line in txt(Document("题", (table,))).splitlines()[4:-1]]
        for line in (line for line in lines if line and set(line) != {"-"}):
            assert line[0] not in "，。）”", (room, lines)
            assert line[-1] not in "（“", (room, lines)


def test_short_rows_stand_close_and_long_ones_apart() -> None:
    short = Table(("甲", "乙"), (("一", "二"), ("三", "四")), (0.5, 0.5))
    assert txt(Document("题", (short,))).count("-" * 76) == 2
    long = Table(("甲", "乙"), (("一", "二" * 40), ("", "四"), ("五", "六")), (0.5, 0.5))
    assert txt(Document("题", (long,))).count("-" * 76) == 3, "not between rows of one cell"


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_are_shown_as_they_are(text: str) -> None:
    assert f"\u3000\u3000{text}\n" in txt(Document("题", (Block("p", text),)))
