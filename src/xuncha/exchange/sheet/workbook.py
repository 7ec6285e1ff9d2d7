"""A workbook's cells, read with distrust: sizes are looked at before anything is unpacked, and nothing in it is ever run.

Only cells are read: no macro, no external link, no picture. Formulas are not calculated; what Excel stored for them is taken.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import TYPE_CHECKING, Any, NamedTuple

from xuncha.errors import RefusedError
from xuncha.exchange.sheet.cells import clean
from xuncha.exchange.sheet.safety import checked, look_at_rows, look_for_declarations, refused
from xuncha.language import gettext as _
from xuncha.parts import needs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from openpyxl.workbook.workbook import Workbook as Book

LONGEST_CELL = 32_767
"""Characters: Excel's own limit."""
_MOST_MERGED = 2_000_000
"""Cells that merged ranges may cover, as far as the sheet is filled."""
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z0-9:]{1,30})"')
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_AREA = re.compile(r"([A-Z]{1,3})([0-9]{1,7})(?::([A-Z]{1,3})([0-9]{1,7}))?")


class Cell(NamedTuple):
    """A cell that holds something."""

    value: object
    form: str
    """Its number format."""


@dataclass
class Sheet:
    """The filled cells of one sheet; a merged cell stands in every place that it covers."""

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    anchors: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    """By each place that a merged cell covers, its first place."""
    comments: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden: bool = False
    unstored: list[tuple[int, int]] = field(default_factory=list)
    """Formulas of which the file does not hold the result."""
    row_numbers: list[int] = field(default_factory=list)
    """The rows that hold something, in order."""
    by_row: dict[int, list[int]] = field(default_factory=dict)

    def settle(self, merged: list[tuple[int, int, int, int]]) -> None:
        """Lay merged cells over the places that they cover, and put the rows in order.

        Raises:
            RefusedError: they cover more than a ledger can have.
        """
        rows = sorted({row for row, _column in self.cells})
        last_column = max((column for _row, column in self.cells), default=0)
        covered = 0
        for top, left, bottom, right in merged:
            if (top, left) not in self.cells:
                continue
            right = min(right, last_column)  # noqa: PLW2901
            inside = range(top, min(bottom, rows[-1]) + 1)
            covered += len(inside) * (right - left + 1)
            if covered > _MOST_MERGED:
                raise refused(
                    "too-large", _("{sheet}: the merged cells cover too much").format(sheet=self.name)
                )
            for row in inside:
                for column in range(left, right + 1):
                    self.anchors[row, column] = (top, left)
                    self.cells[row, column] = self.cells[top, left]
        for row, column in sorted(self.cells):
            self.by_row.setdefault(row, []).append(column)
        self.row_numbers = list(self.by_row)

    @property
    def last_row(self) -> int:
        """The last row that holds something."""
        return self.row_numbers[-1] if self.row_numbers else 0

    def columns(self, first: int, last: int | None = None) -> list[int]:
        """The columns that hold something in a row, or in one of several."""
        return sorted(
            {column for row in range(first, (last or first) + 1) for column in self.by_row.get(row, ())}
        )

    def text(self, row: int, column: int) -> str:
        """What stands in a place, as text; empty where nothing does."""
        cell = self.cells.get((row, column))
        return "" if cell is None else shown(cell)

    def down(self, column: int, first: int, last: int) -> Iterator[Cell]:
        """The cells of a column, a merged one once."""
        for row in self.row_numbers:
            place = (row, column)
            if first <= row <= last and place in self.cells and self.anchors.get(place, place)[0] == row:
                yield self.cells[place]

    def same(self, row: int, column: int, other_row: int, other_column: int) -> bool:
        """Whether two places are one merged cell."""
        anchor = self.anchors.get((row, column))
        return anchor is not None and anchor == self.anchors.get((other_row, other_column))

    def is_merged_across(self, row: int) -> bool:
        """Whether a cell of this row is merged over several columns."""
        return any(self.same(row, column, row, column + 1) for column in self.by_row.get(row, ()))


def shown(cell: Cell) -> str:
    """The text of a cell, numbers as they are meant."""
    value = cell.value
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:  # noqa: PLR2004  beyond, a float holds no integer
        value = int(value)
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, float | int) and not isinstance(value, bool) and cell.form.endswith("%"):
        return f"{value * 100:g}%"
    return clean(value)


def letter(column: int) -> str:
    """The name of a column: 1 is A, 28 is AB."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def read(path: Path) -> list[Sheet]:
    """Every sheet of a workbook.

    Raises:
        RefusedError: it is none, it is damaged, protected by a password, or larger than a ledger is.
        SurroundingsError: the part `office` is not installed.
    """
    with needs("office"):
        import openpyxl  # noqa: F401, PLC0415
        from defusedxml.common import DefusedXmlException  # noqa: PLC0415
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that are not read
            return _sheets(path, checked(path))
    except RefusedError:
        raise
    except DefusedXmlException:
        raise refused(
            "hostile-file", _("{path} holds XML that no spreadsheet program writes").format(path=path)
        ) from None
    except (SyntaxError, zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError, AttributeError, OSError, EOFError, NotImplementedError, RuntimeError, AssertionError) as error:  # fmt: skip
        # What a reader of a damaged file stumbles over is of many kinds.
        raise refused(
            "damaged-file",
            _("{path} is damaged: {reason}").format(
                path=path, reason=str(error).split("\n")[0][:200] or type(error).__name__
            ),
            _("open it in Excel or WPS and save it again as .xlsx"),
        ) from error


def _sheets(path: Path, content: bytes) -> list[Sheet]:
    from openpyxl import load_workbook  # noqa: PLC0415

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        look_for_declarations(archive)
        look_at_rows(path, archive)
    book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [_sheet(book[name], archive) for name in book.sheetnames if name in _worksheets(book)]
    if any(sheet.unstored for sheet in sheets):
        stored = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        _calculated(stored, sheets)
    return sheets


def _worksheets(book: Book) -> set[str]:
    return {sheet.title for sheet in book.worksheets}


def _sheet(worksheet: Any, archive: zipfile.ZipFile) -> Sheet:  # noqa: ANN401  read-only sheets have no public type
    sheet = Sheet(worksheet.title, hidden=worksheet.sheet_state != "visible")
    worksheet.reset_dimensions()  # some programs write a wrong one
    for row in worksheet.iter_rows():
        for cell in row:
            value = cell.value
            if value is None or (isinstance(value, str) and not value.strip()):
                continue
            if isinstance(value, str) and len(value) > LONGEST_CELL:
                raise refused(
                    "cell-too-long",
                    _("{sheet}!{cell} holds {n} characters; a cell of Excel has at most {most}").format(
                        sheet=sheet.name,
                        cell=f"{letter(cell.column)}{cell.row}",
                        n=len(value),
                        most=LONGEST_CELL,
                    ),
                )
            place = (cell.row, cell.column)
            sheet.cells[place] = Cell(_unescaped(value), str(cell.number_format or ""))
            if cell.data_type == "f":
                sheet.unstored.append(place)
    path = worksheet._worksheet_path  # noqa: SLF001  a read-only sheet gives neither merged cells nor comments
    sheet.settle(_merged(archive, path))
    sheet.comments = _comments(archive, path)
    return sheet


def _unescaped(value: object) -> object:
    """A text in which Excel has written characters by their numbers, such as _x000D_."""
    if isinstance(value, str) and "_x" in value:
        return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), value)
    return value


def _calculated(book: Book, sheets: list[Sheet]) -> None:
    """Put in the place of formulas what Excel had stored as their results."""
    for sheet in sheets:
        wanted = set(sheet.unstored)
        worksheet: Any = book[sheet.name]
        worksheet.reset_dimensions()
        for row in worksheet.iter_rows() if wanted else ():
            for cell in row:
                if cell.value is not None and (place := (cell.row, cell.column)) in wanted:
                    sheet.cells[place] = Cell(cell.value, str(cell.number_format or ""))
                    wanted.discard(place)
        for covered, place in sheet.anchors.items():
            sheet.cells[covered] = sheet.cells[place]
        sheet.unstored = sorted(wanted)


def _merged(archive: zipfile.ZipFile, path: str) -> list[tuple[int, int, int, int]]:
    """The merged ranges of a sheet: top, left, bottom, right.

    Found by their tags, which no text of a cell can hold: the part is large, and nothing else of it is wanted.
    """
    areas = [_AREA.fullmatch(match[1].decode()) for match in _MERGED.finditer(archive.read(path))]
    return [
        (int(area[2]), _number(area[1]), int(area[4]), _number(area[3])) for area in areas if area and area[3]
    ]


def _number(name: str) -> int:
    number = 0
    for character in name:
        number = number * 26 + ord(character) - 64
    return number


def _comments(archive: zipfile.ZipFile, path: str) -> dict[tuple[int, int], str]:
    """The comments (批注) on cells."""
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415

    folder, _slash, name = path.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels"
    if relations not in archive.namelist():
        return {}
    found = {}
    for relation in fromstring(archive.read(relations)):
        target = relation.get("Target", "")
        if not relation.get("Type", "").endswith("/comments"):
            continue
        part = target.lstrip("/") if target.startswith("/") else _resolved(folder, target)
        if part in archive.namelist():
            for comment in fromstring(archive.read(part)).iter(f"{_MAIN}comment"):
                if (match := _AREA.fullmatch(comment.get("ref", ""))) and (text := _text(comment)):
                    found[int(match[2]), _number(match[1])] = text
    return found


def _resolved(folder: str, target: str) -> str:
    parts = folder.split("/")
    for step in target.split("/"):
        parts = parts[:-1] if step == ".." else [*parts, step]
    return "/".join(parts)


def _text(comment: Element) -> str:
    return clean("".join(node.text or "" for node in comment.iter(f"{_MAIN}t")))
