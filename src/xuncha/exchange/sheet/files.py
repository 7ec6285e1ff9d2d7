"""Read tables from every kind of file that offices use, by its content: xlsx, xls, ods, csv, Word documents and web pages."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Final

from xuncha.chinese.characters import is_formula
from xuncha.errors import RefusedError
from xuncha.exchange.sheet import documents, opendocument, safety
from xuncha.exchange.sheet.grid import Sheet
from xuncha.language import gettext as _
from xuncha.pages.kind import COMPOUND_FILE, ZIP, decode
from xuncha.pages.package import Package
from xuncha.parts import require_part

_PAGE: Final = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|div|table)\b", re.IGNORECASE)


def read(path: Path) -> list[Sheet]:
    """Read every table of a file as a sheet.

    Raises RefusedError if it is of no known kind, damaged, protected by a password, or too large; SurroundingsError if the
    part `office` is not installed.
    """
    sheets = _sheets(path, safety.bytes_of(path))
    for sheet in sheets:
        safety.must_fit(path, sheet)
    return sheets


def _sheets(path: Path, content: bytes) -> list[Sheet]:
    if content.startswith(ZIP):
        kind, package = safety.unpacked(path, content)
        if kind == "xlsx":
            with require_part("office"):
                from xuncha.exchange.sheet import workbook  # noqa: PLC0415
            return workbook.read(path, content, package)
        return documents.read_word(path, content) if kind == "docx" else _calamine(path, content, package)
    safety.must_be_of_a_known_kind(path, content)
    if content.startswith(COMPOUND_FILE):
        return _calamine(path, content)
    text = decode(content, str(path))
    return documents.read_page(path, text) if _PAGE.search(content[:4096]) else [_delimited(path, text)]


def _calamine(path: Path, content: bytes, package: Package | None = None) -> list[Sheet]:
    """Read an .xls file, or an .ods file with the details of its package that the library does not return."""
    with require_part("office"):
        import python_calamine as calamine  # noqa: PLC0415
    looks = opendocument.sheet_formats(path, package) if package else {}
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        safety.must_be_few(path, len(book.sheets_metadata), "sheet")
        sheets = []
        for entry in book.sheets_metadata:
            if entry.typ != calamine.SheetTypeEnum.WorkSheet:
                continue
            grid = book.get_sheet_by_name(entry.name)
            safety.must_be_few(path, grid.total_height * grid.total_width, "c")
            merged = grid.merged_cell_ranges or ()
            cells = [(left + 1, top + 1, right + 1, low + 1) for (top, left), (low, right) in merged]
            look = looks.get(entry.name) or opendocument.SheetFormat(Sheet(entry.name), cells)
            sheet = look.sheet
            sheet.hidden = entry.visible != calamine.SheetVisibleEnum.Visible
            for row, values in enumerate(grid.to_python(skip_empty_area=False), 1):
                for column, value in enumerate(values, 1):
                    shown = look.shown.get((row, column), value)
                    sheet.put((row, column), shown, look.struck.get((row, column), ""))
            sheet.expand(look.merged)
            sheets.append(sheet)
    except calamine.PasswordError as error:
        raise safety.under_password(path) from error
    except calamine.CalamineError as error:
        raise safety.damaged(path, str(error).split("\n")[0][:200]) from error
    return sheets


def _delimited(path: Path, text: str) -> Sheet:
    """Read a text with a comma, a tab or a semicolon between the cells."""
    sheet, head = Sheet("", named=False), text.split("\n", 20)[:20]
    delimiter = max(",\t;，", key=lambda mark: sum(line.count(mark) for line in head))
    safety.must_be_few(path, text.count("\n"), "c")
    safety.must_be_few(path, text.count(delimiter), "c")
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))  # the limit of the whole process
    lines = io.StringIO(f"{text}\n").readlines()
    reader, read = csv.reader(lines, delimiter=delimiter), 0
    for row, values in enumerate(reader, 1):
        if any("\n" in value for value in values):
            _must_be_closed(path, row, lines[read : reader.line_num], delimiter)
        read = reader.line_num
        for column, value in enumerate(values, 1):
            marked = value[:1] == "'" and is_formula(value[1:])  # as `export csv` marks a text
            sheet.put((row, column), value[1:] if marked else value)
    safety.must_be_few(path, len(sheet.cells), "c")
    sheet.expand([])
    return sheet


def _must_be_closed(path: Path, row: int, lines: list[str], delimiter: str) -> None:
    """Refuse a row of several lines if a quote is not closed at the end of its cell, and may have swallowed other rows. Raises RefusedError."""
    try:
        list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        message = _("{path}: a quote that begins a cell of row {row} is not closed where the cell ends")
        hint = _("open it in a text editor, and close or remove the quote; within quotes, double it")
        raise RefusedError("damaged-file", message.format(path=path, row=row), hint) from error
