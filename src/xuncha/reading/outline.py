"""The outline of a notice: its paragraphs as a tree of headings, told by their numbers alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from xuncha.chinese.enumerations import items
from xuncha.chinese.headings import Heading, Level, heading
from xuncha.chinese.punctuation import sentence_end
from xuncha.pages.line import Line
from xuncha.reading.labels import LabelKind, first_label, labels
from xuncha.reading.lines import joined


@dataclass
class Node:
    """A numbered paragraph with what stands below it."""

    line: Line
    head: Heading
    body: list[Line] = field(default_factory=list)
    """The paragraphs without a number before the first numbered one below it."""
    children: list[Node] = field(default_factory=list)

    @property
    def rest(self) -> str:
        """The text behind the number."""
        return self.line.text[self.head.end :]

    def below(self) -> Iterator[Line]:
        """Yield the paragraphs below it."""
        yield from self.body
        for child in self.children:
            yield child.line
            yield from child.below()

    def announces_list(self, *kinds: LabelKind) -> bool:
        """Return whether its last paragraph ends with a label, of these kinds if any, behind which a list begins."""
        text = self.body[-1].text if self.body else self.rest
        last = labels(text)[-1:]
        return any(each.start >= len(text.rstrip()) and (not kinds or each.kind in kinds) for each in last)


def outline(lines: Sequence[Line]) -> tuple[list[Line], list[Node]]:
    """Return the paragraphs before the first number, and the tree of the others.

    A number of a level that is open goes on with that list. A number of another level begins a list within the open one,
    whatever the levels: some notices put 1. above （一）. Chapters are always outermost.
    """
    before: list[Line] = []
    roots: list[Node] = []
    open_: list[Node] = []
    for line in chain.from_iterable(map(_parts, lines)):
        if (head := _heading(line.text)) is None:
            last = open_[-1] if open_ else None
            if last and not last.rest and not last.body:  # a number on a line of its own
                last.line = joined([last.line, line])
            else:
                (last.body if last else before).append(line)
            continue
        node, place = Node(line, head), _place(open_, head)
        (open_[place - 1].children if place else roots).append(node)
        open_[place:] = [node]
    for root in roots:
        _without_labels(root)
        _split_by_findings(root)
    return before, roots


def _parts(line: Line) -> list[Line]:
    """Return a paragraph, split where the heading with which it begins goes on with those below it: （一）甲方面。1.乙。一是…."""
    head = heading(line.text)
    end = head.end + sentence_end(line.text[head.end :]) if head else 0
    for begin in (0, end) if head else ():
        text = line.text[begin:]
        found = items(text) if heading(text) else ()
        # Items without items of their own are measures.
        begins = len(found) > (not begin) and not found[0].begin
        if begins and all(items(text[item.start : item.end]) for item in found):
            below = (line.part(begin + item.begin, begin + item.end) for item in found)
            return [each for each in (line.part(0, begin), *below) if each]
    return [line]


def _heading(text: str) -> Heading | None:
    """Read the number with which a paragraph begins, be it behind a label such as 【反馈问题】."""
    if (found := heading(text)) is not None:
        return found
    label = first_label(text)
    if label and label.kind == "finding" and (behind := heading(text[label.start :])):
        return behind._replace(level=Level.QUESTION, end=label.start + behind.end)
    return None


def _place(open_: list[Node], head: Heading) -> int:
    """Return how deep a number stands among the open ones."""
    if head.level is Level.CHAPTER:
        return 0
    levels = [node.head.level for node in open_]
    if head.level not in levels:
        return len(open_)
    place = levels.index(head.level)
    within = place + 1 < len(open_) and head.number == 1 and open_[-1].announces_list()
    return len(open_) if within else place


def _without_labels(parent: Node) -> None:
    """Take away the label, or the second number, that each heading of a list begins with: 1.反馈问题：, （一）问题一：.

    Where each has a label of its own, as in （1）存在问题： （2）整改措施：, the numbers go instead.
    """
    firsts = [first_label(node.rest) for node in parent.children]
    kinds = {label.kind if label and label.end > label.start else None for label in firsts}
    if len(kinds) > 1 and kinds >= {"finding", "measures"} and None not in kinds:
        for node in parent.children:
            parent.body += [line for line in (node.line.part(node.head.end), *node.below()) if line]
        parent.children.clear()
    for node, label in zip(parent.children, firsts, strict=False):
        again = heading(node.rest)
        if label and kinds in ({"finding"}, {"measures"}):
            node.head = node.head._replace(end=node.head.end + label.start)
        elif again and again.level is Level.QUESTION and again.end < len(node.rest):
            node.head = node.head._replace(end=node.head.end + again.end)
        _without_labels(node)


def _split_by_findings(node: Node) -> None:
    """Give numbers to the problems below a heading that have no number, each behind a label such as 反馈问题：."""
    for child in node.children:
        _split_by_findings(child)
    labels = ((place, first_label(line.text)) for place, line in enumerate(node.body))
    starts = [(place, label.start) for place, label in labels if label and label.kind == "finding"]
    if len(starts) < 2 or node.children:  # noqa: PLR2004  one says more of the heading above it
        return
    ends = [place for place, _start in starts[1:]] + [len(node.body)]
    for number, ((place, start), end) in enumerate(zip(starts, ends, strict=True), 1):
        head = Heading(Level.QUESTION, number, "", "", start)
        node.children.append(Node(node.body[place], head, node.body[place + 1 : end]))
    del node.body[starts[0][0] :]
