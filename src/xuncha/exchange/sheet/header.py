"""Where the tables of a sheet are: header rows wherever they stand, of one row or two, and the rows below them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from xuncha.exchange.sheet import roles, ticks
from xuncha.exchange.sheet.roles import Choice, Columns, plain
from xuncha.model.forms import IGNORE
from xuncha.model.states import is_plain

if TYPE_CHECKING:
    from xuncha.exchange.sheet.grid import Sheet

_LISTED: Final = {"problem", "measure"}  # what the rows of a table are about
_TOLD: Final = {"state", "progress"}  # what they tell of it
_DATA: Final = re.compile(
    r"\d{1,6}(?:[.．-]\d{1,6})?|(?:19|20)\d\d[年./-]\d{1,2}(?:[月./-](?:\d{1,2}日?)?)?底?前?"
)
"""Numbers and days, which no heading consists of."""
_FEWEST: Final = 3  # columns with a role that make a row a header
_LONGEST: Final = 24  # characters of a column's name
_IN_GROUP: Final = "/"  # stands between the two rows of a heading


class Table(NamedTuple):
    """A table of a sheet: where its rows are, and what its columns hold."""

    header: int  # the first row of the header
    first: int  # the first row behind the header
    last: int
    headings: Columns
    choices: dict[int, Choice]
    names: Columns
    """What a form calls the columns: the headings of two rows joined, each once."""
    heads: tuple[Columns, ...]  # what the rows of the header say, as `plain` gives it
    ticks: Columns
    """The words for which ticks stand in some columns; see `ticks`."""

    def role(self, column: int) -> str:
        """Return what a column holds; empty where it holds nothing that is read."""
        return choice.role if (choice := self.choices.get(column)) and choice.role != IGNORE else ""

    def column(self, role: str) -> int:
        """Return the first column of a role; 0 where there is none."""
        return next((column for column in sorted(self.choices) if self.role(column) == role), 0)


class Finder:
    """Finds the tables of a sheet; `said` are the roles of columns that somebody has named, by the plain headings."""

    def __init__(self, sheet: Sheet, said: Mapping[str, str] | None = None) -> None:
        self.sheet = sheet
        self.said = said or {}
        self._guesses = False
        """Whether a heading counts that is known by its last word alone: where no row of known ones is found."""
        self._depths: dict[int, int] = {}
        """By row: how many rows of a header begin there; each is looked at once, while the sheet stays as it is."""

    def role(self, heading: str) -> str:
        """Return what a column of this name holds, as it was said, else as its name tells."""
        told = (self.said and self.said.get(plain(heading))) or roles.role(heading)
        told = told or (roles.perhaps(heading) if self._guesses else "")
        return "" if told == IGNORE else told

    def tables(self) -> list[Table]:
        """Find the tables, from top to bottom."""
        if not (found := self._found()):
            self._guesses = True
            self._depths.clear()
            found = self._found()
        ends = [*(start for start, _first, _headings in found[1:]), self.sheet.last_row + 1]
        return [self._table(*each, end - 1) for each, end in zip(found, ends, strict=False)]

    def _found(self) -> list[tuple[int, int, Columns]]:
        """Find the headers: the row of each, the first row behind it, and its headings."""
        found: list[tuple[int, int, Columns]] = []
        behind = 0
        for row in self.sheet.by_row:
            if row >= behind and (depth := self._header_at(row)):
                behind = row + depth
                headings = self._headings(row, depth)
                if not found or not _plainly(headings).items() <= _plainly(found[-1][2]).items():
                    found.append((row, behind, headings))  # else it is printed again on each page
        return found

    def table(self, header: tuple[int, int], rows: tuple[int, int | None]) -> Table:
        """Return the table of which somebody has told where it is."""
        (start, end), last = header, self.sheet.last_row
        return self._table(start, rows[0], self._headings(start, end - start + 1), min(rows[1] or last, last))

    def best(self) -> list[str]:
        """Return the headings of the row that looks most like a header, where none is one."""
        texts = map(self.sheet.texts, self.sheet.by_row)
        rows = ([text for text in row if len(text) <= _LONGEST] for row in texts)
        return max(rows, key=lambda texts: sum(bool(self.role(text)) for text in texts), default=[])

    def _table(self, start: int, first: int, headings: Columns, last: int) -> Table:
        sheet = self.sheet
        rows = sheet.rows(first, last)
        names = self._names(start, first, headings)
        ticked = ticks.columns(sheet, tuple(range(start, first)), rows, self._role_of_ticks)
        headings = headings | {column: word for column, word in ticked.items() if word}
        others = {column: text for column, text in headings.items() if column not in ticked}
        by_heading = {column: self.said.get(plain(text), "") for column, text in others.items()}
        said = {column: self.said.get(plain(names[column])) or told for column, told in by_heading.items()}
        choices = roles.Decider(sheet, rows, others, names, said).choices()
        has_state = any(choice.role == "state" for choice in choices.values())
        choices |= {column: ticks.choice(word, has_state=has_state) for column, word in ticked.items()}
        heads = tuple(_plainly(sheet.filled(row)) for row in range(start, first))
        return Table(start, first, last, headings, choices, names, heads, ticked)

    def _role_of_ticks(self, heading: str) -> str:
        """Return what a column holds if no ticks stand in it: a form says of those with ticks, too, that they are of states."""
        said = self.role(heading)
        return roles.role(heading) if said == "state" else said

    def _names(self, start: int, end: int, headings: Columns) -> Columns:
        """Return what a form calls the columns; where two have one name, the later ones are numbered."""
        found: Columns = {}
        counts = Counter[str]()
        for column in sorted(headings):
            texts = (self.sheet.text(row, column) for row in range(start, end))
            name = _IN_GROUP.join(dict.fromkeys(text for each in texts if (text := "".join(each.split()))))
            counts[name] += 1
            found[column] = f"{name} {counts[name]}" if counts[name] > 1 else name
        return found

    def beside(self, rows: Iterable[int]) -> int:
        """Return the column where a second table begins beside the first, in a header among these rows that names the same things again; else 0."""
        sheet = self.sheet
        for row in rows:
            if not (depth := self._header_at(row)):
                continue
            if column := self._numbered_again(self._headings(row, depth)):
                return column
            own = (column for column in sheet.filled(row) if not sheet.same((row, column), (row, column - 1)))
            texts = {column: plain(sheet.text(row, column)) for column in own}
            first = {text: column for column, text in reversed(texts.items())}
            again = [column for column, text in texts.items() if text and first[text] != column]
            if len(again) >= _FEWEST:
                left = {column: text for column, text in texts.items() if column < again[0]}
                right = {column: text for column, text in texts.items() if column >= again[0]}
                return again[0] if min(self._score(left), self._score(right)) >= _FEWEST else 0
        return 0

    def _numbered_again(self, headings: Columns) -> int:
        """Return the column from which a header begins anew, with numbers or behind an empty column, and names problems or measures again."""
        told = {column: self.role(text) for column, text in sorted(headings.items()) if text}
        for column, name in list(told.items())[1:]:
            parted, numbered = column - 1 not in told, name == "number"
            if not (parted or numbered):
                continue
            left = {said for other, said in told.items() if other < column}
            right = {said for other, said in told.items() if other >= column + numbered}
            # Without a gap the second numbers may be those of the measures.
            again = left & right & ({"problem"} if not parted else _LISTED | _TOLD if numbered else _LISTED)
            if again and left & _LISTED and max(told) > column:
                return column
        return 0

    def _header_at(self, row: int) -> int:
        """How many rows of a header begin here: none, or one to three."""
        if row not in self._depths:
            self._depths[row] = self._depth(row)
        return self._depths[row]

    def _depth(self, row: int) -> int:
        texts = self.sheet.texts(row)
        if not texts or sum(len(text) > _LONGEST for text in texts) * 3 >= len(texts):
            return 0
        one = self._score(self._headings(row, 1))
        if one < _FEWEST and self._holds_data(row):
            return 0
        # One text over all is a title.
        two = self._score(self._headings(row, 2)) if len(set(texts)) > 1 and self._has_second_row(row) else 0
        # A row that names nothing is a title, or the last one of another table.
        belongs = one or any(map(self.role, texts)) or two > self._score(self._headings(row + 1, 1))
        if two >= _FEWEST and belongs and (two > one or self._tied(row)):
            more = self._score(self._headings(row, 3)) if self._has_second_row(row + 1) else 0
            return 3 if more > two else 2
        return 1 if one >= _FEWEST else 0

    def _holds_data(self, row: int) -> bool:
        """Return whether a row holds what stands in tables only: numbers, days, and states that no column is called by.

        A row that names enough columns does not: one may be called 2024年3月.
        """
        sheet, texts = self.sheet, self.sheet.filled(row)
        for column, text in texts.items():
            is_text = isinstance(sheet.cells[row, column].value, str)
            is_data = not is_text or _DATA.fullmatch(plain(text)) or ticks.is_tick(text)
            if is_data and sheet.begins(row, column):
                return True
        states = [text for text in texts.values() if is_plain(text) and not self.role(text)]
        return len(states) == 1 and len(texts) > 1  # of several each is the name of a column

    def _tied(self, row: int) -> bool:
        """Return whether the names of columns are merged over this row and the next, or go on there."""
        sheet = self.sheet
        below = (column for column in sheet.columns(row) if sheet.same((row, column), (row + 1, column)))
        return any(self.role(sheet.text(row, column)) for column in below) or self._fills(row)

    def _fills(self, row: int) -> bool:
        """Return whether the next row holds nothing but names, some of them where this row has left its cells empty."""
        named = self.sheet.filled(row + 1)
        plainly = all(self.role(text) or ticks.is_state(text) for text in named.values())
        return plainly and len(named) > 1 and any(not self.sheet.text(row, column) for column in named)

    def _has_second_row(self, row: int) -> bool:
        """Return whether the next row is a part of the header: cells that are merged across this row stand above those of the next."""
        sheet, below = self.sheet, self.sheet.filled(row + 1)
        is_header = self._score(self._headings(row + 1, 1)) >= _FEWEST
        if not is_header and self._holds_data(row + 1) and not self._tied(row):
            return False
        if not below or any(len(text) > _LONGEST for text in below.values()):
            return False
        own = [column for column in below if not sheet.same((row, column), (row + 1, column))]
        named = [column for column in own if self.role(below[column]) or ticks.is_state(below[column])]
        across = any(sheet.same((row, column), (row, column + 1)) for column in sheet.columns(row))
        over_both = sum(sheet.same((row, column), (row + 1, column)) for column in sheet.columns(row))
        stand_below = len(own) < len(below) or across or len(named) * 2 > len(own)
        return bool((across and over_both > len(own) and own) or (named and stand_below))

    def _score(self, headings: Columns) -> int:
        """How many different things of a ledger the columns name; none where nothing tells of problems or measures."""
        meant = {self.role(heading) for heading in headings.values()} - {""}
        if not meant & {"problem", "measure", "part", "finding"}:
            return 0
        # A heading that somebody has named is one, however few others are known; one that is guessed wants another beside it.
        named = any(plain(heading) in self.said for heading in headings.values())
        guessed = not any(map(roles.role, headings.values()))
        return max(len(meant), _FEWEST) if named else len(meant) - guessed

    def _headings(self, row: int, depth: int) -> Columns:
        """Return the names of the columns; that of a column under a group is its own, or with its group where only both say what it is."""
        found = {}
        for column in self.sheet.columns(row, row + depth - 1):
            texts = list(dict.fromkeys(self.sheet.text(row + step, column) for step in range(depth)))
            texts = [re.sub(r"\s+", "", text) for text in texts if text]
            if texts:
                choices = [texts[-1], "".join(texts), *reversed(texts[:-1])]
                found[column] = next((text for text in choices if self.role(text)), texts[-1])
        return found


def _plainly(headings: Columns) -> Columns:
    return {column: plain(text) for column, text in headings.items()}


def own_table(sheet: Sheet, known: Mapping[str, str]) -> list[Table]:
    """Find the table of a sheet that `export` wrote: its columns hold what they are called, whatever stands in them."""
    for row in sheet.by_row:
        headings = sheet.filled(row)
        if len(set(headings.values()) & set(known)) > _FEWEST:
            choices = {column: Choice(known.get(name, IGNORE), "") for column, name in headings.items()}
            return [Table(row, row + 1, sheet.last_row, headings, choices, headings, (), {})]
    return []


def is_header(sheet: Sheet, row: int, table: Table) -> bool:
    """Return whether a row inside a table is its header, or one row of it, printed again."""
    said = {column: text for column, text in _plainly(sheet.filled(row)).items() if text}
    whole = {column: plain(text) for column, text in table.headings.items()}
    for head in table.heads if len(said) >= min(_FEWEST, len(whole)) else ():
        if all(text in {head.get(column), whole.get(column)} for column, text in said.items()):
            return True
    return False
