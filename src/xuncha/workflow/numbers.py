"""Numbers given twice: which problems and measures that are not sent yet must take other numbers. Pure functions over listings.

What is there already keeps its number; what was entered here takes those that follow, in its own order.
"""

from __future__ import annotations

import re
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from xuncha.model.identity import EVIDENCE, PROBLEMS, Identity

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from xuncha.trail.objects import Changes, Listing

_FILE = re.compile(
    rf"{PROBLEMS}/0*([1-9][0-9]{{0,5}})/(?:problem|([1-9][0-9]{{0,5}})\.([1-9][0-9]{{0,5}}))\.yaml"
)
_PROOF = re.compile(rf"{EVIDENCE}/([1-9][0-9]{{0,5}})\.([1-9][0-9]{{0,5}})/.+")


class Move(NamedTuple):
    """A problem or a measure takes another number."""

    old: Identity
    new: Identity

    @property
    def up(self) -> bool:
        """Whether the new number is the higher one."""
        return self.new > self.old


def identity_of(path: str) -> Identity | None:
    """Whose file it is; None where it is no problem's and no measure's."""
    match = _FILE.fullmatch(path)
    if match is None or (match[2] and match[1] != match[2]):
        return None
    return Identity(int(match[1]), int(match[3] or 0))


def proof_of(path: str) -> Identity | None:
    """Which measure's evidence it is."""
    match = _PROOF.fullmatch(path)
    return Identity(int(match[1]), int(match[2])) if match else None


def identities(listing: Iterable[str]) -> set[Identity]:
    """The problems and the measures that are there."""
    return {identity for path in listing if (identity := identity_of(path))}


def moves(base: Listing, ours: Listing, theirs: Listing, anew: Collection[str]) -> list[Move]:
    """Which problems and measures of ours take other numbers, so that theirs can stay.

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
    } | {identity for identity in mine if _changed_there(identity.path, base, theirs)}
    found = list(
        _following(0, [i.problem for i in mine if i.is_problem], [i.problem for i in stay if i.is_problem])
    )
    moved = {move.old.problem for move in found}
    for number in sorted({identity.problem for identity in mine} - moved):
        found += _following(
            number,
            [i.measure for i in mine if i.problem == number and i.measure],
            [i.measure for i in stay if i.problem == number and i.measure],
        )
    return found


def _stays(path: str, base: Listing, ours: Listing, theirs: Listing) -> bool:
    """Whether something that is not entered here will be there when both are brought together."""
    one, other, before = ours.get(path), theirs.get(path), base.get(path)
    if one is None:
        return other != before
    return other is not None or one != before


def _changed_there(path: str, base: Listing, theirs: Listing) -> bool:
    """Whether there stands something at a path that both began without, or that was changed there."""
    return path in theirs and theirs[path] != base.get(path)


def _following(problem: int, mine: list[int], stay: list[int]) -> Iterator[Move]:
    """The numbers after those that stay, for what is entered here, in its order."""
    for new, old in enumerate(sorted(mine), start=max(stay, default=0) + 1):
        if new != old:
            yield (
                Move(Identity(problem, old), Identity(problem, new))
                if problem
                else Move(Identity(old), Identity(new))
            )


def in_order(found: Iterable[Move], *, up: bool) -> list[Move]:
    """The moves to higher numbers, or those to lower ones, in an order in which each finds its new number free."""
    return sorted((move for move in found if move.up == up), reverse=up)


def moved(listing: Listing, move: Move) -> Changes:
    """What becomes of the files where one takes another number, evidence and, of a problem, its measures included."""
    changes: Changes = {}
    for path, held in listing.items():
        identity = identity_of(path) or proof_of(path)
        if identity is None or move.old not in {identity, Identity(identity.problem)}:
            continue
        new = move.new if move.new.measure else Identity(move.new.problem, identity.measure)
        changes.setdefault(path, None)
        changes[new.path if identity_of(path) else path.replace(f"/{identity}/", f"/{new}/", 1)] = held
    return changes


def same_names(base: Listing, ours: Listing, theirs: Listing) -> dict[str, str]:
    """The evidence files of ours that have the name of another one of theirs, each with a path that is free on both sides."""
    found = {}
    taken = {path.casefold() for path in {*ours, *theirs}}
    for path in sorted(set(ours) & set(theirs)):
        if proof_of(path) is None or path in base or ours[path].blob == theirs[path].blob:
            continue
        folder, _slash, name = path.rpartition("/")
        stem, dot, ending = name.rpartition(".")
        for number in count(2):
            free = f"{folder}/{stem}-{number}.{ending}" if dot and stem else f"{folder}/{name}-{number}"
            if free.casefold() not in taken:
                break
        taken.add(free.casefold())
        found[path] = free
    return found
