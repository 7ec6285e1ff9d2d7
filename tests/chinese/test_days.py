"""Days, months, quarters, years and periods."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.steps import hang_guard
from xuncha.chinese.days import (
    WrittenDate,
    days,
    end_of_month,
    find_dates,
    in_words,
    is_span_mark,
    months_later,
    only_day,
)
from xuncha.chinese.numbers import numeral

Parts = tuple[int | None, int | None, int | None]
PARTS: dict[str, list[Parts]] = {
    "2024年4月18日": [(2024, 4, 18)],
    "2024年4月18号": [(2024, 4, 18)],
    "2024 年 4 月 18 日": [(2024, 4, 18)],
    "２０２４年４月１８日": [(2024, 4, 18)],
    "二〇二四年四月十八日": [(2024, 4, 18)],
    "二○二四年四月十八日": [(2024, 4, 18)],
    "二零二四年十二月三十一日": [(2024, 12, 31)],
    "一九九八年七月一日": [(1998, 7, 1)],
    "二〇二四年十月廿三日": [(2024, 10, 23)],
    "二〇二四年一月卅一日": [(2024, 1, 31)],
    "2024.4.18": [(2024, 4, 18)],
    "2024/4/18": [(2024, 4, 18)],
    "2024-04-18": [(2024, 4, 18)],
    "2024．4．18": [(2024, 4, 18)],
    "2024年4月": [(2024, 4, None)],
    "2024年4月份": [(2024, 4, None)],
    "二〇二四年四月": [(2024, 4, None)],
    "2024年": [(2024, None, None)],
    "2024年度": [(2024, None, None)],
    "4月18日": [(None, 4, 18)],
    "四月十八日": [(None, 4, 18)],
    "12月": [(None, 12, None)],
    "2023年6月5日至9月8日": [(2023, 6, 5), (2023, 9, 8)],
    "2023年6月5日至8日": [(2023, 6, 5), (2023, 6, 8)],
    "6月5日—8日": [(None, 6, 5), (None, 6, 8)],
    "2023年11月10日，11月20日": [(2023, 11, 10), (2023, 11, 20)],
    "2023年11月，次年1月": [(2023, 11, None), (2024, 1, None)],
    "2023年11月，当年12月": [(2023, 11, None), (2023, 12, None)],
    "2023年11月，去年3月": [(2023, 11, None), (2022, 3, None)],
    "今年3月": [(None, 3, None)],
    "2023年，3月召开会议": [(2023, None, None), (2023, 3, None)],
    "2024年2月30日": [(2024, 2, 30)],
    "2024年13月": [(2024, 13, None)],
    "2023年至2024年": [(2023, None, None), (2024, None, None)],
    "一月一调度": [],
    "每月5日": [],
    "3个月": [],
    "月度": [],
    "3月度报告": [],
    "每月月报": [],
    "今年以来": [],
    "0546-8382481": [],
    "3.5万元": [],
    "20240418": [],
    "2024": [],
    "1.2.3": [],
    "东发改〔2023〕360号": [],
    "18日": [],
}
PERIODS: dict[str, tuple[str, str]] = {
    "2024年": ("2024-01-01", "2024-12-31"),
    "2024年4月": ("2024-04-01", "2024-04-30"),
    "2024年2月": ("2024-02-01", "2024-02-29"),
    "2023年2月": ("2023-02-01", "2023-02-28"),
    "2024年4月底": ("2024-04-21", "2024-04-30"),
    "2024年3月底前": ("2024-03-21", "2024-03-31"),
    "2024年12月末": ("2024-12-21", "2024-12-31"),
    "2024年4月初": ("2024-04-01", "2024-04-10"),
    "2024年4月中": ("2024-04-11", "2024-04-15"),
    "2024年4月上旬": ("2024-04-01", "2024-04-10"),
    "2024年4月中旬": ("2024-04-11", "2024-04-20"),
    "2024年2月下旬": ("2024-02-21", "2024-02-29"),
    "2024年第一季度": ("2024-01-01", "2024-03-31"),
    "2024年二季度": ("2024-04-01", "2024-06-30"),
    "2024年第三季度": ("2024-07-01", "2024-09-30"),
    "2024年4季度": ("2024-10-01", "2024-12-31"),
    "2024年上半年": ("2024-01-01", "2024-06-30"),
    "2024年下半年": ("2024-07-01", "2024-12-31"),
    "2024年底": ("2024-12-01", "2024-12-31"),
    "2024年底前": ("2024-12-01", "2024-12-31"),
    "2024年年底": ("2024-12-01", "2024-12-31"),
    "2024年末": ("2024-12-01", "2024-12-31"),
    "2024年内": ("2024-01-01", "2024-12-31"),
    "2024年全年": ("2024-01-01", "2024-12-31"),
    "2024年初": ("2024-01-01", "2024-01-31"),
    "2024年4月18日": ("2024-04-18", "2024-04-18"),
    "2024年2月30日": ("None", "None"),
    "2024年13月": ("None", "None"),
    "4月": ("None", "None"),
    "年底": ("None", "None"),
    "一季度": ("None", "None"),
}
CELLS: dict[str, list[Parts]] = {
    "4.18": [(None, 4, 18)],
    "4/18": [(None, 4, 18)],
    "2024.4": [(2024, 4, None)],
    "2024-04": [(2024, 4, None)],
    "20240418": [(2024, 4, 18)],
    "2024": [(2024, None, None)],
    "2024年3月15": [(2024, 3, 15)],
    "2024.3.15日": [(2024, 3, 15)],
    "2024年3": [(2024, 3, None)],
    "2024.5.1-2024.6.1": [(2024, 5, 1), (2024, 6, 1)],
    "2024年5月-6月": [(2024, 5, None), (2024, 6, None)],
    "二〇二四年三月": [(2024, 3, None)],
}
DAYS: dict[str, list[str]] = {
    "2023年6月5日至9月8日": ["2023-06-05", "2023-09-08"],
    "2023年11月5日至1月8日": ["2023-11-05", "2024-01-08"],
    "2023年11月5日至1月8日，2月3日": ["2023-11-05", "2024-01-08", "2024-02-03"],
    "2023年6月5日至9月8日，11月10日反馈，次年1月3日": [
        "2023-06-05",
        "2023-09-08",
        "2023-11-10",
        "2024-01-03",
    ],
    "2023年6月，7月5日": ["2023-07-05"],
    "2023年6月31日": [],
    "4月18日": ["2023-04-18"],
    "2月1日，4月18日": ["2024-02-01", "2024-04-18"],
    "2024年4月": [],
}
SPANS: dict[str, list[tuple[int, int]]] = {
    "2023年6月5日至9月8日": [(0, 14)],
    "自2023年6月5日起至2023年9月8日，巡察组": [(1, 21)],
    "2023年6月5日—8日": [(0, 12)],
    "2023年6月—9月": [(0, 10)],
    "2023年6月5日-2023年9月8日": [(0, 19)],
    "2023.6.5～2023.9.8": [(0, 17)],
    "6月5日到8日": [(0, 7)],
    "2023年6月5日、9月8日": [],
    "2023年6月5日开始，至9月8日": [(0, 17)],
}


def spans(text: str) -> list[tuple[int, int]]:
    """Where two days with 至 between them begin and end."""
    pairs = pairwise(find_dates(text))
    return [(one.start, other.end) for one, other in pairs if is_span_mark(text[one.end : other.start])]


@pytest.mark.parametrize(("text", "parts"), PARTS.items())
def test_what_is_written_is_found(text: str, parts: list[Parts]) -> None:
    assert [each[2:5] for each in find_dates(text)] == parts


@pytest.mark.parametrize(("text", "bounds"), PERIODS.items())
def test_a_period_has_a_first_and_a_last_day(text: str, bounds: tuple[str, str]) -> None:
    (each,) = find_dates(text)
    assert (str(each.first), str(each.last)) == bounds


@pytest.mark.parametrize(("text", "parts"), CELLS.items())
def test_a_cell_of_dates_is_read_more_freely(text: str, parts: list[Parts]) -> None:
    assert [each[2:5] for each in find_dates(text, in_cell=True)] == parts


@pytest.mark.parametrize(("text", "found"), DAYS.items())
def test_days_have_the_year_that_is_meant(text: str, found: list[str]) -> None:
    assert [str(day.exact) for day in days(text, latest=date(2024, 3, 1))] == found


def test_a_day_without_a_year_is_none_where_nothing_tells_the_year() -> None:
    assert days("4月18日") == []


@pytest.mark.parametrize(("text", "places"), SPANS.items())
def test_spans_are_found_with_their_places(text: str, places: list[tuple[int, int]]) -> None:
    assert spans(text) == places


def test_a_day_knows_its_place_and_whether_it_names_its_year() -> None:
    assert list(find_dates("于2023年11月10日反馈，12月底")) == [
        WrittenDate(1, 12, 2023, 11, 10, own_year=True),
        WrittenDate(15, 19, 2023, 12, None, "底"),
    ]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024年4月18日", "2024-04-18"),
        ("（2024年4月18日）", "2024-04-18"),
        ("　2024年4月18日。", "2024-04-18"),
        ("二〇二四年四月十八日", "2024-04-18"),
        ("2024年4月18日召开", "None"),
        ("截至2024年4月18日", "None"),
        ("2024年4月", "None"),
        ("4月18日", "None"),
        ("", "None"),
    ],
)
def test_a_line_that_is_a_day_is_told_from_others(text: str, day: str) -> None:
    assert str(only_day(text)) == day


@pytest.mark.parametrize(
    ("day", "after", "text"),
    [
        (date(2024, 4, 18), None, "2024年4月18日"),
        (date(2024, 12, 1), date(2024, 1, 1), "12月1日"),
        (date(2024, 1, 1), date(2023, 12, 31), "2024年1月1日"),
        (date(2023, 12, 31), date(2024, 1, 1), "2023年12月31日"),
    ],
)
def test_days_are_written_without_padding_and_without_a_year_that_was_said(
    day: date, after: date | None, text: str
) -> None:
    assert in_words(day, after) == text


@pytest.mark.parametrize(
    ("text", "year"), [("2024年", 2024), ("二〇二四年", 2024), ("二○二四年", 2024), ("二零二四年", 2024)]
)
def test_a_year_is_read(text: str, year: int) -> None:
    assert [each.year for each in find_dates(text)] == [year]


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [("2024-01-31", 1, "2024-02-29"), ("2023-11-10", 6, "2024-05-10"), ("2023-12-31", 12, "2024-12-31")],
)
def test_months_are_added_by_the_calendar(day: str, months: int, later: str) -> None:
    assert str(months_later(date.fromisoformat(day), months)) == later
    assert end_of_month(2024, 14) == date(2025, 2, 28)


DATES = st.dates(date(1990, 1, 1), date(2098, 12, 31))


@given(DATES)
def test_every_day_is_read_back_in_every_form(day: date) -> None:
    figures = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(day.year))
    forms = [
        in_words(day), f"{day:%Y.%m.%d}", f"{day:%Y/%m/%d}", f"{day}", f"{figures}年{numeral(day.month)}月{numeral(day.day)}日",
    ]  # fmt: skip
    for form in forms:
        assert [(found.exact, found.start, found.end) for found in days(f"于{form}，")] == [
            (day, 1, 1 + len(form))
        ]
        assert only_day(form) == day


@given(DATES, st.integers(0, 360))
def test_a_span_within_a_year_is_read_back(first: date, length: int) -> None:
    last = first + timedelta(length)
    text = f"{in_words(first)}至{in_words(last, first)}"
    assert [day.exact for day in days(text)] == [first, last]
    assert spans(text) == [(0, len(text))]


@given(st.text("〇一二十廿0129年月日号底旬季度至.-/ 今次", max_size=16))
def test_whatever_is_written_is_read_or_passed_over(text: str) -> None:
    for in_cell in (False, True):
        for each in find_dates(text, in_cell=in_cell):
            assert 0 <= each.start < each.end <= len(text)
            assert (each.first is None) == (each.last is None)
    assert days(text) == sorted(days(text), key=lambda day: day.start)


def test_days_of_the_longest_lines_are_found_at_once() -> None:
    for piece in ("一", "1", "2024年", "1月", "年", "2024.", "一月1", "今年"):
        for in_cell in (False, True):
            with hang_guard():
                list(find_dates(piece * (100_000 // len(piece)), in_cell=in_cell))
