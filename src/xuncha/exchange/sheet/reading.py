"""Read a table into a draft of a ledger: its rows, its categories and problems, and the texts around the tables."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from xuncha.chinese.limits import impossible_dates
from xuncha.errors import RefusedError
from xuncha.exchange.drafts import Draft
from xuncha.exchange.sheet import files, header, layout, roles, supplement
from xuncha.exchange.sheet.grid import Sheet, letter, place
from xuncha.exchange.sheet.roles import plain
from xuncha.exchange.sheet.rows import RowReader
from xuncha.exchange.sheet.tables import TableReader
from xuncha.language import gettext as _
from xuncha.model.forms import FIELD_PREFIX, Form
from xuncha.model.register import FieldFrame, Frame
from xuncha.model.states import is_plain_state
from xuncha.reading.frame import with_opening
from xuncha.reading.notice import Notice
from xuncha.rules.names import suggestion

_FORM_NAME: Final = "台账"  # the name of a form that nobody has named
_ORGANISATION: Final = re.compile(
    r"(?P<name>中共[^\s，,。：:《》（）()]{2,40}?(?:委员会|党组|党委|党总支|党支部|工委))|(?:被巡察|整改)(?:单位|党组织)[：:]\s*(?P<labelled>[^\s，,。；;：:（）()]{2,40})"
)
_ERROR: Final = re.compile(
    r"#(?:(?:REF|VALUE|DIV/0|NUM|NULL|SPILL|CALC)!|N/A|NAME\?)|(?:Err|错误)[:：]\s*\d{3}"
)
_GENERIC_SHEET: Final = re.compile(
    r"^(?:sheet|工作表|表)\s*\d*$|台账|清单|汇总|总表|一览|(?:进展|进度|月份?|季度|[周月季]报)(?:情况|表)?$",
    re.IGNORECASE,
)
"""The name of a sheet that is no category; a state such as 已销号 is none, either."""


class ReadOptions(NamedTuple):
    """How a table is to be read, as given by the user and by the ledger that exists already."""

    today: date
    feedback: date | None = None  # of the existing ledger
    form: Form | None = None
    columns: Mapping[str, str] = MappingProxyType({})  # the roles of columns, by their headings
    declared: Sequence[FieldFrame] = ()  # the fields of the existing ledger
    forms: Sequence[Form] = ()
    """The forms of the existing ledger: one with the headings of the table is used."""

    @property
    def roles(self) -> dict[str, str]:
        """The roles that were given to columns, by the plain headings."""
        own = {each.label: f"{FIELD_PREFIX}{each.key}" for each in self.declared}
        given = {**own, **(self.form.columns if self.form else {}), **self.columns}
        return {plain(heading): role for heading, role in given.items()}


def draft_of(path: Path, options: ReadOptions) -> Draft:
    """Read a table into a draft, with the sheet 补充信息 if `export` has written it.

    Raises RefusedError if it cannot be read, lacks a column that was given a role, or has no column for problems or measures;
    SurroundingsError if the part `office` is not installed.
    """
    sheets, records = supplement.separate(files.read(path))
    draft = read_sheets(sheets, options, supplement.frame_of(records) if records else None)
    _check_columns(path, draft, options)
    if not draft.problems:
        raise _no_table(path, sheets, options)
    if records:
        supplement.restore(draft, records)
    return draft


def _check_columns(path: Path, draft: Draft, options: ReadOptions) -> None:
    """Refuse a role that was given to a column which the table does not have. Raises RefusedError."""
    headings = [column.heading for column in draft.columns]
    known = {plain(part) for each in headings for part in (each, each.rpartition("/")[2])}
    for heading in options.columns if headings else ():
        if plain(heading) not in known:
            message = _("{path} has no column {heading}", path=path, heading=heading)
            raise RefusedError("no-such-column", message, suggestion(heading, headings))


def _no_table(path: Path, sheets: Sequence[Sheet], options: ReadOptions) -> RefusedError:
    """Return the refusal of a table without problems and measures, with the headings that it has."""
    finders = [header.TableFinder(sheet, options.roles) for sheet in sheets if not sheet.hidden]
    best = max((finder.best_headings() for finder in finders), key=len, default=[])
    if best:
        likely = next((each for each in best if not roles.role(each)), best[0])
        hint = _(
            "say which column holds them, such as --column {heading}=measure; a heading is one of: {headings}",
            heading=likely if likely.isalnum() else shlex.quote(likely),
            headings=_(", ").join(best),
        )
    else:
        hint = _("a row of headings must say what the columns are, such as {headings}")
        hint = hint.format(headings="反馈问题、整改措施、责任领导、责任科室、整改时限")
    message = _("{path}: no column of problems or measures was recognised", path=path)
    return RefusedError("no-table", message, hint)


def read_sheets(sheets: Sequence[Sheet], options: ReadOptions, own: Frame | None = None) -> Draft:
    """Read the sheets of a document into a draft; `own` is the frame of the ledger if `export` wrote the document."""
    draft = Draft(exact=own is not None)
    visible = [sheet for sheet in sheets if not sheet.hidden]
    single, names = len(visible) == 1, layout.roles(own.fields) if own else {}
    owns = {sheet.name: header.own_table(sheet, names) for sheet in visible if own}
    finders = [_prepare(draft, sheet, owns.get(sheet.name, ()), options.roles) for sheet in visible]
    tables = owns or {each.sheet.name: _tables(each, options.form, single=single) for each in finders}
    named = {name for of_sheet in tables.values() for table in of_sheet for name in table.names.values()}
    form = options.form or next((each for each in options.forms if named == set(each.columns)), None)
    if form and form is not options.form and not own:
        finders = [header.TableFinder(sheet, options._replace(form=form).roles) for sheet in visible]
        tables = {each.sheet.name: _tables(each, form, single=single) for each in finders}
    _list_unread(draft, sheets, tables)
    for sheet in visible:
        start = min((table.header for table in tables[sheet.name]), default=sheet.last_row + 1)
        _read_above(draft, sheet, start)
    exported = date.fromisoformat(own.feedback) if own and own.feedback else None
    opening = with_opening(Notice(), "\n".join(draft.notes), "")
    if opening.inspector:
        draft.settings["inspection"] = {"inspector": opening.inspector}
    day = options.feedback or exported or opening.dates.feedback
    if day:
        draft.settings.setdefault("inspection", {})["feedback"] = day.isoformat()
    today, declared = (None, own.fields) if own else (options.today, options.declared)
    fields = {each.key: each for each in declared}
    reader = RowReader(draft, fields, day, today, form.states if form else None)
    several = sum(map(bool, tables.values())) > 1
    for sheet in visible:
        no_category = is_plain_state(sheet.name) or _GENERIC_SHEET.search(sheet.name)
        category = sheet.name if several and sheet.named and not no_category else ""
        taker = TableReader(draft, reader, sheet, category)
        for table in tables[sheet.name]:
            taker.read_table(table)
        taker.keep_remarks(sheet.outside)
    draft.form = None if own else form or form_of(draft, visible, tables)
    # Keep the numbers only if they number the problems: each once, and in rising order.
    numbers = [problem.number for problem in draft.problems if problem.number is not None]
    if numbers != sorted(set(numbers)):
        for problem in draft.problems:
            problem.number = None
    if count := sum("status" not in measure.record for measure in draft.measures):
        message = _(
            "{n} measures: no status is stated, taken as in progress if there is progress, else as not started"
        )
        draft.doubt(message.format(n=count), role="state")
    return draft


def _tables(finder: header.TableFinder, form: Form | None, *, single: bool) -> list[header.Table]:
    """Find the tables of a sheet: where the form says, else below each header; `single` means that there is no other sheet."""
    if form and form.sheet not in {None, finder.sheet.name}:
        return []
    if form and form.header and form.rows and (form.sheet or single):
        first, last = form.header[0], form.header[-1]
        return [finder.table((first, last), (form.rows[0] or last + 1, form.rows[-1]))]
    return finder.tables()


def form_of(draft: Draft, sheets: Sequence[Sheet], tables: Mapping[str, Sequence[header.Table]]) -> Form:
    """Return the form by which a document was read: the roles of its columns, and the statuses that its words mean."""
    filled = [(sheet, table) for sheet in sheets for table in tables[sheet.name]]
    columns = {column.heading: column.role for column in draft.columns}
    where: dict[str, Any] = {}
    if len(filled) == 1:
        sheet, table = filled[0]
        where = {"header": [table.header, table.first - 1], "rows": [table.first, None]}
        where |= {"sheet": sheet.name} if sheet.named else {}
    return Form.model_construct(name=_FORM_NAME, columns=columns, states=draft.words, **where)


def _prepare(
    draft: Draft, sheet: Sheet, own: Iterable[header.Table], given: Mapping[str, str]
) -> header.TableFinder:
    """List what is hidden, and remove what is struck out, the error of a formula, or part of a second table beside the first.

    Return the finder for the tables in the rest. `given` are the roles that were given to columns, by the plain headings.
    `own` are the tables if `export` has written them: then no other row is a header.
    """
    heads = [table.header for table in own]
    _remove_struck(draft, sheet)
    reasons = {
        "changed": _("tracked changes: read as if they were accepted, but not used as a status"),
        "partly": _("struck out in part: read anyway, but not used as a status"),
        "replaced": _(
            "its number format hides it or shows something else: read anyway, but not used as a status"
        ),
    }
    for why, message in reasons.items():
        for spot in sorted(each for each, cell in sheet.cells.items() if cell.unseen == why):
            if sheet.is_first(spot):
                draft.doubt(message, sheet.text(*spot), sheet.place(*spot))
    errors = {spot for spot, cell in sheet.cells.items() if _ERROR.fullmatch(cell.text) and not draft.exact}
    for spot in sorted(filter(sheet.is_first, errors)):
        draft.doubt(_("the error of a formula: not imported"), sheet.text(*spot), sheet.place(*spot))
    sheet.remove(errors.__contains__)
    finder = header.TableFinder(sheet, given)
    if beside := finder.second_table(heads or sheet.by_row):
        message = _("a second table beside the first: not read; put it below, or on a separate sheet")
        last = letter(max(column for _row, column in sheet.cells))
        draft.doubt(message, place=place(sheet.name, f"{letter(beside)}:{last}"))
        sheet.remove(lambda spot: spot[1] >= beside)
        finder = header.TableFinder(sheet, given)
    rows = enumerate(sorted(sheet.hidden_rows & sheet.by_row.keys()))
    runs = [[row for _n, row in run] for _key, run in groupby(rows, key=lambda pair: pair[1] - pair[0])]
    if hidden := ",".join(f"{run[0]}:{run[-1]}" for run in runs):
        message = _("hidden rows, perhaps by a filter: read like the others")
        draft.doubt(message, place=place(sheet.name, hidden))
    filled = {column for columns in sheet.by_row.values() for column in columns}
    for column in sorted(filled & sheet.hidden_columns):
        message = _("a hidden column: read like the others")
        draft.doubt(message, place=place(sheet.name, f"{letter(column)}:{letter(column)}"))
    return finder


def _remove_struck(draft: Draft, sheet: Sheet) -> None:
    """Remove the rows in which all texts are struck out. Single cells that are struck out are read, and listed."""
    gone = set()
    for row, columns in sheet.by_row.items():
        # Numbers and cells merged from above need not be struck out.
        own = [column for column in columns if sheet.is_first((row, column))]
        struck = [column for column in own if sheet.cells[row, column].unseen == "struck"]
        words = {column for column in own if not sheet.text(row, column).isdecimal()}
        if words and words <= set(struck):
            gone.add(row)
            text = " ".join(dict.fromkeys(sheet.text(row, column) for column in own))
            draft.doubt(_("struck out: not read"), text, place(sheet.name, f"{row}:{row}"))
            draft.notes.append(text)
        else:
            for column in struck:
                message = _("struck out, but its row is not: read anyway, but not used as a status")
                draft.doubt(message, sheet.text(row, column), sheet.place(row, column))
    if gone:
        sheet.remove(lambda spot: spot[0] in gone and sheet.starts(*spot))


def _list_unread(draft: Draft, sheets: Sequence[Sheet], tables: dict[str, list[header.Table]]) -> None:
    """List the sheets that are not read, and the formulas without a stored result."""
    for sheet in sheets:
        if sheet.hidden and sheet.cells:
            draft.doubt(_("the sheet is hidden: not read"), place=sheet.name)
        elif sheet.cells and not tables[sheet.name]:
            message = _("no table of problems or measures was found in this sheet: not read")
            draft.doubt(message, place=sheet.name)
        for spot in sheet.unstored:
            message = _(
                "a formula without a stored result: its text was used, but for no name, day or status"
            )
            draft.doubt(message, sheet.text(*spot), sheet.place(*spot))


def _read_above(draft: Draft, sheet: Sheet, end: int) -> None:
    """Read the texts above the first table: the title, the organisation."""
    for text in dict.fromkeys(text for row in sheet.by_row if row < end for text in sheet.texts(row)):
        draft.notes += [text] if text not in draft.notes else []
        for _start, _end, message in impossible_dates(text):
            draft.doubt(message, text, sheet.name)
        if match := _ORGANISATION.search(text):
            draft.settings.setdefault("organisation", match["name"] or match["labelled"])
