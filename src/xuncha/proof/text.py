"""A notice as the proofreader sees it: its lines, the headings among them, and the counts of the ledger it tells of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from xuncha.chinese.characters import half_width_digits
from xuncha.chinese.days import Written, written
from xuncha.chinese.headings import Level, heading

if TYPE_CHECKING:
    from xuncha.pages.line import Kind, Line

LOWEST = Level.SUB
"""The lowest level of the standard: 一、 （一） 1. （1）."""
_TITLE = re.compile(r"《[^《》]{1,120}》")
_ORGANISING = re.compile("组织|总体|基本|概况|开展|推进")
"""In the heading of a first part that tells how the work was done, not yet what was done about which problem."""
_LONGEST_TITLE = 80
"""Characters; what begins with a number and is longer is a paragraph, of which the first sentence is the heading."""


class Facts(NamedTuple):
    """What the ledger says that a notice of it repeats."""

    organisation: str
    feedback: date
    counts: Mapping[tuple[str, str], int]
    """By what is counted (`problems`, `measures`) and what is said of it (`total`, `done`, `ongoing`, `published`)."""


class Heading(NamedTuple):
    """A line that begins with a number."""

    line: int
    """Which line, from 0."""
    level: Level
    number: int
    mark: str
    """The number as it is written, with its punctuation."""
    after: str
    """The punctuation behind the number, without the parentheses around it."""
    start: int
    """Where the title begins in the line."""
    title: str
    """What follows the number; of a paragraph its first sentence with the full stop."""
    alone: bool
    """Whether nothing else stands in the line."""


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
        return tuple(map(half_width_digits, self.texts))

    @cached_property
    def untitled(self) -> tuple[str, ...]:
        """The plain lines with NULs for the titles in 书名号: those were not written here."""
        return tuple(_TITLE.sub(lambda title: "\0" * len(title[0]), words) for words in self.plain)

    def search(
        self, pattern: re.Pattern[str], lines: Iterable[str] | None = None
    ) -> Iterator[tuple[int, re.Match[str]]]:
        """Yield the matches of a pattern in the lines, by default the plain ones, each with its line."""
        for line, words in enumerate(self.plain if lines is None else lines):
            for match in pattern.finditer(words):
                yield line, match

    @cached_property
    def dates(self) -> tuple[tuple[Written, ...], ...]:
        """The days, months and years, line by line; those in titles are not when something was done."""
        return tuple(tuple(written(words)) for words in self.untitled)

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """The lines that begin with a number, in order."""
        found = (_heading(line, words) for line, words in enumerate(self.plain))
        return tuple(filter(None, found))

    @cached_property
    def heading_of(self) -> dict[int, Heading]:
        """The headings by their lines."""
        return {heading.line: heading for heading in self.headings}

    @cached_property
    def opening(self) -> int:
        """How many lines stand before the first problem is told of: where a notice gives its counts."""
        first = next((heading for heading in self.headings if heading.level > Level.CHAPTER), None)
        if first is None:
            return len(self.lines)
        parts = [heading for heading in self.headings if heading.level == Level.CHAPTER]
        above = next((part for part in reversed(parts) if part.line < first.line), None)
        if above and above.number == 1 and _ORGANISING.search(above.title) and len(parts) > 1:
            return parts[1].line
        return first.line


def _heading(line: int, words: str) -> Heading | None:
    """Return a line as a heading; None where it begins with no number, or with one in words such as 第一章."""
    found = heading(words)
    if found is None or found.level > Level.CIRCLE or found.mark.startswith("第"):
        return None
    rest = words[found.end :]
    stop = rest.find("。") + 1
    title = rest[:stop] if stop and len(rest) > _LONGEST_TITLE else rest
    return Heading(line, *found[:4], found.end, title, title == rest)
