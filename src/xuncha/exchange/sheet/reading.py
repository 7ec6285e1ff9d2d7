"""From a workbook to a draft of a ledger: its tables row by row, its categories and problems, and the texts around them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xuncha.exchange.drafts import Doubt, Draft
from xuncha.exchange.sheet import dates, header, layout
from xuncha.exchange.sheet.rows import Reader
from xuncha.exchange.sheet.tables import Taker
from xuncha.exchange.sheet.workbook import letter
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from xuncha.exchange.sheet.workbook import Sheet

_ORGANISATION = re.compile(
    r"(?P<name>中共[^\s，,。：:《》（）()]{2,40}?(?:委员会|党组|党委|党总支|党支部|工委))|(?:填报|被巡察|整改|报送)(?:单位|党组织)[：:]\s*(?P<labelled>[^\s，,。；;：:]{2,40})"
)
_FEEDBACK = re.compile(
    r"反馈[^\d〇零一二三四五六七八九十]{0,12}(?P<before>[\d〇零一二三四五六七八九十]{4}\s*[-./年][^，,。；;]{2,12})|(?P<after>\d{4}\s*[-./年]\s*\d{1,2}\s*[-./月]\s*\d{1,2}日?)[^\d，,。；;]{0,30}反馈"
)
_INSPECTOR = re.compile(r"[省市县区州旗]?委第?[一二三四五六七八九十\d]*巡[察视]组")
_GENERIC_SHEET = re.compile(r"^(?:sheet|工作表|表)\s*\d*$|台账|清单|汇总|总表|一览", re.IGNORECASE)


def understand(sheets: Sequence[Sheet], feedback: date | None, today: date, *, exact: bool = False) -> Draft:
    """Understand a workbook.

    Args:
        sheets: its sheets.
        feedback: the day of the feedback, where it is known already.
        today: the day for whatever has none.
        exact: whether it was written by `export`.
    """
    draft = Draft(exact=exact)
    shown = [sheet for sheet in sheets if not sheet.hidden]
    names = {column.heading: column.meaning for column in layout.COLUMNS}
    tables = {
        sheet.name: header.own_table(sheet, names) if exact else header.tables(sheet) for sheet in shown
    }
    for sheet in sheets:
        _say_what_is_not_read(draft, sheet, bool(tables.get(sheet.name)))
    for sheet in shown:
        start = min((table.first for table in tables[sheet.name]), default=sheet.last_row + 1)
        _around(draft, sheet, start)
    day = feedback or _feedback(draft, shown, today)
    draft.settings.setdefault("inspection", {})["feedback"] = day.isoformat()
    reader = Reader(day, draft.doubts)
    several = sum(bool(found) for found in tables.values()) > 1
    for sheet in shown:
        if tables[sheet.name]:
            taker = Taker(
                draft, reader, sheet, "" if _GENERIC_SHEET.search(sheet.name) or not several else sheet.name
            )
            for table in tables[sheet.name]:
                taker.take(table)
    _number_problems(draft)
    return draft


def _say_what_is_not_read(draft: Draft, sheet: Sheet, understood: bool) -> None:
    if sheet.hidden and sheet.cells:
        draft.doubts.append(Doubt(sheet.name, "", "", _("the sheet is hidden: not read")))
    elif sheet.cells and not understood:
        draft.doubts.append(
            Doubt(sheet.name, "", "", _("no table of problems or measures is found in this sheet: not read"))
        )
    for row, column in sheet.unstored:
        draft.doubts.append(
            Doubt(
                sheet.name,
                f"{letter(column)}{row}",
                sheet.text(row, column),
                _("a formula without a stored result: its own text was taken"),
            )
        )


def _around(draft: Draft, sheet: Sheet, end: int) -> None:
    """What stands above the first table: the title, the organisation, the day of the feedback."""
    texts = list(
        dict.fromkeys(
            sheet.text(row, column) for row in sheet.row_numbers if row < end for column in sheet.columns(row)
        )
    )
    draft.notes += [text for text in texts if text and text not in draft.notes]
    for text in texts:
        if match := _ORGANISATION.search(text):
            draft.settings.setdefault("organisation", match["name"] or match["labelled"])
        if match := _INSPECTOR.search(text):
            draft.settings.setdefault("inspection", {}).setdefault("inspector", match[0])


def _feedback(draft: Draft, sheets: Sequence[Sheet], today: date) -> date:
    """The day of the feedback as a text tells it; else the earliest day of all cells, which is listed as doubtful."""
    for note in draft.notes:
        for match in _FEEDBACK.finditer(note):
            if days := dates.full_days(match["before"] or match["after"]):
                return days[0]
    told = [
        day
        for sheet in sheets
        for place, cell in sheet.cells.items()
        if sheet.anchors.get(place, place) == place
        for day in _days_of(cell.value, cell.form, today)
    ]
    day = min([*told, today])
    draft.doubts.append(
        Doubt(
            "",
            "",
            "",
            _(
                "the day of the feedback is not told: the earliest day, {day}, was taken; say it by --feedback"
            ).format(day=day),
        )
    )
    return day


def _days_of(value: object, form: str, today: date) -> list[date]:
    if isinstance(value, str):
        return dates.full_days(value) if "20" in value else []
    if isinstance(value, int | float):
        return []
    day = dates.limit(value, form, today).day
    return [day] if day else []


def _number_problems(draft: Draft) -> None:
    """Keep the numbers of the problems only where they are numbers of problems: each once, and rising."""
    numbers = [problem.number for problem in draft.problems]
    told = [number for number in numbers if number is not None]
    if len(told) != len(set(told)) or told != sorted(told):
        for problem in draft.problems:
            problem.number = None
