"""Lay out rows of text in columns. Equal cells are measured once; `rich.table` measures each cell several times, which is slow for 100,000 rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.console import Console, ConsoleOptions, RenderResult
from rich.segment import Segment
from rich.text import Text

from xuncha.chinese.characters import wrapped
from xuncha.cli import screen

Cell = str | Text
"""Text from the ledger, whose control characters are replaced here; or styled text, which is harmless already."""
_EVEN = re.compile("[ -~\u3001-\u3029\u3041-\u3096\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff60]*")
"""ASCII and Chinese: each character takes one byte in UTF-8 and one cell, or three bytes and two cells."""


class Column(NamedTuple):
    """The layout of the cells in one column."""

    wraps: bool = True
    """Whether long cells are broken into lines; if not, they are cut off when there is no room for them."""
    fills: bool = False  # whether the column takes the room that the others leave
    right: bool = False
    is_spare: bool = False  # whether the column is left out of a screen that is too narrow


FIXED = Column(wraps=False)
RIGHT = Column(wraps=False, right=True)
WIDE = Column(fills=True)
SPARE = Column(is_spare=True)
SPARE_FIXED = Column(wraps=False, is_spare=True)
_LEAST = 8
"""The cells of a wrapping column from which on the text in it can be read; fewer only if there is no other way."""


class Columns:
    """A table without lines, for `screen.show`; `gap` blanks separate two columns."""

    def __init__(self, *columns: Column, headings: Sequence[str] = (), gap: int = 1) -> None:
        self.columns = columns
        self.gap = gap
        self.rows: list[tuple[Cell, ...]] = (
            [tuple(Text(each, "dim") for each in headings)] if headings else []
        )

    def add(self, *cells: Cell) -> None:
        """Add a row."""
        self.rows.append(cells)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the rows, line by line."""
        # Equal cells (names, days, one state for all rows) are cleaned, measured and laid out once.
        cells = [{_key(cell): cell for cell in cells} for cells in zip(*self.rows, strict=True)]
        cells = [{key: _cleaned(cell) for key, cell in column.items()} for column in cells]
        widths = self._widths([max(map(width, column.values())) for column in cells], options.max_width)
        gaps = [*(self.gap if room else 0 for room in widths[:-1]), 0]
        laid = [
            {key: list(_lines(cell, room, gap, column, console)) for key, cell in distinct.items()}
            for column, distinct, room, gap in zip(self.columns, cells, widths, gaps, strict=True)
        ]
        blanks = [" " * (room + gap) for room, gap in zip(widths, gaps, strict=True)]
        for row in self.rows:
            row_lines = [lines[_key(cell)] for lines, cell in zip(laid, row, strict=True)]
            for number in range(max(map(len, row_lines))):
                plain = ""
                for lines, blank in zip(row_lines, blanks, strict=True):
                    line = lines[number] if number < len(lines) else blank
                    if isinstance(line, str):
                        plain += line
                    else:
                        yield Segment(plain)
                        yield from line
                        plain = ""
                yield Segment(plain.rstrip(" ") + "\n")

    def _widths(self, widest: list[int], room: int) -> list[int]:
        """Return the width of each column: 0 for spare ones, from the right, as long as the others do not fit.

        What still does not fit is taken from the widest columns that wrap, while they can be read, then from all.
        """
        columns = list(zip(self.columns, widest, strict=True))
        widths = [max(1, width) for width in widest]
        needed = [min(width, _LEAST) if column.wraps else width for column, width in columns]
        for place, column in reversed([*enumerate(self.columns)]):
            if column.is_spare and sum(needed) + self.gap * (sum(map(bool, widths)) - 1) > room:
                widths[place] = needed[place] = 0
        room -= self.gap * (sum(map(bool, widths)) - 1)
        wrapping = [place for place, column in enumerate(self.columns) if column.wraps]
        for places, least in (wrapping, _LEAST), (wrapping, _LEAST // 2), (range(len(widths)), 1):
            while places and sum(widths) > room:
                place = max(places, key=widths.__getitem__)
                if widths[place] <= least:
                    break
                widths[place] -= 1
        for place, column in enumerate(self.columns):
            if column.fills:
                widths[place] += max(0, room - sum(widths))
        return widths


def width(cell: Cell) -> int:
    """Return the cells that the longest line takes on a terminal: two for each Chinese character."""
    if isinstance(cell, str) and _EVEN.fullmatch(cell):
        return (len(cell) + len(cell.encode())) // 2
    return max(map(cell_len, str(cell).split("\n")))


def _key(cell: Cell) -> str | int:
    return cell if isinstance(cell, str) else id(cell)


def _cleaned(cell: Cell) -> Cell:
    if isinstance(cell, str):
        return screen.clean(cell).expandtabs()
    cell.expand_tabs()
    return cell


def _lines(
    cell: Cell, room: int, gap: int, column: Column, console: Console
) -> Iterator[str | list[Segment]]:
    """Break a cell into lines that fit the room, each padded up to the next column; no room: one empty line."""
    if not room:
        yield ""
        return
    text = str(cell)
    lines = wrapped(text, room, measure=width) if column.wraps else [text]
    parts: list[Text] = []
    if isinstance(cell, Text):
        ends = [0]
        for line in lines:
            start = text.index(line, ends[-1])  # skips blanks that `wrapped` left out
            ends += [start, start + len(line)]
        parts = cell.divide(ends)[2::2]
    for number, line in enumerate(lines):
        used = width(line)
        blank = " " * (room - used)
        before, after = (blank, " " * gap) if column.right else ("", blank + " " * gap)
        if not parts:
            yield before + (line if used <= room else set_cell_size(line, room - 1) + "…") + after
            continue
        if used > room:
            parts[number].truncate(room, overflow="ellipsis")
        styled = Segment.apply_style(parts[number].render(console), console.get_style(parts[number].style))
        yield [Segment(before), *styled, Segment(after)]
