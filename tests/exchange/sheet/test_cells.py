"""Reading and writing the texts of single cells."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from xuncha.exchange.names import names
from xuncha.exchange.sheet.cells import entries, show_entry
from xuncha.exchange.sheet.reading import ReadOptions, draft_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "text",
    [
        "2024年3月1日：开会研究。（不公开）\n形成会议纪要。",
        "2024年3月1日：开会研究。\n形成会议纪要。（不公开）",
        "2024年3月1日：开会研究。（不公开）\n形成会议纪要。（不公开）",
    ],
)
def test_what_is_marked_as_internal_on_any_line_is_not_public(text: str) -> None:
    (entry,) = entries(text)
    assert entry == {"date": "2024-03-01", "text": "开会研究。\n形成会议纪要。", "publish": False}
    assert entries(show_entry(entry)) == [entry]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("安全与环保部长", ["安全与环保部长"]),
        ("李和平", ["李和平"]),
        ("（牵头）", ["（牵头）"]),
        ("党组成员、副局长张三，党委委员李四", ["党组成员、副局长张三", "党委委员李四"]),
        ("张三及李四", ["张三", "李四"]),
        ("主要领导：张三；分管领导：李四", ["张三", "李四"]),
    ],
)
def test_people_are_separated_only_where_two_names_are_joined(text: str, people: list[str]) -> None:
    assert names(text) == (people, [])


def test_a_formula_without_a_stored_result_names_nobody_and_no_day(tmp_path: Path) -> None:
    book, path = Workbook(), tmp_path / "台账.xlsx"
    sheet = book.worksheets[0]
    sheet.append(["序号", "反馈问题", "整改措施", "责任科室", "整改时限", "完成情况"])
    sheet.append([1, "学习不够", "制定计划", '="财务"&"科"', "=DATE(2024,6,30)", '=IF(TRUE,"已完成")'])
    book.save(path)
    draft = draft_of(path, ReadOptions(date(2025, 1, 1)))
    assert [measure.record for measure in draft.measures] == [{"title": "制定计划"}]
    assert [each.place.rpartition("!")[2] for each in draft.doubts if "!" in each.place] == ["D2", "E2", "F2"]
