"""Make the outline of a notice: its paragraphs as a tree of headings, which are recognised by their numbers alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from xuncha.chinese.enumerations import items
from xuncha.chinese.headings import Heading, Level, heading
from xuncha.chinese.punctuation import sentence_end
from xuncha.pages.line import Line
from xuncha.reading.lines import LabelKind, first_label, join_lines, labels


@dataclass
class Node:
    """A numbered paragraph with the paragraphs below it."""

    line: Line
    head: Heading
    body: list[Line] = field(default_factory=list)
    """The paragraphs without a number between this paragraph and its first child."""
    children: list[Node] = field(default_factory=list)

    @property
    def rest(self) -> str:
        """The text after the number."""
        return self.line.text[self.head.end :]

    def descendants(self) -> Iterator[Line]:
        """Yield all paragraphs below this one, in order."""
        yield from self.body
        for child in self.children:
            yield child.line
            yield from child.descendants()

    def announces_list(self, *kinds: LabelKind) -> bool:
        """Return whether the last paragraph before the children ends with a label, of one of `kinds` if given: a list follows."""
        text = self.body[-1].text if self.body else self.rest
        last = labels(text)[-1:]
        return any(each.start >= len(text.rstrip()) and (not kinds or each.kind in kinds) for each in last)


def outline(lines: Sequence[Line]) -> tuple[list[Line], list[Node]]:
    """Return the paragraphs before the first numbered one, and the tree of the others.

    A number of a level that is open continues that list. A number of any other level begins a list below the innermost open
    heading, whatever the level: some notices put 1. above （一）. Chapters are always outermost.
    """
    before: list[Line] = []
    roots: list[Node] = []
    open_: list[Node] = []
    for line in chain.from_iterable(map(_parts, lines)):
        if (head := _heading(line.text)) is None:
            last = open_[-1] if open_ else None
            if last and not last.rest and not last.body:  # a number on a line of its own
                last.line = join_lines([last.line, line])
            else:
                (last.body if last else before).append(line)
            continue
        node, place = Node(line, head), _open_depth(open_, head)
        (open_[place - 1].children if place else roots).append(node)
        open_[place:] = [node]
    for root in roots:
        _without_labels(root)
        _split_by_findings(root)
    return before, roots


def _parts(line: Line) -> list[Line]:
    """Split a paragraph that begins with a heading and goes on with the headings below it: （一）甲方面。1.乙。一是…."""
    head = heading(line.text)
    end = head.end + sentence_end(line.text[head.end :]) if head else 0
    for begin in (0, end) if head else ():
        text = line.text[begin:]
        found = items(text) if heading(text) else ()
        # Items without items of their own are measures: no split there.
        begins = len(found) > (not begin) and not found[0].begin
        if begins and all(items(text[item.start : item.end]) for item in found):
            below = (line.part(begin + item.begin, begin + item.end) for item in found)
            return [each for each in (line.part(0, begin), *below) if each]
    return [line]


def _heading(text: str) -> Heading | None:
    """Read the number at the beginning of a paragraph, also after a label such as 【反馈问题】."""
    if (found := heading(text)) is not None:
        return found
    label = first_label(text)
    if label and label.kind == "finding" and (behind := heading(text[label.start :])):
        return behind._replace(level=Level.QUESTION, end=label.start + behind.end)
    return None


def _open_depth(open_: list[Node], head: Heading) -> int:
    """Return how many of the open headings a new number leaves open above it."""
    if head.level is Level.CHAPTER:
        return 0
    levels = [node.head.level for node in open_]
    if head.level not in levels:
        return len(open_)
    place = levels.index(head.level)
    within = place + 1 < len(open_) and head.number == 1 and open_[-1].announces_list()
    return len(open_) if within else place


def _without_labels(parent: Node) -> None:
    """Remove the label or the second number at the beginning of each heading of a list: 1.反馈问题：, （一）问题一：.

    If the labels differ, as in （1）存在问题： （2）整改措施：, remove the numbers instead, and keep the paragraphs in the parent.
    """
    firsts = [first_label(node.rest) for node in parent.children]
    kinds = {label.kind if label and label.end > label.start else None for label in firsts}
    if len(kinds) > 1 and kinds >= {"finding", "measures"} and None not in kinds:
        for node in parent.children:
            parent.body += [line for line in (node.line.part(node.head.end), *node.descendants()) if line]
        parent.children.clear()
    for node, label in zip(parent.children, firsts, strict=False):
        second = heading(node.rest)
        if label and kinds in ({"finding"}, {"measures"}):
            node.head = node.head._replace(end=node.head.end + label.start)
        elif second and second.level is Level.QUESTION and second.end < len(node.rest):
            node.head = node.head._replace(end=node.head.end + second.end)
        _without_labels(node)


def _split_by_findings(node: Node) -> None:
    """Give numbers to the problems below a heading that have a label such as 反馈问题： instead of a number."""
    for child in node.children:
        _split_by_findings(child)
    labels = ((place, first_label(line.text)) for place, line in enumerate(node.body))
    starts = [(place, label.start) for place, label in labels if label and label.kind == "finding"]
    if len(starts) < 2 or node.children:  # noqa: PLR2004  one label alone describes the heading above it
        return
    ends = [place for place, _start in starts[1:]] + [len(node.body)]
    for number, ((place, start), end) in enumerate(zip(starts, ends, strict=True), 1):
        head = Heading(Level.QUESTION, number, "", "", start)
        node.children.append(Node(node.body[place], head, node.body[place + 1 : end]))
    del node.body[starts[0][0] :]
