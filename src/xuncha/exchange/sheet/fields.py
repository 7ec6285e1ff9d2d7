"""Columns that no ledger knows: each becomes a declared field of the problem or of the measure (自定义字段), typed by what stands in it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from xuncha.exchange.sheet.cells import exact_day, number_in
from xuncha.language import gettext as _
from xuncha.model.forms import FIELD
from xuncha.model.register import FieldFrame

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xuncha.exchange.drafts import Draft
    from xuncha.exchange.sheet.grid import Cell, Sheet
    from xuncha.exchange.sheet.header import Table
    from xuncha.exchange.sheet.row import Row
    from xuncha.model.vocabulary import FieldType


class Fields:
    """The fields of a document; those that the ledger declares already stay as they are."""

    def __init__(self, draft: Draft, declared: Iterable[FieldFrame] = ()) -> None:
        self.draft = draft
        self.known: dict[str, FieldFrame] = {each.key: each for each in declared}

    def declare(self, sheet: Sheet, table: Table) -> None:
        """Declare the fields of a table's columns: of the problem where the cells are merged over rows, else of the measure."""
        for column in table.choices:
            role = table.role(column)
            key = role.removeprefix(FIELD)
            if key == role or key in self.known:
                continue
            rows = [row for row in sheet.by_row if table.first <= row <= table.last]
            merged = any(sheet.same((row, column), (row + 1, column)) for row in rows)
            every = (sheet.cells[row, column] for row in rows if sheet.begins(row, column))
            told = [cell for cell in every if cell.text]
            of: Literal["problem", "measure"] = "problem" if merged else "measure"
            label = table.names[column].rpartition("/")[2]
            new = FieldFrame(key, label, of, _type(told), ())
            self.known[key] = new
            written = {name: value for name, value in new._asdict().items() if value}
            self.draft.settings.setdefault("fields", []).append(written)

    def put(self, row: Row, record: dict[str, Any], of: str) -> None:
        """Put the values of a row into a record."""
        for role, held in row.found.items():
            key = role.removeprefix(FIELD)
            if key == role or key not in self.known or self.known[key].of != of:
                continue
            value, doubts = _value(self.known[key], held), []
            if value is None:
                doubts = [_("it fits the field {key} of the ledger not: not taken").format(key=key)]
            elif self.known[key].type != "text" and len({cell.text for cell in held}) > 1:
                doubts = [_("several values for one measure: the first was taken")]
            if value is not None and record.setdefault("fields", {}).setdefault(key, value) != value:
                doubts += [_("another row of the problem says otherwise: not taken")]
            for made in doubts:
                self.draft.doubt(made, row.text(role), row.sheet, row.address(role), role)


def _type(told: list[Cell]) -> FieldType:
    """Return the type that all of these cells have."""
    if told and all(number_in(cell) is not None for cell in told):
        return "number"
    dates = [isinstance(cell.value, date) and exact_day(cell) for cell in told]
    return "date" if told and all(dates) else "text"


def _value(kind: FieldFrame, held: list[Cell]) -> int | float | str | None:
    """Return what the cells of one field say, in the field's type; None where they do not fit it."""
    text = "\n".join(dict.fromkeys(cell.text for cell in held))
    if kind.type == "number":
        return number_in(held[0])
    if kind.type == "date":
        day = exact_day(held[0])
        return day.isoformat() if day else None
    return text if kind.type == "text" or text in kind.choices else None
