"""Plan how an office's own table is filled, for every kind of file: which cell gets which value."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from xuncha.chinese.days import in_words
from xuncha.chinese.limits import days_with_year
from xuncha.exchange.drafts import Column, Draft, MeasureDraft
from xuncha.exchange.matching import key_of, matches
from xuncha.exchange.sheet import cells, layout
from xuncha.exchange.sheet.grid import Spot, address, column_of, place
from xuncha.exchange.sheet.row_cells import DIVISIBLE
from xuncha.language import gettext as _
from xuncha.model.forms import FIELD_PREFIX
from xuncha.model.identity import Identity
from xuncha.model.records import Ledger
from xuncha.model.states import read_state
from xuncha.model.vocabulary import STATUS_WORDS

_SHARED_CELLS: Final = {"co_offices": "office", "closed_date": "state"}
"""Roles whose value may stand in the cell of another role."""
_DIGITS: Final = re.compile(r"\d{4}([-./])\d{1,2}\1\d{1,2}")  # a day as some offices write it


class CellValue(NamedTuple):
    """The value that a measure needs in a cell."""

    changed: bool  # whether the value differs from that in the cell
    compared: object  # the value of the ledger, to be compared
    value: object  # the same value, to be written
    row: int


def as_text(value: object, previous: str) -> str:
    """Write a value as text; a day is written as the day that stood there before."""
    if not isinstance(value, date):
        return "" if value is None else layout.cell_text(value)
    if match := _DIGITS.search(previous):
        mark = match[1]
        padded = mark == "-" or re.search(rf"\{mark}0", match[0])
        return value.strftime(f"%Y{mark}%m{mark}%d") if padded else f"{value.year}{mark}{value.month}{mark}{value.day}"  # fmt: skip
    return in_words(value)


class Plan:
    """The changes to a table that a ledger makes. What finds no place is a doubt. `anchor` returns the first place of a merged cell."""

    def __init__(self, draft: Draft, ledger: Ledger, anchor: Callable[[str, Spot], Spot]) -> None:
        self.draft, self.ledger, self.anchor = draft, ledger, anchor
        self.entries: dict[tuple[str, Spot], object] = {}
        """The new values of the cells whose values change."""
        self.matches = list(matches(draft, ledger))
        self.wishes: dict[tuple[str, Spot, str], list[CellValue]] = {}
        """By cell and role: the values that the measures of the cell need."""
        self.split_cells: set[tuple[str, Spot]] = set()
        """The merged cells that are split, by their first places."""
        for match in self.matches:
            for measure, identity in match.measures:
                self._compare(measure, identity)
        self._settle()

    def columns(self, sheet: str, row: int) -> list[Column]:
        """Return the columns of the table in which a row stands."""
        of_sheet = (each for each in self.draft.columns if each.sheet == sheet)
        return [each for each in of_sheet if each.rows[0] <= row <= each.rows[1]]

    def record(self, identity: Identity) -> dict[str, Any]:
        """Return the record of a measure in the ledger."""
        return self.ledger.measures[identity].model_dump(mode="json", exclude_defaults=True)

    def _compare(self, measure: MeasureDraft, identity: Identity | None) -> None:
        """Compare the cells of a measure with its record. The cells of a measure that the ledger does not have stay as they are."""
        old = comparable({**measure.record, "status": measure.status})
        record = self.record(identity) if identity else {}
        new = comparable(record) if identity else dict(old)
        if record.get("due") and "term" not in measure.record:
            new["due"] = record["due"], old["kind"]  # a day says nothing of the kind of task
        columns = self.columns(measure.sheet, measure.rows[0])
        filled = {each.role: column_of(each.letter) for each in reversed(columns)}
        shared = {role for role in _SHARED_CELLS if old[role] and role not in filled}
        for role in shared:
            for each in (old, new):
                each[_SHARED_CELLS[role]] = each[_SHARED_CELLS[role]], each[role]
        values = self.values(record, columns, shared) if identity else {}
        if sum(each.role == "progress" for each in columns) > 1 and old["progress"] != new["progress"]:
            message = _("the table has several columns of progress: not filled in")
            self.draft.doubt(message, record["title"], measure.place, "progress")
            new["progress"] = old["progress"]
        for column in columns:
            number = column_of(column.letter)
            if column.role not in {*old, *new} or (column.tick is None and filled[column.role] != number):
                continue  # of two columns with one role, one is filled
            spot = self.anchor(measure.sheet, (measure.rows[0], number))
            before, now = old.get(column.role), new.get(column.role)
            # A cell such as 张三（办公室） holds the values of several roles.
            there = place(measure.sheet, address(*spot))
            apart = [role for role in measure.cells if role not in filled]
            held = [role for role in apart if any(cell.place == there for cell in measure.cells[role])]
            if held:
                if any(old.get(role) != new.get(role) for role in (column.role, *held)):
                    message = _(
                        "this cell names several roles, and the ledger says something else: not filled in"
                    )
                    self.draft.doubt(message, record["title"], there, column.role)
                continue
            wish = CellValue(before != now, now, values.get(number), measure.rows[0])
            self.wishes.setdefault((measure.sheet, spot, column.role), []).append(wish)

    def _settle(self) -> None:
        """Decide the new value of each cell. Several measures in one cell must agree."""
        for (sheet, spot, role), wishes in self.wishes.items():
            if role == "progress" and not any(wish.compared for wish in wishes[1:]):
                value, count = str(wishes[0].value or ""), len(wishes)
                if count > 1 and len(cells.items(value)) == count:  # else each measure would get one line
                    wishes[0] = wishes[0]._replace(value=value.replace("\n", "；"))
                del wishes[1:]  # progress belongs to the first of several measures
            if not any(wish.changed for wish in wishes):
                continue
            if all(wish.compared == wishes[0].compared for wish in wishes):
                self.entries[sheet, spot] = wishes[0].value
            elif len({wish.row for wish in wishes}) == len(wishes):
                self.split_cells.add((sheet, spot))
                self.entries |= {(sheet, (wish.row, spot[1])): wish.value for wish in wishes}
            elif len({wish.row for wish in wishes}) == 1 and (text := _joined(role, wishes)):
                self.entries[sheet, spot] = text
            else:
                message = _(
                    "this cell contains several measures, and the ledger does not say the same for all: not filled in"
                )
                self.draft.doubt(message, place=place(sheet, address(*spot)), role=role)

    def values(
        self, record: Mapping[str, Any], columns: Sequence[Column], shared: Collection[str]
    ) -> dict[int, object]:
        """Return the values of a measure's cells by the numbers of the columns; roles in `shared` have no column of their own."""
        words = self.draft.form.states if self.draft.form else {}
        status, term = record["status"], record.get("term", "once")
        due, closed = record.get("due"), record.get("closed", {}).get("date")
        kind = None if term == "once" else layout.WITHOUT_LIMIT[term]
        fitting = (word for word, meant in words.items() if meant == status and _is_only_state(word, term))
        helping = record.get("co_offices", ())
        by_role = {
            **comparable(record),
            "measure": record["title"],
            "state": next(fitting, STATUS_WORDS[status]),
            "kind": kind or "限期整改",
            "due": date.fromisoformat(due) if due else kind,
            "closed_date": date.fromisoformat(closed) if closed else None,
            "co_offices": "、".join(helping) or None,
            "progress": "\n".join(map(cells.show_entry, record.get("progress", ()))) or None,
            "publish": "是" if record.get("publish", True) else "否",
        }
        if "co_offices" in shared:
            by_role["office"] = "、".join(filter(None, (record.get("office"), *helping))) or None
        by_column: dict[int, object] = {}
        for column in (each for each in columns if each.role in by_role):
            value = by_role[column.role]
            if column.tick is not None:
                meant = words.get(column.tick) or getattr(read_state(column.tick), "status", None)
                value = "√" if meant == status else None
            by_column[column_of(column.letter)] = value
        return by_column


def _is_only_state(word: str, term: str) -> bool:
    """Return whether an office's word names a state and nothing else: no day, no share, and no other kind of task."""
    found = read_state(word)
    says_more = found and (found.doubt or ((found.long_term or found.staged) and term != "long_term"))
    return not (says_more or re.search(r"\d", word) or days_with_year(word))


def _joined(role: str, wishes: Sequence[CellValue]) -> str:
    """Return the values of several measures in one row, one on each line, if they can be read back; else an empty text."""
    texts = [as_text(wish.value, "") for wish in wishes]
    numbered = (f"（{number}）{text}" for number, text in enumerate(texts, 1))
    parted = cells.items if role in DIVISIBLE else cells.lines
    return next((text for text in ("\n".join(texts), "\n".join(numbered)) if parted(text) == texts), "")


def comparable(record: Mapping[str, Any]) -> dict[str, object]:
    """Return the values of a record by the roles of the columns, in a form that can be compared."""
    term, entries = record.get("term", "once"), record.get("progress", ())
    return {
        **{key: record.get(key) for key in ("goal", "part", "leader", "office", "person")},
        **{f"{FIELD_PREFIX}{key}": value for key, value in record.get("fields", {}).items()},
        "state": record.get("status"),
        "kind": term,
        "due": (record.get("due"), term),
        "closed_date": record.get("closed", {}).get("date"),
        "co_offices": tuple(record.get("co_offices", ())),
        "progress": key_of("".join(each["text"] for each in entries)),
    }
