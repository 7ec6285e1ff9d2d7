"""The counts, as formulas over the ledger's sheet: they agree with it, also after someone has changed it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from xuncha.exchange.sheet.layout import LONG_TERM
from xuncha.exchange.sheet.styles import fit_to_landscape, height
from xuncha.exchange.sheet.supplement import COMPUTED
from xuncha.model.states import WORDS

if TYPE_CHECKING:
    from datetime import date

    from openpyxl.workbook.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from xuncha.exchange.sheet.styles import Pen
    from xuncha.model.records import Ledger

_LEDGER = "整改台账"
_WIDTHS = (20, 56, 12, 12, 12, 12)
_AS_OF = "$B$2"


def write(
    book: Workbook,
    pen: Pen,
    ledger: Ledger,
    today: date,
    groups: dict[int, tuple[int, int]],
    letters: dict[str, str],
) -> None:
    """Write the sheet.

    Args:
        book: the workbook; its first sheet is the ledger.
        pen: writes cells.
        ledger: what is counted.
        today: the day as of which lateness is counted.
        groups: the first and the last row of each problem on the first sheet.
        letters: the columns of the first sheet, by their meanings.
    """
    sheet = book.create_sheet(COMPUTED[0])
    last = max((end for _start, end in groups.values()), default=4)
    area = {name: f"{_LEDGER}!${column}$4:${column}${last}" for name, column in letters.items()}
    people = _names(ledger)
    # 方面 and the two lists of names stand between the counts and the problems.
    first_problem = 20 + len(ledger.settings.categories) + sum(len(names) + 3 for names in people.values())
    problems = (first_problem, first_problem + max(len(groups), 1) - 1)
    pen.put(sheet, 1, 1, "整改情况统计", "title")
    sheet.merge_cells("A1:F1")
    sheet.row_dimensions[1].height = 34
    pen.put(sheet, 2, 1, "统计日期", "head")
    pen.put(sheet, 2, 2, today, "day")
    _counts(sheet, pen, area, problems)
    row = _categories(sheet, pen, ledger, problems)
    for meaning, heading in (("office", "责任科室"), ("leader", "责任领导")):
        row = _people(sheet, pen, row, heading, people[meaning], area, meaning)
    _problems(sheet, pen, ledger, groups, letters, first_problem)
    for column, width in zip("ABCDEF", _WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    fit_to_landscape(sheet, "1:1")
    sheet.freeze_panes = "A3"


def _names(ledger: Ledger) -> dict[str, list[str]]:
    """The offices and the leaders that have measures, in the order of the ledger."""
    counted = {
        "office": Counter(measure.office for measure in ledger.measures.values()),
        "leader": Counter(measure.leader for measure in ledger.measures.values()),
    }
    known = {"office": ledger.settings.offices, "leader": ledger.settings.leaders}
    return {which: [name for name in known[which] if counted[which][name]] for which in counted}


def _counts(sheet: Worksheet, pen: Pen, area: dict[str, str], problems: tuple[int, int]) -> None:
    first, last = problems
    statuses = area["status"]
    due = area["due"]
    told = [
        ("问题总数", f"=COUNT({area['number']})", "centre"),
        ("已完成整改的问题", f'=COUNTIF($F${first}:$F${last},"是")', "centre"),
        ("问题整改完成率", '=IF(B3=0,"—",B4/B3)', "percent"),
        ("措施总数", f"=COUNTA({area['identity']})", "centre"),
        *[(f"其中{word}", f'=COUNTIF({statuses},"{word}")', "centre") for word in WORDS.values()],
        ("措施完成率", '=IF(B6=0,"—",B10/B6)', "percent"),
        ("已销号的长期任务", _long_term_closed(area), "centre"),
        ("已超期的措施", f'=COUNTIFS({due},"<"&{_AS_OF},{statuses},"<>已销号")', "centre"),
    ]
    for row, (label, formula, kind) in enumerate(told, 3):
        pen.put(sheet, row, 1, label, "head")
        pen.formula(sheet, row, 2, formula, kind)


def _long_term_closed(area: dict[str, str]) -> str:
    """Long-term tasks say so in place of a day; those that have a day as well say so among the remarks."""
    closed = f'{area["status"]},"已销号"'
    return (
        f'=COUNTIFS({area["due"]},"{LONG_TERM}",{closed})+COUNTIFS({area["remark"]},"*{LONG_TERM}*",{closed})'
    )


def _heads(sheet: Worksheet, pen: Pen, row: int, title: str, *headings: str) -> int:
    pen.put(sheet, row, 1, title, "heading")
    sheet.row_dimensions[row].height = 24
    for column, heading in enumerate(headings, 1):
        pen.put(sheet, row + 1, column, heading, "head")
    return row + 2


def _categories(sheet: Worksheet, pen: Pen, ledger: Ledger, problems: tuple[int, int]) -> int:
    """By category, from the list of problems below."""
    row = _heads(sheet, pen, 15, "按方面", "序号", "方面", "问题", "已完成", "措施", "已销号")
    first, last = problems
    for number, category in enumerate(ledger.settings.categories, 1):
        pen.put(sheet, row, 1, number, "centre")
        pen.put(sheet, row, 2, category.title, "text")
        sheet.row_dimensions[row].height = height(category.title, _WIDTHS[1])
        here = f"$A${first}:$A${last},$A{row}"
        pen.formula(sheet, row, 3, f"=COUNTIF({here})")
        pen.formula(sheet, row, 4, f'=COUNTIFS({here},$F${first}:$F${last},"是")')
        pen.formula(sheet, row, 5, f"=SUMIF({here},$D${first}:$D${last})")
        pen.formula(sheet, row, 6, f"=SUMIF({here},$E${first}:$E${last})")
        row += 1
    return row


def _people(
    sheet: Worksheet, pen: Pen, row: int, heading: str, names: list[str], area: dict[str, str], meaning: str
) -> int:
    row = _heads(sheet, pen, row + 1, f"按{heading}", "序号", heading, "措施", "已销号", "已超期")
    for number, name in enumerate(names, 1):
        pen.put(sheet, row, 1, number, "centre")
        pen.put(sheet, row, 2, name, "text")
        # EXACT, since other comparisons take a name such as *科 for a pattern.
        own = f"EXACT({area[meaning]},$B{row})"
        done = f'({area["status"]}="已销号")'
        late = f"ISNUMBER({area['due']})*({area['due']}<{_AS_OF})"
        pen.formula(sheet, row, 3, f"=SUMPRODUCT({own}*1)")
        pen.formula(sheet, row, 4, f"=SUMPRODUCT({own}*{done})")
        pen.formula(sheet, row, 5, f"=SUMPRODUCT({own}*(1-{done})*{late})")
        row += 1
    return row


def _problems(
    sheet: Worksheet,
    pen: Pen,
    ledger: Ledger,
    groups: dict[int, tuple[int, int]],
    letters: dict[str, str],
    first: int,
) -> None:
    """Problem by problem: a problem is complete when it has measures and all are closed."""
    _heads(sheet, pen, first - 2, "按问题", "方面序号", "问题", "序号", "措施", "已销号", "是否完成")
    order = {category.key: number for number, category in enumerate(ledger.settings.categories, 1)}
    for row, (number, (start, end)) in enumerate(groups.items(), first):
        problem = ledger.problems[number]
        pen.put(sheet, row, 1, order[problem.category], "centre")
        pen.put(sheet, row, 2, problem.title, "text")
        sheet.row_dimensions[row].height = height(problem.title, _WIDTHS[1])
        pen.put(sheet, row, 3, number, "centre")
        pen.formula(
            sheet, row, 4, f"=COUNTA({_LEDGER}!{letters['identity']}{start}:{letters['identity']}{end})"
        )
        pen.formula(
            sheet, row, 5, f'=COUNTIF({_LEDGER}!{letters["status"]}{start}:{letters["status"]}{end},"已销号")'
        )
        pen.formula(sheet, row, 6, f'=IF(AND(D{row}>0,D{row}=E{row}),"是","否")')
