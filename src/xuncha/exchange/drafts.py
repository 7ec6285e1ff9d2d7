"""What has been understood of a spreadsheet so far, and what is doubtful in it: plain data between reading and entering."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from xuncha.model.identity import Identity


class Doubt(NamedTuple):
    """A cell that could be taken for more than one thing, or for none."""

    sheet: str
    address: str
    text: str
    """What stands there."""
    made: str
    """What was made of it, in a sentence."""


class Column(NamedTuple):
    """What a column was taken for."""

    sheet: str
    letter: str
    heading: str
    meaning: str
    """Such as problem or due; empty where it is none of them: then its cells are kept as text."""


@dataclass
class MeasureDraft:
    """A measure: what the spreadsheet says of it, and nothing that it does not say."""

    record: dict[str, Any]
    """By the keys of a measure's file. An entry of `progress` may lack its date."""
    kept: list[str] = field(default_factory=list)
    """Texts that have no key of their own."""
    identity: Identity | None = None
    """The number that the spreadsheet gives it."""
    sheet: str = ""
    address: str = ""
    shown: dict[str, str] = field(default_factory=dict)
    """What its row says, by the meanings of the columns."""


@dataclass
class ProblemDraft:
    """A problem with its measures."""

    record: dict[str, Any]
    """By the keys of a problem's file, without the category."""
    category: str = ""
    """The category's title; empty where none is said."""
    number: int | None = None
    """The number that the spreadsheet gives it."""
    sheet: str = ""
    address: str = ""
    measures: list[MeasureDraft] = field(default_factory=list)
    shown: dict[str, str] = field(default_factory=dict)
    """What its row says, by the meanings of the columns."""


@dataclass
class Draft:
    """A whole spreadsheet."""

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
        """List something doubtful.

        Args:
            made: what was made of it, in a sentence.
            text: what stands there.
            sheet: the name of the sheet; empty where it is about the whole workbook.
            address: of the cell or the row.
        """
        self.doubts.append(Doubt(sheet, address, text, made))

    @property
    def measures(self) -> list[MeasureDraft]:
        """All measures, in the order of the problems."""
        return [measure for problem in self.problems for measure in problem.measures]
