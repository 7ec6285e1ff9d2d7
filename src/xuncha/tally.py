"""The counts and the lights: pure functions over the register. Every number that is shown anywhere comes from here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from xuncha.model.vocabulary import STATUSES, UNSAID

if TYPE_CHECKING:
    from xuncha.model.records import Measure
    from xuncha.model.register import Frame, MeasureRow, Register
    from xuncha.model.vocabulary import Light, Status, Term

Grouping = Literal["problem", "category", "office", "leader"]


_WITHOUT_LIMIT: Final[dict[Term, Light]] = {"at_once": "yellow", "once": "none", "long_term": "green"}
"""The light of an open measure without a time limit."""


class Horizon(NamedTuple):
    """The days that decide on lights, as ISO texts, counted once for a whole ledger."""

    today: str
    soon: str  # the last day whose deadlines are yellow already
    review_before: str  # a long-term measure last looked at on this day or before is to be looked at again

    @classmethod
    def of(cls, register: Register, today: date) -> Horizon:
        """Give the horizon of a ledger's policy on a day."""
        return cls(
            today.isoformat(),
            shifted(today, register.frame.due_soon_days).isoformat(),
            shifted(today, -register.frame.review_every_days).isoformat(),
        )

    def light(self, row: MeasureRow) -> Light:
        """Give the light of a measure.

        `done` when closed; `red` when today is after the time limit; `yellow` when it is near, or the measure is to be done
        at once; `none` where a time limit is still to be set; else `green`.
        """
        if row.status == "closed":
            return "done"
        if row.due is None:
            return _WITHOUT_LIMIT[row.term]
        if row.due > self.soon:
            return "green"
        return "red" if row.due < self.today else "yellow"

    def review_due(self, row: MeasureRow) -> bool:
        """Tell whether a closed long-term measure is to be looked at again (回头看): in its time, or since its result has slipped."""
        return (
            row.term == "long_term"
            and row.status == "closed"
            and row.looked_at is not None
            and (row.slipped or row.looked_at <= self.review_before)
        )


def review_day(row: MeasureRow, frame: Frame) -> date | None:
    """Find the day on which a closed long-term measure is to be looked at again; None for all others."""
    if row.term != "long_term" or row.looked_at is None:
        return None
    return shifted(date.fromisoformat(row.looked_at), 0 if row.slipped else frame.review_every_days)


def shifted(day: date, days: int) -> date:
    """Shift a day; the calendar's last or first one where it does not reach so far."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


class Group(NamedTuple):
    """The counts of the measures that have something in common: a problem, a category, an office or a leader."""

    key: str | None  # None for those of which no category, office or leader is said
    title: str
    total: int
    closed: int
    overdue: int

    @property
    def complete(self) -> bool:
        """Tell whether there are measures and all are closed."""
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
    in_progress: int  # without those submitted
    submitted: int
    closed: int
    long_term_closed: int
    overdue: int
    due_soon: int
    due_soon_days: int  # how near a time limit must be to be counted as due soon
    review_due: int
    not_assigned: int
    """Open measures that lack a leader, an office or, where they are done once, a time limit."""
    escalated: int  # open measures that are a leader's own task (攻坚事项)
    published_problems: int
    published_measures: int

    @property
    def by_status(self) -> dict[Status, int]:
        """Give the measures by status, in the order of the workflow."""
        return {status: getattr(self, status) for status in STATUSES}

    @property
    def measures_in_progress(self) -> int:
        """Count measures in progress and submitted ones together, as a notice does."""
        return self.in_progress + self.submitted

    @property
    def problem_rate(self) -> str:
        """Give the rate of complete problems (整改完成率), in percent."""
        return percent(self.problems_closed, self.problems)

    @property
    def measure_rate(self) -> str:
        """Give the rate of closed measures (销号率), in percent."""
        return percent(self.closed, self.measures)

    # Templates of notices and dashboards, which offices have copies of, know these under other names.
    problems_done = property(attrgetter("problems_closed"))
    problems_rate = property(attrgetter("problem_rate"))
    measures_done = measures_closed = property(attrgetter("closed"))
    measures_escalated = property(attrgetter("escalated"))
    measures_not_started = property(attrgetter("not_started"))
    measures_rate = property(attrgetter("measure_rate"))
    long_term_done = property(attrgetter("long_term_closed"))

    @property
    def all_done(self) -> bool:
        """Tell whether there are problems and every one is complete."""
        return 0 < self.problems == self.problems_closed

    def as_json(self, groups: Iterable[Group]) -> dict[str, Any]:
        """Give the form of `status --json`."""
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


_SHOWN = (
    "id", "problem", "category", "title", "status", "term", "leader", "office", "co_offices", "person", "due", "light", "publish", "fields",
)  # fmt: skip


def measure_json(row: MeasureRow, horizon: Horizon) -> dict[str, Any]:
    """Give a measure in the form of `list --json`; a key of which nothing is said is null."""
    said = {**row._asdict(), "light": horizon.light(row), "fields": dict(row.fields) or None}
    return {key: said[key] for key in _SHOWN}


def amount(outcome: str, measures: Iterable[Measure]) -> int | float:
    """Add up an outcome, by its key, over measures."""
    total = round(sum(each.outcomes.get(outcome, 0) for each in measures), 6)
    return int(total) if total == int(total) else total


def rate(closed: int, total: int) -> float | None:
    """Divide closed by total, to four places; None where there is nothing.

    Notices call the rate of problems 整改完成率: 19 of 25 is 0.76, 688 of 697 is 0.9871.
    """
    return round(closed / total, 4) if total else None


def percent(closed: int, total: int) -> str:
    """Write a rate as notices print it: 76%, 98.71%; a dash where there is nothing. What is not all of it is never 100%."""
    value = rate(closed, total)
    return "—" if value is None else f"{min(value, 1 if closed == total else 0.9999) * 100:.4g}%"


def tally(register: Register, today: date) -> Tally:
    """Count a ledger on a day."""
    horizon = Horizon.of(register, today)
    rows = register.measures
    statuses = Counter([row.status for row in rows])
    open_rows = [row for row in rows if row.status != "closed"]
    lights = Counter(map(horizon.light, open_rows))
    staged = [row for row in rows if row.term == "long_term" and row.status == "closed"]
    return Tally(
        organisation=register.frame.organisation,
        as_of=today,
        problems=len(register.problems),
        problems_closed=sum([problem.complete for problem in register.problems]),
        measures=len(rows),
        **{status: statuses[status] for status in STATUSES},
        long_term_closed=len(staged),
        overdue=lights["red"],
        due_soon=lights["yellow"],
        due_soon_days=register.frame.due_soon_days,
        review_due=sum(map(horizon.review_due, staged)),
        not_assigned=sum([not row.assigned for row in open_rows]),
        escalated=sum([row.escalated_to is not None for row in open_rows]),
        published_problems=len({row.problem for row in rows if row.publish}),
        published_measures=sum([row.publish for row in rows]),
    )


def groups(register: Register, today: date, by: Grouping = "problem") -> list[Group]:
    """Count the measures apart, by problem, category, office or leader.

    Problems and categories come in the ledger's order, also those without a measure; offices and leaders in the order
    of `ledger.yaml`, those without a measure left out. Those of which nothing is said come last.
    """
    horizon = Horizon.of(register, today)
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
        known = register.frame.offices if by == "office" else register.frame.leaders
        titles = {name: name for name in known if total[name]}
    if total[None]:
        titles[None] = UNSAID
    return [Group(name, title, total[name], closed[name], overdue[name]) for name, title in titles.items()]
