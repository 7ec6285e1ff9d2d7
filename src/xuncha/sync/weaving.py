"""The merged record as a text: of each field the lines of the side that changed it, comments and all.

A text whose layout cannot be taken apart by lines (a record in braces, say) is not woven; `records` knows what to do then.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from xuncha.store.editing import block, line_end, line_start
from xuncha.store.positions import Node, tree
from xuncha.sync.values import Versions, named

if TYPE_CHECKING:
    from xuncha.sync.values import Name


class _Part(NamedTuple):
    """The lines of one key, or of one item of a list."""

    lead: str
    """What stands above it and belongs to nothing else: comments, blank lines."""
    body: str
    value: Node
    key: Node | None = None


class _Layout(NamedTuple):
    """A mapping or a list whose keys or items have lines of their own."""

    head: str
    """What comes before the first one."""
    parts: dict[Hashable, _Part]
    tail: str

    def get(self, name: Hashable) -> _Part | None:
        """Return the lines of one key or item; None where there are none."""
        return self.parts.get(name)


_EMPTY = _Layout("", {}, "")


class Weaver:
    """Weaves one file.

    Args:
        texts: before, ours, theirs; with the same line ends. Empty where there was no file.
        end: how lines end in them.
        marked: the keys that are in dispute.
        width: of the marks around them.
    """

    def __init__(
        self, texts: Versions, end: str, marked: frozenset[str] = frozenset(), width: int = 7
    ) -> None:
        self.texts = texts
        self.end = end
        self.marked = marked
        self.width = width

    def record(self, values: Versions, data: dict[str, Any]) -> str | None:
        """Weave the whole file; None where its layout forbids it."""
        nodes = self.texts.map(lambda text: tree(text) if text else None)
        if any(node.style != "block" or node.column for node in nodes if node is not None):
            return None
        layouts = Versions(
            *(
                _layout(text, node, [key.text for key in node.keys], 0, len(text)) if node else _EMPTY
                for text, node in zip(self.texts, nodes, strict=True)
            )
        )
        # A closing that is in dispute stands on one side alone; it is shown all the same.
        shown = [key for key in layouts.ours.parts | layouts.theirs.parts if key in self.marked]
        parts = (self.part(str(key), layouts, values, data) for key in dict.fromkeys([*data, *shown]))
        return self.joined([_both(layouts, "head"), *parts, _both(layouts, "tail")])

    def joined(self, texts: Iterable[str]) -> str:
        """Join texts of whole lines; the last line of a file may have had no end."""
        return "".join(text if not text or text.endswith(("\n", "\r")) else text + self.end for text in texts)

    def part(self, key: str, layouts: Versions, values: Versions, data: Mapping[str, Any]) -> str:
        """Weave the lines of one key."""
        found = layouts.map(lambda each: each.get(key))
        if key in self.marked:
            ours, theirs = (self.joined([part.body]) if part else "" for part in found[1:])
            lead = found.ours.lead if found.ours else ""
            marks = [sign * self.width for sign in "<=>"]
            return lead + self.joined([f"{marks[0]} ours", ours, marks[1], theirs, f"{marks[2]} theirs"])
        if found.ours is None or found.theirs is None:
            one = found.ours or found.theirs
            return self.joined([one.lead + one.body])
        body = _untouched(found, values.get(key), data[key]) or self.inner(
            key, found, values.get(key), data[key]
        )
        return self.joined([_both(found, "lead") + body])

    def inner(self, key: str, found: Versions, values: Versions, value: object) -> str:
        """Weave the lines of a key whose value both sides have changed."""
        nodes = [part.value for part in found[1:]]
        alike = len({(node.kind, node.style, node.column) for node in nodes}) == 1
        if found.before and found.before.value.style != nodes[0].style:
            found = found._replace(before=None)
        if alike and nodes[0].style == "block" and isinstance(value, dict):
            layouts = self.inside(found, Versions(None, None, None))
            parts = [self.part(each, layouts, values, value) for each in value]
            return self.joined([_both(layouts, "head"), *parts])
        if alike and nodes[0].style == "block" and isinstance(value, list):
            items = values.map(lambda each: named(key, each) if isinstance(each, list) else {})
            layouts = self.inside(found, items)
            entries = self.entries(layouts, items, named(key, value), nodes[0].column)
            return self.joined([_both(layouts, "head"), *entries])
        return _as_a_side_has_it(found, values, value) or block({key: value}, found.ours.key.column, self.end)

    def entries(
        self, layouts: Versions, items: Versions, wanted: Mapping[Name, Any], column: int
    ) -> Iterator[str]:
        """Weave the lines of each item of a list."""
        for name, item in wanted.items():
            found = Versions(*(each.get(name) for each in layouts))
            if found.ours is None or found.theirs is None:
                one = found.ours or found.theirs
                yield one.lead + one.body
                continue
            values = items.get(name)
            yield _both(found, "lead") + (
                _untouched(found, values, item)
                or _as_a_side_has_it(found, values, item)
                or block([item], column, self.end)
            )

    def inside(self, found: Versions, names: Versions) -> Versions:
        """Take apart the lines within those of a key; without names of items, by its own keys."""
        return Versions(
            *(
                _layout(
                    text,
                    part.value,
                    [key.text for key in part.value.keys] if own is None else list(own),
                    line_start(text, part.key.start),
                    line_end(text, part.value.end),
                )
                if part and part.key
                else _EMPTY
                for text, part, own in zip(self.texts, found, names, strict=True)
            )
        )


def _layout(text: str, node: Node, names: list[Any], start: int, end: int) -> _Layout:
    """Take a block collection apart."""
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
    return _Layout(head, parts, text[behind:end])


def _untouched(found: Versions, values: Versions, value: object) -> str:
    """Return the lines of the side that has it so, where the other has not even touched a comment in them; else nothing."""
    was, ours, theirs = (part and part.body for part in found)
    if value == values.ours and theirs in {was, ours}:
        return str(ours)
    return str(theirs) if value == values.theirs and ours in {was, theirs} else ""


def _as_a_side_has_it(found: Versions, values: Versions, value: object) -> str:
    """Return the lines of a side that has it so, whatever the other has done to its comments; else nothing."""
    if value == values.ours:
        return str(found.ours.body)
    return str(found.theirs.body) if value == values.theirs else ""


def _both(sides: Versions, name: str) -> str:
    """Return what stands between: as the side that changed it has it; where both have, the lines of both."""
    was, ours, theirs = (getattr(side, name) if side else "" for side in sides)
    if theirs in {was, ours}:
        return str(ours)
    if ours == was:
        return str(theirs)
    known = set((was + ours).splitlines())
    return str(ours) + "".join(
        line for line in theirs.splitlines(keepends=True) if line.rstrip("\r\n") not in known
    )
