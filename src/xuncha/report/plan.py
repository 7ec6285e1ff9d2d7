"""The rectification plan (整改落实方案): who leads, and the three lists (三个清单) of what is to be done, without the progress."""

from __future__ import annotations

from collections import Counter
from datetime import date as Date  # noqa: N812  a field is named `date`
from typing import Final, NamedTuple

from xuncha.model.records import Ledger
from xuncha.model.vocabulary import UNKNOWN
from xuncha.report.items import Item, desk, field_values, items
from xuncha.tally import Tally, tally

_MAX_ON_A4: Final = 90
"""Length of the longest text that fits well into a column of a list on A4, in characters."""


class PlannedProblem(NamedTuple):
    """A problem with its measures."""

    number: str
    title: str
    category: str  # the title; 待明确 without a category
    finding: str | None  # the inspectors' own words, which the plan answers
    measures: tuple[Item, ...]
    fields: tuple[tuple[str, str], ...]  # the office's own fields: label and value


class Plan(NamedTuple):
    """All values for the template, under the name `report`."""

    organisation: str
    desk: str
    inspector: str | None
    round: str | None
    feedback: Date | None
    date: Date | None  # of the plan itself; None if unknown
    head: str | None  # of the leading group: the first responsible person; None without such a group
    office: str | None  # where the office of the leading group is
    leaders: tuple[str, ...]
    offices: tuple[str, ...]
    counts: Tally
    categories: int  # those with a problem
    at_once: int  # numbers of measures by term; `limited` have a day, `undecided` still need one
    limited: int
    undecided: int
    long_term: int
    last_due: Date | None  # the latest time limit of those that have one
    problems: tuple[PlannedProblem, ...]

    @property
    def large(self) -> bool:
        """Return whether A4 is too small for the lists, so that they need A3."""
        pairs = [(problem.title, problem.finding or "") for problem in self.problems]
        pairs += [(item.title, item.goal or "") for problem in self.problems for item in problem.measures]
        return any(len(text) > _MAX_ON_A4 for pair in pairs for text in pair)

    @property
    def by_category(self) -> tuple[PlannedProblem, ...]:
        """The problems in the order of the list of problems, grouped by category."""
        order = list(dict.fromkeys(problem.category for problem in self.problems))
        return tuple(sorted(self.problems, key=lambda problem: order.index(problem.category)))

    @property
    def by_leader(self) -> tuple[Item, ...]:
        """The measures in the order of the list of responsibilities: by leader, by office, by number."""
        leaders, offices = [*self.leaders, UNKNOWN], [*self.offices, UNKNOWN]
        measures = [item for problem in self.problems for item in problem.measures]
        measures.sort(key=lambda item: (leaders.index(item.leader), offices.index(item.office)))
        return tuple(measures)


def plan(ledger: Ledger, today: Date, plan_date: Date | None = None) -> Plan:
    """Gather the content of the plan; `plan_date` is the day of the plan, if known; `items` says what is refused."""
    by_id, settings, by_problem = items(ledger, today), ledger.settings, ledger.by_problem()
    titles: dict[str | None, str] = {category.key: category.title for category in settings.categories}
    terms = Counter(item.term for item in by_id.values())
    limits = [item.due for item in by_id.values() if item.term == "once" and item.due]
    leaders = {item.leader for item in by_id.values()}
    offices = {item.office for item in by_id.values()}
    group = settings.leading_group
    return Plan(
        organisation=settings.name,
        desk=desk(settings),
        inspector=settings.inspection.inspector,
        round=settings.inspection.round,
        feedback=settings.inspection.feedback,
        date=plan_date,
        head=group.head if group else None,
        office=group.office if group else None,
        leaders=tuple(name for name in dict.fromkeys(settings.leaders) if name in leaders),
        offices=tuple(name for name in dict.fromkeys(settings.offices) if name in offices),
        counts=tally(ledger.register(), today),
        categories=len({problem.category for problem in ledger.problems.values()} - {None}),
        at_once=terms["at_once"],
        limited=len(limits),
        undecided=terms["once"] - len(limits),
        long_term=terms["long_term"],
        last_due=max(limits, default=None),
        problems=tuple(
            PlannedProblem(
                number=str(number),
                title=problem.title,
                category=titles.get(problem.category, UNKNOWN),
                finding=problem.finding,
                measures=tuple(by_id[identity] for identity in by_problem[number]),
                fields=field_values(settings, problem),
            )
            for number, problem in ledger.problems.items()
        ),
    )
