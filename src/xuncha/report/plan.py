"""The rectification plan (整改落实方案): who leads, and the three lists of problems, tasks and responsibilities (三个清单).

It is written when the feedback has been broken down, so it tells what is to be done, not how far it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date  # noqa: N812  a field is named `date`
from typing import TYPE_CHECKING

from xuncha.report.items import Item, desk, items
from xuncha.tally import Tally, tally

if TYPE_CHECKING:
    from xuncha.model.records import Ledger


@dataclass(frozen=True)
class PlannedProblem:
    """A problem with its measures."""

    number: str
    title: str
    category: str
    finding: str | None
    """The inspectors' own words: the plan is what answers them."""
    measures: tuple[Item, ...]


@dataclass(frozen=True)
class Plan:
    """All that the template is given, under the name `report`."""

    organisation: str
    desk: str
    inspector: str | None
    round: str | None
    feedback: Date
    date: Date
    head: str | None
    """Of the leading group: the first responsible person; none where there is no such group."""
    office: str | None
    """Where the office of the leading group is."""
    leaders: tuple[str, ...]
    """Who answers for measures."""
    offices: tuple[str, ...]
    """Who does them."""
    counts: Tally
    categories: int
    """With a problem."""
    limited: int
    """Measures with a term that ends."""
    long_term: int
    last_due: Date | None
    """The latest time limit of all that ends."""
    problems: tuple[PlannedProblem, ...]
    """In the order of the ledger."""

    @property
    def by_category(self) -> tuple[PlannedProblem, ...]:
        """The problems as the list of problems groups them."""
        order = list(dict.fromkeys(problem.category for problem in self.problems))
        return tuple(sorted(self.problems, key=lambda problem: order.index(problem.category)))

    @property
    def by_leader(self) -> tuple[Item, ...]:
        """The measures as the list of responsibilities groups them: by leader, by office, by number."""
        measures = [item for problem in self.problems for item in problem.measures]
        return tuple(
            sorted(
                measures,
                key=lambda item: (self.leaders.index(item.leader), self.offices.index(item.office)),
            )
        )


def plan(ledger: Ledger, today: Date) -> Plan:
    """Gather what the plan of a ledger says.

    Raises:
        RefusedError: there are no measures yet.
    """
    found = items(ledger, today)
    settings = ledger.settings
    titles = {category.key: category.title for category in settings.categories}
    order = list(titles)
    problems = sorted(ledger.problems.items(), key=lambda each: (order.index(each[1].category), each[0]))
    by_problem = ledger.by_problem()
    limited = [item for item in found.values() if not item.long_term]
    group = settings.leading_group
    planned = {
        number: PlannedProblem(
            number=str(number),
            title=problem.title,
            category=titles[problem.category],
            finding=problem.finding,
            measures=tuple(found[identity] for identity in by_problem[number]),
        )
        for number, problem in problems
    }
    return Plan(
        organisation=settings.organisation,
        desk=desk(settings),
        inspector=settings.inspection.inspector,
        round=settings.inspection.round,
        feedback=settings.inspection.feedback,
        date=today,
        head=group.head if group else None,
        office=group.office if group else None,
        leaders=_those(settings.leaders, {item.leader for item in found.values()}),
        offices=_those(settings.offices, {item.office for item in found.values()}),
        counts=tally(ledger.register(), today),
        categories=len({problem.category for problem in planned.values()}),
        limited=len(limited),
        long_term=len(found) - len(limited),
        last_due=max((item.due for item in limited if item.due), default=None),
        problems=tuple(planned[number] for number in ledger.problems),
    )


def _those(known: list[str], named: set[str]) -> tuple[str, ...]:
    """List the names that are used, in the order of `ledger.yaml`."""
    return tuple(dict.fromkeys(name for name in known if name in named))
