"""The outline of a notice: its paragraphs as a tree of headings, told by their numbers alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from xuncha.reading.marks import Head, Level, head, labels

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xuncha.pages.line import Line


@dataclass
class Node:
    """A numbered paragraph with what stands below it."""

    line: Line
    head: Head
    body: list[Line] = field(default_factory=list)
    """The paragraphs without a number before the first numbered one below it."""
    children: list[Node] = field(default_factory=list)

    @property
    def rest(self) -> str:
        """The text behind the number."""
        return self.line.text[self.head.end :]

    def whole(self) -> Iterator[Line]:
        """Its paragraphs and those below it, in order."""
        yield self.line
        yield from self.below()

    def below(self) -> Iterator[Line]:
        """The paragraphs below it, in order."""
        yield from self.body
        for child in self.children:
            yield from child.whole()


@dataclass
class Outline:
    """A notice: what comes before the first number, and the tree."""

    before: list[Line] = field(default_factory=list)
    roots: list[Node] = field(default_factory=list)


def outline(lines: Sequence[Line]) -> Outline:
    """The outline of paragraphs.

    A number of a kind that is open goes on with that list; of another kind it begins a list within the open one, whatever the
    kinds: some notices put 1. above （一）. The outermost kind, 一、, is always outermost.
    """
    found = Outline()
    open_: list[Node] = []
    for line in lines:
        mark = _head(line.text)
        if mark is None:
            (open_[-1].body if open_ else found.before).append(line)
            continue
        node = Node(line, mark)
        place = _place(open_, mark)
        siblings = open_[place - 1].children if place else found.roots
        siblings.append(node)
        open_[place:] = [node]
    for node in [each for root in found.roots for each in _every(root)]:
        _split_by_findings(node)
    return found


def _head(text: str) -> Head | None:
    """The number with which a paragraph begins, be it behind a label such as 【反馈问题】."""
    if (found := head(text)) is not None:
        return found
    label = next(labels(text), None)
    if label is None or label.begin or label.kind != "finding":
        return None
    behind = head(text[label.start :])
    return Head(Level.QUESTION, behind.number, label.start + behind.end) if behind else None


def _every(node: Node) -> list[Node]:
    return [node, *(each for child in node.children for each in _every(child))]


def _split_by_findings(node: Node) -> None:
    """Where several problems stand below a heading, each without a number behind a label such as 反馈问题：, count them."""
    starts = [
        (place, label.start)
        for place, line in enumerate(node.body)
        if (label := next(labels(line.text), None)) and not label.begin and label.kind == "finding"
    ]
    if len(starts) < 2 or node.children:  # noqa: PLR2004  one says more of the heading above it
        return
    ends = [place for place, _start in starts[1:]] + [len(node.body)]
    for number, ((place, start), end) in enumerate(zip(starts, ends, strict=True), 1):
        mark = Head(Level.QUESTION, number, start)
        node.children.append(Node(node.body[place], mark, node.body[place + 1 : end]))
    del node.body[starts[0][0] :]


def _place(open_: list[Node], mark: Head) -> int:
    """How deep a number stands among the open ones."""
    if mark.level is Level.CHAPTER:
        return 0
    kinds = [node.head.level for node in open_]
    if mark.level not in kinds:
        return len(open_)
    place = kinds.index(mark.level)
    within = place + 1 < len(open_) and mark.number == 1 and _announces(open_[-1])
    return len(open_) if within else place


def _announces(node: Node) -> bool:
    """Whether the last paragraph of a heading is a label without text, behind which a list begins."""
    last = node.body[-1].text if node.body else node.rest
    found = list(labels(last))
    return bool(found) and found[-1].start >= len(last.rstrip())
