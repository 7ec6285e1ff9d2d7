"""Names in data/ledger.yaml that one side removed while records of the other use them, and keys that both sides chose. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from xuncha.store.reading import Data
from xuncha.workflow.settings import categories

Name = tuple[str, str]
"""A name in a list of the settings, after the key of the list; a category is named by its key."""
_KEYS: Final = {
    "category": "categories", "leader": "leaders", "escalated": "leaders", "office": "offices", "co_offices": "offices",
}  # fmt: skip
"""For the keys of records that hold such names: the key of their list."""
_CHOSEN: Final = re.compile("c[0-9]+")  # as `categories` chooses keys


def taken_out(settings: Data, former: Iterable[Data]) -> dict[Name, Any]:
    """Return the items of lists of former settings, by their names, that the settings lack."""
    items = {name: item for each in former for name, item in _listed(each)}
    return {name: item for name, item in items.items() if name not in dict(_listed(settings))}


def used(records: Iterable[Data]) -> set[Name]:
    """Return the names that records use."""
    names = set()
    for record in records:
        for key, list_key in _KEYS.items():
            value = record.get(key)
            values = value if isinstance(value, list) else [value]
            names |= {(list_key, str(each.get("to") if isinstance(each, dict) else each)) for each in values}
    return names


def new_keys(kept: Mapping[Name, Any], settings: Data) -> dict[str, str]:
    """Return the keys that categories have in the settings under an equal title, by those that were taken out."""
    by_title = {title: key for key, title in _titles(dict(_listed(settings)))}
    return {key: by_title[title] for key, title in _titles(kept) if title in by_title}


def keys_given_twice(before: Data, ours: Data, theirs: Data) -> dict[str, str]:
    """Return other keys for new categories of ours, by their keys.

    A category that the other side has entered, too, gets the key that it has there. If the other side has entered a different category
    under our key, ours gets a free key. Only keys that the program chooses, such as c1, are changed: under a key that people chose, both
    may mean the same.
    """
    old, own, other = (dict(_titles(dict(_listed(each)))) for each in (before, ours, theirs))
    new = [key for key in own if key not in old and _CHOSEN.fullmatch(key)]
    their_keys = {title: key for key, title in other.items() if old.get(key) != title}
    same = {key: their_keys[own[key]] for key in new if their_keys.get(own[key], key) != key}
    twice = [key for key in new if key not in same and other.get(key, own[key]) != own[key]]
    free_keys = (each["key"] for each in categories([*old, *own, *other], twice))
    return same | dict(zip(twice, free_keys, strict=True))


def _titles(items: Mapping[Name, Any]) -> Iterator[tuple[str, str]]:
    """Yield key and title of each category."""
    for (list_key, key), item in items.items():
        if list_key == "categories" and isinstance(item, dict) and item.get("title"):
            yield key, str(item["title"])


def _listed(settings: Data) -> Iterator[tuple[Name, Any]]:
    for list_key in dict.fromkeys(_KEYS.values()):
        items = settings.get(list_key)
        for item in items if isinstance(items, list) else []:
            yield (list_key, str(item.get("key") if isinstance(item, dict) else item)), item
