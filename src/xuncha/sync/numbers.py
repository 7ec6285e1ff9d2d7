"""Numbers given twice: which problems, measures and comments that are not sent yet must take other numbers. Pure functions over listings.

What is there already keeps its number; what was entered here takes those that follow, in its own order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import starmap
from typing import TypeVar

from xuncha.model.identity import CommentNumber, Identity
from xuncha.model.moves import Move, comments, identities, numbered, place_after
from xuncha.sync.values import Versions, settled
from xuncha.trail.objects import Changes, Listing
from xuncha.workflow.evidence import free

_N = TypeVar("_N", Identity, CommentNumber)


def moves(base: Listing, ours: Listing, theirs: Listing, anew: Collection[str]) -> list[Move]:
    """Return which problems, measures and comments of ours take other numbers, so that theirs can stay.

    `anew` are the paths at which there stands something else here than in `base`, with which both began.
    """
    listings = Versions(base, ours, theirs)
    mine, stay = _mine_and_stay(identities(ours), identities(theirs), listings, anew)
    last = max((each.problem for each in stay if each.is_problem), default=0)
    found = _following({each for each in mine if each.is_problem}, last)
    moved_problems = {old.problem for old, _new in found}
    for number in sorted({each.problem for each in mine} - moved_problems):
        last = max((each.measure for each in stay if each.problem == number), default=0)
        found += _following({each for each in mine if each.problem == number and each.measure}, last)
    said, kept = _mine_and_stay(comments(ours), comments(theirs), listings, anew)
    last = max((each.number for each in kept), default=0)
    renamed = ((old, CommentNumber(number)) for number, old in enumerate(sorted(said), start=last + 1))
    return [*starmap(Move, found), *(Move(old, new) for old, new in renamed if old != new)]


def as_named(listing: Listing) -> Listing:
    """Return a listing in which each record stands under its own name, also where somebody has put more zeros before a number."""
    found = dict(listing)
    for path, held in listing.items():
        number = numbered(path)
        if number and number.path not in listing:
            found[number.path] = found.pop(path, held)
    return found


def _mine_and_stay(
    here: set[_N], there: set[_N], listings: Versions, anew: Collection[str]
) -> tuple[set[_N], set[_N]]:
    """Return what was entered here alone, and what keeps its number: what is there, or was before."""
    base, ours, theirs = listings
    entered = {each for each in here if each.path not in base or each.path in anew}
    mine = {each for each in entered if ours.get(each.path) != theirs.get(each.path)}
    stay = {each for each in mine if theirs.get(each.path) not in {None, base.get(each.path)}}
    for each in (there | here) - mine:
        if settled(base.get(each.path), (ours.get(each.path), theirs.get(each.path))):
            stay.add(each)
    return mine, stay


def _following(mine: Iterable[Identity], last: int) -> list[tuple[Identity, Identity]]:
    """Return the numbers after the last one that stays, for what is entered here, in its order; each with the old one before it."""
    return [
        (old, new)
        for number, old in enumerate(sorted(mine), start=last + 1)
        if (new := Identity(number) if old.is_problem else Identity(old.problem, number)) != old
    ]


def in_order(found: Iterable[Move], *, up: bool) -> list[Move]:
    """Sort the moves to higher numbers, or those to lower ones, in an order in which each finds its new number free."""
    return sorted((move for move in found if move.up == up), reverse=up)


def moved(listing: Listing, move: Move) -> Changes:
    """Return what becomes of the files where one takes another number, evidence and, of a problem, its measures included."""
    places = {path: new for path in listing if (new := place_after(path, move)) != path}
    return dict.fromkeys(places) | {new: listing[path] for path, new in places.items()}


def same_names(base: Listing, ours: Listing, theirs: Listing) -> dict[str, str]:
    """Return the evidence files of ours that have the name of another one of theirs, each with a path that is free on both sides."""
    found = {}
    names: defaultdict[str, set[str]] = defaultdict(set)
    for path in {*ours, *theirs}:
        folder, _slash, name = path.rpartition("/")
        names[folder].add(name)
    for path in sorted(set(ours) & set(theirs)):
        if Identity.of_evidence(path) and path not in base and ours[path].blob != theirs[path].blob:
            folder, _slash, name = path.rpartition("/")
            other = free(name, names[folder])
            names[folder].add(other)
            found[path] = f"{folder}/{other}"
    return found
