"""A line of a document, and where each of its characters stands in the file."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

Kind = Literal["txt", "md", "html", "docx"]


class Span(NamedTuple):
    """From this character of a line on, the file reads on without a break."""

    start: int
    """The character's place in the line's text, from 0."""
    line: int
    """Of the file, from 1; in a Word document the paragraph."""
    column: int
    """In that line, from 1, in characters."""


class Line(NamedTuple):
    """What a reader sees as one line or paragraph; without blanks at its ends, and never empty."""

    text: str
    spans: tuple[Span, ...]
    """In order; the first begins at 0."""

    @property
    def line(self) -> int:
        """The line of the file in which it begins."""
        return self.spans[0].line

    @property
    def column(self) -> int:
        """The column at which it begins."""
        return self.spans[0].column

    def place(self, offset: int) -> tuple[int, int]:
        """Return the line and the column of the file at which a character of the text stands.

        Args:
            offset: the character's place in the text, from 0.
        """
        span = self.spans[bisect_right(self.spans, offset, key=lambda span: span.start) - 1]
        return span.line, span.column + offset - span.start

    def part(self, start: int, end: int | None = None) -> Line | None:
        """Return what stands between two places of the text, without blanks at its ends; None where that is nothing."""
        text = self.text[start:end]
        if not (seen := text.strip()):
            return None
        begin = start + len(text) - len(text.lstrip())
        line, column = self.place(begin)
        last = begin + len(seen)
        moved = (span._replace(start=span.start - begin) for span in self.spans if begin < span.start < last)
        return Line(seen, (Span(0, line, column), *moved))


class Pages(NamedTuple):
    """A document that was read."""

    path: str
    """As it was named."""
    kind: Kind
    lines: tuple[Line, ...]


def line_of(pieces: Iterable[tuple[str, int, int]]) -> Line | None:
    """Return the line that consists of pieces of a file, each with its line and column; None where it is blank."""
    texts: list[str] = []
    spans: list[Span] = []
    length = 0
    for text, line, column in pieces:
        if text:
            last = spans[-1] if spans else None
            if last is None or last.line != line or last.column + length - last.start != column:
                spans.append(Span(length, line, column))
            texts.append(text)
            length += len(text)
    whole = "".join(texts)
    left = len(whole) - len(whole.lstrip())
    if not (seen := whole.strip()):
        return None
    # The piece in which the text begins loses what is cut off at its beginning; those before it are blank.
    first = bisect_right(spans, left, key=lambda span: span.start) - 1
    begin = spans[first]
    moved = [Span(0, begin.line, begin.column + left - begin.start)]
    moved += [span._replace(start=span.start - left) for span in spans[first + 1 :]]
    return Line(seen, tuple(span for span in moved if span.start < len(seen)))
