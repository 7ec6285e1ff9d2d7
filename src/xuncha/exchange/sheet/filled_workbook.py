"""Fill an office's own workbook, cell by cell."""

from __future__ import annotations

import io
from copy import copy
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from xuncha.chinese.characters import is_formula
from xuncha.exchange.sheet import safety
from xuncha.exchange.sheet.grid import Spot
from xuncha.exchange.sheet.plan import Plan, as_text
from xuncha.pages.package import Package


class FilledWorkbook:
    """Writes a plan into a workbook."""

    def __init__(self, path: Path, content: bytes, package: Package) -> None:
        has_macros = "macro" in package.kind(package.main).lower()
        self.form = "xlsm" if has_macros else "xlsx"
        with safety.refusing_damage(path):
            self.book: Any = load_workbook(io.BytesIO(content), keep_vba=has_macros)
        self.sheets = {sheet.title: sheet for sheet in self.book.worksheets}
        self.anchors: dict[str, dict[Spot, Spot]] = {}

    def anchor(self, sheet: str, spot: Spot) -> Spot:
        """Return the first place of the merged cell that covers a place."""
        if sheet not in self.anchors:
            self.anchors[sheet] = {}
            for merged in self.sheets[sheet].merged_cells.ranges:
                self.anchors[sheet] |= dict.fromkeys(merged.cells, (merged.min_row, merged.min_col))
        return self.anchors[sheet].get(spot, spot)

    def write(self, plan: Plan) -> bytes:
        """Return the filled workbook."""
        for sheet, first in plan.split_cells:
            self._split(self.sheets[sheet], first)
        for (sheet, spot), value in plan.entries.items():
            cell: Any = self.sheets[sheet].cell(*spot)
            is_text = isinstance(value, date) and not isinstance(cell.value, date | None)
            cell.value = as_text(value, str(cell.value)) if is_text else value
            if cell.font.strike:
                font = copy(cell.font)
                font.strike = False  # the new value must not be struck out
                cell.font = font
            if isinstance(value, str) and is_formula(value):
                cell.data_type, cell.quotePrefix = "s", True
        written = io.BytesIO()
        self.book.save(written)
        return written.getvalue()

    def _split(self, sheet: Any, first: Spot) -> None:  # noqa: ANN401
        """Split a merged cell, so that each row has its own cell with the same look."""
        for merged in [each for each in sheet.merged_cells.ranges if (each.min_row, each.min_col) == first]:
            sheet.unmerge_cells(str(merged))
            for row in range(merged.min_row + 1, merged.max_row + 1):
                for column in range(merged.min_col, merged.max_col + 1):
                    sheet.cell(row, column)._style = copy(sheet.cell(*first)._style)  # noqa: SLF001  there is no other way
                if merged.max_col > merged.min_col:
                    sheet.merge_cells(None, row, merged.min_col, row, merged.max_col)
            if merged.max_col > merged.min_col:
                sheet.merge_cells(None, first[0], merged.min_col, first[0], merged.max_col)
