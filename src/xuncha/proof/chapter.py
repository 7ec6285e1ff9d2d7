"""What the chapters share: a notice as the proofreader sees it, and how a rule is declared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from xuncha import language
from xuncha.catalogue import Broken, Catalogue, Check, Rule
from xuncha.chinese.characters import half_width_digits
from xuncha.chinese.days import Written, written
from xuncha.chinese.headings import Level, heading
from xuncha.errors import Severity
from xuncha.language import gettext as _
from xuncha.pages import Pages
from xuncha.pages.line import Kind, Line
from xuncha.reading.notice import Notice
from xuncha.reading.reading import read

Position = tuple[int, int]  # which of the text's lines, and which character of it; both from 0
Found = Broken[Position]
Matches = Iterator[tuple[int, re.Match[str]]]
LOWEST = Level.SUB  # the lowest level of the standard: 一、 （一） 1. （1）
_MENDED = re.compile("{([^{→]*)→([^}]*)}")
_TITLE = re.compile(r"《[^《》]{1,120}》")
_ORGANISING = re.compile("组织|总体|基本|概况|开展|推进")
"""In the heading of a first part that tells how the work was done, not yet what was done about which problem."""
_LONGEST_TITLE = 80
"""Characters; what begins with a number and is longer is a paragraph, of which the first sentence is the heading."""


class Facts(NamedTuple):
    """What the ledger says that a notice of it repeats."""

    organisation: str | None
    feedback: date | None
    counts: Mapping[tuple[str, str], int]
    """By what is counted (`problems`, `measures`) and what is said of it (`total`, `done`, `ongoing`, `published`)."""


class Heading(NamedTuple):
    """A line that begins with a number, of which `chinese.headings.Heading` tells the first fields."""

    line: int
    level: Level
    number: int
    mark: str
    after: str
    start: int  # where the title begins in the line
    title: str  # what follows the number; of a paragraph its first sentence with the full stop
    alone: bool  # whether nothing else stands in the line


@dataclass(frozen=True, eq=False)
class Text:
    """A notice under the editor's eye."""

    lines: tuple[Line, ...]
    kind: Kind = "txt"
    facts: Facts | None = None  # None: there is no ledger, or the notice tells of another one

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

    def search(self, pattern: re.Pattern[str], lines: Iterable[str] | None = None) -> Matches:
        """Yield the matches of a pattern in the lines, by default the plain ones, each with its line."""
        for line, words in enumerate(self.plain if lines is None else lines):
            yield from ((line, match) for match in pattern.finditer(words))

    @cached_property
    def dates(self) -> tuple[tuple[Written, ...], ...]:
        """The days, months and years, line by line; those in titles are not when something was done."""
        return tuple(tuple(written(words)) for words in self.untitled)

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """The lines that begin with a number, in order; not with one in words such as 第一章."""
        headings = []
        for line, words in enumerate(self.plain):
            found = heading(words)
            if found and found.level <= Level.CIRCLE and not found.mark.startswith("第"):
                rest = words[found.end :]
                stop = rest.find("。") + 1
                title = rest[:stop] if stop and len(rest) > _LONGEST_TITLE else rest
                headings.append(Heading(line, *found[:4], found.end, title, title == rest))
        return tuple(headings)

    @cached_property
    def heading_of(self) -> dict[int, Heading]:
        """The headings by their lines."""
        return {heading.line: heading for heading in self.headings}

    @cached_property
    def notice(self) -> Notice:
        """What `import notice` reads of it."""
        return read(Pages("", self.kind, self.lines))

    @cached_property
    def opening(self) -> int:
        """How many lines stand before the first problem is told of: where a notice gives its counts."""
        first = next((heading for heading in self.headings if heading.level > Level.CHAPTER), None)
        if first is None:
            return len(self.lines)
        parts = [heading for heading in self.headings if heading.level == Level.CHAPTER]
        above = next((part for part in reversed(parts) if part.line < first.line), None)
        organises = above and above.number == 1 and _ORGANISING.search(above.title) and len(parts) > 1
        return parts[1].line if organises else first.line


def write(right: str) -> str:
    """Return the hint that something else is to be written."""
    return _("write {right}").format(right=right)


class Chapter(Catalogue[Position]):
    """The rules of a chapter of the documentation."""

    def rule(
        self, code: str, severity: Severity = "error", **words: str
    ) -> Callable[[Check[Position]], Rule[Position]]:
        """Enter a rule with `why` and an `example`, in which {wrong→right} marks what is to be mended."""
        example = words.pop("example")
        wrong, right = (_MENDED.sub(side, example) for side in (r"\1", r"\2"))
        return super().rule(code, severity, wrong=wrong, right=right, **words)

    def pattern(
        self,
        code: str,
        severity: Severity,
        pattern: str,
        message: str,
        *,
        instead: str = "",
        hint: str = "",
        mark: str = "",
        before: int = 0,
        in_titles: bool = True,
        secret: bool = False,
        **texts: str,
    ) -> None:
        """Enter a rule that is broken wherever a pattern matches, with `why` and `example` as every rule has them.

        If the pattern has a group `words`, those are meant, and a match without the group is none. The message names them as
        `{words}`, after `before` characters in front of them; if they are `secret`, not in full. `instead` is what to write, as a
        template of `re.sub`, else the hint says what to do. Both may name the `mark`, a hint also as `{example}`. If not
        `in_titles`, titles in 书名号 are not looked at.
        """
        compiled = re.compile(pattern)
        group = "words" if "words" in compiled.groupindex else 0

        def check(text: Text) -> Found:
            todo = language.gettext(hint).format(mark=mark, example=mark) if hint else ""
            for line, match in text.search(compiled, None if in_titles else text.untitled):
                start, end = match.span(group)
                if start >= 0:
                    words = text.texts[line][max(0, start - before) : end]
                    words = f"{words[:3]}…{words[-2:]}" if secret else words
                    right = write(match.expand(instead)) if instead else todo
                    yield (line, start), language.gettext(message).format(words=words, mark=mark), right

        self.rule(code, severity, **texts)(check)
