"""Characters that a ledger may not contain, and the width of text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xuncha.chinese.characters import (
    HAN,
    UNSAFE_CHARACTER,
    half_width_digits,
    is_blank,
    is_formula,
    on_one_line,
    width,
    without_unsafe,
)

UNSAFE = {
    "escape": "\x1b", "nul": "\0", "bell": "\a", "vertical tab": "\v", "form feed": "\f", "carriage return": "\r", "delete": "\x7f",
    "next line": "\x85", "line separator": "\u2028", "paragraph separator": "\u2029", "left-to-right override": "\u202d",
    "right-to-left override": "\u202e", "right-to-left embedding": "\u202b", "isolate": "\u2066", "end of isolate": "\u2069",
    "byte order mark": "\ufeff", "swapped byte order mark": "\ufffe", "noncharacter": "\uffff",
    "zero-width space": "\u200b", "word joiner": "\u2060", "unassigned ignorable": "\u2065", "soft hyphen": "\xad", "grapheme joiner": "\u034f",
    "Hangul filler": "\u3164", "half-width Hangul filler": "\uffa0", "first of the Arabic noncharacters": "\ufdd0", "shorthand": "\U0001bca0",
    "musical beam": "\U0001d173", "noncharacter of a plane": "\U0002fffe", "plane without characters": "\U00050000", "tag": "\U000e0fff", "last": "\U0010ffff",
}  # fmt: skip


@pytest.mark.parametrize("character", UNSAFE.values(), ids=UNSAFE)
def test_an_unsafe_character_is_taken_out(character: str) -> None:
    assert without_unsafe(f"整{character}改") == "整改"
    assert without_unsafe(f"整{character}改", "�") == "整�改"
    found = UNSAFE_CHARACTER.search(f"整{character}改")
    assert found
    assert found.span() == (1, 2)


@pytest.mark.parametrize(
    "text",
    [
        "整改，（一）a1",
        "一\t二\n三",
        "𠮷",
        "\U0003134a",
        "e\u0301",
        "😀",
        "👨\u200d👩",
        "✔\ufe0f",
        "می\u200cخواهم",
        "ᠨ\u180bᠠ",
        "　",
        "张\ue000",
    ],
)
def test_other_characters_stay(text: str) -> None:
    assert without_unsafe(text) == text


@pytest.mark.parametrize("text", ["", " \t\n", "\u3000", "\xa0", "\u200b\u200c\u200d", "\u180b", "\u180e", "\u2800", "\ufe0f", "\ufffc", "\u0301", "\U00016fe4", "\ue000", "\U000f0000", "\u0378", "\uffff", "\x1b", *UNSAFE.values()])  # fmt: skip
def test_a_text_of_which_nothing_is_seen_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["甲", "。", "—", "1", "a\u0301", "😀", "✔\ufe0f", "𠮷", "\U0003134a", "\U000323af", "\u200b甲", "\u0301甲"])  # fmt: skip
def test_a_text_with_one_visible_character_is_not_blank(text: str) -> None:
    assert not is_blank(text)


@pytest.mark.parametrize(
    ("wide", "narrow"),
    [
        ("０１２３４５６７８９", "0123456789"),
        ("３．５", "3.5"),
        ("２／３－４", "2/3-4"),
        ("（一）", "（一）"),
        ("①", "①"),
    ],
)
def test_digits_become_half_width_and_keep_their_places(wide: str, narrow: str) -> None:
    assert half_width_digits(wide) == narrow
    assert len(wide) == len(narrow)


@pytest.mark.parametrize(
    ("text", "wide"), [("整改", 2), ("ab", 1), ("整a", 1.5), ("，", 1), (",", 0.5), ("１", 1), ("", 0)]
)
def test_width_counts_full_width_characters(text: str, wide: float) -> None:
    assert width(text) == wide


@pytest.mark.parametrize(
    ("text", "han"),
    [("整", True), ("𠮷", True), ("㐀", True), ("a", False), ("，", False), ("〇", False), ("ア", False)],
)
def test_han_is_a_chinese_character(text: str, han: bool) -> None:
    assert bool(re.fullmatch(HAN, text)) is han


@given(st.text())
def test_nothing_unsafe_is_left(text: str) -> None:
    assert not UNSAFE_CHARACTER.search(without_unsafe(text))


@pytest.mark.parametrize(
    "text",
    ["=1", "+1", "-1", "@a", "＝1", "＋1", "－1", "＠a", " =1", "\u3000=1", "\xa0=1", "\t=1", "\r=1", "\n=1", "\u200b=1", "\ufeff \u2060＝1", "\ta", "\x00=1"],
)  # fmt: skip
def test_what_a_spreadsheet_may_take_for_a_formula(text: str) -> None:
    assert is_formula(text)


@pytest.mark.parametrize("text", ["", "1=1", "（=1）", "甲-乙", "一、", "—1—", "'=1", " 甲"])
def test_what_no_spreadsheet_takes_for_a_formula(text: str) -> None:
    assert not is_formula(text)


def test_a_name_is_shown_on_one_line() -> None:
    assert on_one_line(" 甲\r\n乙\u2028丙\u200b　丁\t\x1b[0m") == "甲 乙 丙 丁 [0m"
