"""A published notice read: out of the lines of a document, what it says, as far as it says so. Pure functions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from xuncha.exchange.sheet.dates import limit
from xuncha.reading import counts
from xuncha.reading import frame as framing
from xuncha.reading.lines import paragraphs
from xuncha.reading.outline import outline
from xuncha.reading.parts import Notice, Stated
from xuncha.reading.tree import categories, zone

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xuncha.pages.line import Pages
    from xuncha.reading.parts import Category, Dates, Measure


def read(pages: Pages) -> Notice:
    """Read a notice."""
    frame = framing.frame(paragraphs(pages))
    tree = outline(frame.core)
    found = zone(tree)
    first = next((node.line for node in found.nodes), None)
    inside = {id(line) for node in found.nodes for line in node.whole()}
    outside = [line for line in frame.core if id(line) not in inside]
    before = list(takewhile(lambda line: line is not first, frame.core))
    opening = "\n".join(line.text for line in tree.before)
    rest = "\n".join(line.text for line in before[len(tree.before) :])
    stated = counts.stated([line.text for line in before])
    if stated == Stated():
        stated = counts.stated([line.text for line in outside])
    dates = framing.dates(opening, rest, frame.day)
    return Notice(
        title=frame.title,
        organisation=framing.organisation(frame.title, frame.issuer, opening),
        issuer=frame.issuer,
        inspector=framing.inspector(opening, frame.title),
        round=framing.round_of(opening),
        dates=dates,
        contact=framing.contact([line.text for line in frame.tail]),
        stated=stated,
        categories=tuple(_with_limits(category, dates) for category in categories(found)),
    )


def _with_limits(category: Category, dates: Dates) -> Category:
    """A category whose measures know the days that their time limits name; a year that is not written follows the feedback."""
    since = dates.feedback or dates.notice or date.min
    problems = [
        replace(problem, measures=tuple(_with_limit(measure, since) for measure in problem.measures))
        for problem in category.problems
    ]
    return replace(category, problems=tuple(problems))


def _with_limit(measure: Measure, since: date) -> Measure:
    if measure.due is None:
        return measure
    found = limit(measure.due, "", since)
    return replace(measure, limit=found.day, long_term=measure.long_term or found.long_term)


def as_json(notice: Notice) -> dict[str, Any]:
    """A notice for programs; null is what it does not say."""
    stated, dates = notice.stated, notice.dates
    return {
        "title": notice.title,
        "organisation": notice.organisation,
        "issuer": notice.issuer,
        "inspector": notice.inspector,
        "dates": {
            name: day and day.isoformat()
            for name, day in (
                ("inspection_start", dates.inspection_start),
                ("inspection_end", dates.inspection_end),
                ("feedback", dates.feedback),
                ("notice", dates.notice),
            )
        },
        "contact": {
            "phone": notice.contact.phone,
            "address": notice.contact.address,
            "email": notice.contact.email,
        },
        "stated": {
            "problems_total": stated.problems_total,
            "measures_total": stated.measures_total,
            "problems_done": stated.problems_done,
            "measures_done": stated.measures_done,
            "measures_in_progress": stated.measures_in_progress,
            "completion_rate": stated.completion_rate,
            "outcomes": {outcome.label: outcome.amount for outcome in stated.outcomes},
        },
        "categories": [
            {
                "title": category.title.text,
                "problems": [
                    {
                        "number": problem.number,
                        "title": problem.title.text,
                        "measures": list(_measures(problem.measures)),
                    }
                    for problem in category.problems
                ],
            }
            for category in notice.categories
        ],
    }


def _measures(measures: Iterable[Measure]) -> Iterable[dict[str, Any]]:
    for measure in measures:
        yield {
            "text": measure.text.text,
            "part": measure.part.text if measure.part else None,
            "status": measure.status,
            "leader": measure.leader,
            "office": measure.office,
            "due": measure.limit.isoformat() if measure.limit else None,
        }
