"""What two sides have made of one record, merged field by field (docs/adr/0017-merging-by-field.md). Pure functions over plain data."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, Literal, NamedTuple, TypeVar

Location = tuple[str | int, ...]
"""The way to a value inside a record."""
Name = tuple[str, int]
"""What makes an item of a list the same one on both sides, and which of several of that name it is."""
Side = Literal["ours", "theirs"]
Data = dict[str, Any]
"""What a record says, as plain data."""
T = TypeVar("T")


class _Sentinel:
    """Stands where there is no value."""


MISSING: Final = _Sentinel()
"""A value that is not there."""
UNSETTLED: Final = _Sentinel()
"""The value on which sides disagree."""


class Dispute(NamedTuple):
    """One thing that both sides have changed, each in its own way, and no rule decides."""

    location: Location  # of a record; empty where it is the file as a whole
    ours: Any = None
    theirs: Any = None
    path: str = ""
    why: str = ""  # why a record cannot be merged field by field
    by: tuple[str, str] = ("", "")  # of a status, who led to it on each side, and when


class Merged(NamedTuple, Generic[T]):
    """What comes of two versions, and what is in dispute."""

    result: T
    disputes: tuple[Dispute, ...] = ()


class Versions(NamedTuple):
    """Three versions of one thing: as it was, and as each side has it; of values, MISSING where there is none."""

    before: Any
    ours: Any
    theirs: Any

    def map(self, function: Callable[[Any], Any]) -> Versions:
        """Return what a function makes of each version."""
        return Versions(*map(function, self))

    def get(self, key: object) -> Versions:
        """Return the values under a key; what is no mapping has none."""
        return self.map(lambda each: each.get(key, MISSING) if isinstance(each, dict) else MISSING)

    def settled(self) -> Any:  # noqa: ANN401
        """Return the value on which the sides agree, or UNSETTLED."""
        return settled(self.before, self[1:])


def settled(before: Any, sides: Sequence[Any]) -> Any:  # noqa: ANN401
    """Return what stands where all sides that changed a value agree; UNSETTLED where they do not."""
    changed = [side for side in sides if side != before]
    if any(side != changed[0] for side in changed):
        return UNSETTLED
    return (changed or sides or [before])[0]


_DAYS: Final = frozenset({"progress", "reviews"})  # lists of entries that stand in the order of their days
_NAMED_BY: Final[dict[str, tuple[str, ...]]] = {
    "progress": ("date", "text"), "evidence": ("file",), "categories": ("key",), "outcomes": ("key",), "fields": ("of", "key"),
    "people": ("name",),
}  # fmt: skip
"""By the key of a list: what makes an item the same one on both sides. Of other lists it is all of the item."""
ONWARD: Final = ("not_started", "in_progress", "submitted", "closed")
"""The statuses in the order in which the workflow leads through them."""


def merge_values(before: Data, ours: Data, theirs: Data, take: Side | None = None) -> Merged[Data]:
    """Merge two versions of a record; `before` is empty where both have made it anew.

    `take` says whose word counts in a dispute; while nobody has said so, ours stands.
    """
    merger = _Merger(take)
    versions = Versions(before, ours, theirs)
    data = merger.mapping((), versions)
    for pair in PAIRS:
        merger.pair(data, versions, pair)
    terms = versions.get("term")._replace(before=MISSING)
    if data.get("reviews") and data.get("term") != "long_term" and "long_term" in terms:
        merger.dispute(("term",), terms)
    return Merged(data, tuple(merger.disputes))


class _Merger:
    """Merges values, and collects what is in dispute."""

    def __init__(self, take: Side | None) -> None:
        self.take = take
        self.disputes: list[Dispute] = []

    def dispute(self, location: Location, versions: Versions) -> Any:  # noqa: ANN401
        """Enter a dispute, and return what stands until it is settled."""
        ours, theirs = (None if each is MISSING else each for each in versions[1:])
        self.disputes.append(Dispute(location, ours, theirs))
        return versions.theirs if self.take == "theirs" else versions.ours

    def mapping(self, location: Location, versions: Versions) -> Data:
        """Merge key by key, in an order that both sides would recognise."""
        data = {}
        for key in _ordered(*versions.map(lambda each: list(each) if isinstance(each, dict) else [])):
            values = versions.get(key)
            if not location and any(key in pair for pair in PAIRS):
                # Decided later; it keeps its place in the order.
                value = values.theirs if values.ours is MISSING else values.ours
            else:
                value = self.value((*location, key), values)
            if value is not MISSING:
                data[key] = value
        return data

    def value(self, location: Location, versions: Versions) -> Any:  # noqa: ANN401
        """Merge one value."""
        agreed = versions.settled()
        if agreed is not UNSETTLED:
            return agreed
        _before, ours, theirs = versions
        if isinstance(ours, dict) and isinstance(theirs, dict) and location[0] != "escalated":
            return self.mapping(location, versions)
        if isinstance(ours, list) and isinstance(theirs, list):
            return self.sequence(location, versions)
        if location[-1] == "publish" and (ours is False or theirs is False):
            return False  # what one side withholds is withheld
        return self.dispute(location, versions)

    def sequence(self, location: Location, versions: Versions) -> list[Any]:
        """Merge a list: what either side added is there, once; what one took out and the other left alone is not."""
        key = str(location[-1])
        lists = versions.map(lambda each: named(key, each if isinstance(each, list) else []))
        found: dict[Name, Any] = {}
        withheld: set[str] = set()
        for name in lists.before | lists.ours | lists.theirs:
            items = lists.get(name)
            value = items.settled()
            if value is UNSETTLED and MISSING in items[1:]:  # taken out here, worked on there: it stays
                value = items.theirs if items.ours is MISSING else items.ours
                if key == "progress" and _is_public(items.before) and not _is_public(value):
                    withheld.add(_day(name))
            elif value is UNSETTLED:
                value = self.value((*location, len(found)), items)
            if value is not MISSING:
                found[name] = value
        for name in found.keys() - lists.before.keys() if withheld else ():
            if _day(name) in withheld and isinstance(found[name], dict):  # the other side's new words for it
                found[name] = {**found[name], "publish": False}
        arrange = _by_day if key in _DAYS else _ordered
        return [found[name] for name in arrange(*lists.map(list)) if name in found]

    def pair(self, data: Data, versions: Versions, keys: tuple[str, str]) -> None:
        """Merge two keys of which each would be wrong without the other."""
        pairs = versions.map(lambda each: tuple(each.get(key, MISSING) for key in keys))
        chosen = pairs.settled()
        if chosen is UNSETTLED:
            chosen = PAIRS[keys](pairs)
        if chosen is None:
            key = keys[0] if pairs.ours[0] != pairs.theirs[0] else keys[1]
            chosen = pairs.theirs if self.take == "theirs" else pairs.ours
            self.dispute((key,), versions.get(key))
        for key, value in zip(keys, chosen, strict=True):
            data.pop(key, None) if value is MISSING else data.update({key: value})


def _is_public(entry: Any) -> bool:  # noqa: ANN401
    return not isinstance(entry, dict) or entry.get("publish") is not False


def _decide_closing(pairs: Versions) -> Any:  # noqa: ANN401
    """Decide the status and the note of closing, where both sides have changed them.

    Whoever is further in the workflow is right, since it leads there from where the other stands. Not so where one side
    has turned back (returned, reopened): then people have to speak with each other.
    """
    statuses = [status for status, _closed in pairs]
    if statuses[1] == statuses[2] == "closed":
        return min(pairs.ours, pairs.theirs, key=_closing_order)
    if not all(each in ONWARD for each in statuses):
        return None
    was, here, there = (ONWARD.index(each) for each in statuses)
    if min(here, there) < was or here == there:
        return None
    return pairs.ours if here > there else pairs.theirs


def _closing_order(pair: tuple[Any, Any]) -> tuple[str, str]:
    """Return a key that sorts the earlier of two closings first."""
    closed = pair[1]
    return (str(closed.get("date")) if isinstance(closed, dict) else "", _canonical(closed))


def _decide_due(pairs: Versions) -> Any:  # noqa: ANN401
    """Decide term and time limit, where both sides have changed them: of two new days the earlier.

    A later day needs a reason, and each side has given one for its own day; the earlier one stands on both. Where one side has made
    a long-term measure one of a day, and the other has taken its day away, nobody has meant that there be none.
    """
    terms, dues = (pairs.map(lambda each: each[0]), pairs.map(lambda each: each[1]))
    term, due = terms.settled(), dues.settled()
    if due is UNSETTLED and dues.before is not MISSING and all(isinstance(each, str) for each in dues[1:]):
        due = min(dues.ours, dues.theirs)
    lost = due is MISSING is not dues.before and term != "long_term"
    return None if lost or UNSETTLED in (term, due) else (term, due)


PAIRS: Final[dict[tuple[str, str], Callable[[Versions], Any]]] = {
    ("status", "closed"): _decide_closing,
    ("term", "due"): _decide_due,
}
"""Keys of a measure that are decided as one, and what decides where both sides have changed them."""


def _canonical(value: object) -> str:
    return "" if value is MISSING else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def named(key: str, items: Sequence[Any]) -> dict[Name, Any]:
    """Return the items of a list by their names; of equal ones the first, the second, and so on."""
    names: Counter[str] = Counter()
    found = {}
    by = _NAMED_BY.get(key)
    for item in items:
        name = _canonical([item.get(each) for each in by] if by and isinstance(item, dict) else item)
        names[name] += 1
        found[name, names[name]] = item
    return found


def _ordered(before: list[Any], ours: list[Any], theirs: list[Any]) -> list[Any]:
    """Order what either side has: as a side has chosen it, and what is new behind what it was put behind."""
    common = set(ours) & set(theirs)
    one, other, was = ([each for each in side if each in common] for side in (ours, theirs, before))
    agreed = settled(was, (one, other))
    result: list[Any] = min(one, other, key=_canonical) if agreed is UNSETTLED else agreed
    alone = [[each for each in side if each not in common] for side in (ours, theirs)]
    # What is gone on one side and stays all the same counts as new on the other.
    for added, side in sorted(zip(alone, (ours, theirs), strict=True), key=lambda pair: _canonical(pair[0])):
        for each in added:
            place = side.index(each)
            while place and side[place - 1] not in result:
                place -= 1
            result.insert(result.index(side[place - 1]) + 1 if place else 0, each)
    return result


def _by_day(before: list[Name], ours: list[Name], theirs: list[Name]) -> list[Name]:
    """Order entries with a day: what is new stands behind what was there of the same day or earlier."""
    result = [each for each in _ordered(before, ours, theirs) if each in before]
    added = [[each for each in side if each not in before] for side in (ours, theirs)]
    new = dict.fromkeys(each for side in sorted(added, key=_canonical) for each in side)
    for each in sorted(new, key=_day):
        place = max((place for place, other in enumerate(result) if _day(other) <= _day(each)), default=-1)
        result.insert(place + 1, each)
    return result


def _day(name: Name) -> str:
    """Return the day of an entry, out of its name."""
    read = json.loads(name[0])
    day = read[0] if isinstance(read, list) else read.get("date") if isinstance(read, dict) else ""
    return str(day or "")  # what has no day stands first
