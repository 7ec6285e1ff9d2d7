"""Wording and numbers of the notice follow the ledger's state."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import PROBLEMS, STATES, LedgerOnDisk, measure, problem
from tests.notice import forms
from tests.notice.forms import FORMS, notice, read

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LONG_TERM = {"term": "long_term"}


def lines(ledger: LedgerOnDisk, form: str = "txt") -> list[str]:
    """Return the paragraphs that a reader of the notice sees."""
    return read(form, notice(ledger.root, form))


def line(ledger: LedgerOnDisk, beginning: str) -> str:
    """Return the one paragraph that begins with a text."""
    found = [shown for shown in lines(ledger) if shown.startswith(beginning)]
    assert len(found) == 1, f"{len(found)} paragraphs begin with {beginning}"
    return found[0]


def under(ledger: LedgerOnDisk, heading: str) -> str:
    """Return the paragraph below a heading."""
    shown = lines(ledger)
    return shown[shown.index(heading) + 1]


@pytest.fixture
def root(bare_ledger: LedgerOnDisk) -> Path:
    """Return the ledger's folder."""
    return bare_ledger.root


def all_in(ledger: LedgerOnDisk, status: str) -> None:
    """Bring every measure into one status."""
    for identity in STATES:
        ledger.write(ledger.path(identity), measure(identity, status))


# ---------------------------------------------------------------- the counts


def test_the_counts_are_those_of_the_whole_ledger(bare_ledger: LedgerOnDisk) -> None:
    assert line(bare_ledger, "截至目前").startswith(
        "截至目前，3个问题中已完成整改0个，6条措施中已完成2条，正在推进3条，尚未启动1条。"
    )
    assert "把反馈意见梳理为3个问题，制定6条整改措施" in notice(bare_ledger.root)


def test_when_all_is_done_nothing_is_said_to_be_open(bare_ledger: LedgerOnDisk) -> None:
    all_in(bare_ledger, "closed")
    text = notice(bare_ledger.root)
    assert line(bare_ledger, "截至目前").startswith("截至目前，3个问题、6条措施全部完成整改。")
    for word in ("正在推进", "尚未", "攻坚", "剩余"):
        assert word not in text
    assert "巩固整改成效" in text


def test_the_staged_result_is_claimed_only_for_long_term_measures_that_reached_it(
    bare_ledger: LedgerOnDisk,
) -> None:
    assert "长期任务" not in notice(bare_ledger.root)
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", "in_progress", **LONG_TERM))
    assert "长期任务" not in notice(bare_ledger.root), "an open long-term measure has reached nothing yet"
    bare_ledger.write(bare_ledger.path("2.2"), measure("2.2", "closed", **LONG_TERM))
    assert "6条措施中已完成2条（含长期任务取得阶段性成效），正在推进3条" in line(bare_ledger, "截至目前")
    assert "持续推进长期任务" in notice(bare_ledger.root)


def test_the_staged_result_is_told_when_all_is_done(bare_ledger: LedgerOnDisk) -> None:
    all_in(bare_ledger, "closed")
    bare_ledger.write(bare_ledger.path("2.2"), measure("2.2", "closed", **LONG_TERM))
    assert "3个问题、6条措施全部完成整改（含长期任务取得阶段性成效）。" in line(bare_ledger, "截至目前")


def test_before_anything_is_started_nothing_is_said_to_be_in_progress(bare_ledger: LedgerOnDisk) -> None:
    all_in(bare_ledger, "not_started")
    counts = line(bare_ledger, "截至目前")
    assert counts.startswith("截至目前，3个问题中已完成整改0个，6条措施中已完成0条，尚未启动6条。")
    assert "正在推进" not in notice(bare_ledger.root)


def test_where_nothing_is_in_progress_only_what_is_not_started_is_open(bare_ledger: LedgerOnDisk) -> None:
    all_in(bare_ledger, "closed")
    bare_ledger.write(bare_ledger.path("1.1"), measure("1.1", "not_started"))
    counts = line(bare_ledger, "截至目前")
    assert counts.startswith("截至目前，3个问题中已完成整改2个，6条措施中已完成5条，尚未启动1条。")
    assert "正在推进" not in notice(bare_ledger.root)


def test_where_all_is_started_nothing_is_said_not_to_be(bare_ledger: LedgerOnDisk) -> None:
    all_in(bare_ledger, "in_progress")
    counts = line(bare_ledger, "截至目前")
    assert counts.startswith("截至目前，3个问题中已完成整改0个，6条措施中已完成0条，正在推进6条。")
    assert "尚未启动" not in notice(bare_ledger.root)


def test_a_problem_without_measures_is_not_told_as_zero_measures_to_be_finished(
    bare_ledger: LedgerOnDisk,
) -> None:
    all_in(bare_ledger, "closed")
    bare_ledger.write("data/problems/04/problem.yaml", problem("尚未分解的问题", "a"))
    text = notice(bare_ledger.root)
    assert "4个问题中已完成整改3个，6条措施中已完成6条" in text
    assert "0条措施" not in text, "there are no open measures to make anyone's own task"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(states=st.fixed_dictionaries({identity: st.sampled_from(["not_started", "in_progress", "submitted", "closed"]) for identity in STATES}))  # fmt: skip
def test_every_number_in_the_counts_is_the_ledgers(root: Path, states: dict[str, str]) -> None:
    bare_ledger = LedgerOnDisk(root)
    for identity, status in states.items():
        bare_ledger.write(bare_ledger.path(identity), measure(identity, status))
    closed = [identity for identity, status in states.items() if status == "closed"]
    complete = [
        number
        for number in PROBLEMS
        if all(identity in closed for identity in states if identity.startswith(f"{number}."))
    ]
    counts = line(bare_ledger, "截至目前").partition("。")[0]
    said = [int(number) for number in re.findall("[0-9]+", counts)]
    open_ = [status for status in states.values() if status in {"in_progress", "submitted"}]
    waiting = [status for status in states.values() if status == "not_started"]
    if len(complete) == len(PROBLEMS):
        assert said == [3, 6]
    else:
        assert said == [3, len(complete), 6, len(closed), *filter(None, (len(open_), len(waiting)))]


# ---------------------------------------------------------------- who, when and where


def test_without_a_leading_group_none_is_claimed(bare_ledger: LedgerOnDisk) -> None:
    assert "成立整改工作领导小组，主要负责同志任组长" in notice(bare_ledger.root)
    forms.settings(bare_ledger, "leading_group: {head: 局长, office: 办公室}\n", "")
    text = notice(bare_ledger.root)
    assert "领导小组" not in text
    assert "主要负责同志履行整改第一责任人责任" in text


def test_without_a_contact_no_way_to_write_is_announced(bare_ledger: LedgerOnDisk) -> None:
    forms.settings(
        bare_ledger,
        "contact: {office: 局办公室, phone: 0546-1234567, address: 某路1号, email: a@example.cn}\n",
        "",
    )
    assert (
        line(bare_ledger, "巡察整改情况接受社会监督") == "巡察整改情况接受社会监督，如有意见建议，欢迎反映。"
    )


@pytest.mark.parametrize(
    ("given_", "told"),
    [
        ("{phone: 0546-1234567}", "联系方式：电话：0546-1234567。"),
        ("{office: 局办公室, email: a@example.cn}", "联系方式：局办公室；电子邮箱：a@example.cn。"),
        ("{address: 某路1号}", "联系方式：通信地址：某路1号。"),
    ],
)
def test_only_the_given_ways_to_write_are_told(bare_ledger: LedgerOnDisk, given_: str, told: str) -> None:
    forms.settings(
        bare_ledger,
        "{office: 局办公室, phone: 0546-1234567, address: 某路1号, email: a@example.cn}",
        given_,
    )
    assert line(bare_ledger, "巡察整改情况接受社会监督").endswith(f"欢迎反映。{told}")


@pytest.mark.parametrize(
    ("started", "ended", "feedback", "told"),
    [
        ("2023-06-05", "2023-09-08", "2023-11-10", ("2023年6月5日至9月8日，", "于11月10日反馈")),
        ("2023-11-20", "2024-01-12", "2024-03-08", ("2023年11月20日至2024年1月12日，", "于3月8日反馈")),
        ("2023-06-05", "2023-09-08", "2024-01-10", ("2023年6月5日至9月8日，", "于2024年1月10日反馈")),
        ("2022-11-20", "2023-01-12", "2024-03-08", ("2022年11月20日至2023年1月12日，", "于2024年3月8日反馈")),
    ],
)
def test_a_year_is_left_out_only_where_it_is_that_of_the_day_before(
    bare_ledger: LedgerOnDisk, started: str, ended: str, feedback: str, told: tuple[str, str]
) -> None:
    forms.settings(bare_ledger, "started: 2023-06-05", f"started: {started}")
    forms.settings(bare_ledger, "ended: 2023-09-08", f"ended: {ended}")
    forms.settings(bare_ledger, "feedback: 2023-11-10", f"feedback: {feedback}")
    for identity in ("2.2", "2.3"):
        bare_ledger.write(bare_ledger.path(identity), measure(identity, "in_progress"))
    opening = lines(bare_ledger)[1]
    assert opening.startswith(told[0])
    assert told[1] in opening


@pytest.mark.parametrize("gone", [("started",), ("ended",), ("started", "ended")])
def test_without_the_days_of_the_inspection_the_feedback_is_dated_in_full(
    bare_ledger: LedgerOnDisk, gone: tuple[str, ...]
) -> None:
    for key in gone:
        forms.settings(
            bare_ledger, {"started": "  started: 2023-06-05\n", "ended": "  ended: 2023-09-08\n"}[key], ""
        )
    assert lines(bare_ledger)[1].startswith(
        "市委第二巡察组对中共某市水务局党组开展了八届市委第一轮巡察，于2023年11月10日反馈了巡察意见。"
    )


def test_without_a_round_the_inspection_is_still_named(bare_ledger: LedgerOnDisk) -> None:
    forms.settings(bare_ledger, "  round: 八届市委第一轮巡察\n", "")
    assert "市委第二巡察组对中共某市水务局党组开展了巡察，于11月10日反馈了巡察意见。" in lines(bare_ledger)[1]


def test_the_issuer_and_the_day_stand_at_the_end(bare_ledger: LedgerOnDisk) -> None:
    for form in FORMS:
        assert lines(bare_ledger, form)[-2:] == ["中共某市水务局党组", "2024年6月15日"], form


def test_in_the_text_form_the_signature_ends_at_the_right_edge_of_its_lines(
    bare_ledger: LedgerOnDisk,
) -> None:
    issuer, day = notice(bare_ledger.root).rstrip("\n").split("\n")[-2:]
    # A full-width character takes two columns, a digit one; two lines set right end in the same column.
    assert columns(issuer) in range(columns(day) - 1, columns(day) + 2)


def columns(text: str) -> int:
    """How wide a text is where a Chinese character takes two columns."""
    return sum(1 if character.isascii() else 2 for character in text)


# ---------------------------------------------------------------- outcomes


def outcomes(ledger: LedgerOnDisk, *amounts: str) -> None:
    """Let measures have brought money back."""
    forms.settings(ledger, "unit: 项}\n", "unit: 项}\n  - {key: money, label: 追缴资金, unit: 万元}\n")
    for identity, amount in zip(("2.2", "2.3", "3.1"), amounts, strict=False):
        status = STATES[identity]
        ledger.write(ledger.path(identity), measure(identity, status, outcomes=f"{{money: {amount}}}"))


@pytest.mark.parametrize(
    ("amounts", "told"),
    [
        (("3",), "追缴资金3万元。"),
        (("3", "4", "5"), "追缴资金12万元。"),
        (("12.5",), "追缴资金12.5万元。"),
        (("0.1", "0.2"), "追缴资金0.3万元。"),
        (("12.5", "7.5"), "追缴资金20万元。"),
        (("120.0",), "追缴资金120万元。"),
        (("1234567.89",), "追缴资金1234567.89万元。"),
    ],
)
def test_outcomes_are_summed_as_a_person_would_write_them(
    bare_ledger: LedgerOnDisk, amounts: tuple[str, ...], told: str
) -> None:
    outcomes(bare_ledger, *amounts)
    assert f"整改期间，{told}" in line(bare_ledger, "截至目前")


def test_several_outcomes_are_told_in_one_sentence(bare_ledger: LedgerOnDisk) -> None:
    outcomes(bare_ledger, "3")
    bare_ledger.write(bare_ledger.path("3.1"), measure("3.1", "in_progress", outcomes="{rules: 2}"))
    assert "整改期间，制定修订制度2项、追缴资金3万元。" in line(bare_ledger, "截至目前")


def test_an_outcome_that_nobody_brought_is_not_told(bare_ledger: LedgerOnDisk) -> None:
    assert "整改期间" not in notice(bare_ledger.root)
    outcomes(bare_ledger, "0")
    assert "追缴资金" not in notice(bare_ledger.root)


# ---------------------------------------------------------------- problems, parts, measures


@pytest.fixture
def problem_of(bare_ledger: LedgerOnDisk) -> Callable[[int], LedgerOnDisk]:
    """Give problem 2 so many measures, all closed."""

    def make(count: int) -> LedgerOnDisk:
        for identity in ("2.1", "2.2", "2.3"):
            (bare_ledger.root / bare_ledger.path(identity)).unlink()
        for number in range(1, count + 1):
            bare_ledger.write(bare_ledger.path(f"2.{number}"), measure(f"2.{number}", "closed"))
        return bare_ledger

    return make


def test_a_measure_that_stands_alone_is_not_numbered(problem_of: Callable[[int], LedgerOnDisk]) -> None:
    assert under(problem_of(1), "1.推进不够有力") == "做好2.1号工作。2.1号工作已经开展。"


def test_two_measures_are_numbered(problem_of: Callable[[int], LedgerOnDisk]) -> None:
    told = under(problem_of(2), "1.推进不够有力")
    assert told == "一是做好2.1号工作。2.1号工作已经开展。二是做好2.2号工作。2.2号工作已经开展。"


@pytest.mark.parametrize(
    ("count", "numerals"),
    [
        (12, "一 二 三 四 五 六 七 八 九 十 十一 十二"),
        (
            23,
            "一 二 三 四 五 六 七 八 九 十 十一 十二 十三 十四 十五 十六 十七 十八 十九 二十 二十一 二十二 二十三",
        ),
    ],
)
def test_many_measures_are_numbered_in_chinese(
    problem_of: Callable[[int], LedgerOnDisk], count: int, numerals: str
) -> None:
    told = under(problem_of(count), "1.推进不够有力")
    assert re.findall("(?:^|。)([一二三四五六七八九十]+)是", told) == numerals.split()
    assert f"{numerals.rsplit(maxsplit=1)[-1]}是做好2.{count}号工作。" in told


def test_parts_are_a_third_level_and_number_their_measures_afresh(bare_ledger: LedgerOnDisk) -> None:
    for identity, part in (("2.1", "前期手续"), ("2.2", "施工进度"), ("2.3", "前期手续")):
        bare_ledger.write(bare_ledger.path(identity), measure(identity, "closed", part=part))
    for form in FORMS:
        shown = lines(bare_ledger, form)
        start = shown.index("1.推进不够有力")
        assert shown[start + 1 : start + 5] == [
            "（1）前期手续",
            "一是做好2.1号工作。2.1号工作已经开展。二是做好2.3号工作。2.3号工作已经开展。",
            "（2）施工进度",
            "做好2.2号工作。2.2号工作已经开展。",
        ], form


def test_parts_are_numbered_from_one_after_measures_that_belong_to_no_part(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(bare_ledger.path("2.2"), measure("2.2", "closed", part="施工进度"))
    bare_ledger.write(bare_ledger.path("2.3"), measure("2.3", "closed", part="前期手续"))
    for form in FORMS:
        shown = lines(bare_ledger, form)
        headings = [text for text in shown if text.endswith(("施工进度", "前期手续"))]
        assert headings == ["（1）施工进度", "（2）前期手续"], form


def test_an_open_measure_is_told_as_open_and_a_closed_one_is_not(bare_ledger: LedgerOnDisk) -> None:
    assert under(bare_ledger, "1.学习不够深入") == (
        "一是做好1.1号工作。该项措施尚未启动。二是做好1.2号工作。1.2号工作已经开展。该项措施正在推进。"
    )
    told = under(bare_ledger, "1.推进不够有力")
    assert told.count("该项措施正在推进。") == 1, "2.1 alone is open: closing it has been applied for"
    assert told.startswith("一是做好2.1号工作。2.1号工作已经开展。该项措施正在推进。二是")


def test_the_notices_own_words_go_before_the_progress_texts(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(
        bare_ledger.path("2.2"), measure("2.2", "closed", notice_text="'泵站前期手续\n\n  全部办结'")
    )
    told = under(bare_ledger, "1.推进不够有力")
    assert "二是做好2.2号工作。泵站前期手续全部办结。三是" in told
    assert "2.2号工作已经开展" not in told


def test_progress_texts_come_in_order_and_each_is_a_sentence(bare_ledger: LedgerOnDisk) -> None:
    entries = """
  - {date: 2024-03-01, text: 完成初步设计}
  - {date: 2024-03-02, text: 内部情况, publish: false}
  - {date: 2024-04-01, text: 取得批复。}
  - {date: 2024-05-01, text: 开工建设}"""
    bare_ledger.write(bare_ledger.path("2.2"), measure("2.2", "closed", progress=entries))
    told = under(bare_ledger, "1.推进不够有力")
    assert "二是做好2.2号工作。完成初步设计。取得批复。开工建设。三是" in told


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("'完成批复'", "完成批复。"),
        ("'完成批复。'", "完成批复。"),
        ("'完成批复!'", "完成批复！"),
        ("'完成批复;'", "完成批复；"),
        ("'抓好“回头看”'", "抓好“回头看”。"),
        ("'落实“件件有着落。”'", "落实“件件有着落。”"),
        ("'完成批复（试行）'", "完成批复（试行）。"),
        ("'完成《办法》'", "完成《办法》。"),
        ("'等待批复……'", "等待批复……"),
    ],
)
def test_a_title_becomes_a_sentence_with_one_full_stop(
    bare_ledger: LedgerOnDisk, title: str, told: str
) -> None:
    bare_ledger.write(bare_ledger.path("2.2"), measure("2.2", "closed", title=title))
    assert f"二是{told}2.2号工作已经开展。三是" in under(bare_ledger, "1.推进不够有力")


def test_own_paragraphs_replace_the_usual_ones_and_the_counts_stay(bare_ledger: LedgerOnDisk) -> None:
    forms.settings(
        bare_ledger,
        "date: 2024-06-15}",
        "date: 2024-06-15, work: [党组召开会议。, 成立专班。], next_steps: [继续推进。]}",
    )
    for form in FORMS:
        shown = lines(bare_ledger, form)
        start = shown.index("一、整改工作组织情况")
        assert shown[start + 1 : start + 3] == ["党组召开会议。", "成立专班。"], form
        assert shown[start + 3].startswith("截至目前，3个问题中已完成整改0个"), form
        assert shown[shown.index("三、下一步工作安排") + 1] == "继续推进。", form
        assert "三是健全长效机制。把整改中形成的好做法固化为制度，以制度管长远、防反弹。" not in shown, form


# ---------------------------------------------------------------- what is withheld


def test_all_published_means_that_nothing_is_said_about_a_selection(bare_ledger: LedgerOnDisk) -> None:
    assert "其中可以公开的2个问题、5条措施" in notice(bare_ledger.root)
    bare_ledger.write("data/problems/03/problem.yaml", problem("个别事项", "b"))
    assert "可以公开" not in notice(bare_ledger.root)


def test_a_category_with_nothing_to_publish_takes_no_number(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("data/problems/01/problem.yaml", problem("学习不够深入", "a", publish=False))
    shown = lines(bare_ledger)
    assert "（一）关于工作推进方面" in shown
    assert not any("关于学习贯彻方面" in text for text in shown)


def test_a_category_without_a_problem_takes_no_number(bare_ledger: LedgerOnDisk) -> None:
    forms.settings(bare_ledger, "categories:\n", "categories:\n  - {key: empty, title: 关于空白方面}\n")
    shown = lines(bare_ledger)
    assert [text for text in shown if re.match("（[一二三]）", text)] == [
        "（一）关于学习贯彻方面",
        "（二）关于工作推进方面",
    ]


def test_a_public_problem_whose_measures_are_all_withheld_is_not_shown(bare_ledger: LedgerOnDisk) -> None:
    for identity in ("2.1", "2.2", "2.3"):
        bare_ledger.write(bare_ledger.path(identity), measure(identity, STATES[identity], publish="false"))
    text = notice(bare_ledger.root)
    assert "推进不够有力" not in text
    assert "工作推进方面" not in text
    assert "其中可以公开的1个问题、2条措施" in text
    assert "3个问题中" in text


def test_problems_are_numbered_afresh_in_each_category_without_gaps(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("data/problems/02/problem.yaml", problem("推进不够有力", "b", publish=False))
    bare_ledger.write("data/problems/03/problem.yaml", problem("个别事项", "b"))
    shown = lines(bare_ledger)
    assert "1.学习不够深入" in shown
    assert "1.个别事项" in shown


def test_a_withheld_measure_leaves_no_gap_in_the_numerals(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(bare_ledger.path("2.2"), measure("2.2", "closed", publish="false"))
    assert under(bare_ledger, "1.推进不够有力") == (
        "一是做好2.1号工作。2.1号工作已经开展。该项措施正在推进。二是做好2.3号工作。2.3号工作已经开展。"
    )


def test_when_everything_is_withheld_the_notice_does_not_announce_nothing(bare_ledger: LedgerOnDisk) -> None:
    for number, (title, category, _publish) in PROBLEMS.items():
        bare_ledger.write(
            f"data/problems/{int(number):02d}/problem.yaml", problem(title, category, publish=False)
        )
    for form in FORMS:
        text = notice(bare_ledger.root, form)
        assert "3个问题中已完成整改0个，6条措施中已完成2条" in text, form
        assert "可以公开的0个问题" not in text, f"{form}: announces zero problems"
        assert "公布如下" not in text, f"{form}: announces what does not follow"


# ---------------------------------------------------------------- what is refused


def test_a_ledger_without_measures_has_nothing_to_tell(bare_ledger: LedgerOnDisk) -> None:
    for identity in STATES:
        (bare_ledger.root / bare_ledger.path(identity)).unlink()
    result = bare_ledger.run("notice")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("error[nothing-to-tell]: ")


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("title: 中共某市水务局党组关于巡察整改进展情况的通报, ", "", ["notice.title"]),
        (", date: 2024-06-15", "", ["notice.date"]),
        ("issuer: 中共某市水务局党组, ", "", ["notice.issuer"]),
        ("  inspector: 市委第二巡察组\n", "", ["inspection.inspector"]),
        (
            "notice: {title: 中共某市水务局党组关于巡察整改进展情况的通报, issuer: 中共某市水务局党组, date: 2024-06-15}\n",
            "",
            ["notice.title", "notice.issuer", "notice.date"],
        ),
    ],
)
def test_what_a_notice_lacks_is_named(
    bare_ledger: LedgerOnDisk, old: str, new: str, named: list[str]
) -> None:
    forms.settings(bare_ledger, old, new)
    result = bare_ledger.run("notice", "-f", "html")
    assert (result.code, result.out) == (1, "")
    first = result.err.splitlines()[0]
    assert first.startswith("data/ledger.yaml"), "the line says in which file it is to be entered"
    assert "error[notice-incomplete]: " in first
    keys = ("notice.title", "notice.issuer", "notice.date", "inspection.inspector")
    assert [key for key in keys if key in first] == named
    assert "xuncha edit" in result.err


def test_a_broken_ledger_gives_no_notice(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", "in_progress", office="规化科"))
    result = bare_ledger.run("notice")
    assert (result.code, result.out) == (1, "")
    assert "error[unknown-office]" in result.err


def test_the_day_on_which_it_is_rendered_does_not_change_a_notice(bare_ledger: LedgerOnDisk) -> None:
    assert notice(bare_ledger.root, "txt", "2024-06-15") == notice(bare_ledger.root, "txt", "2027-01-01")
