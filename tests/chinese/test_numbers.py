"""Numbers in Chinese, in digits, and mixed."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.steps import hang_guard
from xuncha.chinese.numbers import NUMBER, amount, numeral, whole_number

WHOLE = {
    "〇": 0, "零": 0, "一": 1, "两": 2, "九": 9, "十": 10, "十二": 12, "十九": 19, "一十五": 15, "二十": 20, "九十九": 99,
    "廿": 20, "廿三": 23, "卅": 30, "卅一": 31, "卌五": 45, "一百廿三": 123,
    "一百": 100, "一百零一": 101, "一百零五": 105, "一百〇五": 105, "一百五": 150, "一百五十": 150, "一百一十": 110, "一百十": 110,
    "一百十五": 115, "一百一十五": 115, "九百九十九": 999, "两百": 200, "二百五十": 250, "两百二": 220,
    "一千": 1000, "一千零一": 1001, "一千零五十": 1050, "一千五": 1500, "一千五百": 1500, "一千五百零五": 1505, "两千零二十四": 2024,
    "二千零二十四": 2024, "九千九百九十九": 9999,
    "一万": 10_000, "一万五": 15_000, "一万五千": 15_000, "一万零五百": 10_500, "一万五百": 10_500, "一万零五": 10_005,
    "十万": 100_000, "十五万": 150_000, "两万二": 22_000, "一百二十万": 1_200_000, "一千万": 10_000_000,
    "一亿": 10**8, "两亿三千万": 230_000_000, "一亿五": 150_000_000, "一亿零五": 100_000_005, "一万亿": 10**12,
    "二〇二四": 2024, "二○二四": 2024, "二零二四": 2024, "一九九八": 1998, "二〇": 20, "〇五": 5, "一〇五": 105, "一二〇": 120,
    "0": 0, "7": 7, "14": 14, "0012": 12, "105": 105, "1799": 1799, "1,799": 1799, "12,345,678": 12_345_678,
    "１２": 12, "１０５": 105, " 34 ": 34, "99999999": 99_999_999,
    "1百05": 105, "1百5": 150, "1百50": 150, "1百零5": 105, "2千3百": 2300, "3万5千": 35_000, "3万5": 35_000, "3万5000": 35_000,
    "３万５千": 35_000, "十5": 15, "3.5万": 35_000, "3.14万": 31_400, "1.25亿": 125_000_000, "三点五万": 35_000, "12万": 120_000,
    "1万2千3百": 12_300, "2.0": 2,
    "①": 1, "⑨": 9, "⑩": 10, "⑳": 20, "㉑": 21, "㉟": 35, "㊱": 36, "㊿": 50, "⓪": 0, "❶": 1, "❿": 10,
    "⑴": 1, "⒇": 20, "⒈": 1, "⒛": 20, "㈠": 1, "㈩": 10, "㊀": 1, "㊉": 10,
    "壹佰零伍": 105, "贰万叁仟": 23_000, "壹拾贰": 12, "一萬": 10_000, "一億": 10**8,
}  # fmt: skip
FRACTIONS = {
    "3.5": 3.5,
    "0.76": 0.76,
    "三点五": 3.5,
    "零点五": 0.5,
    "三点一四": 3.14,
    "98.71": 98.71,
    "１．５": 1.5,
    "十二点五": 12.5,
}
NONE = [
    "", " ", "百", "千", "万", "亿", "百五", "千万", "两十", "二百两", "三四", "一二", "五六十", "三四十", "一百二三", "三廿",
    "十百", "百千", "十二百", "一百零五十", "一万零五千", "一百一百", "一千一千", "五十百", "零百", "零十", "点五", "三点", "3点5点", "五点百",
    "1百005", "3万500", "1,79", "1.2.3", "-5", "+5", "5%", "a", "十a", "一个", "第一", "½", "²", "①②", "一百零", "一千零零五",
    "几", "十几", "百分之五", "２a", "一" * 31,
]  # fmt: skip
IN_LINES = {
    "梳理出14个问题": [(14, 3, 5)],
    "三十三项措施": [(33, 0, 3)],
    "追缴3.5万元": [(35_000, 2, 6)],
    "1,799亿元": [(179_900_000_000, 0, 6)],
    "1,2,3": [(1, 0, 1), (2, 2, 3), (3, 4, 5)],
    "１２个，十五个": [(12, 0, 2), (15, 4, 6)],
    "1百05件和3万5千件": [(105, 0, 4), (35_000, 6, 10)],
    "三点五万元": [(35_000, 0, 4)],
    "三四个": [],
    "百余项": [],
    "没有": [],
    "统一部署": [(1, 1, 2)],
    "2.": [(2, 0, 1)],
}


def numbers(line: str) -> list[tuple[float, int, int]]:
    """Return the numbers that the pattern finds in a line, with their places."""
    found = ((amount(match[0]), *match.span()) for match in re.finditer(NUMBER, line))
    return [(number, start, end) for number, start, end in found if number is not None]


@pytest.mark.parametrize(("text", "number"), WHOLE.items())
def test_a_whole_number_is_read(text: str, number: int) -> None:
    assert whole_number(text) == number
    assert amount(text) == number
    assert type(amount(text)) is int


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_number_is_none(text: str) -> None:
    assert amount(text) is None
    assert whole_number(text) is None


@pytest.mark.parametrize(("text", "number"), FRACTIONS.items())
def test_a_fraction_is_no_whole_number(text: str, number: float) -> None:
    assert amount(text) == number
    assert whole_number(text) is None


@pytest.mark.parametrize(("line", "found"), IN_LINES.items())
def test_numbers_are_found_with_their_places(line: str, found: list[tuple[float, int, int]]) -> None:
    assert numbers(line) == found


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, "零"), (1, "一"), (9, "九"), (10, "十"), (11, "十一"), (19, "十九"), (20, "二十"), (23, "二十三"), (100, "一百"),
        (101, "一百零一"), (110, "一百一十"), (111, "一百一十一"), (999, "九百九十九"), (1000, "一千"), (1001, "一千零一"),
        (1050, "一千零五十"), (2024, "二千零二十四"), (10_000, "一万"), (10_500, "一万零五百"), (15_000, "一万五千"),
        (100_000, "十万"), (110_000, "十一万"), (100_012, "十万零一十二"), (99_999_999, "九千九百九十九万九千九百九十九"),
        (10**8, "一亿"), (10**12, "一万亿"),
    ],
)  # fmt: skip
def test_a_number_is_written_in_chinese(number: int, written: str) -> None:
    assert numeral(number) == written


@given(st.integers(0, 99_999_999))
def test_every_number_is_read_back_as_it_is_written(number: int) -> None:
    written = numeral(number)
    assert whole_number(written) == number
    assert numbers(f"共{written}项") == [(number, 1, 1 + len(written))]
    assert whole_number(str(number)) == whole_number(f"{number:,}") == number


@given(st.integers(1, 9999), st.sampled_from([("万", 10**4), ("亿", 10**8)]))
def test_a_number_before_a_unit_counts_it_in_either_form(number: int, unit: tuple[str, int]) -> None:
    name, size = unit
    assert whole_number(f"{number}{name}") == whole_number(f"{numeral(number)}{name}") == number * size


@given(st.text("〇零一二两三九十百千万亿廿点0159.,", max_size=12))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    found = amount(text)
    assert found is None or found >= 0


def test_numbers_of_the_longest_lines_are_found_at_once() -> None:
    for piece in ("一", "1", "1,", "1.1", "一1", "百点"):
        with hang_guard():
            numbers(piece * (100_000 // len(piece)))
