"""The rectification plan (整改落实方案): who leads, and three lists (三个清单) of what is to be done, not how far it is."""

from __future__ import annotations

from collections import Counter
from datetime import date as Date  # noqa: N812  a field is named `date`
from typing import Final, NamedTuple

from xuncha.model.records import Ledger
from xuncha.model.vocabulary import UNSAID
from xuncha.report.items import Item, desk, items, told_fields
from xuncha.tally import Tally, tally

_MOST_ON_A4: Final = 90
"""Characters of the longest text of a list that stands well in a column of A4."""


class PlannedProblem(NamedTuple):
    """A problem with its measures."""

    number: str
    title: str
    category: str  # its title; 待明确 where none is said
    finding: str | None  # the inspectors' own words: the plan is what answers them
    measures: tuple[Item, ...]
    fields: tuple[tuple[str, str], ...]  # what the office tracks besides, by its name


class Plan(NamedTuple):
    """All that the template is given, under the name `report`."""

    organisation: str
    desk: str
    inspector: str | None
    round: str | None
    feedback: Date | None
    date: Date | None  # of the plan itself; none where nothing tells it
    head: str | None  # of the leading group: the first responsible person; none where there is no such group
    office: str | None  # where the office of the leading group is
    leaders: tuple[str, ...]
    offices: tuple[str, ...]
    counts: Tally
    categories: int  # with a problem
    at_once: int  # measures by their terms; those that have a day first, then those that still need one
    limited: int
    undecided: int
    long_term: int
    last_due: Date | None  # the latest time limit of those that have one
    problems: tuple[PlannedProblem, ...]

    @property
    def large(self) -> bool:
        """Tell whether a page of A4 is too small for the lists."""
        told = [(problem.title, problem.finding or "") for problem in self.problems]
        told += [(item.title, item.goal or "") for problem in self.problems for item in problem.measures]
        return any(len(text) > _MOST_ON_A4 for texts in told for text in texts)

    @property
    def by_category(self) -> tuple[PlannedProblem, ...]:
        """The problems as the list of problems groups them."""
        order = list(dict.fromkeys(problem.category for problem in self.problems))
        return tuple(sorted(self.problems, key=lambda problem: order.index(problem.category)))

    @property
    def by_leader(self) -> tuple[Item, ...]:
        """The measures as the list of responsibilities groups them: by leader, by office, by number."""
        leaders, offices = [*self.leaders, UNSAID], [*self.offices, UNSAID]
        measures = [item for problem in self.problems for item in problem.measures]
        measures.sort(key=lambda item: (leaders.index(item.leader), offices.index(item.office)))
        return tuple(measures)


def plan(ledger: Ledger, today: Date, made: Date | None = None) -> Plan:
    """Gather what the plan of a ledger says; `made` is the day of the plan as far as it is known; see `items` for what is refused."""
    found, settings, by_problem = items(ledger, today), ledger.settings, ledger.by_problem()
    titles: dict[str | None, str] = {category.key: category.title for category in settings.categories}
    terms = Counter(item.term for item in found.values())
    limits = [item.due for item in found.values() if item.term == "once" and item.due]
    leaders = {item.leader for item in found.values()}
    offices = {item.office for item in found.values()}
    group = settings.leading_group
    return Plan(
        organisation=settings.name,
        desk=desk(settings),
        inspector=settings.inspection.inspector,
        round=settings.inspection.round,
        feedback=settings.inspection.feedback,
        date=made,
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
                category=titles.get(problem.category, UNSAID),
                finding=problem.finding,
                measures=tuple(found[identity] for identity in by_problem[number]),
                fields=told_fields(settings, problem),
            )
            for number, problem in ledger.problems.items()
        ),
    )
