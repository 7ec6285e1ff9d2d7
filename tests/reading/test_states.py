"""States in a notice, of a measure or of a whole problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from xuncha.pages import lines
from xuncha.reading.counts import stated_counts
from xuncha.reading.reading import read

if TYPE_CHECKING:
    from pathlib import Path

    from xuncha.reading.notice import Measure

HEAD = "中共甲县乙局党组关于县委第一巡察组反馈意见整改进展情况的通报\n一、整改工作情况\n成立专班3个。\n二、反馈问题整改情况\n（一）作风建设方面\n"


def measures(text: str, folder: Path) -> list[Measure]:
    """Return the measures of the first problem of a notice."""
    path = folder / "notice.txt"
    path.write_text(f"{HEAD}{text}\n三、下一步打算\n继续努力。\n", encoding="utf-8")
    return list(read(lines(path)).categories[0].problems[0].measures)


@pytest.mark.parametrize(
    ("text", "states"),
    [
        ("1.会议多。该问题已完成整改，一是合并会议；二是压减文件。", ["closed", "closed"]),
        ("1.会议多。一是合并会议。二是压减文件。目前，该问题尚未完成整改。", ["in_progress", "in_progress"]),
        ("1.会议多。该问题由办公室牵头整改。一是合并会议。", [None]),
        ("1.会议多\n①合并会议，已完成；②压减文件，持续推进。", ["closed", "in_progress"]),
        ("1.会议多\n①确保会议减半，全部整改到位。②压减文件。", [None, None]),
        ("1.会议多\n整改状态：已完成\n整改措施：一是合并会议。二是压减文件。", ["closed", "closed"]),
        (
            "1.会议多\n（1）整改措施：合并会议。\n完成情况：已完成\n（2）整改措施：压减文件。",
            ["closed", None],
        ),
        ("1.会议多\n整改措施1：合并。\n完成时限：2024年9月底（已完成）\n整改措施2：压减。", ["closed", None]),
        (
            "1.会议多\n整改措施：合并。\n完成情况：已完成\n整改措施：压减。\n完成情况：未完成",
            ["closed", "in_progress"],
        ),
        ("1.会议多。[已完成]\n整改措施：一是合并会议。二是压减文件。", ["closed", "closed"]),
        ("1.会议多。（持续推进）\n一是合并会议。二是压减文件。", ["in_progress", "in_progress"]),
        ("1.会议多。（已完成3次）\n整改措施：一是合并会议。二是压减文件。", [None, None]),
        ("1.会议多。（责任领导：张三；整改时限：2024年9月；已完成）一是合并。二是压减。", ["closed"] * 2),
        ("1.会议多\n整改措施：①合并会议；②压减文件。\n整改成效：已完成整改。", ["closed", "closed"]),
        ("1.会议多\n整改措施：①合并会议；②压减文件。\n整改成效：会议减半，已完成整改。", [None, None]),
        (
            "1.会议多\n完成情况：已完成\n整改措施：一是合并会议。二是压减文件，长期坚持。",
            ["closed", "closed"],
        ),
        ("1.会议多（责任领导：张三）（已完成）\n一是合并会议。二是压减文件。", ["closed", "closed"]),
    ],
)
def test_a_state_is_that_of_the_measures_of_which_it_is_said(
    text: str, states: list[str | None], tmp_path: Path
) -> None:
    found = measures(text, tmp_path)
    assert [measure.state and measure.state.status for measure in found] == states


@pytest.mark.parametrize(
    "head",
    [
        "1.会议多。（责任领导：张三；责任科室：办公室；整改时限：2024年9月）",
        "1.会议多（责任领导：张三；责任科室：办公室；整改时限：2024年9月；已完成）\n",
        "1.会议多\n（责任领导：张三；责任科室：办公室；整改时限：2024年9月）\n整改措施：",
        "1.会议多\n（1）会多人少。（责任领导：张三，责任科室：办公室，整改时限：2024年9月）",
        "1.会议多（责任领导：张三）（责任科室：办公室）（整改时限：2024年9月）\n",
        "1.会议多（责任领导：张三；责任科室：办公室；整改时限：2024年9月）：",
        "1.会议多。（责任领导：张三；责任科室：办公室；整改时限：2024年9月）：",
        "1.会议多。【责任领导：张三】【责任科室：办公室】【整改时限：2024年9月】\n",
        "1.会议多【责任领导：张三，责任科室：办公室，整改时限：2024年9月】\n",
        "1.会议多\n【责任科室】办公室【责任人】张三【整改时限】2024年9月\n整改措施：",
    ],
)
def test_who_answers_for_a_problem_answers_for_its_measures(head: str, tmp_path: Path) -> None:
    for measure in measures(f"{head}一是合并。二是压减。", tmp_path):
        assert (measure.leader, measure.office, measure.due) == ("张三", "办公室", "2024年9月")


@pytest.mark.parametrize(
    "head", ["1.会议多。（责任领导：张三；已完成）", "1.会议多\n责任领导：张三\n完成情况：已完成\n整改措施："]
)
def test_what_a_measure_says_of_itself_counts_more_than_what_is_said_of_all(
    head: str, tmp_path: Path
) -> None:
    first, second = measures(f"{head}一是合并（责任领导：李四；推进中）。二是压减。", tmp_path)
    assert (first.leader, second.leader) == ("李四", "张三")
    assert [each.state and each.state.status for each in (first, second)] == ["in_progress", "closed"]


def test_the_text_above_the_measures_of_a_part_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "notice.txt"
    path.write_text(
        f"{HEAD}1.作风不实\n（1）文山会海。\n2023年会议120次。\n整改措施：一是合并。二是压减。\n三、下一步打算\n继续努力。\n",
        encoding="utf-8",
    )
    assert read(lines(path)).categories[0].problems[0].finding == "2023年会议120次。"


def test_a_state_behind_an_office_is_no_office(tmp_path: Path) -> None:
    text = "1.会议多。\n整改措施：合并（责任领导：张三；责任科室：办公室、财务科；已完成）。"
    (measure,) = measures(text, tmp_path)
    assert (measure.leader, measure.office, measure.co_offices) == ("张三", "办公室", ("财务科",))
    assert (measure.state and measure.state.status) == "closed"


@pytest.mark.parametrize(
    ("behind", "said"),
    [
        ("责任领导：张三；责任科室：办公室。下一步将加强培训。", "下一步将加强培训"),
        ("责任领导：张三，责任科室：办公室，2024年8月底前已完成培训。", "2024年8月底前已完成培训"),
        ("责任领导：张三；责任科室：办公室。\n专此函达。", "专此函达"),
    ],
)
def test_a_clause_behind_an_office_is_no_office(behind: str, said: str, tmp_path: Path) -> None:
    (measure,) = measures(f"1.会议多\n整改措施：合并会议。{behind}", tmp_path)
    assert (measure.leader, measure.office, measure.co_offices) == ("张三", "办公室", ())
    assert measure.text.text.rstrip("。") == f"合并会议。\n{said}"


@pytest.mark.parametrize(
    "text",
    [
        "1.会议多。（责任领导：张三；责任科室：办公室；完成时限：长期坚持）\n一是合并。二是压减。",
        "1.会议多\n措施1：合并。责任领导：张三，责任科室：办公室，完成时限：长期坚持\n完成情况：会议减半。",
        "1.会议多\n整改措施：合并。责任领导：张三，责任科室：办公室，完成时限：长期坚持",
    ],
)
def test_a_time_limit_without_end_is_no_office(text: str, tmp_path: Path) -> None:
    for measure in measures(text, tmp_path):
        assert (measure.office, measure.co_offices, measure.due) == ("办公室", (), "长期坚持")


@pytest.mark.parametrize(
    "text", ["厘清职责（责任清单：办公室、人事科各一份）。", "建立【问题】清单，明确【整改】要求。"]
)
def test_brackets_that_name_nobody_are_kept(text: str, tmp_path: Path) -> None:
    (measure,) = measures(f"1.会议多\n整改措施：{text}", tmp_path)
    assert measure.text.text == text


def test_a_name_and_a_time_limit_keep_what_belongs_to_them(tmp_path: Path) -> None:
    names = "责任科室：办公室，原人事科（2024年3月撤并）"
    due = "2024年6月底前修订制度。2024年12月底前追缴资金"
    (measure,) = measures(f"1.会议多\n整改措施：合并。{names}。完成时限：{due}。专此函达。", tmp_path)
    assert measure.co_offices == ("原人事科（2024年3月撤并）",)
    assert (measure.due, measure.text.text) == (due, "合并。\n专此函达")


def test_who_answers_for_a_measure_answers_for_no_other(tmp_path: Path) -> None:
    text = "1.会议多\n整改措施1：合并。\n责任领导：张三，责任科室：办公室，完成时限：2024年9月底\n整改措施2：压减。\n责任科室：信息科"
    first, second = measures(text, tmp_path)
    assert (first.leader, first.office, first.due) == ("张三", "办公室", "2024年9月底")
    assert (second.leader, second.office, second.due) == (None, "信息科", None)


@pytest.mark.parametrize(
    ("text", "total", "done"),
    [
        ("4个方面、29个单位共计50项问题，已完成整改46项，基本完成2项，申请延期2项。", 50, 46),
        ("成立工作专班3个，解决困难11件，全部完成。", None, None),
        ("党组书记认领问题5个，协调解决困难11件。", None, None),
    ],
)
def test_only_counts_of_problems_are_taken_for_theirs(text: str, total: int | None, done: int | None) -> None:
    found = stated_counts([text]).numbers
    assert (found.get(("problems", "total")), found.get(("problems", "done"))) == (total, done)


def test_counts_in_progress_are_summed_where_they_fit_the_total() -> None:
    found = stated_counts(["制定措施40条，已完成34条，基本完成3条，持续整改2条，申请延期1条。"])
    assert [found.numbers["measures", kind] for kind in ("total", "done", "in_progress")] == [40, 34, 6]
