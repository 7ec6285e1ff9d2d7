"""Rewrite a file so that it says something else: only what differs is touched, and all else keeps its place, comments too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Any

from xuncha.language import gettext as _
from xuncha.store import editing
from xuncha.store.editing import Splice
from xuncha.store.positions import Node, tree
from xuncha.store.reading import decode, parse


def rewritten(content: bytes, meant: dict[str, Any]) -> bytes:
    """Return a record's file so that it says what is meant.

    Raises UnreadableError if the file cannot be read as a record; RefusedError if the layout of the file does not let
    it be edited safely; it must be edited by hand.
    """
    text, said = decode(content), parse(content)
    after = editing.spliced(text, list(_mapping(text, tree(text), said, meant)))
    if not text.endswith(("\n", "\r")):
        after = after.rstrip("\r\n")
    keys = [f"`{key}`" for key in dict.fromkeys((*said, *meant)) if said.get(key) != meant.get(key)]
    return editing.verified(content, after, meant, _(", ").join(keys), _("change it in the file itself"))


def _mapping(text: str, node: Node, said: dict[str, Any], meant: dict[str, Any]) -> Iterator[Splice]:
    for key in said:
        if key not in meant:
            yield editing.remove(text, node, key)
    for name, item in zip(node.keys, node.items, strict=True):
        if name.text in meant and said[name.text] != meant[name.text]:
            yield from _value(text, item, name.end, said[name.text], meant[name.text])
    for key, value in meant.items():
        if key not in said:
            yield editing.insert(text, node, key, value)


def _value(text: str, node: Node, behind: int | None, said: Any, meant: Any) -> Iterator[Splice]:  # noqa: ANN401
    """Yield what makes one value of another; `behind` is where its key ends, None for an item of a list."""
    inner = node.style == "block" and bool(meant)
    if (
        isinstance(said, dict)
        and isinstance(meant, dict)
        and {*said} & {*meant}
        and _keeps(text, node, meant)
    ):
        yield from _mapping(text, node, said, meant)
    elif isinstance(said, list) and isinstance(meant, list) and said and inner:
        yield from _sequence(text, node, said, meant)
    elif isinstance(said, list) and isinstance(meant, list) and node.style == "flow":
        stands = dict(zip(map(json.dumps, said), node.items, strict=True))
        kept = [
            text[item.start : item.end] if (item := stands.get(json.dumps(each))) else editing.flow(each)
            for each in meant
        ]
        yield Splice(node.start, node.end, f"[{', '.join(kept)}]")
    elif node.style == "block":
        written = editing.flow(meant)
        yield (
            Splice(node.start, node.end, written)
            if behind is None
            else Splice(behind, node.end, f": {written}")
        )
    else:
        yield editing.replace(node, meant)


def _keeps(text: str, node: Node, meant: dict[str, Any]) -> bool:
    """Return whether the first key of a mapping stays, or its line goes with it: in a list, the line is the item's."""
    first = node.keys[0]
    alone = not text[editing.line_start(text, first.start) : first.start].strip()
    return node.style == "flow" or first.text in meant or alone


def _sequence(text: str, node: Node, said: list[Any], meant: list[Any]) -> Iterator[Splice]:
    """Yield what makes one list of another, each item of which begins a line of its own."""
    old, new = ([json.dumps(each, sort_keys=True) for each in items] for items in (said, meant))
    ending = editing.common_line_end(text)
    for what, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        same = min(end - start, last - first)
        for place in range(same):
            item = node.items[start + place]
            yield from _value(text, item, None, said[start + place], meant[first + place])
        for item in node.items[start + same : end]:
            yield Splice(editing.line_start(text, item.start), editing.line_end(text, item.end), "")
        more = meant[first + same : last]
        if more and start + same:
            yield editing.insert_lines(text, node.items[start + same - 1].end, more, node.column)
        elif more:
            place = editing.line_start(text, node.items[0].start)
            yield Splice(place, place, editing.block(more, node.column, ending))
