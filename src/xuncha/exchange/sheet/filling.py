"""Fill an office's own table from the ledger. Cells with the same value are not touched, and no row is added."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xuncha.errors import RefusedError
from xuncha.exchange.drafts import Draft
from xuncha.exchange.sheet import cells, safety
from xuncha.exchange.sheet.grid import column_of
from xuncha.exchange.sheet.plan import Plan
from xuncha.exchange.sheet.reading import ReadOptions, draft_of
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.model.records import Ledger
from xuncha.pages.kind import ZIP

if TYPE_CHECKING:
    from xuncha.exchange.sheet.filled_word import FilledWord
    from xuncha.exchange.sheet.filled_workbook import FilledWorkbook


def fill_table(
    path: Path, options: ReadOptions, ledger: Ledger, office: str | None = None
) -> tuple[bytes, str, Draft]:
    """Fill a table from a ledger. Return the file, its form, and its draft, whose doubts list what found no place in the table.

    The measures of `office` that have no row are listed; None means all offices. Raises RefusedError if the file is neither an Excel
    workbook nor a Word document, cannot be read or filled, or has no known column; SurroundingsError without the part `office`.
    """
    draft = draft_of(path, options)
    writer = _writer(path)
    plan = Plan(draft, ledger, writer.anchor)
    named = {identity for match in plan.matches for _measure, identity in match.measures}
    named |= _fill_empty_rows(plan)
    for identity, measure in ledger.measures.items():
        if identity not in named and office in {None, measure.office, *measure.co_offices}:
            message = _("measure {id} of the ledger has no row in the table: not filled in")
            draft.doubt(message.format(id=identity), measure.title)
    return writer.write(plan), writer.form, draft


def _fill_empty_rows(plan: Plan) -> set[Identity]:
    """Fill the first measure of each problem that stands in a row without one. Return these measures."""
    filled = set()
    for match in plan.matches:
        sheet, row = match.problem.sheet, match.problem.rows[0]
        identity = next(iter(plan.ledger.by_problem().get(match.number or 0, ())), None)
        columns = [] if match.measures or identity is None else plan.columns(sheet, row)
        by_role = {each.role: column_of(each.letter) for each in reversed(columns)}
        if identity is None or "measure" not in by_role:
            continue
        record = plan.record(identity)
        values = plan.values(record, columns, {"co_offices"} - by_role.keys())
        merged = any(
            plan.anchor(sheet, (row + step, each))[0] != row + step for each in values for step in (0, 1)
        )
        if merged or len(cells.items(record["title"])) > 1:
            continue  # it would be read as the text of other measures, too
        plan.entries |= {(sheet, (row, each)): value for each, value in values.items() if value is not None}
        filled.add(identity)
    return filled


def _writer(path: Path) -> FilledWord | FilledWorkbook:
    """Return the writer for a file, whose content decides the kind."""
    content = safety.bytes_of(path)
    kind, package = safety.unpacked(path, content) if content.startswith(ZIP) else ("", None)
    if kind == "docx" and package:
        from xuncha.exchange.sheet.filled_word import FilledWord  # noqa: PLC0415  needs the part `office`

        return FilledWord(path, content, package)
    if kind == "xlsx" and package:
        from xuncha.exchange.sheet.filled_workbook import FilledWorkbook  # noqa: PLC0415  needs the part, too

        return FilledWorkbook(path, content, package)
    message = _("{path}: only a workbook of Excel (.xlsx, .xlsm) or a Word document (.docx) can be filled")
    raise RefusedError("not-a-workbook", message.format(path=path), _("save it as .xlsx in Excel or WPS"))
