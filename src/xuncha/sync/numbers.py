"""Numbers given twice: which problems and measures that are not sent yet must take other numbers. Pure functions over listings.

What is there already keeps its number; what was entered here takes those that follow, in its own order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from xuncha.model.identity import Identity
from xuncha.workflow.evidence import free

if TYPE_CHECKING:
    from xuncha.trail.objects import Changes, Listing


class Move(NamedTuple):
    """A problem or a measure takes another number."""

    old: Identity
    new: Identity

    @property
    def up(self) -> bool:
        """Whether the new number is the higher one."""
        return self.new > self.old


def identities(listing: Iterable[str]) -> set[Identity]:
    """Return the problems and the measures that are there."""
    return {identity for path in listing if (identity := Identity.of_file(path))}


def moves(base: Listing, ours: Listing, theirs: Listing, anew: Collection[str]) -> list[Move]:
    """Return which problems and measures of ours take other numbers, so that theirs can stay.

    Args:
        base: what both began with.
        ours: what is here.
        theirs: what is there.
        anew: the paths at which there stands something else here than what both began with.
    """
    mine = {
        identity
        for identity in identities(ours)
        if (identity.path not in base or identity.path in anew)
        and ours.get(identity.path) != theirs.get(identity.path)
    }
    stay = {
        identity
        for identity in identities(theirs) | identities(ours)
        if identity not in mine and _stays(identity.path, base, ours, theirs)
    } | {identity for identity in mine if theirs.get(identity.path) not in {None, base.get(identity.path)}}
    last = max((i.problem for i in stay if i.is_problem), default=0)
    found = list(_following({i for i in mine if i.is_problem}, last))
    moved_problems = {move.old.problem for move in found}
    for number in sorted({identity.problem for identity in mine} - moved_problems):
        measures = {i for i in mine if i.problem == number and i.measure}
        last = max((i.measure for i in stay if i.problem == number), default=0)
        found += _following(measures, last)
    return found


def _stays(path: str, base: Listing, ours: Listing, theirs: Listing) -> bool:
    """Return whether something that is not entered here will be there when both are united."""
    one, other, before = ours.get(path), theirs.get(path), base.get(path)
    if one is None:
        return other != before
    return other is not None or one != before


def _following(mine: Iterable[Identity], last: int) -> Iterator[Move]:
    """Yield the moves to the numbers after the last one that stays, for what is entered here, in its order."""
    for new, old in enumerate(sorted(mine), start=last + 1):
        move = Move(old, Identity(new) if old.is_problem else Identity(old.problem, new))
        if move.old != move.new:
            yield move


def in_order(found: Iterable[Move], *, up: bool) -> list[Move]:
    """Sort the moves to higher numbers, or those to lower ones, in an order in which each finds its new number free."""
    return sorted((move for move in found if move.up == up), reverse=up)


def moved(listing: Listing, move: Move) -> Changes:
    """Return what becomes of the files where one takes another number, evidence and, of a problem, its measures included."""
    changes: Changes = {}
    for path, held in listing.items():
        if (new := place_after(path, move)) != path:
            changes.setdefault(path, None)
            changes[new] = held
    return changes


def place_after(path: str, move: Move) -> str:
    """Return where a file stands after a move; what does not belong to what moves stays."""
    of_file = Identity.of_file(path)
    identity = of_file or Identity.of_evidence(path)
    if identity is None or move.old not in {identity, Identity(identity.problem)}:
        return path
    new = move.new if move.new.measure else Identity(move.new.problem, identity.measure)
    return new.path if of_file else path.replace(f"/{identity}/", f"/{new}/", 1)


def same_names(base: Listing, ours: Listing, theirs: Listing) -> dict[str, str]:
    """Return the evidence files of ours that have the name of another one of theirs, each with a path that is free on both sides."""
    found = {}
    names: dict[str, set[str]] = {}
    for path in {*ours, *theirs}:
        folder, _slash, name = path.rpartition("/")
        names.setdefault(folder, set()).add(name)
    for path in sorted(set(ours) & set(theirs)):
        if Identity.of_evidence(path) is None or path in base or ours[path].blob == theirs[path].blob:
            continue
        folder, _slash, name = path.rpartition("/")
        other = free(name, names[folder])
        names[folder].add(other)
        found[path] = f"{folder}/{other}"
    return found
