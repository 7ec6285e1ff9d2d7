"""A table cut where pages end, by an estimate of its lines: no merged cell reaches over two pages, and no row is taller than one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from math import ceil
from typing import Final, NamedTuple

from xuncha.chinese.characters import width
from xuncha.paper.outline import SHORT, Table

_POINTS: Final = 72 / 25.4  # of a millimetre
_CHARACTER: Final = 12.0  # points of a character in a cell
_LINE: Final = 17.0  # of its line
_AROUND: Final = 6.0  # of what a row has besides its lines
_CAPTION: Final = 29.0  # points of the line above a table
_BESIDE: Final = 0.6  # characters of the space left and right in a cell
_WORTH_FILLING: Final = 0.4  # of a page: where less is left, rows that belong together go to the next one
_HIGHEST: Final = 0.9  # of a page, that a row may take
_TOLD_AGAIN: Final = 20  # characters of a long text that is told again on the next page
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
    """A table whose merged cells end with the pages."""

    table: Table
    kept: tuple[bool, ...]
    """Whether a row stays on the page of the next one."""
    begins: tuple[bool, ...]
    """Whether a row begins a page."""


def paged(table: Table, sheet: Sheet, *, new_page: bool) -> Paged:
    """Cut a table where the pages of a sheet end, and tell what goes on again on the next one.

    `new_page` tells whether it begins a page, below its caption; else nothing is known of where it stands, and what belongs together takes
    half a page at most.
    """
    characters = sheet.width * _POINTS / _CHARACTER
    table = replace(table, widths=table.fitted(characters, _BESIDE))
    rooms = [max(1.0, share * characters - _BESIDE - 0.4) for share in table.widths]
    whole = sheet.height * _POINTS - _height(table.header, rooms)
    lines = max(1, int((whole * _HIGHEST - _AROUND) / _LINE))
    rows = [part for row in table.rows for part in _cut(row, rooms, lines)]
    whole = max(_LINE, whole if new_page else whole / 2)
    made: list[Row] = []
    kept: list[bool] = []
    begins: list[bool] = []
    left = whole - _CAPTION if new_page else whole
    begun = not new_page
    """Whether rows may be kept together: below the caption LibreOffice would move all of them away from it."""
    for group in _groups(rows):
        covering = _covering(group)
        own = [_height(("",) * covering + row[covering:], rooms) for row in group]
        at, first = 0, group[0]
        while at < len(group):
            heights = _heights(own[at:], _height(first[:covering], rooms), whole)
            fit = sum(height <= left for height in heights)
            small = heights[-1] <= whole and left < whole * _WORTH_FILLING
            turns = left < whole and fit < len(group) - at and (not fit or small)
            left = whole if turns else left
            fit = max(1, sum(height <= left for height in heights))
            chunk = [first, *group[at + 1 : at + fit]]
            made += chunk
            kept += [*[begun] * (fit - 1), False]
            begins += [turns, *[False] * (fit - 1)]
            begun, at = True, at + fit
            first = _continued(chunk, group[at]) if at < len(group) else first
            left = whole if not new_page else 0 if at < len(group) else left - heights[fit - 1]
    begins = begins if new_page else [False] * len(made)
    return Paged(replace(table, rows=tuple(made)), tuple(kept), tuple(begins))


def _groups(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield the rows that one cell of the first column covers."""
    group: list[Row] = []
    for row in rows:
        if group and (row[0] or not any(row)):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _continued(chunk: Sequence[Row], row: Row) -> Row:
    """Repeat the covered cells in a row that begins a page: short texts in full, long ones by their beginning."""
    made = list(row)
    for place, cell in enumerate(row):
        if cell:
            break
        said = next((each[place] for each in reversed(chunk) if each[place]), "")
        long = f"（续）{said[:_TOLD_AGAIN]}…" if len(said) > _TOLD_AGAIN else f"（续）{said}"
        made[place] = said if width(said[: 2 * SHORT + 1]) <= SHORT or said.startswith("（续）") else long
    return tuple(made)


def _covering(group: Sequence[Row]) -> int:
    """Return how many of the first cells of a group cover the rows below."""
    return next((place for row in group[1:] for place, cell in enumerate(row) if cell), 0)


def _heights(own: Sequence[float], tallest: float, whole: float) -> list[float]:
    """Compute how far down each row reaches, in points, as far as a page does and one row more; `tallest` is what the cells that cover them need together."""
    found: list[float] = []
    for each in accumulate(own):
        found.append(max(each, tallest))
        if each > whole:
            break
    return found


def _height(row: Sequence[str], rooms: Sequence[float]) -> float:
    return (
        max((_lines(cell, room) for cell, room in zip(row, rooms, strict=False)), default=1) * _LINE + _AROUND
    )


def _lines(text: str, room: float) -> int:
    return max(1, ceil(width(text) / room))


def _cut(row: Row, rooms: Sequence[float], lines: int) -> Iterator[Row]:
    """Cut a row that no page holds; its parts belong together, as the rows of a merged cell do."""
    cells = [list(_parts(cell, room * lines)) for cell, room in zip(row, rooms, strict=True)]
    for number in range(max(map(len, cells))):
        yield tuple(parts[number] if number < len(parts) else "" for parts in cells)


def _parts(text: str, most: float) -> Iterator[str]:
    """Yield a text in parts of a width, of which each but the last ends where a sentence or a clause does, if there is one."""
    start, longest = 0, max(1, int(most))
    while width(rest := text[start : start + 2 * longest + 1]) > most:
        end = max(rest.rfind(mark, longest // 2, longest) for mark in "。；，、") + 1 or longest
        yield rest[:end]
        start += end
    yield rest
