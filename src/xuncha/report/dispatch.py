"""The dispatch (调度通报): how the offices stand against each other, and what is overdue or due soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date  # noqa: N812  a field is named `date`
from typing import TYPE_CHECKING, Any

from xuncha.report.items import Item, desk, items, most_pressing
from xuncha.tally import Group, Horizon, Tally, groups, measure_json, percent, rate, tally

if TYPE_CHECKING:
    from xuncha.model.records import Ledger


@dataclass(frozen=True)
class Standing:
    """How an office stands."""

    place: int
    """From 1; those that are equal share a place."""
    office: str
    total: int
    closed: int
    rate: str
    """销号率: of measures, in percent."""
    overdue: int


@dataclass(frozen=True)
class Dispatch:
    """All that the template is given, under the name `report`."""

    organisation: str
    desk: str
    date: Date
    counts: Tally
    standings: tuple[Standing, ...]
    overdue: tuple[Item, ...]
    due_soon: tuple[Item, ...]


def dispatch(ledger: Ledger, today: Date) -> Dispatch:
    """Gather what the dispatch of a ledger says on a day.

    Raises:
        RefusedError: there are no measures yet.
    """
    found = items(ledger, today)
    return Dispatch(
        organisation=ledger.settings.organisation,
        desk=desk(ledger.settings),
        date=today,
        counts=tally(ledger.register(), today),
        standings=ranked(groups(ledger.register(), today, "office")),
        overdue=most_pressing(found, "red"),
        due_soon=most_pressing(found, "yellow"),
    )


def ranked(offices: list[Group]) -> tuple[Standing, ...]:
    """Rank the offices by the rate of their measures, then by how few are overdue; equal ones keep the ledger's order."""

    def worth(group: Group) -> tuple[float, int]:
        return (-(rate(group.closed, group.total) or 0), group.overdue)

    ordered = sorted(offices, key=worth)
    places = {worth(group): place for place, group in reversed(list(enumerate(ordered, 1)))}
    return tuple(
        Standing(
            places[worth(group)],
            group.key,
            group.total,
            group.closed,
            percent(group.closed, group.total),
            group.overdue,
        )
        for group in ordered
    )


def as_json(report: Dispatch, ledger: Ledger) -> dict[str, Any]:
    """Make the output of `report dispatch --json`."""
    register = ledger.register()
    counted = tally(register, report.date).as_json(())
    horizon = Horizon.of(register, report.date)
    rows = {row.id: measure_json(row, horizon) for row in register.measures}
    return {
        "organisation": report.organisation,
        "as_of": report.date.isoformat(),
        "problems": counted["problems"],
        "measures": counted["measures"],
        "offices": [
            {
                "place": standing.place,
                "office": standing.office,
                "total": standing.total,
                "closed": standing.closed,
                "rate": rate(standing.closed, standing.total),
                "overdue": standing.overdue,
            }
            for standing in report.standings
        ],
        "press": [{**rows[item.id], "days": item.days} for item in (*report.overdue, *report.due_soon)],
    }
