"""Punctuation: full-width, in pairs, and at the end of a sentence."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.punctuation import half_width as left_half_width
from tests.punctuation import torn_pairs
from tests.steps import assert_linear
from xuncha.chinese.punctuation import (
    full_width,
    half_width_marks,
    sentence_end,
    unpaired,
    with_full_stop,
)


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
    assert not left_half_width(shown)
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
    shown = with_full_stop(text)
    assert shown.startswith(text.rstrip())
    assert shown == with_full_stop(shown)
    assert len(shown) - len(text.rstrip()) in {0, 1}


@pytest.mark.parametrize(
    ("begin", "end"), [("中" + ",(a)", ""), ("(", "中)"), ("中,(", "")], ids=["pairs", "nested", "open"]
)
def test_each_mark_is_looked_at_a_few_times_and_not_once_for_every_other(begin: str, end: str) -> None:
    assert_linear(lambda size: full_width(begin * size + "中" + end * size), 2_000)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("按照要求,现公布(试行)。", [(4, ",", "，"), (8, "(", "（"), (11, ")", "）")]),
        ("完成整改.", [(4, ".", "。")]),
        ("完成整改. 下一步", [(4, ".", "。")]),
        ("一.组织情况", []),
        ("1,799亿元，9:30", []),
        ("see f(x)", []),
        ("中(a)", [(1, "(", "（"), (3, ")", "）")]),
        ("", []),
    ],
)
def test_half_width_marks_are_found_with_what_is_right(line: str, found: list[tuple[int, str, str]]) -> None:
    assert [tuple(mark) for mark in half_width_marks(line)] == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("“一岗双责”（试行）《办法》〔2023〕【注】「甲」『乙』", []),
        ("(试行）（试行)[2023］", []),
        ("“一岗双责", [(0, "“", True)]),
        ("一岗双责”", [(4, "”", False)]),
        ("《办法（试行》", [(3, "（", True)]),
        ("（“甲）", [(1, "“", True)]),
        ("《甲》》（乙", [(3, "》", False), (4, "（", True)]),
        ("1）甲；2）乙", [(1, "）", False), (5, "）", False)]),
        ("“甲“乙”", [(0, "“", True)]),
        ("", []),
    ],
)
def test_marks_without_their_other_half_are_found(line: str, found: list[tuple[int, str, bool]]) -> None:
    assert [tuple(mark) for mark in unpaired(line)] == found


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("甲。乙。", 2),
        ("甲！乙", 2),
        ("“甲。乙”丙。丁", 7),
        ("（甲。）乙。", 6),
        ("“甲。乙", 3),
        ("甲\n乙", 2),
        ("甲", 1),
        ("", 0),
    ],
)
def test_a_sentence_ends_outside_quotations(text: str, end: int) -> None:
    assert sentence_end(text) == end
