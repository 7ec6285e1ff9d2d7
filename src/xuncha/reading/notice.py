"""The content of a published notice, as far as the notice states it: plain values, and texts with their places in the document."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, NamedTuple

from xuncha.chinese.counts import Thing
from xuncha.model.vocabulary import Status
from xuncha.pages.line import Line, Reason

_COUNTED = (
    "problems_total", "measures_total", "problems_done", "measures_done", "measures_in_progress", "completion_rate",
)  # fmt: skip


class PlacedText(NamedTuple):
    """A text of the document, with its place and with full-width punctuation."""

    text: str
    line: int
    column: int


@dataclass(frozen=True)
class Measure:
    """A measure: what was done about a problem. None means that the notice does not say it."""

    text: PlacedText
    part: PlacedText | None = None
    status: Status | None = None
    long_term: bool = False
    staged: bool = False
    """Whether `closed` means only that a staged result is reached, which closes only a long-term measure."""
    doubt: str = ""  # message on what was assumed of the status; empty if nothing was
    leader: str | None = None
    office: str | None = None
    co_offices: tuple[str, ...] = ()
    due: str | None = None  # the time limit in the notice's words
    limit: date | None = None  # the last day that `due` names
    goal: str | None = None


@dataclass(frozen=True)
class Problem:
    """A problem with its number in the notice. Notices usually number afresh in each category."""

    number: str
    title: PlacedText
    measures: tuple[Measure, ...] = ()
    finding: str | None = None  # the text between the heading and the measures


@dataclass(frozen=True)
class Category:
    """A heading that groups problems. The title is empty if the notice has no such heading."""

    title: PlacedText
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Dates:
    """The four days of a notice."""

    inspection_start: date | None = None
    inspection_end: date | None = None
    feedback: date | None = None
    notice: date | None = None


@dataclass(frozen=True)
class Contact:
    """The addresses to which comments are sent."""

    phone: str | None = None
    address: str | None = None
    email: str | None = None
    office: str | None = None


class Outcome(NamedTuple):
    """A result that is counted besides problems and measures, such as rules made or money recovered."""

    label: str
    amount: float
    unit: str


@dataclass(frozen=True)
class StatedCounts:
    """The counts that a notice states in words."""

    problems_total: int | None = None
    measures_total: int | None = None
    problems_done: int | None = None
    measures_done: int | None = None
    measures_in_progress: int | None = None
    completion_rate: float | None = None  # of problems, from 0 to 1
    outcomes: tuple[Outcome, ...] = ()
    not_done: tuple[tuple[Thing, str, int], ...] = ()
    """The counts of things that are not done, each with the words that say so: 基本完成, 申请延期."""
    rates: tuple[tuple[Thing | None, str], ...] = ()
    """All completion rates as they are written, such as 98.71, each with what it is a rate of; None if that is not named."""


@dataclass(frozen=True)
class Notice:
    """A published notice."""

    title: str | None = None
    organisation: str | None = None
    issuer: str | None = None
    inspector: str | None = None
    round: str | None = None
    dates: Dates = field(default_factory=Dates)
    contact: Contact = field(default_factory=Contact)
    stated: StatedCounts = field(default_factory=StatedCounts)
    categories: tuple[Category, ...] = ()
    work: tuple[Line, ...] = ()  # how the work was organised, a paragraph each
    next_steps: tuple[Line, ...] = ()  # what comes next, a paragraph each
    unread: tuple[tuple[Reason, Line], ...] = ()  # what stands in the document and is not read


def as_json(notice: Notice) -> dict[str, Any]:
    """Return a notice as JSON values for programs; null is what the notice does not say."""
    return {
        **{name: getattr(notice, name) for name in ("title", "organisation", "issuer", "inspector")},
        "dates": {name: day and day.isoformat() for name, day in asdict(notice.dates).items()},
        "contact": {name: getattr(notice.contact, name) for name in ("phone", "address", "email")},
        "stated": {name: getattr(notice.stated, name) for name in _COUNTED}
        | {"outcomes": {outcome.label: outcome.amount for outcome in notice.stated.outcomes}},
        "categories": [
            {
                "title": category.title.text,
                "problems": [
                    {
                        "number": problem.number,
                        "title": problem.title.text,
                        "measures": [_measure_as_json(measure) for measure in problem.measures],
                    }
                    for problem in category.problems
                ],
            }
            for category in notice.categories
        ],
    }


def _measure_as_json(measure: Measure) -> dict[str, Any]:
    return {
        "text": measure.text.text,
        "part": measure.part and measure.part.text,
        **{name: getattr(measure, name) for name in ("status", "leader", "office")},
        "due": measure.limit and measure.limit.isoformat(),
    }
