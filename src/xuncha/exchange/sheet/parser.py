"""One sheet of a workbook, parsed once: its cells, what is hidden or struck out in it, and what is merged.

openpyxl's reader for large sheets drops all but the cells; its parser, with what is added here, tells the rest.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, Final

from openpyxl.worksheet._reader import WorkSheetParser

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree.ElementTree import Element

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LAST_COLUMN: Final = 16_384
_NARROWEST: Final = 0.5
_LOWEST: Final = 1.0
_YES: Final = frozenset({"1", "true", "on"})
_NO: Final = frozenset({"0", "false", "off"})


class SheetParser(WorkSheetParser):  # type: ignore[misc,unused-ignore]
    """Parses a sheet; each cell also tells whether its result was stored, and whether it is struck out."""

    def __init__(self, source: IO[bytes], strings: Any, struck: dict[int, bool], book: Any) -> None:  # noqa: ANN401
        super().__init__(
            source, strings, data_only=True, epoch=book.epoch, date_formats=book._date_formats, timedelta_formats=book._timedelta_formats,  # noqa: SLF001
        )  # fmt: skip
        self.struck_strings = struck
        self.sheet_format: Any = None
        self._columns: list[dict[str, str]] = []

    def parse_cell(self, element: Element) -> dict[str, Any]:
        """Parse a cell. `struck` is whether all of its text is struck out; None where none is."""
        kind = element.get("t")
        inline = element.find(f"{_MAIN}is") if kind == "inlineStr" else None
        if inline is not None and len(inline) == 1 and inline[0].tag == f"{_MAIN}t":
            # A text in one piece, for which openpyxl would build a tree of objects.
            inline[0].tag = f"{_MAIN}v"
            element.append(inline[0])
            element.set("t", "str")
        found: dict[str, Any] = super().parse_cell(element)
        found["unstored"] = found["value"] is None and element.find(f"{_MAIN}f") is not None
        if found["unstored"]:
            found["value"] = self.parse_formula(element)  # type: ignore[no-untyped-call,unused-ignore]
        found["struck"] = None
        if kind == "s" and self.struck_strings:
            found["struck"] = self.struck_strings.get(int(element.findtext(f"{_MAIN}v") or -1))
        elif kind == "inlineStr":
            found["struck"] = struck(element)
        return found

    def parse_column_dimensions(self, col: Any) -> None:  # noqa: ANN401
        """Keep what is said of columns; of one column much may be said."""
        self._columns.append(dict(col.attrib))

    def hidden_rows(self, rows: Iterable[int]) -> set[int]:
        """Return those of these rows that nobody sees, be they hidden or of no height."""
        usual = getattr(self.sheet_format, "zeroHeight", None) or _below(
            getattr(self.sheet_format, "defaultRowHeight", None), _LOWEST
        )
        found = set()
        for row in rows:
            said = self.row_dimensions.get(str(row), {})
            hidden, height = said.get("hidden", ""), said.get("ht")
            if hidden in _YES or _below(height, _LOWEST) or (usual and height is None and hidden not in _NO):
                found.add(row)
        return found

    def hidden_columns(self, columns: Iterable[int]) -> set[int]:
        """Return those of these columns that nobody sees."""
        usual = _below(getattr(self.sheet_format, "defaultColWidth", None), _NARROWEST)
        said = [
            (
                int(each.get("min", "0")),
                int(each.get("max", "0")),
                each.get("hidden", "") in _YES or _below(each.get("width"), _NARROWEST),
            )
            for each in self._columns
        ]
        found = set()
        for column in columns:
            of_column = [hidden for first, last, hidden in said if first <= column <= last]
            if any(of_column) or (usual and not of_column):
                found.add(column)
        return found

    def merged(self) -> list[tuple[int, int, int, int]]:
        """Return the bounds of merged cells."""
        return [each.bounds for each in self.merged_cells.mergeCell] if self.merged_cells else []


def struck_strings(source: IO[bytes]) -> dict[int, bool]:
    """Return which of the workbook's texts are struck out, by their numbers: False where only a part is."""
    from defusedxml.ElementTree import iterparse  # noqa: PLC0415

    found: dict[int, bool] = {}
    number = 0
    for _event, element in iterparse(source, forbid_dtd=True):
        if element.tag == f"{_MAIN}si":
            whole = struck(element)
            if whole is not None:
                found[number] = whole
            number += 1
            element.clear()
    return found


def struck(text: Element) -> bool | None:
    """Return whether the pieces of a text are struck out: all, some (False), or none (None)."""
    pieces = [
        (strike is not None and strike.get("val", "1") not in _NO)
        for run in text.iter(f"{_MAIN}r")
        if (run.findtext(f"{_MAIN}t") or "").strip()
        for strike in [run.find(f"{_MAIN}rPr/{_MAIN}strike")]
    ]
    return all(pieces) if any(pieces) else None


def _below(said: object, least: float) -> bool:
    """Return whether a size is smaller than can be seen; one that is no number is."""
    if said is None:
        return False
    try:
        return not float(str(said)) >= least
    except ValueError:
        return True
