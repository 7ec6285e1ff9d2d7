"""The tables of a document as an Excel workbook: a sheet each, ready to be printed on A4; its texts are inert.

Cells hold texts, never formulas: what begins with = + - @ is shown as it is, and stays so when it is edited.
"""

from __future__ import annotations

import re
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from xuncha.chinese.characters import width
from xuncha.extras import needs
from xuncha.paper.outline import Block, Table, Turn

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xuncha.paper.outline import Document

_ACROSS: Final = {True: 128, False: 84}
"""Widths of a page in characters of Excel, landscape and upright: more would be made smaller than 11 points in print."""
_LINE: Final = 15.0
"""Height of a line of 11 points, in points."""
_HIGHEST: Final = 409.0
"""The highest row that Excel knows, in points."""
_LONGEST: Final = 32_767
"""The longest text of a cell that Excel knows."""
_HEAD: Final = 3
"""Rows above the table's own: the mark, the title, the head."""
_NO_SHEET_NAME: Final = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME: Final = 31
_ESCAPE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""What Excel would read as an escaped character."""


def xlsx(document: Document) -> bytes:
    """The tables of a document as a workbook; each is named by the title above it.

    Raises:
        SurroundingsError: the packages of the extra `xlsx` are not installed.
    """
    from io import BytesIO  # noqa: PLC0415

    with needs("xlsx"):
        from openpyxl import Workbook  # noqa: PLC0415

    book = Workbook()
    for sheet in book.worksheets:
        book.remove(sheet)
    book.properties.creator = ""
    book.properties.title = document.title
    for name, table, lying in _tables(document):
        sheet = book.create_sheet(_sheet_name(name, book.sheetnames))
        _fill(sheet, document.mark, f"{document.title}{name}", table, _ACROSS[lying])
        _set_up_for_print(sheet, lying=lying)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _tables(document: Document) -> Iterator[tuple[str, Table, bool]]:
    """The tables, each with the title above it, else an empty one; and whether its page lies."""
    lying = document.landscape
    for before, block in pairwise((Block("p", ""), *document.blocks)):
        lying = lying or isinstance(block, Turn)
        if isinstance(block, Table):
            titled = isinstance(before, Block) and before.kind == "table-title"
            yield before.text if titled and isinstance(before, Block) else "", block, lying


def _sheet_name(title: str, taken: Sequence[str]) -> str:
    """A name that Excel takes, and that no other sheet has."""
    name = _NO_SHEET_NAME.sub(" ", title).strip(" '")[: _LONGEST_NAME - 3] or "1"
    number = 1
    found = name
    while found.lower() in {each.lower() for each in taken}:
        number += 1
        found = f"{name} {number}"
    return found


def _fill(sheet: Any, mark: str, title: str, table: Table, across: int) -> None:  # noqa: ANN401  openpyxl has no types
    """Write the mark, the title, the head, and the rows with their merged cells."""
    from openpyxl.styles import Alignment, Border, Font, Side  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    side = Side(style="thin")
    border = Border(left=side, right=side, top=side, bottom=side)
    columns = len(table.widths)
    rooms = [max(4.0, share * across) for share in table.widths]
    for place, room in enumerate(rooms, 1):
        sheet.column_dimensions[get_column_letter(place)].width = round(room, 1)
    for number, text, font, side_of in (
        (1, mark, Font(name="黑体", size=11), "left"),
        (2, title, Font(name="方正小标宋简体", size=18), "center"),
    ):
        sheet.merge_cells(start_row=number, start_column=1, end_row=number, end_column=columns)
        _write(sheet.cell(number, 1), text)
        sheet.cell(number, 1).font = font
        sheet.cell(number, 1).alignment = Alignment(horizontal=side_of, vertical="center", wrap_text=True)
    sheet.row_dimensions[2].height = 32.0 * ceil(width(title) * 2 * 18 / 11 / sum(rooms))
    sheet.row_dimensions[_HEAD].height = 24.0
    centred = table.centred()
    heading, text_font = Font(name="黑体", size=11), Font(name="宋体", size=11)
    placed = {
        short: Alignment(horizontal="center" if short else "left", vertical="center", wrap_text=True)
        for short in (True, False)
    }
    for number, row in enumerate((table.header, *table.rows), _HEAD):
        for place, text in enumerate(row, 1):
            cell = sheet.cell(number, place)
            _write(cell, text)
            cell.border = border
            head = number == _HEAD
            cell.font = heading if head else text_font
            cell.alignment = placed[head or centred[place - 1]]
    spans = table.spans()
    for number, covered in enumerate(spans, _HEAD + 1):
        for place, span in enumerate(covered, 1):
            if span > 1:
                sheet.merge_cells(
                    start_row=number, start_column=place, end_row=number + span - 1, end_column=place
                )
    for number, height in enumerate(_heights(table, spans, rooms), _HEAD + 1):
        sheet.row_dimensions[number].height = height


def _write(cell: Any, text: str) -> None:  # noqa: ANN401
    """Put a text into a cell as a text, whatever it begins with."""
    shown = _ESCAPE.sub("_x005F_", text)
    cell.value = shown if len(shown) <= _LONGEST else shown[: _LONGEST - 1] + "…"
    if text:
        cell.data_type = "s"
        cell.quotePrefix = True


def _heights(table: Table, spans: Sequence[Sequence[int]], rooms: Sequence[float]) -> list[float]:
    """The heights of the rows: Excel does not find them by itself where cells are merged.

    What a merged cell needs beyond what its rows have is shared out among them.
    """
    heights = [0.0] * len(table.rows)
    needs_of = [
        (span, number, _needed(row[place], rooms[place]))
        for number, (row, covered) in enumerate(zip(table.rows, spans, strict=True))
        for place, span in enumerate(covered)
        if span
    ]
    for span, number, needed in sorted(needs_of):
        lacking = needed - sum(heights[number : number + span])
        if span == 1:
            heights[number] = max(heights[number], needed)
        elif lacking > 0:
            for row in range(number, number + span):
                heights[row] += lacking / span
    return [min(_HIGHEST, round(height, 1)) for height in heights]


def _needed(text: str, room: float) -> float:
    """How high a text stands in a column. A line ends a little early: no Chinese character is cut in two."""
    return ceil(width(text) * 2 / max(2.0, room - 2)) * _LINE + 6


def _set_up_for_print(sheet: Any, *, lying: bool) -> None:  # noqa: ANN401
    """A4, as wide as the page, the head again on each page, pages numbered; on screen the head stays in sight."""
    sheet.freeze_panes = f"A{_HEAD + 1}"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = "landscape" if lying else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{_HEAD}:{_HEAD}"
    sheet.print_options.horizontalCentered = True
    margins = sheet.page_margins
    margins.left = margins.right = 0.6
    margins.top, margins.bottom, margins.header, margins.footer = 0.75, 0.75, 0.3, 0.4
    sheet.oddFooter.center.text = "— &P —"
