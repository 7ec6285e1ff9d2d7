"""Edit a file's text: the lines of the keys that are set change, and not one other byte.

The text is edited at the positions that `positions.tree` gives; ruamel.yaml's own round trip would reflow the rest.
Every result is read again and compared with what is meant before anyone may write it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from yaml12 import format_yaml

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.store.edits import KEYS, Append, Edit, Remove, Set
from xuncha.store.faults import LINE_END
from xuncha.store.positions import Node, tree
from xuncha.store.reading import decode, parse, says

__all__ = ["KEYS", "Append", "Edit", "Remove", "Set"]  # of `edits`, which the help reads without YAML

_BOM = b"\xef\xbb\xbf"
_COMMA = re.compile(r"(?:\s|#[^\r\n]*)*,")
_REST_OF_LINE = re.compile(r"[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r)")
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "\x85\u2028\u2029"}
_COMMENTS = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n|\n|\r))*")
_PARAGRAPH = 40  # characters beyond which a text in a list has a line of its own
_SPECIAL = re.compile(r"[\n\[\]{},#:\"'&*!|>%@`?\x85\u2028\u2029]")
_PLAIN = re.compile(r"[a-z_]+|[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN_IN_QUOTES = re.compile(rf"{_PLAIN.pattern}|[0-9]+\.[0-9]+|[0-9]+")
"""What keeps the quotes that it stands in; without them, the number 2.10 would be read as 2.1."""


class Splice(NamedTuple):
    """Characters of the text to be replaced."""

    start: int
    end: int
    text: str


def apply(content: bytes, edits: Sequence[Edit]) -> bytes:
    """Edit a record's file without its data, as `edited` does.

    Raises UnreadableError if the file cannot be read as a record; RefusedError as `edited` does.
    """
    return edited(content, parse(content), edits)[0]


def edited(content: bytes, data: dict[str, Any], edits: Sequence[Edit]) -> tuple[bytes, dict[str, Any]]:
    """Edit a record's file, and return its new bytes with what they say as plain data.

    `data` is what it says now, as `parse` gives it; each edit is of another key. Raises RefusedError if the layout of
    the file does not let it be edited safely; it must be edited by hand.
    """
    text = decode(content)
    root = tree(text)
    text = spliced(text, [splice for edit in edits if (splice := _splice(text, root, edit))])
    keys = _(", ").join(f"`{edit.key}`" for edit in edits)
    meant = _meant(data, edits)
    return verified(content, text, meant, keys, _("change it by hand, and type: xuncha edit")), meant


def spliced(text: str, splices: Sequence[Splice]) -> str:
    """Replace what splices say; of several in one place, what goes is taken out first, and what comes stands in their order."""
    # From the end to the beginning, so that what comes before keeps its place.
    for splice in sorted(splices, key=lambda splice: (splice.start, splice.end))[::-1]:
        text = text[: splice.start] + splice.text + text[splice.end :]
    return text


def verified(before: bytes, text: str, meant: dict[str, Any], keys: str, hint: str = "") -> bytes:
    """Return an edited text as bytes, with the byte order mark that was there, if it says what is meant (else RefusedError)."""
    if not says(text, meant):
        message = _("the layout of this file does not let {keys} be changed safely")
        raise RefusedError("odd-layout", message.format(keys=keys), hint)
    return byte_order_mark(before) + text.encode()


def byte_order_mark(content: bytes) -> bytes:
    """Return the byte order mark with which a file begins; empty where it has none."""
    return _BOM if content.startswith(_BOM) else b""


def fresh(record: dict[str, Any], schema: str) -> bytes:
    """Write a new file with a record, and a first line that tells an editor its schema (relative to the file)."""
    body = "".join(block({key: value}, 0, "\n") for key, value in record.items())
    return f"# yaml-language-server: $schema={schema}\n{body}".encode()


def rename_evidence(content: bytes, old: str, new: str) -> bytes:
    """Give an evidence file another name in the file of its measure; every other byte stays.

    Raises UnreadableError if the file cannot be read as a record; RefusedError if the layout does not let it be
    changed safely.
    """
    text = decode(content)
    places = [
        node
        for entry in _items(tree(text).get("progress"))
        for item in _items(entry.get("evidence"))
        if (node := item.get("file")) is not None and node.text == old
    ]
    for node in reversed(places):
        text = text[: node.start] + json.dumps(new, ensure_ascii=False) + text[node.end :]
    meant = parse(content)
    for entry in meant.get("progress", []):
        for item in entry.get("evidence", []):
            if isinstance(item, dict) and item.get("file") == old:
                item["file"] = new
    return verified(content, text, meant if places else {}, "`file`")


def _items(node: Node | None) -> list[Node]:
    return node.items if node is not None and node.kind == "sequence" else []


def _meant(data: dict[str, Any], edits: Sequence[Edit]) -> dict[str, Any]:
    data = dict(data)
    for edit in edits:
        match edit:
            case Set(key, value):
                data[key] = value
            case Remove(key):
                data.pop(key, None)
            case Append(key, item, place):
                items = list(data.get(key) or [])
                items.insert(len(items) if place is None else place, item)
                data[key] = items
    return data


def _splice(text: str, root: Node, edit: Edit) -> Splice | None:
    node = root.get(edit.key)
    match edit:
        case Set(key, value):
            return insert(text, root, key, value) if node is None else replace(node, value)
        case Remove(key):
            return None if node is None else remove(text, root, key)
        case Append(key, item, place):
            return insert(text, root, key, [item]) if node is None else _append(text, node, item, place)


def replace(node: Node, value: str | bool | dict[str, Any] | list[Any]) -> Splice:
    if node.start == node.end:  # a key without a value: it stands right behind the colon
        return Splice(node.start, node.end, f" {flow(value)}")
    quote = node.style if node.style in {"'", '"'} else ""
    form = _PLAIN_IN_QUOTES if quote else _PLAIN
    written = f"{quote}{value}{quote}" if isinstance(value, str) and form.fullmatch(value) else flow(value)
    return Splice(node.start, node.end, written)


def remove(text: str, root: Node, key: str) -> Splice:
    place = next(place for place, name in enumerate(root.keys) if name.text == key)
    if root.style == "flow":
        return _remove_between_commas(text, root, place)
    start, end = line_start(text, root.keys[place].start), line_end(text, root.items[place].end)
    if end == len(text) and not text.endswith(("\n", "\r")):
        # It was the last line and had no end: then the new last line has none either.
        start -= len(_last_line_end(text[:start]))
    return Splice(start, end, "")


def _remove_between_commas(text: str, root: Node, place: int) -> Splice:
    """Take a key out of a record in braces: its lines, where it has lines of its own; else what stands up to its neighbour."""
    start = root.keys[place].start
    match = _COMMA.match(text, root.items[place].end)
    end = match.end() if match else root.items[place].end
    rest = _REST_OF_LINE.match(text, end)
    if rest and not text[line_start(text, start) : start].strip():
        return Splice(line_start(text, start), rest.end(), "")
    if place < len(root.keys) - 1:
        return Splice(start, root.keys[place + 1].start, "")
    return Splice(root.items[place - 1].end if place else start, root.items[place].end, "")


def insert(text: str, root: Node, key: str, value: Any) -> Splice:  # noqa: ANN401
    """Put a new key behind those that come before it in the order of the keys."""
    if not root.keys:  # `{}`
        return Splice(root.start, root.end, flow({key: value}))
    order = KEYS.index(key) if key in KEYS else len(KEYS)
    ranks = [KEYS.index(name.text) if name.text in KEYS else order for name in root.keys]
    before = [place for place, rank in enumerate(ranks) if rank < order]
    place = max(before, key=ranks.__getitem__) if before else len(root.keys) - 1
    end = root.items[place].end
    if root.style == "flow":
        return Splice(end, end, f", {key}: {flow(value)}")
    return insert_lines(text, end, {key: value}, root.column)


def _append(text: str, node: Node, item: str | dict[str, Any], place: int | None) -> Splice:
    following = node.items[place] if place is not None and place < len(node.items) else None
    if node.style == "flow":
        if not node.items:
            return Splice(node.start, node.end, flow([item]))
        if following:
            return Splice(following.start, following.start, f"{flow(item)}, ")
        end = node.items[-1].end
        return Splice(end, end, f", {flow(item)}")
    if following:
        start = line_start(text, following.start)
        return Splice(start, start, block([item], node.column, common_line_end(text)))
    return insert_lines(text, node.end, [item], node.column)


def insert_lines(text: str, index: int, value: Any, indent: int) -> Splice:  # noqa: ANN401
    """Put lines behind the line in which the index stands."""
    end = line_end(text, index)
    ending = _last_line_end(text[:end]) or common_line_end(text)
    lines = block(value, indent, ending)
    if not _last_line_end(text[:end]):
        lines = ending + lines[: -len(ending)]
    return Splice(end, end, lines)


def block(value: Any, indent: int, ending: str) -> str:  # noqa: ANN401
    """Write a value as lines in block style; lists of words and inner mappings without paragraphs in flow style."""
    if isinstance(value, list):
        text = "".join(map(_item, value))
    else:
        ((key, inner),) = value.items()
        if isinstance(inner, list) and inner and isinstance(inner[0], dict):
            text = f"{key}:\n" + "".join("  " + line + "\n" for item in inner for line in _lines(_item(item)))
        elif isinstance(inner, dict) and any(map(_is_prose, inner.values())):
            text = f"{key}:\n" + "".join(block({name: each}, 2, "\n") for name, each in inner.items())
        elif _is_prose(inner):
            text = f"{key}:\n" + "".join("  " + _item(each) for each in inner)
        else:
            text = f"{key}: {flow(inner)}\n"
    if not indent and ending == "\n":
        return text
    return "".join(" " * indent + line + ending for line in _lines(text))


def _is_prose(value: Any) -> bool:  # noqa: ANN401
    return isinstance(value, list) and any(isinstance(each, str) and len(each) > _PARAGRAPH for each in value)


def comments_at_the_top(text: str) -> str:
    """Return the comments and blank lines with which a file begins."""
    match = _COMMENTS.match(text)
    return match[0] if match else ""


def _lines(text: str) -> list[str]:
    return text.removesuffix("\n").split("\n")


def _item(item: str | dict[str, Any]) -> str:
    """Write an item of a list, a line for each of its keys."""
    if isinstance(item, str):
        return f"- {_scalar(item)}\n"
    lines = [f"{key}: {flow(value)}" for key, value in item.items()]
    return "- " + "\n  ".join(lines) + "\n"


def flow(value: Any) -> str:  # noqa: ANN401
    """Write a value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:  # noqa: ANN401
    """Write a scalar: plain where the library writes it plain and no flow collection takes it for more, else in quotes."""
    return _text(value) if isinstance(value, str) else json.dumps(value)


@lru_cache(maxsize=4096)
def _text(value: str) -> str:
    plain: str = format_yaml(value, width=None)
    if plain == value and not _SPECIAL.search(value) and not value.startswith(("-", "=", "<<")):
        return value
    # What YAML 1.1 took for the end of a line is written so that every reader takes it for a character.
    return json.dumps(value, ensure_ascii=False).translate(_ESCAPES)


def line_start(text: str, index: int) -> int:
    """Return where the line of the index begins."""
    return max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1


def line_end(text: str, index: int) -> int:
    """Return the index behind the end of the line of the index."""
    match = LINE_END.search(text, index)
    return match.end() if match else len(text)


def _last_line_end(text: str) -> str:
    return next((end for end in ("\r\n", "\n", "\r") if text.endswith(end)), "")


def common_line_end(text: str) -> str:
    """Return how the lines of a text end."""
    match = LINE_END.search(text)
    return match[0] if match else "\n"
