"""The register: the flat view of a ledger, with everything that counting, listing and completion need.

It consists of tuples of plain values, so that it can be cached as a whole and read without building any pydantic model.
Dates are texts in ISO 8601, whose order is that of the dates.
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
    """One measure, flat."""

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
    publish: bool  # whether it may be published: `publish` is true for it and its problem
    reviewed_on: str | None  # the day when it was closed or last reviewed; None while it is open
    slipped: bool  # whether it is closed, and its last review found that the result has slipped
    escalated_to: str | None = None
    fields: Values = ()

    @property
    def is_assigned(self) -> bool:
        """Whether it has a leader and an office, and a deadline unless its term needs none."""
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
    def is_complete(self) -> bool:
        """Whether it has measures and all of them are closed; this is never stored."""
        return bool(self.measures) and all(row.status == "closed" for row in self.measures)


class Frame(NamedTuple):
    """The part of a ledger's settings that is needed to check and count its problems and measures."""

    organisation: str | None
    inspector: str | None
    feedback: str | None
    categories: tuple[tuple[str, str], ...]  # key and title, in the order of the notice
    leaders: tuple[str, ...]
    offices: tuple[str, ...]
    outcomes: tuple[str, ...]  # the keys of the outcomes
    fields: tuple[FieldFrame, ...]
    due_soon_days: int
    close_requires: tuple[Requirement, ...]
    review_every_days: int
    silenced: tuple[tuple[str, str | None], ...] = ()
    """Findings that the proofreader does not show: the code of a rule, and words that a line must contain; None for all lines."""


class Register(NamedTuple):
    """A whole ledger, flat."""

    frame: Frame
    problems: tuple[ProblemRow, ...]

    @property
    def measures(self) -> list[MeasureRow]:
        """All measures in the order of the ledger."""
        return [row for problem in self.problems for row in problem.measures]
