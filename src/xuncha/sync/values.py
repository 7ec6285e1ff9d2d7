"""Merges two versions of one record field by field (docs/adr/0017-merging-by-field.md). Pure functions over plain data."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, Literal, NamedTuple, TypeVar

from xuncha.model.vocabulary import STATUSES
from xuncha.store.reading import Data

Location = tuple[str | int, ...]
"""The keys and indexes that lead to a value inside a record."""
ItemName = tuple[str, int]
"""What identifies an item of a list on both sides: its name, and its number (from 1) among items of that name."""
Side = Literal["ours", "theirs"]
T = TypeVar("T")


class _Sentinel:
    """A mark for a value that does not exist."""


MISSING: Final = _Sentinel()
"""A value that does not exist."""
UNSETTLED: Final = _Sentinel()
"""The value on which sides disagree."""


class Dispute(NamedTuple):
    """One thing that both sides have changed in different ways, and that no rule decides."""

    location: Location  # inside the record; empty if the whole file is disputed
    ours: Any = None
    theirs: Any = None
    path: str = ""
    reason: str = ""  # why a record cannot be merged field by field
    authors: tuple[str, str] = ("", "")  # for a status, who set it on each side, and when
    taken: Side = "ours"  # whose value stands


class Merged(NamedTuple, Generic[T]):
    """The result of merging two versions, and the disputes."""

    result: T
    disputes: tuple[Dispute, ...] = ()


class Versions(NamedTuple):
    """Three versions of one thing: before, and on each side; MISSING stands for a value that does not exist."""

    before: Any
    ours: Any
    theirs: Any

    def map(self, function: Callable[[Any], Any]) -> Versions:
        """Return the results of a function for each version."""
        return Versions(*map(function, self))

    def get(self, key: object) -> Versions:
        """Return the values under a key; MISSING in a version that is no mapping."""
        return self.map(lambda version: version.get(key, MISSING) if isinstance(version, dict) else MISSING)

    def merged_value(self) -> Any:  # noqa: ANN401
        """Return the value on which the sides agree, or UNSETTLED."""
        return merged_value(self.before, self[1:])


def merged_value(before: Any, sides: Sequence[Any]) -> Any:  # noqa: ANN401
    """Return the value if all sides that changed it agree; else UNSETTLED. If none did, return the old value."""
    changed = [side for side in sides if side != before]
    if any(side != changed[0] for side in changed):
        return UNSETTLED
    return (changed or sides or [before])[0]


_DATED_LISTS: Final = frozenset({"progress", "reviews"})  # lists of entries that are sorted by day
_ITEM_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "progress": ("date", "text"), "evidence": ("file",), "categories": ("key",), "outcomes": ("key",), "fields": ("of", "key"),
    "people": ("name",),
}  # fmt: skip
"""For the key of a list: the keys that identify an item on both sides. Items of other lists are identified by all of their content."""


def merge_values(before: Data, ours: Data, theirs: Data, take: Side | None = None) -> Merged[Data]:
    """Merge two versions of a record; `before` is empty if both sides have created it.

    `take` is the side that wins in a dispute, but not with a closing against a return, a withdrawal or a reopening; without it,
    ours stays.
    """
    merger = _Merger(take)
    versions = Versions(before, ours, theirs)
    data = merger.mapping((), versions)
    for pair in PAIRS:
        merger.pair(data, versions, pair)
    return Merged(data, tuple(merger.disputes))


class _Merger:
    """Merges values, and collects the disputes."""

    def __init__(self, take: Side | None) -> None:
        self.take = take
        self.disputes: list[Dispute] = []

    def dispute(self, location: Location, versions: Versions, taken: Side | None = None) -> Any:  # noqa: ANN401
        """Record a dispute, and return the value that stays until it is settled; `taken` is the side that wins whatever is asked."""
        taken = taken or self.take or "ours"
        ours, theirs = (None if value is MISSING else value for value in versions[1:])
        self.disputes.append(Dispute(location, ours, theirs, taken=taken))
        return getattr(versions, taken)

    def mapping(self, location: Location, versions: Versions) -> Data:
        """Merge a mapping key by key, in an order that both sides would recognise."""
        data = {}
        for key in _merged_order(*versions.map(lambda each: list(each) if isinstance(each, dict) else [])):
            values = versions.get(key)
            if not location and any(key in pair for pair in PAIRS):
                # `pair` decides later; the key keeps its place in the order.
                value = values.theirs if values.ours is MISSING else values.ours
            else:
                value = self.value((*location, key), values)
            if value is not MISSING:
                data[key] = value
        return data

    def value(self, location: Location, versions: Versions) -> Any:  # noqa: ANN401
        """Merge one value."""
        merged = versions.merged_value()
        if merged is not UNSETTLED:
            return merged
        _before, ours, theirs = versions
        if isinstance(ours, dict) and isinstance(theirs, dict) and location[0] != "escalated":
            return self.mapping(location, versions)
        if isinstance(ours, list) and isinstance(theirs, list):
            return self.sequence(location, versions)
        if location[-1] == "publish" and (ours is False or theirs is False):
            return False  # what one side withholds stays withheld
        return self.dispute(location, versions)

    def sequence(self, location: Location, versions: Versions) -> list[Any]:
        """Merge a list: an item that either side added is included once; an item that one side removed and the other left alone is not."""
        key = str(location[-1])
        lists = versions.map(lambda each: items_by_name(key, each if isinstance(each, list) else []))
        merged: dict[ItemName, Any] = {}
        withheld: set[str] = set()
        for name in lists.before | lists.ours | lists.theirs:
            items = lists.get(name)
            value = items.merged_value()
            if value is UNSETTLED and MISSING in items[1:]:  # removed here, changed there: it stays
                value = items.theirs if items.ours is MISSING else items.ours
                if key == "progress" and _is_public(items.before) and not _is_public(value):
                    withheld.add(_day(name))
            elif value is UNSETTLED:
                value = self.value((*location, len(merged)), items)
            if value is not MISSING:
                merged[name] = value
        for name in merged.keys() - lists.before.keys() if withheld else ():
            if _day(name) in withheld and isinstance(merged[name], dict):  # its new text on the other side
                merged[name] = {**merged[name], "publish": False}
        names = [name for name in _merged_order(*lists.map(list)) if name in merged]
        return [merged[name] for name in (sorted(names, key=_day) if key in _DATED_LISTS else names)]

    def pair(self, data: Data, versions: Versions, keys: tuple[str, str]) -> None:
        """Merge two keys of which each would be wrong without the other."""
        pairs = versions.map(lambda version: tuple(version.get(key, MISSING) for key in keys))
        chosen = pairs.merged_value()
        if chosen is UNSETTLED:
            chosen = PAIRS[keys](pairs)
        if chosen is None:
            key = keys[0] if pairs.ours[0] != pairs.theirs[0] else keys[1]
            taken: Side = self.take or "ours"
            if self.take and getattr(pairs, taken)[0] == "closed":
                taken = "theirs" if taken == "ours" else "ours"
            chosen = getattr(pairs, taken)
            self.dispute((key,), versions.get(key), taken)
        for key, value in zip(keys, chosen, strict=True):
            data.pop(key, None) if value is MISSING else data.update({key: value})


def _is_public(entry: Any) -> bool:  # noqa: ANN401
    return not isinstance(entry, dict) or entry.get("publish") is not False


def _decide_closing(pairs: Versions) -> Any:  # noqa: ANN401
    """Decide status and closing note if both sides have changed them; None if a person must decide. Of two closings the earlier counts.

    The side that is further in the workflow wins, since the workflow leads there from the other side's status. Not so if one side
    has turned back (returned, reopened): then people have to talk to each other.
    """
    statuses = [status for status, _closed in pairs]
    if statuses[1] == statuses[2] == "closed":
        return min(pairs.ours, pairs.theirs, key=_closing_order)
    if not all(each in STATUSES for each in statuses):
        return None
    before, our_step, their_step = (STATUSES.index(each) for each in statuses)
    if min(our_step, their_step) < before or our_step == their_step:
        return None
    return pairs.ours if our_step > their_step else pairs.theirs


def _closing_order(pair: tuple[Any, Any]) -> tuple[str, str]:
    """Return a key that sorts the earlier of two closings first."""
    closed = pair[1]
    return (str(closed.get("date")) if isinstance(closed, dict) else "", _canonical(closed))


def _decide_due(pairs: Versions) -> Any:  # noqa: ANN401
    """Decide term and deadline if both sides have changed them: of two new days the earlier; None if a person must decide.

    A later day needs a reason, and each side has given one for its own day; both reasons cover the earlier day. If one side has given a
    long-term measure a day, and the other has removed the day, nobody meant to have no deadline.
    """
    terms, dues = (pairs.map(lambda each: each[0]), pairs.map(lambda each: each[1]))
    term, due = terms.merged_value(), dues.merged_value()
    if due is UNSETTLED and dues.before is not MISSING and all(isinstance(each, str) for each in dues[1:]):
        due = min(dues.ours, dues.theirs)
    is_lost = due is MISSING is not dues.before and term != "long_term"
    return None if is_lost or UNSETTLED in (term, due) else (term, due)


PAIRS: Final[dict[tuple[str, str], Callable[[Versions], Any]]] = {
    ("status", "closed"): _decide_closing,
    ("term", "due"): _decide_due,
}
"""Pairs of keys of a measure that are decided together, and the function that decides if both sides have changed them."""


def _canonical(value: object) -> str:
    return "" if value is MISSING else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def items_by_name(key: str, items: Sequence[Any]) -> dict[ItemName, Any]:
    """Return the items of a list by their names; equal names are numbered from 1."""
    names: Counter[str] = Counter()
    by_name = {}
    keys = _ITEM_KEYS.get(key)
    for item in items:
        name = _canonical([item.get(field) for field in keys] if keys and isinstance(item, dict) else item)
        names[name] += 1
        by_name[name, names[name]] = item
    return by_name


def _merged_order(before: list[Any], ours: list[Any], theirs: list[Any]) -> list[Any]:
    """Order what either side has: in the order that a side has chosen, with new items after those that they followed."""
    common = set(ours) & set(theirs)
    first, second, earlier = ([name for name in side if name in common] for side in (ours, theirs, before))
    merged = merged_value(earlier, (first, second))
    result: list[Any] = min(first, second, key=_canonical) if merged is UNSETTLED else merged
    unique = [[name for name in side if name not in common] for side in (ours, theirs)]
    # What one side removed and stays nevertheless counts as new on the other side.
    for added, side in sorted(zip(unique, (ours, theirs), strict=True), key=lambda pair: _canonical(pair[0])):
        for name in added:
            place = side.index(name)
            while place and side[place - 1] not in result:
                place -= 1
            result.insert(result.index(side[place - 1]) + 1 if place else 0, name)
    return result


def _day(name: ItemName) -> str:
    """Return the day in the name of an entry; empty if it has none."""
    read = json.loads(name[0])
    day = read[0] if isinstance(read, list) else read.get("date") if isinstance(read, dict) else ""
    return str(day or "")  # entries without a day come first
