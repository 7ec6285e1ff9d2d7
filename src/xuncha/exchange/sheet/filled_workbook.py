"""An office's own workbook, cell by cell."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openpyxl import load_workbook

from xuncha.chinese.characters import is_formula
from xuncha.exchange.sheet import safety
from xuncha.exchange.sheet.plan import as_text

if TYPE_CHECKING:
    from xuncha.exchange.sheet.grid import Spot
    from xuncha.exchange.sheet.plan import Plan
    from xuncha.pages.package import Package


class FilledWorkbook:
    """Writes a plan into a workbook, in which rows stay where formulas and other sheets look for them."""

    takes_rows = False

    def __init__(self, path: Path, content: bytes, package: Package) -> None:
        has_macros = "macro" in package.kind(package.main).lower()
        with safety.of_any_damage(path):
            self.book: Any = load_workbook(io.BytesIO(content), keep_vba=has_macros)
        self.sheets = {sheet.title: sheet for sheet in self.book.worksheets}
        self.firsts: dict[str, dict[Spot, Spot]] = {}

    def first(self, sheet: str, spot: Spot) -> Spot:
        """Return the first place of the merged cell that covers a place."""
        if sheet not in self.firsts:
            self.firsts[sheet] = {
                each: (merged.min_row, merged.min_col)
                for merged in self.sheets[sheet].merged_cells.ranges
                for each in merged.cells
            }
        return self.firsts[sheet].get(spot, spot)

    def write(self, plan: Plan) -> bytes:
        """Return the workbook, filled."""
        for entry in plan.entries:
            cell: Any = self.sheets[entry.sheet].cell(*entry.spot)
            value = entry.value
            if isinstance(value, date) and not isinstance(cell.value, date | None):
                value = as_text(value, str(cell.value))
            cell.value = value
            if isinstance(value, str) and is_formula(value):
                cell.data_type, cell.quotePrefix = "s", True
        written = io.BytesIO()
        self.book.save(written)
        return written.getvalue()
