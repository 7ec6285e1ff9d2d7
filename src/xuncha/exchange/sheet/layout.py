"""The ledger as a table: its columns and the cells of its rows, for export and import; and as CSV and JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from xuncha.chinese.characters import is_formula
from xuncha.exchange.sheet.cells import show_entry
from xuncha.exchange.sheet.grid import DAY, Cell
from xuncha.model.forms import FIELD_PREFIX
from xuncha.model.records import Ledger, Measure, Problem
from xuncha.model.register import FieldFrame
from xuncha.model.vocabulary import STATUS_WORDS, UNKNOWN

LONG_TERM = "长期坚持"
AT_ONCE = "立行立改"
DAY_LONG_TERM = f'yyyy-mm-dd"（{LONG_TERM}）"'
LONGEST = 32_000
"""The most characters of a cell that we write; Excel allows 32,767."""
CUT_MARK = "……（全文见“补充信息”）"
REMARK: Final = "remark"
"""The meaning of the last column, which only our own workbooks have."""


class Column(NamedTuple):
    """A column of the ledger's sheet."""

    meaning: str
    """The role of the column, as in a form; the column of the numbers of measures is `identity` here."""
    heading: str
    width: int
    keys: tuple[str, ...] = ()  # the keys of a measure that it shows


COLUMNS: Final = (
    Column("number", "序号", 6),
    Column("category", "方面", 13),
    Column("problem", "反馈问题", 22),
    Column("identity", "编号", 7),
    Column("part", "子问题", 14, ("part",)),
    Column("measure", "整改措施", 30, ("title",)),
    Column("goal", "整改目标", 20, ("goal",)),
    Column("leader", "责任领导", 10, ("leader",)),
    Column("office", "责任科室", 10, ("office", "co_offices")),
    Column("co_offices", "配合科室", 10, ("office", "co_offices")),
    Column("person", "具体责任人", 10, ("person",)),
    Column("due", "整改时限", 12, ("due", "term")),
    Column("state", "完成情况", 10, ("status",)),
    Column("closed_date", "销号日期", 11, ("closed",)),
    Column("progress", "进展情况", 42, ("progress",)),
    Column(REMARK, "备注", 12, ("publish", "escalated")),
)
WITHOUT_LIMIT: Final = {"long_term": LONG_TERM, "at_once": AT_ONCE, "once": UNKNOWN}
_OPTIONAL: Final = {"part", "goal", "person"}  # columns that are left out if no measure has a value


def columns(ledger: Ledger, *, every: bool = False) -> list[Column]:
    """Return the columns that a ledger fills, or all of them if `every` is set, and those of the declared fields."""
    measures = ledger.measures.values()
    unused = {name for name in _OPTIONAL if not any(getattr(each, name) for each in measures)}
    included = [column for column in COLUMNS if every or column.meaning not in unused]
    own = [Column(f"{FIELD_PREFIX}{each.key}", each.label, 14) for each in ledger.settings.fields]
    return [*included[:-1], *own, included[-1]]


def problem_columns(ledger: Ledger) -> set[str]:
    """Return the meanings of the columns on the problem; the others are on its measures."""
    own = (each.key for each in ledger.settings.fields if each.of == "problem")
    return {"number", "category", "problem"} | {f"{FIELD_PREFIX}{key}" for key in own}


def roles(fields: Iterable[FieldFrame]) -> dict[str, str]:
    """Return the roles of the columns of our own workbook, by their headings."""
    own = {each.label: f"{FIELD_PREFIX}{each.key}" for each in fields}
    meanings = {column.heading: column.meaning for column in COLUMNS}
    return own | meanings | {"编号": "number"}


def rows(ledger: Ledger) -> Iterator[dict[str, Cell]]:
    """Yield the cells of each row by the meanings of the columns: a row for each measure, and one for a problem without measures."""
    titles: dict[str | None, str] = {category.key: category.title for category in ledger.settings.categories}
    for number, measures in ledger.by_problem().items():
        problem = ledger.problems[number]
        category = titles.get(problem.category, UNKNOWN)
        shown = {"number": number, "category": category, "problem": problem.title} | _fields(problem.fields)
        head = {name: Cell.of(value, "General") for name, value in shown.items()}
        if not measures:
            yield head
        for identity, measure in measures.items():
            own = {"identity": Cell.of(str(identity), "@")}
            yield head | own | values(measure.model_dump(mode="json", exclude_defaults=True))


def as_csv(ledger: Ledger) -> str:
    """Write the rows as CSV for spreadsheet programs, with the problem on each row."""
    written = io.StringIO()
    table = csv.writer(written, lineterminator="\r\n")
    shown = columns(ledger, every=True)
    table.writerow([column.heading for column in shown])
    for cells in rows(ledger):
        table.writerow([_text(cells.get(column.meaning)) for column in shown])
    return "\ufeff" + written.getvalue()  # this mark tells Excel that a text is UTF-8


def _text(cell: Cell | None) -> str:
    """Return the text of a cell for CSV, written so that no spreadsheet program takes it for a formula."""
    if cell is None:
        return ""
    if isinstance(cell.value, date):
        return cell.value.isoformat() + (f"（{LONG_TERM}）" if cell.form == DAY_LONG_TERM else "")
    text = str(cell.value)
    return f"'{text}" if is_formula(text) else text


def as_json(ledger: Ledger) -> dict[str, Any]:
    """Return the whole ledger for programs: its settings, and its problems with their measures, with the keys of the files."""

    def whole(identity: object, record: Problem | Measure) -> dict[str, Any]:
        return {"id": str(identity), **record.model_dump(mode="json")}

    return {
        "ledger": ledger.settings.model_dump(mode="json"),
        "problems": [
            whole(number, ledger.problems[number])
            | {"measures": [whole(identity, measure) for identity, measure in measures.items()]}
            for number, measures in ledger.by_problem().items()
        ],
    }


def values(record: dict[str, Any]) -> dict[str, Cell]:
    """Return the cells of a measure's row by the meanings of the columns; empty cells are left out."""
    long_term = record.get("term") == "long_term"
    due, closed, escalated = record.get("due"), record.get("closed"), record.get("escalated", {})
    remarks = (
        (LONG_TERM, long_term and due),
        (f"攻坚事项：{escalated.get('to')}", escalated),
        ("不公开", not record.get("publish", True)),
    )
    found: dict[str, object] = {
        "part": record.get("part"),
        "measure": record["title"],
        "goal": record.get("goal"),
        "leader": record.get("leader", UNKNOWN),
        "office": record.get("office", UNKNOWN),
        "co_offices": "、".join(record.get("co_offices", ())),
        "due": date.fromisoformat(due) if due else WITHOUT_LIMIT[record.get("term", "once")],
        "person": record.get("person"),
        "progress": "\n".join(map(show_entry, record.get("progress", ()))),
        "state": STATUS_WORDS[record["status"]] if record.get("status") else None,
        "closed_date": date.fromisoformat(closed["date"]) if closed and "date" in closed else None,
        REMARK: "；".join(text for text, holds in remarks if holds),
        **_fields(record.get("fields", {})),
    }
    form = {"due": DAY_LONG_TERM if long_term else DAY, "closed_date": DAY}
    form |= {name: "General" for name, value in found.items() if isinstance(value, int | float)}
    return {name: Cell.of(_shortened(value), form.get(name, "@")) for name, value in found.items() if value}


def cell_text(value: object) -> str:
    """Return the text of the cell that shows a field's value."""
    return Cell.of(_shortened(value), "General").text


def _fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{FIELD_PREFIX}{key}": value for key, value in fields.items()}


def _shortened(value: object) -> object:
    is_long = isinstance(value, str) and len(value) > LONGEST
    return f"{str(value)[: LONGEST - len(CUT_MARK)]}{CUT_MARK}" if is_long else value
