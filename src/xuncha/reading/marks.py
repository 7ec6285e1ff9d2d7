"""What begins a line or a part of one: the numbers of headings, the words that enumerate, the labels before a colon.

GB/T 9704-2012, 7.3.3, has the levels 一、 （一） 1. （1）; notices add ① and 问题一, and enumerate within a paragraph by 一是 and by 首先.
Texts come with full-width punctuation, except where no Chinese character stands beside it.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import TYPE_CHECKING, Literal, NamedTuple

from xuncha.chinese.numbers import value

if TYPE_CHECKING:
    from collections.abc import Iterator

_CN = "[一二三四五六七八九十百]{1,5}"


class Level(IntEnum):
    """The kinds of numbers that head a line, from the outermost inwards."""

    CHAPTER = 1
    SECTION = 2
    QUESTION = 3
    ITEM = 4
    SUB = 5
    CIRCLE = 6


_HEADS = {
    Level.CHAPTER: rf"(?P<n1>{_CN})\s*[、．.]",
    Level.SECTION: rf"[（(]\s*(?P<n2>{_CN})\s*[）)][、.]?|(?P<s2>[㈠-㈩])",
    Level.QUESTION: rf"(?:(?:反馈|具体|存在|突出)?(?:的)?问题|第)\s*(?:(?P<n3>{_CN})|(?P<d3>[0-9０-９]{{1,3}}))(?:[：:、.]|个?(?:具体)?问题[：:])",
    Level.ITEM: r"(?P<d4>[0-9０-９]{1,3})\s*[.．、](?![0-9])|(?P<y4>[0-9]{1,2})\s*[.．、](?=[0-9]{1,4}[一-鿿])|(?P<s4>[⒈-⒛])",
    Level.SUB: r"[（(]\s*(?P<d5>[0-9０-９]{1,3})\s*[）)][、.]?|(?P<e5>[0-9０-９]{1,3})[）)]|(?P<s5>[⑴-⒇])",
    Level.CIRCLE: r"(?P<s6>[①-⑳])",
}  # fmt: skip
_HEAD = re.compile("|".join(f"(?P<{level.name}>{pattern})" for level, pattern in _HEADS.items()))
_FIRST_SYMBOLS = {"s2": "㈠", "s4": "⒈", "s5": "⑴", "s6": "①"}


class Head(NamedTuple):
    """A number at the beginning of a text."""

    level: Level
    number: int
    end: int
    """Where what it heads begins."""


def head(text: str) -> Head | None:
    """The number with which a text begins, if it does."""
    match = _HEAD.match(text)
    if match is None or not match.lastgroup:
        return None
    level = next(level for level in Level if match[level.name])
    group, digits = next(
        (name, text) for name, text in match.groupdict().items() if text and name[0].islower()
    )
    if group in _FIRST_SYMBOLS:
        number = ord(digits) - ord(_FIRST_SYMBOLS[group]) + 1
    else:
        number = int(digits) if digits.isdecimal() else value(digits) or 0
    return Head(level, number, past_blanks(text, match.end()))


def past_blanks(text: str, place: int) -> int:
    """The place of the first character from a place on that is no blank."""
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def _before(text: str, place: int) -> str:
    """The character before a place that is no blank on the same line; empty at the beginning."""
    while place and text[place - 1].isspace() and text[place - 1] != "\n":
        place -= 1
    return text[place - 1 : place]


# ---------------------------------------------------------------- enumerations within a text

_BOUNDARY = "。；;！!？?：:\n”’）)】"
"""What may stand before the first item of an enumeration."""
_WORDS = {"首先": 1, "其次": 2, "再次": 3, "再者": 3, "然后": 3, "最后": 99, "此外": 98, "同时": 97}
_LAST_WORD = 90
_FAMILIES = [
    re.compile(rf"(?P<n>{_CN})是(?!否)[，,：:]?"),
    re.compile(rf"第(?P<n>{_CN})[，,、：:是]"),
    re.compile(rf"其(?P<n>{_CN})[，,、：:是]"),
    re.compile(r"(?P<w>首先|其次|再次|再者|然后|最后|此外|同时)[，,]"),
    re.compile(r"[（(]\s*(?P<d>[0-9０-９]{1,2})\s*[）)][、.]?|(?P<s5>[⑴-⒇])"),
    re.compile(r"(?P<s6>[①-⑳])[.、]?"),
    re.compile(r"(?P<d>[0-9０-９]{1,2})\s*[.．、](?:(?![0-9])|(?=(?:19|20)[0-9]{2}年))|(?P<s4>[⒈-⒛])"),
    re.compile(r"(?P<d>[0-9]{1,2})[）)]"),
    re.compile(rf"[（(](?P<n>{_CN})[）)]"),
]
_WORD_FAMILIES = 4
"""How many of them are words, before which a comma may stand as well."""


class Item(NamedTuple):
    """One item of an enumeration."""

    begin: int
    """Where its mark stands."""
    start: int
    """Where its text begins."""
    end: int


def items(text: str) -> list[Item]:
    """The items into which a text is enumerated: by the family of marks that comes first; none where it is not.

    Args:
        text: of one or several paragraphs, with a line feed between two.
    """
    chains = [
        chain
        for order, family in enumerate(_FAMILIES)
        if (chain := _chain(text, family, comma=order < _WORD_FAMILIES))
    ]
    if not chains:
        return []
    marks = min(chains, key=lambda chain: chain[0][0])
    ends = [begin for begin, _start in marks[1:]] + [len(text)]
    return [Item(begin, start, end) for (begin, start), end in zip(marks, ends, strict=True)]


def _chain(text: str, family: re.Pattern[str], *, comma: bool) -> list[tuple[int, int]]:
    """Where the marks of a family stand that follow upon each other from 1 on; several times over, where it begins anew.

    One mark alone counts where it begins a paragraph: others may have lost theirs.
    """
    found: list[tuple[int, int]] = []
    last = run = 0
    whole = False
    for match in family.finditer(text):
        number = _number(match)
        before = _before(text, match.start())
        begins = not before or before == "\n"
        here = begins or before in _BOUNDARY or (comma and before in "，,、")
        follows = number == last + 1 or (number > _LAST_WORD and last > 0)
        # A second 一是 within an enumeration is part of one of its items, unless it begins a paragraph.
        anew = number == 1 and (last == 0 or begins or (run > 1 and before == "。"))
        if here and (follows or anew):
            run = 1 if number == 1 else run + 1
            whole = begins if not found else whole
            found.append((match.start(), match.end()))
            last = number
    return found if len(found) > 1 or (found and whole) else []


def _number(match: re.Match[str]) -> int:
    groups = {name: text for name, text in match.groupdict().items() if text}
    name, text = next(iter(groups.items()))
    if name == "w":
        return _WORDS[text]
    if name in _FIRST_SYMBOLS:
        return ord(text) - ord(_FIRST_SYMBOLS[name]) + 1
    return int(text) if text.isdecimal() else value(text) or 0


# ---------------------------------------------------------------- labels

LabelKind = Literal[
    "measures", "result", "state", "finding", "leader", "office", "co_offices", "due", "goal", "next"
]
_LABELS: dict[LabelKind, str] = {
    "leader": r"(?:整改)?(?:责任|牵头|分管|包保)(?:领导|人员|人)|责任(?:班子成员|县领导|局领导)",
    "office": r"(?:整改)?(?:主要|第一)?(?:责任|牵头|承办|主责)(?:科室|股室|处室|部门|单位|室|处|科|站所|支部)",
    "co_offices": r"(?:配合|协助|协同|参与)(?:责任)?(?:科室|股室|处室|部门|单位)",
    "due": r"(?:整改|完成|办结|销号)?(?:时限|期限)(?:要求)?|(?:计划|拟)?(?:完成|办结)时间|整改时间",
    "goal": r"(?:整改)?(?:目标|任务目标)",
    "state": r"整改状态|(?:整改)?完成情况|(?:整改)?结果|是否(?:完成|销号)|销号情况|办理结果|完成进度|状态",
    "finding": r"(?:巡察)?反馈(?:的)?(?:具体)?(?:问题|意见)|具体问题|存在(?:的)?(?:主要)?问题|(?:问题|具体|主要)表现|问题(?:描述|简述|概述)|原因分析",
    "measures": r"(?:主要|具体|采取|已采取)?(?:的)?整改(?:工作)?(?:措施|举措|做法|情况|进展|落实)(?:[和及与、](?:整改)?(?:进展|成效|效果|落实|完成)(?:情况)?)?(?:情况)?|(?:主要|具体|采取的?|工作)(?:措施|举措|做法)|(?:工作)?进展(?:情况)?|落实情况|整改",
    "result": r"(?:整改|工作|取得|阶段性)?(?:的)?(?:成效|效果)",
    "next": r"下一?步(?:打算|计划|措施|工作)?(?:打算|计划|安排)?",
}
_LABEL = re.compile(
    r"(?:(?<=^)|(?<=[\n。；;，,（(\s\u3000、]))[【\[]?(?:"
    + "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _LABELS.items())
    + r")(?:[】\]]\s*[：:]?|\s*[：:])\s*",
    re.MULTILINE,
)


class Label(NamedTuple):
    """A label within a text."""

    kind: LabelKind
    begin: int
    start: int
    """Where what it labels begins."""


def labels(text: str) -> Iterator[Label]:
    """The labels of a text, such as 整改措施：, in order."""
    for match in _LABEL.finditer(text):
        kind = next(kind for kind in _LABELS if match[kind])
        yield Label(kind, match.start(), match.end())
