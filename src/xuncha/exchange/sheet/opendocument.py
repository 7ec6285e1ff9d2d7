"""Read from an OpenDocument table what its reader does not return: what is merged, hidden or struck out, failed formulas, and comments.

A few bytes of such a file may stand for millions of cells, so this check comes before the reader.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xuncha.exchange.sheet import safety
from xuncha.exchange.sheet.grid import Sheet, Spot, Unseen, clean
from xuncha.paper.xlsx import MAX_CELL

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from xuncha.pages.package import Package

_SPACE: Final = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TABLE, _TEXT, _OFFICE, _STYLE = (_SPACE % name for name in ("table", "text", "office", "style"))
_CELLS: Final = {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}
_VALUE_TYPE: Final = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_UNSEEN: Final = {"collapse", "filter"}
_MOST: Final = 10_000  # the most hidden rows or columns that one element may stand for


@dataclass
class SheetFormat:
    """The look of a sheet's cells. The sheet itself is still empty."""

    sheet: Sheet
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    """The left column, the top row, the right column and the bottom row of each."""
    struck: dict[Spot, Unseen] = field(default_factory=dict)
    shown: dict[Spot, str] = field(default_factory=dict)
    """The texts of cells whose formula failed, and of percentages; the library returns nothing, or a bare number."""
    rows: int = 0
    columns: int = 0
    filled: tuple[int, int] = (0, 1)  # the last row and the last column that hold something

    def read_column(self, element: Element) -> None:
        """Read an element that describes one column or several."""
        count = min(_number(element, "number-columns-repeated"), _MOST)
        if element.get(f"{_TABLE}visibility") in _UNSEEN:
            self.sheet.hidden_columns |= set(range(self.columns + 1, self.columns + count + 1))
        self.columns += count

    def read_row(self, element: Element, struck: set[str]) -> None:
        """Read a row; `struck` are the names of the styles that strike text out."""
        row, count = self.rows + 1, _number(element, "number-rows-repeated")
        if element.get(f"{_TABLE}visibility") in _UNSEEN:
            self.sheet.hidden_rows |= set(range(row, row + min(count, _MOST)))
        column, last = 1, 0
        for cell in (each for each in element if each.tag in _CELLS):
            right = column + _number(cell, "number-columns-spanned") - 1
            bottom = row + _number(cell, "number-rows-spanned") - 1
            if (right, bottom) != (column, row):
                self.merged.append((column, row, right, bottom))
            alike = _number(cell, "number-columns-repeated")
            spots = [(row, column + more) for more in range(min(alike, _MOST))]
            if unseen := _unseen(cell, struck):
                self.struck |= dict.fromkeys(spots, unseen)
            if (shown := _shown(cell)) is not None:
                self.shown |= dict.fromkeys(spots, shown)
            if remark := cell.find(f"{_OFFICE}annotation"):
                text = "\n".join("".join(each.itertext()) for each in remark.iter(f"{_TEXT}p"))
                self.sheet.comments[row, column] = clean(text)
            column += alike
            last = column - 1 if len(cell) or cell.get(f"{_OFFICE}value") is not None else last
        self.rows += count
        if last:
            self.filled = self.rows, max(self.filled[1], last)


def sheet_formats(path: Path, package: Package) -> dict[str, SheetFormat]:
    """Return the looks of the sheets of a document, by their names. Raises RefusedError if reading all cells or blanks would take too long."""
    from defusedxml.ElementTree import iterparse  # noqa: PLC0415

    by_name: dict[str, SheetFormat] = {}
    struck: set[str] = set()
    current = SheetFormat(Sheet(""))
    with safety.refusing_damage(path), package.archive.open("content.xml") as stream:
        for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                if element.tag == f"{_TABLE}table":
                    name = element.get(f"{_TABLE}name", "")
                    current = by_name.setdefault(name, SheetFormat(Sheet(name)))
            elif element.tag == f"{_STYLE}style":
                text = element.find(f"{_STYLE}text-properties")
                line = None if text is None else text.get(f"{_STYLE}text-line-through-style")
                struck |= {element.get(f"{_STYLE}name", "")} if line not in {None, "none"} else set()
            elif element.tag == f"{_TABLE}table-column":
                current.read_column(element)
            elif element.tag == f"{_TABLE}table-row":
                current.read_row(element, struck)
                element.clear()
            elif element.tag == f"{_TABLE}table":
                safety.must_be_few(path, current.filled[0] * current.filled[1], "c")
            elif element.tag == f"{_TEXT}s" and _number(element, "c", _TEXT) > MAX_CELL:
                raise safety.hostile(path)
    return by_name


def _shown(cell: Element) -> str | None:
    """Return what a failed formula or a percentage shows; None for other cells."""
    if cell.get(_VALUE_TYPE) == "error":
        return "".join(cell.itertext())
    value = cell.get(f"{_OFFICE}value") if cell.get(f"{_OFFICE}value-type") == "percentage" else None
    return f"{float(value) * 100:g}%" if value else None


def _unseen(cell: Element, struck: set[str]) -> Unseen:
    """Return whether text in a cell is struck out, wholly or in part: by the cell's own style, or by the style of each piece."""
    pieces = [each for each in cell.iterfind(f"{_TEXT}p") if "".join(each.itertext()).strip()]
    parts = [part for each in pieces for part in each if "".join(part.itertext()).strip()]
    bare = [each.text for each in pieces] + [part.tail for part in parts]
    looks = {part.get(f"{_TEXT}style-name") in struck for part in parts}
    looks |= {False for text in bare if (text or "").strip()}
    if pieces and (cell.get(f"{_TABLE}style-name") in struck or looks == {True}):
        return "struck"
    return "partly" if True in looks else ""


def _number(element: Element, name: str, space: str = _TABLE) -> int:
    return max(int(element.get(f"{space}{name}", "1")), 1)
