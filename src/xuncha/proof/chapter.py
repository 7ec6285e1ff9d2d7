"""What all chapters share: a notice as the proofreader sees it, and the declaration of a rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from xuncha import language
from xuncha.catalogue import Catalogue, Check, Rule, Violations
from xuncha.chinese.characters import half_width_digits
from xuncha.chinese.days import WrittenDate, find_dates
from xuncha.chinese.headings import Level, heading
from xuncha.errors import Severity
from xuncha.language import gettext as _
from xuncha.pages import Pages
from xuncha.pages.line import Kind, Line, Reason
from xuncha.reading.notice import Notice
from xuncha.reading.reading import read

Position = tuple[int, int]  # the line of the text and the character in it, both from 0
Mistakes = Violations[Position]
Matches = Iterator[tuple[int, re.Match[str]]]
LOWEST_LEVEL = Level.SUB  # the lowest level of the standard: 一、 （一） 1. （1）
_CORRECTION = re.compile("{([^{→]*)→([^}]*)}")
_TITLE = re.compile(r"《[^《》]{1,120}》")
_ORGANISING = re.compile("组织|总体|基本|概况|开展|推进")
"""Words in the heading of a first part about how the work was organised, which does not yet treat single problems."""
_LONGEST_TITLE = 80
"""Characters; a longer line that begins with a number is a paragraph, and its first sentence is the heading."""


class LedgerFacts(NamedTuple):
    """What the ledger says and a notice of it repeats."""

    organisation: str | None
    feedback: date | None
    counts: Mapping[tuple[str, str], int]
    """Numbers, by what is counted (`problems`, `measures`) and its role (`total`, `done`, `ongoing`, `published`)."""


class Heading(NamedTuple):
    """A line that begins with a number; `level` to `suffix` are as in `chinese.headings.Heading`."""

    line: int
    level: Level
    number: int
    mark: str
    suffix: str
    start: int  # where the title begins in the line
    title: str  # the text after the number; in a paragraph, its first sentence with the full stop
    is_whole_line: bool  # whether the line holds nothing else


@dataclass(frozen=True, eq=False)
class Text:
    """A notice as the proofreader sees it."""

    lines: tuple[Line, ...]
    kind: Kind = "txt"
    facts: LedgerFacts | None = None  # None: there is no ledger, or the notice is about another one
    unread: tuple[tuple[Reason, Line], ...] = ()  # the texts of the file that are not proofread

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """The lines as they are written."""
        return tuple(line.text for line in self.lines)

    @cached_property
    def half_width(self) -> tuple[str, ...]:
        """The lines with half-width digits; each character keeps its place."""
        return tuple(map(half_width_digits, self.texts))

    @cached_property
    def without_titles(self) -> tuple[str, ...]:
        """The plain lines with NULs for the titles in 书名号, because a title is not the notice's own text."""
        return tuple(_TITLE.sub(lambda title: "\0" * len(title[0]), words) for words in self.half_width)

    def search(self, pattern: re.Pattern[str], lines: Iterable[str] | None = None) -> Matches:
        """Yield the matches of a pattern, each with its line; by default in the plain lines."""
        for line, words in enumerate(self.half_width if lines is None else lines):
            yield from ((line, match) for match in pattern.finditer(words))

    @cached_property
    def dates(self) -> tuple[tuple[WrittenDate, ...], ...]:
        """The days, months and years, line by line, without those in titles, which do not say when something was done."""
        return tuple(tuple(find_dates(words)) for words in self.without_titles)

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """The lines that begin with a number, in order, without numbers in words such as 第一章."""
        headings = []
        for line, words in enumerate(self.half_width):
            parsed = heading(words)
            if parsed and parsed.level <= Level.CIRCLE and not parsed.mark.startswith("第"):
                rest = words[parsed.end :]
                stop = rest.find("。") + 1
                title = rest[:stop] if stop and len(rest) > _LONGEST_TITLE else rest
                headings.append(Heading(line, *parsed[:4], parsed.end, title, title == rest))
        return tuple(headings)

    @cached_property
    def heading_of(self) -> dict[int, Heading]:
        """The headings by line."""
        return {heading.line: heading for heading in self.headings}

    @cached_property
    def notice(self) -> Notice:
        """The notice as `import notice` reads it."""
        return read(Pages("", self.kind, self.lines))

    @cached_property
    def opening_end(self) -> int:
        """The number of lines before the first problem; in these lines a notice gives its counts."""
        first = next((heading for heading in self.headings if heading.level > Level.CHAPTER), None)
        if first is None:
            return len(self.lines)
        parts = [heading for heading in self.headings if heading.level == Level.CHAPTER]
        above = next((part for part in reversed(parts) if part.line < first.line), None)
        organises = above and above.number == 1 and _ORGANISING.search(above.title) and len(parts) > 1
        return parts[1].line if organises else first.line


def write_hint(correct: str) -> str:
    """Return the hint what to write instead."""
    return _("write {right}", right=correct)


class Chapter(Catalogue[Position]):
    """The rules of one chapter of the documentation."""

    def rule(
        self, code: str, severity: Severity = "error", **texts: str
    ) -> Callable[[Check[Position]], Rule[Position]]:
        """Register a rule with `why` and an `example`, in which {wrong→right} marks the correction."""
        example = texts.pop("example")
        wrong, right = (_CORRECTION.sub(side, example) for side in (r"\1", r"\2"))
        return super().rule(code, severity, wrong=wrong, right=right, **texts)

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
        """Register a rule that is broken wherever a pattern matches, with `why` and `example` as for every rule.

        If the pattern has a group `words`, only that group is reported, and a match without it does not count. The message shows it
        as `{words}`, with `before` characters in front; if `secret`, shortened. `instead` is what to write, as a template of `re.sub`;
        otherwise `hint` says what to do. Message and hint may contain `{mark}`, a hint also as `{example}`. If not `in_titles`, titles
        in 书名号 are skipped.
        """
        compiled = re.compile(pattern)
        group = "words" if "words" in compiled.groupindex else 0

        def check(text: Text) -> Mistakes:
            general_hint = language.gettext(hint).format(mark=mark, example=mark) if hint else ""
            for line, match in text.search(compiled, None if in_titles else text.without_titles):
                start, end = match.span(group)
                if start >= 0:
                    words = text.texts[line][max(0, start - before) : end]
                    words = f"{words[:3]}…{words[-2:]}" if secret else words
                    match_hint = write_hint(match.expand(instead)) if instead else general_hint
                    yield (line, start), language.gettext(message).format(words=words, mark=mark), match_hint

        self.rule(code, severity, **texts)(check)
