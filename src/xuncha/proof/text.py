"""A notice as the proofreader sees it: its lines, the headings among them, and the counts of the ledger it tells of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from xuncha.chinese.numbers import value
from xuncha.reading.lines import is_noise

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from xuncha.pages.line import Kind, Line

HAN = r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff]"
NUMERAL = "[一二三四五六七八九十百]"
_WIDE = {ord(wide): ord(narrow) for wide, narrow in zip("０１２３４５６７８９", "0123456789", strict=True)}
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_HEADING = re.compile(
    rf"""(?P<first>{NUMERAL}{{1,5}})(?P<after1>[、.．])
    | [（(](?P<second>{NUMERAL}{{1,5}})[)）](?P<after2>[、.．，,]?)
    | (?P<third>[0-9]{{1,3}})(?P<after3>[.．、](?![0-9]))
    | [（(](?P<fourth>[0-9]{{1,3}})[)）](?P<after4>[、.．，,]?)
    | (?P<fifth>[0-9]{{1,3}})(?P<after5>[)）])
    | (?P<sixth>[{_CIRCLED}])(?P<after6>)""",
    re.VERBOSE,
)
_ORGANISING = re.compile("组织|总体|基本|概况|开展|推进")
"""In the heading of a first part that tells how the work was done, not yet what was done about which problem."""
_LONGEST_TITLE = 80
"""Characters; what begins with a number and is longer is a paragraph, of which the first sentence is the heading."""


class Facts(NamedTuple):
    """What the ledger says that a notice of it repeats."""

    organisation: str
    feedback: date
    problems: int
    problems_done: int
    measures: int
    measures_done: int
    measures_in_progress: int
    """In progress, or closing applied for."""
    published_problems: int
    published_measures: int


class Heading(NamedTuple):
    """A line that begins with a number."""

    line: int
    """Which line, from 0."""
    level: int
    """1 is 一、 2 （一） 3 1. 4 （1） 5 1） 6 ①."""
    number: int
    mark: str
    """The number as it is written, with its punctuation."""
    after: str
    """The punctuation behind the number, without a parenthesis around it."""
    title: str
    """What follows, to the end of its first sentence; with the full stop."""
    alone: bool
    """Whether nothing else stands in the line."""


def without_noise(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines of a notice without those that a web page puts around it: when it was published, how often it was read."""
    return tuple(line for line in lines if not is_noise(line.text))


@dataclass(frozen=True, eq=False)
class Text:
    """A notice under the editor's eye."""

    lines: tuple[Line, ...]
    kind: Kind = "txt"
    facts: Facts | None = None
    """None: there is no ledger, or the notice tells of another one."""

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The lines as they are written."""
        return tuple(line.text for line in self.lines)

    @cached_property
    def plain(self) -> tuple[str, ...]:
        """The lines with half-width digits, each character in its place."""
        return tuple(text.translate(_WIDE) for text in self.texts)

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """The lines that begin with a number, in order."""
        found = (_heading(number, text) for number, text in enumerate(self.plain))
        return tuple(heading for heading in found if heading)

    @cached_property
    def heading_of(self) -> dict[int, Heading]:
        """The headings by their lines."""
        return {heading.line: heading for heading in self.headings}

    @cached_property
    def opening(self) -> int:
        """How many lines stand before the first problem is told of: where a notice gives its counts."""
        first = next((heading for heading in self.headings if heading.level > 1), None)
        if first is None:
            return len(self.lines)
        parts = [heading for heading in self.headings if heading.level == 1]
        above = next((part for part in reversed(parts) if part.line < first.line), None)
        if above and above.number == 1 and _ORGANISING.search(above.title) and len(parts) > 1:
            return parts[1].line
        return first.line


def _heading(line: int, text: str) -> Heading | None:
    match = _HEADING.match(text)
    if not match:
        return None
    level, written = next(
        (level, match[name])
        for level, name in enumerate(("first", "second", "third", "fourth", "fifth", "sixth"), 1)
        if match[name]
    )
    rest = text[match.end() :]
    stop = rest.find("。") + 1
    title = rest[:stop] if stop and len(rest) > _LONGEST_TITLE else rest
    number = number_of(written)
    return Heading(line, level, number, match[0], match[f"after{level}"], title, title == rest)


def number_of(written: str) -> int:
    """A number as headings and counts write it: 14, 十四, ⑭; 0 where it is none."""
    if written.isascii() and written.isdigit():
        return int(written)
    if written in _CIRCLED:
        return _CIRCLED.index(written) + 1
    return value(written) or 0
