"""What two sides have made of one record, brought together field by field. Pure functions over plain data.

Whichever side is called ours, the same comes out: where something has to come first, the contents decide what.
The rules, and why they are as they are, stand in docs/adr/0017-merging-by-field.md.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Location = tuple[str | int, ...]
Side = Literal["ours", "theirs"]


class _Missing:
    """Stands for a value that is not there."""


MISSING: Final = _Missing()


class Dispute(NamedTuple):
    """A field that both sides have changed, each in its own way, and no rule decides."""

    location: Location
    """The way to it; its first step is a key of the record."""
    ours: Any
    """None where this side has none."""
    theirs: Any


class Record(NamedTuple):
    """The record that comes out."""

    data: dict[str, Any]
    disputes: tuple[Dispute, ...]


class Three(NamedTuple):
    """A value as it was, and as each side has it; MISSING where there is none."""

    before: Any
    ours: Any
    theirs: Any

    def get(self, key: str) -> Three:
        """The values under a key; what is no mapping has none."""
        return Three(*(each.get(key, MISSING) if isinstance(each, dict) else MISSING for each in self))

    def settled(self) -> Any:  # noqa: ANN401
        """What stands where at most one side has changed it; the undecided itself where both have, in different ways."""
        if self.theirs in (self.before, self.ours):
            return self.ours
        return self.theirs if self.ours == self.before else self


_DAYS: Final = frozenset({"progress", "reviews"})
"""Lists of entries that stand in the order of their days."""
_NAMED_BY: Final[dict[str, tuple[str, ...]]] = {
    "progress": ("date", "text"),
    "evidence": ("file",),
    "categories": ("key",),
    "outcomes": ("key",),
}
"""By the key of a list: what makes an item the same one on both sides. Of other lists it is all of the item."""
_ONWARD: Final = ("not_started", "in_progress", "submitted", "closed")


def unite(
    before: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any], take: Side | None = None
) -> Record:
    """Bring two records together.

    Args:
        before: what both began with; empty where both have made it anew.
        ours: one side.
        theirs: the other.
        take: whose word counts in a dispute; while nobody has said so, ours stands.
    """
    union = _Union(take)
    data = union.mapping((), Three(before, ours, theirs))
    for (key, beside), decide in _TOGETHER.items():
        union.pair(data, Three(before, ours, theirs), (key, beside), decide)
    if (
        data.get("reviews")
        and data.get("term") != "long_term"
        and "long_term" in {ours.get("term"), theirs.get("term")}
    ):
        union.dispute(("term",), Three(MISSING, ours.get("term", MISSING), theirs.get("term", MISSING)))
    return Record(data, tuple(union.disputes))


class _Union:
    """Brings together, and keeps what is in dispute."""

    def __init__(self, take: Side | None) -> None:
        self.take = take
        self.disputes: list[Dispute] = []

    def dispute(self, location: Location, values: Three) -> Any:  # noqa: ANN401
        """Enter a dispute; gives what stands until it is settled."""
        ours, theirs = (None if each is MISSING else each for each in values[1:])
        self.disputes.append(Dispute(location, ours, theirs))
        return values.theirs if self.take == "theirs" else values.ours

    def mapping(self, location: Location, values: Three) -> dict[str, Any]:
        """Key by key, in an order that both sides would recognise."""
        data = {}
        for key in _ordered(*(list(each) if isinstance(each, dict) else [] for each in values)):
            if not location and any(key in pair for pair in _TOGETHER):
                value = values.get(key).ours  # decided below; it keeps its place in the order
                data[key] = values.get(key).theirs if value is MISSING else value
                continue
            value = self.value((*location, key), values.get(key))
            if value is not MISSING:
                data[key] = value
        return data

    def value(self, location: Location, values: Three) -> Any:  # noqa: ANN401
        """One value."""
        settled = values.settled()
        if settled is not values:
            return settled
        _before, ours, theirs = values
        if isinstance(ours, dict) and isinstance(theirs, dict) and location[0] != "escalated":
            return self.mapping(location, values)
        if isinstance(ours, list) and isinstance(theirs, list):
            return self.sequence(location, values)
        if location[-1] == "publish" and (ours is False or theirs is False):
            return False  # what one side withholds is withheld
        return self.dispute(location, values)

    def sequence(self, location: Location, values: Three) -> list[Any]:
        """A list: what either side has added is there, once; what one has taken out and the other left alone is not."""
        key = str(location[-1])
        before, ours, theirs = (named(key, each if isinstance(each, list) else []) for each in values)
        found: dict[tuple[str, int], Any] = {}
        for name in {**before, **ours, **theirs}:
            three = Three(*(each.get(name, MISSING) for each in (before, ours, theirs)))
            settled = three.settled()
            if settled is three and MISSING in three[1:]:  # taken out here, worked on there: it stays
                settled = three.theirs if three.ours is MISSING else three.ours
            value = self.value((*location, len(found)), three) if settled is three else settled
            if value is not MISSING:
                found[name] = value
        arrange = _by_day if key in _DAYS else _ordered
        return [found[name] for name in arrange(list(before), list(ours), list(theirs)) if name in found]

    def pair(
        self, data: dict[str, Any], values: Three, keys: tuple[str, str], decide: Callable[[Three], Any]
    ) -> None:
        """Two keys of which each would be wrong without the other."""
        pairs = Three(*((each.get(keys[0], MISSING), each.get(keys[1], MISSING)) for each in values))
        chosen = pairs.settled()
        if chosen is pairs:
            chosen = decide(pairs)
        if chosen is None:
            key = keys[0] if pairs.ours[0] != pairs.theirs[0] else keys[1]
            chosen = pairs.theirs if self.take == "theirs" else pairs.ours
            self.dispute((key,), values.get(key))
        for key, value in zip(keys, chosen, strict=True):
            data.pop(key, None) if value is MISSING else data.update({key: value})


def _standing(pairs: Three) -> Any:  # noqa: ANN401
    """The status and the note of closing, where both sides have changed them.

    Whoever is further in the workflow is right, since it leads there from where the other stands. Not so where one side
    has turned back (returned, reopened): then people have to speak with each other.
    """
    (was, _closed), (one, _one), (other, _other) = pairs
    if one == other == "closed":
        return min(pairs[1:], key=_closing)
    if MISSING in {was, one, other} or not {was, one, other} <= set(_ONWARD):
        return None
    ranks = [_ONWARD.index(each) for each in (was, one, other)]
    return None if min(ranks[1:]) < ranks[0] or one == other else pairs[ranks.index(max(ranks[1:]), 1)]


def _closing(pair: tuple[Any, Any]) -> tuple[str, str]:
    """Which of two closings came first."""
    closed = pair[1]
    return (str(closed.get("date")) if isinstance(closed, dict) else "", _canonical(closed))


def _limit(pairs: Three) -> Any:  # noqa: ANN401
    """Term and time limit, where both sides have changed them: of two new days the earlier.

    A later day needs a reason, and each side has given one for its own day; the earlier one stands on both.
    """
    term, due = (Three(*(each[place] for each in pairs)) for place in (0, 1))
    new_term, new_due = term.settled(), due.settled()
    if (
        new_due is due
        and isinstance(due.ours, str)
        and isinstance(due.theirs, str)
        and due.before is not MISSING
    ):
        new_due = min(due.ours, due.theirs)
    if new_term is term or new_due is due or (new_due is MISSING and new_term != "long_term"):
        return None
    return new_term, new_due


_TOGETHER: Final[dict[tuple[str, str], Callable[[Three], Any]]] = {
    ("status", "closed"): _standing,
    ("term", "due"): _limit,
}
"""Keys of a measure that are decided as one, and what decides where both sides have changed them."""


def _canonical(value: object) -> str:
    return "" if value is MISSING else json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def named(key: str, items: Sequence[Any]) -> dict[tuple[str, int], Any]:
    """The items by their names; of equal ones the first, the second, and so on."""
    names: Counter[str] = Counter()
    found = {}
    for item in items:
        by = _NAMED_BY.get(key)
        name = _canonical([item.get(each) for each in by] if by and isinstance(item, dict) else item)
        names[name] += 1
        found[name, names[name]] = item
    return found


def _ordered(before: list[Any], ours: list[Any], theirs: list[Any]) -> list[Any]:
    """An order for what either side has: the one that a side has chosen, and what is new behind what it was put behind."""
    common = set(ours) & set(theirs)
    one, other, was = ([each for each in side if each in common] for side in (ours, theirs, before))
    if other in (one, was):
        result = list(one)
    else:
        result = list(other if one == was else min(one, other, key=_canonical))
    alone = [[each for each in side if each not in common] for side in (ours, theirs)]
    # What is gone on one side and stays all the same counts as new on the other.
    for added, side in sorted(zip(alone, (ours, theirs), strict=True), key=lambda pair: _canonical(pair[0])):
        for each in added:
            place = side.index(each)
            while place and side[place - 1] not in result:
                place -= 1
            result.insert(result.index(side[place - 1]) + 1 if place else 0, each)
    return result


def _by_day(before: list[Any], ours: list[Any], theirs: list[Any]) -> list[Any]:
    """The same for entries with a day: what is new stands behind what was there of the same day or earlier."""
    result = [each for each in _ordered(before, ours, theirs) if each in before]
    added = [[each for each in side if each not in before] for side in (ours, theirs)]
    new = dict.fromkeys(each for side in sorted(added, key=_canonical) for each in side)
    for each in sorted(new, key=_day):
        place = max((place for place, other in enumerate(result) if _day(other) <= _day(each)), default=-1)
        result.insert(place + 1, each)
    return result


def _day(name: tuple[str, int]) -> str:
    """The day of an entry, out of its name."""
    read = json.loads(name[0])
    return str(read[0] if isinstance(read, list) else read.get("date") if isinstance(read, dict) else "")
