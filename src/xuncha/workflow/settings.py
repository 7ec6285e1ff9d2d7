"""The organisation and the inspection, as edits of data/ledger.yaml: given as options of `init`, or one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import count
from typing import Any, Final

INSPECTION: Final[tuple[str, ...]] = ("inspector", "round", "started", "ended", "feedback")
"""The keys under `inspection`."""
SettingValues = Mapping[str, str | date | Sequence[str] | None]
"""The values by key: `organisation`, the keys of the inspection, `leaders`, `offices`, and `categories` as titles."""


def edits(data: Mapping[str, Any], values: SettingValues) -> dict[str, Any]:
    """Return the edits of data/ledger.yaml for new values; `data` is its present content. Lists get only what they lack."""
    new_values: dict[str, Any] = {
        key: value.isoformat() if isinstance(value, date) else value for key, value in values.items() if value
    }
    planned = {key: new_values[key] for key in ("organisation",) if key in new_values}
    if of_inspection := {key: new_values[key] for key in INSPECTION if key in new_values}:
        planned["inspection"] = {**(data.get("inspection") or {}), **of_inspection}
    lists = {key: list(data[key]) for key in ("categories", "leaders", "offices")}
    titles = {each["title"] for each in lists["categories"]}
    new = [each for each in new_values.get("categories", ()) if each not in titles]
    lists["categories"] += categories([each["key"] for each in lists["categories"]], new)
    for key in ("leaders", "offices"):
        lists[key] += [each for each in new_values.get(key, ()) if each not in lists[key]]
    return planned | {key: each for key, each in lists.items() if each != data[key]}


def categories(taken_keys: Sequence[str], titles: Sequence[str]) -> list[dict[str, str]]:
    """Return categories with these titles, each with a key that is not taken: c1, c2 and so on."""
    free = (key for n in count(1) if (key := f"c{n}") not in taken_keys)
    return [{"key": next(free), "title": title} for title in titles]
