"""Cut a table at the ends of pages, by an estimate of its lines: no merged cell extends over two pages, and no row is taller than a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from math import ceil
from typing import Final, NamedTuple

from xuncha.chinese.characters import width
from xuncha.paper.outline import SHORT, Table

_POINTS: Final = 72 / 25.4  # in a millimetre
_CHARACTER: Final = 12.0  # width of a character in a cell, in points
_LINE: Final = 17.0  # height of a line, in points
_ROW_SPACE: Final = 6.0  # height of a row in addition to its lines, in points
_CAPTION: Final = 29.0  # height of the caption above a table, in points
PADDING: Final = 0.6  # space left and right in a cell together, in characters
_MIN_FILL: Final = 0.4  # if less of a page is left, rows that belong together go to the next one
_MAX_SHARE: Final = 0.9  # largest share of a page for one row
_REPEATED: Final = 20  # characters of a long text that the next page repeats
Row = tuple[str, ...]


class Sheet(NamedTuple):
    """The type area of a page, in millimetres."""

    width: int
    height: int

    @property
    def characters(self) -> float:
        """The characters of a line in a table."""
        return self.width * _POINTS / _CHARACTER


UPRIGHT: Final = Sheet(156, 225)
LANDSCAPE: Final = Sheet(225, 156)
LARGE: Final = Sheet(348, 243)
"""A3, landscape."""


class Paged(NamedTuple):
    """A table that is cut so that merged cells end at the end of a page."""

    table: Table
    keeps: tuple[bool, ...]
    """For each row, whether it stays on the page of the next row."""
    begins: tuple[bool, ...]
    """For each row, whether it begins a page."""


def paged(table: Table, sheet: Sheet, *, new_page: bool) -> Paged:
    """Cut a table at the ends of pages, and repeat merged cells that continue on the next page.

    `new_page` says that the table begins a page, below its caption. Otherwise its position is unknown, and rows that belong together take
    half a page at most.
    """
    table = replace(table, widths=table.fitted_widths(sheet.characters, PADDING))
    widths = [max(1.0, share * sheet.characters - PADDING - 0.4) for share in table.widths]
    page_height = sheet.height * _POINTS - _height(table.header, widths)
    lines = max(1, int((page_height * _MAX_SHARE - _ROW_SPACE) / _LINE))
    rows = [part for row in table.rows for part in _cut(row, widths, lines)]
    page_height = max(_LINE, page_height if new_page else page_height / 2)
    result: list[Row] = []
    keeps: list[bool] = []
    begins: list[bool] = []
    space = page_height - _CAPTION if new_page else page_height
    has_rows = not new_page
    """Whether rows may be kept together: directly below the caption, LibreOffice would move them all away from it."""
    for group in _groups(rows):
        # The cells at the beginning of the group that cover the rows below.
        covering = next((column for row in group[1:] for column, cell in enumerate(row) if cell), 0)
        own_heights = [_height(("",) * covering + row[covering:], widths) for row in group]
        index, first = 0, group[0]
        while index < len(group):
            heights = _heights(own_heights[index:], _height(first[:covering], widths), page_height)
            fit = sum(height <= space for height in heights)
            small = heights[-1] <= page_height and space < page_height * _MIN_FILL
            breaks = space < page_height and fit < len(group) - index and (not fit or small)
            space = page_height if breaks else space
            fit = max(1, sum(height <= space for height in heights))
            chunk = [first, *group[index + 1 : index + fit]]
            result += chunk
            keeps += [*[has_rows] * (fit - 1), False]
            begins += [breaks, *[False] * (fit - 1)]
            has_rows, index = True, index + fit
            first = _continued(chunk, group[index]) if index < len(group) else first
            space = page_height if not new_page else 0 if index < len(group) else space - heights[fit - 1]
    begins = begins if new_page else [False] * len(result)
    return Paged(replace(table, rows=tuple(result)), tuple(keeps), tuple(begins))


def _groups(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield groups of rows, each covered by one cell of the first column."""
    group: list[Row] = []
    for row in rows:
        if group and (row[0] or not any(row)):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _continued(chunk: Sequence[Row], row: Row) -> Row:
    """Return a row that begins a page, with the merged cells repeated: short texts in full, long ones by their beginning."""
    cells = list(row)
    for column, cell in enumerate(row):
        if cell:
            break
        text = next((earlier[column] for earlier in reversed(chunk) if earlier[column]), "")
        copy = f"（续）{text[:_REPEATED]}…" if len(text) > _REPEATED else f"（续）{text}"
        cells[column] = text if width(text[: 2 * SHORT + 1]) <= SHORT or text.startswith("（续）") else copy
    return tuple(cells)


def _heights(heights: Sequence[float], min_height: float, page_height: float) -> list[float]:
    """Return how far down each row reaches, in points, until the first row that ends below the page; `min_height` is the height of the cells that cover the rows."""
    bottoms: list[float] = []
    for bottom in accumulate(heights):
        bottoms.append(max(bottom, min_height))
        if bottom > page_height:
            break
    return bottoms


def _height(row: Sequence[str], widths: Sequence[float]) -> float:
    lines = [1, *(ceil(width(cell) / limit) for cell, limit in zip(row, widths, strict=False))]
    return max(lines) * _LINE + _ROW_SPACE


def _cut(row: Row, widths: Sequence[float], lines: int) -> Iterator[Row]:
    """Cut a row into parts of at most so many lines; its parts belong together, like the rows of a merged cell."""
    cells = [list(_parts(cell, limit * lines)) for cell, limit in zip(row, widths, strict=True)]
    for number in range(max(map(len, cells))):
        yield tuple(parts[number] if number < len(parts) else "" for parts in cells)


def _parts(text: str, max_width: float) -> Iterator[str]:
    """Yield a text in parts of at most a width; a part ends with a sentence or a clause, if there is one in its second half."""
    start, max_length = 0, max(1, int(max_width))
    while width(rest := text[start : start + 2 * max_length + 1]) > max_width:
        end = max(rest.rfind(mark, max_length // 2, max_length) for mark in "。；，、") + 1 or max_length
        yield rest[:end]
        start += end
    yield rest
