"""The reader of published notices: out of the lines of a document, what it says, as far as it says so. Pure functions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import takewhile
from typing import TYPE_CHECKING

from xuncha.chinese.limits import limit
from xuncha.reading import frame as framing
from xuncha.reading.counts import stated
from xuncha.reading.lines import paragraphs
from xuncha.reading.notice import Notice, Stated
from xuncha.reading.outline import outline
from xuncha.reading.tree import categories, zone

if TYPE_CHECKING:
    from xuncha.pages.line import Pages
    from xuncha.reading.notice import Category, Dates, Measure


def read(pages: Pages) -> Notice:
    """Read a notice."""
    frame = framing.frame(paragraphs(pages))
    tree = outline(frame.core)
    found = zone(tree)
    first = next((node.line for node in found.nodes), None)
    inside = {id(line) for node in found.nodes for line in node.whole()}
    before = list(takewhile(lambda line: line is not first, frame.core))
    opening = "\n".join(line.text for line in tree.before)
    rest = "\n".join(line.text for line in before[len(tree.before) :])
    counts = stated(line.text for line in before)
    if counts == Stated():
        counts = stated(line.text for line in frame.core if id(line) not in inside)
    dates = framing.dates(opening, rest, frame.day)
    return Notice(
        title=frame.title,
        organisation=framing.organisation(frame.title, frame.issuer, opening),
        issuer=frame.issuer,
        inspector=framing.inspector(opening, frame.title),
        round=framing.round_of(opening),
        dates=dates,
        contact=framing.contact("\n".join(line.text for line in frame.tail)),
        stated=counts,
        categories=tuple(_with_limits(category, dates) for category in categories(found)),
    )


def _with_limits(category: Category, dates: Dates) -> Category:
    """Add the days that the time limits of measures name; a year that is not written follows the feedback."""
    since = dates.feedback or dates.notice or date.min
    problems = [
        replace(problem, measures=tuple(_with_limit(measure, since) for measure in problem.measures))
        for problem in category.problems
    ]
    return replace(category, problems=tuple(problems))


def _with_limit(measure: Measure, since: date) -> Measure:
    if measure.due is None:
        return measure
    found = limit(measure.due, since)
    return replace(measure, limit=found.day, long_term=measure.long_term or found.long_term)
