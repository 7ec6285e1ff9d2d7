"""Excel workbooks, ready to be printed on A4: the writer of sheets, and a document's tables as such a workbook.

Cells hold values, never formulas: a text that begins with = + - @ is shown as it is, and stays so when it is edited.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO
from itertools import chain, count, pairwise
from math import ceil
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from xuncha.paper.outline import Block, LandscapeBreak, Table, spans
from xuncha.parts import needs

if TYPE_CHECKING:
    from xuncha.paper.outline import Document

_ACROSS: Final = {True: 128, False: 84}
"""Widths of a page in characters of Excel, landscape and upright: more would be made smaller than 11 points in print."""
_LINE: Final = 15.0
"""Height of a line of 11 points, in points."""
_HIGHEST: Final = 409.0
"""The highest row that Excel knows, in points."""
_A3_WIDTH, _A3_HEIGHT = 1100.0, 720.0
"""Of a page that lies, between its margins, in points; a little less than there is."""
_CHARACTER: Final = 6.2
"""The width of a character of 11 points, in points: Excel takes 6, LibreOffice 7."""
LONGEST_CELL: Final = 32_767
"""Characters of a cell: Excel's own limit."""
_NO_SHEET_NAME: Final = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME: Final = 31
_ESCAPE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""What Excel would read as an escaped character."""
Value = str | int | date | tuple[object, str] | None
"""Of a cell; with its number format, where it has one of its own."""


class Look(NamedTuple):
    """How a cell looks."""

    font: str = "宋体"
    size: int = 11
    align: str = "left"
    framed: bool = True
    fill: str = ""
    """A colour, as Excel writes it: FFEDEDED; empty for none."""


TEXT: Final = Look()
CENTRED: Final = Look(align="center")
HEAD: Final = Look("黑体", align="center")
TITLE: Final = Look("方正小标宋简体", 18, "center", framed=False)
MARK: Final = Look("黑体", framed=False)


class Book:
    """A workbook. Its sheets are written one after another, each from top to bottom.

    Raises:
        SurroundingsError: the part `office` is not installed.
    """

    def __init__(self, title: str) -> None:
        with needs("office"):
            from openpyxl import Workbook  # noqa: PLC0415

        self._book = Workbook()
        self._book.remove(self._book.worksheets[0])
        self._book.properties.creator = ""
        self._book.properties.title = title
        self._styles: dict[tuple[Look, str], Any] = {}

    def sheet(
        self,
        name: str,
        widths: Sequence[float],
        *,
        landscape: bool,
        head: str,
        frozen: str,
        large: bool = False,
    ) -> Sheet:
        """Begin a sheet: as wide as the page, with the number of each page.

        Args:
            name: what Excel does not take in it, or another sheet has, is changed.
            widths: of the columns, in characters of Excel.
            landscape: whether the page lies.
            head: the rows that are printed again on each page, such as 1:3.
            frozen: the cell above and left of which all stays in sight, such as A4.
            large: whether the paper is A3 instead of A4.
        """
        sheet: Any = self._book.create_sheet(_sheet_name(name, self._book.sheetnames))
        sheet.freeze_panes = frozen
        sheet.page_setup.paperSize = 8 if large else 9  # A3, A4
        sheet.page_setup.orientation = "landscape" if landscape else "portrait"
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_title_rows = head
        sheet.print_options.horizontalCentered = True
        margins = sheet.page_margins
        margins.left = margins.right = 0.6
        margins.top, margins.bottom, margins.header, margins.footer = 0.75, 0.75, 0.3, 0.4
        sheet.oddFooter.center.text = "— &P —"
        return Sheet(self, sheet, widths)

    def content(self) -> bytes:
        """Return the bytes of the file."""
        stream = BytesIO()
        self._book.save(stream)
        return stream.getvalue()

    def put(self, cell: Any, value: Value, look: Look) -> None:  # noqa: ANN401
        """Fill a cell; a text stays a text, whatever it begins with."""
        content, form = value if isinstance(value, tuple) else (value, "General")
        if isinstance(content, str):
            shown = _ESCAPE.sub("_x005F_", content)
            cell.value = shown if len(shown) <= LONGEST_CELL else f"{shown[: LONGEST_CELL - 1]}…"
            if content:
                cell.data_type = "s"
                form = "@"
        elif content is not None:
            cell.value = content
            form = "yyyy-mm-dd" if isinstance(content, date) and form == "General" else form
        if (look, form) in self._styles:
            cell._style = self._styles[look, form]  # noqa: SLF001
            return
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side  # noqa: PLC0415

        cell.font = Font(name=look.font, size=look.size)
        cell.alignment = Alignment(horizontal=look.align, vertical="center", wrap_text=True)
        if look.framed:
            side = Side(style="thin")
            cell.border = Border(left=side, right=side, top=side, bottom=side)
        if look.fill:
            cell.fill = PatternFill(fgColor=look.fill, fill_type="solid")
        cell.number_format = "General" if form == "@" else form
        cell.quotePrefix = form == "@"
        self._styles[look, form] = cell._style  # noqa: SLF001  made once, shared by all cells that look so


class Sheet:
    """A sheet that is being written; `raw` is that of openpyxl, for what only one sheet needs."""

    def __init__(self, book: Book, raw: Any, widths: Sequence[float]) -> None:  # noqa: ANN401
        from openpyxl.utils import get_column_letter  # noqa: PLC0415

        self._book = book
        self.raw = raw
        self.widths = widths
        self.rows = 0
        """How many are written."""
        for place, width in enumerate(widths, 1):
            raw.column_dimensions[get_column_letter(place)].width = round(width, 1)

    def offer(self, column: str, first: int, choices: str) -> None:
        """Offer choices in the cells of a column; whatever else is typed is taken, too.

        Args:
            column: its letter.
            first: the first row; the last is the last that is written.
            choices: as Excel writes them: "甲,乙", or where they stand.
        """
        from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

        offered = DataValidation(type="list", formula1=choices, allow_blank=True, showErrorMessage=False)
        offered.add(f"{column}{first}:{column}{max(first, self.rows)}")
        self.raw.add_data_validation(offered)

    def keep_together(self, firsts: Sequence[int], head: int) -> None:
        """Begin a page of A3, lying, before rows that belong together where they would not fit on the one before.

        Args:
            firsts: the first rows of each group, in order.
            head: how many rows are printed again on each page.
        """
        from openpyxl.worksheet.pagebreak import Break  # noqa: PLC0415

        heights = [self.raw.row_dimensions[row].height or _LINE for row in range(1, self.rows + 1)]
        scale = min(1.0, _A3_WIDTH / (sum(self.widths) * _CHARACTER))
        room = _A3_HEIGHT / scale - sum(heights[:head])
        left = room
        for first, after in pairwise([*firsts, self.rows + 1]):
            height = sum(heights[first - 1 : after - 1])
            if height > left and left < room:
                self.raw.row_breaks.append(Break(id=first - 1))
                left = room
            left -= height if height <= room else height % room

    def line(self, *cells: tuple[Value, Look, int]) -> None:
        """Write a row: values with their looks, and over how many columns each extends."""
        row: list[tuple[Value, Look]] = []
        height = 0.0
        for value, look, columns in cells:
            if columns > 1:
                self._merge(self.rows + 1, len(row) + 1, self.rows + 1, len(row) + columns)
            room = sum(self.widths[len(row) : len(row) + columns])
            height = max(height, _height(value, room, look.size))
            row += [(value, look), *[(None, look)] * (columns - 1)]
        self._write(row, height)

    def title(self, text: str) -> None:
        """Write the title of the sheet over all columns."""
        self.line((text, TITLE, len(self.widths)))

    def table(self, header: Sequence[str], rows: Sequence[Sequence[Value]], looks: Sequence[Look]) -> None:
        """Write the head of a table and its rows, with the looks of the columns, of which there may be more.

        What is empty at the beginning of a row belongs to the cell above.
        """
        self.line(*((name, HEAD, 1) for name in header))
        covered = spans(rows)
        for number, over in enumerate(covered, self.rows + 1):
            for place, span in enumerate(over, 1):
                if span > 1:
                    self._merge(number, place, number + span - 1, place)
        for row, height in zip(rows, _heights(rows, covered, self.widths), strict=True):
            self._write(zip(row, looks, strict=False), height)

    def _write(self, row: Iterable[tuple[Value, Look]], height: float) -> None:
        self.rows += 1
        self.raw.row_dimensions[self.rows].height = min(_HIGHEST, round(height, 1))
        for place, (value, look) in enumerate(row, 1):
            self._book.put(self.raw.cell(self.rows, place), value, look)

    def _merge(self, top: int, left: int, bottom: int, right: int) -> None:
        from openpyxl.worksheet.cell_range import CellRange  # noqa: PLC0415

        # merge_cells() would look through all merged cells for each.
        self.raw.merged_cells.ranges.add(CellRange(min_row=top, min_col=left, max_row=bottom, max_col=right))


def xlsx(document: Document) -> bytes:
    """Write the tables of a document as a workbook; each is named by the title above it.

    Raises:
        SurroundingsError: the part `office` is not installed.
    """
    book, landscape = Book(document.title), document.landscape
    for before, block in pairwise((Block("p", ""), *document.blocks)):
        landscape = landscape or isinstance(block, LandscapeBreak)
        if not isinstance(block, Table):
            continue
        name = before.text if isinstance(before, Block) and before.kind == "table-title" else ""
        rooms = [max(4.0, share * _ACROSS[landscape]) for share in block.widths]
        sheet = book.sheet(name, rooms, landscape=landscape, head="3:3", frozen="A4")
        sheet.line((document.mark, MARK, len(rooms)))
        sheet.title(f"{document.title}{name}")
        looks = [CENTRED if centred else TEXT for centred in block.centred()]
        sheet.table(block.header, block.rows, looks)
    return book.content()


def _sheet_name(title: str, taken: Sequence[str]) -> str:
    """Return a name that Excel takes, and that no other sheet has."""
    name = _NO_SHEET_NAME.sub(" ", title).strip(" '")[: _LONGEST_NAME - 3] or "1"
    others = {each.lower() for each in taken}
    names = chain([name], (f"{name} {number}" for number in count(2)))
    return next(each for each in names if each.lower() not in others)


def _heights(
    rows: Sequence[Sequence[Value]], covered: Sequence[Sequence[int]], widths: Sequence[float]
) -> list[float]:
    """Return the heights of the rows, which share what a merged cell needs beyond them; Excel finds no heights there."""
    heights = [0.0] * len(rows)
    tall: list[tuple[int, int, float]] = []  # of merged cells: how many rows, the first, the height needed
    for number, (row, over) in enumerate(zip(rows, covered, strict=True)):
        for value, span, width in zip(row, over, widths, strict=False):
            if span == 1:
                heights[number] = max(heights[number], _height(value, width))
            elif span:
                tall.append((span, number, _height(value, width)))
    for span, first, needed in sorted(tall):
        lacking = needed - sum(heights[first : first + span])
        for number in range(first, first + span) if lacking > 0 else ():
            heights[number] += lacking / span
    return heights


def _height(value: Value, room: float, size: int = 11) -> float:
    """How tall a value stands in a column, in points. A line ends a little early: no Chinese character is cut in two."""
    text = str(value[0] if isinstance(value, tuple) else value or "")
    scale = size / 11
    # Characters of two bytes in GBK are twice as wide as others.
    widths = [len(line.encode("gbk", "replace")) * scale for line in text.split("\n")]
    return sum(max(1, ceil(width / max(2.0, room - 2))) for width in widths) * _LINE * scale + 6
