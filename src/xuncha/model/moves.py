"""Moves: a problem or a measure takes another number, and where its files stand then. Pure functions over numbers and paths."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from xuncha.model.identity import Identity


class Move(NamedTuple):
    """A problem or a measure takes another number."""

    old: Identity
    new: Identity

    @property
    def up(self) -> bool:
        """Whether the new number is the higher one."""
        return self.new > self.old


def identities(listing: Iterable[str]) -> set[Identity]:
    """Return the problems and the measures whose files are among these paths."""
    return {identity for path in listing if (identity := Identity.of_file(path))}


def place_after(path: str, move: Move) -> str:
    """Return where a file stands after a move; what does not belong to what moves stays."""
    of_file = Identity.of_file(path)
    identity = of_file or Identity.of_evidence(path)
    if identity is None or move.old not in {identity, Identity(identity.problem)}:
        return path
    new = move.new if move.new.measure else Identity(move.new.problem, identity.measure)
    return new.path if of_file else path.replace(f"/{identity}/", f"/{new}/", 1)


def closing_up(there: Iterable[Identity], gone: Identity) -> list[Move]:
    """Return the moves of all that follows a problem or a measure that goes: each to the number before its own, the lowest first.

    A problem's measures move with it, and are named too.
    """
    if gone.is_problem:
        following = [each for each in there if each.problem > gone.problem]
        return [Move(each, Identity(each.problem - 1, each.measure)) for each in sorted(following)]
    following = [each for each in there if each.problem == gone.problem and each.measure > gone.measure]
    return [Move(each, Identity(each.problem, each.measure - 1)) for each in sorted(following)]


def places_after(paths: Iterable[str], moves: Iterable[Move]) -> dict[str, str]:
    """Return by the paths of the files that move where each of them stands afterwards."""
    by_number = {move.old: move for move in moves}
    found = {}
    for path in paths:
        identity = Identity.of_file(path) or Identity.of_evidence(path)
        if identity in by_number:
            found[path] = place_after(path, by_number[identity])
    return found
