"""The office's own workbook, filled with what the ledger says now; a cell that says the same already is not touched."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xuncha.chinese.characters import is_formula
from xuncha.chinese.days import in_words
from xuncha.errors import RefusedError
from xuncha.exchange.matching import matched
from xuncha.exchange.sheet import layout, safety
from xuncha.exchange.sheet.cells import show_entry
from xuncha.exchange.sheet.reading import Wanted, draft_of
from xuncha.exchange.wording import key_of
from xuncha.language import gettext as _
from xuncha.model.forms import FIELD
from xuncha.model.vocabulary import WORDS

if TYPE_CHECKING:
    from xuncha.exchange.drafts import Draft, MeasureDraft
    from xuncha.model.forms import Form
    from xuncha.model.records import Ledger
    from xuncha.model.vocabulary import Status


def filled(path: Path, wanted: Wanted, ledger: Ledger) -> tuple[bytes, Draft]:
    """Fill a workbook; return it, and its draft, in whose doubts stands what found no place in it.

    Raises:
        RefusedError: it is no workbook of Excel, cannot be read, or none of its columns is known.
        SurroundingsError: the part `office` is not installed.
    """
    draft = draft_of(path, wanted)
    if path.suffix.lower() not in {".xlsx", ".xlsm"}:
        said = _("{path}: only a workbook of Excel (.xlsx, .xlsm) can be filled").format(path=path)
        raise RefusedError("not-a-workbook", said, _("save it as .xlsx in Excel or WPS"))
    from openpyxl import load_workbook  # noqa: PLC0415  `draft_of` has told where it is missing

    content = safety.bytes_of(path)
    book: Any = load_workbook(io.BytesIO(content), keep_vba=path.suffix.lower() == ".xlsm")
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    missing = dict(ledger.measures)
    for match in matched(draft, ledger):
        for measure, identity in match.measures:
            if identity is not None:
                del missing[identity]
                record = ledger.measures[identity].model_dump(mode="json", exclude_defaults=True)
                _fill(sheets[measure.sheet], draft, measure, record)
    for identity in missing:
        made = _("measure {id} of the ledger has no row in the table: not filled in")
        draft.doubt(made.format(id=identity), ledger.measures[identity].title)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue(), draft


def _fill(sheet: Any, draft: Draft, measure: MeasureDraft, record: Mapping[str, Any]) -> None:  # noqa: ANN401
    """Fill the cells of a measure's row that say something else than its record."""
    row = int("".join(letter for letter in measure.address if letter.isdigit()) or 0)
    said, told = _told({**measure.record, "status": measure.status}), _told(record)
    values = _values(record, draft.form)
    for column in draft.columns:
        role = column.role
        if column.sheet != measure.sheet or not row or said.get(role) == told.get(role):
            continue
        cell = _anchor(sheet, sheet[f"{column.letter}{row}"])
        value = values.get(role)
        if isinstance(value, date) and not isinstance(cell.value, date | None):
            value = in_words(value)  # as the office writes days
        cell.value = value
        if isinstance(value, str) and is_formula(value):
            cell.data_type, cell.quotePrefix = "s", True


def _anchor(sheet: Any, cell: Any) -> Any:  # noqa: ANN401
    """Return the cell that may be written where cells are merged: the first."""
    for merged in sheet.merged_cells.ranges:
        if cell.coordinate in merged:
            return sheet.cell(merged.min_row, merged.min_col)
    return cell


def _told(record: Mapping[str, Any]) -> dict[str, object]:
    """Return what a record says, by the roles of the columns, in a form that can be compared."""
    term, entries = record.get("term", "once"), record.get("progress", ())
    return {
        **{key: record.get(key) for key in ("goal", "part", "leader", "office", "person")},
        **{f"{FIELD}{key}": value for key, value in record.get("fields", {}).items()},
        "state": record.get("status"),
        "kind": term,
        "due": (record.get("due"), term),
        "closed_date": record.get("closed", {}).get("date"),
        "co_offices": tuple(record.get("co_offices", ())),
        "progress": key_of("".join(each["text"] for each in entries)),
    }


def _values(record: Mapping[str, Any], form: Form | None) -> dict[str, object]:
    """Return what the cells are to hold, by the roles of the columns."""
    words: Mapping[str, Status] = form.states if form else {}
    status, term = record["status"], record.get("term", "once")
    due, closed = record.get("due"), record.get("closed", {}).get("date")
    return {
        **_told(record),
        "state": next((word for word, meant in words.items() if meant == status), WORDS[status]),
        "kind": {"long_term": layout.LONG_TERM, "at_once": layout.AT_ONCE}.get(term, "限期整改"),
        "due": date.fromisoformat(due) if due else layout.WITHOUT_LIMIT[term] if term != "once" else None,
        "closed_date": date.fromisoformat(closed) if closed else None,
        "co_offices": "、".join(record.get("co_offices", ())) or None,
        "progress": "\n".join(map(show_entry, record.get("progress", ()))) or None,
    }
