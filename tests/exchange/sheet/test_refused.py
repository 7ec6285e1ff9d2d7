"""A measure that is said to be complete stays open if another cell says that it was not accepted."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from xuncha.exchange.sheet.reading import ReadOptions, draft_of

if TYPE_CHECKING:
    from pathlib import Path

    from xuncha.exchange.drafts import Draft

FIRST = "序号,反馈问题,整改措施,责任领导,责任科室,整改时限"


def read(folder: Path, headings: str, *rows: str) -> Draft:
    """Read a table of measures, each with the texts of the columns named in `headings`."""
    lines = [f"{FIRST},{headings}"]
    lines += [f"{n},问题{n},措施{n},张三,办公室,2024-05-31,{row}" for n, row in enumerate(rows, 1)]
    (folder / "t.csv").write_text("\n".join(lines), encoding="utf-8")
    return draft_of(folder / "t.csv", ReadOptions(date(2024, 7, 1)))


@pytest.mark.parametrize(
    ("headings", "refused", "passed"),
    [
        ("整改进度,验收结论", "100%,不通过", "100%,通过"),
        ("整改状态,验收结果", "已完成,未通过", "已完成,合格"),
        ("完成情况,核查结论", "已完成,不予销号", "已完成,同意销号"),
        ("完成情况,复核意见", "已完成,不同意销号。", "已完成,同意"),
        ("完成情况,验收意见", "已完成,验收不合格，退回整改", "已完成,首次验收不合格，复验合格"),
        ("完成情况,备注", "已完成,未通过验收", "已完成,经费已退回"),
        ("完成情况,备注", "已完成,退回，需补充佐证材料", "已完成,退回，补充后通过"),
        ("完成情况,备注", "已完成,退回，佐证材料不全", "已完成,退回，已重新办结"),
        ("完成情况,备注", "已完成,驳回，请重新申报", "已完成,驳回，已补正"),
        ("完成情况,备注", "已完成,退回", "已完成,退回（12.3万元）"),
        ("完成情况,资金进展", "已完成,退回，待补充材料", "已完成,退回，2024年5月缴入国库。"),
        ("完成情况,备注", "已完成,正在推进", "已完成,持续推进"),
        ("完成情况,进展情况", "已完成,尚未完成", "已完成,尚未完成的3项已转入下年"),
        ("整改状态,是否销号", "已完成,否", "已完成,是"),
        ("完成情况,是否按期完成", "已完成，验收不合格,是", "已完成,否"),
        ("进展情况,核查结果", "已完成。制度已印发。,不合格", "已完成。制度已印发。,合格"),
        (
            "进展情况,联系人",
            "已完成整改。组织了三次学习，印发了两项制度。经复查不合格。,李四",
            "已完成整改。组织了三次学习，其中不合格产品已下架。,李四",
        ),
        ("完成情况,整改成效", "已完成,不通过", "已完成,通过率提高"),
    ],
)
def test_what_was_refused_is_not_closed(headings: str, refused: str, passed: str, tmp_path: Path) -> None:
    draft = read(tmp_path, headings, refused, passed, "推进中,")
    assert [each.status for each in draft.measures] == ["in_progress", "closed", "in_progress"]
    assert any(
        each.place.rpartition("!")[2].endswith("2") and each.role in {"state", "progress"}
        for each in draft.doubts
    )


def test_what_goes_on_is_not_closed_where_another_column_is_the_state(tmp_path: Path) -> None:
    draft = read(tmp_path, "完成情况,验收结果", "推进中,合格", "已完成,合格", "推进中,不合格")
    assert [each.status for each in draft.measures] == ["in_progress", "closed", "in_progress"]
    assert any((each.text, each.place) == ("推进中", "G2") for each in draft.doubts)


def test_a_verdict_is_no_progress_and_an_empty_one_leaves_the_state_beside_it(tmp_path: Path) -> None:
    draft = read(tmp_path, "完成情况,验收结论", "已完成,通过", "已完成,不通过", "推进中,")
    assert not any("progress" in each.record for each in draft.measures)
    states = ("已完成,合格", "推进中,", "未启动,", "已完成,")
    draft = read(tmp_path, "完成情况,验收结果", *states)
    assert [each.record["status"] for each in draft.measures] == ["closed", "in_progress", "not_started", "in_progress"]  # fmt: skip
    assert [each[1::-1] for each in draft.doubts] == [("已完成", "G5")]
    assert "empty" in draft.doubts[0].message


def test_sums_and_repeated_headings_leave_a_column_of_states(tmp_path: Path) -> None:
    lines = [f"{FIRST},完成情况", "1,问题1,措施1,,,,已完成", "小计,,1,,,,1", f"{FIRST},完成情况", "2,问题2,措施2,,,,推进中", "合计,,2,,,,1"]  # fmt: skip
    (tmp_path / "t.csv").write_text("\n".join(lines), encoding="utf-8")
    draft = draft_of(tmp_path / "t.csv", ReadOptions(date(2024, 7, 1)))
    assert [each.record for each in draft.measures] == [
        {"title": "措施1", "status": "closed"}, {"title": "措施2", "status": "in_progress"},
    ]  # fmt: skip


def test_of_two_columns_of_states_the_visible_one_counts(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in ("问题,措施,状态（旧）,状态", "甲,抓甲,已完成,推进中", "乙,抓乙,已完成,已完成"):
        sheet.append(row.split(","))
    sheet.column_dimensions["C"].hidden = True
    book.save(tmp_path / "t.xlsx")
    draft = draft_of(tmp_path / "t.xlsx", ReadOptions(date(2024, 7, 1)))
    assert [(each.role, each.letter) for each in draft.columns if each.role == "state"] == [("state", "D")]


@pytest.mark.parametrize("seen", ["", "推进中"])
def test_a_hidden_column_closes_nothing_beside_a_visible_one(seen: str, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in ("问题,措施,完成情况（旧）,完成情况", f"甲,抓甲,已完成,{seen}", "乙,抓乙,已完成,"):
        sheet.append([text or None for text in row.split(",")])
    sheet.column_dimensions["C"].hidden = True
    book.save(tmp_path / "t.xlsx")
    draft = draft_of(tmp_path / "t.xlsx", ReadOptions(date(2024, 7, 1)))
    assert "closed" not in {each.status for each in draft.measures}


def test_a_day_of_closing_does_not_close_what_was_refused(tmp_path: Path) -> None:
    draft = read(tmp_path, "销号日期,验收结论", "2024-05-20,不通过", "2024-05-20,合格")
    assert [each.record.get("closed") for each in draft.measures] == [None, {"date": "2024-05-20"}]
    assert [each.place.rpartition("!")[2] for each in draft.doubts if each.role == "closed_date"] == ["G2"]


def test_each_of_several_measures_in_a_cell_has_its_own_verdict(tmp_path: Path) -> None:
    cells = '1,问题1,"1.甲\n2.乙",张三,办公室,2024-05-31,已完成,"1.合格\n2.不合格"'
    (tmp_path / "t.csv").write_text(f"{FIRST},完成情况,验收情况\n{cells}", encoding="utf-8")
    draft = draft_of(tmp_path / "t.csv", ReadOptions(date(2024, 7, 1)))
    assert [each.status for each in draft.measures] == ["closed", "in_progress"]


def test_what_waits_for_acceptance_is_submitted(tmp_path: Path) -> None:
    draft = read(tmp_path, "完成情况,验收情况", "已完成,待验收", "已完成,已通过验收")
    assert [each.status for each in draft.measures] == ["submitted", "closed"]


def test_a_tick_under_a_refusal_keeps_a_measure_open(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([*FIRST.split(","), "完成情况", "验收结果"])
    sheet.append([None] * 7 + ["通过", "不通过"])
    sheet.append([1, "问题1", "措施1", "张三", "办公室", "2024-05-31", "已完成", None, "√"])
    sheet.append([2, "问题2", "措施2", "张三", "办公室", "2024-05-31", "已完成", "√", None])
    sheet.merge_cells("H1:I1")
    for column in "ABCDEFG":
        sheet.merge_cells(f"{column}1:{column}2")
    book.save(tmp_path / "t.xlsx")
    draft = draft_of(tmp_path / "t.xlsx", ReadOptions(date(2024, 7, 1)))
    assert [each.status for each in draft.measures] == ["in_progress", "closed"]


@pytest.mark.parametrize("answers", ["通过,不通过", "不通过,通过", "同意,不同意"])
def test_a_tick_in_a_csv_means_the_answer_in_the_second_row_of_the_header(
    answers: str, tmp_path: Path
) -> None:
    lines = [f"{FIRST},验收结果,", f",,,,,,{answers}"]
    lines += [f"{n},问题{n},措施{n},张三,办公室,2024-05-31,{ticks}" for n, ticks in ((1, "√,"), (2, ",√"))]
    (tmp_path / "t.csv").write_text("\n".join(lines), encoding="utf-8")
    draft = draft_of(tmp_path / "t.csv", ReadOptions(date(2024, 7, 1)))
    assert "closed" not in {each.status for each in draft.measures}
    told = zip(answers.split(","), ("G3", "H4"), strict=True)
    assert {f"{answer}：√ {place}" for answer, place in told} <= {
        f"{each.text} {each.place}" for each in draft.doubts
    }


def test_a_measure_that_two_sheets_state_differently_is_named(tmp_path: Path) -> None:
    book = Workbook()
    book.remove(book.worksheets[0])
    for month, state in (("6月", "推进中"), ("7月", "已完成")):
        sheet = book.create_sheet(month)
        sheet.append([*FIRST.split(","), "完成情况"])
        sheet.append([1, "会议多", "合并会议", "张三", "办公室", "2024-05-31", state])
        sheet.append([2, "文件多", f"压减文件{month}", "张三", "办公室", "2024-05-31", state])
    book.save(tmp_path / "t.xlsx")
    draft = draft_of(tmp_path / "t.xlsx", ReadOptions(date(2024, 7, 31)))
    assert [(each.place, each.text) for each in draft.doubts] == [("7月!C2", "已销号")]
    assert "6月" in draft.doubts[0].message
    assert [each.status for each in draft.measures] == ["in_progress", "in_progress", "closed"]
