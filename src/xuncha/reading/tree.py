"""Which headings of a notice are categories, which are problems, and which are parts of them; what is below is measures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from xuncha.reading.faults import (
    heading_end,
    is_category,
    is_fault,
    is_plan,
    is_progress,
    names_a_fault,
)
from xuncha.reading.marks import Level, items, labels
from xuncha.reading.measures import measures
from xuncha.reading.parts import Category, Measure, Problem, Words
from xuncha.reading.states import without_state

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xuncha.pages.line import Line
    from xuncha.reading.outline import Node, Outline

_HALF = 0.5
_DEEPEST = 3
"""Category, problem, part."""
_NOTHING = Words("", 1, 1)


class Zone(NamedTuple):
    """The part of a notice that goes through the problems."""

    title: Words
    """Of the chapter that is this part; empty where there is none."""
    nodes: list[Node]
    """The outermost headings in it."""


def zone(outline: Outline) -> Zone:
    """The part of a notice that goes through the problems."""
    chapters = [node for node in outline.roots if node.head.level is Level.CHAPTER]
    if not chapters:
        return Zone(_NOTHING, outline.roots)
    holding = [node for node in chapters if _holds_problems(node)]
    if holding:
        return Zone(heading(holding[0]), [child for node in holding for child in node.children])
    categories = [node for node in chapters if is_category(_heading_text(node))]
    if categories:
        return Zone(_NOTHING, categories)
    others = [node for node in outline.roots if node not in chapters]
    return Zone(_NOTHING, others)


def _holds_problems(chapter: Node) -> bool:
    """Whether a chapter goes through problems, and is not itself the heading of some."""
    text = _heading_text(chapter)
    if is_plan(text) or is_category(text) or not chapter.children:
        return False
    below = [child for node in chapter.children for child in node.children]
    faults = max(_share(chapter.children, _is_fault), _share(below, _is_fault))
    return faults >= _HALF or is_progress(text)


def categories(found: Zone) -> tuple[Category, ...]:
    """The categories of a notice, with their problems and measures."""
    nodes = found.nodes
    depth = max((_depth(node) for node in nodes), default=0)
    if depth == 0:
        return ()
    without_categories = depth == 1 and _share(nodes, _is_a_field) < _HALF
    numbered_as_problems = depth < _DEEPEST and nodes[0].head.level >= Level.QUESTION
    if without_categories or numbered_as_problems:
        return (Category(found.title, tuple(_problem(node) for node in nodes)),)
    return tuple(_category(node) for node in nodes)


def _is_a_field(node: Node) -> bool:
    return _heading_text(node).endswith("方面")


def _is_fault(node: Node) -> bool:
    return is_fault(_heading_text(node))


def _share(nodes: Sequence[Node], holds: Callable[[Node], bool]) -> float:
    return sum(map(holds, nodes)) / len(nodes) if nodes else 0.0


def _depth(node: Node) -> int:
    """How many levels of headings a heading begins."""
    return 1 + max((_depth(child) for child in headings(node)), default=0)


def headings(node: Node) -> list[Node]:
    """What is below a heading, as far as it is headings again; none where it is measures."""
    children = node.children
    if not children:
        return []
    if any(headings(child) for child in children):
        return children
    if _announces_measures(node):
        return []
    if _share(children, _is_fault) >= _HALF:
        named = _share(children, lambda child: names_a_fault(_heading_text(child))) >= _HALF
        return children if named or _share(children, _has_more) >= _HALF else []
    return (
        children
        if max(_share(children, _is_enumerated), _share(children, _heads_paragraphs)) >= _HALF
        else []
    )


def _announces_measures(node: Node) -> bool:
    """Whether the numbers below a heading stand behind a label such as 整改措施：."""
    last = node.body[-1].text if node.body else node.rest
    found = list(labels(last))
    return bool(found) and found[-1].kind in {"measures", "result"} and found[-1].start >= len(last.rstrip())


def _has_more(node: Node) -> bool:
    """Whether something follows a heading."""
    return bool(node.body or node.children or node.rest[heading_end(node.rest) :].strip())


def _heads_paragraphs(node: Node) -> bool:
    """Whether a heading has its line to itself, and paragraphs without a number below it."""
    return bool(node.body) and heading_end(node.rest) >= len(node.rest.rstrip())


def _is_enumerated(node: Node) -> bool:
    """Whether what follows a heading is enumerated, or labelled as measures."""
    text = "\n".join([node.rest, *(line.text for line in node.body)])
    return bool(items(text)) or any(label.kind == "measures" for label in labels(text))


def heading(node: Node) -> Words:
    """The heading of a node, without its number, the stop at its end and a state in brackets."""
    line = node.line.part(node.head.end, node.head.end + heading_end(node.rest))
    if line is None:
        return Words("", node.line.line, node.line.column)
    text, _state = without_state(line.text.rstrip("。；：:;，, "))
    return Words(text.rstrip("。；：:;，, "), line.line, line.column)


def _heading_text(node: Node) -> str:
    return heading(node).text


def _category(node: Node) -> Category:
    below = headings(node)
    return Category(heading(node), tuple(_problem(child) for child in below) if below else (_problem(node),))


def _problem(node: Node) -> Problem:
    found, finding = _measures(node)
    for child in headings(node):
        found += _part(child, heading(child))
    return Problem(str(node.head.number), heading(node), tuple(found), finding)


def _part(node: Node, title: Words) -> list[Measure]:
    """The measures below the heading of a part; headings below that one are joined to it."""
    found = [replace(measure, part=title) for measure in _measures(node)[0]]
    for child in headings(node):
        found += _part(child, title._replace(text=f"{title.text}：{_heading_text(child)}"))
    return found


def _measures(node: Node) -> tuple[list[Measure], str | None]:
    """The measures right below a heading, and what is said before them."""
    rest = node.line.part(node.head.end + heading_end(node.rest))
    own: list[Line] = [rest] if rest else []
    state = without_state(node.rest[: heading_end(node.rest)].rstrip("。；：:;，, "))[1]
    if headings(node):
        text = "\n".join(line.text for line in [*own, *node.body])
        if not (items(text) or any(label.kind == "measures" for label in labels(text))):
            return [], text or None
        found, finding = measures([*own, *node.body])
    else:
        found, finding = measures([*own, *node.below()])
    if state:
        found = [
            measure if measure.status else replace(measure, status=state.status, long_term=state.long_term)
            for measure in found
        ]
    return found, finding
