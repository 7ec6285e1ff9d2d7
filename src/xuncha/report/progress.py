"""The report on progress to the inspection office (集中整改进展情况报告): the state of each problem, what is unfinished and why, the outcomes, and the work of the head."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date as Date  # noqa: N812  a field is named `date`
from typing import Any, NamedTuple

from xuncha.model.identity import Identity
from xuncha.model.records import Ledger, Measure
from xuncha.model.vocabulary import UNKNOWN
from xuncha.report.items import Item, items, plain, rows_json, timed_rows, with_light
from xuncha.tally import Horizon, Tally, amount, tally
from xuncha.trail.history import Event, undone_commits

_REASONED = frozenset({"extend", "return", "reopen"})
"""The actions whose reasons explain why a measure is not finished."""


class Reason(NamedTuple):
    """Why a measure is not finished, as it was recorded."""

    action: str
    date: Date
    text: str


class State(NamedTuple):
    """A measure with its state."""

    item: Item
    last: str | None  # the text of its latest published entry
    closed: Date | None
    escalated_to: str | None
    reasons: tuple[Reason, ...]  # the oldest first; empty if it is closed


class Problem(NamedTuple):
    """A problem with its measures and their state."""

    number: str
    title: str
    closed: int
    measures: tuple[State, ...]

    @property
    def complete(self) -> bool:
        """Whether all its measures are closed."""
        return 0 < len(self.measures) == self.closed


class Category(NamedTuple):
    """The problems under a heading."""

    title: str
    problems: tuple[Problem, ...]


class Outcome(NamedTuple):
    """An outcome of the measures, such as money recovered."""

    label: str
    unit: str
    amount: int | float
    by_problem: tuple[tuple[str, int | float], ...]  # only problems with some; they add up to the amount


class Progress(NamedTuple):
    """All values for the template, under the name `report`."""

    organisation: str
    inspector: str | None
    round: str | None
    started: Date | None
    ended: Date | None
    feedback: Date | None
    date: Date
    number: str
    signer: str
    head: str | None  # the first responsible person; None without a leading group
    office: str | None
    head_work: tuple[str, ...]  # in the head's own words
    taken_over: tuple[State, ...]  # the measures that were escalated to the head
    counts: Tally
    categories: tuple[Category, ...]
    unfinished: tuple[State, ...]
    outcomes: tuple[Outcome, ...]
    staged: tuple[State, ...]  # closed long-term measures
    reviews: tuple[Item, ...]  # those of them that are due for review
    long_term_open: tuple[Item, ...]
    overdue: tuple[Item, ...]
    due_soon: tuple[Item, ...]
    later: tuple[Item, ...]  # open, with a later time limit; the earliest first


def progress(
    ledger: Ledger, today: Date, events: Sequence[Event], number: str | None = None, signer: str | None = None
) -> Progress:
    """Gather the content of the report on a day; `events` is the history, newest first; `items` says what is refused."""
    by_id, settings, register = items(ledger, today), ledger.settings, ledger.register()
    reasons = _reasons(events)
    states = {
        identity: _state(item, ledger.measures[identity], reasons.get(item.id, ()))
        for identity, item in by_id.items()
    }
    group, inspection = settings.leading_group, settings.inspection
    horizon = Horizon.of_register(register, today)
    due = {row.id for row in register.measures if horizon.is_review_due(row)}
    unfinished = tuple(each for each in states.values() if each.item.status != "closed")
    staged = tuple(each for each in states.values() if each.item.status == "closed" and each.item.long_term)
    return Progress(
        organisation=settings.name,
        **inspection.model_dump(),
        date=today,
        number=number or "",
        signer=(settings.papers.signer if signer is None else signer) or "",
        head=group.head if group else None,
        office=group.office if group else None,
        head_work=tuple(settings.papers.head_work),
        taken_over=tuple(each for each in states.values() if group and each.escalated_to == group.head),
        counts=tally(register, today),
        categories=tuple(_categories(ledger, states)),
        unfinished=unfinished,
        outcomes=tuple(_outcomes(ledger)),
        staged=staged,
        reviews=tuple(each.item for each in staged if each.item.id in due),
        long_term_open=tuple(each.item for each in unfinished if each.item.long_term),
        overdue=with_light(by_id, "red"),
        due_soon=with_light(by_id, "yellow"),
        later=tuple(item for item in with_light(by_id, "green") if item.days is not None),
    )


def as_json(report: Progress, ledger: Ledger) -> dict[str, Any]:
    """Return the output of `report progress --json`."""
    counts, rows = report.counts.as_json(()), rows_json(ledger, report.date)
    return {
        **{key: counts[key] for key in ("organisation", "as_of", "problems", "measures")},
        "head": {
            "name": report.head,
            "work": list(report.head_work),
            "taken_over": [each.item.id for each in report.taken_over],
        },
        "categories": [
            {
                "title": None if category.title == UNKNOWN else category.title,
                "problems": [
                    {
                        "number": problem.number,
                        "title": problem.title,
                        "complete": problem.complete,
                        "measures": [
                            {**rows[each.item.id], "progress": each.last} for each in problem.measures
                        ],
                    }
                    for problem in category.problems
                ],
            }
            for category in report.categories
        ],
        "unfinished": [{"id": each.item.id, "reasons": plain(each.reasons)} for each in report.unfinished],
        "outcomes": [{**each._asdict(), "by_problem": dict(each.by_problem)} for each in report.outcomes],
        "reviews_due": [item.id for item in report.reviews],
        "next": timed_rows(rows, (*report.overdue, *report.due_soon, *report.later)),
    }


def _reasons(events: Sequence[Event]) -> dict[str, tuple[Reason, ...]]:
    """Return for each measure the reasons why it is not finished, without those of undone commits."""
    undone, result = undone_commits(events), dict[str, tuple[Reason, ...]]()
    for event in events:
        if event.action in _REASONED and event.reason and event.number and event.commit not in undone:
            reason = Reason(str(event.action), Date.fromisoformat(event.day), event.reason)
            result[event.number] = (reason, *result.get(event.number, ()))
    return result


def _state(item: Item, measure: Measure, reasons: tuple[Reason, ...]) -> State:
    published = [entry for entry in measure.progress if entry.publish]
    last = max(published, key=lambda entry: entry.date or Date.min, default=None)
    return State(
        item=item,
        last=last.text if last else None,
        closed=measure.closed.date if measure.closed else None,
        escalated_to=measure.escalated.to if measure.escalated else None,
        reasons=reasons if item.status != "closed" else (),
    )


def _categories(ledger: Ledger, states: dict[Identity, State]) -> Iterable[Category]:
    """Yield the categories with problems in the order of the ledger; problems without a category come last."""
    problems: dict[str | None, list[Problem]] = defaultdict(list)
    for number, own in ledger.by_problem().items():
        problem, closed = ledger.problems[number], sum(each.status == "closed" for each in own.values())
        measures = tuple(states[identity] for identity in own)
        problems[problem.category].append(Problem(str(number), problem.title, closed, measures))
    for key, title in (*ledger.settings.frame().categories, (None, UNKNOWN)):
        if key in problems:
            yield Category(title, tuple(problems[key]))


def _outcomes(ledger: Ledger) -> Iterable[Outcome]:
    for kind in ledger.settings.outcomes:
        parts = [(str(number), amount(kind.key, own.values())) for number, own in ledger.by_problem().items()]
        if total := amount(kind.key, ledger.measures.values()):
            yield Outcome(kind.label, kind.unit, total, tuple(part for part in parts if part[1]))
