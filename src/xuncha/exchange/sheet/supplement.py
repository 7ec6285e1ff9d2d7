"""The sheet 补充信息, which holds the whole ledger, so that `import` restores what `export` wrote.

Each row names a record (台账 is the ledger itself, 2 a problem, 2.3 a measure) and holds its JSON; a long one takes several rows.
A record counts as long as the cells of the ledger's sheet have the same values; if someone has changed a cell, the cell counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from xuncha.exchange.drafts import Draft, MeasureDraft, ProblemDraft, RecordDraft
from xuncha.exchange.sheet import layout
from xuncha.exchange.sheet.grid import Sheet, clean
from xuncha.language import gettext as _
from xuncha.model.forms import FIELD_PREFIX
from xuncha.model.records import Ledger, Measure, Problem
from xuncha.model.settings import Settings
from xuncha.store.record import make_record

if TYPE_CHECKING:
    from pydantic import BaseModel

    from xuncha.model.register import Frame

NAME = "补充信息"
HEADINGS = ("编号", "内容")
CHOICES = "选项"
"""The sheet with the names that are offered as choices."""
LEDGER = "台账"
COMPUTED = ("统计", "三个清单")
"""Our sheets that are computed from the first one, and say nothing new."""
_MEASURE_COLUMNS = {"part", "goal", "co_offices", "person", "due", "progress", "closed_date"}
"""Columns in which an empty cell means that there is no value."""
Records = dict[str, dict[str, Any]]


def rows(ledger: Ledger) -> Iterator[tuple[str, str]]:
    """Yield the rows of the sheet: the name of a record, and its JSON or a part of it."""
    for name, record in chain([(LEDGER, ledger.settings)], ledger.problems.items(), ledger.measures.items()):
        text = json.dumps(record.model_dump(mode="json", exclude_defaults=True), ensure_ascii=False)
        for start in range(0, len(text), layout.LONGEST):
            yield str(name), text[start : start + layout.LONGEST]


def is_own(sheet: Sheet | None) -> bool:
    """Return whether a sheet is 补充信息 as `export` writes it."""
    return sheet is not None and sheet.name == NAME and tuple(sheet.texts(1)) == HEADINGS


def separate(sheets: Sequence[Sheet]) -> tuple[list[Sheet], Records]:
    """Separate the sheets that people fill in from ours. Return them, and the records of 补充信息 by their names."""
    own = next(filter(is_own, sheets), None)
    if own is None:  # somebody may have deleted it
        written = {CHOICES, *COMPUTED} <= {sheet.name for sheet in sheets}
        return [sheet for sheet in sheets if not (written and sheet.name in COMPUTED)], {}
    texts: dict[str, str] = {}
    for row in list(own.by_row)[1:]:
        name, part = (cell.value if (cell := own.cells.get((row, column))) else "" for column in (1, 2))
        texts[str(name)] = f"{texts.get(str(name), '')}{part}"
    others = [sheet for sheet in sheets if sheet.name not in {NAME, CHOICES, *COMPUTED}]
    return others, {name: _record(text) for name, text in texts.items()}


def _record(text: str) -> dict[str, Any]:
    """Return the record in a JSON text. If someone has made it anything else, return an empty one, which is not valid."""
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def frame_of(records: Records) -> Frame:
    """Return the frame of the ledger that was exported; of an empty one if its record is not valid."""
    settings = make_record(Settings, records.get(LEDGER, {})).record
    return (settings or Settings(categories=[], leaders=[], offices=[])).frame()


def restore(draft: Draft, records: Records) -> None:
    """Put the records into a draft, as far as the cells still have the same values."""
    whole = records.get(LEDGER, {})
    if _is_valid(draft, Settings, whole, LEDGER):
        draft.settings = whole
    for problem in draft.problems:
        if (record := records.get(str(problem.number))) is not None:
            _restore_problem(draft, problem, record)
        for measure in problem.measures:
            _restore_measure(draft, measure, records.get(str(measure.identity)))


def _is_valid(draft: Draft, kind: type[BaseModel], record: dict[str, Any], name: str) -> bool:
    """Return whether a record is valid; someone may have changed 补充信息. List one that is not."""
    if broken := make_record(kind, record).findings:
        message = _("cannot be understood and is left out: {reason}")
        draft.doubt(message.format(reason=broken[0].message), name, NAME)
    return not broken


def _restore_problem(draft: Draft, problem: ProblemDraft, record: dict[str, Any]) -> None:
    if _is_valid(draft, Problem, record, str(problem.number)):
        is_same = clean(record["title"]) == problem.text("problem")
        whole = record if is_same else record | problem.record
        _restore_fields(whole, problem)
        problem.record = whole


def _restore_fields(whole: dict[str, Any], draft: RecordDraft) -> None:
    """Keep the values of fields whose cells have not changed; for the others, use the cells."""
    old = whole.pop("fields", {})
    texts = {key: draft.text(f"{FIELD_PREFIX}{key}") for key in old}
    kept = {key: value for key, value in old.items() if layout.cell_text(value) == texts[key]}
    if fields := {**draft.record.get("fields", {}), **kept}:
        whole["fields"] = fields


def _restore_measure(draft: Draft, measure: MeasureDraft, record: dict[str, Any] | None) -> None:
    if record is not None and not _is_valid(draft, Measure, record, str(measure.identity)):
        return
    whole = dict(record or measure.record)
    _restore_fields(whole, measure)
    expected = {name: cell.text for name, cell in layout.values(whole).items()}
    for column in layout.COLUMNS:
        name = column.meaning
        for key in column.keys if expected.get(name, "") != measure.text(name) else ():
            if key in measure.record:
                whole[key] = measure.record[key]
            elif name in _MEASURE_COLUMNS:
                whole.pop(key, None)
    if expected.get(layout.REMARK, "") != (remark := measure.text(layout.REMARK)):
        draft.doubt(_("a remark: not imported"), remark, measure.place)
    measure.record = whole
