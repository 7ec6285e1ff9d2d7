"""Parse a sheet of a workbook once: its cells, and what is hidden, struck out or merged. XML entities have been refused before."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, Final, TypeVar
from xml.etree.ElementTree import Element, iterparse

from openpyxl.reader.excel import ExcelReader
from openpyxl.utils.cell import range_boundaries
from openpyxl.worksheet._reader import WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS

from xuncha.exchange.sheet.grid import Spot, column_of, letters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


Made = TypeVar("Made")
_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LAST_COLUMN: Final = 16_384
_NARROWEST: Final = 0.5
_LOWEST: Final = 1.0
_YES: Final = frozenset({"1", "true", "on"})
_NO: Final = frozenset({"0", "false", "off"})


class SheetParser(WorkSheetParser):  # type: ignore[misc,unused-ignore]
    """Parses a sheet. Each cell also says whether its result was stored, and whether it is struck out."""

    def __init__(self, source: IO[bytes], strings: Any, book: Any) -> None:  # noqa: ANN401
        super().__init__(
            source, strings, data_only=True, epoch=book.epoch, date_formats=book._date_formats, timedelta_formats=book._timedelta_formats,  # noqa: SLF001
        )  # fmt: skip
        self.strings = strings
        self.defaults: dict[str, str] = {}
        """The default sizes of rows and columns, and whether rows are hidden by default."""
        self.columns: list[dict[str, str]] = []
        self.merged: list[tuple[int, int, int, int]] = []
        """The bounds of merged cells."""

    def cells(self, make: Callable[[dict[str, Any]], Made]) -> Iterator[tuple[Spot, Made]]:
        """Parse the sheet. Yield the place of each cell and the result of `make`, which is called once for cells that are alike."""
        alike: dict[tuple[int | str | None, ...], Made] = {}
        for _event, element in iterparse(self.source):  # noqa: S314
            if element.tag == f"{_MAIN}row":
                self._begin_row(element.attrib)
                for cell in element:
                    is_plain = len(cell) == 1 and cell[0].tag == f"{_MAIN}v"
                    key = (cell.get("t"), cell.get("s"), cell[0].text) if is_plain else (len(cell),)
                    if key in alike and (name := cell.get("r")):
                        column = letters(name)
                        self.col_counter = column_of(column)
                        yield (int(name[len(column) :]), self.col_counter), alike[key]
                        continue
                    parsed = self.parse_cell(cell)
                    message = make(parsed)
                    if is_plain or len(cell) == 0:
                        alike[key] = message
                    yield (parsed["row"], parsed["column"]), message
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

    def parse_cell(self, element: Element) -> dict[str, Any]:
        """Parse a cell. `struck` is whether all of its text is struck out; None if no part of it is."""
        kind = element.get("t")
        inline = element.find(f"{_MAIN}is") if kind == "inlineStr" else None
        if inline is not None and len(inline) == 1 and inline[0].tag == f"{_MAIN}t":
            # Read a text in one piece here: openpyxl would build a tree of objects for it.
            inline[0].tag = f"{_MAIN}v"
            element.append(inline[0])
            element.set("t", "str")
        parsed: dict[str, Any] = super().parse_cell(element)
        parsed["unstored"] = parsed["value"] is None and element.find(f"{_MAIN}f") is not None
        if parsed["unstored"]:
            parsed["value"] = self.parse_formula(element)  # type: ignore[no-untyped-call,unused-ignore]
        parsed["struck"] = None
        if kind == "s":
            parsed["struck"] = self.strings.struck.get(int(element.findtext(f"{_MAIN}v") or -1))
        elif kind == "inlineStr":
            parsed["struck"] = _struck(element)
        return parsed

    def hidden_rows(self, rows: Iterable[int]) -> set[int]:
        """Return the rows among these that cannot be seen: they are hidden, or have no height."""
        usual = self.defaults.get("zeroHeight") in _YES or _unseen(
            self.defaults.get("defaultRowHeight"), _LOWEST
        )
        unseen = set()
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
