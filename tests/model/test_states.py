"""Words that close a measure, and words that are only a doubt."""

from __future__ import annotations

from datetime import date

import pytest

from xuncha.model.states import is_plain_state, read_state, state_of_text, tells_more
from xuncha.model.vocabulary import STATUS_WORDS

DONE = [
    "已完成", "完成", "已办结", "办结", "已销号", "销号", "已整改到位", "整改到位", "整改完成", "完成整改", "已完成整改", "已全部完成", "全部完成", "均已完成",
    "整改全部完成", "已整改", "已解决", "已落实", "已落实到位", "已按期完成", "已完成整改并销号", "完成整改任务", "该问题已完成整改", "已于2024年3月20日完成",
    "2024年3月20日已完成", "已完成。", "（已完成）", "【已销号】", "已　完成", "已\u200b完成", "是", "√", "✔", "合格", "100%", "完成率100%",
    "已完成100%", "Y",
]  # fmt: skip
LASTING = ["已完成并长期坚持", "完成整改并长期坚持", "已完成（长期坚持）", "已完成，持续巩固"]
OPEN = [
    "未按期完成", "未能完成", "待完成", "无法完成", "预计完成", "力争完成", "完成初稿", "已完成前期工作", "完成中", "尚未完成", "基本未完成", "拟完成", "计划12月完成",
    "部分完成", "完成80%", "未完成", "正在完成", "争取完成", "即将完成", "完成整改方案制定", "已完成整改方案", "已完成泵站工作的前期手续", "12月底前完成",
    "2026年12月31日完成", "已完成，尚有3项未完成", "基本完成", "完成4公里", "完成招标", "完成设计", "已完成一半", "完成后销号", "未申请销号", "没有完成", "不能完成",
    "难以完成", "应完成", "确保按期完成", "按期完成", "将完成", "完成未销号", "未整改到位", "已部分完成", "完成情况", "是否完成", "整改完成情况", "完成时限", "已完成？",
    "请完成整改", "未启动，待上级批复", "尚未启动（待机构改革）", "完成率98%", "120%完成", "100%覆盖，正在推进", "取得阶段性进展", "完成阶段性任务", "否", "×", "未销号", "已完成2项，1项未启动",
    "有序推进，确保按期完成", "约100%", "100%左右", "接近100%", "完成率约100%", "近100%", "完成整改并持续整改", "已完成,持续推进中", "已完成，持续整改",
    "整改完成，长期坚持推进中",
]  # fmt: skip
OTHERS = {
    "未启动": "not_started", "尚未启动": "not_started", "0%": "not_started", "推进中": "in_progress", "正在整改": "in_progress", "不合格": "in_progress",
    "序时推进": "in_progress", "未达到序时进度": "in_progress", "申请延期": "in_progress", "长期坚持": "in_progress", "申请销号": "submitted",
    "待销号": "submitted", "已完成整改，申请销号": "submitted", "已完成待验收": "submitted",
}  # fmt: skip


@pytest.mark.parametrize("words", DONE)
def test_what_says_plainly_that_it_is_done_closes(words: str) -> None:
    found = read_state(words)
    assert found
    assert (found.status, found.long_term, found.doubt) == ("closed", False, "")


@pytest.mark.parametrize(
    "words", ["2027年12月已完成", "2024年6月16日已完成", "已于2024年7月完成", "2025年已完成"]
)
def test_a_day_to_come_closes_nothing(words: str) -> None:
    found = read_state(words, today=date(2024, 6, 15))
    assert found
    assert (found.status, bool(found.doubt)) == ("in_progress", True)
    told = state_of_text(f"{words}。已验收。", date(2024, 6, 15))
    assert told is None or told.status == "in_progress"


@pytest.mark.parametrize("words", ["2024年6月15日已完成", "已于2024年6月完成"])
def test_a_day_that_has_come_closes(words: str) -> None:
    assert (read_state(words, today=date(2024, 6, 15)) or ("",))[0] == "closed"


@pytest.mark.parametrize("words", LASTING)
def test_what_is_done_and_goes_on_is_long_term(words: str) -> None:
    found = read_state(words)
    assert found
    assert (found.status, found.long_term) == ("closed", True)


@pytest.mark.parametrize("words", OPEN)
def test_what_else_speaks_of_completion_stays_open_and_is_a_doubt(words: str) -> None:
    found = read_state(words)
    assert found
    assert found.status == "in_progress"
    assert found.doubt


@pytest.mark.parametrize(("words", "status"), OTHERS.items())
def test_other_states_are_read_without_a_doubt(words: str, status: str) -> None:
    found = read_state(words)
    assert found
    assert found.status == status


@pytest.mark.parametrize(("status", "words"), STATUS_WORDS.items())
def test_our_own_words_are_read_back(status: str, words: str) -> None:
    assert (read_state(words) or ("",))[0] == status
    assert is_plain_state(words)


@pytest.mark.parametrize(
    "words",
    [
        *DONE,
        *LASTING,
        *OTHERS,
        *STATUS_WORDS.values(),
        "达到序时进度",
        "已取得阶段性成效",
        "正在推进，预计3个月",
    ],
)
def test_a_state_alone_tells_no_more(words: str) -> None:
    assert not tells_more(words)


@pytest.mark.parametrize(
    "words", ["正在组织第二批招聘", "已完成，签订协议23份", "三季度已拨付，四季度按计划拨付"]
)
def test_a_state_with_a_story_tells_more(words: str) -> None:
    assert tells_more(words)


def test_a_staged_result_is_said_to_be_one() -> None:
    found = read_state("已取得阶段性成效")
    assert found
    assert (found.status, found.staged) == ("closed", True)


@pytest.mark.parametrize(
    "words", ["完成招标", "完成4公里", "完成设计", "已制定计划", "2024年3月", "落实整改责任", ""]
)
def test_progress_is_no_state_by_which_a_column_is_known(words: str) -> None:
    assert not is_plain_state(words)


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("已完成。选配党务干部5名。", "closed"),
        ("该问题已完成整改。一是建立制度。", "closed"),
        ("已完成。但资金尚未到位。", "in_progress"),
        ("已完成前期手续。正在招标。", "in_progress"),
        ("已完成整改，仍有2项正在推进。", "in_progress"),
        ("未按期完成，手册正在征求各科室和下属单位的意见建议，预计年底印发。", "in_progress"),
        ("预计2024年12月完成。", "in_progress"),
        ("已制定计划。", None),
        ("选配党务干部5名，已完成培训。", None),
    ],
)
def test_a_text_begins_with_its_state_or_tells_none(text: str, status: str | None) -> None:
    found = state_of_text(text)
    assert (found and found.status) == status
