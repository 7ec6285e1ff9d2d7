"""Counts and lights: pure functions over the register. Every number that is shown anywhere comes from here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from xuncha.model.vocabulary import STATUSES, UNKNOWN

if TYPE_CHECKING:
    from xuncha.model.records import Measure
    from xuncha.model.register import Frame, MeasureRow, Register
    from xuncha.model.vocabulary import Light, Status, Term

Grouping = Literal["problem", "category", "office", "leader"]

_WITHOUT_LIMIT: Final[dict[Term, Light]] = {"at_once": "yellow", "once": "none", "long_term": "green"}
"""The light of an open measure without a time limit."""


class Horizon(NamedTuple):
    """The days that decide lights, as ISO texts; computed once for a whole ledger."""

    today: str
    due_soon_until: str  # the last day whose deadlines are yellow
    review_before: str  # a long-term measure last looked at on this day or earlier is due for review

    @classmethod
    def of_register(cls, register: Register, today: date) -> Horizon:
        """Compute the horizon of a ledger on a day, from its policy."""
        return cls(
            today.isoformat(),
            add_days(today, register.frame.due_soon_days).isoformat(),
            add_days(today, -register.frame.review_every_days).isoformat(),
        )

    def light(self, row: MeasureRow) -> Light:
        """Return the light of a measure.

        `done` if it is closed; `red` if its time limit has passed; `yellow` if the limit is near, or the measure is to be done
        at once; `none` if a time limit is not set yet; else `green`.
        """
        if row.status == "closed":
            return "done"
        if row.due is None:
            return _WITHOUT_LIMIT[row.term]
        if row.due > self.due_soon_until:
            return "green"
        return "red" if row.due < self.today else "yellow"

    def is_review_due(self, row: MeasureRow) -> bool:
        """Return whether a closed long-term measure is due for review (回头看): the interval is over, or its result has slipped."""
        return (
            row.term == "long_term"
            and row.reviewed_on is not None
            and (row.slipped or row.reviewed_on <= self.review_before)
        )


def review_day(row: MeasureRow, frame: Frame) -> date | None:
    """Return the day on which a closed long-term measure is due for review; None for all other measures."""
    if row.term != "long_term" or row.reviewed_on is None:
        return None
    return add_days(date.fromisoformat(row.reviewed_on), 0 if row.slipped else frame.review_every_days)


def add_days(day: date, days: int) -> date:
    """Add days to a day; return the calendar's first or last day if the result is beyond it."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


class Group(NamedTuple):
    """The counts of the measures of one problem, category, office or leader."""

    key: str | None  # None for measures without a category, office or leader
    title: str
    total: int
    closed: int
    overdue: int

    @property
    def complete(self) -> bool:
        """Return whether there are measures and all are closed."""
        return 0 < self.total == self.closed


@dataclass(frozen=True)
class Tally:
    """The counts of a whole ledger on a day."""

    organisation: str | None
    as_of: date
    problems: int
    problems_closed: int
    measures: int
    not_started: int
    in_progress: int  # not counting submitted ones
    submitted: int
    closed: int
    long_term_closed: int
    overdue: int
    due_soon: int
    due_soon_days: int  # a time limit that is at most so many days away counts as due soon
    review_due: int
    not_assigned: int
    """Open measures without a leader, without an office, or (if done once) without a time limit."""
    escalated: int  # open measures that are a leader's own task (攻坚事项)
    published_problems: int
    published_measures: int

    @property
    def by_status(self) -> dict[Status, int]:
        """Return the number of measures in each status, in the order of the workflow."""
        return {status: getattr(self, status) for status in STATUSES}

    @property
    def measures_in_progress(self) -> int:
        """Return the number of measures in progress, submitted ones included, as a notice counts them."""
        return self.in_progress + self.submitted

    @property
    def problem_rate(self) -> str:
        """Return the rate of complete problems (整改完成率), in percent."""
        return percent(self.problems_closed, self.problems)

    @property
    def measure_rate(self) -> str:
        """Return the rate of closed measures (销号率), in percent."""
        return percent(self.closed, self.measures)

    # Other names of these counts, for the templates of notices and dashboards: offices have copies that use them.
    problems_done = property(attrgetter("problems_closed"))
    problems_rate = property(attrgetter("problem_rate"))
    measures_done = measures_closed = property(attrgetter("closed"))
    measures_escalated = property(attrgetter("escalated"))
    measures_not_started = property(attrgetter("not_started"))
    measures_rate = property(attrgetter("measure_rate"))
    long_term_done = property(attrgetter("long_term_closed"))

    @property
    def all_done(self) -> bool:
        """Return whether there are problems and all are complete."""
        return 0 < self.problems == self.problems_closed

    def as_json(self, groups: Iterable[Group]) -> dict[str, Any]:
        """Return the form of `status --json`."""
        return {
            "organisation": self.organisation,
            "as_of": self.as_of.isoformat(),
            "problems": {
                "total": self.problems,
                "closed": self.problems_closed,
                "rate": rate(self.problems_closed, self.problems),
            },
            "measures": {
                "total": self.measures,
                **self.by_status,
                "rate": rate(self.closed, self.measures),
                "long_term_closed": self.long_term_closed,
                "overdue": self.overdue,
                "due_soon": self.due_soon,
                "review_due": self.review_due,
                "not_assigned": self.not_assigned,
            },
            "published": {"problems": self.published_problems, "measures": self.published_measures},
            "groups": [group._asdict() for group in groups],
        }


_JSON_KEYS = (
    "id", "problem", "category", "title", "status", "term", "leader", "office", "co_offices", "person", "due", "light", "publish", "fields",
)  # fmt: skip


def measure_json(row: MeasureRow, horizon: Horizon) -> dict[str, Any]:
    """Return a measure in the form of `list --json`; a key without a value is null."""
    values = {**row._asdict(), "light": horizon.light(row), "fields": dict(row.fields) or None}
    return {key: values[key] for key in _JSON_KEYS}


def amount(outcome: str, measures: Iterable[Measure]) -> int | float:
    """Add up one outcome, given by its key, over measures."""
    return plain_number(sum(measure.outcomes.get(outcome, 0) for measure in measures))


def plain_number(number: float) -> int | float:
    """Round to six places, and turn a whole number into an int: as text, it has no exponent from 0.0001 on (3, 1234567.89)."""
    rounded = round(number, 6)
    return int(rounded) if rounded == int(rounded) else rounded


def rate(closed: float, total: float) -> float | None:
    """Return closed divided by total, rounded to four places, a half upwards; None if the total is 0. It is 1 only if everything is closed.

    Notices call the rate of problems 整改完成率: 19 of 25 is 0.76, 688 of 697 is 0.9871.
    """
    if not total:
        return None
    # In whole numbers: as a float, a half may lie just below it.
    rounded = (20_000 * closed + total) // (2 * total)
    return (min(rounded, 9999) if closed < total else rounded) / 10_000


def percent(closed: float, total: float) -> str:
    """Return a rate as notices print it: 76%, 98.71%; a dash if the total is 0."""
    value = rate(closed, total)
    return "—" if value is None else f"{plain_number(value * 100)}%"


def tally(register: Register, today: date) -> Tally:
    """Return the counts of a ledger on a day."""
    horizon = Horizon.of_register(register, today)
    rows = register.measures
    statuses = Counter([row.status for row in rows])
    open_rows = [row for row in rows if row.status != "closed"]
    lights = Counter(map(horizon.light, open_rows))
    staged = [row for row in rows if row.term == "long_term" and row.status == "closed"]
    return Tally(
        organisation=register.frame.organisation,
        as_of=today,
        problems=len(register.problems),
        problems_closed=sum([problem.is_complete for problem in register.problems]),
        measures=len(rows),
        **{status: statuses[status] for status in STATUSES},
        long_term_closed=len(staged),
        overdue=lights["red"],
        due_soon=lights["yellow"],
        due_soon_days=register.frame.due_soon_days,
        review_due=sum(map(horizon.is_review_due, staged)),
        not_assigned=sum([not row.is_assigned for row in open_rows]),
        escalated=sum([row.escalated_to is not None for row in open_rows]),
        published_problems=len({row.problem for row in rows if row.publish}),
        published_measures=sum([row.publish for row in rows]),
    )


def groups(register: Register, today: date, by: Grouping = "problem") -> list[Group]:
    """Return the counts of the measures of each problem, category, office or leader.

    Problems and categories come in the ledger's order, including those without a measure; offices and leaders in the order
    of `ledger.yaml`, leaving out those without a measure. Measures without such a value form the last group.
    """
    horizon = Horizon.of_register(register, today)
    rows = register.measures
    key = attrgetter(by)
    total = Counter(map(key, rows))
    closed = Counter([key(row) for row in rows if row.status == "closed"])
    overdue = Counter([key(row) for row in rows if horizon.light(row) == "red"])
    titles: dict[str | None, str]
    if by == "problem":
        titles = {problem.id: problem.title for problem in register.problems}
    elif by == "category":
        titles = dict(register.frame.categories)
    else:
        names = register.frame.offices if by == "office" else register.frame.leaders
        titles = {name: name for name in names if total[name]}
    if total[None]:
        titles[None] = UNKNOWN
    return [Group(name, title, total[name], closed[name], overdue[name]) for name, title in titles.items()]
