"""The weekly report (周报): what was done since a day, by the ledger and git's history; what is due next, what is overdue, and what is due for review."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date as Date  # noqa: N812  a field is named `date`
from datetime import timedelta
from itertools import groupby
from typing import Any, Final, NamedTuple

from xuncha.model.identity import Identity
from xuncha.model.records import Comment, Ledger, Measure
from xuncha.model.vocabulary import UNKNOWN, ReviewResult
from xuncha.report.items import Item, desk, items, plain, rows_json, timed_rows, with_light
from xuncha.tally import Horizon, Tally, groups, review_day, tally
from xuncha.trail.history import Event, undone_commits

_REPORTED = frozenset({"add", "start", "submit", "return", "close", "reopen", "extend", "escalate", "review"})
"""The actions that a report names; `progress` and `attach` show as entries instead."""

DAYS: Final = 7
"""Number of days in a weekly report, which ends with its own day: one report a week covers each day once."""


class Entry(NamedTuple):
    """A progress entry."""

    date: Date
    text: str
    late: bool  # recorded in these days, with an earlier date: no earlier report could include it
    publish: bool  # a weekly report includes all entries


class Work(NamedTuple):
    """The work on a measure in these days."""

    item: Item
    entries: tuple[Entry, ...]
    actions: tuple[str, ...]  # in their order
    taken_over_by: str | None
    result: ReviewResult | None  # of the last review


class Section(NamedTuple):
    """The measures of a leader that belong to one office."""

    office: str
    total: int
    closed: int
    done: tuple[Work, ...]
    overdue: tuple[Item, ...]
    due_soon: tuple[Item, ...]

    @property
    def quiet(self) -> bool:
        """Whether it has no work, no overdue and no due measures to report."""
        return not (self.done or self.overdue or self.due_soon)


class Leader(NamedTuple):
    """The measures of a leader, by office."""

    name: str
    sections: tuple[Section, ...]

    @property
    def quiet(self) -> bool:
        """Whether none of the sections has anything to report."""
        return all(section.quiet for section in self.sections)


class Review(NamedTuple):
    """A closed long-term measure that is due for review."""

    item: Item
    last: Date
    due: Date
    days: int  # days that the review is late


class Weekly(NamedTuple):
    """All values for the template, under the name `report`."""

    organisation: str
    desk: str
    since: Date
    date: Date
    counts: Tally
    did: dict[str, int]
    """Numbers of measures: progressed, closed, submitted, returned, reopened, extended, added."""
    overdue: tuple[Item, ...]
    due_soon: tuple[Item, ...]
    undecided: int  # open measures whose time limit is still to be set
    next_due: Item | None  # the earliest of those that are not due soon
    leaders: tuple[Leader, ...]
    reviews: tuple[Review, ...]
    comments: dict[str, int]
    """Numbers of comments (意见建议): received and replied in these days, open, and total."""

    @property
    def nothing_done(self) -> bool:
        """Whether nothing was done in these days."""
        return not any(section.done for leader in self.leaders for section in leader.sections)


def first_day(today: Date) -> Date:
    """Return the first day of the default period of a day's report."""
    return today - timedelta(days=DAYS - 1)


def weekly(
    ledger: Ledger,
    today: Date,
    since: Date,
    events: Sequence[Event],
    earlier: Mapping[Identity, Measure],
    comments: Iterable[Comment] = (),
) -> Weekly:
    """Gather the content of the weekly report; `items` says what is refused.

    `since` is the first day of the period, `today` the last; `events` the history, newest first; `earlier` the measures as they were before, as
    far as that is known.
    """
    by_id = items(ledger, today)
    by_measure = _by_measure(events, since, today)
    every = (
        _work(item, ledger.measures[each], by_measure.get(item.id, []), earlier.get(each), since, today)
        for each, item in by_id.items()
    )
    works = [work for work in every if work.entries or work.actions]
    red, yellow = with_light(by_id, "red"), with_light(by_id, "yellow")
    return Weekly(
        organisation=ledger.settings.name,
        desk=desk(ledger.settings),
        since=since,
        date=today,
        counts=tally(ledger.register(), today),
        did=_action_counts(works),
        overdue=red,
        due_soon=yellow,
        undecided=len(with_light(by_id, "none")),
        next_due=next((item for item in with_light(by_id, "green") if item.days is not None), None),
        leaders=tuple(_leaders(ledger, today, works, red, yellow)),
        reviews=_reviews(ledger, today, by_id),
        comments=_comments(comments, since, today),
    )


def recorded(events: Iterable[Event], since: Date, today: Date) -> set[Identity]:
    """Return the measures for which progress was recorded in these days: they may have new entries with earlier dates."""
    by_measure = _by_measure(events, since, today).items()
    actions = {identity: {event.action for event in own} for identity, own in by_measure}
    return {Identity.parse(identity) for identity, own in actions.items() if own & {"progress", "attach"}}


def as_json(report: Weekly, ledger: Ledger) -> dict[str, Any]:
    """Return the output of `report weekly --json`."""
    counts, rows = report.counts.as_json(()), rows_json(ledger, report.date)
    return {
        "organisation": report.organisation,
        "since": plain(report.since),
        **{key: counts[key] for key in ("as_of", "problems", "measures")},
        "did": report.did,
        "comments": report.comments,
        "leaders": [
            {
                "leader": None if leader.name == UNKNOWN else leader.name,
                "offices": [_section_json(section) for section in leader.sections],
            }
            for leader in report.leaders
        ],
        "overdue": timed_rows(rows, report.overdue),
        "due_soon": timed_rows(rows, report.due_soon),
        "reviews_due": [
            {**rows[review.item.id], "last": plain(review.last), "review_due": plain(review.due)}
            for review in report.reviews
        ],
    }


def _section_json(section: Section) -> dict[str, Any]:
    return {
        **section._asdict(),
        "office": None if section.office == UNKNOWN else section.office,
        "done": [
            {
                **{key: getattr(work.item, key) for key in ("id", "title", "status")},
                "actions": list(work.actions),
                "progress": [
                    {key: plain(getattr(entry, key)) for key in ("date", "text", "publish")}
                    for entry in work.entries
                ],
            }
            for work in section.done
        ],
        "overdue": [item.id for item in section.overdue],
        "due_soon": [item.id for item in section.due_soon],
    }


def _by_measure(events: Iterable[Event], since: Date, today: Date) -> dict[str, list[Event]]:
    """Return the events of each measure in these days, oldest first, without undone ones."""
    result: dict[str, list[Event]] = {}
    undone = undone_commits(events)
    for event in events:
        is_counted = event.action != "renumber" and event.commit not in undone
        if is_counted and "." in (event.number or "") and since.isoformat() <= event.day <= today.isoformat():
            result.setdefault(str(event.number), []).insert(0, event)
    return result


def _work(
    item: Item, measure: Measure, events: list[Event], earlier: Measure | None, since: Date, today: Date
) -> Work:
    known = Counter((entry.date, entry.text) for entry in (earlier.progress if earlier else ()))
    entries = []
    for entry in measure.progress:
        if entry.date is None:  # an import did not know the day, so that it belongs to no week
            continue
        late = earlier is not None and entry.date < since and not known[entry.date, entry.text]
        known[entry.date, entry.text] -= known[entry.date, entry.text] > 0
        if late or since <= entry.date <= today:
            entries.append(Entry(entry.date, entry.text, late, entry.publish))
    reviews = [review for review in measure.reviews if since <= review.date <= today]
    dated = {
        "close": bool(measure.closed and measure.closed.date and since <= measure.closed.date <= today),
        "escalate": measure.escalated is not None and since <= measure.escalated.date <= today,
        "review": bool(reviews),
    }
    actions = [event.action for event in events if event.action in _REPORTED]
    actions += [action for action, is_dated in dated.items() if is_dated and action not in actions]
    return Work(
        item=item,
        entries=tuple(sorted(entries, key=lambda entry: entry.date)),
        actions=tuple(action for action, _repeated in groupby(actions) if action),
        taken_over_by=measure.escalated.to if measure.escalated else None,
        result=(reviews or measure.reviews)[-1].result if measure.reviews else None,
    )


def _action_counts(works: Sequence[Work]) -> dict[str, int]:
    pairs = [(action, work.item.status) for work in works for action in set(work.actions)]
    actions = Counter(action for action, _status in pairs)
    return {
        "progressed": sum(bool(work.entries) for work in works),
        "closed": pairs.count(("close", "closed")),
        "submitted": pairs.count(("submit", "submitted")),
        "returned": actions["return"],
        "reopened": actions["reopen"] - pairs.count(("reopen", "closed")),
        "extended": actions["extend"],
        "added": actions["add"],
    }


def _leaders(
    ledger: Ledger, today: Date, done: Sequence[Work], red: Sequence[Item], yellow: Sequence[Item]
) -> Iterator[Leader]:
    """Yield leaders with their offices in the order of `ledger.yaml`; those without a measure are left out."""
    register = ledger.register()
    for leader in groups(register, today, "leader"):
        leader_problems = tuple(
            problem._replace(measures=tuple(row for row in problem.measures if row.leader == leader.key))
            for problem in register.problems
        )
        sections = []
        for office in groups(register._replace(problems=leader_problems), today, "office"):
            pair = (leader.title, office.title)
            overdue = tuple(item for item in red if (item.leader, item.office) == pair)
            due_soon = tuple(item for item in yellow if (item.leader, item.office) == pair)
            works = tuple(work for work in done if (work.item.leader, work.item.office) == pair)
            sections.append(Section(office.title, office.total, office.closed, works, overdue, due_soon))
        yield Leader(leader.title, tuple(sections))


def _comments(comments: Iterable[Comment], since: Date, today: Date) -> dict[str, int]:
    received = [comment for comment in comments if comment.received <= today]
    replies = [comment.reply.date for comment in received if comment.reply and comment.reply.date <= today]
    return {
        "received": sum(comment.received >= since for comment in received),
        "replied": sum(day >= since for day in replies),
        "open": len(received) - len(replies),
        "total": len(received),
    }


def _reviews(ledger: Ledger, today: Date, by_id: Mapping[Identity, Item]) -> tuple[Review, ...]:
    """List the measures due for review, the longest waiting first."""
    register, reviews = ledger.register(), []
    horizon = Horizon.of_register(register, today)
    for row in register.measures:
        due = review_day(row, register.frame)
        if horizon.is_review_due(row) and row.reviewed_on and due:
            item = by_id[Identity.parse(row.id)]
            reviews.append(Review(item, Date.fromisoformat(row.reviewed_on), due, (today - due).days))
    return tuple(sorted(reviews, key=lambda review: review.due))
