"""Any table imports as a valid ledger, and importing it again changes nothing."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from xuncha.exchange.entry import Enterer
from xuncha.exchange.sheet.grid import Cell, Sheet, clean
from xuncha.exchange.sheet.reading import ReadOptions, read_sheets
from xuncha.skeleton.create import base_files
from xuncha.store.files import Overlay, WorkingTree
from xuncha.store.loading import check, load_ledger

TODAY = date(2024, 6, 15)
FEEDBACK = date(2023, 11, 10)
HEADS = [
    "序号", "问题类别", "反馈问题", "具体表现", "编号", "子问题", "整改措施", "整改目标", "责任领导", "责任科室", "配合科室", "整改时限", "进展情况",
    "完成情况", "销号时间", "佐证材料", "是否公开", "备注", "说不清的列",
]  # fmt: skip
WORDS = [
    "1.甲；2.乙；3.丙", "（1）甲乙丙（2）丁戊己", "一是甲。二是乙。", "甲\n乙\n丙", "、", "。", "1.", "（一）", "牵头：", "张三、", "：", "2024年13月45日", "2024.2.30",
    "1999年1月1日", "9999-12-31", "0年0月", "3月底", "长期坚持", "立行立改", "已完成", "基本完成", "未完成", "100%", "合计", "注：无", "一、关于甲方面", "2.3", "1.1",
    "2024年1月5日：开会（佐证：〔2024〕1号）（不公开）", "2020年1月5日：早了", "\x00\x1b[31m\u202e", "\u3000", "备注：甲", "=1+1", "长" * 3000, "甲" * 300, "'", "<<: *a", "- a",
]  # fmt: skip
VALUES = st.one_of(
    st.none(),
    st.sampled_from(WORDS),
    st.text(max_size=12),
    st.integers(-5, 60_000),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.datetimes(datetime(1900, 1, 1), datetime(2999, 1, 1)),  # noqa: DTZ001  as a workbook holds them
)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    """Draw a sheet with a header and anything below it, some of it merged."""
    heads = draw(st.lists(st.sampled_from(HEADS), min_size=4, max_size=10, unique=True))
    heads = list(dict.fromkeys(["反馈问题", "整改措施", "整改时限", *heads]))
    sheet = Sheet("Sheet1")
    for column, head in enumerate(heads, 1):
        sheet.cells[1, column] = Cell.of(head, "General")
    for row in range(2, draw(st.integers(3, 7))):
        for column in range(1, len(heads) + 1):
            value: Any = draw(VALUES)
            if value is not None and not (isinstance(value, str) and not value.strip()):
                sheet.cells[row, column] = Cell.of(
                    value, draw(st.sampled_from(["General", "0%", "yyyy-mm-dd", "0.00"]))
                )
    area = st.tuples(st.integers(1, 4), st.integers(2, 4), st.integers(1, 6), st.integers(4, 6))
    sheet.expand(draw(st.lists(area.filter(lambda each: each[0] <= each[2]), max_size=2)))
    return sheet


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(sheets())
def test_anything_becomes_a_ledger_that_breaks_no_rule(sheet: Sheet) -> None:
    draft = read_sheets([sheet], ReadOptions(TODAY, FEEDBACK))
    intake = Enterer(draft).new("a.xlsx", None)
    source = Overlay(WorkingTree(Path("/nowhere")), {**base_files(), **intake.files})
    assert check(source) == []
    again = Enterer(read_sheets([sheet], ReadOptions(TODAY, FEEDBACK)), Path()).changed(
        load_ledger(source), source
    )
    assert check(Overlay(source, dict(again.files))) == []


def test_a_text_of_which_nothing_is_seen_is_none() -> None:
    """A rule refuses such a text as empty, so an import must not write one."""
    assert clean("\U0001342f") == clean("\u3164\n\u200b") == ""
    assert clean("甲\n\U0001342f\n乙") == "甲\n乙"
