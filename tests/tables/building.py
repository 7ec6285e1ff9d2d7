"""Write the files of `description`: xlsx, xlsm, ods, csv, docx, html; an xls is kept beside its description.

`python -m tests.tables.building FOLDER` writes all of them there and, with LibreOffice, rebuilds each xls of the corpus.
"""

from __future__ import annotations

import csv
import io
import subprocess
import sys
import tempfile
import zipfile
from datetime import date
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from docx import Document
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Border, Font, Side
from openpyxl.utils import get_column_letter

from tests.tables.description import FOLDER, tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpyxl.worksheet.worksheet import Worksheet

    from tests.tables.description import Cell, Sheet, Table

_THIN: Final = Side(style="thin")
_LINES: Final = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_DELIMITERS: Final = {"comma": ",", "tab": "\t", "semicolon": ";"}
_WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_WITH_MACROS: Final = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_SPACES: Final = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in {
        "office": "office", "table": "table", "text": "text", "style": "style", "fo": "xsl-fo-compatible",
        "number": "datastyle", "manifest": "manifest",
    }.items()
)  # fmt: skip
_ODS: Final = "application/vnd.oasis.opendocument.spreadsheet"


class Saved(Protocol):
    """What is written to a file or a stream."""

    def save(self, target: Any, /) -> None:
        """Write it."""


def build(table: Table, folder: Path) -> Path:
    """Make the file of a table in a folder, and return its path; that of an xls is the one of the corpus."""
    if table.kind == "xls":
        return FOLDER / f"{table.name}.xls"
    path = folder / f"{table.name}.{table.kind}"
    makers = {"xlsx": _workbook, "xlsm": _workbook, "ods": _ods, "csv": _csv, "docx": _docx, "html": _html}
    path.write_bytes(makers[table.kind](table))
    return path


def _anchors(sheet: Sheet) -> Iterator[tuple[int, int, Cell]]:
    """Each cell with its row and column, counted from 1."""
    for number, row in enumerate(sheet.rows, 1):
        for column, cell in enumerate(row, 1):
            if cell is not None:
                yield number, column, cell


def _workbook(table: Table) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for each in table.sheets:
        _fill(book.create_sheet(each.name), each)
    written = saved(book)
    if table.kind != "xlsm":
        return written
    again = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(written)) as old,
        zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            if name == "[Content_Types].xml":
                content = content.replace(_WORKBOOK.encode(), _WITH_MACROS.encode())
            new.writestr(name, content)
    return again.getvalue()


def _fill(sheet: Worksheet, described: Sheet) -> None:
    for row, column, cell in _anchors(described):
        place = sheet.cell(row, column)
        if cell.value is not None:
            place.value = cell.value
        place.number_format = cell.form or "General"
        if cell.struck:
            place.font = Font(strike=True)
        if cell.rows > 1 or cell.columns > 1:
            sheet.merge_cells(None, row, column, row + cell.rows - 1, column + cell.columns - 1)
    _hide_and_remark(sheet, described)
    last = len(described.rows)
    for row in range(last + 1, last + described.formatted + 1):
        for column in range(1, len(described.rows[0]) + 1):
            sheet.cell(row, column).border = _LINES


def _hide_and_remark(sheet: Worksheet, described: Sheet) -> None:
    for address, text in described.comments.items():
        sheet[address].comment = Comment(text, "某人")
    for row in described.hidden_rows:
        sheet.row_dimensions[row].hidden = True
    for letter in described.hidden_columns:
        sheet.column_dimensions[letter].hidden = True
    if described.hidden:
        sheet.sheet_state = "hidden"


def _csv(table: Table) -> bytes:
    encoding, delimiter = [*table.options, "utf-8", "comma"][:2] if table.options else ("utf-8", "comma")
    written = io.StringIO()
    rows = csv.writer(written, delimiter=_DELIMITERS[delimiter], lineterminator="\r\n")
    rows.writerows([cell.shown if cell else "" for cell in row] for row in table.sheets[0].rows)
    return written.getvalue().encode(encoding)


def _docx(table: Table) -> bytes:
    document = Document()
    for sheet in table.sheets:
        for text in sheet.above:
            document.add_paragraph(text)
        made = document.add_table(len(sheet.rows), len(sheet.rows[0]), "Table Grid")
        for row, column, cell in _anchors(sheet):
            place = made.cell(row - 1, column - 1)
            if cell.rows > 1 or cell.columns > 1:
                place = place.merge(made.cell(row + cell.rows - 2, column + cell.columns - 2))
            first, *others = cell.shown.split("\n")
            place.paragraphs[0].add_run(first).font.strike = cell.struck or None
            for line in others:
                place.add_paragraph().add_run(line).font.strike = cell.struck or None
        for text in sheet.below:
            document.add_paragraph(text)
    return saved(document)


def _html(table: Table) -> bytes:
    body = ""
    for sheet in table.sheets:
        body += "".join(f"<p>{escape(text)}</p>\n" for text in sheet.above) + "<table border=1>\n"
        for number, row in enumerate(sheet.rows, 1):
            body += '<tr style="display:none">' if number in sheet.hidden_rows else "<tr>"
            for cell in filter(None, row):
                text = escape(cell.shown).replace("\n", "<br>")
                text = f"<s>{text}</s>" if cell.struck else text
                spans = "".join(
                    f" {name}={count}"
                    for name, count in (("rowspan", cell.rows), ("colspan", cell.columns))
                    if count > 1
                )
                body += f"<td{spans}>{text}</td>"
            body += "</tr>\n"
        body += "</table>\n" + "".join(f"<p>{escape(text)}</p>\n" for text in sheet.below)
    return page(table.sheets[0].name, body)


def page(title: str, body: str) -> bytes:
    """Make a web page."""
    head = f'<head><meta charset="utf-8"><title>{escape(title)}</title></head>'
    return f'<!DOCTYPE html>\n<html lang="zh-CN">{head}\n<body>\n{body}</body></html>\n'.encode()


def saved(made: Saved) -> bytes:
    """Return the content of a Word document or a workbook."""
    written = io.BytesIO()
    made.save(written)
    return written.getvalue()


def _ods(table: Table) -> bytes:
    styles = (
        '<style:style style:name="hidden" style:family="table"><style:table-properties table:display="false"/></style:style>'
        '<style:style style:name="struck" style:family="table-cell"><style:text-properties style:text-line-through-style="solid" style:text-line-through-type="single"/></style:style>'
        '<number:date-style style:name="days"><number:year number:style="long"/><number:text>-</number:text>'
        '<number:month number:style="long"/><number:text>-</number:text><number:day number:style="long"/></number:date-style>'
        '<style:style style:name="day" style:family="table-cell" style:data-style-name="days"/>'
        '<number:percentage-style style:name="shares"><number:number number:decimal-places="0" number:min-integer-digits="1"/><number:text>%</number:text></number:percentage-style>'
        '<style:style style:name="share" style:family="table-cell" style:data-style-name="shares"/>'
    )
    body = "".join(_ods_sheet(sheet) for sheet in table.sheets)
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_SPACES} office:version="1.2">'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>{body}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        f'<?xml version="1.0" encoding="UTF-8"?><manifest:manifest {_SPACES} manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODS}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("mimetype", _ODS)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return written.getvalue()


def _ods_sheet(sheet: Sheet) -> str:
    columns = "".join(
        f"<table:table-column{_collapsed(get_column_letter(column) in sheet.hidden_columns)}/>"
        for column in range(1, len(sheet.rows[0]) + 1)
    )
    rows = ""
    for number, row in enumerate(sheet.rows, 1):
        cells = "".join(
            _ods_cell(cell, sheet.comments.get(f"{get_column_letter(column)}{number}", ""))
            if cell
            else "<table:covered-table-cell/>"
            for column, cell in enumerate(row, 1)
        )
        rows += f"<table:table-row{_collapsed(number in sheet.hidden_rows)}>{cells}</table:table-row>"
    hidden = ' table:style-name="hidden"' if sheet.hidden else ""
    return f'<table:table table:name="{escape(sheet.name)}"{hidden}>{columns}{rows}</table:table>'


def _collapsed(hidden: bool) -> str:
    return ' table:visibility="collapse"' if hidden else ""


def _ods_cell(cell: Cell, comment: str) -> str:
    value, style = cell.value, "struck" if cell.struck else ""
    told = ""
    if isinstance(value, date):
        told, style = f' office:value-type="date" office:date-value="{value}"', style or "day"
    elif isinstance(value, float | int):
        kind = "percentage" if cell.form.endswith("%") else "float"
        told = f' office:value-type="{kind}" office:value="{value}"'
        style = style or ("share" if kind == "percentage" else "")
    elif value:
        told = ' office:value-type="string"'
    spans = (
        f' table:number-rows-spanned="{cell.rows}" table:number-columns-spanned="{cell.columns}"'
        if cell.rows > 1 or cell.columns > 1
        else ""
    )
    note = f"<office:annotation><text:p>{escape(comment)}</text:p></office:annotation>" if comment else ""
    text = "".join(f"<text:p>{escape(line)}</text:p>" for line in cell.shown.split("\n")) if told else ""
    styled = f' table:style-name="{style}"' if style else ""
    return f"<table:table-cell{styled}{told}{spans}>{note}{text}</table:table-cell>"


def main() -> None:
    """Make all files in the folder that is named; and each xls of the corpus anew, out of an ods."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for table in tables():
        if table.kind != "xls":
            build(table, folder)
            continue
        with tempfile.TemporaryDirectory() as made:
            source = Path(made, f"{table.name}.ods")
            source.write_bytes(_ods(table))
            office = [
                "soffice",
                f"-env:UserInstallation=file://{made}/profile",
                "--headless",
                "--convert-to",
                "xls",
            ]
            subprocess.run([*office, "--outdir", str(FOLDER), str(source)], check=True, capture_output=True)


if __name__ == "__main__":
    main()
