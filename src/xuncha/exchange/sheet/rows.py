"""Read the measures in the row, or the rows, of a table, by the roles of its cells."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain, zip_longest
from typing import Any, Final, Literal

from xuncha.chinese.enumerations import without_number
from xuncha.chinese.limits import days_with_year, impossible_dates
from xuncha.exchange.drafts import Draft, MeasureDraft
from xuncha.exchange.names import names
from xuncha.exchange.sheet import cells, header, roles
from xuncha.exchange.sheet.grid import Cell, Sheet
from xuncha.exchange.sheet.header import Table
from xuncha.exchange.sheet.row_cells import UNNAMED, Row, measure_row
from xuncha.language import gettext as _
from xuncha.model import states
from xuncha.model.fields import MAX_LINE, MAX_NAME
from xuncha.model.forms import FIELD_PREFIX
from xuncha.model.register import FieldFrame
from xuncha.model.vocabulary import STATUS_WORDS, Status

_PROBLEM_ROLES: Final = {"number", "category", "problem", "finding", UNNAMED}
"""Roles that say nothing about a measure."""
_TELLS: Final = re.compile(rf"(?:state|progress)$|{FIELD_PREFIX}")  # roles whose cells may refuse a closing
_REMARKS: Final = re.compile("备注|进展|进度|说明")
_NOT_DONE: Final = re.compile("正在|尚|仍|还|未|没有|(?:推进|进行|整改|办理|实施)中")


@dataclass
class RowReader:
    """Reads rows. What is not certain is left out of the record, and listed in the draft with its cell."""

    draft: Draft
    fields: dict[str, FieldFrame]
    """The declared fields (自定义字段) by their keys: those of the ledger, and those that are added for unknown columns."""
    feedback: date | None
    today: date | None
    words: Mapping[str, Status] | None
    """The statuses that a form gives to the words in the column of states."""

    def doubt(self, row: Row, role: str, message: str, text: str | None = None) -> None:
        """List a doubtful cell."""
        shown = row.text(role) if text is None else text
        self.draft.doubt(message, shown, row.place(role, "measure", "problem"), role)

    def declare_fields(self, sheet: Sheet, table: Table) -> None:
        """Declare a field for each unknown column: a field of the problem if its cells are merged over rows, else of the measure."""
        for column in table.choices:
            role = table.role(column)
            key = role.removeprefix(FIELD_PREFIX)
            if key == role or key in self.fields:
                continue
            rows = sheet.rows(table.first, table.last)
            merged = any(sheet.merged((row, column), (row + 1, column)) for row in rows)
            every = (sheet.cells[row, column] for row in rows if sheet.starts(row, column))
            filled = [cell for cell in every if cell.text]
            of: Literal["problem", "measure"] = "problem" if merged else "measure"
            label = table.names[column].rpartition("/")[2]
            new = FieldFrame(key, label, of, cells.field_type(filled), ())
            self.fields[key] = new
            written = {name: value for name, value in new._asdict().items() if value}
            self.draft.settings.setdefault("fields", []).append(written)

    def put_fields(self, row: Row, record: dict[str, Any], of: str) -> None:
        """Put the values of the declared fields into a record."""
        for role, held in row.cells.items():
            key = role.removeprefix(FIELD_PREFIX)
            if key == role or key not in self.fields or self.fields[key].of != of:
                continue
            value, doubts = cells.field_value(self.fields[key], held), []
            if value is None:
                doubts = [_("it does not fit the ledger field {key}: not imported", key=key)]
            elif self.fields[key].type != "text" and len({cell.text for cell in held}) > 1:
                doubts = [_("several values for one measure: the first was taken")]
            if value is not None and record.setdefault("fields", {}).setdefault(key, value) != value:
                doubts += [_("it differs from another row of the problem: not imported")]
            for message in doubts:
                self.doubt(row, role, message)

    def measures(self, row: Row, problem: str) -> list[MeasureDraft]:
        """Read the measures of a row: one, or several that stand in one cell."""
        identity = row.identity
        texts = self._titles(row, problem, is_single=identity is not None)
        drafts = []
        for number, text in enumerate(texts):
            draft = self._measure(row if len(texts) == 1 else measure_row(row, number, len(texts)), text)
            draft.identity = identity
            draft.cells, draft.rows = row.cells, (row.number, row.last)
            drafts.append(draft)
        is_missing = any("progress" not in each.record for each in drafts)
        if len(drafts) > 1 and row.cells.get("progress") and is_missing:
            self.doubt(row, "progress", _("written for several measures at once: entered under the first"))
        for cell in row.cells.get(UNNAMED, ()):
            self.draft.doubt(_("in a column without a heading: not imported"), cell.text, cell.place)
        for word, cell in row.ticks:
            message = _("it does not give a known status: not imported")
            self.draft.doubt(message, f"{word}：{cell.text}", cell.place, "state")
        for where, text in row.comments:
            message = _("beside the text of the cell, such as a comment: not imported")
            self.draft.doubt(message, text, where)
        return drafts

    def _titles(self, row: Row, problem: str, *, is_single: bool) -> list[str]:
        if text := row.text("measure"):
            titles = [text] if is_single else cells.items(text)
            if len(titles) > 1:
                self.doubt(row, "measure", _("{n} measures in one cell", n=len(titles)))
            return [without_number(part) for part in titles]
        if all(role in _PROBLEM_ROLES or role.startswith(FIELD_PREFIX) for role in row.cells):
            return []
        self.doubt(row, "measure", _("no measure is named: the problem title is used"), problem)
        return [problem]

    def _measure(self, row: Row, text: str) -> MeasureDraft:
        measure = MeasureDraft({}, row.sheet, row.place("measure", "problem"))
        measure.record["title"] = self._line(row, "measure", text)
        if goal := row.text("goal"):
            measure.record["goal"] = goal
        if part := row.text("part"):
            measure.record["part"] = self._line(row, "part", part)
        if (kind := row.text("kind")) and (term := cells.kind(kind)):
            measure.record["term"] = term
        elif kind:
            self.doubt(row, "kind", _("not a known kind of task: not imported"))
        self._people(row, measure)
        for role in ("due", "closed_date"):
            if len({cell.text for cell in row.cells.get(role, ())}) > 1:
                self.doubt(row, role, _("several values for one measure: the first was taken"))
        self._due(row, measure)
        self._impossible_days(row)
        self._progress(row, measure)
        self._status(row, measure)
        self._refused(row, measure)
        self._closed(row, measure)
        if (public := row.text("publish")) not in {"", "是", "公开", "可公开", "已公开", "主动公开", "√"}:
            measure.record["publish"] = False
            if public not in {"否", "不公开", "不予公开", "暂不公开", "×"}:
                self.doubt(row, "publish", _("neither yes nor no: kept unpublished"))
        self.put_fields(row, measure.record, "measure")
        return measure

    def _line(self, row: Row, role: str, text: str) -> str:
        line = cells.one_line(text)
        if len(line) <= MAX_LINE:
            return line
        self.doubt(row, role, _("too long for a title: only its beginning was used"))
        return f"{line[:100]}…"

    def _people(self, row: Row, measure: MeasureDraft) -> None:
        if leaders := list(chain(*names(row.text("leader")))):
            measure.record["leader"] = leaders[0]
        if len(leaders) > 1:
            self.doubt(row, "leader", _("several leaders: {name} is responsible", name=leaders[0]))
        if row.unclear_leader:
            self.doubt(row, "leader", _("it may be an office: read as the leader"))
        offices, helping = names(row.text("office"), people=False)
        if offices:
            measure.record["office"] = offices[0]
        if len(offices) > 1:
            message = _("several offices: {name} is responsible, the others are co-responsible")
            self.doubt(row, "office", message.format(name=offices[0]))
        others = names(row.text("co_offices"), people=False)
        candidates = dict.fromkeys(chain(offices[1:], helping, *others))
        if helpers := [name for name in candidates if name not in offices[:1]]:
            measure.record["co_offices"] = helpers
        if person := cells.one_line(row.text("person"))[:MAX_NAME]:
            measure.record["person"] = person

    def _due(self, row: Row, measure: MeasureDraft) -> None:
        if (cell := row.first("due")) is None:
            return
        limit = cells.limit(cell, self.feedback)
        if limit.long_term or limit.at_once:
            measure.record["term"] = "long_term" if limit.long_term else "at_once"
        if limit.day is not None:
            measure.record["due"] = limit.day.isoformat()
        if limit.doubt or not limit.has_value:
            self.doubt(row, "due", limit.doubt or _("no day given: not imported"))

    def _impossible_days(self, row: Row) -> None:
        """List dates that the calendar does not have at the beginning of a line, also behind 已完成（; no others are read."""
        for role in ("progress", "state"):
            for line in row.text(role).split("\n"):
                for _start, _end, message in impossible_dates(line[:20]):
                    self.doubt(row, role, message, line)

    def _progress(self, row: Row, measure: MeasureDraft) -> None:
        day: date | None = None
        entries: list[dict[str, Any]] = []
        held = row.cells.get("progress", [])
        for cell, after in zip_longest(held, held[1:]):
            if re.search(r"[^\W\d_]", cell.text):
                entries += cells.entries(f"{day}：{cell.text}" if day else cell.text)
                day = None
            elif after and (day := cells.exact_day(cell)):
                continue  # the text of this day stands in the next cell
            else:
                self.doubt(row, "progress", _("no text in it: not imported"))
        evidence = cells.documents(row.text("evidence"))
        if evidence and entries:
            entries[-1]["evidence"] = [*entries[-1].get("evidence", []), *evidence]
        elif evidence:
            self.doubt(row, "evidence", _("no progress next to it that it could support: not imported"))
        if entries:
            # Entries without a day come first, as the rules require.
            measure.record["progress"] = sorted(entries, key=lambda entry: "date" in entry)

    def _stated_state(self, row: Row, measure: MeasureDraft) -> states.State | None:
        """Return the state in the cell of states; without such a cell, that at the beginning of the progress. List a cell without a state."""
        record, cell = measure.record, row.first("state")
        if row.unseen("state" if cell else "progress"):
            return None
        if cell is None:
            found = states.state_of_text(row.text("progress"), self.today)
            if found and not found.doubt:
                message = _("read as the status: {status}", status=STATUS_WORDS[found.status])
                self.doubt(row, "progress", message)
            return found or self._state_beside(row)
        state, several = states.read_state(cell.value, cell.form, self.today), row.text("state") != cell.text
        # Beside the progress, or in a column such as 复查结果 or 是否销号, it is no progress.
        headings = [name.rpartition("/")[2] for role, name, _cell in row.under if role == "state"]
        may_tell = "progress" not in record and any(roles.role(each) == "progress" for each in headings)
        goes_on = state is not None and state.status == "in_progress" and not state.negated
        if may_tell and goes_on and states.tells_more(cell.text):
            record["progress"] = cells.entries(cell.text)
        if self.words is not None and not several and (status := self.words.get(cell.text)):
            return states.State(status, bool(state and state.long_term))
        if several or len(cell.text) <= states.MAX_LENGTH:
            is_listed = self.words is None or cell.text in STATUS_WORDS.values()
            if several or state is None or not is_listed:
                self.doubt(row, "state", _("not a known status: not imported"))
                return None
            base = "not_started" if state.negated else "in_progress" if state.staged else state.status
            self.draft.words.setdefault(cell.text, base)
            return state
        record["progress"] = [*record.get("progress", []), *cells.entries(cell.text)]
        self.doubt(row, "state", _("no status in it: read as progress"))
        return states.state_of_text(cell.text, self.today)

    def _state_beside(self, row: Row) -> states.State | None:
        """Return the state in another column of states, such as 完成情况 beside an empty 验收结果. It closes nothing."""
        for role, name, cell in row.under:
            is_told = roles.names_verdict(name, role) and not cell.unseen and len(cell.text) > 1
            found = states.read_state(cell.value, cell.form, self.today) if is_told else None
            if found and found.explicit and not (found.status == "closed" and row.first("closed_date")):
                row.cells["state"] = [cell]
                unclear = _("said to be done, but the column that decides is empty: read as in progress")
                return found if found.status != "closed" else states.State("in_progress", doubt=unclear)
        return None

    def _status(self, row: Row, measure: MeasureDraft) -> None:
        """Set the status; it is not set if no cell states one."""
        record, state = measure.record, self._stated_state(row, measure)
        if state is None:
            return
        status = state.status
        if state.long_term:
            record["term"] = "long_term"
        if state.staged and record.get("term") != "long_term":
            status = "in_progress"
        if state.negated:
            status = "not_started"
        if status == "not_started" and record.get("progress"):
            status = "in_progress"
        record["status"] = status
        if state.doubt:
            role = "state" if row.first("state") else "progress"
            self.doubt(row, role, f"{state.doubt} → {STATUS_WORDS[status]}")

    def _closed(self, row: Row, measure: MeasureDraft) -> None:
        """Set the day of closing, which may also stand in the cell of the state. No day is set that is not written."""
        record, cell, state = measure.record, row.first("closed_date"), row.first("state")
        if row.unseen("closed_date") or row.unseen("state"):
            return
        day = cells.exact_day(cell) if cell else None
        if cell and day is None:
            self.doubt(row, "closed_date", _("not a clear completion date: not imported"))
        elif cell and record.get("status", "" if row.ticks else "closed") != "closed":
            self.doubt(row, "closed_date", _("has a completion date, but is not complete: not imported"))
            return
        elif cell and "status" not in record:
            message = _("read as the status: {status}", status=STATUS_WORDS["closed"])
            self.doubt(row, "closed_date", message)
        if day is None and state and record.get("status") == "closed":
            day = next(iter(days_with_year(state.text)), None)
        role = "closed_date" if cell else "state"
        if day is not None and self.today and day > self.today:
            message = _("completion date {day} is in the future: read as in progress")
            self.doubt(row, role, message.format(day=day))
            record["status"] = "in_progress"
        elif day is not None and self.feedback and day < self.feedback:
            message = _("before the feedback of {day}: not imported", day=self.feedback)
            self.doubt(row, role, message)
            record["status"] = "closed"
        elif day is not None:
            record["status"], record["closed"] = "closed", {"date": day.isoformat()}

    def _refused(self, row: Row, measure: MeasureDraft) -> None:
        """Leave a measure open that another cell refuses to close: 验收结论 says 不通过, or 完成情况 beside it 推进中."""
        if measure.record.get("status", "closed" if row.first("closed_date") else None) != "closed":
            return
        telling = (each for each in row.under if _TELLS.match(each[0]))
        told = [
            (roles.names_verdict(name, role) or _contradicts(role, name, cell), cell)
            for role, name, cell in telling
        ]
        ticked = [(word, cell) for word, cell in row.ticks if header.is_tick(cell.text)]
        told += [(True, cell._replace(value=word, text=f"{word}：{cell.text}")) for word, cell in ticked]
        for of_state, cell in told:
            if found := states.refused_state(cell.value, cell.form, of_state=of_state):
                measure.record["status"] = found.status
                message = _("refused, or not done: not counted as closed")
                message = f"{message} → {STATUS_WORDS[found.status]}"
                self.draft.doubt(message, cell.text, cell.place, "state")


def _contradicts(role: str, name: str, cell: Cell) -> bool:
    """Return whether a cell of progress or remarks holds nothing but that a measure is not done: 尚未启动, 推进中."""
    is_remark = role == "progress" or _REMARKS.search(name)
    return bool(is_remark and _NOT_DONE.match(cell.text) and states.is_plain_state(cell.value))
