"""Notices and workbooks with unclear wording: a measure is closed only if the text says so plainly, else it is a doubt."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook

from tests.steps import assert_linear
from xuncha.exchange.notice import draft_of as draft_of_notice
from xuncha.exchange.sheet.reading import ReadOptions, draft_of
from xuncha.language import use_language
from xuncha.pages import lines
from xuncha.reading.reading import read

if TYPE_CHECKING:
    from pathlib import Path

    from xuncha.exchange.drafts import Draft

FEEDBACK, TODAY = date(2026, 7, 31), date(2026, 11, 28)
HEADS = ["序号", "反馈问题", "整改措施", "责任领导", "责任科室", "整改时限", "进展情况", "完成情况"]
NOTICE = """中共某市水务局党组关于巡察整改进展情况的通报
2026年4月12日至6月11日，市委第二巡察组对某市水务局党组进行了巡察。7月31日，反馈了意见。
一、工作情况
{count}。
二、进展情况
（一）关于落实上级决策部署方面
1.重点工程推进缓慢
{measures}
2.财务审批不严
一是修订办法。二是开展培训。
中共某市水务局党组
2026年11月20日
"""


def notice(folder: Path, count: str, measures: str = "一是完成前期手续。二是正在推进征地。") -> Draft:
    path = folder / "通报.txt"
    path.write_text(NOTICE.format(count=count, measures=measures), encoding="utf-8")
    return draft_of_notice(read(lines(path)), str(path), TODAY)


def records(draft: Draft) -> list[dict[str, Any]]:
    return [measure.record for problem in draft.problems for measure in problem.measures]


@pytest.mark.parametrize(
    "count",
    [
        "反馈问题2个，计划年底前完成整改2个",
        "反馈问题2个，已完成整改2个，其中1个正在推进",
        "反馈问题2个，已完成整改2个。但有1个反弹",
        "反馈的2个问题已全部整改到位",
    ],
)
def test_no_count_of_a_notice_closes_a_measure(count: str, tmp_path: Path) -> None:
    with use_language("en"):
        draft = notice(tmp_path, count)
    assert {measure.status for measure in draft.measures} <= {"not_started", "in_progress"}
    borne_out = [doubt for doubt in draft.doubts if "stated as done" in doubt.message]
    assert len(borne_out) == (0 if "计划" in count else 1)


@pytest.mark.parametrize(
    ("measure", "status"),
    [
        ("推进项目，计划2027年开工（已完成）", "in_progress"),
        ("正在推进征地（已完成）", "in_progress"),
        ("资金尚未追缴（已销号）", "in_progress"),
        ("修订办法（已于2027年12月完成）", "in_progress"),
        ("修订办法。完成情况：已于2027年12月完成", "in_progress"),
        ("修订办法。完成情况：已于2026年10月完成", "closed"),
        ("修订办法（已完成）", "closed"),
    ],
)
def test_a_measure_that_says_it_goes_on_is_not_closed_by_its_state(
    measure: str, status: str, tmp_path: Path
) -> None:
    draft = notice(tmp_path, "反馈问题2个", f"一是{measure}。")
    assert records(draft)[0]["status"] == status
    assert any(measure[:4] in doubt.text for doubt in draft.doubts) == (status != "closed")


def table(folder: Path, rows: list[list[Any]], *merged: str) -> Draft:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append([value or None for value in row])
    for cells in merged:
        sheet.merge_cells(cells)
    book.save(folder / "台账.xlsx")
    return draft_of(folder / "台账.xlsx", ReadOptions(TODAY, FEEDBACK))


def line(number: object, state: str = "推进中", day: object = "2027-01-01") -> list[Any]:
    return [number, f"问题{number}", f"措施{number}", "局长", "办公室", day, "做了工作", state]


def titles(draft: Draft) -> list[str]:
    return [record["title"] for record in records(draft)]


@pytest.mark.parametrize(
    "again",
    [
        ["序号", "反馈问题", "整改措施", "责任领导", "责任科室", "整改时限", "进展", "是否完成"],
        ["序号", "问题", "措施", "领导", "科室", "时限", "进展", "完成"],
        ["序号", "反馈问题", "整改措施"],
        HEADS,
    ],
)
@pytest.mark.parametrize(
    "last",
    [
        line(1),
        line("一", "长期坚持", "年底前"),
        ["", "管理松散", "制定办法", "局长", "办公室"],
        [7, "问题", "措施", "局长", "办公室", "2027-01-01"],
    ],
)
def test_the_row_before_a_second_heading_is_no_part_of_it(
    again: list[str], last: list[Any], tmp_path: Path
) -> None:
    draft = table(tmp_path, [HEADS, last, again, line(2)])
    assert titles(draft) == [last[2], "措施2"]
    assert records(draft)[-1]["due"] == "2027-01-01"


def test_a_heading_of_two_rows_may_name_months(tmp_path: Path) -> None:
    heads = [*HEADS[:6], "2026年8月", "完成情况"]
    assert titles(table(tmp_path, [heads, line(1), line(2)])) == ["措施1", "措施2"]


GROUPED = [["序号", "反馈问题", "整改措施", "责任", "", "整改时限", "完成情况", "", ""]]
MERGED = ("A1:A2", "B1:B2", "C1:C2", "F1:F2", "D1:E1", "G1:I1")
TICKS: dict[tuple[str, str, str], list[str | None]] = {
    ("未完成", "推进中", "已完成"): ["not_started", "in_progress", "closed"],
    ("已完成", "推进中", "未完成"): ["closed", "in_progress", "not_started"],
    ("未启动", "推进中", "完成"): ["not_started", "in_progress", "closed"],
    ("未完成", "部分完成", "备注"): ["not_started", "in_progress", None],
    ("是", "否", ""): ["closed", "not_started", None],
    ("正在整改", "未启动", ""): ["in_progress", "not_started", None],
    ("未完成", "", ""): ["not_started", None, None],
    ("甲", "乙", "丙"): [None, None, None],
}


@pytest.mark.parametrize(("words", "states"), TICKS.items())
def test_a_tick_says_what_its_own_column_is_called(
    words: tuple[str, str, str], states: list[str | None], tmp_path: Path
) -> None:
    ticked = [["√" if place == column else "" for column in range(3)] for place in range(3)]
    rows = [[*line(number)[:5], "2027-01-01", *marks] for number, marks in enumerate(ticked, 1)]
    draft = table(tmp_path, [*GROUPED, ["", "", "", "责任领导", "责任科室", "", *words], *rows], *MERGED)
    assert [record.get("status") for record in records(draft)] == states
    assert [record["leader"] for record in records(draft)] == ["局长"] * 3
    if "备注" not in words:
        assert len([doubt for doubt in draft.doubts if "√" in doubt.text]) == states.count(None)


@pytest.mark.parametrize("words", [("未完成", "推进中", "已完成"), ("", "", "")])
def test_a_group_that_is_not_merged_is_one_too(words: tuple[str, str, str], tmp_path: Path) -> None:
    heads = [*HEADS[:6], "完成情况"]
    below = [["", "", "", "", "", "", *words]] if words[0] else []
    rows: list[list[Any]] = [
        [*line(number)[:6], *("√" if place == number else "" for place in (1, 2, 3))] for number in (1, 2, 3)
    ]
    draft = table(tmp_path, [heads, *below, *rows])
    states = ["not_started", "in_progress", "closed"] if below else [None] * 3
    assert [record.get("status") for record in records(draft)] == states


def test_two_ticks_tell_no_state_and_so_does_a_word_among_them(tmp_path: Path) -> None:
    heads = [*HEADS[:6], "未完成", "推进中", "已完成"]
    rows = [[*line(1)[:6], "√", "", "√"], [*line(2)[:6], "", "", "部分"], [*line(3)[:6], "", "", "√"]]
    draft = table(tmp_path, [heads, *rows])
    assert [record.get("status") for record in records(draft)] == [None, None, "closed"]
    assert [doubt.place.rpartition("!")[2] for doubt in draft.doubts if "!" in doubt.place] == [
        "G2",
        "I2",
        "I3",
    ]


LEFT = ["序号", "反馈问题", "整改措施", "责任科室", "进展情况"]
GOES_ON = [1, "问题1", "措施1", "办公室", "正在推进前期"]


@pytest.mark.parametrize(
    ("right", "told"),
    [
        (
            ["编号", "存在问题", "具体措施", "责任单位", "整改状态"],
            [1, "另一问题", "另措施", "财务科", "已完成"],
        ),
        (["", "序号", "事项", "是否完成"], ["", 1, "报送材料", "√"]),
        (["", "事项", "完成情况"], ["", "报送材料", "已完成"]),
        (["", "序号", "进展情况"], ["", 1, "已完成"]),
    ],
)
def test_a_second_table_beside_the_first_is_named_and_not_read(
    right: list[str], told: list[Any], tmp_path: Path
) -> None:
    draft = table(tmp_path, [LEFT + right, GOES_ON + told])
    assert titles(draft) == ["措施1"]
    assert records(draft)[0]["status"] == "in_progress"
    assert any(":" in doubt.place.rpartition("!")[2] for doubt in draft.doubts)


def test_numbers_of_measures_begin_no_second_table(tmp_path: Path) -> None:
    heads = ["序号", "反馈问题", "整改任务", "序号", "整改措施", "", "责任科室", "完成情况"]
    draft = table(tmp_path, [heads, [1, "问题1", "任务1", "1.1", "措施1", "", "办公室", "已完成"]])
    assert records(draft)[0]["status"] == "closed"
    assert records(draft)[0]["office"] == "办公室"


@pytest.mark.parametrize("state", ["推进中", "已完成", ""])
def test_a_day_of_completion_that_is_to_come_closes_nothing(state: str, tmp_path: Path) -> None:
    draft = table(tmp_path, [[*HEADS, "实际完成时间"], [*line(1, state), "2026-12-31"]])
    assert records(draft)[0]["status"] == "in_progress"
    assert any(doubt.text == "2026-12-31" for doubt in draft.doubts)


def test_rows_of_a_measure_alone_are_measures_unless_a_sentence_plainly_goes_on(tmp_path: Path) -> None:
    first = [1, "管理松散", "修订完善内部控制管理制度并印发执行", "局长", "办公室", "2026-12-31"]
    rows: list[list[Any]] = [
        HEADS,
        first,
        ["", "", "组织开展全员专项培训两轮"],
        ["", "", "修订办法、细则，"],
        ["", "", "并报局务会审议"],
    ]
    found = titles(table(tmp_path, rows))
    assert found == [first[2], "组织开展全员专项培训两轮", "修订办法、细则，并报局务会审议"]


def test_the_same_as_above_is_never_a_heading(tmp_path: Path) -> None:
    same = ["", "", "措施甲", "同上", "〃", "同上"]
    assert "leader" not in records(table(tmp_path, [HEADS, line(1)[:3], HEADS, same]))[-1]


def test_a_column_of_the_same_as_above_is_read_in_one_pass(tmp_path: Path) -> None:
    def read(rows: int) -> None:
        draft = table(
            tmp_path, [HEADS, line(1), *[["", "", f"措施{n}", "同上", "", ""] for n in range(rows)]]
        )
        assert {each["leader"] for each in records(draft)} == {line(1)[3]}

    assert_linear(read, 300)
