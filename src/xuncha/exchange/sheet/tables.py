"""The tables of a sheet, row by row: which rows tell of one measure, which problem and which category it belongs to."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from xuncha.exchange.drafts import Column, Doubt, Draft, MeasureDraft, ProblemDraft
from xuncha.exchange.sheet import cells, header
from xuncha.exchange.sheet.rows import Placed, Reader, Row
from xuncha.exchange.sheet.workbook import letter
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xuncha.exchange.sheet.workbook import Sheet

_CATEGORY_ROW = re.compile(
    r"^[一二三四五六七八九十]+、|方面[。：:]?$|^第[一二三四五六七八九十]+(?:类|方面|部分)"
)
_SUM = re.compile(r"^(?:合计|总计|小计|共计)")
_NOTE = re.compile(r"^(?:注|说明|备注|填表|填报|制表|审核|联系|单位负责人|签字|附注|★|\*)")
_HOW_MANY = re.compile(r"[（(](?:共)?\s*\d+\s*(?:个|条|项)?(?:问题)?[)）]$")
_LONGEST_TITLE = 2000
_TOLD_ONCE = {"progress", "evidence", "remark"}
"""Where such a cell is merged over several measures, it is told of the first."""
_LONGEST_LINE = 100


class Taker:
    """Takes the tables of one sheet into the draft."""

    def __init__(self, draft: Draft, reader: Reader, sheet: Sheet, category: str) -> None:
        self.draft = draft
        self.reader = reader
        self.sheet = sheet
        self.category = category
        self.problem: ProblemDraft | None = None
        self.heads: tuple[object, ...] = ()
        """Where the cell of the present problem stands."""
        self.mine: list[ProblemDraft] = []

    def take(self, table: header.Table) -> None:
        """Take a table; a header right above another one has none."""
        if table.first > table.last:
            return
        for column, heading in sorted(table.headings.items()):
            self.draft.columns.append(
                Column(self.sheet.name, letter(column), heading, table.meanings[column])
            )
        waiting: list[int] = []
        for row in self.sheet.row_numbers:
            if not table.first <= row <= table.last:
                continue
            if self.draft.exact:
                self._take_rows([row], table)
                continue
            if header.is_header(self.sheet, row, table):
                continue
            aside = self._aside(row, table)
            if aside is None and waiting and self._goes_on(waiting[0], row, table):
                waiting.append(row)
                continue
            self._take_rows(waiting, table)
            waiting = [row] if aside is None else []
            if aside is not None:
                aside()
        self._take_rows(waiting, table)

    def _aside(  # noqa: PLR0911  a kind of row, a case
        self, row: int, table: header.Table
    ) -> Callable[[], None] | None:
        """What to do with a row that is none of the table's: a heading over the rows below it, a sum, a remark."""
        columns = self.sheet.columns(row)
        texts = list(dict.fromkeys(text for column in columns if (text := self.sheet.text(row, column))))
        own = [column for column in columns if self.sheet.anchors.get((row, column), (row, 0))[0] == row]
        own_texts = list(dict.fromkeys(text for column in own if (text := self.sheet.text(row, column))))
        if not own_texts:
            return None if texts else lambda: None
        first = own_texts[0]
        remark = partial(self._note, row, " ".join(own_texts), _("not a row of the table: kept as a remark"))
        if _SUM.match(first.replace(" ", "")) or (_NOTE.match(first) and len(own_texts) <= 2):  # noqa: PLR2004  a label and what it labels
            return remark
        if len(texts) != 1 or len(own) != len(columns):
            return None
        across = len(own) > 1
        if "measure" in {table.meanings.get(column, "") for column in own} and not across:
            return None
        has_problems = "problem" in table.meanings.values()
        if _CATEGORY_ROW.search(first) and (
            across or not has_problems or "category" not in table.meanings.values()
        ):
            return partial(self._turn_to_category, first)
        if not has_problems:
            return partial(self._turn_to_heading, row, first)
        return remark if across else None

    def _turn_to_category(self, text: str) -> None:
        self.category = _title_of_category(text)
        self.problem = None
        self.heads = ()

    def _turn_to_heading(self, row: int, text: str) -> None:
        title = cells.one_line(cells.without_number(text))
        self._begin(ProblemDraft({"title": title}, self.category, None, self.sheet.name, f"A{row}"))

    def _note(self, row: int, text: str, made: str) -> None:
        self.draft.notes.append(text)
        self.draft.doubts.append(Doubt(self.sheet.name, f"{row}:{row}", text, made))

    def _goes_on(self, first: int, row: int, table: header.Table) -> bool:
        """Whether a row tells more of the measure of the row before it."""
        measure = next((column for column, name in table.meanings.items() if name == "measure"), 0)
        problem = next((column for column, name in table.meanings.items() if name == "problem"), 0)
        if measure:
            if self.sheet.same(first, measure, row, measure):
                return True
            return (
                not self.sheet.text(row, measure)
                and not self._own(row, problem)
                and bool(self.sheet.text(first, measure))
            )
        return (
            bool(problem)
            and not self._own(row, problem)
            and not self.sheet.same(first, problem, row, problem)
        )

    def _own(self, row: int, column: int) -> bool:
        """Whether a text begins in this place."""
        place = (row, column)
        return place in self.sheet.cells and self.sheet.anchors.get(place, place)[0] == row

    def _take_rows(self, rows: Sequence[int], table: header.Table) -> None:
        if not rows:
            return
        row = _row(self.sheet, rows, table)
        self._turn_to_problem(row, rows[0], table)
        problem = self._current(row)
        if finding := row.text("finding"):
            problem.record.setdefault("finding", finding)
        for measure in self.reader.measures(row, problem.record["title"]):
            if measure.identity is not None and problem.number is None:
                problem.number = measure.identity.problem
            self._enter(problem, measure)

    def _turn_to_problem(self, row: Row, number: int, table: header.Table) -> None:
        """Begin the problem that a row names, unless it is the present one."""
        if category := row.text("category"):
            self.category = _title_of_category(category)
        text = row.text("problem")
        if not text:
            return
        heads = self._heads(row, number, table)
        if heads == self.heads:
            return
        self.heads = heads
        title, finding = title_of_problem(text)
        record = {"title": title} | ({"finding": finding} if finding else {})
        problem = ProblemDraft(record, self.category, _number(row), self.sheet.name, row.address("problem"))
        problem.shown = {meaning: row.text(meaning) for meaning in row.found}
        self._begin(problem)

    def _heads(self, row: Row, number: int, table: header.Table) -> tuple[object, ...]:
        """What tells a problem from the one before it: its number, its merged cell, or its words."""
        if self.draft.exact and (own := _number(row)) is not None:
            return ("number", own)
        column = next(column for column, name in table.meanings.items() if name == "problem")
        merged = self.sheet.anchors.get((number, column))
        # The same words on each row are the same problem, whether they are merged or not.
        return ("words", self.category, cells.key_of(row.text("problem")) or merged)

    def _begin(self, problem: ProblemDraft) -> None:
        """Turn to a problem: the one of another sheet, or further up, that has the same title; else a new one."""
        same = [
            other
            for other in self.draft.problems
            if cells.key_of(other.record["title"]) == cells.key_of(problem.record["title"])
            and (not other.category or not problem.category or other.category == problem.category)
            and (not self.draft.exact or problem.number in {None, other.number})
        ]
        if same:
            self.problem = same[0]
            self.problem.category = self.problem.category or problem.category
            return
        self.draft.problems.append(problem)
        self.mine.append(problem)
        self.problem = problem

    def _current(self, row: Row) -> ProblemDraft:
        if self.problem is None:
            title = self.category or self.sheet.name
            self.reader.doubt(
                row, "problem", _("no problem is named: it is called “{title}”").format(title=title[:40])
            )
            self._begin(
                ProblemDraft({"title": title}, self.category, None, self.sheet.name, row.address("problem"))
            )
        assert self.problem is not None  # noqa: S101  just begun
        return self.problem

    def _enter(self, problem: ProblemDraft, measure: MeasureDraft) -> None:
        """Enter a measure; where another sheet has told of it already, what that did not tell."""
        key = cells.key_of(measure.record["title"])
        for other in problem.measures:
            if other.sheet != measure.sheet and (
                (other.identity is not None and other.identity == measure.identity)
                or cells.key_of(other.record["title"]) == key
            ):
                _complete(other, measure, self.draft.doubts)
                return
        problem.measures.append(measure)


def _complete(known: MeasureDraft, more: MeasureDraft, doubts: list[Doubt]) -> None:
    for name, value in more.record.items():
        if name not in known.record:
            known.record[name] = value
        elif name not in {"title", "progress"} and known.record[name] != value:
            doubts.append(
                Doubt(
                    more.sheet,
                    more.address,
                    f"{name}: {value}",
                    _("{sheet} says otherwise, {value}: that was taken").format(
                        sheet=known.sheet, value=known.record[name]
                    ),
                )
            )
            known.kept.append(f"{more.sheet}：{name}={value}")
        elif name == "progress":
            told = {entry["text"] for entry in known.record["progress"]}
            known.record["progress"] += [entry for entry in value if entry["text"] not in told]
    known.kept += [text for text in more.kept if text not in known.kept]


def _row(sheet: Sheet, rows: Sequence[int], table: header.Table) -> Row:
    """The cells of rows that tell of one measure, by their meanings; each cell once."""
    row = Row(sheet.name, rows[0])
    seen: set[tuple[int, int]] = set()
    for number in rows:
        for column in sheet.columns(number):
            place = sheet.anchors.get((number, column), (number, column))
            if place in seen:
                continue
            seen.add(place)
            address = f"{letter(place[1])}{place[0]}"
            if place in sheet.comments:
                row.comments.append((address, sheet.comments[place]))
            placed = Placed(address, sheet.cells[number, column])
            meaning = table.meanings.get(column, "")
            if not placed.text or (meaning in _TOLD_ONCE and place[0] not in rows):
                continue
            if meaning:
                row.found.setdefault(meaning, []).append(placed)
            elif place[0] in rows:
                row.unknown.append((table.headings.get(column, address), placed))
    return row


def _number(row: Row) -> int | None:
    """The number in front of a row."""
    placed = row.first("number")
    text = placed.text.strip("、.．") if placed else ""
    return int(text) if re.fullmatch(r"[1-9][0-9]{0,4}", text) else None


def _title_of_category(text: str) -> str:
    """The title of a category, without its number and without how many problems there are: 一、关于作风建设方面（3个）."""
    return _HOW_MANY.sub("", cells.one_line(cells.without_number(text))).rstrip("：:。")[:_LONGEST_TITLE]


def title_of_problem(text: str) -> tuple[str, str]:
    """The title of a problem, and all that was said where that is more."""
    said = cells.without_number(text)
    line, _end, rest = said.partition("\n")
    if rest and len(line) <= _LONGEST_LINE:
        return line.rstrip("。：:") or line, said
    whole = cells.one_line(said)
    first, stop, more = whole.partition("。")
    if stop and more and len(whole) > _LONGEST_LINE and len(first) >= 4:  # noqa: PLR2004  not an abbreviation
        return first[:2000], said
    return whole[:2000], said if len(whole) > 2000 or "\n" in said else ""  # noqa: PLR2004  the longest title
