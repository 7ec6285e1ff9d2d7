"""One row of a table, or several that tell of one measure: what its cells say of measures."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Final

from xuncha.chinese.limits import at_once, full_days
from xuncha.exchange.drafts import MeasureDraft
from xuncha.exchange.sheet import cells, ticks
from xuncha.exchange.sheet.grid import Cell
from xuncha.exchange.wording import without_number
from xuncha.language import gettext as _
from xuncha.model import states
from xuncha.model.identity import Identity

if TYPE_CHECKING:
    from xuncha.exchange.drafts import Draft

_IDENTITY: Final = re.compile(r"([1-9][0-9]{0,5})[.．-]([1-9][0-9]{0,5})")
_ONLY_A_DAY: Final = re.compile(
    r"[\d〇零一二三四五六七八九十年月日号底上中下旬.．/／\-－\s:：]*(?:已|于|完成|整改|销号|办结)*[。.]?"
)
"""A day of completion, rather than a plan such as 预计2024年12月完成."""
_DECIMALS: Final = re.compile(r"0\.(0+)")
_LONGEST_TITLE: Final = 2000
_LONGEST_SHORT: Final = 100
_OF_MEASURES: Final = {
    "measure", "goal", "leader", "office", "co_offices", "due", "progress", "status", "closed", "evidence",
}  # fmt: skip
"""Meanings that make a row tell of a measure."""
_IN_PARTS: Final = {"goal", "progress", "due", "status", "evidence"}
"""Meanings of which a cell may hold a part for each of several measures."""
_KEPT: Final = {
    "leader": "责任领导", "due": "整改时限", "closed": "完成时间", "status": "完成情况", "publish": "是否公开",
}  # fmt: skip
"""What texts are called that are kept as internal ones."""


@dataclass
class Row:
    """The cells of a measure's row, by what their columns mean; of several rows, where one measure takes several."""

    sheet: str
    number: int
    found: dict[str, list[Cell]] = field(default_factory=dict)
    unknown: list[tuple[str, Cell]] = field(default_factory=list)
    """Cells of columns without a meaning, with the columns' names."""
    ticks: list[tuple[str, Cell]] = field(default_factory=list)
    """Cells of columns in which ticks stand for words, with the words; after `settle_ticks`, those not understood."""
    comments: list[tuple[str, str]] = field(default_factory=list)
    """Comments on the cells, with their addresses."""

    def settle_ticks(self) -> None:
        """Take the word of the one tick for the state."""
        if len(self.ticks) != 1 or "status" in self.found:
            return
        word, cell = self.ticks[0]
        if ticks.is_state(word) and (ticks.is_tick(cell.text) or cell.text == word):
            self.found["status"] = [Cell(word, "", cell.address)]
            self.ticks.clear()

    def text(self, meaning: str) -> str:
        """Return what the cells of this meaning say, below each other; empty where there are none."""
        return "\n".join(dict.fromkeys(cell.text for cell in self.found.get(meaning, ())))

    @property
    def shown(self) -> dict[str, str]:
        """What the row says, by the meanings of its cells."""
        return {meaning: self.text(meaning) for meaning in self.found}

    def first(self, meaning: str) -> Cell | None:
        """Return the first cell of this meaning."""
        return next(iter(self.found.get(meaning, ())), None)

    def unseen(self, meaning: str) -> bool:
        """Return whether a person sees one of the cells of this meaning otherwise than it was read."""
        return any(cell.unseen for cell in self.found.get(meaning, ()))

    def address(self, *meanings: str) -> str:
        """Where the first cell of these meanings stands; else the row."""
        places = (cell.address for meaning in meanings if (cell := self.first(meaning)))
        return next(places, f"{self.number}:{self.number}")


class Reader:
    """Reads rows; lists in the draft what is doubtful, such as a time limit before the day of the feedback."""

    def __init__(self, feedback: date, draft: Draft, today: date | None = None) -> None:
        self.feedback = feedback
        self.today = today
        self.draft = draft
        self._too_early = _("before the feedback of {day}: kept as an internal text").format(day=feedback)

    def doubt(self, row: Row, meaning: str, made: str) -> None:
        """List a doubtful cell."""
        address = row.address(meaning, "measure", "problem")
        self.draft.doubt(made, row.text(meaning), row.sheet, address)

    def _keep(self, row: Row, measure: MeasureDraft, meaning: str, text: str, made: str) -> None:
        """Keep a text that has no key, and list it."""
        measure.kept.append(f"{_KEPT[meaning]}：{text}")
        self.doubt(row, meaning, made)

    def measures(self, row: Row, problem: str) -> list[MeasureDraft]:
        """Read what a row says of the measures of a problem: of one, or of several that stand in one cell."""
        identity = _identity(row.first("identity"))
        texts = self._titles(row, problem, alone=identity is not None)
        drafts = []
        for place, text in enumerate(texts):
            draft = self._measure(row if len(texts) == 1 else _share(row, place, len(texts)), text)
            draft.identity, draft.shown = identity, row.shown
            drafts.append(draft)
        # Remarks, columns without a meaning and comments have no key.
        kept = [f"备注：{cell.text}" for cell in row.found.get("remark", ())]
        kept += [f"{heading}：{cell.text}" for heading, cell in row.unknown]
        for word, cell in row.ticks:
            kept.append(f"{word or _KEPT['status']}：{cell.text}")
            made = _("it does not tell one state that is known: kept as an internal text")
            self.draft.doubt(made, f"{word}：{cell.text}", row.sheet, cell.address)
        for address, text in row.comments:
            kept.append(f"批注（{address}）：{text}")
            self.draft.doubt(_("a comment: kept as an internal text"), text, row.sheet, address)
        if drafts:
            drafts[0].kept += kept
        return drafts

    def _titles(self, row: Row, problem: str, *, alone: bool) -> list[str]:
        if text := row.text("measure"):
            found = [text] if alone else cells.items(text)
            if len(found) > 1:
                self.doubt(row, "measure", _("{n} measures in one cell").format(n=len(found)))
            return [without_number(part) for part in found]
        if not _OF_MEASURES & row.found.keys():
            return []
        title = row.text("goal") or problem
        self.doubt(row, "measure", _("no measure is named: it is called “{title}”").format(title=title[:40]))
        return [title]

    def _measure(self, row: Row, text: str) -> MeasureDraft:
        title = cells.one_line(text)
        measure = MeasureDraft({"title": title}, row.sheet, row.address("measure", "goal", "problem"))
        if len(title) > _LONGEST_TITLE:
            measure.record["title"] = f"{title[:_LONGEST_SHORT]}…"
            measure.kept.append(text)
            self.doubt(row, "measure", _("too long for a title: kept whole as an internal text"))
        if goal := row.text("goal"):
            measure.record["goal"] = goal
        if part := row.text("part"):
            measure.record["part"] = cells.one_line(part)[:_LONGEST_TITLE]
            measure.kept += [part] if len(part) > _LONGEST_TITLE else []
        self._people(row, measure)
        self._due(row, measure)
        self._progress(row, measure)
        self._status(row, measure)
        self._closed(row, measure)
        public = row.text("publish")
        if public in {"否", "不公开", "不予公开", "暂不公开", "×"}:
            measure.record["publish"] = False
        elif public and public not in {"是", "公开", "√"}:
            made = _("neither yes nor no: kept as an internal text")
            self._keep(row, measure, "publish", public, made)
        return measure

    def _people(self, row: Row, measure: MeasureDraft) -> None:
        leaders = [name for names in cells.names(row.text("leader")) for name in names]
        if leaders:
            measure.record["leader"] = leaders[0]
        if len(leaders) > 1:
            made = _("several leaders: {name} answers for it, all are kept as an internal text")
            self._keep(row, measure, "leader", "、".join(leaders), made.format(name=leaders[0]))
        offices, helping = cells.names(row.text("office"))
        if offices:
            measure.record["office"] = offices[0]
        if len(offices) > 1:
            made = _("several offices: {name} is responsible, the others help")
            self.doubt(row, "office", made.format(name=offices[0]))
        others = dict.fromkeys(chain(offices[1:], helping, *cells.names(row.text("co_offices"))))
        if names := [name for name in others if name not in offices[:1]]:
            measure.record["co_offices"] = names

    def _due(self, row: Row, measure: MeasureDraft) -> None:
        cell = row.first("due")
        if cell is None:
            return
        limit = cells.limit(cell, self.feedback)
        day = at_once(self.feedback) if limit.at_once else limit.day
        if limit.at_once:
            self.doubt(row, "due", _("at once: a month after the feedback, {day}").format(day=day))
        elif limit.doubt and limit.understood:
            self.doubt(row, "due", limit.doubt)
        if limit.long_term:
            measure.record["term"] = "long_term"
        if day is not None and day < self.feedback:
            self._keep(row, measure, "due", cell.text, self._too_early)
        elif day is not None:
            measure.record["due"] = day.isoformat()
        elif not limit.understood:
            made = limit.doubt or _("no day in it: kept as an internal text")
            self._keep(row, measure, "due", cell.text, made)

    def _progress(self, row: Row, measure: MeasureDraft) -> None:
        found = [entry for cell in row.found.get("progress", ()) for entry in cells.entries(cell.text)]
        evidence = cells.documents(row.text("evidence"))
        if evidence and found:
            found[-1]["evidence"] = [*found[-1].get("evidence", []), *evidence]
        elif evidence:
            found = [{"text": f"佐证材料：{'、'.join(evidence)}", "evidence": evidence, "publish": False}]
        if found:
            measure.record["progress"] = found

    def _told_state(self, row: Row, measure: MeasureDraft) -> states.State | None:
        """Return the state that a cell is, or with which a text begins; what tells none is kept and listed."""
        record, cell = measure.record, row.first("status")
        if row.unseen("status" if cell else "progress"):
            if cell:
                measure.kept.append(f"{_KEPT['status']}：{row.text('status')}")
            return None
        if cell is None:
            told = states.state_of_text(row.text("progress"), self.today)
            if told and not told.doubt:
                made = _("taken for the state: {status}").format(status=states.WORDS[told.status])
                self.doubt(row, "progress", made)
            return told
        state = states.state(cell.value, cell.form, self.today)
        if len(cell.text) <= states.LONGEST:
            if state is None:
                made = _("no state in it: kept as an internal text")
                self._keep(row, measure, "status", cell.text, made)
            elif not state.plain:
                measure.kept.append(f"{_KEPT['status']}：{cell.text}")
            return state
        record["progress"] = [*record.get("progress", []), *cells.entries(cell.text)]
        self.doubt(row, "status", _("no state in it: taken for progress"))
        return states.state_of_text(cell.text, self.today)

    def _status(self, row: Row, measure: MeasureDraft) -> None:
        """Set the status; one that no cell tells is not set."""
        record, state = measure.record, self._told_state(row, measure)
        if state is None:
            return
        status = state.status
        if state.long_term:
            record["term"] = "long_term"
        if state.staged and record.get("term") != "long_term":
            status = "in_progress"
        if state.negated and not record.get("progress"):
            status = "not_started"
        record["status"] = status
        if state.doubt:
            meaning = "status" if row.first("status") else "progress"
            self.doubt(row, meaning, f"{state.doubt} → {states.WORDS[status]}")

    def _closed(self, row: Row, measure: MeasureDraft) -> None:
        """Set the day of closing, which the cell of the status may tell, too."""
        record, closed, status = measure.record, row.first("closed"), row.first("status")
        if row.unseen("closed") or row.unseen("status"):
            measure.kept += [f"{_KEPT['closed']}：{closed.text}"] if closed else []
            return
        limit = cells.limit(closed, self.feedback) if closed else None
        day = limit.day if limit else None
        if day is None and status and record.get("status") == "closed":
            day = next(iter(full_days(status.text)), None)
        said = closed or status
        if closed and isinstance(closed.value, str) and not _ONLY_A_DAY.fullmatch(closed.text):
            made = _("more than a day stands there: kept as an internal text")
            self._keep(row, measure, "closed", closed.text, made)
        elif closed and limit and day is None:
            made = limit.doubt or _("no day in it: kept as an internal text")
            self._keep(row, measure, "closed", closed.text, made)
        elif said and day is not None and day < self.feedback:
            self._keep(row, measure, "closed", said.text, self._too_early)
        elif said and day is not None and self.today and day > self.today:
            made = _("said to be done on a day to come, {day}: taken for in progress")
            self._keep(row, measure, "closed", said.text, made.format(day=day))
            if record.get("status", "closed") == "closed":
                record["status"] = "in_progress"
        elif day is not None and record.setdefault("status", "closed") == "closed":
            record["closed"] = {"date": day.isoformat()}
        elif closed:
            made = _("a day of completion, but not complete: kept as an internal text")
            self._keep(row, measure, "closed", closed.text, made)


def _identity(cell: Cell | None) -> Identity | None:
    """Return the number of a measure, such as 2.3, that a cell tells."""
    if cell is None:
        return None
    value = cell.value
    if isinstance(value, float) and (decimals := _DECIMALS.search(cell.form)):
        value = f"{value:.{len(decimals[1])}f}"  # 2.10 is not 2.1
    match = _IDENTITY.fullmatch("".join(str(value).split()))
    return Identity(int(match[1]), int(match[2])) if match else None


def _share(row: Row, place: int, count: int) -> Row:
    """Return the row as it is for one of several measures in a cell.

    A cell with as many parts as there are measures gives each its own. Otherwise who answers for it, by when and how
    it stands holds for all of them, and what was done is told of the first.
    """
    found = {}
    for meaning, held in row.found.items():
        text = row.text(meaning)
        parts = cells.items(text) if meaning in _IN_PARTS else cells.lines(text)
        if len(parts) == count:
            found[meaning] = [Cell(parts[place], "", held[0].address, row.unseen(meaning))]
        elif meaning not in {"progress", "evidence"} or place == 0:
            found[meaning] = held
    return Row(row.sheet, row.number, found)
