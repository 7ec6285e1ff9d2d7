"""Time limits in Chinese words."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xuncha.chinese.limits import days_with_year, limit
from xuncha.language import use_language

FEEDBACK = date(2023, 11, 10)
LIMITS: dict[str, tuple[str, str]] = {
    "2024年3月15日": ("2024-03-15", ""),
    "2024年3月15日前": ("2024-03-15", ""),
    "2024年3月15": ("2024-03-15", ""),
    "2024.3.15": ("2024-03-15", ""),
    "2024/3/15": ("2024-03-15", ""),
    "2024-03-15": ("2024-03-15", ""),
    "2024．3．15": ("2024-03-15", ""),
    "20240315": ("2024-03-15", ""),
    "2024年 3 月 15 日": ("2024-03-15", ""),
    "二〇二四年三月十五日": ("2024-03-15", ""),
    "2024年3月底前": ("2024-03-31", ""),
    "二〇二四年三月底": ("2024-03-31", ""),
    "2024年3月中旬": ("2024-03-20", ""),
    "2024年4月上旬": ("2024-04-10", ""),
    "2024年第三季度": ("2024-09-30", ""),
    "2024年4季度": ("2024-12-31", ""),
    "2024 一季度": ("2024-03-31", ""),
    "2024年上半年": ("2024-06-30", ""),
    "2024年底前": ("2024-12-31", ""),
    "2024底": ("2024-12-31", ""),
    "2024年内": ("2024-12-31", ""),
    "2024年": ("2024-12-31", "year"),
    "2024": ("2024-12-31", "year"),
    "2024年全年完成": ("2024-12-31", ""),
    "2024年国庆节前": ("None", ""),
    "2024年汛期前": ("None", ""),
    "3个月内，2024年国庆节前": ("2024-02-10", "counted"),
    "2024－2025年春节前": ("None", ""),
    "2024年以前": ("2024-12-31", "year"),
    "2024年之前": ("2024-12-31", "year"),
    "2024年完成前期手续": ("2024-12-31", "year"),
    "2024年办理前置审批": ("2024-12-31", "year"),
    "2024.4": ("2024-04-30", "month"),
    "２０２４年３月": ("2024-03-31", "month"),
    "2024年10月份": ("2024-10-31", "month"),
    "2024年2月30日": ("None", "calendar"),
    "2月30日": ("None", "calendar"),
    "2023年12月底前，2月29日前": ("None", "calendar"),
    "2024年13月1日": ("None", "calendar"),
    "20240230": ("None", "calendar"),
    "2024年5月31日至2024年6月31日": ("None", "calendar"),
    "2月29日": ("None", "no year"),
    "2024年6月30日前，完成率达99.5%": ("2024-06-30", ""),
    "2024年1-6月": ("2024-06-30", "several"),
    "2024.5.1-2024.6.1": ("2024-06-01", "several"),
    "2023年12月、2024年3月": ("2024-03-31", "several"),
    "3月15日": ("None", "no year"),
    "3.15": ("None", "no year"),
    "12.31": ("None", "no year"),
    "12月": ("None", "no year"),
    "4月底": ("None", "no year"),
    "一季度": ("None", "no year"),
    "第四季度": ("None", "no year"),
    "年底": ("None", "no year"),
    "年内完成": ("None", "no year"),
    "3个月内": ("2024-02-10", "counted"),
    "18月内": ("2025-05-10", "counted"),
    "十八月内": ("2025-05-10", "counted"),
    "三个月内": ("2024-02-10", "counted"),
    "6月内": ("2024-05-10", "counted"),
    "13月": ("None", "no year"),
    "每季度": ("None", ""),
    "1": ("None", ""),
    "完成3项任务": ("None", ""),
    "": ("None", ""),
}


@pytest.mark.parametrize(("text", "said"), LIMITS.items())
def test_a_time_limit_is_read_with_what_was_assumed(text: str, said: tuple[str, str]) -> None:
    with use_language("en"):
        found = limit(text, FEEDBACK)
    day, doubt = said
    assert str(found.day) == day
    assert doubt in found.doubt
    assert bool(doubt) == bool(found.doubt)
    assert not found.long_term
    assert not found.at_once
    assert found.has_value == (found.day is not None)
    without = limit(text)
    assert without == (found if doubt != "counted" else without._replace(day=None))


@pytest.mark.parametrize(
    "text",
    [
        "3/4/26", "26.3.4", "12-31-26", "12/31/2026或2027年", "2026年底或2027年6月", "6月或7月底前", "不早于2027年1月1日", "不得早于2027年3月", "2027年1月1日以后",
        "2027年6月之后", "2027年6月底后", "2027年6月后启动", "2027年6月15日后", "二〇二七年底后",
    ],
)  # fmt: skip
def test_what_may_be_several_days_or_none_is_a_doubt_without_a_day(text: str) -> None:
    found = limit(text, FEEDBACK)
    assert found.doubt
    assert not found.has_value


@pytest.mark.parametrize("text", ["长期坚持", "长期", "持续推进", "常态化", "建立长效机制", "不间断开展"])
def test_what_never_ends_is_long_term(text: str) -> None:
    found = limit(text, FEEDBACK)
    assert found.long_term
    assert found.day is None
    assert found.has_value


@pytest.mark.parametrize("text", ["立行立改", "立即整改", "即知即改", "边查边改", "立 行 立 改"])
def test_what_is_done_at_once_has_no_day(text: str) -> None:
    found = limit(text, FEEDBACK)
    assert found.at_once
    assert found.day is None


@pytest.mark.parametrize(
    "text",
    ["2024年6月底前，后续长期跟踪", "2024年6月30日前完成，日后逐步推广", "2024年6月30日，落后单位约谈"],
)
def test_a_word_that_only_contains_after_leaves_the_day(text: str) -> None:
    assert limit(text, FEEDBACK).day == date(2024, 6, 30)


def test_a_long_term_limit_may_have_a_day_too() -> None:
    assert limit("2024年6月30日前完成，长期坚持", FEEDBACK)[:3] == (date(2024, 6, 30), True, False)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2024年3月15日、2024.4.1和20240502", ["2024-03-15", "2024-04-01", "2024-05-02"]),
        ("3月15日", []),
        ("2024年3月", []),
        ("2024年2月30日", []),
        ("", []),
    ],
)
def test_full_days_have_their_year(text: str, days: list[str]) -> None:
    assert [str(day) for day in days_with_year(text)] == days


@given(st.text("〇二十24年月日底前季度至.-长期立改 个内", max_size=14))
def test_a_limit_without_a_year_is_no_day(text: str) -> None:
    found = limit(text)
    assert found.day is None or "年" in text or "2" in text or "二" in text
