"""The content of a published notice, as far as the notice states it: plain values, and texts with their places in the document."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

from xuncha.chinese.counts import Thing
from xuncha.chinese.limits import limit
from xuncha.model.states import State
from xuncha.pages.line import Line, Reason

CountKind = Literal["total", "done", "in_progress", "not_started", "planned"]
Counted = Mapping[tuple[Thing, CountKind], int]
"""Numbers of problems and measures: how many there are, are done, and so on."""
STATED: Final[tuple[tuple[Thing, CountKind], ...]] = (
    ("problems", "total"), ("measures", "total"), ("problems", "done"), ("measures", "done"), ("measures", "in_progress"),
)  # fmt: skip
"""The numbers that a notice states of the whole rectification."""


class Measure(NamedTuple):
    """A measure: what was done about a problem. None means that the notice does not say it."""

    text: Line
    part: Line | None = None
    state: State | None = None
    leader: str | None = None
    office: str | None = None
    co_offices: tuple[str, ...] = ()
    due: str | None = None  # the time limit in the notice's words
    goal: str | None = None


class Problem(NamedTuple):
    """A problem with its number in the notice. Notices usually number afresh in each category."""

    number: str
    title: Line
    measures: tuple[Measure, ...] = ()
    finding: str | None = None  # the text between the heading and the measures


class Category(NamedTuple):
    """A heading that groups problems. The title is empty if the notice has no such heading."""

    title: Line
    problems: tuple[Problem, ...]


class Dates(NamedTuple):
    """The four days of a notice."""

    inspection_start: date | None = None
    inspection_end: date | None = None
    feedback: date | None = None
    notice: date | None = None


class Contact(NamedTuple):
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


class StatedCounts(NamedTuple):
    """The counts that a notice states in words."""

    numbers: Counted = MappingProxyType({})  # of `STATED`
    completion_rate: float | None = None  # of problems, from 0 to 1
    outcomes: tuple[Outcome, ...] = ()
    not_done: tuple[tuple[Thing, str, int], ...] = ()
    """The counts of things that are not done, each with the words that say so: 基本完成, 申请延期."""
    rates: tuple[tuple[Thing | None, str], ...] = ()
    """All completion rates as they are written, such as 98.71, each with what it is a rate of; None if that is not named."""


class Notice(NamedTuple):
    """A published notice."""

    title: str | None = None
    organisation: str | None = None
    issuer: str | None = None
    inspector: str | None = None
    round: str | None = None
    dates: Dates = Dates()
    contact: Contact = Contact()
    stated: StatedCounts = StatedCounts()
    categories: tuple[Category, ...] = ()
    work: tuple[Line, ...] = ()  # how the work was organised, a paragraph each
    next_steps: tuple[Line, ...] = ()  # what comes next, a paragraph each
    unread: tuple[tuple[Reason, Line], ...] = ()  # what stands in the document and is not read
    lines: tuple[Line, ...] = ()  # all paragraphs of the document


def as_json(notice: Notice) -> dict[str, Any]:
    """Return a notice as JSON values for programs; null is what the notice does not say."""
    stated, contact = notice.stated, notice.contact

    def measure(each: Measure) -> dict[str, Any]:
        day = limit(each.due or "", notice.dates.feedback).day
        return {
            "text": each.text.text,
            "part": each.part and each.part.text,
            "status": each.state and each.state.status,
            "leader": each.leader,
            "office": each.office,
            "due": day and day.isoformat(),
        }

    return {
        **{name: getattr(notice, name) for name in ("title", "organisation", "issuer", "inspector")},
        "dates": {name: day and day.isoformat() for name, day in notice.dates._asdict().items()},
        "contact": {name: getattr(contact, name) for name in ("phone", "address", "email")},
        "stated": {f"{thing}_{kind}": stated.numbers.get((thing, kind)) for thing, kind in STATED}
        | {"completion_rate": stated.completion_rate}
        | {"outcomes": {outcome.label: outcome.amount for outcome in stated.outcomes}},
        "categories": [
            {
                "title": category.title.text,
                "problems": [
                    {"number": number, "title": title.text, "measures": list(map(measure, measures))}
                    for number, title, measures, _finding in category.problems
                ],
            }
            for category in notice.categories
        ],
    }
