"""Names that one side has renamed in data/ledger.yaml, and that the other goes on using: the records follow. Pure functions."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from xuncha.store.edits import Set

_KEYS: Final = {
    "categories": ["category"],
    "leaders": ["leader", "escalated"],
    "offices": ["office", "co_offices"],
}
"""By the lists of the settings: the keys of records that use their names."""


class Renaming(NamedTuple):
    """A name in a list of the settings that is another one now."""

    listed: str  # the key of the list
    old: str
    new: str


def renamings(before: dict[str, Any], after: dict[str, Any]) -> set[Renaming]:
    """Return which names one side has renamed in the settings."""
    found = set()
    for listed in _KEYS:
        was, now = listed_names(before, listed), listed_names(after, listed)
        gone, come = was.keys() - now.keys(), now.keys() - was.keys()
        for old in gone:
            alike = [new for new in come if was[old] and now[new] == was[old]]
            if len(alike) == 1:
                found.add(Renaming(listed, old, alike[0]))
        for old, new in zip(was, now, strict=False):
            if old in gone and new in come:
                if all((each.listed, each.old) != (listed, old) for each in found):
                    found.add(Renaming(listed, old, new))
            elif old != new:
                break  # from here on nothing stands in the place of another
    return found


def listed_names(settings: dict[str, Any], listed: str) -> dict[str, str]:
    """Return the names in a list of the settings, in their order; of categories the keys, each with its title."""
    items = settings.get(listed)
    found = {}
    for item in items if isinstance(items, list) else []:
        name, title = (item.get("key"), item.get("title")) if isinstance(item, dict) else (item, "")
        if isinstance(name, str):
            found[name] = str(title or "")
    return found


def followed(record: dict[str, Any], renaming: Renaming) -> list[Set]:
    """Return the edits with which a record uses the new name where it used the old one."""
    edits: list[Set] = []
    for key in _KEYS[renaming.listed]:
        value = record.get(key)
        if value == renaming.old:
            edits.append(Set(key, renaming.new))
        elif isinstance(value, dict) and value.get("to") == renaming.old:
            edits.append(Set(key, {**value, "to": renaming.new}))
        elif isinstance(value, list) and renaming.old in value:
            renamed = [renaming.new if each == renaming.old else str(each) for each in value]
            edits.append(Set(key, list(dict.fromkeys(renamed))))
    return edits


def contradicts(before: dict[str, Any], after: dict[str, Any], renaming: Renaming) -> bool:
    """Return whether a record of the side that renamed shows that it was no renaming: it uses a third name now."""
    edits = followed(before, renaming)
    return any(after.get(each.key) not in (each.value, before.get(each.key)) for each in edits)
