"""Find the items of enumerations in a paragraph: 措施1：, 一是 二是, 一要, 第一， 其一， 首先， （1） ① 1. 1） （一） a. 一、."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from xuncha.chinese.headings import NUMERAL
from xuncha.chinese.numbers import SYMBOL, whole_number

Family = Literal[
    "措施", "是", "要", "第", "其", "首先", "（1）", "①", "1.", "1）", "（一）", "•", "a.", "一、"
]
_PATTERNS: Final[dict[Family, str]] = {
    "措施": rf"[【\[]?(?:具体)?(?:整改)?(?:措施|举措)之?\s*[（(]?(?:({NUMERAL})|([0-9０-９]{{1,2}})|({SYMBOL}))[）)]?\s*(?:[】\]]\s*[：:]?|[：:、.．]|(?=\s|$))\s*",
    "是": rf"({NUMERAL})是(?!否)[，,：:]?",
    "要": rf"({NUMERAL})要[，,：:]?",
    "第": rf"第({NUMERAL})[，,、：:是]",
    "其": rf"其({NUMERAL})[，,、：:是]",
    "首先": r"(首先|其次|再次|再者|然后|最后|此外|同时)[，,]",
    "（1）": r"(?:[（(]\s*([0-9０-９]{1,2})\s*[）)][、.]?|([⑴-⒇]))",
    "①": rf"({SYMBOL})[.、]?",
    "1.": r"(?:([0-9０-９]{1,2})\s*[.．、](?:(?![0-9])|(?=(?:19|20)[0-9]{2}年))|([⒈-⒛]))",
    "1）": r"([0-9０-９]{1,2})[）)]",
    "（一）": rf"[（(]({NUMERAL})[）)]",
    "•": r"([•●■◆▪➢➤★])\s*",
    "a.": r"([a-hA-H])\s*[.．、)）]\s*(?=[^\x00-\x7f])",
    "一、": rf"({NUMERAL})\s*、\s*",
}
_COMPILED: Final = {family: re.compile(pattern) for family, pattern in _PATTERNS.items()}
_WORD_FAMILIES: Final = frozenset({"是", "要", "第", "其", "首先"})
"""Families whose marks may follow a comma or a blank."""
_WORD_NUMBERS: Final = (
    {"首先": 1, "其次": 2, "再次": 3, "再者": 3, "然后": 3, "最后": 99, "此外": 98, "同时": 97}
    | dict.fromkeys("•●■◆▪➢➤★", 1)
    | {letter: number % 8 + 1 for number, letter in enumerate("abcdefghABCDEFGH")}
)
_LAST_WORD: Final = 90  # larger numbers stand for words such as 最后, which may follow any item
_BOUNDARY: Final = "。；;！!？?：:\n”’）)】"  # characters that may stand before an item
_LINE_FAMILIES: Final = frozenset({"a.", "一、"})  # families that count only where they begin a line
_ITEM_FAMILIES: Final = tuple(family for family in _PATTERNS if family not in {"要", *_LINE_FAMILIES})
NUMBERED: Final[tuple[Family, ...]] = ("1.", "（1）", "1）", "①", "第", "措施", "a.", "一、", "（一）")
"""The ways in which a cell numbers its items, except 一是."""
_AT_START: Final = re.compile(
    r"(?:问题|措施|第)\s*(?:\d{1,3}|[一二三四五六七八九十]{1,3})\s*[条项个]?\s*[：:、.．]|[•●■◆▪·]|"
    + "|".join(_PATTERNS[family] for family in NUMBERED)
)


class Mark(NamedTuple):
    """A number or a word that begins an item of an enumeration, after punctuation or at the beginning of a line."""

    start: int
    end: int  # where the text of the item begins
    family: Family
    number: int  # as written; above 90 for 最后, 此外 and 同时


class Item(NamedTuple):
    """One item of an enumeration: `begin` is where its mark begins, `start` is where its text begins."""

    begin: int
    start: int
    end: int


def marks(text: str, families: Collection[Family] = tuple(_PATTERNS)) -> list[Mark]:
    """Find the marks of items in a text with one paragraph a line, in order. Marks inside a word, as in 统一是, are skipped."""
    found = []
    for family in families:
        for match in _COMPILED[family].finditer(text):
            before = _character_before(text, match.start())
            if family in _LINE_FAMILIES:
                begins = before in {"", "\n"}
            else:
                separated = before in "，,、" or text[match.start() - 1].isspace()
                begins = not before or before in _BOUNDARY or (family in _WORD_FAMILIES and separated)
            written = next(filter(None, match.groups()))
            number = _WORD_NUMBERS.get(written) or whole_number(written)
            # ② after ① begins an item wherever it stands.
            if number is not None and (begins or (family == "①" and number > 1)):
                found.append(Mark(*match.span(), family, number))
    return sorted(found)


@lru_cache(maxsize=16)  # a paragraph is read several times while its outline is made
def items(text: str, families: tuple[Family, ...] = _ITEM_FAMILIES) -> tuple[Item, ...]:
    """Find the items of the enumeration in a text with one paragraph a line. Of several families, the one that begins first is used."""
    all_marks = marks(text, families)
    chains = [_chain(text, [mark for mark in all_marks if mark.family == family]) for family in families]
    first = min(filter(None, chains), key=lambda chain: chain[0].start, default=[])
    ends = [mark.start for mark in first[1:]] + [len(text)]
    return tuple(Item(mark.start, mark.end, end) for mark, end in zip(first, ends, strict=False))


def _chain(text: str, family_marks: list[Mark]) -> list[Mark]:
    """Return the marks of a family that count up from 1; the count may begin again at 1.

    A single mark counts only if it begins a paragraph, since the other marks may be lost; a single 一是 also after a full stop.
    """
    chain: list[Mark] = []
    last = run = 0
    for mark in family_marks:
        before = _character_before(text, mark.start)
        begins = before in {"", "\n"}
        follows = mark.number == last + 1 or (mark.number > _LAST_WORD and last > 0)
        # A second 一是 is part of an item, unless it begins a paragraph, or follows 二是 and a full stop.
        restarts = mark.number == 1 and (last == 0 or begins or (run > 1 and before == "。"))
        # Measures may be numbered through all problems: here the first number need not be 1.
        restarts |= mark.family == "措施" and last == 0
        if follows or restarts:
            run = 1 if mark.number == 1 else run + 1
            chain.append(mark)
            last = mark.number
    may_precede = {"", "\n", "。"} if chain and chain[0].family == "是" else {"", "\n"}
    if len(chain) == 1 and _character_before(text, chain[0].start) not in may_precede:
        return []
    return chain


def _character_before(text: str, place: int) -> str:
    """Return the last character before a place that is not a blank of the same line; empty at the beginning of the text."""
    while place and text[place - 1].isspace() and text[place - 1] != "\n":
        place -= 1
    return text[place - 1 : place]


def without_number(text: str) -> str:
    """Remove the number in front of a text, such as 1. or （2） or ③ or 一、 or 问题1：."""
    match = _AT_START.match(text)
    return text[match.end() :].lstrip() or text if match else text
