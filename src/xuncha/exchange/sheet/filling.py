"""Fill an office's own table from the ledger. Cells with the same value are not touched; rows are added for missing measures."""

from __future__ import annotations

from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from xuncha.errors import RefusedError
from xuncha.exchange.matching import key_of
from xuncha.exchange.sheet import cells, safety
from xuncha.exchange.sheet.grid import column_of
from xuncha.exchange.sheet.plan import AddedRow, Plan, comparable
from xuncha.exchange.sheet.reading import ReadOptions, draft_of
from xuncha.exchange.sheet.tables import title_of_problem
from xuncha.language import gettext as _
from xuncha.model.forms import FIELD_PREFIX
from xuncha.pages.kind import ZIP

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from xuncha.exchange.drafts import Draft, RecordDraft
    from xuncha.exchange.sheet.filled_word import FilledWord
    from xuncha.exchange.sheet.filled_workbook import FilledWorkbook
    from xuncha.model.identity import Identity
    from xuncha.model.records import Ledger

_PROBLEM_ROLES: Final = ("number", "category", "problem", "finding")


def fill_table(
    path: Path, options: ReadOptions, ledger: Ledger, office: str | None = None
) -> tuple[bytes, str, Draft]:
    """Fill a table from a ledger. Return the file, its form, and its draft, whose doubts list what found no place in the table.

    Missing measures of `office` are added; None means all offices. Raises RefusedError if the file is neither an Excel workbook nor
    a Word document, cannot be read or filled, or has no known column; SurroundingsError without the part `office`.
    """
    draft = draft_of(path, options)
    writer = _writer(path)
    plan = Plan(draft, ledger, writer.anchor)
    named = {identity for match in plan.matches for _measure, identity in match.measures}
    others = {identity: each for identity, each in ledger.measures.items() if identity not in named}
    missing = [n for n, each in others.items() if office in {None, each.office, *each.co_offices}]
    for identity in RowAdder(plan, accepts_rows=writer.accepts_rows).add(missing):
        message = _("measure {id} of the ledger has no row in the table: not filled in")
        draft.doubt(message.format(id=identity), ledger.measures[identity].title)
    return writer.write(plan), writer.form, draft


def _writer(path: Path) -> FilledWord | FilledWorkbook:
    """Return the writer for a file, whose content decides the kind."""
    content = safety.bytes_of(path)
    kind, package = safety.unpacked(path, content) if content.startswith(ZIP) else ("", None)
    if kind == "docx" and package:
        from xuncha.exchange.sheet.filled_word import FilledWord  # noqa: PLC0415  needs the part `office`

        return FilledWord(path, content, package)
    if kind == "xlsx" and package:
        from xuncha.exchange.sheet.filled_workbook import FilledWorkbook  # noqa: PLC0415  needs the part, too

        return FilledWorkbook(path, content, package)
    message = _("{path}: only a workbook of Excel (.xlsx, .xlsm) or a Word document (.docx) can be filled")
    raise RefusedError("not-a-workbook", message.format(path=path), _("save it as .xlsx in Excel or WPS"))


class RowPlace(NamedTuple):
    """A row below which another one may be added."""

    sheet: str
    row: int
    category: str  # its category in the table; empty if the table names none


class RowAdder:
    """Adds rows to a plan, and fills rows of problems that have no measure yet. Some files take no new rows."""

    def __init__(self, plan: Plan, *, accepts_rows: bool) -> None:
        self.plan, self.ledger, self.accepts_rows = plan, plan.ledger, accepts_rows
        fields = (f"{FIELD_PREFIX}{each.key}" for each in self.ledger.settings.fields if each.of == "problem")
        self.problem_roles = {*_PROBLEM_ROLES, *fields}
        self.places: dict[Identity, RowPlace] = {}
        self.problems: dict[int, RowPlace] = {}
        """The last row of each problem."""
        self.empty: dict[int, RowPlace] = {}
        """The rows of problems that have no measure yet."""
        self.unheaded: set[int] = set()
        """Problems that stand beside their measures, and not in a row above them."""
        for match in plan.matches:
            place = RowPlace(match.problem.sheet, match.problem.rows[1], match.problem.category)
            for measure, identity in match.measures:
                place = RowPlace(measure.sheet, measure.rows[1], match.problem.category)
                if identity:
                    self.places[identity] = place
            if match.number is not None:
                if place.row:
                    self.problems[match.number] = place
                if place.row and not match.measures:
                    self.empty[match.number] = place
                if match.problem.rows[1]:
                    self.unheaded.add(match.number)
        numbers = ({each.text("number") for each, _n in match.measures} for match in plan.matches)
        self.counts_rows = any(len(each) > 1 for each in numbers)
        """Whether the numbers of the table count its rows, and not its problems."""
        own = [(measure.identity, each) for match in plan.matches for measure, each in match.measures]
        self.numbered = any(read for read, _each in own) and all(read in {None, each} for read, each in own)
        """Whether the table has the measure numbers of the ledger."""

    def add(self, missing: Iterable[Identity]) -> list[Identity]:
        """Add rows for these measures; return those for which none could be added."""
        there = set(self.problems)
        ordered = sorted(missing, key=lambda identity: (identity.problem not in there, identity))
        left = sorted(identity for identity in ordered if not self._add(identity))
        if self.plan.added and not self.numbered:
            self._renumber()
        return left

    def _add(self, identity: Identity) -> bool:
        number = identity.problem
        empty, is_known = self.empty.pop(number, None), number in self.problems
        earlier = [each for each in self.places if each.problem == number and each < identity]
        place = self.places[max(earlier)] if earlier else self.problems.get(number) or self._place_for(number)
        record = self.plan.record(identity)
        columns = self.plan.columns(place.sheet, place.row) if place else []
        by_role = {each.role: column_of(each.letter) for each in reversed(columns)}
        single = by_role.get("measure") and len(cells.items(record["title"])) == 1
        headed = "problem" in by_role or (is_known and number not in self.unheaded)
        if place is None or not single or not headed:
            return False  # it would be read as several measures, or as one of another problem
        values = self.plan.values(record, columns, {"co_offices"} - by_role.keys())
        merged = {column for role, column in by_role.items() if role in self.problem_roles}
        if not is_known:
            own = self._problem_values(number)
            values |= {by_role[role]: value for role, value in own.items() if role in by_role}
            goes_on = place.category and place.category == own["category"]
            merged = {column for role, column in by_role.items() if role == "category" and goes_on}
        if (column := by_role.get("number")) and (self.numbered or self.counts_rows):
            values[column] = str(identity) if self.numbered else None
            merged.discard(column)
        others = [(role, column) for role, column in by_role.items() if column not in merged]
        agree = all(self._is_shared(place, role, column, record) for role, column in others)
        if not agree or not (empty or self.accepts_rows):
            return False
        if empty:
            for column, value in values.items():
                if column not in merged and value is not None:
                    spot = self.plan.anchor(place.sheet, (place.row, column))
                    self.plan.entries[place.sheet, spot] = value
        else:
            self.plan.added.append(AddedRow(place.sheet, place.row, values, frozenset(merged)))
            message = _("measure {id} of the ledger had no row in the table: one is added")
            self.plan.draft.doubt(message.format(id=identity), record["title"])
        self.places[identity] = place
        self.problems.setdefault(number, place._replace(category=place.category and self._category(number)))
        return True

    def _place_for(self, number: int) -> RowPlace | None:
        """Return the row below which a problem is added: the last row of the problem before it in its category."""
        fits, category = [], key_of(self._category(number))
        for candidate, place in self.problems.items():
            has_column = any(each.role == "category" for each in self.plan.columns(place.sheet, place.row))
            if has_column or not place.category or key_of(place.category) == category:
                fits.append(candidate)
        before = max((each for each in fits if each < number), default=max(fits, default=None))
        return None if before is None else self.problems[before]

    def _category(self, number: int) -> str:
        key = self.ledger.problems[number].category
        return next((each.title for each in self.ledger.settings.categories if each.key == key), "")

    def _problem_values(self, number: int) -> dict[str, object]:
        """Return the values of a problem's cells, by the roles of the columns."""
        problem = self.ledger.problems[number]
        text = problem.finding or problem.title
        title = text if title_of_problem(text)[0] == problem.title else problem.title
        values = {"number": number, "category": self._category(number) or None, "problem": title}
        fields = {f"{FIELD_PREFIX}{key}": value for key, value in problem.fields.items()}
        return {**values, "finding": problem.finding, **fields}

    def _is_shared(self, place: RowPlace, role: str, column: int, record: Mapping[str, Any]) -> bool:
        """Return whether a cell does not continue below its row, or has the value of the measure, too."""
        first = self.plan.anchor(place.sheet, (place.row, column))
        below = self.plan.anchor(place.sheet, (place.row + 1, column))
        if first != below or (place.sheet, first) in self.plan.split_cells:
            return True
        if role == "measure":
            return False
        value, wishes = comparable(record).get(role), self.plan.wishes.get((place.sheet, first, role), ())
        return all(wish.compared == value for wish in wishes) if wishes else not value

    def _renumber(self) -> None:
        """Continue the numbers of the rows or problems, if the table numbers them without a gap."""
        sheets = list(dict.fromkeys(each.sheet for each in self.plan.draft.columns))
        draft, matches = self.plan.draft, self.plan.matches
        own = [(each.problem.text("number").strip("、.．"), each.number) for each in matches]
        counted: Sequence[RecordDraft] = draft.measures if self.counts_rows else draft.problems
        units: list[tuple[tuple[int, int, int], str, AddedRow | None]] = [
            ((sheets.index(each.sheet), each.rows[0], 0), each.text("number").strip("、.．"), None)
            for each in counted
        ]
        for order, row in enumerate(self.plan.added, 1):
            column = self._number(row.sheet, row.after)
            if column and column not in row.merged:
                units.append(((sheets.index(row.sheet), row.after, order), "", row))
        units.sort(key=itemgetter(0))
        written = [text for _place, text, added in units if added is None]
        begin = int(written[0]) if written and written[0].isdecimal() else 0
        goes_on = written == [str(number) for number in range(begin, begin + len(written))]
        is_ledgers = all(text == str(number or "") for text, number in own)
        is_counted = begin and goes_on and (self.counts_rows or not is_ledgers)
        for number, ((sheet, row_number, _order), text, added) in enumerate(units, begin):
            column = self._number(sheets[sheet], row_number)
            if added:
                # If no number is written, Word numbers the rows.
                named = None if self.counts_rows or not any(written) else added.values.get(column)
                added.values[column] = number if is_counted else named
            elif is_counted and text != str(number):
                spot = self.plan.anchor(sheets[sheet], (row_number, column))
                self.plan.entries[sheets[sheet], spot] = number

    def _number(self, sheet: str, row: int) -> int:
        columns = self.plan.columns(sheet, row)
        return next((column_of(each.letter) for each in columns if each.role == "number"), 0)
