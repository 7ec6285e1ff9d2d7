"""The dispatch (调度通报): it compares the offices, and lists what is overdue or due soon."""

from __future__ import annotations

from datetime import date as Date  # noqa: N812  a field is named `date`
from operator import itemgetter
from typing import Any, NamedTuple

from xuncha.model.records import Ledger
from xuncha.report.items import Item, desk, items, rows_json, timed_rows, with_light
from xuncha.tally import Group, Tally, groups, percent, rate, tally


class OfficeRank(NamedTuple):
    """The counts and the rank of an office."""

    place: int | None
    """The rank, from 1; equal offices share a rank. None for measures without an office."""
    office: str
    total: int
    closed: int
    rate: str  # 销号率: share of closed measures, in percent
    overdue: int


class Dispatch(NamedTuple):
    """All values for the template, under the name `report`."""

    organisation: str
    desk: str
    date: Date
    counts: Tally
    standings: tuple[OfficeRank, ...]
    overdue: tuple[Item, ...]
    due_soon: tuple[Item, ...]


def dispatch(ledger: Ledger, today: Date) -> Dispatch:
    """Gather the content of the dispatch on a day; `items` says what is refused."""
    by_id, register = items(ledger, today), ledger.register()
    return Dispatch(
        organisation=ledger.settings.name,
        desk=desk(ledger.settings),
        date=today,
        counts=tally(register, today),
        standings=ranked(groups(register, today, "office")),
        overdue=with_light(by_id, "red"),
        due_soon=with_light(by_id, "yellow"),
    )


def ranked(offices: list[Group]) -> tuple[OfficeRank, ...]:
    """Rank the offices by the rate of closed measures, then by few overdue ones, then in the order of the ledger; measures without an office come last, without a rank."""
    scores = {
        group: (-(rate(group.closed, group.total) or 0), group.overdue) for group in offices if group.key
    }
    order = sorted(scores.values())
    places = {group: order.index(score) + 1 for group, score in sorted(scores.items(), key=itemgetter(1))}
    return tuple(
        OfficeRank(places.get(group), title, total, closed, percent(closed, total), overdue)
        for group in (*places, *(group for group in offices if not group.key))
        for _key, title, total, closed, overdue in [group]
    )


def as_json(report: Dispatch, ledger: Ledger) -> dict[str, Any]:
    """Return the output of `report dispatch --json`."""
    counts = report.counts.as_json(())
    rows = rows_json(ledger, report.date)
    return {
        **{key: counts[key] for key in ("organisation", "as_of", "problems", "measures")},
        "offices": [{**each._asdict(), "rate": rate(each.closed, each.total)} for each in report.standings],
        "press": timed_rows(rows, (*report.overdue, *report.due_soon)),
    }
