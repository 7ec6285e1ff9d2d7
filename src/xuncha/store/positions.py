"""The careful reader: where in a text each key and value stands, and a refusal of what a ledger must not hold.

It walks the events of ruamel.yaml's parser and builds a tree of positions, never of values: nothing is constructed, no
alias is followed, and nesting is bounded before it can hurt.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import Reader

from xuncha.language import gettext as _
from xuncha.store.faults import DEEPEST, MOST, UnreadableError, invisible

# What YAML 1.2 does not let stand in a file as it is (5.1), and decoding has not refused.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_COLON = re.compile(r"\s*:")
_KEEPS_BLANK_LINES = re.compile(r"[|>][1-9]?\+")
_LAST_LINE_END = re.compile(r"(?:\r\n|\n|\r)\Z")


@dataclass
class Node:
    """A value and where it stands; indices count characters of the text, lines and columns from 0."""

    kind: str  # `scalar`, `mapping` or `sequence`
    line: int
    column: int
    start: int
    end: int = -1
    """Behind the last character; of a block collection or a block scalar, behind the last line that belongs to it."""
    style: str = ""  # of a scalar: empty (plain), `'`, `"`, `|` or `>`; of a collection: `flow` or `block`
    text: str = ""
    keys: list[Node] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)
    """The values of a mapping, beside its keys; the items of a sequence."""

    def get(self, key: str) -> Node | None:
        """Return the value under a key of a mapping."""
        pairs = zip(self.keys, self.items, strict=True)
        return next((item for name, item in pairs if name.text == key), None)


def tree(text: str, fold: int = 1) -> Node:
    """Return the positions of one record, in a text as `reading.decode` gives it; `fold` is as there.

    Raises UnreadableError if it is not one YAML mapping of plain data, with every key once.
    """
    if match := _UNPRINTABLE.search(text):
        raise invisible(text, match.start())
    builder = _Builder(text, MOST * fold)
    yaml = YAML(typ="safe", pure=True)
    yaml.Reader = _Reader
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for event in yaml.parse(text):
                builder.take(event)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        problem = " ".join(str(error.problem or error.context).split())
        message = _("this is not YAML: {problem}").format(problem=problem)
        hint = _("put text with special characters into double quotes")
        if "\t" in "".join(text.split("\n")[line - 1 : line]):
            hint = _("indent with spaces, not with tabs")
        raise UnreadableError("yaml-syntax", line, column, message, hint) from None
    except (AssertionError, ValueError, OverflowError):
        # So the parser refuses a version of YAML that it does not know, and a character beyond the last one: "\U00110000".
        raise UnreadableError("yaml-syntax", 1, 1, _("this is not YAML")) from None
    return builder.result()


class _Reader(Reader):
    """The parser's reader without its own look for what cannot be printed: compiling that takes longer than reading a file."""

    def check_printable(self, data: Any) -> None:  # noqa: ANN401  `tree` has looked
        """See ruamel.yaml."""


class _Builder:
    """Builds the tree from the events, one by one; holds the collections that are open."""

    def __init__(self, text: str, most: int) -> None:
        self.text = text
        self.root: Node | None = None
        self.open: list[Node] = []
        self.documents = 0
        self.nodes, self.most = 0, most
        self.known: list[set[str]] = []
        """The keys so far of each collection that is open."""

    def take(self, event: Any) -> None:  # noqa: ANN401  ruamel.yaml's events have no types
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                hint = _("keep one record in a file")
                self.refuse("several-documents", event, _("a second document begins here"), hint)
        elif isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            hint = _("write the value itself, in quotes if it is text")
            self.refuse("anchor", event, _("anchors (&) and aliases (*) are not for records"), hint)
        elif isinstance(event, ScalarEvent | MappingStartEvent | SequenceStartEvent):
            self.begin(event)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            node = self.open.pop()
            self.known.pop()
            flow = node.style == "flow" or not node.items
            node.end = event.end_mark.index if flow else node.items[-1].end

    def begin(self, event: Any) -> None:  # noqa: ANN401
        mark = event.start_mark
        bare = event.tag == "!" and isinstance(event, ScalarEvent) and self.text[mark.index] == "!"
        if event.tag not in {None, "!"} or bare:
            hint = _("write the value alone, in quotes if it is text")
            self.refuse("tag", event, _("tags (!) are not for records"), hint)
        self.nodes += 1
        if self.nodes > self.most:
            message = _("there are more than {n} values in the file").format(n=self.most)
            self.refuse("file-too-large", event, message, _("a file is one record"))
        node = Node("scalar", mark.line, mark.column, mark.index)
        if isinstance(event, ScalarEvent):
            node.style = event.style or ""
            node.text = event.value
            node.end = event.end_mark.index
            if node.style in {"|", ">"}:
                # The blank lines below are part of a block text only where its head says so.
                lines = self.text[node.start : node.end]
                keeps = _KEEPS_BLANK_LINES.match(lines)
                kept = _LAST_LINE_END.sub("", lines) if keeps else lines.rstrip(" \t\r\n")
                node.end = node.start + len(kept)
        else:
            node.kind = "mapping" if isinstance(event, MappingStartEvent) else "sequence"
            node.style = "flow" if event.flow_style else "block"
            if len(self.open) >= DEEPEST:
                message = _("values are nested more than {n} levels deep").format(n=DEEPEST)
                self.refuse("too-deep", event, message, _("nest the values less deeply"))
        self.place(node, event)
        if node.kind != "scalar":
            self.open.append(node)
            self.known.append(set())

    def place(self, node: Node, event: Any) -> None:  # noqa: ANN401
        if not self.open:
            self.root = node
            return
        parent = self.open[-1]
        if parent.kind == "mapping" and len(parent.keys) == len(parent.items):
            if node.kind != "scalar":
                hint = _("put text with brackets into double quotes")
                self.refuse("not-a-mapping", event, _("a key is one word"), hint)
            if node.text in self.known[-1]:
                message = _("the key “{key}” stands here a second time").format(key=node.text[:80])
                self.refuse("duplicate-key", event, message, _("keep one of the two"))
            self.known[-1].add(node.text)
            parent.keys.append(node)
        else:
            if parent.keys and node.start == node.end:
                # The parser puts a value that is not there before whatever comes next; it belongs behind its key.
                colon = _COLON.match(self.text, parent.keys[-1].end)
                node.start = node.end = colon.end() if colon else parent.keys[-1].end
            parent.items.append(node)

    def refuse(self, code: str, event: Any, message: str, hint: str) -> None:  # noqa: ANN401
        mark = event.start_mark
        raise UnreadableError(code, mark.line + 1, mark.column + 1, message, hint)

    def result(self) -> Node:
        if self.root is None or (self.root.kind == "scalar" and not self.root.text):
            hint = _("fill it in, or bring it back with `git checkout -- FILE`")
            raise UnreadableError("empty-file", 1, 1, _("the file is empty"), hint)
        if self.root.kind != "mapping":
            line, column = self.root.line + 1, self.root.column + 1
            message, hint = _("this is not a list of keys with values"), _("write lines such as `title: …`")
            raise UnreadableError("not-a-mapping", line, column, message, hint)
        return self.root


def agree(node: Node, data: object) -> bool:
    """Return whether the values of the fast reader have the shape that the careful one saw."""
    if node.kind == "mapping":
        if not isinstance(data, dict) or len(data) != len(node.keys):
            return False
        names = zip(node.keys, data, strict=True)
        same = all(key.text == name or not isinstance(name, str) for key, name in names)
        return same and all(map(agree, node.items, data.values()))
    if node.kind == "sequence":
        return isinstance(data, list) and len(data) == len(node.items) and all(map(agree, node.items, data))
    return not isinstance(data, dict | list)


def place_of(root: Node, location: tuple[str | int, ...]) -> tuple[int, int]:
    """Return line and column, from 1, of the value at a location; of the nearest thing above it where there is none.

    For a key that should not be there the location ends in it, and the key's own place is given.
    """
    place = node = root
    for step in location:
        if node.kind == "mapping" and isinstance(step, str):
            pairs = zip(node.keys, node.items, strict=True)
            found = next(((key, item) for key, item in pairs if key.text == step), None)
            if found is None:
                break
            key, node = found
            place = key if node.kind != "scalar" or not node.text else node
        elif node.kind == "sequence" and isinstance(step, int) and step < len(node.items):
            place = node = node.items[step]
        else:
            break
    return place.line + 1, place.column + 1
