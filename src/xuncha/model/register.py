"""The register: a ledger's flat view, all that counting, listing and completion need.

Plain tuples of plain values, so that it can be cached whole and read without building a single pydantic model.
Dates are ISO 8601 texts: they compare as dates do.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from xuncha.model.vocabulary import FieldType, Requirement, Status, Term

Values = tuple[tuple[str, int | float | str], ...]  # the values of declared fields, by their keys


class FieldFrame(NamedTuple):
    """A field that the ledger declares (自定义字段)."""

    key: str
    label: str
    of: Literal["problem", "measure"]
    type: FieldType
    choices: tuple[str, ...]


class MeasureRow(NamedTuple):
    """One measure."""

    id: str
    problem: str
    category: str | None
    title: str
    status: Status
    term: Term
    leader: str | None
    office: str | None
    co_offices: tuple[str, ...]
    person: str | None
    due: str | None
    publish: bool  # whether it may appear in public: its own switch and its problem's are on
    looked_at: str | None  # the day it was closed or last reviewed; None while it is open
    slipped: bool  # whether the last look at a closed measure found that its result has slipped
    escalated_to: str | None = None
    fields: Values = ()

    @property
    def assigned(self) -> bool:
        """Tell whether somebody answers for it, somebody does it, and it is said until when."""
        return bool(self.leader and self.office and (self.due or self.term != "once"))


class ProblemRow(NamedTuple):
    """One problem and its measures, in the order of their numbers."""

    id: str
    title: str
    category: str | None
    publish: bool
    fields: Values
    measures: tuple[MeasureRow, ...]

    @property
    def complete(self) -> bool:
        """A problem is complete when it has measures and all are closed; this is never stored."""
        return bool(self.measures) and all(row.status == "closed" for row in self.measures)


class Frame(NamedTuple):
    """What of a ledger's settings its problems and measures are checked and counted against."""

    organisation: str | None
    inspector: str | None
    feedback: str | None
    categories: tuple[tuple[str, str], ...]  # key and title, in the order of the notice
    leaders: tuple[str, ...]
    offices: tuple[str, ...]
    outcomes: tuple[str, ...]  # their keys
    fields: tuple[FieldFrame, ...]
    due_soon_days: int
    close_requires: tuple[Requirement, ...]
    review_every_days: int
    silenced: tuple[tuple[str, str | None], ...] = ()
    """What the proofreader keeps to itself: the code of a rule, and the words of the lines that are meant; None: all lines."""


class Register(NamedTuple):
    """The whole ledger, flat."""

    frame: Frame
    problems: tuple[ProblemRow, ...]

    @property
    def measures(self) -> list[MeasureRow]:
        """All measures in the order of the ledger."""
        return [row for problem in self.problems for row in problem.measures]
