"""Edits of one key of a record, to be generated and compared; the program makes edits as plain data."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, NamedTuple

from xuncha.store import editing
from xuncha.store.reading import parse


class Set(NamedTuple):
    """Set a key of the record to a value."""

    key: str
    value: Any


class Remove(NamedTuple):
    """Remove a key and its value; a missing key is no error."""

    key: str


class Append(NamedTuple):
    """Insert an item at the end of the list under a key."""

    key: str
    item: Any


Edit = Set | Remove | Append


def meant(data: dict[str, Any], edits: Sequence[Edit]) -> dict[str, Any]:
    """Return what a record must say after the edits."""
    data = copy.deepcopy(data)
    for edit in edits:
        match edit:
            case Set(key, value):
                data[key] = value
            case Remove(key):
                data.pop(key, None)
            case Append(key, item):
                data[key] = [*(data.get(key) or []), item]
    return data


def apply(content: bytes, edits: Sequence[Edit]) -> bytes:
    """Apply edits to a file, all at once."""
    after = meant(parse(content), edits)
    return editing.apply(content, {edit.key: after.get(edit.key) for edit in edits})
