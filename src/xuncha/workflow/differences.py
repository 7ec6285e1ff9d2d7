"""What has changed in a record, in words: 整改时限 2024-12-31 → 2024-12-30. Pure functions over plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from xuncha.language import gettext as _
from xuncha.model.names import key_name
from xuncha.model.vocabulary import status_name

_MISSING: Final = object()
_LONGEST: Final = 24  # the most characters of a text that are shown
_BEFORE: Final = 6  # characters of a long text that are shown before the first difference


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return the differences between two versions of a record, key by key; empty if there are none."""
    return list(_of_mappings("", old, new))


def _of_mappings(above: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for key in dict.fromkeys((*old, *new)):
        name = f"{above} {key_name(str(key))}".strip()
        yield from _of_values(name, str(key), old.get(key, _MISSING), new.get(key, _MISSING))


def _of_values(name: str, key: str, old: object, new: object) -> Iterator[str]:
    if old == new and type(old) is type(new):
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from _of_mappings(name, old, new)
    elif any(_holds_mappings(value) for value in (old, new)):
        yield from _of_lists(name, *(value if isinstance(value, list) else [] for value in (old, new)))
    else:
        start = _start_of_difference(old, new)
        yield f"{name} {_shown(old, key, start)} → {_shown(new, key, start)}"


def _holds_mappings(value: object) -> bool:
    return isinstance(value, list) and any(isinstance(item, Mapping) for item in value)


def _of_lists(name: str, old: list[Any], new: list[Any]) -> Iterator[str]:
    """Compare two lists of mappings, such as entries: one by one if they are equally long, else what was added or removed."""
    if len(old) == len(new):
        for number, (before, after) in enumerate(zip(old, new, strict=True), 1):
            yield from _of_values(_("{name} no. {n}").format(name=name, n=number), "", before, after)
        return
    for item in new:
        if item not in old:
            yield _("{name}: added “{what}”").format(name=name, what=_shown(item))
    for item in old:
        if item not in new:
            yield _("{name}: taken out “{what}”").format(name=name, what=_shown(item))


def _start_of_difference(old: object, new: object) -> int:
    """Return the index from which two texts are shown: 0, unless their difference would then be cut off."""
    if not (isinstance(old, str) and isinstance(new, str)):
        return 0
    same = next(
        (place for place, (one, two) in enumerate(zip(old, new, strict=False)) if one != two),
        min(len(old), len(new)),
    )
    return same - _BEFORE if same > _LONGEST - _BEFORE else 0


def _shown(value: object, key: str = "", start: int = 0) -> str:
    """Return a value on one line, shortened."""
    if value is _MISSING or value is None or value in ([], {}, ""):
        return _("(nothing)")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        value = " ".join(_shown(item) for item in value.values() if isinstance(item, str | int | float))
    elif isinstance(value, list):
        value = _(", ").join(_shown(item) for item in value)
    text = " ".join((status_name(str(value)) if key == "status" else str(value)).split())
    shown = text[start : start + _LONGEST]
    return ("…" if start else "") + shown + ("…" if len(text) > start + _LONGEST else "")
