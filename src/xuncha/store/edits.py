"""Edits of a record's file, as plain data; `editing` applies them."""

from __future__ import annotations

from typing import Any, NamedTuple

KEYS = (
    "organisation", "inspection", "categories", "leading_group", "leaders", "offices", "contact", "notice", "papers", "people", "requires", "policy", "proof",
    "title", "category", "finding", "goal", "part", "term", "leader", "office", "co_offices", "person", "due", "status", "publish", "progress", "outcomes",
    "escalated", "notice_text", "closed", "reviews", "fields", "received", "channel", "text", "about", "name", "reply",
)  # fmt: skip
"""The keys of data/ledger.yaml, of a problem, a measure and a comment in the order in which they are written."""


class Set(NamedTuple):
    """Set a key of the record to a value: a word, a date, or a small list or mapping."""

    key: str
    value: str | bool | dict[str, Any] | list[Any]


class Remove(NamedTuple):
    """Remove a key and its value; a missing key is no error."""

    key: str


class Append(NamedTuple):
    """Insert an item into the list under a key: at its end, or at a place, before the item that is there."""

    key: str
    item: str | dict[str, Any]
    place: int | None = None  # from 0; None means the end


Edit = Set | Remove | Append
