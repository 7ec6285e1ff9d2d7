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
_AROUND: Final = 6.0  # height of a row in addition to its lines, in points
_CAPTION: Final = 29.0  # height of the caption above a table, in points
_BESIDE: Final = 0.6  # space left and right in a cell together, in characters
_WORTH_FILLING: Final = 0.4  # if less of a page is left, rows that belong together go to the next one
_HIGHEST: Final = 0.9  # largest share of a page for one row
_TOLD_AGAIN: Final = 20  # characters of a long text that the next page repeats
Row = tuple[str, ...]


class Sheet(NamedTuple):
    """The type area of a page, in millimetres."""

    width: int
    height: int


UPRIGHT: Final = Sheet(156, 225)
LANDSCAPE: Final = Sheet(225, 156)
LARGE: Final = Sheet(348, 243)
"""A3, landscape."""


class Paged(NamedTuple):
    """A table that is cut so that merged cells end at the end of a page."""

    table: Table
    kept: tuple[bool, ...]
    """For each row, whether it stays on the page of the next row."""
    begins: tuple[bool, ...]
    """For each row, whether it begins a page."""


def paged(table: Table, sheet: Sheet, *, new_page: bool) -> Paged:
    """Cut a table at the ends of pages, and repeat merged cells that continue on the next page.

    `new_page` says that the table begins a page, below its caption. Otherwise its position is unknown, and rows that belong together take
    half a page at most.
    """
    characters = sheet.width * _POINTS / _CHARACTER
    table = replace(table, widths=table.fitted(characters, _BESIDE))
    rooms = [max(1.0, share * characters - _BESIDE - 0.4) for share in table.widths]
    page_height = sheet.height * _POINTS - _height(table.header, rooms)
    lines = max(1, int((page_height * _HIGHEST - _AROUND) / _LINE))
    rows = [part for row in table.rows for part in _cut(row, rooms, lines)]
    page_height = max(_LINE, page_height if new_page else page_height / 2)
    result: list[Row] = []
    kept: list[bool] = []
    begins: list[bool] = []
    left = page_height - _CAPTION if new_page else page_height
    begun = not new_page
    """Whether rows may be kept together: directly below the caption, LibreOffice would move them all away from it."""
    for group in _groups(rows):
        covering = _covering(group)
        own_heights = [_height(("",) * covering + row[covering:], rooms) for row in group]
        at, first = 0, group[0]
        while at < len(group):
            heights = _heights(own_heights[at:], _height(first[:covering], rooms), page_height)
            fit = sum(height <= left for height in heights)
            small = heights[-1] <= page_height and left < page_height * _WORTH_FILLING
            breaks = left < page_height and fit < len(group) - at and (not fit or small)
            left = page_height if breaks else left
            fit = max(1, sum(height <= left for height in heights))
            chunk = [first, *group[at + 1 : at + fit]]
            result += chunk
            kept += [*[begun] * (fit - 1), False]
            begins += [breaks, *[False] * (fit - 1)]
            begun, at = True, at + fit
            first = _continued(chunk, group[at]) if at < len(group) else first
            left = page_height if not new_page else 0 if at < len(group) else left - heights[fit - 1]
    begins = begins if new_page else [False] * len(result)
    return Paged(replace(table, rows=tuple(result)), tuple(kept), tuple(begins))


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
    for place, cell in enumerate(row):
        if cell:
            break
        text = next((earlier[place] for earlier in reversed(chunk) if earlier[place]), "")
        long = f"（续）{text[:_TOLD_AGAIN]}…" if len(text) > _TOLD_AGAIN else f"（续）{text}"
        cells[place] = text if width(text[: 2 * SHORT + 1]) <= SHORT or text.startswith("（续）") else long
    return tuple(cells)


def _covering(group: Sequence[Row]) -> int:
    """Return how many cells at the beginning of a group cover the rows below."""
    return next((place for row in group[1:] for place, cell in enumerate(row) if cell), 0)


def _heights(own: Sequence[float], tallest: float, whole: float) -> list[float]:
    """Return how far down each row reaches, in points, until the first row that ends below the page; `tallest` is the height of the cells that cover the rows."""
    bottoms: list[float] = []
    for bottom in accumulate(own):
        bottoms.append(max(bottom, tallest))
        if bottom > whole:
            break
    return bottoms


def _height(row: Sequence[str], rooms: Sequence[float]) -> float:
    return (
        max((_lines(cell, room) for cell, room in zip(row, rooms, strict=False)), default=1) * _LINE + _AROUND
    )


def _lines(text: str, room: float) -> int:
    return max(1, ceil(width(text) / room))


def _cut(row: Row, rooms: Sequence[float], lines: int) -> Iterator[Row]:
    """Cut a row into parts of at most so many lines; its parts belong together, like the rows of a merged cell."""
    cells = [list(_parts(cell, room * lines)) for cell, room in zip(row, rooms, strict=True)]
    for number in range(max(map(len, cells))):
        yield tuple(parts[number] if number < len(parts) else "" for parts in cells)


def _parts(text: str, most: float) -> Iterator[str]:
    """Yield a text in parts of at most a width; a part ends with a sentence or a clause, if there is one in its second half."""
    start, longest = 0, max(1, int(most))
    while width(rest := text[start : start + 2 * longest + 1]) > most:
        end = max(rest.rfind(mark, longest // 2, longest) for mark in "。；，、") + 1 or longest
        yield rest[:end]
        start += end
    yield rest
