"""The merged record as text: each field has the lines of the side that changed it, comments included, if the layout gives it lines of its own."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from xuncha.store.editing import block, line_end, line_start
from xuncha.store.positions import Node, parse_tree
from xuncha.sync.values import Versions, items_by_name


class _Part(NamedTuple):
    """The lines of one key, or of one item of a list."""

    lead: str  # comments and blank lines above it
    body: str
    value: Node
    key: Node | None = None


class _Layout(NamedTuple):
    """A mapping or a list whose keys or items have lines of their own."""

    head: str  # the text before the first part
    parts: dict[Hashable, _Part]
    tail: str


_EMPTY = _Layout("", {}, "")


@dataclass(frozen=True)
class Weaver:
    """Builds the merged text of one file."""

    texts: Versions
    """The text before, ours, theirs; with the same line ends. Empty if there was no file."""
    eol: str  # their line end
    disputed: frozenset[str] = frozenset()  # the disputed keys
    mark_width: int = 7  # characters in the marks around them

    def record(self, values: Versions, data: dict[str, Any]) -> str | None:
        """Return the merged text of the whole file; None if its layout does not allow that."""
        nodes = self.texts.map(lambda text: parse_tree(text) if text else None)
        if any(node.style != "block" or node.column for node in nodes if node is not None):
            return None
        layouts = Versions(*(_layout(text, node) for text, node in zip(self.texts, nodes, strict=True)))
        # A disputed closing exists on one side only; it is shown nevertheless.
        shown = [key for key in layouts.ours.parts | layouts.theirs.parts if key in self.disputed]
        parts = (self.key(str(key), layouts, values, data) for key in dict.fromkeys([*data, *shown]))
        return self.join([_surrounding_text(layouts, "head"), *parts, _surrounding_text(layouts, "tail")])

    def join(self, texts: Iterable[str]) -> str:
        """Join texts of whole lines; the last line of a file may lack its line end."""
        return "".join(text if not text or text.endswith(("\n", "\r")) else text + self.eol for text in texts)

    def key(self, key: str, layouts: Versions, values: Versions, data: Mapping[str, Any]) -> str:
        """Return the merged lines of one key."""
        parts = layouts.map(lambda each: each.parts.get(key))
        if key in self.disputed:
            ours, theirs = (self.join([part.body]) if part else "" for part in parts[1:])
            lead = parts.ours.lead if parts.ours else ""
            marks = [sign * self.mark_width for sign in "<=>"]
            return lead + self.join([f"{marks[0]} ours", ours, marks[1], theirs, f"{marks[2]} theirs"])
        return self.part(parts, values.get(key), data.get(key), key)

    def part(
        self, parts: Versions, values: Versions, value: object, key: str | None = None, column: int = 0
    ) -> str:
        """Return the merged lines of a key, or of an item of a list whose dashes start at `column`."""
        if parts.ours is None or parts.theirs is None:
            part = parts.ours or parts.theirs
            return self.join([part.lead + part.body])
        indent = parts.ours.key.column if parts.ours.key else column
        body = (
            _lines_of_side(parts, values, value, untouched=True)
            or (key and self.nested(key, parts, values, value))
            or _lines_of_side(parts, values, value)
            or block({key: value} if key else [value], indent, self.eol)
        )
        return self.join([_surrounding_text(parts, "lead") + body])

    def nested(self, key: str, parts: Versions, values: Versions, value: object) -> str:
        """Return the merged lines of a mapping or a list that both sides have changed; empty if their layouts do not allow that."""
        nodes = [part.value for part in parts[1:]]
        if len({(node.kind, node.style, node.column) for node in nodes}) > 1 or nodes[0].style != "block":
            return ""
        if parts.before and parts.before.value.style != "block":
            parts = parts._replace(before=None)
        if isinstance(value, dict):
            layouts = self.layouts(parts, Versions(None, None, None))
            texts = [self.key(each, layouts, values, value) for each in value]
        elif isinstance(value, list):
            items = values.map(lambda each: items_by_name(key, each) if isinstance(each, list) else {})
            layouts = self.layouts(parts, items)
            texts = []
            for name, item in items_by_name(key, value).items():
                lines = Versions(*(each.parts.get(name) for each in layouts))
                texts.append(self.part(lines, items.get(name), item, column=nodes[0].column))
        else:
            return ""
        return self.join([_surrounding_text(layouts, "head"), *texts])

    def layouts(self, parts: Versions, names: Versions) -> Versions:
        """Split the lines within a key into parts; without names of items, by the keys of the mapping."""
        layouts = []
        for text, part, item_names in zip(self.texts, parts, names, strict=True):
            node, key = (part.value, part.key) if part else (None, None)
            layouts.append(_layout(text, node, key, item_names) if key else _EMPTY)
        return Versions(*layouts)


def _layout(
    text: str, node: Node | None, parent: Node | None = None, names: Iterable[Any] | None = None
) -> _Layout:
    """Split a block collection into parts: a mapping by its keys, a list by the names of its items; without `parent`, the whole file."""
    if node is None:
        return _EMPTY
    keys: list[Node | None] = [*node.keys] if node.keys else [None] * len(node.items)
    parts: dict[Hashable, _Part] = {}
    head, previous_end = "", line_start(text, parent.start) if parent else 0
    end = line_end(text, node.end) if parent else len(text)
    names = [key.text for key in node.keys] if names is None else names
    for name, key, value in zip(names, keys, node.items, strict=True):
        start = line_start(text, (key or value).start)
        lead = text[previous_end:start]
        if not parts:
            head, lead = lead, ""
        previous_end = line_end(text, max(value.end, (key or value).end))
        parts[name] = _Part(lead, text[start:previous_end], value, key)
    return _Layout(head, parts, text[previous_end:end])


def _lines_of_side(parts: Versions, values: Versions, value: object, *, untouched: bool = False) -> str:
    """Return the lines of a side that has this value; if `untouched`, only if the other side changed nothing in them, not even a comment."""
    before, ours, theirs = (part and part.body for part in parts)
    if value == values.ours and (not untouched or theirs in {before, ours}):
        return str(ours)
    return str(theirs) if value == values.theirs and (not untouched or ours in {before, theirs}) else ""


def _surrounding_text(sides: Versions, name: str) -> str:
    """Return the text between parts, of the side that changed it; if both changed it, our text and the lines that only theirs has."""
    before, ours, theirs = (getattr(side, name) if side else "" for side in sides)
    if theirs in {before, ours}:
        return str(ours)
    if ours == before:
        return str(theirs)
    common = set((before + ours).splitlines())
    lines = theirs.splitlines(keepends=True)
    return str(ours) + "".join(line for line in lines if line.rstrip("\r\n") not in common)
