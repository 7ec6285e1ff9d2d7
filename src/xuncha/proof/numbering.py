"""Headings and enumerations: no number skipped, repeated or of the wrong level; headings of one form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from xuncha.chinese.enumerations import Family, marks
from xuncha.chinese.headings import Level
from xuncha.chinese.numbers import numeral
from xuncha.language import gettext as _
from xuncha.language import ngettext
from xuncha.proof.chapter import LOWEST_LEVEL, Chapter, Heading, Mistakes, Text, write_hint

RULES = Chapter()
_MOST_OPEN = 6  # limit of nested enumerations, and of open numbers of one level, that are remembered
_FORMS = {
    Level.CHAPTER: ("{}、", "、"),
    Level.SECTION: ("（{}）", ""),
    Level.ITEM: ("{}.", ".．"),
    Level.SUB: ("（{}）", ""),
    Level.HALF: ("{}）", "）)"),
    Level.CIRCLE: ("{}", ""),
}
"""For each level: how its number is written, and what may follow it."""
_LONGEST_HEADING = 50  # characters of the longest heading
_STOP = "[。；;：:.，,]"
_ENDING = rf"[”’》]*(?:[（(][^（）()]*[）)])?{_STOP}*$"
_HEADING_FORMS = {
    "问题": (re.compile(rf"问题{_ENDING}"), range(2, 5)),
    "方面": (re.compile(rf"方面{_ENDING}"), range(2, 4)),
    "关于": (re.compile("^(?:关于|在)"), range(2, 5)),
    "。": (re.compile(rf"{_STOP}$"), range(1, 5)),
}
"""The forms in which headings of a level should agree, each with the levels where it counts."""
_LEVELS: dict[Family, Level] = {"（一）": Level.SECTION, "1.": Level.ITEM, "（1）": Level.SUB}
"""The level of a number that stands inside a line."""


class Item(NamedTuple):
    """One item of an enumeration inside the text."""

    line: int
    start: int
    words: str
    number: int


class Enumerations(NamedTuple):
    """The enumerations of one family below one heading."""

    sequences: list[list[Item]]
    """Each is counted by itself, also if nested: 一是 (一是 二是) 二是."""
    faults: list[tuple[Item, int]]  # items that continue no sequence, with the expected number

    @property
    def repeated(self) -> dict[Item, Item]:
        """Items 1 that nothing continues and that another item 1 follows in the same line; each with that following item."""
        pairs = [(before[0], after[0]) for before, after in pairwise(self.sequences) if len(before) == 1]
        return {one: two for one, two in pairs if one.line == two.line and one.number == two.number == 1}


def _enumerations(text: Text) -> Iterator[Enumerations]:
    """Yield the enumerations of a text such as 一是 二是 and 一要 二要, grouped by the heading above them."""
    groups: dict[tuple[int, Family], list[Item]] = {}
    part = 0
    for line, words in enumerate(text.half_width):
        part += line in text.heading_of
        for mark in marks(words, ("是", "要", "第")):
            item = Item(line, mark.start, words[mark.start : mark.end], mark.number)
            groups.setdefault((part, mark.family), []).append(item)
    yield from map(_sequences_of, groups.values())


def _sequences_of(items: list[Item]) -> Enumerations:
    """Sort the items of one family, in reading order, into sequences."""
    result = Enumerations([], [])
    open_: list[list[Item]] = []
    for item in items:
        last = [sequence[-1].number for sequence in open_]
        if item.number - 1 in last:
            while open_[-1][-1].number != item.number - 1:
                open_.pop()
            open_[-1].append(item)
            continue
        if item.number != 1:
            result.faults.append((item, last[-1] + 1 if last else 1))
        if item.number == 1 or not open_:
            open_ = [*open_[: _MOST_OPEN - 1], []]
            result.sequences.append(open_[-1])
        open_[-1].append(item)
    return result


def _continues_inside(text: Text, above: Heading, heading: Heading) -> bool:
    """Return whether the number before a heading's stands inside the line of the heading above it, as in （一）方面。1.问题。2."""
    inside = marks(text.half_width[above.line][above.start :], tuple(_LEVELS))
    return (heading.level, heading.number - 1) in {(_LEVELS[mark.family], mark.number) for mark in inside}


@RULES.rule("heading-number",
    why="Headings of one level are numbered without a gap and without repeating: a reader who finds 3 after 1 looks for 2.",
    example="一、整改工作组织情况\n{三→二}、反馈问题整改情况",
)  # fmt: skip
def _heading_number(text: Text) -> Mistakes:
    """Find numbers of headings that are skipped, repeated or out of order; below a higher heading they may start again or go on."""
    open_numbers: dict[int, list[int]] = {}
    started_levels: set[int] = set()
    for above, heading in zip((None, *text.headings), text.headings, strict=False):
        level, number = heading.level, heading.number
        started_levels -= {deeper for deeper in open_numbers if deeper > level}
        earlier = open_numbers.setdefault(level, [])
        # The line before may announce a list, which starts again with 1.
        announced = heading.line > 0 and text.texts[heading.line - 1].endswith(("：", ":"))
        may_restart = level not in started_levels or announced
        started_levels.add(level)
        if number == 1 and may_restart:
            earlier.append(1)
        elif above and _continues_inside(text, above, heading):
            earlier.append(number)
        elif number - 1 in earlier:
            del earlier[earlier.index(number - 1) :]
            earlier.append(number)
        else:
            expected = earlier[-1] + 1 if earlier and not (may_restart and earlier[-1] + 1 < number) else 1
            written = numeral(expected) if level <= Level.SECTION else str(expected)
            hint = _("here it should be {right}", right=_FORMS[level][0].format(written))
            before = earlier[-1] if earlier else 0
            if number in earlier:
                message = _("the number {words} occurs twice")
            elif number > expected:
                message = _("the numbers skip from {before} to {words}")
            else:
                message = _("the number {words} is out of order")
            yield (heading.line, 0), message.format(before=before, words=heading.mark), hint
            earlier[-1:] = [number]
        del earlier[:-_MOST_OPEN]


@RULES.rule("heading-level", "warning",
    why="The levels are 一、 then （一） then 1. then （1）(GB/T 9704-2012, 7.3.3); a level that is used elsewhere is not skipped, and a "
"lower one does not come first.",
    example="{（一）关于学习方面\n→}一、整改工作组织情况\n（一）关于{→学习方面\n（二）关于}决策方面",
)  # fmt: skip
def _heading_level(text: Text) -> Mistakes:
    used = Counter(heading.level for heading in text.headings)
    path: list[int] = []
    for heading in text.headings:
        while path and path[-1] >= heading.level:
            path.pop()
        missing = any(used[level] and level not in path for level in Level if level < heading.level)
        # `heading-jump` checks 1. directly below 一、; 1） and ① may stand below anything.
        is_usual = path[-1:] == [Level.CHAPTER] and heading.level < LOWEST_LEVEL
        if missing and heading.level <= LOWEST_LEVEL and not is_usual:
            message = _("{words} has no heading of the level above it", words=heading.mark)
            hint = _("the levels are {levels}", levels="一、 （一） 1. （1）")
            yield (heading.line, 0), message, hint
        path.append(heading.level)


@RULES.rule("heading-jump", "note",
    why="Below 一、 comes （一）, then 1., then （1）(GB/T 9704-2012, 7.3.3); a notice with two levels may use 一、 and 1., and only one such "
"place is reported.",
    example="一、整改工作组织情况\n{1.→（一）}加强领导\n{2.→（二）}落实责任",
)  # fmt: skip
def _heading_jump(text: Text) -> Mistakes:
    """Find the first heading that skips a level, such as 1. directly below 一、."""
    warned = {line for (line, _start), *_rest in _heading_level.check(text)} if _heading_level.check else {}
    for above, heading in pairwise(text.headings):
        if above.level + 1 < heading.level <= LOWEST_LEVEL and heading.line not in warned:
            message = _("{words} follows {above}, and the level between them is skipped")
            shown = message.format(words=heading.mark, above=above.mark)
            yield (heading.line, 0), shown, _("the levels are {levels}", levels="一、 （一） 1. （1）")
            return


@RULES.rule("heading-mark", "warning",
    why="一 is followed by 、 and 1 by a full stop; a parenthesis is followed by nothing (GB/T 15834-2011; GB/T 9704-2012, 7.3.3).",
    example="（一）{、→}关于学习方面",
)  # fmt: skip
def _heading_mark(text: Text) -> Mistakes:
    """Find numbers of headings with wrong punctuation; report each kind once, because whoever writes 1、 also writes 2、."""
    reported: set[tuple[int, str]] = set()
    for heading in text.headings:
        expected, kind = _FORMS[heading.level][1], (heading.level, heading.suffix)
        if heading.suffix and heading.suffix not in expected and kind not in reported:
            reported.add(kind)
            message = _("“{words}” has the wrong punctuation", words=heading.mark)
            right = heading.mark.removesuffix(heading.suffix) + expected[:1]
            yield (heading.line, 0), message, write_hint(right)


@RULES.rule("heading-form", "note",
    why="Headings of one level are alike: all end with 问题 or 方面, or none; all begin with 关于, or none; all have a full stop, or none.",
    example="（一）关于学习贯彻上级部署方面\n（二）关于优化营商环境方面\n（三）{→关于}社会信用体系建设{不完善→方面}",
)  # fmt: skip
def _heading_form(text: Text) -> Mistakes:
    """Find headings that differ from most others of their level in their part; if it is half and half, from the first one."""
    groups: dict[tuple[int, int], list[Heading]] = {}
    part = 0
    for heading in text.headings:
        part += heading.level == 1
        if heading.title and heading.level <= LOWEST_LEVEL:
            groups.setdefault((heading.level > 1 and part, heading.level), []).append(heading)
    for (_part, level), group in groups.items():
        differing: dict[Heading, list[str]] = {}
        for name, (form, levels) in _HEADING_FORMS.items():
            form_used = [bool(form.search(heading.title)) for heading in group]
            minority = not form_used[0] if form_used.count(form_used[0]) * 2 >= len(group) else form_used[0]
            description = (_("with {word}") if minority else _("without {word}")).format(word=name)
            for heading, uses_form in zip(group, form_used, strict=True):
                if level in levels and uses_form == minority:
                    differing.setdefault(heading, []).append(description)
        message = _("a heading {how}, unlike the others of its level: “{words}”")
        for heading, descriptions in sorted(differing.items()):
            shown = message.format(how=_(", ").join(descriptions), words=heading.title[-16:])
            yield (heading.line, heading.start), shown, ""


@RULES.rule("heading-stop", "note",
    why="A heading alone on its line ends without a full stop.",
    example="（一）关于学习贯彻上级部署方面{。→}\n对照要求，逐项整改。",
)  # fmt: skip
def _heading_stop(text: Text) -> Mistakes:
    """Find headings of one sentence, alone in their line above a paragraph; report the first of each level, with their number."""
    by_level: dict[int, list[Heading]] = {}
    for heading in text.headings:
        below = heading.line + 1 < len(text.lines) and heading.line + 1 not in text.heading_of
        # The last item of a list stands above a paragraph, too.
        before = text.heading_of.get(heading.line - 1)
        below = below and (before is None or before.level != heading.level)
        sentence = heading.title.endswith("。") and heading.title.count("。") == 1
        if below and sentence and heading.is_whole_line and len(heading.title) < _LONGEST_HEADING:
            by_level.setdefault(heading.level, []).append(heading)
    for group in by_level.values():
        message = ngettext(
            "{n} heading of this level ends with a full stop",
            "{n} headings of this level end with a full stop",
            len(group),
        )
        line = group[0].line
        yield (line, len(text.texts[line]) - 1), message, _("leave it out")


@RULES.rule("enumeration-number",
    why="一是 二是 三是 are read one by one by the public: a missing number looks like a missing measure.",
    example="一是加强学习。{三→二}是健全制度。",
)  # fmt: skip
def _enumeration_number(text: Text) -> Mistakes:
    for group in _enumerations(text):
        for item, expected in group.faults:
            right = item.words.replace(numeral(item.number), numeral(expected), 1)
            message = _("“{words}” does not continue the enumeration", words=item.words)
            yield item[:2], message, _("here it should be {right}", right=right)
        for item in group.repeated.values():
            message = _("“{words}” occurs twice", words=item.words)
            yield item[:2], message, _("renumber the items")


@RULES.rule("enumeration-alone", "note",
    why="一是 announces that 二是 follows; a single item is not numbered.",
    example="{一是→}加强学习，全年集中学习12次。",
)  # fmt: skip
def _enumeration_alone(text: Text) -> Mistakes:
    for group in _enumerations(text):
        repeated = group.repeated
        for item, *others in () if group.faults else group.sequences:
            if item.number == 1 and not others and item not in repeated:
                message = _("“{words}” is the only item: nothing follows it", words=item.words)
                yield item[:2], message, _("leave the number out")
