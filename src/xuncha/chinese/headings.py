"""Read the number at the beginning of a heading: 一、 （一） 1. （1） of GB/T 9704-2012, 7.3.3, also 1）, ①, 第一章 and 问题一：."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final, NamedTuple

from xuncha.chinese.numbers import SYMBOL, whole_number

NUMERAL: Final = "[一二三四五六七八九十百零〇廿卅]{1,5}"  # a Chinese number of a heading or an item
_DIGITS: Final = "[0-9０-９]{1,3}"


class Level(IntEnum):
    """The kinds of heading numbers, from the outermost level to the innermost; the last one is a number beside a word such as 问题."""

    CHAPTER = 1  # 一、 or 第一章
    SECTION = 2  # （一） or ㈠ or 第一节 or 第一方面：, without a full stop behind it
    ITEM = 3  # 1. or ⒈
    SUB = 4  # （1） or ⑴
    HALF = 5  # 1）
    CIRCLE = 6  # ①
    QUESTION = 7  # 问题一： or 第一个问题：


_FORMS: Final[dict[Level, str]] = {
    Level.CHAPTER: rf"(?P<a1>{NUMERAL})\s*(?P<after1>[、．.])|第(?P<b1>{NUMERAL}|{_DIGITS})(?:章|编|部分)(?=[\s：:、]|$)",
    Level.SECTION: rf"[（(]\s*(?P<a2>{NUMERAL})\s*[）)](?P<after2>[、.．，,]?)|(?P<b2>[㈠-㈩])|第(?P<c2>{NUMERAL}|{_DIGITS})(?:节(?=[\s：:、]|$)|个?方面[：:](?!.*[。；]))",
    Level.QUESTION: rf"(?:(?:反馈|具体|存在|突出)?的?问题|第)\s*(?P<a7>{NUMERAL}|{_DIGITS})(?:[：:、.]|个?(?:具体)?问题[：:]|(?<=[^第][0-9一二三四五六七八九十])$)",
    Level.ITEM: rf"(?P<a3>{_DIGITS})\s*(?P<after3>[.．、])(?:(?![0-9０-９])|(?=[0-9]{{1,4}}[一-鿿])(?![0-9]+[万亿元月日]))|(?P<b3>[⒈-⒛])",
    Level.SUB: rf"[（(]\s*(?P<a4>{_DIGITS})\s*[）)](?P<after4>[、.．，,]?)|(?P<b4>[⑴-⒇])",
    Level.HALF: rf"(?P<a5>{_DIGITS})(?P<after5>[）)])",
    Level.CIRCLE: rf"(?P<a6>{SYMBOL})(?P<after6>[、.．]?)",
}
"""The pattern of each level: the groups a, b and c, with the level's number, hold the forms of the number, and `after` its punctuation."""
_HEADING: Final = re.compile("|".join(f"(?P<{level.name}>{form})" for level, form in _FORMS.items()))


class Heading(NamedTuple):
    """The number at the beginning of a heading."""

    level: Level
    number: int
    mark: str  # the number as it is written, with its punctuation
    suffix: str  # the punctuation after the number, without the parentheses around it
    end: int  # where the text of the heading begins


def heading(text: str) -> Heading | None:
    """Read the number at the beginning of a line; None if the line begins with none."""
    match = _HEADING.match(text)
    if match is None:
        return None
    level = next(level for level in Level if match[level.name])
    groups = match.groupdict()
    number = whole_number(next(filter(None, (groups.get(f"{form}{level}") for form in "abc"))))
    if number is None:
        return None
    end = len(text) - len(text[match.end() :].lstrip())
    return Heading(level, number, match[0], groups.get(f"after{level}") or "", end)
