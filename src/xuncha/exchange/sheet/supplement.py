"""The sheet 补充信息: what a ledger says and the columns of its sheet cannot, so that `import` gives back what `export` took.

One value a row: of what (台账 is the ledger itself, 2 a problem, 2.3 a measure), what it is, its key, and the value. It counts as
long as the cells of the ledger's sheet still say what they said beside it; where someone has changed a cell, the cell counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from xuncha.exchange.drafts import Draft, MeasureDraft, ProblemDraft, RecordDraft
from xuncha.exchange.sheet import layout
from xuncha.exchange.sheet.grid import Sheet, clean
from xuncha.exchange.sheet.rows import Reader
from xuncha.exchange.sheet.tables import title_of_problem
from xuncha.language import gettext as _
from xuncha.model.forms import FIELD
from xuncha.model.names import KEY_NAMES
from xuncha.model.records import Ledger, Measure, Problem
from xuncha.model.settings import Settings
from xuncha.store.record import shape

if TYPE_CHECKING:
    from pydantic import BaseModel

    from xuncha.model.identity import Identity
    from xuncha.model.register import Frame

NAME = "补充信息"
HEADINGS = ("编号", "项目", "键", "内容")
CHOICES = "选项"
"""The sheet with the names that are offered as choices."""
WHOLE = "台账"
COMPUTED = ("统计", "三个清单")
"""Sheets of ours that say nothing which the first does not say."""
_LISTS = ("categories", "leaders", "offices")
"""Keys of the ledger that must be there even where they are empty."""
_EXACT = 2**53  # beyond it, a spreadsheet does not keep whole numbers
_MEASURE_COLUMNS = {"part", "goal", "co_offices", "person", "due", "progress", "closed_date"}
"""Columns that say something by being empty."""
Row = tuple[str, str, str, str | int]


def rows(ledger: Ledger, told: layout.Told) -> Iterator[Row]:
    """Return the rows of the sheet, beside what the rows of the ledger's sheet say."""
    yield from _flat(WHOLE, ledger.settings.model_dump(mode="json", exclude_defaults=True))
    reader = Reader(Draft(), ledger.settings.frame().fields)
    for number, measures in ledger.by_problem().items():
        record = ledger.problems[number].model_dump(mode="json", exclude_defaults=True)
        if title_of_problem(clean(record["title"])) == (record["title"], ""):
            del record["title"]
        yield from _flat(str(number), record)
        for identity, measure in measures.items():
            whole = measure.model_dump(mode="json", exclude_defaults=True)
            read = reader.measures(layout.row(told[identity]), "")
            said = read[0].record if len(read) == 1 else {}
            # What the row does not say, or what would be understood otherwise; and what is understood and not there,
            # such as a part of a title, has to be said to be absent.
            unsaid = {key: value for key, value in whole.items() if said.get(key) != value}
            yield from _flat(str(identity), unsaid | {key: "" for key in said if key not in whole})


def _flat(of: str, value: object, *path: str) -> Iterator[Row]:
    if isinstance(value, dict | list):
        inner = value if isinstance(value, dict) else dict(enumerate(value, 1)) or {0: ""}
        for key, item in inner.items():
            yield from _flat(of, item, *path, str(key))
        return
    row = of, KEY_NAMES.get(path[0], ""), ".".join(path)
    if isinstance(value, str):
        for start in range(0, max(1, len(value)), layout.LONGEST):
            yield *row, value[start : start + layout.LONGEST]
    elif isinstance(value, bool) or (isinstance(value, int) and abs(value) < _EXACT):
        yield *row, value
    else:
        yield *row, json.dumps(value)


def is_own(sheet: Sheet | None) -> bool:
    """Return whether a sheet is 补充信息 as `export` writes it."""
    return sheet is not None and sheet.name == NAME and tuple(sheet.texts(1)) == HEADINGS


def take(sheets: Sequence[Sheet]) -> tuple[list[Sheet], dict[str, dict[str, Any]]]:
    """Part the sheets that people fill in from those of ours; the records of 补充信息, by what they are of."""
    own = next(filter(is_own, sheets), None)
    if own is None:
        return list(sheets), {}
    flat: dict[str, dict[str, Any]] = {}
    for row in list(own.by_row)[1:]:
        said = [cell.value if (cell := own.cells.get((row, column))) else "" for column in range(1, 5)]
        values, path, value = flat.setdefault(str(said[0]), {}), str(said[2]), said[3]
        values[path] = values[path] + value if path in values and isinstance(value, str) else value
    others = [sheet for sheet in sheets if sheet.name not in {NAME, CHOICES, *COMPUTED}]
    return others, {name: _deep(values) for name, values in flat.items()}


def _deep(flat: dict[str, Any]) -> dict[str, Any]:
    """Return the record of flat paths: `progress.1.date` becomes the date of the first entry."""
    whole: dict[str, Any] = {}
    for path, value in flat.items():
        *above, last = path.split(".")
        inner = whole
        for step in above:
            inner = inner.setdefault(step, {})
        if above == ["outcomes"] and isinstance(value, str):
            with suppress(ValueError):  # amounts that a spreadsheet does not keep are written as JSON
                value = json.loads(value)  # noqa: PLW2901
        inner[last] = value
    return {key: _listed(value) for key, value in whole.items()}


def _listed(value: Any) -> Any:  # noqa: ANN401
    """Turn mappings whose keys count from one into lists; one whose only key is zero is an empty list."""
    if not isinstance(value, dict):
        return value
    if list(value) == ["0"]:
        return []
    inner = {key: _listed(item) for key, item in value.items()}
    return list(inner.values()) if inner and all(key.isdecimal() for key in inner) else inner


def _whole(records: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {key: [] for key in _LISTS} | records.get(WHOLE, {})


def frame_of(records: dict[str, dict[str, Any]]) -> Frame:
    """Return the frame of the ledger that was exported, of what is sound in it."""
    return shape(Settings, _whole(records)).record.frame()


def restore(draft: Draft, records: dict[str, dict[str, Any]]) -> None:
    """Put what the sheet says into a draft, as far as the cells still say the same beside it."""
    whole = _whole(records)
    if _is_sound(draft, Settings, whole, WHOLE):
        draft.settings = whole
    for problem in draft.problems:
        if problem.number is not None:
            _restore_problem(draft, problem, records.get(str(problem.number), {}))
        for measure in problem.measures:
            if measure.identity is not None:
                _restore_measure(draft, measure, measure.identity, records.get(str(measure.identity), {}))


def _is_sound(draft: Draft, kind: type[BaseModel], record: dict[str, Any], of: str) -> bool:
    """Return whether a record can be one: someone may have changed 补充信息. List it where it cannot."""
    if broken := shape(kind, record).broken:
        made = _("cannot be understood and is left out: {reason}")
        draft.doubt(made.format(reason=broken[0].message), of, NAME)
    return not broken


def _restore_problem(draft: Draft, problem: ProblemDraft, record: dict[str, Any]) -> None:
    title, whole = record.get("title"), problem.record | record
    _restore_fields(whole, problem)
    if isinstance(title, str) and clean(title[: layout.LONGEST]) != problem.shown.get("problem", ""):
        whole |= problem.record
    elif isinstance(title, str) and "finding" not in record:
        whole.pop("finding", None)  # a part of the title that was taken for more
    if record and _is_sound(draft, Problem, whole, str(problem.number)):
        problem.record = whole


def _restore_fields(whole: dict[str, Any], draft: RecordDraft) -> None:
    """Keep the values of fields beside which the cells still say the same; for the others, the cells count."""
    told, shown = whole.pop("fields", {}), draft.shown
    said = told.items() if isinstance(told, dict) else ()
    kept = {key: value for key, value in said if layout.shown(value) == shown.get(f"{FIELD}{key}", "")}
    if fields := {**draft.record.get("fields", {}), **kept}:
        whole["fields"] = fields


def _restore_measure(draft: Draft, measure: MeasureDraft, identity: Identity, record: dict[str, Any]) -> None:
    whole = {key: value for key, value in (measure.record | record).items() if value != ""}
    if not _is_sound(draft, Measure, whole, str(identity)):
        return
    _restore_fields(whole, measure)
    wanted, shown = layout.row(layout.values(identity, whole)).shown, measure.shown
    for column in layout.COLUMNS:
        name = column.meaning
        for key in column.keys if wanted.get(name, "") != shown.get(name, "") else ():
            if key in measure.record:
                whole[key] = measure.record[key]
            elif name in _MEASURE_COLUMNS:
                whole.pop(key, None)
    if wanted.get(layout.REMARK) != shown.get(layout.REMARK):
        draft.doubt(_("a remark: not taken"), shown.get(layout.REMARK, ""), measure.sheet, measure.address)
    measure.record = whole
