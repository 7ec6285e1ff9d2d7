"""The reader of published notices: out of the lines of a document, what it says, as far as it says so. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from itertools import takewhile

from xuncha.chinese.limits import limit
from xuncha.pages.line import Line, Pages
from xuncha.reading.counts import stated
from xuncha.reading.frame import frame, with_opening
from xuncha.reading.lines import paragraphs
from xuncha.reading.notice import Category, Notice, Stated
from xuncha.reading.outline import Node, outline
from xuncha.reading.tree import categories, is_of_leaders, told, zone


def read(pages: Pages) -> Notice:
    """Read a notice."""
    notice, text, afterwards = frame(paragraphs(pages))
    opening, roots = outline(text)
    title, nodes = zone(roots)
    first = _place(nodes[0].line) if nodes else None
    before = list(takewhile(lambda line: _place(line) != first, text))
    of_leaders = [root for root in roots if is_of_leaders(root)]
    inside = _places(of_leaders)
    counts = stated(line.text for line in before if _place(line) not in inside)
    if counts == Stated():
        inside |= _places(nodes)
        counts = stated(line.text for line in text if _place(line) not in inside)
    texts = ["\n".join(line.text for line in part) for part in (opening, before[len(opening) :])]
    notice = with_opening(notice, *texts)
    found = tuple(_with_limits(category, notice.dates.feedback) for category in categories(title, nodes))
    work, plans = told(roots, nodes)
    notice = replace(notice, stated=counts, categories=found)
    return replace(notice, work=tuple(work), next_steps=(*plans, *afterwards))


def _place(line: Line) -> tuple[int, int]:
    return line.line, line.column


def _places(nodes: Iterable[Node]) -> set[tuple[int, int]]:
    """Return where the paragraphs begin that stand in some sections."""
    return {_place(line) for node in nodes for line in (node.line, *node.below())}


def _with_limits(category: Category, since: date | None) -> Category:
    """Add the days that the time limits of measures name."""
    problems = []
    for problem in category.problems:
        measures = []
        for each in problem.measures:
            found = limit(each.due or "", since)
            measures.append(replace(each, limit=found.day, long_term=each.long_term or found.long_term))
        problems.append(replace(problem, measures=tuple(measures)))
    return replace(category, problems=tuple(problems))
