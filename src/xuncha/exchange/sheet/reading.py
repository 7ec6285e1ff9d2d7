"""From a workbook to a draft of a ledger: its tables row by row, its categories and problems, and the texts around them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xuncha.chinese.limits import full_days
from xuncha.errors import RefusedError
from xuncha.exchange.drafts import Draft
from xuncha.exchange.sheet import header, layout, supplement, unseen, workbook
from xuncha.exchange.sheet.cells import limit
from xuncha.exchange.sheet.grid import address
from xuncha.exchange.sheet.rows import Reader
from xuncha.exchange.sheet.tables import Taker
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from xuncha.exchange.sheet.grid import Sheet

_ORGANISATION: Final = re.compile(
    r"(?P<name>中共[^\s，,。：:《》（）()]{2,40}?(?:委员会|党组|党委|党总支|党支部|工委))|(?:填报|被巡察|整改|报送)(?:单位|党组织)[：:]\s*(?P<labelled>[^\s，,。；;：:]{2,40})"
)
_FEEDBACK: Final = re.compile(
    r"反馈[^\d〇零一二三四五六七八九十]{0,12}(?P<before>[\d〇零一二三四五六七八九十]{4}\s*[-./年][^，,。；;]{2,12})|(?P<after>\d{4}\s*[-./年]\s*\d{1,2}\s*[-./月]\s*\d{1,2}日?)[^\d，,。；;]{0,30}反馈"
)
_INSPECTOR: Final = re.compile(r"[省市县区州旗]?委第?[一二三四五六七八九十\d]*巡[察视]组")
_GENERIC_SHEET: Final = re.compile(r"^(?:sheet|工作表|表)\s*\d*$|台账|清单|汇总|总表|一览", re.IGNORECASE)


def draft_of(path: Path, feedback: date | None, today: date) -> Draft:
    """Read what a workbook says, with what `export` had put beside it; the day of the feedback is looked for where it is not given.

    Raises:
        RefusedError: it cannot be read, or there is no ledger in it.
        SurroundingsError: the extra is not installed.
    """
    sheets, records = supplement.take(workbook.read(path))
    told = feedback or supplement.feedback_of(records)
    draft = understand(sheets, told, today, exact=bool(records))
    if not draft.problems:
        raise RefusedError(
            "no-table",
            _("{path}: no table of problems or measures is found").format(path=path),
            _("a row of headings tells what the columns are, such as {headings}").format(
                headings="反馈问题、整改措施、责任领导、责任科室、整改时限"
            ),
        )
    if records:
        supplement.restore(draft, records)
    return draft


def understand(sheets: Sequence[Sheet], feedback: date | None, today: date, *, exact: bool = False) -> Draft:
    """Understand the sheets of a workbook; `exact` tells that `export` has written it."""
    draft = Draft(exact=exact)
    visible = [sheet for sheet in sheets if not sheet.hidden]
    for sheet in visible:
        unseen.look(draft, sheet)
    names = {column.heading: column.meaning for column in layout.COLUMNS}
    tables = {
        sheet.name: header.own_table(sheet, names) if exact else header.tables(sheet) for sheet in visible
    }
    _list_unread(draft, sheets, tables)
    for sheet in visible:
        start = min((table.first for table in tables[sheet.name]), default=sheet.last_row + 1)
        _read_above(draft, sheet, start)
    day = feedback or _feedback(draft, visible, today)
    draft.settings.setdefault("inspection", {})["feedback"] = day.isoformat()
    reader = Reader(day, draft, None if exact else today)
    several = sum(map(bool, tables.values())) > 1
    for sheet in visible:
        category = sheet.name if several and not _GENERIC_SHEET.search(sheet.name) else ""
        taker = Taker(draft, reader, sheet, category)
        for table in tables[sheet.name]:
            taker.take(table)
    # Numbers count only where they are numbers of problems: each once, and rising.
    told = [problem.number for problem in draft.problems if problem.number is not None]
    if told != sorted(set(told)):
        for problem in draft.problems:
            problem.number = None
    return draft


def _list_unread(draft: Draft, sheets: Sequence[Sheet], tables: dict[str, list[header.Table]]) -> None:
    """List the sheets that are not read, and the formulas without a result."""
    for sheet in sheets:
        if sheet.hidden and sheet.cells:
            draft.doubt(_("the sheet is hidden: not read"), sheet=sheet.name)
        elif sheet.cells and not tables[sheet.name]:
            made = _("no table of problems or measures is found in this sheet: not read")
            draft.doubt(made, sheet=sheet.name)
        for spot in sheet.unstored:
            made = _("a formula without a stored result: its own text was taken")
            draft.doubt(made, sheet.text(*spot), sheet.name, address(*spot))


def _read_above(draft: Draft, sheet: Sheet, end: int) -> None:
    """Read what stands above the first table: the title, the organisation, who inspected."""
    for text in dict.fromkeys(text for row in sheet.by_row if row < end for text in sheet.texts(row)):
        draft.notes += [text] if text not in draft.notes else []
        if match := _ORGANISATION.search(text):
            draft.settings.setdefault("organisation", match["name"] or match["labelled"])
        if match := _INSPECTOR.search(text):
            draft.settings.setdefault("inspection", {}).setdefault("inspector", match[0])


def _feedback(draft: Draft, sheets: Sequence[Sheet], today: date) -> date:
    """Find the day of the feedback as a text tells it; else the earliest day of all cells, which is listed as doubtful."""
    for note in draft.notes:
        for match in _FEEDBACK.finditer(note):
            if days := full_days(match["before"] or match["after"]):
                return days[0]
    found = [today]
    for cell in (cell for sheet in sheets for cell in sheet.cells.values()):
        if isinstance(cell.value, str):
            found += full_days(cell.value) if "20" in cell.value else []
        elif isinstance(cell.value, date) and (day := limit(cell, today).day):
            found.append(day)
    made = _("the day of the feedback is not told: the earliest day, {day}, was taken; say it by --feedback")
    draft.doubt(made.format(day=min(found)))
    return min(found)
