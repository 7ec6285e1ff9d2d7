"""The merged record as a text: of each field the lines of the side that changed it, comments and all.

A text whose layout cannot be taken apart by lines (a record in braces, say) is not woven; `driver` knows what to do then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from xuncha.store.editing import block, line_end, line_start
from xuncha.store.positions import Node, tree
from xuncha.sync.values import Three, named

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping


class _Part(NamedTuple):
    """The lines of one key, or of one item of a list."""

    lead: str
    """What stands above it and belongs to nothing else: comments, blank lines."""
    body: str
    value: Node
    key: Node | None = None


class _Lines(NamedTuple):
    """A mapping or a list whose keys or items have lines of their own."""

    head: str
    """What comes before the first one."""
    parts: dict[Hashable, _Part]
    tail: str


_NONE = _Lines("", {}, "")


class Weaver:
    """Weaves one file.

    Args:
        texts: before, ours, theirs; with the same line ends. Nothing where there was no file.
        end: how lines end in them.
        marked: the keys that are in dispute.
        width: of the marks around them.
    """

    def __init__(self, texts: Three, end: str, marked: frozenset[str] = frozenset(), width: int = 7) -> None:
        self.texts = texts
        self.end = end
        self.marked = marked
        self.width = width

    def record(self, values: Three, data: dict[str, Any]) -> str | None:
        """The whole file; None where its layout forbids it."""
        nodes = Three(*(tree(text) if text else None for text in self.texts))
        there = [node for node in nodes if node is not None]
        if any(node.style != "block" or node.column for node in there):
            return None
        lines = Three(
            *(
                _lines(text, node, [key.text for key in node.keys], 0, len(text)) if node else _NONE
                for text, node in zip(self.texts, nodes, strict=True)
            )
        )
        # A closing that is in dispute stands on one side alone; it is shown all the same.
        wanted = dict.fromkeys(
            [*data, *(key for key in lines.ours.parts | lines.theirs.parts if key in self.marked)]
        )
        parts = (self.part(str(key), lines, values, data) for key in wanted)
        return self.joined([_both(lines, "head"), *parts, _both(lines, "tail")])

    def joined(self, texts: Iterable[str]) -> str:
        """Texts of whole lines; the last line of a file may have had no end."""
        return "".join(text if not text or text.endswith(("\n", "\r")) else text + self.end for text in texts)

    def part(self, key: str, lines: Three, values: Three, data: Mapping[str, Any]) -> str:
        """The lines of one key."""
        found = Three(*(each.parts.get(key) for each in lines))
        if key in self.marked:
            ours, theirs = (self.joined([part.body]) if part else "" for part in found[1:])
            lead = found.ours.lead if found.ours else ""
            marks = [sign * self.width for sign in "<=>"]
            return lead + self.joined([f"{marks[0]} ours", ours, marks[1], theirs, f"{marks[2]} theirs"])
        if found.ours is None or found.theirs is None:
            one = found.ours or found.theirs
            return self.joined([one.lead + one.body])
        body = _unchanged(found, values.get(key), data[key]) or self.woven(
            key, found, values.get(key), data[key]
        )
        return self.joined([_both(found, "lead") + body])

    def woven(self, key: str, found: Three, values: Three, value: object) -> str:
        """The lines of a key whose value both sides have changed."""
        column = found.ours.key.column
        nodes = [part.value for part in found[1:]]
        alike = len({(node.kind, node.style, node.column) for node in nodes}) == 1
        if found.before and found.before.value.style != nodes[0].style:
            found = found._replace(before=None)
        if alike and nodes[0].style == "block" and isinstance(value, dict):
            inner = Three(*(self.inside(number, part, None) for number, part in enumerate(found)))
            parts = [self.part(each, inner, values, value) for each in value]
            return self.joined([_both(inner, "head"), *parts])
        if alike and nodes[0].style == "block" and isinstance(value, list):
            names = Three(*(list(named(key, each)) if isinstance(each, list) else [] for each in values))
            inner = Three(*(self.inside(number, part, names[number]) for number, part in enumerate(found)))
            items = Three(*(named(key, each) if isinstance(each, list) else {} for each in values))
            return self.joined(
                [_both(inner, "head"), *self.entries(inner, items, named(key, value), nodes[0].column)]
            )
        return _had(found, values, value) or block({key: value}, column, self.end)

    def entries(
        self, lines: Three, items: Three, wanted: Mapping[tuple[str, int], Any], column: int
    ) -> Iterable[str]:
        """The lines of the items of a list."""
        for name, item in wanted.items():
            found = Three(*(each.parts.get(name) for each in lines))
            if found.ours is None or found.theirs is None:
                one = found.ours or found.theirs
                yield one.lead + one.body
                continue
            three = Three(*(each.get(name) for each in items))
            yield _both(found, "lead") + (
                _unchanged(found, three, item) or _had(found, three, item) or block([item], column, self.end)
            )

    def inside(self, number: int, part: _Part | None, names: list[Any] | None) -> _Lines:
        """The lines within those of a key."""
        if part is None or part.key is None:
            return _NONE
        text = self.texts[number]
        names = [key.text for key in part.value.keys] if names is None else names
        return _lines(
            text, part.value, names, line_start(text, part.key.start), line_end(text, part.value.end)
        )


def _lines(text: str, node: Node, names: list[Any], start: int, end: int) -> _Lines:
    """A block collection, taken apart."""
    keys: list[Node | None] = [*node.keys] if node.keys else [None] * len(node.items)
    parts: dict[Hashable, _Part] = {}
    head, behind = "", start
    for name, key, value in zip(names, keys, node.items, strict=True):
        begin = line_start(text, (key or value).start)
        lead = text[behind:begin]
        if not parts:
            head, lead = lead, ""
        behind = line_end(text, max(value.end, (key or value).end))
        parts[name] = _Part(lead, text[begin:behind], value, key)
    return _Lines(head, parts, text[behind:end])


def _unchanged(found: Three, values: Three, value: object) -> str:
    """The lines of the side that has it so, where the other has not even touched a comment in them; else nothing."""
    was, ours, theirs = (part and part.body for part in found)
    if value == values.ours and theirs in {was, ours}:
        return str(ours)
    return str(theirs) if value == values.theirs and ours in {was, theirs} else ""


def _had(found: Three, values: Three, value: object) -> str:
    """The lines of a side that has it so, whatever the other has done to its comments; else nothing."""
    if value == values.ours:
        return str(found.ours.body)
    return str(found.theirs.body) if value == values.theirs else ""


def _both(sides: Three, name: str) -> str:
    """What stands between: as the side that changed it has it; where both have, the lines of both."""
    was, ours, theirs = (getattr(side, name) if side else "" for side in sides)
    if theirs in {was, ours}:
        return str(ours)
    if ours == was:
        return str(theirs)
    known = set((was + ours).splitlines())
    return str(ours) + "".join(
        line for line in theirs.splitlines(keepends=True) if line.rstrip("\r\n") not in known
    )
