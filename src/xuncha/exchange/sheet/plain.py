"""The ledger as CSV for spreadsheet programs, and as JSON for programs."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING, Any

from xuncha.exchange.sheet import layout

if TYPE_CHECKING:
    from xuncha.exchange.sheet.grid import Cell
    from xuncha.model.records import Ledger

_BOM = "\ufeff"
"""What tells Excel that a text is UTF-8."""
_COMMAND = tuple("=+-@\t\r")
"""How a text begins that a spreadsheet program would take for a formula."""


def as_csv(ledger: Ledger) -> str:
    """One row a measure, with the problem on each; a problem without measures has one row, too."""
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\r\n")
    rows.writerow([column.heading for column in layout.COLUMNS])
    for said in layout.rows(ledger):
        rows.writerow([_text(said.get(column.meaning)) for column in layout.COLUMNS])
    return _BOM + written.getvalue()


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
    """Return the text of a cell; a spreadsheet program takes none for a formula."""
    if cell is None:
        return ""
    if isinstance(cell.value, date):
        long_term = f"（{layout.LONG_TERM}）" if cell.form == layout.DAY_LONG_TERM else ""
        return cell.value.isoformat() + long_term
    text = str(cell.value)
    return f"'{text}" if text.startswith(_COMMAND) else text
