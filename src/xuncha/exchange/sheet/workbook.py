"""Excel workbooks read with distrust: sizes are looked at before anything is unpacked, and nothing in a file is ever run.

Only cells are read: no macro, no external link, no picture. Formulas are not calculated; what Excel stored for them is taken.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from xuncha.errors import RefusedError
from xuncha.exchange.sheet.grid import Cell, Sheet, address, clean
from xuncha.exchange.sheet.safety import checked, damaged, too_many_cells
from xuncha.language import gettext as _
from xuncha.pages.package import Package, PackageError
from xuncha.paper.xlsx import LONGEST_CELL
from xuncha.parts import needs

if TYPE_CHECKING:
    from xuncha.exchange.sheet.grid import Spot

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_MERGED: Final = re.compile(rb"<(?:[\w.-]+:)?mergeCell\b[^<>]*?\bref=[\"']([A-Z0-9:]{1,30})[\"']")
_HIDDEN: Final = re.compile(
    rb"<(?:[\w.-]+:)?(?P<what>row|col)\b(?=[^<>]*?\s(?:hidden=[\"'](?:1|true)[\"']|(?:ht|width)=[\"']0(?:\.0*)?[\"']))(?P<said>[^<>]*)>"
)
"""Rows and columns that nobody sees, be they hidden or of no height."""
_NUMBERS: Final = re.compile(rb"\s(?P<name>r|min|max)=[\"'](?P<number>[0-9]{1,7})[\"']")
_LAST_COLUMN: Final = 16_384
_MOST_PLACES: Final = 20_000_000
"""Places of a sheet, empty ones included, that are looked at: rows times the columns up to the last that is filled."""


def read(path: Path) -> list[Sheet]:
    """Read every sheet of a workbook.

    Raises:
        RefusedError: it is none, it is damaged, protected by a password, or larger than a ledger is.
        SurroundingsError: the part `office` is not installed.
    """
    with needs("office"):
        import openpyxl  # noqa: F401, PLC0415
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that are not read
            return _sheets(path, *checked(path))
    except RefusedError:
        raise
    except (SyntaxError, zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError, AttributeError, OSError, EOFError, NotImplementedError, RuntimeError, AssertionError, PackageError) as error:  # fmt: skip
        # What a reader of a damaged file stumbles over is of many kinds.
        raise damaged(path, str(error).split("\n")[0][:200] or type(error).__name__) from error


def _sheets(path: Path, content: bytes, package: Package) -> list[Sheet]:
    from openpyxl import load_workbook  # noqa: PLC0415
    from openpyxl.worksheet.cell_range import CellRange  # noqa: PLC0415

    def load(**options: bool) -> Any:  # noqa: ANN401  read-only sheets have no public type
        return load_workbook(io.BytesIO(content), read_only=True, keep_links=False, **options)

    sheets = []
    results: Any = None  # the same workbook, with the stored results in the place of formulas
    book = load()
    struck = {
        number
        for number, style in enumerate(book._cell_styles)  # noqa: SLF001  a read-only cell looks its font up each time
        if book._fonts[style.fontId].strike  # noqa: SLF001
    }
    for worksheet in book.worksheets:
        sheet = Sheet(worksheet.title, hidden=worksheet.sheet_state != "visible")
        formulas = set()
        for spot, cell, style in _cells(path, worksheet):
            if str(cell.value).strip():
                sheet.cells[spot] = cell
                if style.is_formula:
                    formulas.add(spot)
                if style.number in struck:
                    sheet.struck.add(spot)
        if formulas:
            results = results or load(data_only=True)
            told = {
                spot: cell for spot, cell, _style in _cells(path, results[sheet.name]) if spot in formulas
            }
            sheet.cells |= told
            sheet.unstored = sorted(formulas - set(told))
        name = worksheet._worksheet_path  # noqa: SLF001  a read-only sheet gives neither merged cells nor comments
        part = package.read(name)
        sheet.hidden_rows, sheet.hidden_columns = _hidden(part)
        # Merged cells are found by their tags, which no text of a cell can hold: nothing else of the part is wanted.
        sheet.settle([CellRange(tag[1].decode()).bounds for tag in _MERGED.finditer(part)])
        sheet.comments = _comments(package, name)
        sheets.append(sheet)
    return sheets


class _Style(NamedTuple):
    number: int
    is_formula: bool


def _cells(path: Path, worksheet: Any) -> Iterator[tuple[Spot, Cell, _Style]]:  # noqa: ANN401
    """Return the cells that are not empty, each with its place, and how it is styled."""
    from openpyxl.utils.escape import unescape  # noqa: PLC0415

    worksheet.reset_dimensions()  # some programs write a wrong one
    places = 0
    for row in worksheet.iter_rows():
        places += len(row)
        if places > _MOST_PLACES:
            raise too_many_cells(path)
        for cell in row:
            value = cell.value
            if value is None:
                continue
            if isinstance(value, str):
                if len(value) > LONGEST_CELL:
                    name = address(cell.row, cell.column)
                    message = _(
                        "{sheet}!{cell} holds {n} characters; a cell of Excel has at most {most}"
                    ).format(sheet=worksheet.title, cell=name, n=len(value), most=LONGEST_CELL)
                    raise RefusedError("cell-too-long", message)
                value = unescape(value)  # characters that Excel has written by their numbers, such as _x000D_
            style = _Style(cell._style_id, cell.data_type == "f")  # noqa: SLF001
            yield (cell.row, cell.column), Cell(value, str(cell.number_format or "")), style


def _hidden(part: bytes) -> tuple[set[int], set[int]]:
    """Return the rows and the columns that nobody sees."""
    rows: set[int] = set()
    columns: set[int] = set()
    for tag in _HIDDEN.finditer(part):
        said = {match["name"]: int(match["number"]) for match in _NUMBERS.finditer(tag["said"])}
        if tag["what"] == b"row" and b"r" in said:
            rows.add(said[b"r"])
        elif tag["what"] == b"col" and b"min" in said:
            columns.update(range(said[b"min"], min(said.get(b"max", 0), _LAST_COLUMN) + 1))
    return rows, columns


def _comments(package: Package, part: str) -> dict[Spot, str]:
    """Return the comments (批注) on cells."""
    from openpyxl.utils.cell import coordinate_to_tuple  # noqa: PLC0415

    found = {}
    for target in package.related(part, "comments"):
        for comment in package.root(target).iter(f"{_MAIN}comment"):
            text = clean("".join(node.text or "" for node in comment.iter(f"{_MAIN}t")))
            if text:
                found[coordinate_to_tuple(comment.get("ref", ""))] = text
    return found
