"""How notices write numbers, days and punctuation."""

from __future__ import annotations

import time
from datetime import date

import pytest
from cn2an import an2cn
from hypothesis import example, given
from hypothesis import strategies as st

from tests.punctuation import half_width, torn_pairs
from xuncha.paper.chinese import day, full_width, numeral, sentence


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (1, "一"),
        (9, "九"),
        (10, "十"),
        (11, "十一"),
        (12, "十二"),
        (19, "十九"),
        (20, "二十"),
        (23, "二十三"),
        (100, "一百"),
        (101, "一百零一"),
        (110, "一百一十"),
        (111, "一百一十一"),
        (999, "九百九十九"),
    ],
)
def test_numerals_are_those_of_headings(number: int, written: str) -> None:
    assert numeral(number) == written


def test_numerals_are_those_of_the_library_for_all_numbers() -> None:
    assert [numeral(number) for number in range(1, 1100)] == [an2cn(number) for number in range(1, 1100)]


@given(st.integers(1, 9999))
def test_no_two_numbers_share_a_numeral(number: int) -> None:
    assert numeral(number) != numeral(number + 1)
    assert set(numeral(number)) <= set("零一二三四五六七八九十百千")


@pytest.mark.parametrize(
    ("value", "after", "written"),
    [
        (date(2024, 4, 18), None, "2024年4月18日"),
        (date(2024, 12, 1), date(2024, 1, 1), "12月1日"),
        (date(2024, 1, 1), date(2023, 12, 31), "2024年1月1日"),
        (date(2023, 12, 31), date(2024, 1, 1), "2023年12月31日"),
    ],
)
def test_days_are_written_without_padding_and_without_a_year_that_was_said(
    value: date, after: date | None, written: str
) -> None:
    assert day(value, after) == written


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("一,二(三)四:五;六?七!", "一，二（三）四：五；六？七！"),
        ("图(1)", "图（1）"),
        ("(注)", "（注）"),
        ("(1)图", "（1）图"),
        ("见图(1),表(2)", "见图（1），表（2）"),
        ("办法(试行)(修订)", "办法（试行）（修订）"),
        ("(《办法》)", "（《办法》）"),
        ("“双公示”,“信易贷”", "“双公示”，“信易贷”"),
        ("电话:0546-8382481", "电话：0546-8382481"),
        ("9:30至10:30", "9:30至10:30"),
        ("1,799亿元", "1,799亿元"),
        ("HG14(A,B)型", "HG14（A,B）型"),
        ("see f(x), or g(x): ok?", "see f(x), or g(x): ok?"),
        ("https://example.cn/?a=1", "https://example.cn/?a=1"),
        ("文号[2023]1号", "文号[2023]1号"),
        ("见附件,(a),(b)", "见附件，（a），（b）"),
        ("f(a,(b),中)", "f（a，（b），中）"),
        ("𠮷:(a)", "𠮷：（a）"),
    ],
)
def test_punctuation_beside_chinese_becomes_full_width(typed: str, shown: str) -> None:
    assert full_width(typed) == shown


TEXTS = st.text("中文一1a 。，（）“”,:;()?!.", max_size=16)


@example("(1)图")
@example("图(1)")
@example("中,,a")
@example("中,(a),(b)")
@given(TEXTS)
def test_no_half_width_punctuation_is_left_beside_chinese(text: str) -> None:
    shown = full_width(text)
    assert not half_width(shown)
    assert full_width(shown) == shown, "doing it again changes it again"


@example("(1)图")
@example("图(1)")
@example("中,(a),(b)")
@given(TEXTS)
def test_a_pair_of_parentheses_stays_a_pair(text: str) -> None:
    if not torn_pairs(text):
        assert not torn_pairs(full_width(text))


@given(TEXTS)
def test_nothing_but_punctuation_changes(text: str) -> None:
    shown = full_width(text)
    assert len(shown) == len(text)
    for before, after in zip(text, shown, strict=True):
        assert before == after or (before, after) in set(zip(",:;()?!", "，：；（）？！", strict=True))


@given(st.text(st.characters(max_codepoint=126)))
def test_text_without_chinese_is_left_alone(text: str) -> None:
    assert full_width(text) == text


@given(TEXTS.filter(str.strip))
def test_a_sentence_ends_with_one_mark(text: str) -> None:
    shown = sentence(text)
    assert shown.startswith(text.rstrip())
    assert shown == sentence(shown)
    assert len(shown) - len(text.rstrip()) in {0, 1}


def test_the_longest_text_is_answered_at_once() -> None:
    """Whatever stands in it: each mark is looked at a few times, not once for every other."""
    for text in ("中" + ",(a)" * 12_000, "(" * 24_000 + "中" + ")" * 24_000, "中" + ",(" * 24_000):
        started = time.process_time()
        full_width(text)
        assert time.process_time() - started < 2
