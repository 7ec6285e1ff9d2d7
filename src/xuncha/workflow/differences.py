"""What has changed in a record, in words: 整改时限 2024-12-31 → 2024-12-30. Pure functions over plain data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from xuncha.chinese.characters import shortened
from xuncha.language import gettext as _
from xuncha.model.names import key_name
from xuncha.model.vocabulary import CHANNELS, REVIEW_RESULTS, STATUSES, TERMS, word_name
from xuncha.store.reading import Data

_MAX_LENGTH: Final = 24  # the most characters of a text that are shown
_WORDS: Final = {"status": STATUSES, "term": TERMS, "channel": CHANNELS, "result": REVIEW_RESULTS}
"""The closed lists of words, by key."""
_SECTIONS: Final = {
    "contact", "fields", "inspection", "leading_group", "notice", "outcomes", "papers", "policy",
}  # fmt: skip
"""Mappings whose values say nothing without their own keys."""


def differences(old: Data, new: Data) -> list[str]:
    """Return the differences between two versions of a record, key by key; empty if there are none."""
    return list(_compare_mappings("", "", old, new))


def _compare_mappings(prefix: str, above: str, old: Data, new: Data) -> Iterator[str]:
    for key in dict.fromkeys((*old, *new)):
        name = f"{prefix} {key_name(f'{above}.{key}')}".strip()
        yield from _compare_values(name, str(key), old.get(key), new.get(key))


def _compare_values(name: str, key: str, old: object, new: object) -> Iterator[str]:
    if old == new and type(old) is type(new):
        return
    if key in _SECTIONS and (old or new):
        old, new = old or {}, new or {}
    if isinstance(old, dict) and isinstance(new, dict):
        yield from _compare_mappings(name, key, old, new)
    elif any(_holds_mappings(value) for value in (old, new)):
        yield from _compare_lists(name, *(value if isinstance(value, list) else [] for value in (old, new)))
    else:
        before, after = _formatted(old, key), _formatted(new, key)
        yield f"{name} {before} → {after}" if before != after else _("changed {what}", what=name)


def _holds_mappings(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(item, dict) for item in value)


def _compare_lists(name: str, old: list[Any], new: list[Any]) -> Iterator[str]:
    """Compare two lists of mappings, such as entries: one by one if they are equally long, else what was added or removed."""
    if len(old) == len(new):
        for number, (before, after) in enumerate(zip(old, new, strict=True), 1):
            yield from _compare_values(_("{name} no. {n}", name=name, n=number), "", before, after)
        return
    for item in new:
        if item not in old:
            yield _("{name}: added “{what}”", name=name, what=_formatted(item))
    for item in old:
        if item not in new:
            yield _("{name}: taken out “{what}”", name=name, what=_formatted(item))


def _formatted(value: object, key: str = "") -> str:
    """Return a value on one line, shortened; a field or outcome by its label."""
    if value in (None, [], {}, ""):
        return _("(nothing)")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict) and "label" in value:
        value = value["label"]
    elif isinstance(value, dict):
        value = " ".join(_formatted(item) for item in value.values() if isinstance(item, str | int | float))
    elif isinstance(value, list):
        value = _(", ").join(_formatted(item) for item in value)
    if value in (words := _WORDS.get(key, ())):
        value = word_name(words[words.index(value)])
    return shortened(str(value), _MAX_LENGTH)
