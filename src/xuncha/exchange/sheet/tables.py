"""Take the tables of a sheet row by row: which rows hold one measure, and to which problem and category it belongs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from xuncha.chinese.enumerations import NUMBERED, Family, marks, without_number
from xuncha.exchange.drafts import Column, Draft, MeasureDraft, ProblemDraft
from xuncha.exchange.matching import key_of
from xuncha.exchange.sheet import cells, header
from xuncha.exchange.sheet.grid import Cell, Sheet, Spot, letter, place
from xuncha.exchange.sheet.roles import plain
from xuncha.exchange.sheet.row_cells import DITTOS, Row, row_of
from xuncha.exchange.sheet.rows import RowReader
from xuncha.language import gettext as _
from xuncha.model.fields import MAX_LINE, MAX_TEXT
from xuncha.model.vocabulary import STATUS_WORDS, UNKNOWN

_CATEGORY_ROW: Final = re.compile(
    r"^[一二三四五六七八九十]+、|方面[。：:]?$|^第[一二三四五六七八九十]+(?:类|方面|部分)"
)
_ASPECT: Final = re.compile("^[^。；，]{2,40}方面$")
"""The title of a category right above the header of its table."""
_NUMERAL: Final = re.compile("[（(]?[一二三四五六七八九十]+[）)]?、?")
_SUM: Final = re.compile(r"^(?:本页|本表)?(?:合计|总计|小计|共计|累计)|(?:合计|总计|小计)$")
_COLUMN_LETTERS: Final = "甲乙丙丁戊己庚辛壬癸"
"""Letters that number the first columns of official tables; digits number the others."""
_SUM_ALONE: Final = re.compile(
    r"(?:本页|本表)?(?:合计|总计|小计|共计|累计|总数)(?:[:(]?共?\d*[个条项件]?(?:问题|措施)?\)?)?"
)
_NOTE: Final = re.compile(
    r"^(?:注|说明|备注|填表|填报|制表|审核|联系|单位负责人|签字|附注|打印(?:日期|时间)|续表|★|\*)"
)
_SAMPLE: Final = re.compile(r"\(?(?:填[写表报]?(?:说明|示例|样例|要求)|示例|样例|范例|举例|例)\)?")
"""The first cell of a row that shows how to fill the table in."""
_SIGNED: Final = re.compile(
    r"(?:签字|签名|签章|盖章|填表人|填报人|制表人|审核人|负责人|联系人|联系电话)[)）]?\s*[：:]"
)
"""Signatures below a table."""
_STOP: Final = re.compile("[。；;！!]$")
_PAGE: Final = re.compile(
    r"第\d+页(?:[,/]?共\d+页)?|共\d+页(?:[,/]?第\d+页)?|\d+/\d+|-\d+-|\(?接上[页表]\)?|\(?下页?续\)?|\(续\)|—\d+—"
)
"""Texts that are printed at the edge of a page."""
_HOW_MANY: Final = re.compile(r"[（(](?:共)?\s*\d+\s*(?:个|条|项)?(?:问题)?[)）]$")
_LONGEST_LINE: Final = 100
_FEW: Final = 3
_ABBREVIATION: Final = 3  # so few characters before a stop are not a sentence


class TableReader:
    """Takes the tables of one sheet into the draft."""

    def __init__(self, draft: Draft, reader: RowReader, sheet: Sheet, category: str) -> None:
        self.draft = draft
        self.reader = reader
        self.sheet = sheet
        self.category = self.sheet_category = category
        self.level: Family | None = None
        """How the heading of the current category is numbered; None if it is not."""
        self.problem: ProblemDraft | None = None
        self.problem_key: object = None
        """The key of the current problem: its number, or its category and its text."""
        self.titled = True
        """Whether anything names the problems: a column, or rows above the rows of their measures."""
        self.by_title: dict[str, list[ProblemDraft]] = {}
        """All problems, by the keys of their titles (`key_of`)."""
        self.earlier: dict[int, list[MeasureDraft]] = {}
        """The measures that other sheets have, by the `id()` of their problem."""
        self.by_measure: dict[str, list[ProblemDraft]] = {}
        """The problems on other sheets, by the keys of the titles of their measures."""
        self.places: dict[tuple[int, str, str], str] = {}
        """The first place of each measure of this sheet, by the `id()` of its problem and the keys of its part and its title."""
        for problem in draft.problems:
            self.by_title.setdefault(key_of(problem.record["title"]), []).append(problem)
            self.earlier[id(problem)] = [each for each in problem.measures if each.sheet != sheet.name]
            for title in {key_of(each.record["title"]) for each in problem.measures}:
                self.by_measure.setdefault(title, []).append(problem)

    def read_table(self, table: header.Table) -> None:
        """Take the rows of a table. A table has no rows if the next header follows its own at once."""
        if table.first > table.last:
            return
        for column, heading in sorted(table.headings.items()):
            name, choice = table.names.get(column, heading), table.choices[column]
            span, tick = (table.first, table.last), table.ticks.get(column)
            self.draft.columns.append(Column(self.sheet.name, letter(column), name, *choice, span, tick))
        self.reader.declare_fields(self.sheet, table)
        self.titled = bool(table.column("problem"))
        above = set(self.sheet.texts(table.header - 1))
        if len(above) == 1 and _ASPECT.search(title := _title_of_category(next(iter(above)))):
            self.category, self.level = title, _level(next(iter(above)))
        rows = self.sheet.rows(table.first, table.last)
        if self.draft.exact:
            for row in rows:
                self._read_rows([row], table)
            return
        for spot in _resolve_dittos(self.sheet, table):
            message = _("the same as above, but nothing is above it: not imported")
            self.draft.doubt(message, self.sheet.text(*spot), self.sheet.place(*spot))
        pending: list[int] = []
        for row in (each for each in rows if not header.is_header(self.sheet, each, table)):
            row_kind = self._row_kind(row, table)
            if row_kind is None and pending and self._continues(pending[0], row, table):
                pending.append(row)
                continue
            self._read_rows(pending, table)
            pending = [] if row_kind else [row]
            if row_kind:
                self._start_group(row, *row_kind)
        self._read_rows(pending, table)

    def _row_kind(self, row: int, table: header.Table) -> tuple[str, str] | None:
        """Return the kind and the text of a row without a measure; None for a row of a measure.

        The kind is `category` or `problem` if the row stands above others, `remark` also for a sum, and empty for an empty row.
        """
        columns = self.sheet.columns(row)
        own = [column for column in columns if self.sheet.starts(row, column)]
        own_texts = list(dict.fromkeys(text for column in own if (text := self.sheet.text(row, column))))
        texts = set(self.sheet.texts(row))
        if not own_texts:
            return None if texts else ("", "")
        first = own_texts[0]
        remark = "remark", " ".join(own_texts)
        if self._is_printed(own_texts):
            return remark
        is_merged = len(own) >= _FEW and self.sheet.merged((row, own[1]), (row, own[-1]))
        numeral, others = "", own_texts[1:]
        if is_merged and len(others) == 1 and table.role(own[0]) == "number":
            numeral, first = own_texts
            own, columns, texts = own[1:], columns[1:], texts - {numeral}
        across, has_problems = len(own) > 1, bool(table.column("problem"))
        is_category = _CATEGORY_ROW.search(first) or _NUMERAL.fullmatch(numeral)
        is_measure = not across and table.role(own[0]) == "measure"
        is_data = is_measure or (numeral and has_problems and not is_category)
        if len(texts) != 1 or len(own) != len(columns) or is_data:
            return None
        if is_category and (across or not has_problems or not table.column("category")):
            return "category", _title_of_category(first)
        if not has_problems:
            return "problem", cells.one_line(without_number(first))
        has_words = table.role(own[0]) == "number" and not re.search(r"\d", first)
        return remark if across or has_words else None

    def _is_printed(self, texts: Sequence[str]) -> bool:
        """Return whether a row is a sum, a remark, a signature, a page number, the title again, or the numbers of the columns."""
        first, bare = texts[0], [plain(text) for text in texts]
        alone = len(texts) == 1
        is_sum = _SUM.search(bare[0]) or any(map(_SUM_ALONE.fullmatch, bare[:2]))
        is_note = _NOTE.match(first) and len(texts) <= 2  # noqa: PLR2004  a label and its text
        is_other = _SIGNED.search(first) or _SAMPLE.fullmatch(bare[0])
        is_again = alone and (_PAGE.fullmatch(bare[0]) or first in self.draft.notes)
        counted = len(texts) > _FEW and all(each in _COLUMN_LETTERS or each.isdecimal() for each in bare)
        return bool(is_sum or is_note or is_other or is_again or counted)

    def _start_group(self, row: int, kind: str, text: str) -> None:
        """Make the category or problem that a row names the current one; keep a remark."""
        if kind == "category":
            self.category, self.level = text, _level(next(iter(self.sheet.texts(row))))
            self.problem = self.problem_key = None
        elif kind == "problem":
            self.titled = True
            self._begin(text, "", Row(self.sheet.name, row))
        elif kind:
            self.keep_remarks([text], f"{row}:{row}")
            if self.level and _level(text) == self.level:
                # a heading beside that of the category, which names none for its own problems
                self.category = self.sheet_category

    def keep_remarks(self, texts: Sequence[str], address: str = "") -> None:
        """Keep texts that are not rows of the table, and list them."""
        self.draft.notes += texts
        message = _("not a row of the table: kept as a remark")
        for text in texts:
            self.draft.doubt(message, text, place(self.sheet.name, address))

    def _continues(self, first: int, row: int, table: header.Table) -> bool:
        """Return whether a row continues the measure of the row before it."""
        measure, problem = table.column("measure"), table.column("problem")
        if self.sheet.merged((first, measure), (row, measure)):
            return True
        number = table.column("number")
        numbered = self.sheet.starts(row, number) and self.sheet.text(row, number)
        if numbered or self.sheet.starts(row, problem):
            return False
        if measure:
            before, text = self.sheet.text(first, measure), self.sheet.text(row, measure)
            return bool(before) and (not text or self._is_cut(before, row, measure))
        return bool(problem) and not self.sheet.merged((first, problem), (row, problem))

    def _is_cut(self, before: str, row: int, column: int) -> bool:
        """Return whether a row holds only the rest of the sentence in the row before it. List a row that does, or may do so."""
        text = self.sheet.text(row, column)
        if self.sheet.columns(row) != [column]:
            return False
        ended, numbered = _STOP.search(before), text != without_number(text)
        # In a list, all lines end with a stop, or none do; of a cut sentence, only the second part ends with one.
        is_rest = bool(_STOP.search(text)) and not ended and not numbered
        is_cut = is_rest or cells.continues(before, text)
        message = _("the row only continues the text of the row above: joined with it")
        if not is_cut:
            message = _("nothing else in the row: read as a separate measure, but may continue the one above")
        if is_cut or not (ended or numbered):
            self.draft.doubt(message, text, self.sheet.place(row, column), "measure")
        return is_cut

    def _read_rows(self, rows: Sequence[int], table: header.Table) -> None:
        """Take the rows of one measure, or of several measures in one cell."""
        if not rows:
            return
        row = row_of(self.sheet, rows, table, exact=self.draft.exact)
        begins = self.problem is None or "number" in row.cells
        named = any(map(row.text, ("problem", "measure", "finding", "part")))
        if begins and not named and not self.draft.exact:
            message = _("neither a problem nor a measure is named: not imported")
            self.reader.doubt(row, "number", message, " ".join(filter(None, map(row.text, row.cells))))
            return
        problem = self._problem(row)
        known, finding = problem.record.get("finding", ""), row.text("finding")
        # Each part of a problem may have its own.
        if finding and f"\n{finding}\n" not in f"\n{known}\n":
            joined = f"{known}\n{finding}".strip()
            if len(joined) <= MAX_TEXT:
                problem.record["finding"] = joined
            else:
                self.reader.doubt(
                    row, "finding", _("the text of the problem would be too long: not imported")
                )
        self.reader.put_fields(row, problem.record, "problem")
        for measure in self.reader.measures(row, problem.record["title"]):
            if measure.identity is not None and problem.number is None:
                problem.number = measure.identity.problem
            self._enter(problem, measure)

    def _problem(self, row: Row) -> ProblemDraft:
        """Return the problem that a row names, else the current one. If there is none, begin one with the title of the measure or sheet."""
        if category := row.text("category"):
            self.category = "" if category == UNKNOWN else _title_of_category(category)
        if text := row.text("problem"):
            # Equal texts in several rows are the same problem, whether the cells are merged or not.
            number = row.problem_number
            same = (self.category, "".join(text.split()) or row.place("problem"))
            head = number if number and self.draft.exact else same
            if self.problem is None or head != self.problem_key:
                self.problem_key = head
                parts = [] if self.draft.exact else cells.items(text)
                # The lines of one problem keep its number.
                several = without_number(text) != text and len(parts) > 1 and not text.startswith(parts[0])
                title, finding = title_of_problem(text)
                if several:
                    title, finding = cells.one_line(text)[:MAX_LINE], text
                    message = _("several problems in one cell: read as one; give each a row")
                    self.reader.doubt(row, "problem", message, text)
                return self._begin(title, finding, row, number)
        elif self.problem is None or not self.titled or (category and self.problem.category != self.category):
            titles = (key_of(without_number(each)) for each in cells.items(row.text("measure")))
            alike = (each for title in titles for each in self.by_measure.get(title, ()))
            elsewhere = {
                id(each): each for each in alike if not each.category or self.category in {"", each.category}
            }
            if len(elsewhere) == 1:  # a list of measures beside the list of problems on another sheet
                self.problem, self.problem_key = next(iter(elsewhere.values())), None
                self.problem.category = self.problem.category or self.category
                return self.problem
            title = cells.one_line(without_number(row.text("measure")))[:MAX_LINE] or self.sheet.name
            self.reader.doubt(row, "problem", _("no problem is named: the measure title is used"), title)
            return self._begin(title, "", row)
        return self.problem

    def _begin(self, title: str, finding: str, row: Row, number: int | None = None) -> ProblemDraft:
        """Make a problem the current one: the one with this title on another sheet or further up, else a new one."""
        alike = self.by_title.setdefault(key_of(title), [])
        for problem in alike:
            as_written = problem.sheet != self.sheet.name or problem.text("problem") == row.text("problem")
            in_category = not problem.category or self.category in {"", problem.category}
            if as_written and in_category and (not self.draft.exact or number in {None, problem.number}):
                break
        else:
            record = {"title": title} | ({"finding": finding} if finding else {})
            rows, where = (row.number, row.last), row.place("problem")
            problem = ProblemDraft(record, self.sheet.name, where, row.cells, rows, number=number)
            self.draft.problems.append(problem)
            alike.append(problem)
        problem.category = problem.category or self.category
        self.problem = problem
        return problem

    def _enter(self, problem: ProblemDraft, measure: MeasureDraft) -> None:
        """Add a measure to a problem. If another sheet has the measure already, add only what is new; list it if its category is another there."""
        title = measure.record["title"]
        others = self.earlier.get(id(problem), [])
        if known := _earlier_measure(others, measure):
            self._complete(known, measure)
            # The next row with this title means the next measure with it.
            others.remove(known)
            others.append(known)
            return
        for other in self.by_title[key_of(problem.record["title"])]:
            for earlier in self.earlier.get(id(other), ()) if other is not problem else ():
                if key_of(earlier.record["title"]) == key_of(title):
                    message = _("the same measure is in another category on {sheet}: entered twice")
                    self.draft.doubt(message.format(sheet=earlier.sheet), title, measure.place, "measure")
        key = id(problem), key_of(measure.record.get("part", "")), key_of(title)
        first = self.places.setdefault(key, measure.place)
        if first != measure.place and not self.draft.exact:
            message = _("the same measure is also at {place}: entered twice", place=first)
            self.draft.doubt(message, title, measure.place, "measure")
        problem.measures.append(measure)

    def _complete(self, known: MeasureDraft, more: MeasureDraft) -> None:
        """Add to a measure what another sheet says about it."""
        known.cells = {**more.cells, **known.cells}
        status = more.record.get("status")
        if known.record.get("status") == "closed" and status not in {None, "closed"}:
            known.record["status"] = status
            known.record.pop("closed", None)
            source = known.sources.get("status", known.sheet)
            message = _("it differs from {sheet}: not counted as closed", sheet=source)
            self.draft.doubt(f"{message} → {STATUS_WORDS[status]}", more.record["title"], more.place, "state")
            known.sources["status"] = more.place
        for name, value in more.record.items():
            if name == "closed" and known.record.get("status") != "closed":
                continue
            if name not in known.record:
                known.sources[name] = more.place
            kept = known.record.setdefault(name, value)
            if name == "progress":
                texts = {entry["text"] for entry in kept}
                known.record[name] = [*kept, *(entry for entry in value if entry["text"] not in texts)]
            elif name != "title" and kept != value:
                shown, said, role = kept, f"{name}: {value}", name
                if name == "status":
                    shown, said, role = STATUS_WORDS[kept], STATUS_WORDS[value], "state"
                message = _("it differs from {sheet}: its value, {value}, was used")
                source = known.sources.get(name, known.sheet)
                self.draft.doubt(message.format(sheet=source, value=shown), said, more.place, role)


def _resolve_dittos(sheet: Sheet, table: header.Table) -> Iterator[Spot]:
    """Replace each 同上 in a table by the nearest filled cell above it. Yield the places of those with nothing above them.

    A header that is printed again is skipped.
    """
    above: dict[int, Cell] = {}
    for row, columns in sheet.by_row.items():
        if not table.first <= row <= table.last or header.is_header(sheet, row, table):
            continue
        for column in columns:
            cell = sheet.cells[row, column]
            if cell.text not in DITTOS:
                if cell.text:
                    above[column] = cell
            elif column in above:
                sheet.cells[row, column] = above[column]
            else:
                yield row, column


def _earlier_measure(others: Sequence[MeasureDraft], measure: MeasureDraft) -> MeasureDraft | None:
    """Return the measure of an earlier sheet that has the number or the title of another one; of several, the one that agrees the most."""
    number, title = measure.identity, key_of(measure.record["title"])
    same = [
        each
        for each in others
        if key_of(each.record["title"]) == title or (number and each.identity == number)
    ]

    def agreement(other: MeasureDraft) -> list[bool]:
        equal = [other.record.get(key) == measure.record.get(key) for key in ("part", "office", "leader")]
        has_number = number is not None and other.identity == number
        return [key_of(other.record["title"]) == title, has_number, *equal]

    return max(same, key=agreement, default=None)


def _level(text: str) -> Family | None:
    """Return how a heading is numbered: 一、 or （一） or 1.; None if it is not."""
    return next((mark.family for mark in marks(text, NUMBERED) if mark.start == 0), None)


def _title_of_category(text: str) -> str:
    """Return the title of a category, without its number and the number of its problems: 一、关于作风建设方面（3个）."""
    return _HOW_MANY.sub("", cells.one_line(without_number(text))).rstrip("：:。")[:MAX_LINE]


def title_of_problem(text: str) -> tuple[str, str]:
    """Split the text of a problem into its title and, if the text says more than the title, the whole text."""
    bare = without_number(text)
    line, _end, rest = bare.partition("\n")
    if rest and len(line) <= _LONGEST_LINE:
        return line.rstrip("。：:") or line, bare
    whole = cells.one_line(bare)
    first, stop, more = whole.partition("。")
    if stop and more and len(whole) > _LONGEST_LINE and len(first) > _ABBREVIATION:
        return first[:MAX_LINE], bare
    return whole[:MAX_LINE], bare if len(whole) > MAX_LINE or "\n" in bare else ""
