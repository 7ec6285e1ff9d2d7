"""The ledger as CSV for spreadsheet programs, and as JSON for programs."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING, Any

from xuncha.exchange.sheet import layout
from xuncha.exchange.sheet.styles import COMMAND

if TYPE_CHECKING:
    from xuncha.exchange.sheet.workbook import Cell
    from xuncha.model.records import Ledger

BOM = "\ufeff"
"""What tells Excel that a text is UTF-8."""


def as_csv(ledger: Ledger) -> str:
    """One row a measure, with the problem on each; a problem without measures has one row, too."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\r\n")
    rows.writerow([column.heading for column in layout.COLUMNS])
    titles = {category.key: category.title for category in ledger.settings.categories}
    for number, measures in ledger.by_problem().items():
        problem = ledger.problems[number]
        head = {"number": str(number), "category": titles[problem.category], "problem": problem.title}
        for identity, measure in measures.items() or [(None, None)]:
            said: dict[str, Cell] = {}
            if identity is not None and measure is not None:
                said = layout.values(identity, measure.model_dump(mode="json", exclude_defaults=True))
            rows.writerow(
                [
                    _inert(head.get(column.meaning) or _text(said.get(column.meaning)))
                    for column in layout.COLUMNS
                ]
            )
    return BOM + written.getvalue()


def as_json(ledger: Ledger) -> dict[str, Any]:
    """All of it: the ledger's own record, and its problems with their measures, by the keys of the files."""
    return {
        "ledger": ledger.settings.model_dump(mode="json"),
        "problems": [
            {
                "id": str(number),
                **ledger.problems[number].model_dump(mode="json"),
                "measures": [
                    {"id": str(identity), **measure.model_dump(mode="json")}
                    for identity, measure in measures.items()
                ],
            }
            for number, measures in ledger.by_problem().items()
        ],
    }


def _text(cell: Cell | None) -> str:
    if cell is None:
        return ""
    if isinstance(cell.value, date):
        return cell.value.isoformat() + (
            f"（{layout.LONG_TERM}）" if cell.form == layout.DAY_LONG_TERM else ""
        )
    return str(cell.value)


def _inert(text: str) -> str:
    """A text that no spreadsheet program takes for a formula."""
    return f"'{text}" if text.startswith(COMMAND) else text
