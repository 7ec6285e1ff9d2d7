"""How the cells of a workbook look, and how text gets into them so that it stays text."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final

from xuncha.exchange.sheet.layout import DAY, DAY_LONG_TERM

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

COLOURS: Final = {
    "未启动": "FFEDEDED",
    "推进中": "FFDDEBF7",
    "申请销号": "FFFFF2CC",
    "已销号": "FFE2EFDA",
    "已超期": "FFF8CBAD",
}
"""The colours of the states; pale, so that they can be read on paper without colour."""
COMMAND = tuple("=+-@\t\r")
"""How a text begins that a spreadsheet would take for a formula."""
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_LINE = 13.8
_MARGIN = 5.0
_LOWEST = 22.0
_TALLEST = 409.0
"""Points; Excel's own limit."""
_FONT, _SIZE = "宋体", 10


class Pen:
    """Writes the cells of one workbook; each look is made once."""

    def __init__(self) -> None:
        self._looks: dict[tuple[str, bool], Any] = {}

    def put(self, sheet: Worksheet, row: int, column: int, value: object, kind: str) -> None:
        """Write a value; a text is never more than a text, whatever it begins with."""
        cell: Any = sheet.cell(row, column)
        is_text = isinstance(value, str)
        if is_text:
            cell.value = _LOOKS_ESCAPED.sub("_x005F_", str(value))
            cell.data_type = "s"
        elif value is not None:
            cell.value = value
        cell._style = self._look(sheet, kind, quoted=is_text and str(value).startswith(COMMAND))  # noqa: SLF001  made once, shared

    def formula(self, sheet: Worksheet, row: int, column: int, formula: str, kind: str = "centre") -> None:
        """Write a formula of our own."""
        cell: Any = sheet.cell(row, column)
        cell.value = formula
        cell._style = self._look(sheet, kind, quoted=False)  # noqa: SLF001

    def _look(self, sheet: Worksheet, kind: str, *, quoted: bool) -> Any:  # noqa: ANN401  openpyxl does not name it
        if (kind, quoted) not in self._looks:
            from openpyxl.cell.cell import Cell  # noqa: PLC0415

            cell: Any = Cell(sheet, row=1, column=1)
            _dress(cell, kind)
            cell.quotePrefix = quoted
            self._looks[kind, quoted] = cell._style  # noqa: SLF001
        return self._looks[kind, quoted]


def _dress(cell: Cell, kind: str) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side  # noqa: PLC0415

    line = Side(style="thin", color="FF808080")
    framed = Border(left=line, right=line, top=line, bottom=line)
    cell.font = Font(name=_FONT, size=_SIZE)
    cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    if kind in {"title", "heading"}:
        cell.font = Font(name="黑体", size=18 if kind == "title" else 13, bold=kind == "heading")
        cell.alignment = Alignment(horizontal="center" if kind == "title" else "left", vertical="center")
        return
    if kind in {"note", "note_right"}:
        cell.alignment = Alignment(horizontal="right" if kind == "note_right" else "left", vertical="center")
        return
    cell.border = framed
    if kind == "head":
        cell.font = Font(name="黑体", size=_SIZE)
        cell.fill = PatternFill(fgColor="FFD9E1F2", fill_type="solid")
    elif kind in {"text", "plain"}:
        cell.alignment = Alignment(horizontal="left", vertical="center", wrap_text=True)
    elif kind == "percent":
        cell.number_format = "0.00%"
    elif kind in {"day", "day_long_term"}:
        cell.number_format = DAY if kind == "day" else DAY_LONG_TERM
    elif kind in COLOURS:
        cell.fill = PatternFill(fgColor=COLOURS[kind], fill_type="solid")


def height(value: object, width: int) -> float:
    """How tall a row must be, in points, for a text to be seen whole in a column of this width."""
    text = str(value or "")
    if len(text) * 2 <= width - 2 and "\n" not in text:
        return _LOWEST
    lines = sum(max(1, math.ceil(units(line) / (width - 1))) for line in text.split("\n"))
    return min(_TALLEST, max(_LOWEST, lines * _LINE + _MARGIN))


def units(text: str) -> int:
    """How wide a text is, in half-width characters: those of GBK with two bytes are twice as wide."""
    return len(text.encode("gbk", "replace"))


def fit_to_landscape(sheet: Worksheet, repeated: str) -> None:
    """Print on A4 landscape, all columns on one page, the header on each, with the number of the page."""
    from openpyxl.worksheet.properties import PageSetupProperties  # noqa: PLC0415

    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = repeated
    sheet.print_options.horizontalCentered = True
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top, margins.bottom, margins.header, margins.footer = 0.5, 0.6, 0.3, 0.3
    footer: Any = sheet.oddFooter
    footer.center.text = "第 &P 页，共 &N 页"
