"""The three lists (三个清单) that a plan is split into: of problems, of tasks, of responsibilities, one below the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.exchange.sheet import layout
from xuncha.exchange.sheet.styles import fit_to_landscape, height
from xuncha.exchange.sheet.supplement import COMPUTED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from openpyxl.workbook.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from xuncha.exchange.sheet.styles import Pen
    from xuncha.model.records import Ledger

_WIDTHS = (9, 44, 44, 20, 22, 14)
_SENTENCES = 44
"""How wide columns are that hold sentences."""
_LINES = {
    "问题清单": ("序号", "反馈问题", "方面", "措施（条）"),
    "任务清单": ("编号", "整改措施", "整改目标", "整改时限"),
    "责任清单": ("编号", "整改措施", "反馈问题", "责任领导", "责任科室", "配合科室"),
}


def write(book: Workbook, pen: Pen, ledger: Ledger) -> None:
    """Write the sheet."""
    sheet = book.create_sheet(COMPUTED[1])
    for place, width in enumerate(_WIDTHS):
        sheet.column_dimensions["ABCDEF"[place]].width = width
    pen.put(sheet, 1, 1, "问题清单、任务清单、责任清单", "title")
    sheet.merge_cells("A1:F1")
    sheet.row_dimensions[1].height = 34
    row = 2
    for (title, headings), lines in zip(
        _LINES.items(), (_problems(ledger), _tasks(ledger), _responsible(ledger)), strict=True
    ):
        row = _list(sheet, pen, row, title, headings, lines)
    fit_to_landscape(sheet, "1:1")


def _list(
    sheet: Worksheet,
    pen: Pen,
    row: int,
    title: str,
    headings: Sequence[str],
    lines: Iterator[Sequence[object]],
) -> int:
    from openpyxl.worksheet.pagebreak import Break  # noqa: PLC0415

    if row > 2:  # noqa: PLR2004  each list begins a page
        sheet.row_breaks.append(Break(id=row - 1))
    pen.put(sheet, row, 1, title, "heading")
    sheet.row_dimensions[row].height = 26
    for column, heading in enumerate(headings, 1):
        pen.put(sheet, row + 1, column, heading, "head")
    row += 2
    for line in lines:
        for column, (value, width) in enumerate(zip(line, _WIDTHS, strict=False), 1):
            pen.put(
                sheet,
                row,
                column,
                value,
                "text" if width >= _SENTENCES else "day" if headings[column - 1] == "整改时限" else "centre",
            )
        sheet.row_dimensions[row].height = max(
            height(value, width) for value, width in zip(line, _WIDTHS, strict=False)
        )
        row += 1
    return row + 1


def _problems(ledger: Ledger) -> Iterator[Sequence[object]]:
    titles = {category.key: category.title for category in ledger.settings.categories}
    for number, measures in ledger.by_problem().items():
        problem = ledger.problems[number]
        yield number, problem.title, titles[problem.category], len(measures)


def _tasks(ledger: Ledger) -> Iterator[Sequence[object]]:
    for identity, measure in ledger.measures.items():
        goal = measure.goal[: layout.LONGEST] if measure.goal else None
        yield str(identity), measure.title, goal, measure.due or layout.LONG_TERM


def _responsible(ledger: Ledger) -> Iterator[Sequence[object]]:
    for identity, measure in ledger.measures.items():
        title = ledger.problems[identity.problem].title
        yield (
            str(identity),
            measure.title,
            title,
            measure.leader,
            measure.office,
            "、".join(measure.co_offices),
        )
