"""Find the tables of a sheet: headers of one to three rows, wherever they stand, the rows below them, and columns of ticks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple

from xuncha.exchange.sheet import roles
from xuncha.exchange.sheet.grid import Sheet
from xuncha.exchange.sheet.roles import Choice, Columns, plain
from xuncha.language import gettext as _
from xuncha.model.forms import IGNORE
from xuncha.model.states import is_plain_state

_TOPICS: Final = {"problem", "measure"}  # what the rows of a table are about
_STATES: Final = {"state", "progress"}  # what the rows say about it
_DATA: Final = re.compile(
    r"\d{1,6}(?:[.．-]\d{1,6})?|(?:19|20)\d\d[年./-]\d{1,2}(?:[月./-](?:\d{1,2}日?)?)?底?前?"
)
"""Numbers and days; no heading consists of one alone."""
_START: Final = re.compile("(?:[自从起]|.{0,4}(?:开始|起始|启动|开工))(?:时间|日期|日|年月)?")
_COUNT: Final = re.compile("[^序号]数量?$|[率比计]$")
"""The end of a heading above counts: 问题数, 完成率, 占比, 合计."""
_FEWEST: Final = 3  # the fewest columns with a role in a header
_LONGEST: Final = 24  # the most characters of a column's name
_TICKS: Final = frozenset("√✓✔☑●▲★◆■1是YyＹ")
_ANSWER: Final = re.compile("(?:不予?|未)?(?:通过|同意)")
"""The heading of a column of ticks that says nothing of the state alone, such as 不通过 below 验收结果."""
_FEWEST_TICKED: Final = 2  # the fewest columns of a group of columns with ticks


class Table(NamedTuple):
    """A table of a sheet: the places of its rows, and the roles of its columns."""

    header: int  # the first row of the header
    first: int  # the first row after the header
    last: int
    headings: Columns
    choices: dict[int, Choice]
    names: Columns
    """The names by which a form knows the columns: the texts of all rows of the header, joined by / and each once."""
    heads: tuple[Columns, ...]  # the texts of the header, row by row, as `plain` returns them
    ticks: Columns
    """The words that ticks mean, by the columns of ticks: 未完成, 推进中 and 已完成 below 完成情况. They are the state of the measure."""

    def role(self, column: int) -> str:
        """Return the role of a column; empty if the column is not read."""
        return choice.role if (choice := self.choices.get(column)) and choice.role != IGNORE else ""

    def column(self, role: str) -> int:
        """Return the first column with a role; 0 if there is none."""
        return next((column for column in sorted(self.choices) if self.role(column) == role), 0)


class TableFinder:
    """Finds the tables of a sheet. `given` are the roles that people or forms have given to columns, by the plain headings."""

    def __init__(self, sheet: Sheet, given: Mapping[str, str] | None = None) -> None:
        self.sheet = sheet
        self.given = given or {}
        self._guessing = False
        """Whether a heading that is known only by its last word counts, too: if no header of known headings was found."""
        self._depths: dict[int, int] = {}
        """By row: the number of rows of the header that begins there. Each row is examined once, while the sheet does not change."""

    def role(self, heading: str) -> str:
        """Return the role of a column by its heading: the role that was given to it, else the one that its words mean."""
        meaning = (self.given and self.given.get(plain(heading))) or roles.role(heading)
        meaning = meaning or (roles.guess(heading) if self._guessing else "")
        return "" if meaning == IGNORE else meaning

    def tables(self) -> list[Table]:
        """Find the tables, from top to bottom."""
        if not (headers := self._headers()):
            self._guessing = True
            self._depths.clear()
            headers = self._headers()
        ends = [*(start for start, _first, _headings in headers[1:]), self.sheet.last_row + 1]
        return [self._table(*each, end - 1) for each, end in zip(headers, ends, strict=False)]

    def _headers(self) -> list[tuple[int, int, Columns]]:
        """Find the headers. Return the row of each, the first row after it, and its headings."""
        headers: list[tuple[int, int, Columns]] = []
        behind = 0
        for row in self.sheet.by_row:
            if row >= behind and (depth := self._header_at(row)):
                behind = row + depth
                headings = self._headings(row, depth)
                if not headers or not _plain(headings).items() <= _plain(headers[-1][2]).items():
                    headers.append((row, behind, headings))  # else the header is printed again on a page
        return headers

    def table(self, header: tuple[int, int], rows: tuple[int, int | None]) -> Table:
        """Return the table for which somebody has given the rows of the header and of the data."""
        (start, end), last = header, self.sheet.last_row
        return self._table(start, rows[0], self._headings(start, end - start + 1), min(rows[1] or last, last))

    def best_headings(self) -> list[str]:
        """Return the headings of the row that is most like a header, if no header was found."""
        texts = map(self.sheet.texts, self.sheet.by_row)
        rows = ([text for text in row if len(text) <= _LONGEST] for row in texts)
        return max(rows, key=lambda texts: sum(bool(self.role(text)) for text in texts), default=[])

    def _table(self, start: int, first: int, headings: Columns, last: int) -> Table:
        sheet = self.sheet
        rows = sheet.rows(first, last)
        names = self._names(start, first, headings)
        ticked = self._ticked(start, first - 1, rows)
        headings = headings | {column: word for column, word in ticked.items() if word}
        others = {column: text for column, text in headings.items() if column not in ticked}
        words = {column: (plain(names[column]), plain(text)) for column, text in others.items()}
        given = {
            each: self.given.get(name) or self.given.get(text, "") for each, (name, text) in words.items()
        }
        choices = roles.Decider(sheet, rows, others, names, given).choices()
        has_state = any(choice.role == "state" for choice in choices.values())
        for column, word in ticked.items():
            reason = _("ticks in it mean {word}", word=word) if word else _("it contains ticks")
            choices[column] = Choice(IGNORE if has_state else "state", reason)
        heads = tuple(_plain(sheet.filled(row)) for row in range(start, first))
        return Table(start, first, last, headings, choices, names, heads, ticked)

    def _ticked(self, top: int, bottom: int, rows: Sequence[int]) -> Columns:
        """Return the columns of ticks, with the words that a tick in them means; `top` and `bottom` are the first and last row of the header.

        They belong to a group whose heading means states or progress, or have no group, and states as their headings.
        """

        def role(heading: str) -> str:
            """Return the role of a column without regard to ticks: a form gives columns of ticks the role `state`, too."""
            meaning = self.role(heading)
            return roles.role(heading) if meaning == "state" else meaning

        sheet, ticked = self.sheet, Columns()
        for group in self._groups(top, bottom, rows):
            if role(sheet.text(top, group[0])) not in _STATES:
                continue
            words = {column: sheet.text(bottom, column) if bottom != top else "" for column in group}
            has_states = any(map(is_plain_state, words.values()))
            for column, word in words.items():
                is_other = has_states and role(word) not in {"", *_STATES}
                if is_plain_state(word) or (not is_other and self._only_ticks(rows, column)):
                    ticked[column] = word
        others = {column: word for column, word in sheet.filled(bottom).items() if column not in ticked}
        # Without a group, the heading 是 may mean anything; and columns called 完成 or 销号 may hold states.
        ungrouped = {each: word for each, word in others.items() if len(word) > 1 and is_plain_state(word)}
        is_group = len(ungrouped) >= _FEWEST_TICKED and not all(map(role, ungrouped.values()))
        return ticked | ungrouped if is_group else ticked

    def _only_ticks(self, rows: Iterable[int], column: int) -> bool:
        texts = {text for row in rows if (text := self.sheet.text(row, column))}
        return bool(texts) and all(map(is_tick, texts))

    def _groups(self, top: int, bottom: int, rows: Sequence[int]) -> list[list[int]]:
        """Return the groups of columns below one name, which is merged over them, or is followed by columns with only parts or ticks."""
        sheet, groups = self.sheet, list[list[int]]()
        for column in sorted({*sheet.columns(top, bottom), *chain.from_iterable(map(sheet.columns, rows))}):
            goes_on = bool(groups) and column == groups[-1][-1] + 1
            merged = goes_on and sheet.merged((top, column), (top, groups[-1][-1]))
            named = sheet.text(bottom, column) if bottom != top else ""
            unnamed = not sheet.text(top, column) and (named or self._only_ticks(rows, column))
            if merged or (goes_on and unnamed):
                groups[-1].append(column)
            else:
                groups.append([column])
        return [group for group in groups if len(group) >= _FEWEST_TICKED]

    def _names(self, start: int, end: int, headings: Columns) -> Columns:
        """Return the names by which a form knows the columns. If several are the same, the later ones are numbered."""
        names: Columns = {}
        counts = Counter[str]()
        for column in sorted(headings):
            texts = (self.sheet.text(row, column) for row in range(start, end))
            name = "/".join(dict.fromkeys(text for each in texts if (text := "".join(each.split()))))
            counts[name] += 1
            names[column] = f"{name} {counts[name]}" if counts[name] > 1 else name
        return names

    def second_table(self, rows: Iterable[int]) -> int:
        """Return the column where a header in these rows names the same things again: a second table begins there; else 0."""
        sheet = self.sheet
        for row in rows:
            if not (depth := self._header_at(row)):
                continue
            if column := self._numbered_again(self._headings(row, depth)):
                return column
            own = (each for each in sheet.filled(row) if not sheet.merged((row, each), (row, each - 1)))
            texts = {column: plain(sheet.text(row, column)) for column in own}
            first = {text: column for column, text in reversed(texts.items())}
            repeated = [column for column, text in texts.items() if text and first[text] != column]
            if len(repeated) >= _FEWEST:
                left = {column: text for column, text in texts.items() if column < repeated[0]}
                right = {column: text for column, text in texts.items() if column >= repeated[0]}
                return repeated[0] if min(self._score(left), self._score(right)) >= _FEWEST else 0
        return 0

    def _numbered_again(self, headings: Columns) -> int:
        """Return the column where a header starts again, at a number or after an empty column, and names problems, measures or only counts; else 0."""
        named = {column: self.role(text) for column, text in sorted(headings.items()) if text}
        for column, name in list(named.items())[1:]:
            parted, numbered = column - 1 not in named, name == "number"
            if not (parted or numbered):
                continue
            left = {role for other, role in named.items() if other < column}
            right = {role for other, role in named.items() if other >= column + numbered}
            # Without an empty column, the second numbers may be those of the measures.
            again = left & right & ({"problem"} if not parted else _TOPICS | _STATES if numbered else _TOPICS)
            counts = [bool(_COUNT.search(plain(headings[other]))) for other in named if other > column]
            if (again or (parted and all(counts))) and left & _TOPICS and max(named) > column:
                return column
        return 0

    def _header_at(self, row: int) -> int:
        """Return the number of rows of the header that begins here, at most three; 0 if none begins here."""
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
        # A single text over all columns is a title.
        two = self._score(self._headings(row, 2)) if len(set(texts)) > 1 and self._has_second_row(row) else 0
        # A row that names no column is a title, or the last row of another table.
        belongs = one or any(map(self.role, texts)) or two > self._score(self._headings(row + 1, 1))
        if two >= _FEWEST and belongs and (two > one or self._joins_next(row)):
            three = self._score(self._headings(row, 3)) if self._has_second_row(row + 1) else 0
            return 3 if three > two else 2
        return 1 if one >= _FEWEST else 0

    def _holds_data(self, row: int) -> bool:
        """Return whether a row holds data: a number, a day, a tick, or one state that is not the name of a column.

        A row that names enough columns is not asked this: a column may be called 2024年3月.
        """
        sheet, texts = self.sheet, self.sheet.filled(row)
        for column, text in texts.items():
            is_text = isinstance(sheet.cells[row, column].value, str)
            is_data = not is_text or _DATA.fullmatch(plain(text)) or is_tick(text)
            if is_data and sheet.starts(row, column):
                return True
        states = [text for text in texts.values() if is_plain_state(text) and not self.role(text)]
        return len(states) == 1 and len(texts) > 1  # several states are the names of columns

    def _names_column(self, text: str) -> bool:
        """Return whether a text is the heading of a column, maybe of one of ticks."""
        return bool(self.role(text) or is_plain_state(text) or _ANSWER.fullmatch(text))

    def _joins_next(self, row: int) -> bool:
        """Return whether names of columns are merged over this row and the next, or continue in the next row."""
        sheet = self.sheet
        below = (column for column in sheet.columns(row) if sheet.merged((row, column), (row + 1, column)))
        return any(self.role(sheet.text(row, column)) for column in below) or self._fills_gaps(row)

    def _fills_gaps(self, row: int) -> bool:
        """Return whether the next row holds only names of columns, some of them below empty cells of this row."""
        named = self.sheet.filled(row + 1)
        plainly = all(map(self._names_column, named.values()))
        return plainly and len(named) > 1 and any(not self.sheet.text(row, column) for column in named)

    def _has_second_row(self, row: int) -> bool:
        """Return whether the next row belongs to the header: it divides cells that are merged across columns, or continues the names."""
        sheet, below = self.sheet, self.sheet.filled(row + 1)
        is_header = self._score(self._headings(row + 1, 1)) >= _FEWEST
        if not is_header and self._holds_data(row + 1) and not self._joins_next(row):
            return False
        if not below or any(len(text) > _LONGEST for text in below.values()):
            return False
        own = [column for column in below if not sheet.merged((row, column), (row + 1, column))]
        named = [column for column in own if self._names_column(below[column])]
        across = any(sheet.merged((row, column), (row, column + 1)) for column in sheet.columns(row))
        over_both = sum(sheet.merged((row, column), (row + 1, column)) for column in sheet.columns(row))
        stand_below = len(own) < len(below) or across or len(named) * 2 > len(own)
        return bool((across and over_both > len(own) and own) or (named and stand_below))

    def _score(self, headings: Columns) -> int:
        """Return how many different roles the headings name; 0 if none of them names problems or measures."""
        meant = {self.role(heading) for heading in headings.values()} - {""}
        if not meant & {"problem", "measure", "part", "finding"}:
            return 0
        # A heading that somebody has named is enough for a header. If all are guessed, one more is needed.
        named = any(plain(heading) in self.given for heading in headings.values())
        guessed = not any(map(roles.role, headings.values()))
        return max(len(meant), _FEWEST) if named else len(meant) - guessed

    def _headings(self, row: int, depth: int) -> Columns:
        """Return the heading of each column: the first that names a role of the lowest text, all texts joined, and the texts above."""
        names = {}
        for column in self.sheet.columns(row, row + depth - 1):
            texts = list(dict.fromkeys(self.sheet.text(row + step, column) for step in range(depth)))
            texts = [re.sub(r"\s+", "", text) for text in texts if text]
            if texts:
                choices = [texts[-1], "".join(texts), *reversed(texts[:-1])]
                is_start = _START.fullmatch(plain(texts[-1]))  # below 整改时限, 开始 is no time limit
                named = (each for each in choices if self.role(each) and not is_start)
                names[column] = next(named, texts[-1])
        return names


def _plain(headings: Columns) -> Columns:
    return {column: plain(text) for column, text in headings.items()}


def is_tick(text: str) -> bool:
    """Return whether a cell holds a tick and nothing else."""
    return text in _TICKS


def own_table(sheet: Sheet, known: Mapping[str, str]) -> list[Table]:
    """Find the table of a sheet that `export` wrote. The headings alone decide what its columns hold, whatever the cells are."""
    for row in sheet.by_row:
        headings = sheet.filled(row)
        if len(set(headings.values()) & set(known)) > _FEWEST:
            choices = {column: Choice(known.get(name, IGNORE), "") for column, name in headings.items()}
            return [Table(row, row + 1, sheet.last_row, headings, choices, headings, (), {})]
    return []


def is_header(sheet: Sheet, row: int, table: Table) -> bool:
    """Return whether a row inside a table is the header or a row of it, printed again."""
    texts = {column: text for column, text in _plain(sheet.filled(row)).items() if text}
    headings = {column: plain(text) for column, text in table.headings.items()}
    for head in table.heads if len(texts) >= min(_FEWEST, len(headings)) else ():
        if all(text in {head.get(column), headings.get(column)} for column, text in texts.items()):
            return True
    return False
