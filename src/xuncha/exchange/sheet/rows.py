"""One row of a table, or several that tell of one measure: what its cells say of measures."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from xuncha.exchange.drafts import Doubt, MeasureDraft
from xuncha.exchange.sheet import cells, dates
from xuncha.exchange.sheet.workbook import Cell, shown
from xuncha.language import gettext as _
from xuncha.model import states
from xuncha.model.identity import Identity

if TYPE_CHECKING:
    from datetime import date

_IDENTITY = re.compile(r"([1-9][0-9]{0,5})[.．-]([1-9][0-9]{0,5})")
_TELLS_STATE = re.compile(
    r"^(?:已完成|已整改|完成整改|整改完成|已销号|已办结|正在|未完成|尚未)[^。，,；;\n]{0,12}"
)
_DECIMALS = re.compile(r"0\.(0+)")
LONGEST_TITLE = 2000
_LONGEST_SHORT = 100
_TEXTS = (
    "problem",
    "measure",
    "goal",
    "leader",
    "office",
    "co_offices",
    "due",
    "progress",
    "status",
    "closed",
    "evidence",
)


class Placed(NamedTuple):
    """A cell and where it stands."""

    address: str
    cell: Cell

    @property
    def text(self) -> str:
        """What stands there."""
        return shown(self.cell)


@dataclass
class Row:
    """The cells of a measure's row, by what their columns mean; of several rows, where one measure takes several."""

    sheet: str
    number: int
    found: dict[str, list[Placed]] = field(default_factory=dict)
    unknown: list[tuple[str, Placed]] = field(default_factory=list)
    """Cells of columns without a meaning, with the columns' names."""
    comments: list[tuple[str, str]] = field(default_factory=list)
    """Comments on the cells, with their addresses."""

    def text(self, meaning: str) -> str:
        """What the cells of this meaning say, below each other; empty where there are none."""
        return "\n".join(dict.fromkeys(placed.text for placed in self.found.get(meaning, ())))

    def first(self, meaning: str) -> Placed | None:
        """The first cell of this meaning."""
        return next(iter(self.found.get(meaning, ())), None)

    def address(self, *meanings: str) -> str:
        """Where the first cell of these meanings stands; else the row."""
        for meaning in meanings:
            if placed := self.first(meaning):
                return placed.address
        return f"{self.number}:{self.number}"

    def says_of_measures(self) -> bool:
        """Whether anything of it is about a measure."""
        return any(self.found.get(meaning) for meaning in _TEXTS if meaning != "problem")


class Reader:
    """Reads rows; holds what all of them need.

    Args:
        feedback: the day of the feedback, before which no time limit can be.
        doubts: where doubtful cells are listed.
    """

    def __init__(self, feedback: date, doubts: list[Doubt]) -> None:
        self.feedback = feedback
        self.doubts = doubts

    def doubt(self, row: Row, meaning: str, made: str) -> None:
        """List a doubtful cell."""
        self.doubts.append(
            Doubt(row.sheet, row.address(meaning, "measure", "problem"), row.text(meaning), made)
        )

    def measures(self, row: Row, problem: str) -> list[MeasureDraft]:
        """What a row says of measures: of one, or of several that stand in one cell.

        Args:
            row: the row.
            problem: the title of its problem.
        """
        identity = identity_of(row.first("identity"))
        texts = self._titles(row, problem, alone=identity is not None)
        drafts = []
        for place, text in enumerate(texts):
            own = row if len(texts) == 1 else _share(row, place, len(texts))
            draft = self._measure(own, text)
            draft.identity = identity
            draft.shown = {meaning: row.text(meaning) for meaning in row.found}
            drafts.append(draft)
        kept = self._kept(row)
        if drafts:
            drafts[0].kept += kept
        return drafts

    def _titles(self, row: Row, problem: str, *, alone: bool) -> list[str]:
        text = row.text("measure")
        if text:
            found = [text] if alone else cells.items(text)
            if len(found) > 1:
                self.doubt(row, "measure", _("{n} measures in one cell").format(n=len(found)))
            return [cells.without_number(part) for part in found]
        if not row.says_of_measures():
            return []
        title = row.text("goal") or problem
        self.doubt(row, "measure", _("no measure is named: it is called “{title}”").format(title=title[:40]))
        return [title]

    def _measure(self, row: Row, text: str) -> MeasureDraft:
        record: dict[str, Any] = {"title": cells.one_line(text)}
        kept: list[str] = []
        if len(record["title"]) > LONGEST_TITLE:
            record["title"] = f"{record['title'][:_LONGEST_SHORT]}…"
            kept.append(text)
            self.doubt(row, "measure", _("too long for a title: kept whole as an internal text"))
        for key, line in (("goal", False), ("part", True)):
            if said := row.text(key):
                record[key] = cells.one_line(said)[:LONGEST_TITLE] if line else said
                if line and len(said) > LONGEST_TITLE:
                    kept.append(said)
        self._people(row, record, kept)
        self._due(row, record, kept)
        self._progress(row, record)
        self._status(row, record, kept)
        self._public(row, record, kept)
        return MeasureDraft(record, kept, sheet=row.sheet, address=row.address("measure", "goal", "problem"))

    def _people(self, row: Row, record: dict[str, Any], kept: list[str]) -> None:
        leaders = cells.names(row.text("leader"))
        everyone = [*leaders.lead, *leaders.help]
        if everyone:
            record["leader"] = everyone[0]
        if len(everyone) > 1:
            kept.append(f"责任领导：{'、'.join(everyone)}")
            self.doubt(
                row,
                "leader",
                _("several leaders: {name} answers for it, all are kept as an internal text").format(
                    name=everyone[0]
                ),
            )
        offices = cells.names(row.text("office"))
        helping = cells.names(row.text("co_offices"))
        if offices.lead:
            record["office"] = offices.lead[0]
        others = [*offices.lead[1:], *offices.help, *helping.lead, *helping.help]
        if len(offices.lead) > 1:
            self.doubt(
                row,
                "office",
                _("several offices: {name} is responsible, the others help").format(name=offices.lead[0]),
            )
        if others := [name for name in dict.fromkeys(others) if name != record.get("office")]:
            record["co_offices"] = others

    def _due(self, row: Row, record: dict[str, Any], kept: list[str]) -> None:
        placed = row.first("due")
        if placed is None:
            return
        limit = dates.limit(placed.cell.value, placed.cell.form, self.feedback)
        day = dates.at_once(self.feedback) if limit.at_once else limit.day
        if limit.at_once:
            self.doubt(row, "due", _("at once: a month after the feedback, {day}").format(day=day))
        elif limit.doubt:
            self.doubt(row, "due", limit.doubt)
        if limit.long_term:
            record["term"] = "long_term"
        if day is not None and day < self.feedback:
            self.doubt(
                row,
                "due",
                _("before the feedback of {day}: kept as an internal text").format(day=self.feedback),
            )
            kept.append(f"整改时限：{placed.text}")
        elif day is not None:
            record["due"] = day.isoformat()
        elif not limit.understood:
            self.doubt(row, "due", _("no day in it: kept as an internal text"))
            kept.append(f"整改时限：{placed.text}")

    def _progress(self, row: Row, record: dict[str, Any]) -> None:
        found = [entry for placed in row.found.get("progress", ()) for entry in cells.entries(placed.text)]
        if evidence := cells.documents(row.text("evidence")):
            if found:
                found[-1] = {**found[-1], "evidence": [*found[-1].get("evidence", []), *evidence]}
            else:
                found.append(
                    {"text": f"佐证材料：{'、'.join(evidence)}", "evidence": evidence, "publish": False}
                )
        if found:
            record["progress"] = found

    def _status(self, row: Row, record: dict[str, Any], kept: list[str]) -> None:
        """Set the status, and the day of closing; a status that no cell tells is not set."""
        placed = row.first("status")
        state = states.state(placed.cell.value, placed.cell.form) if placed else self._told(row)
        if placed and state is None:
            self._not_a_state(row, placed, record, kept)
        if state is not None:
            self._set_state(row, state, record)
        closed = row.first("closed")
        day = dates.day_in(closed.cell.value, closed.cell.form, self.feedback) if closed else None
        if day is None and placed and record.get("status") == "closed":
            day = next(iter(dates.full_days(placed.text)), None)
        if closed and day is None:
            kept.append(f"完成时间：{closed.text}")
            self.doubt(row, "closed", _("no day in it: kept as an internal text"))
        elif day is not None and day < self.feedback:
            kept.append(f"完成时间：{(closed or placed or row.found['closed'][0]).text}")
            self.doubt(
                row,
                "closed",
                _("before the feedback of {day}: kept as an internal text").format(day=self.feedback),
            )
        elif day is not None and record.setdefault("status", "closed") == "closed":
            record["closed"] = {"date": day.isoformat()}
        elif closed:
            kept.append(f"完成时间：{closed.text}")
            self.doubt(row, "closed", _("a day of completion, but not complete: kept as an internal text"))

    def _set_state(self, row: Row, state: states.State, record: dict[str, Any]) -> None:
        said = row.text("status") or row.text("progress")
        status = state.status
        if state.long_term:
            record["term"] = "long_term"
        if states.is_staged(said) and status == "closed" and record.get("term") != "long_term":
            status = "in_progress"
        if states.is_negated(said) and status == "in_progress" and not record.get("progress"):
            status = "not_started"
        record["status"] = status
        if state.doubt:
            self.doubt(row, "status", f"{state.doubt} → {states.WORDS[status]}")

    def _told(self, row: Row) -> states.State | None:
        """The state that the text of the progress begins with, where no column tells it."""
        match = _TELLS_STATE.match(row.text("progress"))
        state = states.state(match[0]) if match else None
        if match and state:
            self.doubts.append(
                Doubt(
                    row.sheet,
                    row.address("progress"),
                    match[0],
                    _("taken for the state: {status}").format(status=states.WORDS[state.status]),
                )
            )
        return state

    def _not_a_state(self, row: Row, placed: Placed, record: dict[str, Any], kept: list[str]) -> None:
        if len(placed.text) > states.LONGEST:
            record["progress"] = [*record.get("progress", []), *cells.entries(placed.text)]
            self.doubt(row, "status", _("no state in it: taken for progress"))
            told = _TELLS_STATE.match(placed.text)
            if told and (state := states.state(told[0])):
                self._set_state(row, state, record)
        else:
            kept.append(f"完成情况：{placed.text}")
            self.doubt(row, "status", _("no state in it: kept as an internal text"))

    def _public(self, row: Row, record: dict[str, Any], kept: list[str]) -> None:
        text = row.text("publish")
        if text in {"否", "不公开", "不予公开", "暂不公开", "×"}:
            record["publish"] = False
        elif text and text not in {"是", "公开", "√"}:
            kept.append(f"是否公开：{text}")
            self.doubt(row, "publish", _("neither yes nor no: kept as an internal text"))

    def _kept(self, row: Row) -> list[str]:
        """Texts of the row that have no key: remarks, columns without a meaning, comments."""
        found = [f"备注：{placed.text}" for placed in row.found.get("remark", ())]
        found += [f"{heading}：{placed.text}" for heading, placed in row.unknown]
        for address, text in row.comments:
            found.append(f"批注（{address}）：{text}")
            self.doubts.append(Doubt(row.sheet, address, text, _("a comment: kept as an internal text")))
        return found


def identity_of(placed: Placed | None) -> Identity | None:
    """The number of a measure, such as 2.3, that a cell tells."""
    if placed is None:
        return None
    value = placed.cell.value
    if isinstance(value, float) and (decimals := _DECIMALS.search(placed.cell.form)):
        value = f"{value:.{len(decimals[1])}f}"  # 2.10 is not 2.1
    match = _IDENTITY.fullmatch("".join(str(value).split()))
    return Identity(int(match[1]), int(match[2])) if match else None


def _share(row: Row, place: int, count: int) -> Row:
    """The row as it is for one of several measures in a cell.

    A cell with as many parts as there are measures gives each its own. Otherwise who answers for it, by when and how
    it stands holds for all of them, and what was done is told of the first.
    """
    found = {}
    for meaning, all_placed in row.found.items():
        text = row.text(meaning)
        parts = (
            cells.items(text)
            if meaning in {"goal", "progress", "due", "status", "evidence"}
            else cells.lines(text)
        )
        if own := cells.paired(parts, count):
            found[meaning] = [Placed(all_placed[0].address, Cell(own[place], ""))]
        elif meaning not in {"progress", "evidence"} or place == 0:
            found[meaning] = list(all_placed)
    return Row(row.sheet, row.number, found)
