"""Measures as reports tell of them: plain values, so that a template has nothing in hand but data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.tally import Horizon

if TYPE_CHECKING:
    from xuncha.model.identity import Identity
    from xuncha.model.records import Ledger
    from xuncha.model.settings import Settings
    from xuncha.model.vocabulary import Light, Status


@dataclass(frozen=True)
class Item:
    """A measure and how it stands on a day."""

    id: str
    problem: str
    """The number of its problem."""
    problem_title: str
    part: str | None
    title: str
    goal: str | None
    leader: str
    office: str
    co_offices: tuple[str, ...]
    long_term: bool
    due: date | None
    days: int | None
    """Until it is due; below 0 where it is late, None where it has no time limit."""
    status: Status
    light: Light
    publish: bool
    """Whether it may appear in public."""
    last: date | None
    """The day of its latest progress entry."""


def items(ledger: Ledger, today: date) -> dict[Identity, Item]:
    """Describe every measure of a ledger as it stands on a day, in the ledger's order.

    Raises:
        RefusedError: there are none yet.
    """
    if not ledger.measures:
        raise RefusedError(
            "nothing-to-tell",
            _("the ledger holds no measures yet, so there is nothing to tell"),
            _("see `xuncha add --help`"),
        )
    horizon = Horizon.of(ledger.register(), today)
    found = {}
    for identity, measure in ledger.measures.items():
        problem = ledger.problems[identity.problem]
        row = measure.row(identity, problem)
        found[identity] = Item(
            id=str(identity),
            problem=str(identity.problem),
            problem_title=problem.title,
            part=measure.part,
            title=measure.title,
            goal=measure.goal,
            leader=measure.leader,
            office=measure.office,
            co_offices=tuple(measure.co_offices),
            long_term=measure.term == "long_term",
            due=measure.due,
            days=(measure.due - today).days if measure.due else None,
            status=measure.status,
            light=horizon.light(row),
            publish=row.publish,
            last=max((entry.date for entry in measure.progress), default=None),
        )
    return found


def most_pressing(found: dict[Identity, Item], light: Light) -> tuple[Item, ...]:
    """List the items under one light, the earliest time limit first."""
    return tuple(
        sorted((item for item in found.values() if item.light == light), key=lambda item: item.days or 0)
    )


def desk(settings: Settings) -> str:
    """Name who signs internal papers: the office of the leading group, else the organisation itself."""
    group = "巡察整改工作领导小组办公室" if settings.leading_group else ""
    return settings.organisation + group
