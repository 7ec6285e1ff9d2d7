"""What a table or a notice says, before it is entered into a ledger, and what is doubtful in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from xuncha.model.forms import Form
    from xuncha.model.identity import Identity
    from xuncha.model.vocabulary import Status

_WEIGHTIEST: Final = ("state", "closed_date", "problem", "measure", "due", "leader", "office", "progress")
"""What doubts are about, the weightiest first; the others come last."""


class Doubt(NamedTuple):
    """A text that could be taken for more than one thing, or for none."""

    sheet: str
    address: str
    text: str
    made: str  # what was made of the text, in a sentence
    role: str = ""  # what it is about, as `Form` calls it; empty where it is about the whole document

    @property
    def place(self) -> str:
        """Where it stands: `Sheet!C5`."""
        return "!".join(filter(None, (self.sheet, self.address)))


class Column(NamedTuple):
    """What a column was taken for, and why."""

    sheet: str
    letter: str
    heading: str
    role: str
    why: str
    rows: tuple[int, int] = (0, 0)  # the first and the last row of its table
    ticked: str | None = None  # the word for which a tick in it stands, where ticks stand in it


class SourceCell(NamedTuple):
    """What a cell says."""

    sheet: str
    address: str
    text: str


@dataclass
class RecordDraft:
    """What is said of a problem or a measure, and nothing that is not said."""

    record: dict[str, Any]  # by the keys of its file
    sheet: str = ""
    address: str = ""
    cells: dict[str, list[SourceCell]] = field(default_factory=dict)
    """The cells that say it, by the roles of the columns."""
    rows: tuple[int, int] = (0, 0)  # the first and the last of its rows

    @property
    def place(self) -> str:
        """Where it stands: `Sheet!C5`."""
        return "!".join(filter(None, (self.sheet, self.address)))

    def text(self, role: str) -> str:
        """Return what its cells of a role say, below each other; empty where there are none."""
        return "\n".join(dict.fromkeys(cell.text for cell in self.cells.get(role, ())))


@dataclass
class MeasureDraft(RecordDraft):
    """A measure."""

    identity: Identity | None = None

    @property
    def status(self) -> Status:
        """How it stands; where nothing is said, not started, or in progress if progress is told."""
        said: Status | None = self.record.get("status")
        return said or ("in_progress" if self.record.get("progress") else "not_started")


@dataclass
class ProblemDraft(RecordDraft):
    """A problem with its measures."""

    category: str = ""  # the category's title; empty where none is said
    number: int | None = None
    measures: list[MeasureDraft] = field(default_factory=list)


@dataclass
class Draft:
    """A whole document."""

    settings: dict[str, Any] = field(default_factory=dict)
    """What it says of the ledger itself, by the keys of `data/ledger.yaml`."""
    problems: list[ProblemDraft] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    form: Form | None = None  # how it was read, where it is a table
    words: dict[str, Status] = field(default_factory=dict)
    """The words of its column of states that were understood."""
    doubts: list[Doubt] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)  # texts outside the table: a title, a remark below it
    exact: bool = False  # whether the workbook was written by `export`, and holds the whole of the ledger

    def doubt(self, made: str, text: str = "", sheet: str = "", address: str = "", role: str = "") -> None:
        """List what was made of a text; the sheet and the address are empty where it is about the whole document."""
        self.doubts.append(Doubt(sheet, address, text, made, role))

    def weighed(self) -> list[Doubt]:
        """Return the doubts, the weightiest first."""
        return sorted(self.doubts, key=lambda doubt: (*_WEIGHTIEST, doubt.role).index(doubt.role))

    @property
    def measures(self) -> list[MeasureDraft]:
        """All measures, in the order of the problems."""
        return [measure for problem in self.problems for measure in problem.measures]
