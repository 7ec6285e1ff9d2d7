"""A ledger as the workbook that an office would have made: the ledger, the counts, the three lists, and what else there is."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from xuncha.exchange.sheet import layout, lists, summary, supplement
from xuncha.exchange.sheet.styles import COLOURS, Pen, fit_to_landscape, height
from xuncha.exchange.sheet.workbook import Cell, letter
from xuncha.parts import needs

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from openpyxl.worksheet.worksheet import Worksheet

    from xuncha.exchange.sheet.layout import Column
    from xuncha.model.records import Ledger

SHEET = "整改台账"
TITLE_ROW, LEGEND_ROW, HEADER_ROW = 1, 2, 3
FIRST = 4
"""The first row of the ledger's sheet that holds a measure."""


def workbook(ledger: Ledger, today: date, tick: Callable[[int], None]) -> bytes:
    """The bytes of the workbook.

    Args:
        ledger: what is written.
        today: the day as of which it is counted.
        tick: is told how many measures have been written since it was told last.

    Raises:
        SurroundingsError: the part `office` is not installed.
    """
    with needs("office"):
        from openpyxl import Workbook  # noqa: PLC0415
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101  a new workbook has one
    sheet.title = SHEET
    book.properties.creator = "xuncha"
    book.properties.title = f"{ledger.settings.organisation}整改台账"
    columns = columns_of(ledger)
    pen = Pen()
    groups = _ledger_sheet(sheet, pen, ledger, today, columns, tick)
    summary.write(
        book,
        pen,
        ledger,
        today,
        groups,
        {column.meaning: letter(place) for place, column in enumerate(columns, 1)},
    )
    lists.write(book, pen, ledger)
    _supplement(book.create_sheet(supplement.NAME), pen, ledger)
    book.calculation.fullCalcOnLoad = True
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def columns_of(ledger: Ledger) -> list[Column]:
    """The columns that this ledger needs."""
    filled = {
        key
        for measure in ledger.measures.values()
        for key in layout.OPTIONAL
        if getattr(measure, key) is not None
    }
    return [
        column
        for column in layout.COLUMNS
        if column.meaning not in layout.OPTIONAL or column.meaning in filled
    ]


def _ledger_sheet(
    sheet: Worksheet,
    style: Pen,
    ledger: Ledger,
    today: date,
    columns: list[Column],
    tick: Callable[[int], None],
) -> dict[int, tuple[int, int]]:
    """The first sheet; gives the first and the last row of each problem."""
    _head(sheet, style, ledger, today, columns)
    titles = {category.key: category.title for category in ledger.settings.categories}
    row = FIRST
    groups: dict[int, tuple[int, int]] = {}
    for number, measures in ledger.by_problem().items():
        problem = ledger.problems[number]
        start = row
        head = {"number": number, "category": titles[problem.category], "problem": problem.title}
        for identity, measure in measures.items() or [(None, None)]:
            record = measure.model_dump(mode="json", exclude_defaults=True) if measure else None
            said = layout.values(identity, record) if identity and record else {}
            _measure_row(sheet, style, row, columns, said, head if row == start else {})
            row += 1
        groups[number] = (start, row - 1)
        _join(sheet, columns, start, row - 1, head)
        tick(len(measures))
    _colours(sheet, columns, row - 1, today)
    fit_to_landscape(sheet, f"{TITLE_ROW}:{HEADER_ROW}")
    sheet.freeze_panes = f"E{FIRST}"
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{letter(len(columns))}{max(row - 1, HEADER_ROW)}"
    return groups


def _head(sheet: Worksheet, style: Pen, ledger: Ledger, today: date, columns: list[Column]) -> None:
    """Title, legend and names of the columns."""
    last = letter(len(columns))
    style.put(sheet, TITLE_ROW, 1, f"{ledger.settings.organisation}巡察整改台账", "title")
    sheet.merge_cells(f"A{TITLE_ROW}:{last}{TITLE_ROW}")
    sheet.row_dimensions[TITLE_ROW].height = 34
    told = [f"截至{today.year}年{today.month}月{today.day}日"]
    if ledger.settings.inspection.inspector:
        day = ledger.settings.inspection.feedback
        told.append(f"{ledger.settings.inspection.inspector}{day.year}年{day.month}月{day.day}日反馈")
    style.put(sheet, LEGEND_ROW, 1, "，".join(told), "note")
    first = next(place for place, column in enumerate(columns, 1) if column.meaning == "leader")
    sheet.merge_cells(start_row=LEGEND_ROW, end_row=LEGEND_ROW, start_column=1, end_column=first - 2)
    style.put(sheet, LEGEND_ROW, first - 1, "图例：", "note_right")
    for place, word in enumerate(COLOURS):
        style.put(sheet, LEGEND_ROW, first + place, word, word)
    sheet.row_dimensions[LEGEND_ROW].height = 20
    for place, column in enumerate(columns, 1):
        style.put(sheet, HEADER_ROW, place, column.heading, "head")
        sheet.column_dimensions[letter(place)].width = column.width
    sheet.row_dimensions[HEADER_ROW].height = 24


def _measure_row(
    sheet: Worksheet,
    style: Pen,
    row: int,
    columns: list[Column],
    said: dict[str, Cell],
    head: dict[str, object],
) -> None:
    tallest = 0.0
    for place, column in enumerate(columns, 1):
        cell = said.get(column.meaning)
        value = head.get(column.meaning) if cell is None else cell.value
        centred = column.width <= 14 and column.meaning != "category"  # noqa: PLR2004  words rather than sentences
        kind = "day" if column.meaning in {"due", "closed"} else "centre" if centred else "text"
        if cell is not None and cell.form == layout.DAY_LONG_TERM:
            kind = "day_long_term"
        style.put(sheet, row, place, value, kind)
        if column.meaning not in {"number", "category", "problem"}:
            tallest = max(tallest, height(value, column.width))
    sheet.row_dimensions[row].height = tallest


def _join(sheet: Worksheet, columns: list[Column], start: int, end: int, head: dict[str, Any]) -> None:
    """Merge the cells of a problem over its measures, and make room for what stands in them."""
    from openpyxl.worksheet.cell_range import CellRange  # noqa: PLC0415

    needed = max(height(head[column.meaning], column.width) for column in columns if column.meaning in head)
    there = sum(sheet.row_dimensions[row].height or 0 for row in range(start, end + 1))
    if needed > there:
        for row in range(start, end + 1):
            sheet.row_dimensions[row].height = min(
                409, (sheet.row_dimensions[row].height or 0) + (needed - there) / (end - start + 1)
            )
    for place, column in enumerate(columns, 1):
        if column.meaning in head and end > start:
            # merge_cells() would look through all merged cells for each, and dress every cell anew.
            sheet.merged_cells.ranges.add(CellRange(min_row=start, max_row=end, min_col=place, max_col=place))


def _colours(sheet: Worksheet, columns: list[Column], last: int, today: date) -> None:
    """Colour the states as they stand, also after someone has changed them."""
    from openpyxl.formatting.rule import FormulaRule  # noqa: PLC0415
    from openpyxl.styles import PatternFill  # noqa: PLC0415

    rule: Any = FormulaRule
    place = {column.meaning: letter(number) for number, column in enumerate(columns, 1)}
    due, status = f"{place['due']}{FIRST}", f"{place['status']}{FIRST}"
    area = f"{place['status']}{FIRST}:{place['status']}{max(last, FIRST)}"
    late = f'AND(ISNUMBER(${due}),${due}<DATE({today.year},{today.month},{today.day}),${status}<>"已销号")'
    for word, colour in COLOURS.items():
        fill = PatternFill(bgColor=colour, fill_type="solid")
        if word == "已超期":
            both = f"{place['due']}{FIRST}:{place['due']}{max(last, FIRST)} {area}"
            sheet.conditional_formatting.add(both, rule(formula=[late], fill=fill, stopIfTrue=True))
    for word, colour in COLOURS.items():
        if word != "已超期":
            fill = PatternFill(bgColor=colour, fill_type="solid")
            sheet.conditional_formatting.add(area, rule(formula=[f'{status}="{word}"'], fill=fill))


def _supplement(sheet: Worksheet, style: Pen, ledger: Ledger) -> None:
    for place, (heading, width) in enumerate(zip(supplement.HEADINGS, (9, 16, 24, 90), strict=True), 1):
        style.put(sheet, 1, place, heading, "head")
        sheet.column_dimensions[letter(place)].width = width
    for number, row in enumerate(supplement.rows(ledger), 2):
        for place, value in enumerate(row, 1):
            style.put(sheet, number, place, value, "plain")
    sheet.freeze_panes = "A2"
    fit_to_landscape(sheet, "1:1")
