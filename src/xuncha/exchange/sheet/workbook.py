"""Read the cells of Excel workbooks, each sheet parsed once: no macros, external links or pictures; of a formula, only the stored result.

XML entities have been refused before.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, Final
from xml.etree.ElementTree import Element, iterparse

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries
from openpyxl.utils.escape import unescape
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS

from xuncha.chinese.characters import is_blank
from xuncha.exchange.sheet import supplement
from xuncha.exchange.sheet.grid import Cell, Sheet, Spot, Unseen, clean, column_of
from xuncha.exchange.sheet.safety import hostile, refusing_damage
from xuncha.language import gettext as _
from xuncha.model.formats import hides_value
from xuncha.pages.package import Package
from xuncha.paper.xlsx import MAX_CELL

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LAST_COLUMN: Final = 16_384
_NARROWEST: Final = 0.5
_LOWEST: Final = 1.0
_YES: Final = frozenset({"1", "true", "on"})
_NO: Final = frozenset({"0", "false", "off"})


def read(path: Path, content: bytes, package: Package) -> list[Sheet]:
    """Read every sheet of a workbook that may be unpacked. Raises RefusedError if it is damaged or hostile, or if its merged cells cover too much."""
    with refusing_damage(path), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they are about parts that are not read
        return _sheets(path, content, package)


def _sheets(path: Path, content: bytes, package: Package) -> list[Sheet]:
    reader = BookReader(io.BytesIO(content), read_only=True, keep_links=False)
    reader.read()
    book: Any = reader.wb
    parts = [worksheet._worksheet_path for worksheet in book.worksheets]  # noqa: SLF001  it has no public name
    if len(set(parts)) < len(parts) or len(set(book.sheetnames)) < len(parts):
        raise hostile(path)
    styles = _styles(book)
    sheets: dict[str, Sheet] = {}
    # Read 补充信息 first: if it is our own, the computed sheets need not be read.
    pairs = zip(book.worksheets, parts, strict=True)
    for worksheet, part in sorted(pairs, key=lambda pair: pair[0].title != supplement.NAME):
        if worksheet.title in supplement.COMPUTED and supplement.is_own(sheets.get(supplement.NAME)):
            continue
        sheet = Sheet(worksheet.title, hidden=worksheet.sheet_state != "visible")
        with worksheet._get_source() as source:  # noqa: SLF001
            parser = SheetParser(source, reader.shared_strings, book, styles)
            for spot, cell, unstored in parser.cells():
                if spot in sheet.cells:
                    raise ValueError(_("row {row}, or one of its cells, occurs twice", row=spot[0]))
                sheet.cells[spot] = cell
                sheet.unstored += [spot] if unstored else []
        sheet.unstored.sort()
        sheet.hidden_rows = parser.hidden_rows({row for row, _column in sheet.cells})
        sheet.hidden_columns = parser.hidden_columns({column for _row, column in sheet.cells})
        sheet.expand(parser.merged)
        sheet.comments = _comments(package, part)
        sheets[sheet.name] = sheet
    return [sheets[worksheet.title] for worksheet in book.worksheets if worksheet.title in sheets]


def _styles(book: Any) -> list[tuple[str, bool]]:  # noqa: ANN401
    """Return for each style, by its number, the number format, and whether it strikes text out."""
    own = dict(enumerate(book._number_formats, BUILTIN_FORMATS_MAX_SIZE))  # noqa: SLF001
    forms = BUILTIN_FORMATS | own
    styles, fonts = book._cell_styles, book._fonts  # noqa: SLF001
    return [(str(forms.get(each.numFmtId) or "General"), bool(fonts[each.fontId].strike)) for each in styles]


def _comments(package: Package, part: str) -> dict[Spot, str]:
    """Return the comments (批注) on cells."""
    comments = {}
    for target in package.related(part, "comments"):
        for comment in package.root(target).iter(f"{_MAIN}comment"):
            text = clean("".join(node.text or "" for node in comment.iter(f"{_MAIN}t")))
            if text:
                comments[coordinate_to_tuple(comment.get("ref", ""))] = text
    return comments


class SheetParser(WorkSheetParser):  # type: ignore[misc,unused-ignore]
    """Parses a sheet. `styles` are as `_styles` returns them."""

    def __init__(self, source: IO[bytes], strings: Any, book: Any, styles: list[tuple[str, bool]]) -> None:  # noqa: ANN401
        super().__init__(
            source, strings, data_only=True, epoch=book.epoch, date_formats=book._date_formats, timedelta_formats=book._timedelta_formats,  # noqa: SLF001
        )  # fmt: skip
        self.strings, self.styles = strings, styles
        self.defaults: dict[str, str] = {}
        """The default sizes of rows and columns, and whether rows are hidden by default."""
        self.columns: list[dict[str, str]] = []
        self.merged: list[tuple[int, int, int, int]] = []
        """The bounds of merged cells."""

    def cells(self) -> Iterator[tuple[Spot, Cell, bool]]:
        """Parse the sheet. Yield the place of each filled cell, the cell, and whether its result was not stored. Parse cells that are alike once."""
        alike: dict[tuple[int | str | None, ...], tuple[Cell, bool] | None] = {}
        for _event, element in iterparse(self.source):  # noqa: S314
            if element.tag == f"{_MAIN}row":
                self._begin_row(element.attrib)
                for cell in element:
                    is_plain = len(cell) == 1 and cell[0].tag == f"{_MAIN}v"
                    key = (cell.get("t"), cell.get("s"), cell[0].text) if is_plain else (len(cell),)
                    if key in alike and (name := cell.get("r")):
                        column = name.rstrip("0123456789")
                        self.col_counter = column_of(column)
                        spot, parsed = (int(name[len(column) :]), self.col_counter), alike[key]
                    else:
                        spot, parsed = self._parse(cell)
                        if is_plain or len(cell) == 0:
                            alike[key] = parsed
                    if parsed:
                        yield spot, *parsed
                element.clear()
            elif element.tag == f"{_MAIN}col":
                self.columns.append(element.attrib)
            elif element.tag == f"{_MAIN}sheetFormatPr":
                self.defaults = element.attrib
            elif element.tag == f"{_MAIN}mergeCell":
                bounds: Any = range_boundaries(element.get("ref", ""))
                self.merged.append(bounds)

    def _begin_row(self, attributes: dict[str, str]) -> None:
        self.row_counter = int(float(attributes.get("r", self.row_counter + 1)))
        self.col_counter = 0
        if attributes.keys() & {"ht", "hidden"}:
            self.row_dimensions[self.row_counter] = attributes

    def _parse(self, element: Element) -> tuple[Spot, tuple[Cell, bool] | None]:
        """Parse a cell. Return its place, and the cell and whether its result was not stored, or None if it is empty."""
        kind = element.get("t")
        inline = element.find(f"{_MAIN}is") if kind == "inlineStr" else None
        if inline is not None and len(inline) == 1 and inline[0].tag == f"{_MAIN}t":
            # Read a text in one piece here: openpyxl would build a tree of objects for it.
            inline[0].tag = f"{_MAIN}v"
            element.append(inline[0])
            element.set("t", "str")
        parsed: dict[str, Any] = self.parse_cell(element)
        spot, value = (parsed["row"], parsed["column"]), parsed["value"]
        form, all_struck = self.styles[parsed["style_id"]]
        unstored = value is None and element.find(f"{_MAIN}f") is not None
        if unstored:
            value = self.parse_formula(element)  # type: ignore[no-untyped-call,unused-ignore]
        if isinstance(value, str) and len(value) <= MAX_CELL:  # longer ones are refused later
            value = unescape(value)  # characters that Excel writes as numbers, such as _x000D_
        if value is None or is_blank(str(value)):
            return spot, None
        struck = _struck(element) if kind == "inlineStr" else None
        if kind == "s":
            struck = self.strings.struck.get(int(element.findtext(f"{_MAIN}v") or -1))
        unseen: Unseen = "replaced" if hides_value(form, text=isinstance(value, str | bool)) else ""
        if all_struck or struck is not None:
            unseen = "struck" if all_struck or struck else "partly"
        return spot, (Cell.of(value, form, unseen=unseen), unstored)

    def hidden_rows(self, rows: Iterable[int]) -> set[int]:
        """Return the rows among these that cannot be seen: they are hidden, or have no height."""
        usual_height, unseen = self.defaults.get("defaultRowHeight"), set()
        usual = self.defaults.get("zeroHeight") in _YES or _unseen(usual_height, _LOWEST)
        for row in rows:
            attributes = self.row_dimensions.get(row, {})
            hidden, height = attributes.get("hidden", ""), attributes.get("ht")
            if hidden in _YES or _unseen(height, _LOWEST) or (usual and height is None and hidden not in _NO):
                unseen.add(row)
        return unseen

    def hidden_columns(self, columns: Iterable[int]) -> set[int]:
        """Return the columns among these that cannot be seen. The file may describe a column several times."""
        usual = _unseen(self.defaults.get("defaultColWidth"), _NARROWEST)
        described, unseen = bytearray(_LAST_COLUMN + 1), bytearray(_LAST_COLUMN + 1)
        for each in self.columns:
            first, last = (max(0, min(int(each.get(end, "0")), _LAST_COLUMN)) for end in ("min", "max"))
            is_unseen = each.get("hidden", "") in _YES or _unseen(each.get("width"), _NARROWEST)
            for marks in (described, unseen) if is_unseen else (described,):
                marks[first : last + 1] = b"\1" * (last + 1 - first)
        return {column for column in columns if unseen[column] or (usual and not described[column])}


class BookReader(ExcelReader):  # type: ignore[misc,unused-ignore]
    """Reads a workbook except its sheets; the shared texts become `Strings`."""

    def read_strings(self) -> None:
        """Read the shared texts, to which cells refer by number."""
        part = self.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call,unused-ignore]
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                self.shared_strings = Strings(source)


class Strings(list[str]):
    """The shared texts of a workbook, by number."""

    def __init__(self, source: IO[bytes]) -> None:
        super().__init__()
        self.struck: dict[int, bool] = {}
        """The numbers of the texts that are struck out: True if wholly, False if in part."""
        for _event, element in iterparse(source):  # noqa: S314
            if element.tag == f"{_MAIN}si":
                pieces = [element, *element.iterfind(f"{_MAIN}r")]
                text = "".join(piece.findtext(f"{_MAIN}t") or "" for piece in pieces)
                if len(pieces) > 1 and (whole := _struck(element)) is not None:
                    self.struck[len(self)] = whole
                self.append(text.replace("x005F_", ""))  # `_x005F_` is an escaped underscore
                element.clear()


def _struck(text: Element) -> bool | None:
    """Return whether the pieces of a text are struck out: all (True), some (False), or none (None)."""
    runs = (run for run in text.iter(f"{_MAIN}r") if (run.findtext(f"{_MAIN}t") or "").strip())
    strikes = [run.find(f"{_MAIN}rPr/{_MAIN}strike") for run in runs]
    pieces = [strike is not None and strike.get("val", "1") not in _NO for strike in strikes]
    return all(pieces) if any(pieces) else None


def _unseen(size: object, least: float) -> bool:
    """Return whether a size is too small to be seen; True if it is not a number, False if it is None."""
    if size is None:
        return False
    try:
        return not float(str(size)) >= least
    except ValueError:
        return True
