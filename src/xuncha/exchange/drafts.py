"""What a spreadsheet or a notice says, before it is entered into a ledger, and what is doubtful in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from xuncha.model.identity import Identity


class Doubt(NamedTuple):
    """A text that could be taken for more than one thing, or for none."""

    sheet: str
    address: str
    text: str
    made: str
    """What was made of the text, in a sentence."""


class Column(NamedTuple):
    """What a column was taken for."""

    sheet: str
    letter: str
    heading: str
    meaning: str
    """Such as problem or due; empty where it is none of them: then its cells are kept as text."""


@dataclass
class RecordDraft:
    """What is said of a problem or a measure, and nothing that is not said."""

    record: dict[str, Any]
    """By the keys of its file. An entry of `progress` may lack its date."""
    sheet: str = ""
    address: str = ""
    shown: dict[str, str] = field(default_factory=dict)
    """What its row says, by the meanings of the columns."""


@dataclass
class MeasureDraft(RecordDraft):
    """A measure."""

    identity: Identity | None = None
    kept: list[str] = field(default_factory=list)
    """Texts that have no key of their own."""


@dataclass
class ProblemDraft(RecordDraft):
    """A problem with its measures."""

    category: str = ""
    """The category's title; empty where none is said."""
    number: int | None = None
    measures: list[MeasureDraft] = field(default_factory=list)


@dataclass
class Draft:
    """A whole document."""

    settings: dict[str, Any] = field(default_factory=dict)
    """What it says of the ledger itself, by the keys of `data/ledger.yaml`."""
    problems: list[ProblemDraft] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Texts outside the table: a title, a remark below it."""
    exact: bool = False
    """Whether the workbook was written by `export`, and holds the whole of the ledger."""

    def doubt(self, made: str, text: str = "", sheet: str = "", address: str = "") -> None:
        """List what was made of a text; the sheet and the address are empty where it is about the whole document."""
        self.doubts.append(Doubt(sheet, address, text, made))

    @property
    def measures(self) -> list[MeasureDraft]:
        """All measures, in the order of the problems."""
        return [measure for problem in self.problems for measure in problem.measures]
