"""Names that one side has renamed in data/ledger.yaml while the other still uses them: the records follow. Pure functions."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

_KEYS: Final = {
    "categories": ["category"],
    "leaders": ["leader", "escalated"],
    "offices": ["office", "co_offices"],
}
"""For each list of the settings: the keys of records that hold its names."""


class Renaming(NamedTuple):
    """A name that was changed in a list of the settings."""

    list_key: str  # the key of the list in the settings
    old: str
    new: str


def renamings(before: dict[str, Any], after: dict[str, Any]) -> set[Renaming]:
    """Return the names that one side has renamed in the settings: found by an equal title, or by their place in the list."""
    result = set()
    for list_key in _KEYS:
        old_names, new_names = listed_names(before, list_key), listed_names(after, list_key)
        removed, added = old_names.keys() - new_names.keys(), new_names.keys() - old_names.keys()
        for old in removed:
            same_title = [new for new in added if old_names[old] and new_names[new] == old_names[old]]
            if len(same_title) == 1:
                result.add(Renaming(list_key, old, same_title[0]))
        for old, new in zip(old_names, new_names, strict=False):
            if old in removed and new in added:
                if all((renaming.list_key, renaming.old) != (list_key, old) for renaming in result):
                    result.add(Renaming(list_key, old, new))
            elif old != new:
                break  # from here on, places in the list no longer correspond
    return result


def listed_names(settings: dict[str, Any], list_key: str) -> dict[str, str]:
    """Return the names in a list of the settings, in order, each with its title; categories are named by their keys, others have no title."""
    items = settings.get(list_key)
    names = {}
    for item in items if isinstance(items, list) else []:
        name, title = (item.get("key"), item.get("title")) if isinstance(item, dict) else (item, "")
        if isinstance(name, str):
            names[name] = str(title or "")
    return names


def renaming_edits(record: dict[str, Any], renaming: Renaming) -> dict[str, Any]:
    """Return the edits by which a record uses the new name instead of the old one."""
    edits: dict[str, Any] = {}
    for key in _KEYS[renaming.list_key]:
        value = record.get(key)
        if value == renaming.old:
            edits[key] = renaming.new
        elif isinstance(value, dict) and value.get("to") == renaming.old:
            edits[key] = {**value, "to": renaming.new}
        elif isinstance(value, list) and renaming.old in value:
            renamed = [renaming.new if name == renaming.old else str(name) for name in value]
            edits[key] = list(dict.fromkeys(renamed))
    return edits


def contradicts(before: dict[str, Any], after: dict[str, Any], renaming: Renaming) -> bool:
    """Return whether a record of the side that renamed shows that it was no renaming: it uses a third name now."""
    edits = renaming_edits(before, renaming)
    return any(after.get(key) not in (value, before.get(key)) for key, value in edits.items())
