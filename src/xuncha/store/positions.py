"""The careful reader: it finds the position of each key and value in a text, and refuses what a ledger must not contain.

It reads the events of ruamel.yaml's parser and builds a tree of positions, not of values: no object is constructed, no
alias is followed, and the depth of nesting is limited.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    CollectionEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)
from ruamel.yaml.reader import Reader

from xuncha.language import gettext as _
from xuncha.store.faults import MAX_DEPTH, MAX_VALUES, UnreadableError, not_yaml

_COLON = re.compile(r"\s*:")
_KEEPS_BLANK_LINES = re.compile(r"[|>][1-9]?\+")
_LAST_LINE_END = re.compile(r"(?:\r\n|\n|\r)\Z")


@dataclass
class Node:
    """A value and its position; indices count characters of the text, lines and columns count from 0."""

    kind: str  # `scalar`, `mapping` or `sequence`
    line: int
    column: int
    start: int
    end: int = -1
    """The index after the last character; for a block collection or a block scalar, after the last line that belongs to it."""
    style: str = ""  # for a scalar: empty (plain), `'`, `"`, `|` or `>`; for a collection: `flow` or `block`
    text: str = ""
    keys: list[Node] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)
    """The values of a mapping, in the order of its keys; the items of a sequence."""


def parse_tree(text: str, scale: int = 1) -> Node:
    """Return the positions in one record; `text` is from `reading.decode`, and `scale` is as there.

    Raises UnreadableError if it is not one YAML mapping of plain data, with every key once.
    """
    yaml = YAML(typ="safe", pure=True)
    yaml.Reader = _Reader
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            root = _Builder(text, MAX_VALUES * scale, yaml.parse(text)).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise not_yaml(*((mark.line + 1, mark.column + 1) if mark else ())) from None
    except (AssertionError, ValueError, OverflowError):
        # The parser's errors for an unknown version of YAML, and for a character beyond the last one, "\U00110000".
        raise not_yaml() from None
    if root is None or (root.kind == "scalar" and not root.text):
        hint = _("fill it in, or restore it with `git checkout -- FILE`")
        raise UnreadableError("empty-file", 1, 1, _("the file is empty"), hint)
    if root.kind != "mapping":
        message, hint = _("this is not a list of keys with values"), _("write lines such as `title: …`")
        raise UnreadableError("not-a-mapping", root.line + 1, root.column + 1, message, hint)
    return root


class _Reader(Reader):
    """The parser's reader without its own check for unprintable characters: compiling that pattern takes longer than reading a file."""

    def check_printable(self, data: Any) -> None:  # noqa: ANN401  `reading` has checked this
        """See ruamel.yaml."""


class _Builder:
    """Builds the tree from the events of the parser, which have no types."""

    def __init__(self, text: str, limit: int, events: Iterator[Any]) -> None:
        self.text = text
        self.events = events
        self.nodes, self.limit = 0, limit

    def document(self) -> Node | None:
        """Build the tree of the only document; None if it is empty."""
        root = None
        for event in self.events:
            if isinstance(event, DocumentStartEvent) and root:
                refuse_markup(event)
            elif isinstance(event, NodeEvent):
                root = self.node(event, 0)
        return root

    def node(self, event: Any, depth: int, *, is_key: bool = False) -> Node:  # noqa: ANN401
        """Build a key or a value, with everything in it."""
        mark = event.start_mark
        # No text without quotes begins with them.
        if self.text[mark.index : mark.index + 1] in ("&", "*", "!"):
            refuse_markup(event)
        self.nodes += 1
        if self.nodes > self.limit:
            message = _("there are more than {n} values in the file", n=self.limit)
            refuse("file-too-large", event, message, _("a file is one record"))
        node = Node("scalar", mark.line, mark.column, mark.index)
        if isinstance(event, ScalarEvent):
            node.style, node.text, node.end = event.style or "", event.value, event.end_mark.index
            if node.style in {"|", ">"}:
                # Blank lines below are part of a block text only if its header (`|+`) says so.
                lines = self.text[node.start : node.end]
                keeps = _KEEPS_BLANK_LINES.match(lines)
                body = _LAST_LINE_END.sub("", lines) if keeps else lines.rstrip(" \t\r\n")
                node.end = node.start + len(body)
            return node
        node.kind = "mapping" if isinstance(event, MappingStartEvent) else "sequence"
        node.style = "flow" if event.flow_style else "block"
        if depth >= MAX_DEPTH:
            refuse_markup(event)
        if is_key:
            hint = _("put text with brackets into double quotes")
            refuse("not-a-mapping", event, _("a key is one word"), hint)
        self.fill(node, depth + 1)
        return node

    def fill(self, node: Node, depth: int) -> None:
        """Build the keys and items of a collection."""
        names: set[str] = set()
        for inner in self.events:
            if isinstance(inner, CollectionEndEvent):
                flow = node.style == "flow" or not node.items
                node.end = inner.end_mark.index if flow else node.items[-1].end
                return
            is_key = node.kind == "mapping" and len(node.keys) == len(node.items)
            item = self.node(inner, depth, is_key=is_key)
            if is_key and item.text in names:
                message = _("the key “{key}” occurs a second time here", key=item.text[:80])
                refuse("duplicate-key", inner, message, _("keep one of the two"))
            if is_key:
                names.add(item.text)
                node.keys.append(item)
                continue
            if node.keys and item.start == item.end:
                # The parser puts an empty value right before the next token; it belongs after its key.
                colon = _COLON.match(self.text, node.keys[-1].end)
                item.start = item.end = colon.end() if colon else node.keys[-1].end
            node.items.append(item)


def refuse_markup(event: Any) -> None:  # noqa: ANN401
    """Refuse YAML that is more than plain values, or nested more deeply than any record."""
    message = _(
        "anchors (&, *), tags (!), a second document (---) and more than {n} levels are not allowed here",
        n=MAX_DEPTH,
    )
    refuse("not-plain", event, message, _("write the value itself, in quotes if it is text"))


def refuse(code: str, event: Any, message: str, hint: str) -> None:  # noqa: ANN401
    """Raise UnreadableError at the place where an event begins."""
    raise UnreadableError(code, event.start_mark.line + 1, event.start_mark.column + 1, message, hint)


def same_shape(node: Node, data: object) -> bool:
    """Return whether the fast reader's values have the same structure as the careful reader's tree."""
    if node.kind == "mapping":
        if not isinstance(data, dict) or len(data) != len(node.keys):
            return False
        names = zip(node.keys, data, strict=True)
        same_keys = all(key.text == name or not isinstance(name, str) for key, name in names)
        return same_keys and all(map(same_shape, node.items, data.values()))
    if node.kind == "sequence":
        if not isinstance(data, list) or len(data) != len(node.items):
            return False
        return all(map(same_shape, node.items, data))
    return not isinstance(data, dict | list)


def position_of(root: Node, location: tuple[str | int, ...]) -> tuple[int, int]:
    """Return line and column, from 1, of the value at a location; if it does not exist, of the nearest value above it.

    For an unknown key, the location ends with that key, and the key's own place is returned.
    """
    place = node = root
    for step in location:
        if node.kind == "mapping":
            pairs = zip(node.keys, node.items, strict=True)
            found = next(((key, item) for key, item in pairs if key.text == str(step)), None)
            if found is None:
                break
            key, node = found
            place = key if node.kind != "scalar" or not node.text else node
        elif node.kind == "sequence" and isinstance(step, int) and step < len(node.items):
            place = node = node.items[step]
        else:
            break
    return place.line + 1, place.column + 1
