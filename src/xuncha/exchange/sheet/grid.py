"""A sheet as a grid of cells, for every kind of file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time
from functools import lru_cache
from itertools import product
from typing import Final, Literal, NamedTuple, Self

from xuncha.chinese.characters import is_blank, without_unsafe
from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.formats import is_percent

_MOST_MERGED: Final = 2_000_000  # cells that merged ranges may cover, as far as the sheet is filled
_CLEAN: Final = re.compile("[!-~\u4e00-\u9fff，。、；：（）《》“”]*")
"""A text that needs no cleaning; almost all texts match."""
DAY: Final = "yyyy-mm-dd"
"""The number format of days."""
Spot = tuple[int, int]
"""The row and the column of a cell, counted from 1."""
Unseen = Literal["", "struck", "partly", "changed", "replaced"]
"""Why a cell is not read as a state: it is struck out, wholly or in part, has tracked changes, or its number format hides it or shows something else."""


class Cell(NamedTuple):
    """A filled cell."""

    value: object
    form: str  # its number format
    text: str  # its text, with shares and days as people write them
    place: str = ""  # `Sheet!C5`
    unseen: Unseen = ""

    @classmethod
    def of(cls, value: object, form: str = "", place: str = "", *, unseen: Unseen = "") -> Self:
        """Make a cell from its value and number format."""
        shown = value
        if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:  # noqa: PLR2004  beyond, a float holds no integer
            shown = int(value)
        elif isinstance(value, datetime) and value.time() == time():
            shown = value.date()
        if isinstance(shown, float | int) and not isinstance(shown, bool) and is_percent(form):
            return cls(value, form, f"{shown * 100:g}%", place, unseen)
        return cls(value, form, clean(shown), place, unseen)


@dataclass
class Sheet:
    """The filled cells of one sheet. A merged cell is repeated in every place that it covers."""

    name: str
    cells: dict[Spot, Cell] = field(default_factory=dict)
    anchors: dict[Spot, Spot] = field(default_factory=dict)
    """For each place that a merged cell covers, the first place of that cell."""
    comments: dict[Spot, str] = field(default_factory=dict)
    named: bool = True  # whether somebody has named it; tables of a document have no names
    hidden: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    unstored: list[Spot] = field(default_factory=list)  # formulas whose result is not stored in the file
    outside: list[str] = field(default_factory=list)
    """Texts of a document that stand before or after this table, and are not part of its sheet."""
    by_row: dict[int, list[int]] = field(default_factory=dict)
    """The filled rows in order, each with its filled columns."""

    def put(self, spot: Spot, value: object, unseen: Unseen = "") -> None:
        """Add a cell from a reader that gives no number format; a blank value is left out."""
        if value is not None and not is_blank(str(value)):
            form = "General" if isinstance(value, str | int | float) else DAY
            self.cells[spot] = Cell.of(value, form, unseen=unseen)

    def expand(self, merged: list[tuple[int, int, int, int]]) -> None:
        """Repeat merged cells (left, top, right, bottom) in all places they cover, and sort the rows. Raises RefusedError if they cover too much."""
        last_row = max((row for row, _column in self.cells), default=0)
        last_column = max((column for _row, column in self.cells), default=0)
        covered = 0
        for left, top, right, bottom in merged:
            if (top, left) not in self.cells:
                continue
            rows, columns = range(top, min(bottom, last_row) + 1), range(left, min(right, last_column) + 1)
            covered += len(rows) * len(columns)
            if covered > _MOST_MERGED:
                message = _("{sheet}: the merged cells cover too much", sheet=self.name)
                raise RefusedError("too-large", message)
            for spot in product(rows, columns):
                self.anchors[spot] = (top, left)
                self.cells[spot] = self.cells[top, left]
        self.remove(lambda _spot: False)

    def remove(self, is_removed: Callable[[Spot], bool]) -> None:
        """Remove the cells for which `is_removed` returns True."""
        self.cells = {spot: cell for spot, cell in self.cells.items() if not is_removed(spot)}
        self.anchors = {spot: first for spot, first in self.anchors.items() if not is_removed(spot)}
        self.comments = {spot: text for spot, text in self.comments.items() if not is_removed(spot)}
        self.by_row.clear()
        for row, column in sorted(self.cells):
            self.by_row.setdefault(row, []).append(column)

    @property
    def last_row(self) -> int:
        """The last filled row; 0 if there is none."""
        return max(self.by_row, default=0)

    def rows(self, first: int, last: int) -> list[int]:
        """Return the filled rows between two rows, these included."""
        return [row for row in self.by_row if first <= row <= last]

    def columns(self, first: int, last: int = 0) -> list[int]:
        """Return the columns that are filled in a row, or in any of several rows."""
        rows = range(first, (last or first) + 1)
        return sorted({column for row in rows for column in self.by_row.get(row, ())})

    def text(self, row: int, column: int) -> str:
        """Return the text of a cell; empty if the cell is empty."""
        cell = self.cells.get((row, column))
        return "" if cell is None else cell.text

    def place(self, row: int, column: int) -> str:
        """Return the place of a cell: `Sheet!C5`."""
        return place(self.name, address(row, column))

    def filled(self, row: int) -> dict[int, str]:
        """Return the texts of a row by their columns, from left to right."""
        return {column: text for column in self.columns(row) if (text := self.text(row, column))}

    def texts(self, row: int) -> list[str]:
        """Return the texts of a row, from left to right."""
        return list(self.filled(row).values())

    def starts(self, row: int, column: int) -> bool:
        """Return whether a cell is filled and does not belong to a merged cell that begins in a row above."""
        spot = (row, column)
        return spot in self.cells and self.anchors.get(spot, spot)[0] == row

    def is_first(self, spot: Spot) -> bool:
        """Return whether a place is the first one of a merged cell, or in no merged cell."""
        return self.anchors.get(spot, spot) == spot

    def merged(self, first: Spot, second: Spot) -> bool:
        """Return whether two places belong to the same merged cell."""
        return first in self.anchors and self.anchors[first] == self.anchors.get(second)


def clean(content: object) -> str:
    """Clean the text of a cell: uniform line ends, no unsafe characters, no blank lines, no blanks at the ends of lines."""
    if _CLEAN.fullmatch(text := str(content)):
        return text
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")
    lines = [without_unsafe(line).replace("\t", " ").strip(" \u3000") for line in text.split("\n")]
    return "\n".join(line for line in lines if not is_blank(line))


def place(sheet: str, address: str) -> str:
    """Return the place of a cell, of rows or of columns: `Sheet!C5`, `Sheet!3:4`, `Sheet!G:G`. Either part may be empty."""
    return "!".join(filter(None, (sheet, address)))


def address(row: int, column: int) -> str:
    """Return the address of a cell: row 5 and column 28 are AB5."""
    return f"{letter(column)}{row}"


@lru_cache(maxsize=16_384)
def column_of(letter: str) -> int:
    """Return the number of a column: A is 1, AB is 28."""
    from openpyxl.utils import column_index_from_string  # noqa: PLC0415

    return column_index_from_string(letter)


@lru_cache(maxsize=16_384)
def letter(column: int) -> str:
    """Return the letters of a column: 1 is A, 28 is AB."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    return get_column_letter(column)
