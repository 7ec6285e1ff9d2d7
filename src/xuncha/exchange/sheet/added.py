"""Rows that are added to an office's own table for the measures that it lacks: where they stand, and what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from xuncha.exchange.sheet import cells
from xuncha.exchange.sheet.grid import column_of
from xuncha.exchange.sheet.plan import AddedRow, Entry, Plan, told_by
from xuncha.exchange.sheet.tables import title_of_problem
from xuncha.exchange.wording import key_of
from xuncha.language import gettext as _
from xuncha.model.forms import FIELD

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from xuncha.model.identity import Identity

_OF_PROBLEM: Final = ("number", "category", "problem", "finding")


class Place(NamedTuple):
    """A row below which one may be added."""

    sheet: str
    row: int
    category: str  # what the table says of it; empty where it names no categories


class _Unit(NamedTuple):
    """What the table counts in its first column: a problem or a row."""

    place: tuple[int, int, int]  # the sheet, the row, and which of those added below it
    told: str
    sheet: str
    row: int
    added: AddedRow | None


class Adder:
    """Adds rows to a plan; to a file that takes none, it fills those that are empty."""

    def __init__(self, plan: Plan, *, takes_rows: bool) -> None:
        self.plan, self.ledger, self.takes_rows = plan, plan.ledger, takes_rows
        fields = (f"{FIELD}{each.key}" for each in self.ledger.settings.fields if each.of == "problem")
        self.of_problem = {*_OF_PROBLEM, *fields}
        self.places: dict[Identity, Place] = {}
        self.problems: dict[int, Place] = {}
        """The last row of each problem."""
        self.empty: dict[int, Place] = {}
        """The rows of problems beside which no measure stands yet."""
        self.unheaded: set[int] = set()
        """Problems that stand beside their measures, rather than in a row above them."""
        for match in plan.matches:
            place = Place(match.problem.sheet, match.problem.rows[1], match.problem.category)
            for measure, identity in match.measures:
                place = Place(measure.sheet, measure.rows[1], match.problem.category)
                if identity:
                    self.places[identity] = place
            if match.number is not None:
                if place.row:
                    self.problems[match.number] = place
                if place.row and not match.measures:
                    self.empty[match.number] = place
                if match.problem.rows[1]:
                    self.unheaded.add(match.number)
        self.counts_rows = any(
            len({measure.shown.get("number") for measure, _identity in match.measures}) > 1
            for match in plan.matches
        )
        """Whether the numbers of the table count its rows rather than its problems."""
        own = [(measure.identity, each) for match in plan.matches for measure, each in match.measures]
        self.identities = any(said for said, _each in own) and all(said in {None, each} for said, each in own)
        """Whether the table has the ledger's numbers of measures."""

    def add(self, missing: Iterable[Identity]) -> list[Identity]:
        """Add rows for these measures; return those for which none could be added."""
        there = set(self.problems)
        ordered = sorted(missing, key=lambda identity: (identity.problem not in there, identity))
        left = sorted(identity for identity in ordered if not self._add(identity))
        if self.plan.added and not self.identities:
            self._count()
        return left

    def _add(self, identity: Identity) -> bool:
        number = identity.problem
        empty, known = self.empty.pop(number, None), number in self.problems
        before = max(
            (each for each in self.places if each.problem == number and each < identity), default=None
        )
        place = self.places[before] if before else self.problems.get(number) or self._below(number)
        record = self.plan.record(identity)
        columns = self.plan.columns(place.sheet, place.row) if place else []
        by_role = {each.role: column_of(each.letter) for each in reversed(columns)}
        one = by_role.get("measure") and len(cells.items(record["title"])) == 1
        headed = "problem" in by_role or (known and number not in self.unheaded)
        if place is None or not one or not headed:
            return False  # it would be read as several measures, or as one of another problem
        values = self.plan.values(record, columns, {"co_offices"} - by_role.keys())
        same = {column for role, column in by_role.items() if role in self.of_problem}
        if not known:
            own = self._of_problem(number)
            values |= {by_role[role]: value for role, value in own.items() if role in by_role}
            goes_on = place.category and place.category == own["category"]
            same = {column for role, column in by_role.items() if role == "category" and goes_on}
        if (column := by_role.get("number")) and (self.identities or self.counts_rows):
            values[column] = str(identity) if self.identities else None
            same.discard(column)
        if not all(
            column in same or self._agrees(place, role, column, record) for role, column in by_role.items()
        ):
            return False
        if not empty and not self.takes_rows:
            return False
        if empty:
            row = {
                column: value for column, value in values.items() if column not in same and value is not None
            }
            self.plan.entries += [
                Entry(place.sheet, self.plan.first(place.sheet, (place.row, column)), value)
                for column, value in row.items()
            ]
        else:
            self.plan.added.append(AddedRow(place.sheet, place.row, values, frozenset(same)))
            made = _("measure {id} of the ledger had no row in the table: one is added")
            self.plan.draft.doubt(made.format(id=identity), record["title"])
        self.places[identity] = place
        self.problems.setdefault(number, place._replace(category=place.category and self._category(number)))
        return True

    def _below(self, number: int) -> Place | None:
        """Return the row below which a problem is added: the last of the one before it in its category."""
        fits = [
            other
            for other, place in self.problems.items()
            if not place.category
            or key_of(place.category) == key_of(self._category(number))
            or any(each.role == "category" for each in self.plan.columns(place.sheet, place.row))
        ]
        before = max((each for each in fits if each < number), default=max(fits, default=None))
        return None if before is None else self.problems[before]

    def _category(self, number: int) -> str:
        key = self.ledger.problems[number].category
        return next((each.title for each in self.ledger.settings.categories if each.key == key), "")

    def _of_problem(self, number: int) -> dict[str, object]:
        """Return what the cells of a problem are to hold, by the roles of the columns."""
        problem = self.ledger.problems[number]
        text = problem.finding or problem.title
        fields = {f"{FIELD}{key}": value for key, value in problem.fields.items()}
        return {
            "number": number,
            "category": self._category(number) or None,
            "problem": text if title_of_problem(text)[0] == problem.title else problem.title,
            "finding": problem.finding,
            **fields,
        }

    def _agrees(self, place: Place, role: str, column: int, record: Mapping[str, Any]) -> bool:
        """Return whether a cell is none that goes on below the row, or holds what the measure says, too."""
        first = self.plan.first(place.sheet, (place.row, column))
        below = self.plan.first(place.sheet, (place.row + 1, column))
        if first != below or (place.sheet, first) in self.plan.parted:
            return True
        if role == "measure":
            return False
        wishes = self.plan.wishes.get((place.sheet, first, role), ())
        return (
            all(wish.told == told_by(record).get(role) for wish in wishes)
            if wishes
            else not told_by(record).get(role)
        )

    def _count(self) -> None:
        """Count the rows or problems on, where the table counts them without a gap."""
        sheets = list(dict.fromkeys(each.sheet for each in self.plan.draft.columns))
        units = [
            _Unit(
                (sheets.index(each.sheet), each.rows[0], 0),
                each.shown.get("number", ""),
                each.sheet,
                each.rows[0],
                None,
            )
            for match in self.plan.matches
            for each in (
                [measure for measure, _identity in match.measures] if self.counts_rows else [match.problem]
            )
        ]
        for place, row in enumerate(self.plan.added, 1):
            column = self._number(row.sheet, row.after)
            if column and column not in row.same:
                units.append(
                    _Unit((sheets.index(row.sheet), row.after, place), "", row.sheet, row.after, row)
                )
        units.sort(key=lambda unit: unit.place)
        said = [unit.told.strip("、.．") for unit in units if unit.added is None]
        begin = int(said[0]) if said and said[0].isdecimal() else 0
        own = [str(match.number or "") for match in self.plan.matches]
        is_ledgers = own == [
            match.problem.shown.get("number", "").strip("、.．") for match in self.plan.matches
        ]
        if (
            begin
            and (self.counts_rows or not is_ledgers)
            and said == [str(number) for number in range(begin, begin + len(said))]
        ):
            numbers: Iterable[object] = range(begin, begin + len(units))
        else:
            numbers = (None for _unit in units)
        is_counted = any(said)  # else Word does
        for unit, number in zip(units, numbers, strict=True):
            column = self._number(unit.sheet, unit.row)
            if unit.added:
                named = None if self.counts_rows or not is_counted else unit.added.values.get(column)
                unit.added.values[column] = number or named
            elif number is not None and unit.told.strip("、.．") != str(number):
                spot = self.plan.first(unit.sheet, (unit.row, column))
                self.plan.entries.append(Entry(unit.sheet, spot, number))

    def _number(self, sheet: str, row: int) -> int:
        columns = self.plan.columns(sheet, row)
        return next((column_of(each.letter) for each in columns if each.role == "number"), 0)
