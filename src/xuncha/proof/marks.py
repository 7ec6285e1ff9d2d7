"""Punctuation: full-width among Chinese, in pairs, and once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xuncha.chinese.punctuation import full_width
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.proof.catalogue import Remark, rule
from xuncha.proof.text import HAN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xuncha.proof.text import Text

_CLOSING = {
    "”": "“",
    "’": "‘",
    "）": "（",
    "》": "《",
    "〉": "〈",
    "〕": "〔",
    "】": "【",
    "」": "「",
    "』": "『",
}
_OPENING = {opening: closing for closing, opening in _CLOSING.items()}
_SAME = str.maketrans("()[]", "（）［］")
_LIST_MARK = re.compile(
    r"(?<![0-9])[0-9]{1,2}[)）]|(?:^|(?<=[。；;：:，,、\s]))(?:[a-zA-Z]|[一二三四五六七八九十]{1,3})[)）]"
)
"""1) and a): a parenthesis that nothing has opened."""
_AROUND = 12
_PERIOD = re.compile(rf"(?<={HAN})\.(?=\s*(?:{HAN}|$))")
_STRAIGHT = re.compile(rf"(?<={HAN})[\"']|[\"'](?={HAN})")
_DOTS = re.compile(r"(?:\.{3,}|。{3,}|…(?!…)(?<!……))")
_DOUBLED = re.compile(r"[，。、；：,;:？！?!]{2,}")
_MAY_DOUBLE = re.compile(r"[？！?!]{2,3}|。{3,}")
_STOP_TWICE = re.compile(r"[。！？][”’]+。")
_PAUSE = re.compile(r"”、“|》、《")
_LAST = re.compile(rf"{HAN}$")
_PARAGRAPH = 40
"""Characters from which a line is a paragraph, which ends with a mark."""


@rule(
    "half-width",
    "warning",
    why="Chinese text has full-width punctuation; what is lifted from a web page loses it.",
    wrong="按照有关要求,现将整改情况予以公布(含长期任务)。",
    right="按照有关要求，现将整改情况予以公布（含长期任务）。",
)
def half_width(text: Text) -> Iterator[Remark]:
    """Half-width marks beside Chinese characters, all of a line in one remark."""
    for line, words in enumerate(text.texts):
        wide = full_width(words)
        places = [place for place, (one, other) in enumerate(zip(words, wide, strict=True)) if one != other]
        places += [match.start() for match in _PERIOD.finditer(words) if match.start() > 3]  # noqa: PLR2004  behind 一. it is a heading's mark
        places.sort()
        if places:
            kinds = " ".join(dict.fromkeys(words[place] for place in places))
            message = ngettext(
                "{n} half-width mark among Chinese: {marks}",
                "{n} half-width marks among Chinese: {marks}",
                len(places),
            ).format(n=len(places), marks=kinds)
            right = " ".join(dict.fromkeys("。" if words[place] == "." else wide[place] for place in places))
            yield Remark(line, places[0], words[places[0]], message, _("write {right}").format(right=right))


@rule(
    "straight-quotes",
    "warning",
    why="Chinese quotation marks are “ and ”.",
    wrong='落实"一岗双责"要求。',
    right="落实“一岗双责”要求。",
)
def straight_quotes(text: Text) -> Iterator[Remark]:
    """Quotation marks of a typewriter beside Chinese characters, all of a line in one remark."""
    for line, words in enumerate(text.texts):
        if match := _STRAIGHT.search(words):
            message = _("straight quotation marks: {words}").format(words=match[0])
            yield Remark(line, match.start(), match[0], message, _("write {right}").format(right="“ ”"))


@rule(
    "unbalanced",
    "error",
    why="Quotation marks, parentheses and 书名号 come in pairs.",
    wrong="落实“一岗双责，修订《信息公开办法（试行》。",
    right="落实“一岗双责”，修订《信息公开办法（试行）》。",
)
def unbalanced(text: Text) -> Iterator[Remark]:
    """Marks that are not closed, or that nothing has opened, line by line."""
    for line, words in enumerate(text.texts):
        exempt = {match.end() - 1 for match in _LIST_MARK.finditer(words)}
        opened: list[int] = []
        marks = words.translate(_SAME)
        for place, mark in enumerate(marks):
            if mark in _OPENING:
                opened.append(place)
            elif mark in _CLOSING:
                if opened and marks[opened[-1]] == _CLOSING[mark]:
                    opened.pop()
                elif _CLOSING[mark] in {marks[each] for each in opened[-4:]}:
                    while marks[opened[-1]] != _CLOSING[mark]:
                        yield _not_closed(line, words, opened.pop())
                    opened.pop()
                elif place not in exempt:
                    shown = words[max(0, place - _AROUND) : place + 1]
                    message = _("{mark} closes what nothing has opened: “{words}”")
                    yield Remark(line, place, words[place], message.format(mark=words[place], words=shown))
        for place in opened:
            yield _not_closed(line, words, place)


def _not_closed(line: int, words: str, place: int) -> Remark:
    shown = words[place : place + _AROUND]
    message = _("{mark} is not closed: “{words}”").format(mark=words[place], words=shown)
    return Remark(line, place, words[place], message)


@rule(
    "doubled-mark",
    "error",
    why="A sentence ends once.",
    wrong="完成一个、销号一个。。确保件件有落实。",
    right="完成一个、销号一个。确保件件有落实。",
)
def doubled_mark(text: Text) -> Iterator[Remark]:
    """Marks beside each other that do not go together."""
    for line, words in enumerate(text.texts):
        for match in _DOUBLED.finditer(words):
            if not _MAY_DOUBLE.fullmatch(match[0]):
                shown = words[max(0, match.start() - 4) : match.end()]
                message = _("one mark too many: “{words}”").format(words=shown)
                yield Remark(line, match.start(), match[0], message, _("leave one of them"))


@rule(
    "stop-twice",
    "note",
    why="What ends inside quotation marks does not end again outside.",
    wrong="他说：“整改要到位。”。",
    right="他说：“整改要到位。”",
)
def stop_twice(text: Text) -> Iterator[Remark]:
    """A full stop inside and outside a quotation."""
    for line, words in enumerate(text.texts):
        for match in _STOP_TWICE.finditer(words):
            message = _("a full stop inside and outside the quotation: “{words}”").format(words=match[0])
            yield Remark(line, match.start(), match[0], message, _("leave one of them"))


@rule(
    "ellipsis",
    "warning",
    why="Chinese points of ellipsis are …… (GB/T 15834-2011, 4.11).",
    wrong="台账、清单...一应俱全。",
    right="台账、清单……一应俱全。",
)
def ellipsis(text: Text) -> Iterator[Remark]:
    """Dots that stand for ……."""
    for line, words in enumerate(text.texts):
        for match in _DOTS.finditer(words):
            message = _("“{words}” stands for ……").format(words=match[0])
            yield Remark(line, match.start(), match[0], message, _("write {right}").format(right="……"))


@rule(
    "pause-between-quotes",
    "note",
    why="Between quotations, or titles in 书名号, that stand side by side there is usually no 、 (GB/T 15834-2011, 4.5.3.5).",
    wrong="上线“绿色金融专区”、“乡村振兴专区”。",
    right="上线“绿色金融专区”“乡村振兴专区”。",
)
def pause_between_quotes(text: Text) -> Iterator[Remark]:
    """、 between quotations, the first of a line."""
    for line, words in enumerate(text.texts):
        if match := _PAUSE.search(words):
            message = _("no {mark} is needed here: {words}").format(mark="、", words=match[0])
            yield Remark(line, match.start(), match[0], message, _("leave {mark} out").format(mark="、"))


@rule(
    "no-full-stop",
    "warning",
    why="A paragraph ends with a mark; without one, something of it may be lost.",
    wrong="收到反馈意见后，我局党组第一时间召开会议传达学习，研究部署整改工作，逐项明确责任领导和责任科室",
    right="收到反馈意见后，我局党组第一时间召开会议传达学习，研究部署整改工作，逐项明确责任领导和责任科室。",
)
def no_full_stop(text: Text) -> Iterator[Remark]:
    """Paragraphs that end in nothing. Headings may; so may what has no mark inside: a title, a list of a web page."""
    for line, words in enumerate(text.texts):
        body = len(words) >= _PARAGRAPH and re.search("[，,。；]", words)
        if body and _LAST.search(words) and not _is_heading(text, line):
            message = _("the paragraph ends without a mark: “{words}”").format(words=words[-_AROUND:])
            yield Remark(line, len(words) - 1, words[-1], message, _("write {right}").format(right="。"))


def _is_heading(text: Text, line: int) -> bool:
    heading = text.heading_of.get(line)
    return heading is not None and heading.alone and "。" not in heading.title
