"""Drafts: what a table or a notice says before it is entered into a ledger, and what is doubtful in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from xuncha.model.forms import Form
from xuncha.model.identity import Identity
from xuncha.model.vocabulary import Status

_SUBJECTS: Final = ("state", "closed_date", "problem", "measure", "due", "leader", "office", "progress")
"""The subjects of doubts, the most important first. All others come after them."""


class Doubt(NamedTuple):
    """A text that can be understood in more than one way, or in none."""

    place: str  # `Sheet!C5`, or a line and column; empty if the doubt is about the whole document
    text: str
    message: str  # a sentence on how the text was understood
    role: str = ""  # the role of the column, as in `Form`


class Column(NamedTuple):
    """The role that was chosen for a column, and why."""

    sheet: str
    letter: str
    heading: str
    role: str
    reason: str
    rows: tuple[int, int] = (0, 0)  # the first and the last row of its table
    tick: str | None = None  # the word that a tick in it means, if it is a column of ticks


@dataclass
class RecordDraft:
    """What a document says of a problem or a measure; what it does not say is left out."""

    record: dict[str, Any]  # with the keys of its file
    sheet: str = ""
    place: str = ""  # `Sheet!C5`, or a line and column
    cells: dict[str, list[Any]] = field(default_factory=dict)
    """The cells of a table from which the record was read, by the roles of their columns; each has a place and a text."""
    rows: tuple[int, int] = (0, 0)  # the first and the last of its rows

    def text(self, role: str) -> str:
        """Return the texts of the cells with a role, one on each line; empty if there are none."""
        return "\n".join(dict.fromkeys(cell.text for cell in self.cells.get(role, ())))


@dataclass
class MeasureDraft(RecordDraft):
    """The draft of a measure."""

    identity: Identity | None = None
    sources: dict[str, str] = field(default_factory=dict)
    """The places of the values that other rows have added, by their keys."""

    @property
    def status(self) -> Status:
        """The status. If the document states none, it is in progress if there are entries of progress, else not started."""
        stated: Status | None = self.record.get("status")
        return stated or ("in_progress" if self.record.get("progress") else "not_started")


@dataclass
class ProblemDraft(RecordDraft):
    """The draft of a problem, with those of its measures."""

    category: str = ""  # the category's title; empty if there is none
    number: int | None = None
    measures: list[MeasureDraft] = field(default_factory=list)


@dataclass
class Draft:
    """A whole document as a draft."""

    settings: dict[str, Any] = field(default_factory=dict)
    """The settings of the ledger that the document states, with the keys of `data/ledger.yaml`."""
    problems: list[ProblemDraft] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    form: Form | None = None  # the form by which it was read, if it is a table
    words: dict[str, Status] = field(default_factory=dict)
    """The words in its column of states that were understood, with their statuses."""
    doubts: list[Doubt] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # texts outside the table: a title, a remark below it
    exact: bool = False  # whether the workbook was written by `export`, and holds the whole ledger

    def doubt(self, message: str, text: str = "", place: str = "", role: str = "") -> None:
        """Add a doubt; see `Doubt`."""
        self.doubts.append(Doubt(place, text, message, role))

    def sorted_doubts(self) -> list[Doubt]:
        """Return the doubts, the most important first."""
        return sorted(self.doubts, key=lambda doubt: (*_SUBJECTS, doubt.role).index(doubt.role))

    @property
    def measures(self) -> list[MeasureDraft]:
        """All measures, in the order of the problems."""
        return [measure for problem in self.problems for measure in problem.measures]
