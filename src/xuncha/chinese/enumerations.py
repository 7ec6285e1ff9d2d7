"""Enumerations within a paragraph: 措施1：, 一是 二是, 一要, 第一， 其一， 首先， （1） ① 1. 1） （一） a. 一、."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from xuncha.chinese.headings import NUMERAL
from xuncha.chinese.numbers import SYMBOL, value

Family = Literal[
    "措施", "是", "要", "第", "其", "首先", "（1）", "①", "1.", "1）", "（一）", "•", "a.", "一、"
]

PATTERNS: Final[dict[Family, str]] = {
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
_COMPILED: Final = {family: re.compile(pattern) for family, pattern in PATTERNS.items()}
_IN_WORDS: Final = frozenset({"是", "要", "第", "其", "首先"})
"""Families before which a comma or a blank may stand."""
_WORDS: Final = (
    {"首先": 1, "其次": 2, "再次": 3, "再者": 3, "然后": 3, "最后": 99, "此外": 98, "同时": 97}
    | dict.fromkeys("•●■◆▪➢➤★", 1)
    | {letter: number % 8 + 1 for number, letter in enumerate("abcdefghABCDEFGH")}
)
_LAST_WORD: Final = 90  # numbers beyond it stand for words that end an enumeration, whatever their number
_BOUNDARY: Final = "。；;！!？?：:\n”’）)】"  # what may stand before an item
_OF_LINES: Final = frozenset({"a.", "一、"})  # families that begin a line, and in a paragraph may be anything
_OF_ITEMS: Final = tuple(family for family in PATTERNS if family not in {"要", *_OF_LINES})


class Mark(NamedTuple):
    """A number or a word that begins an item of an enumeration, behind punctuation or at the beginning of a line."""

    start: int
    end: int  # where the text of the item begins
    family: Family
    number: int  # as written; 最后, 此外 and 同时 have one beyond 90


class Item(NamedTuple):
    """One item of an enumeration: its mark begins at `begin`, its text at `start`."""

    begin: int
    start: int
    end: int


def marks(text: str, families: Collection[Family] = tuple(PATTERNS)) -> list[Mark]:
    """Find the marks of items in paragraphs, a line each, in order; those within a word, as in 统一是, are none."""
    found = []
    for family in families:
        for match in _COMPILED[family].finditer(text):
            before = _before(text, match.start())
            if family in _OF_LINES:
                begins = before in {"", "\n"}
            else:
                parted = before in "，,、" or text[match.start() - 1].isspace()
                begins = not before or before in _BOUNDARY or (family in _IN_WORDS and parted)
            if begins:
                written = next(filter(None, match.groups()))
                number = _WORDS.get(written) or value(written)
                if number is not None:
                    found.append(Mark(*match.span(), family, number))
    return sorted(found)


@lru_cache(maxsize=16)  # a paragraph is looked at several times while its outline is told
def items(text: str, families: tuple[Family, ...] = _OF_ITEMS) -> tuple[Item, ...]:
    """Find the items into which paragraphs, a line each, are enumerated: by the family of marks that comes first."""
    found = marks(text, families)
    chains = [_chain(text, [mark for mark in found if mark.family == family]) for family in families]
    first = min(filter(None, chains), key=lambda chain: chain[0].start, default=[])
    ends = [mark.start for mark in first[1:]] + [len(text)]
    return tuple(Item(mark.start, mark.end, end) for mark, end in zip(first, ends, strict=False))


def _chain(text: str, family: list[Mark]) -> list[Mark]:
    """Return the marks of a family that follow upon each other from 1 on; several times over, where it begins anew.

    One mark alone counts where it begins a paragraph: others may have lost theirs.
    """
    found: list[Mark] = []
    last = run = 0
    for mark in family:
        before = _before(text, mark.start)
        begins = before in {"", "\n"}
        follows = mark.number == last + 1 or (mark.number > _LAST_WORD and last > 0)
        # A second 一是 within an enumeration is part of one of its items, unless it begins a paragraph.
        anew = mark.number == 1 and (last == 0 or begins or (run > 1 and before == "。"))
        # Measures may be numbered through all problems.
        anew |= mark.family == "措施" and last == 0
        if follows or anew:
            run = 1 if mark.number == 1 else run + 1
            found.append(mark)
            last = mark.number
    alone = {"", "\n", "。"} if found and found[0].family == "是" else {"", "\n"}
    if len(found) == 1 and _before(text, found[0].start) not in alone:
        return []
    return found


def _before(text: str, place: int) -> str:
    """Return the character before a place that is no blank on the same line; nothing at the beginning of the text."""
    while place and text[place - 1].isspace() and text[place - 1] != "\n":
        place -= 1
    return text[place - 1 : place]
