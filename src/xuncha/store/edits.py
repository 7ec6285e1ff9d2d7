"""Edits of a record's file as plain data; `editing` carries them out."""

from __future__ import annotations

from typing import Any, NamedTuple

KEYS = (
    "organisation", "inspection", "categories", "leading_group", "leaders", "offices", "contact", "notice", "papers", "people", "requires", "policy", "proof",
    "title", "category", "finding", "goal", "part", "term", "leader", "office", "co_offices", "person", "due", "status", "publish", "progress", "outcomes",
    "escalated", "notice_text", "closed", "reviews", "fields", "received", "channel", "text", "about", "name", "reply",
)  # fmt: skip
"""The keys of data/ledger.yaml, of a problem, a measure and a comment in the order in which they are written."""


class Set(NamedTuple):
    """Give a key of the record a value: a word or a date, or something small."""

    key: str
    value: str | bool | dict[str, Any] | list[Any]


class Remove(NamedTuple):
    """Take a key and its value out; nothing happens where it is not there."""

    key: str


class Append(NamedTuple):
    """Add an item to the list under a key: at its end, or in the place of one that moves on with those behind it."""

    key: str
    item: str | dict[str, Any]
    place: int | None = None  # from 0; None the end


Edit = Set | Remove | Append
