"""A line of a document, with the place of each of its characters in the file."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

from xuncha.chinese.characters import IGNORABLE
from xuncha.language import mark

Kind = Literal["txt", "md", "html", "docx"]
Reason = Literal["struck", "deleted", "note", "margin"]
REASONS: Final[dict[Reason, str]] = {
    "struck": mark("struck out: not read"),
    "deleted": mark("deleted in tracked changes: not read"),
    "note": mark("a footnote or endnote: not read"),
    "margin": mark("in a header, footer or comment: not read"),
}
"""Why a text of a document is not read, in English, for the catalogue of messages."""
_VISIBLE: Final = re.compile(f"[^{IGNORABLE}]+")


class Span(NamedTuple):
    """Characters of a line, from `start` on, that follow each other without a gap in the file."""

    start: int  # the offset of the first of them in the line's text, from 0
    line: int  # of the file, from 1; in a Word document the paragraph
    column: int  # in characters, from 1


class Line(NamedTuple):
    """A line or paragraph as a reader sees it; without blanks at its ends, and never empty."""

    text: str
    spans: tuple[Span, ...]

    @property
    def line(self) -> int:
        """The line of the file where it begins."""
        return self.spans[0].line

    @property
    def column(self) -> int:
        """The column where it begins."""
        return self.spans[0].column

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line and column in the file of the character at an offset of the text, from 0."""
        span = self.spans[bisect_right(self.spans, offset, key=lambda span: span.start) - 1]
        return span.line, span.column + offset - span.start

    def part(self, start: int, end: int | None = None) -> Line | None:
        """Return the part between two offsets of the text, without blanks at its ends; None if nothing is left."""
        text = self.text[start:end]
        if not (seen := text.strip()):
            return None
        begin = start + len(text) - len(text.lstrip())
        line, column = self.place(begin)
        last = begin + len(seen)
        moved = (span._replace(start=span.start - begin) for span in self.spans if begin < span.start < last)
        return Line(seen, (Span(0, line, column), *moved))


class Pages(NamedTuple):
    """The lines of a document that was read."""

    path: str
    kind: Kind
    lines: tuple[Line, ...]
    cells: Mapping[int, tuple[int, int]] = MappingProxyType({})
    """For a Word document, by paragraph in a table: the row, counted through all tables, and the column."""
    unread: tuple[tuple[Reason, Line], ...] = ()  # texts that are left out of the lines


def line_of(pieces: Iterable[tuple[str, int, int]]) -> Line | None:
    """Return the line made of pieces of a file, each with its line and column, without ignorable characters; None if it is blank."""
    texts: list[str] = []
    spans: list[Span] = []
    length = 0
    for piece, line, first in pieces:
        for match in _VISIBLE.finditer(piece):
            text, column = match[0], first + match.start()
            last = spans[-1] if spans else None
            if last is None or last.line != line or last.column + length - last.start != column:
                spans.append(Span(length, line, column))
            texts.append(text)
            length += len(text)
    return Line("".join(texts), tuple(spans)).part(0)


def plain_lines(text: str) -> tuple[Line, ...]:
    """Return the lines of a plain text that are not blank."""
    found = (line_of([(line, number, 1)]) for number, line in enumerate(text.split("\n"), 1))
    return tuple(filter(None, found))
