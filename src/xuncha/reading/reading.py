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
from xuncha.reading.notice import Stated
from xuncha.reading.outline import outline
from xuncha.reading.tree import categories, zone

if TYPE_CHECKING:
    from xuncha.pages.line import Pages
    from xuncha.reading.notice import Category, Measure, Notice


def read(pages: Pages) -> Notice:
    """Read a notice."""
    frame = framing.frame(paragraphs(pages))
    tree = outline(frame.core)
    title, nodes = zone(tree)
    first = nodes[0].line if nodes else None
    before = list(takewhile(lambda line: line is not first, frame.core))
    opening, rest = (
        "\n".join(line.text for line in part) for part in (tree.before, before[len(tree.before) :])
    )
    counts = stated(line.text for line in before)
    if counts == Stated():
        inside = {id(line) for node in nodes for line in node.whole()}
        counts = stated(line.text for line in frame.core if id(line) not in inside)
    notice = framing.head(frame, opening, rest)
    # A year that is not written follows the feedback.
    since = notice.dates.feedback or notice.dates.notice or date.min
    found = tuple(_with_limits(category, since) for category in categories(title, nodes))
    return replace(notice, stated=counts, categories=found)


def _with_limits(category: Category, since: date) -> Category:
    """Add the days that the time limits of measures name."""
    problems = [
        replace(problem, measures=tuple(_with_limit(measure, since) for measure in problem.measures))
        for problem in category.problems
    ]
    return replace(category, problems=tuple(problems))


def _with_limit(measure: Measure, since: date) -> Measure:
    found = limit(measure.due or "", since)
    return replace(measure, limit=found.day, long_term=measure.long_term or found.long_term)
