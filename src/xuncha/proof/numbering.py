"""Numbers of headings and of enumerations: nothing skipped, repeated, or of the wrong level."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from xuncha.chinese.numbers import numeral
from xuncha.language import gettext as _
from xuncha.proof.catalogue import Remark, rule
from xuncha.proof.text import NUMERAL, number_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xuncha.proof.text import Heading, Text

_ITEM = re.compile(
    rf"(?:^|(?<=[。；;，,：:、！？”）)\s]))(?:(?P<is>{NUMERAL}{{1,3}})(?P<kind>是|要)|第(?P<ordinal>{NUMERAL}{{1,3}})[，,、])"
)
"""一是 二是, 一要 二要, 第一， 第二，: only behind punctuation, since 其一是 and 统一是 are no numbers."""
_DEEPEST = 6
"""Enumerations inside enumerations that are kept in mind."""
_LEVELS = "一、 （一） 1. （1）"
_OFFICIAL = 4
"""The levels that the standard knows: 一、 （一） 1. （1）."""
_FULL_FORM = {1: "{}、", 2: "（{}）", 3: "{}.", 4: "（{}）", 5: "{}）", 6: "{}"}


class Item(NamedTuple):
    """One item of an enumeration inside the text."""

    line: int
    start: int
    words: str
    kind: str
    number: int


class Sequences:
    """Enumerations, also inside each other, followed as they are read: 一是 (一是 二是) 二是."""

    def __init__(self) -> None:
        self.open: list[list[Item]] = []
        self.ended: list[list[Item]] = []

    def take(self, item: Item) -> int | None:
        """Take the next item.

        Returns:
            The number that was expected; None where the item continues an enumeration, or begins one.
        """
        for depth in range(len(self.open) - 1, -1, -1):
            if self.open[depth][-1].number + 1 == item.number:
                self._close(depth + 1)
                self.open[depth].append(item)
                return None
        if item.number == 1:
            self._close(_DEEPEST)
            self.open.append([item])
            return None
        expected = self.open[-1][-1].number + 1 if self.open else 1
        if self.open:
            self.open[-1].append(item)
        else:
            self.open.append([item])
        return expected

    def _close(self, depth: int) -> None:
        self.ended += self.open[depth:]
        del self.open[depth:]

    def end(self) -> list[list[Item]]:
        """End all that are open; give every enumeration since the last end, in the order of their beginnings."""
        self._close(0)
        ended = sorted(self.ended)
        self.ended = []
        return ended


def items(text: Text) -> Iterator[list[Item]]:
    """The items of all enumerations, those below one heading together."""
    group: list[Item] = []
    for line, words in enumerate(text.plain):
        heading = text.heading_of.get(line)
        if heading and group:
            yield group
            group = []
        for match in _ITEM.finditer(words):
            number = number_of(match["is"] or match["ordinal"])
            group.append(Item(line, match.start(), match[0], match["kind"] or "第", number))
    if group:
        yield group


def enumerations(group: list[Item]) -> tuple[list[list[Item]], list[tuple[Item, int]]]:
    """The enumerations among the items below one heading, and those that do not continue one, with what was expected."""
    followed: dict[str, Sequences] = {}
    faults = []
    for item in group:
        expected = followed.setdefault(item.kind, Sequences()).take(item)
        if expected is not None:
            faults.append((item, expected))
    return [each for sequences in followed.values() for each in sequences.end()], faults


@rule(
    "heading-number",
    "error",
    why="Headings of one level are numbered without a gap and without repeating: a reader who finds 3 after 1 looks for 2.",
    wrong="一、整改工作组织情况\n三、反馈问题整改情况",
    right="一、整改工作组织情况\n二、反馈问题整改情况",
)
def heading_number(text: Text) -> Iterator[Remark]:
    """Numbers of headings that are skipped, repeated or out of order.

    Below a new heading of a higher level the numbers begin again, or go on through the whole notice.
    """
    last: dict[int, list[int]] = {}
    began: set[int] = set()
    for heading in text.headings:
        level, number = heading.level, heading.number
        for deeper in [other for other in last if other > level]:
            began.discard(deeper)
        known = last.setdefault(level, [])
        fresh = level not in began or _is_introduced(text, heading)
        began.add(level)
        if number == 1 and fresh:
            known.append(1)
        elif number - 1 in known:
            del known[known.index(number - 1) :]
            known.append(number)
        else:
            expected = known[-1] + 1 if known and not (fresh and known[-1] + 1 < number) else 1
            yield _wrong_number(heading, expected, known)
            known[-1:] = [number]
        del known[:-_DEEPEST]


def _is_introduced(text: Text, heading: Heading) -> bool:
    """Whether the line before announces a list, which begins with 1 by itself."""
    return heading.line > 0 and text.texts[heading.line - 1].endswith(("：", ":"))


def _wrong_number(heading: Heading, expected: int, known: list[int]) -> Remark:
    written = numeral(expected) if heading.level < 3 else str(expected)  # noqa: PLR2004  一、 and （一） are Chinese
    right = _FULL_FORM[heading.level].format(written)
    if heading.number in known:
        message = _("the number {words} stands twice").format(words=heading.mark)
    elif heading.number > expected:
        message = _("the numbers skip from {before} to {words}").format(
            before=known[-1] if known else 0, words=heading.mark
        )
    else:
        message = _("the number {words} is out of order").format(words=heading.mark)
    return Remark(heading.line, 0, heading.mark, message, _("here it would be {right}").format(right=right))


@rule(
    "heading-level",
    "warning",
    why="The levels are 一、 then （一） then 1. then （1）(GB/T 9704-2012, 7.3.3); a level that others use is not passed over, and a lower one does not come first.",
    wrong="（一）关于学习方面\n一、整改工作组织情况\n（一）关于决策方面",
    right="一、整改工作组织情况\n（一）关于学习方面\n（二）关于决策方面",
)
def heading_level(text: Text) -> Iterator[Remark]:
    """Headings below a level that is missing above them."""
    used = Counter(heading.level for heading in text.headings)
    path: list[int] = []
    for heading in text.headings:
        while path and path[-1] >= heading.level:
            path.pop()
        missing = [level for level in range(1, heading.level) if level not in path and used[level]]
        # From 一、 straight to 1. is usual; and 1） and ① stand below anything.
        passed = missing and heading.level <= _OFFICIAL and (path[-1:] != [1] or heading.level == _OFFICIAL)
        if passed:
            yield Remark(
                heading.line,
                0,
                heading.mark,
                _("{words} stands below no heading of the level above it").format(words=heading.mark),
                _("the levels are {levels}").format(levels=_LEVELS),
            )
        path.append(heading.level)


@rule(
    "heading-mark",
    "warning",
    why="Behind 一 stands 、 and behind 1 a full stop; behind a parenthesis stands nothing (GB/T 15834-2011; GB/T 9704-2012, 7.3.3).",
    wrong="（一）、关于学习方面",
    right="（一）关于学习方面",
)
def heading_mark(text: Text) -> Iterator[Remark]:
    """Numbers of headings with other punctuation: the first of its kind, since whoever writes 1、 writes 2、."""
    right = {1: "、", 3: ".．", 5: "）)"}
    said: set[tuple[int, str]] = set()
    for heading in text.headings:
        usual = right.get(heading.level, "")
        kind = (heading.level, heading.after)
        if heading.after != "" and heading.after not in usual and kind not in said:
            said.add(kind)
            number = heading.mark.removesuffix(heading.after)
            yield Remark(
                heading.line,
                0,
                heading.mark,
                _("“{words}” has the wrong punctuation").format(words=heading.mark),
                _("write {right}").format(right=f"{number}{usual[:1]}"),
            )


@rule(
    "enumeration-number",
    "error",
    why="一是 二是 三是 are read out by the public one by one: a number that is missing looks like a measure that is.",
    wrong="一是加强学习。三是健全制度。",
    right="一是加强学习。二是健全制度。",
)
def enumeration_number(text: Text) -> Iterator[Remark]:
    """Items of enumerations that are skipped or repeated."""
    for group in items(text):
        sequences, faults = enumerations(group)
        for item, expected in faults:
            right = item.words.replace(numeral(item.number), numeral(expected), 1)
            hint = _("here it would be {right}").format(right=right)
            message = _("“{words}” does not continue the enumeration").format(words=item.words)
            yield Remark(item.line, item.start, item.words, message, hint)
        for item in _twice(sequences):
            message = _("“{words}” stands twice").format(words=item.words)
            yield Remark(item.line, item.start, item.words, message, _("number the items afresh"))


def _twice(sequences: list[list[Item]]) -> Iterator[Item]:
    """First items that follow a first item in the same line which nothing continues."""
    for before, after in pairwise(sequences):
        first, second = before[0], after[0]
        if len(before) == 1 and first.number == second.number == 1 and first.line == second.line:
            yield second


@rule(
    "enumeration-alone",
    "note",
    why="一是 announces that 二是 follows; what stands alone is not numbered.",
    wrong="一是加强学习，全年集中学习12次。",
    right="加强学习，全年集中学习12次。",
)
def enumeration_alone(text: Text) -> Iterator[Remark]:
    """Enumerations of one item."""
    for group in items(text):
        sequences, faults = enumerations(group)
        twice = set(_twice(sequences))
        for index, sequence in enumerate(sequences):
            item = sequence[0]
            following = sequences[index + 1][0] if index + 1 < len(sequences) else None
            if len(sequence) == 1 and item.number == 1 and following not in twice and not faults:
                message = _("“{words}” stands alone: nothing follows it").format(words=item.words)
                yield Remark(item.line, item.start, item.words, message, _("leave the number out"))
