"""Edit a file's text: only the lines of the edited keys change, and not one other byte.

The text is edited at the positions that `positions.tree` gives; ruamel.yaml's own round trip would reflow the rest.
Every result is parsed again and compared with the intended data before it is returned.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator, Mapping
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any, NamedTuple

from yaml12 import format_yaml

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.store.faults import LINE_END, UnreadableError
from xuncha.store.positions import Node, parse_tree
from xuncha.store.reading import Data, decode, parse

KEYS = (
    "organisation", "inspection", "categories", "leading_group", "leaders", "offices", "contact", "notice", "papers", "people", "requires", "policy", "proof",
    "title", "category", "finding", "goal", "part", "term", "leader", "office", "co_offices", "person", "due", "status", "publish", "progress", "outcomes",
    "escalated", "notice_text", "closed", "reviews", "fields", "received", "channel", "text", "about", "name", "reply",
)  # fmt: skip
"""The keys of data/ledger.yaml, of a problem, a measure and a comment in the order in which they are written."""
Edits = Mapping[str, Any]
"""The new values of keys of a record, as plain data; None removes a key."""
_BOM = b"\xef\xbb\xbf"
_COMMA = re.compile(r"(?:\s|#[^\r\n]*)*,")
_REST_OF_LINE = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r)")
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "\x85\u2028\u2029"}
_COMMENTS = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r))*")
_PARAGRAPH = 40  # a text in a list with more characters gets a line of its own
_SPECIAL = re.compile(r"[\n\[\]{},#:\"'&*!|>%@`?\x85\u2028\u2029]")
_PLAIN = re.compile(r"[a-z_]+|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN_IN_QUOTES = re.compile(rf"{_PLAIN.pattern}|[0-9]+\.[0-9]+|[0-9]+")
"""Texts that keep the quotes that they are written in; without quotes, the number 2.10 would be read as 2.1."""


class Splice(NamedTuple):
    """A replacement for the characters from `start` to before `end`."""

    start: int
    end: int
    text: str


def apply(content: bytes, edits: Edits) -> bytes:
    """Edit a record's file as `edited` does, parsing its present data first.

    Raises UnreadableError if the file cannot be read as a record; RefusedError as `edited` does.
    """
    return edited(content, parse(content), edits)[0]


def edited(content: bytes, data: Data, edits: Edits) -> tuple[bytes, Data]:
    """Edit a record's file, and return its new bytes and its new plain data.

    `data` is its present data, from `parse`. Raises RefusedError if the layout of the file
    does not let it be edited safely; it must be edited by hand.
    """
    removed = {key for key, value in edits.items() if value is None}
    new = {key: value for key, value in {**data, **edits}.items() if key not in removed}
    return rewritten(content, new, data), new


def rewritten(content: bytes, new: Data, old: Data | None = None) -> bytes:
    """Return a record's file with the data `new`; only what differs is changed. `old` is the present data.

    Raises UnreadableError if the file cannot be read as a record; RefusedError as `edited` does.
    """
    old = parse(content) if old is None else old
    text = after = decode(content)
    splices = _mapping(text, parse_tree(text), old, new)
    # From the end to the beginning, so that earlier text keeps its place; of several splices at one place, removals come first.
    for splice in sorted(splices, key=lambda splice: (splice.start, splice.end))[::-1]:
        after = after[: splice.start] + splice.text + after[splice.end :]
    if not _last_line_end(text):  # the last line had no line end, so the new last line gets none
        after = after.removesuffix(_last_line_end(after))
    try:
        is_right = parse(after.encode()) == new
    except UnreadableError as error:
        if error.finding.code != "yaml-syntax":  # it may be too large
            raise RefusedError(error.finding.code, error.finding.message, error.finding.hint) from None
        is_right = False
    if not is_right:
        message = _("the layout of this file does not let it be changed safely")
        raise RefusedError("odd-layout", message, _("change it by hand, and type: xuncha edit"))
    return (_BOM if content.startswith(_BOM) else b"") + after.encode()


def new_file(record: Data, schema: str) -> bytes:
    """Return the bytes of a new file with a record; its first line names the schema for editors (a path relative to the file)."""
    return (f"# yaml-language-server: $schema={schema}\n" + block(record, 0, "\n")).encode()


def _mapping(text: str, node: Node, old: Data, new: Data) -> Iterator[Splice]:
    """Yield the splices that turn one mapping into another."""
    for place, (name, item) in enumerate(zip(node.keys, node.items, strict=True)):
        if name.text in old and name.text not in new:
            yield _remove(text, node, place, new)
        elif name.text in new and old[name.text] != new[name.text]:
            yield from _value(text, item, name.end, old[name.text], new[name.text])
    for key, value in new.items():
        if key not in old:
            yield _insert(text, node, key, value)


def _value(text: str, node: Node, key_end: int | None, old: Any, new: Any) -> Iterator[Splice]:  # noqa: ANN401
    """Yield the splices that turn one value into another; `key_end` is the end of its key, None for an item of a list."""
    if isinstance(old, dict) and isinstance(new, dict) and _has_same_keys(text, node, old, new):
        yield from _mapping(text, node, old, new)
    elif isinstance(old, list) and isinstance(new, list) and old and new:
        yield from _sequence(text, node, old, new)
    elif node.style == "block":
        start, colon = (node.start, "") if key_end is None else (key_end, ": ")
        yield Splice(start, node.end, colon + flow(new))
    else:
        yield _replace(node, new)


def _has_same_keys(text: str, node: Node, old: Data, new: Data) -> bool:
    """Return whether a mapping can be changed key by key: some key stays, and the first one too if it follows a list's dash on its line."""
    names = [key.text for key in node.keys]
    if names != list(old) or new.keys().isdisjoint(names):
        return False
    first = node.keys[0].start
    return node.style == "flow" or names[0] in new or not text[_line_start(text, first) : first].strip()


def _sequence(text: str, node: Node, said: list[Any], meant: list[Any]) -> Iterator[Splice]:
    """Yield the splices that turn one list into another; in block style each item begins a line of its own."""
    matcher = SequenceMatcher(None, list(map(repr, said)), list(map(repr, meant)), autojunk=False)
    for operation, start, end, first, last in matcher.get_opcodes():
        if operation == "equal":
            continue
        place = start + min(end - start, last - first)
        for item, before, after in zip(node.items[start:place], said[start:], meant[first:], strict=False):
            yield from _value(text, item, None, before, after)
        added = meant[first + place - start : last]
        if node.style == "flow":
            yield _replace_items(node, place, end, added)
            continue
        for item in node.items[place:end]:
            yield Splice(_line_start(text, item.start), _line_end(text, item.end), "")
        if added and place:
            yield _insert_lines(text, node.items[place - 1].end, added, node.column)
        elif added:
            above = _line_start(text, node.items[0].start)
            yield Splice(above, above, block(added, node.column, common_line_end(text)))


def _replace_items(node: Node, place: int, end: int, added: list[Any]) -> Splice:
    """Replace some items of a list in brackets."""
    written = ", ".join(map(flow, added))
    if end < len(node.items):
        return Splice(node.items[place].start, node.items[end].start, f"{written}, " if added else "")
    start = node.items[place - 1].end if place else node.items[0].start
    return Splice(start, node.items[-1].end, f", {written}" if added else "")


def _replace(node: Node, value: str | bool | dict[str, Any] | list[Any]) -> Splice:
    if node.start == node.end:  # a key without a value: its place is right after the colon
        return Splice(node.start, node.end, f" {flow(value)}")
    quote = node.style if node.style in {"'", '"'} else ""
    form = _PLAIN_IN_QUOTES if quote else _PLAIN
    written = f"{quote}{value}{quote}" if isinstance(value, str) and form.fullmatch(value) else flow(value)
    return Splice(node.start, node.end, written)


def _remove(text: str, root: Node, place: int, kept: Container[str]) -> Splice:
    """Remove a key: its whole lines, if it has lines of its own; else also the comma beside it."""
    start, end = root.keys[place].start, root.items[place].end
    if root.style == "block":
        return Splice(_line_start(text, start), _line_end(text, end), "")
    comma = _COMMA.match(text, end)
    rest = _REST_OF_LINE.match(text, comma.end() if comma else end)
    if rest and not text[_line_start(text, start) : start].strip():
        return Splice(_line_start(text, start), rest.end(), "")
    following = root.keys[place + 1 :]
    if any(name.text in kept for name in following):
        return Splice(start, following[0].start, "")
    return Splice(root.items[place - 1].end if place else start, end, "")


def _insert(text: str, root: Node, key: str, value: Any) -> Splice:  # noqa: ANN401
    """Insert a new key after those that precede it in the order of `KEYS`."""
    if not root.keys:  # `{}`
        return Splice(root.start, root.end, flow({key: value}))
    order = KEYS.index(key) if key in KEYS else len(KEYS)
    ranks = [KEYS.index(name.text) if name.text in KEYS else order for name in root.keys]
    before = [place for place, rank in enumerate(ranks) if rank < order]
    place = max(before, key=ranks.__getitem__) if before else len(root.keys) - 1
    end = root.items[place].end
    if root.style == "flow":
        return Splice(end, end, f", {flow(key)}: {flow(value)}")
    return _insert_lines(text, end, {key: value}, root.column)


def _insert_lines(text: str, index: int, value: Any, indent: int) -> Splice:  # noqa: ANN401
    """Insert lines after the line that contains the index."""
    end = _line_end(text, index)
    ending = _last_line_end(text[:end]) or common_line_end(text)
    lines = block(value, indent, ending)
    if not _last_line_end(text[:end]):
        lines = ending + lines[: -len(ending)]
    return Splice(end, end, lines)


def block(value: Any, indent: int, ending: str) -> str:  # noqa: ANN401
    """Write a value as lines in block style; inner lists of words, and inner mappings without paragraphs, in flow style."""
    if isinstance(value, list):
        lines = [line for item in value for line in _item(item)]
    else:
        lines = [line for key, inner in value.items() for line in _key(key, inner)]
    return "".join(" " * indent + line + ending for line in lines)


def _key(key: str, value: object) -> list[str]:
    """Return the lines of a key with its value."""
    inner: list[str] = []
    if isinstance(value, list) and value and (isinstance(value[0], dict) or _is_prose(value)):
        inner = [line for item in value for line in _item(item)]
    elif isinstance(value, dict) and any(map(_is_prose, value.values())):
        inner = [line for name, each in value.items() for line in _key(name, each)]
    name = flow(key)
    return [f"{name}:", *("  " + line for line in inner)] if inner else [f"{name}: {flow(value)}"]


def _item(item: str | dict[str, Any]) -> list[str]:
    """Return the lines of an item of a list: one for each of its keys."""
    if isinstance(item, str):
        return [f"- {_text(item)}"]
    lines = [f"{flow(key)}: {flow(value)}" for key, value in item.items()]
    return ("- " + "\n  ".join(lines)).split("\n")


def _is_prose(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(each, str) and len(each) > _PARAGRAPH for each in value)


def leading_comments(text: str) -> str:
    """Return the comments and blank lines at the beginning of a file."""
    match = _COMMENTS.match(text)
    return match[0] if match else ""


def flow(value: Any) -> str:  # noqa: ANN401
    """Write a value on one line, in flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{flow(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return _text(value) if isinstance(value, str) else json.dumps(value)


@lru_cache(maxsize=4096)
def _text(value: str) -> str:
    """Write a text: plain if the library writes it plain and it is safe in a flow collection, else in quotes."""
    plain: str = format_yaml(value, width=None)
    if plain == value and not _SPECIAL.search(value) and not value.startswith(("-", "=", "<<")):
        return value
    # Line ends of YAML 1.1 are escaped, so that every reader takes them for characters.
    return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)


def _line_start(text: str, index: int) -> int:
    """Return the start of the line that contains the index."""
    return max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1


def _line_end(text: str, index: int) -> int:
    """Return the index after the end of the line that contains the index."""
    match = LINE_END.search(text, index)
    return match.end() if match else len(text)


def _last_line_end(text: str) -> str:
    return next((end for end in ("\r\n", "\n", "\r") if text.endswith(end)), "")


def common_line_end(text: str) -> str:
    """Return the line end of a text's first line; LF if it has none."""
    match = LINE_END.search(text)
    return match[0] if match else "\n"
