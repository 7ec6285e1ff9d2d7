"""What several sheets, or several rows of one, say of the same measure is joined, or named as a doubt."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from xuncha.exchange.entry import Enterer
from xuncha.exchange.sheet.grid import Cell, Sheet
from xuncha.exchange.sheet.reading import ReadOptions, read_sheets
from xuncha.skeleton.create import base_files
from xuncha.store.files import Overlay, WorkingTree
from xuncha.store.loading import check

if TYPE_CHECKING:
    from xuncha.exchange.drafts import Draft

LEDGER = "序号 反馈问题 整改措施 完成情况\n1 甲 抓甲 {}\n2 乙 抓乙 推进中"


def read(**sheets: str) -> Draft:
    """Read sheets, each given by its name as lines of cells, and check the ledger that they make."""
    made = []
    for name, text in sheets.items():
        rows = enumerate(text.split("\n"), 1)
        texts = {(row, column): each for row, line in rows for column, each in enumerate(line.split(" "), 1)}
        made.append(Sheet(name, {spot: Cell.of(each, "") for spot, each in texts.items() if each != "-"}))
        made[-1].expand([])
    draft = read_sheets(made, ReadOptions(date(2024, 7, 1)))
    files = {**base_files(), **Enterer(draft).new("a.xlsx", None).files}
    assert check(Overlay(WorkingTree(Path("/nowhere")), files)) == []
    return draft


@pytest.mark.parametrize(
    ("first", "name", "second", "status"),
    [
        ("推进中", "措施进展", "序号 整改措施 进展情况 完成情况\n1 抓甲 印发制度3项 推进中", "in_progress"),
        ("已完成", "6月", "序号 整改措施 进展情况 完成情况\n1 抓甲 印发制度3项 推进中", "in_progress"),
        ("推进中", "销号清单", "反馈问题 整改措施 销号日期\n甲 抓甲 2024年5月6日", "in_progress"),
        ("已完成", "已销号", "反馈问题 整改措施 销号日期\n甲 抓甲 2024年5月6日", "closed"),
        ("已完成", "责任清单", "序号 整改措施 责任科室\n1 抓甲 办公室", "closed"),
    ],
)
def test_a_measure_of_two_sheets_is_entered_once(first: str, name: str, second: str, status: str) -> None:
    draft = read(问题台账=LEDGER.format(first), **{name: second})
    assert [(each.record["title"], each.status) for each in draft.measures] == [
        ("抓甲", status), ("抓乙", "in_progress"),
    ]  # fmt: skip
    assert [each.category for each in draft.problems] == ["", ""]
    stated = {first, "已完成" if "销号" in name else "推进中" if "完成情况" in second else first}
    doubted = [each.place for each in draft.doubts if each.role == "state"]
    assert doubted == ([f"{name}!B2"] if len(stated) > 1 else [])
    assert all("differs from 问题台账" in each.message for each in draft.doubts if each.role == "state")


def test_a_measure_of_another_category_is_not_joined() -> None:
    ledger = "类别 反馈问题 整改措施 完成情况\n学习 甲 抓甲 已完成"
    rows = "类别 整改措施 责任科室\n{} 抓甲 办公室"
    draft = read(台账=ledger, 责任清单=rows.format("作风"))
    assert [(each.category, len(each.measures)) for each in draft.problems] == [("学习", 1), ("作风", 1)]
    assert [each.status for each in draft.measures] == ["closed", "not_started"]
    draft = read(台账=ledger, 责任清单=rows.format("学习"))
    assert [each.record.get("office") for each in draft.measures] == ["办公室"]
    draft = read(台账=LEDGER.format("已完成"), 责任清单=rows.format("学习"))
    assert [(each.category, len(each.measures)) for each in draft.problems] == [("学习", 1), ("", 1)]


def test_a_measure_that_stands_twice_in_a_sheet_is_a_doubt() -> None:
    draft = read(台账=LEDGER.format("已完成") + "\n3 甲 抓甲 推进中")
    assert [each.status for each in draft.measures] == ["closed", "in_progress", "in_progress"]
    assert [(each.text, each.place) for each in draft.doubts] == [("抓甲", "台账!C4")]


def test_rows_of_one_list_with_one_title_each_complete_their_own_measure() -> None:
    ledger = "反馈问题 整改措施 责任科室 完成情况\n甲 抓甲 办公室 推进中\n甲 抓甲 财务科 推进中"
    draft = read(台账=ledger, 进展="序号 整改措施 进展情况\n1 抓甲 印发制度3项\n2 抓甲 清理账目5笔")
    assert [[each["text"] for each in measure.record["progress"]] for measure in draft.measures] == [
        ["印发制度3项"], ["清理账目5笔"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("second", "rows"),
    [
        ("抓甲", "1.2 抓甲 办公室 已完成\n1.1 抓甲 办公室 推进中"),
        ("抓甲", "1 抓甲 财务科 已完成\n2 抓甲 办公室 推进中"),
        ("抓乙", "1.1 抓乙 财务科 已完成\n1.2 抓甲 办公室 推进中"),
    ],
)
def test_a_second_list_means_the_measure_with_its_title_then_with_its_number_or_office(
    second: str, rows: str
) -> None:
    ledger = f"编号 反馈问题 整改措施 责任科室\n1.1 甲 抓甲 办公室\n1.2 甲 {second} 财务科"
    draft = read(台账=ledger, 完成情况=f"编号 整改措施 责任科室 完成情况\n{rows}")
    assert [each.record["status"] for each in draft.measures] == ["in_progress", "closed"]


def test_a_second_row_of_a_list_differs_from_the_row_before_it() -> None:
    draft = read(
        台账=LEDGER.format("推进中"), 责任清单="序号 整改措施 责任科室\n1 抓甲 办公室\n2 抓甲 财务科"
    )
    assert [each.record.get("office") for each in draft.measures] == ["办公室", None]
    [doubt] = [each for each in draft.doubts if each.role == "office"]
    assert (doubt.place, "责任清单!B2" in doubt.message) == ("责任清单!B3", True)


def test_an_arrow_means_what_stands_above() -> None:
    ditto = read(台账="反馈问题 整改措施 责任领导 完成情况\n甲 抓甲 张三 已完成\n乙 抓乙 ↑ 推进中")
    assert [each.record["leader"] for each in ditto.measures] == ["张三", "张三"]
