"""Moves: a problem, a measure or a comment takes another number, and where its files stand then. Pure functions over numbers and paths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from xuncha.model.identity import CommentNumber, Identity

Numbered = Identity | CommentNumber
"""What has a number that two clones may both give: a problem, a measure or a comment."""


class Move(NamedTuple):
    """A problem, a measure or a comment takes another number."""

    old: Numbered
    new: Numbered

    @property
    def up(self) -> bool:
        """Whether the new number is the higher one."""
        return self.new > self.old


def identities(listing: Iterable[str]) -> set[Identity]:
    """Return the problems and the measures whose files are among these paths."""
    return {identity for path in listing if (identity := Identity.of_file(path))}


def comments(listing: Iterable[str]) -> set[CommentNumber]:
    """Return the comments whose files are among these paths."""
    return {number for path in listing if (number := CommentNumber.of_file(path))}


def numbered(path: str) -> Numbered | None:
    """Return what a path is the file of; None where that has no number."""
    return Identity.of_file(path) or CommentNumber.of_file(path)


def place_after(path: str, move: Move) -> str:
    """Return where a file stands after a move; what does not belong to what moves stays."""
    if isinstance(move.new, CommentNumber):
        return move.new.path if path == move.old.path else path
    of_file = Identity.of_file(path)
    identity = of_file or Identity.of_evidence(path)
    if identity is None or (new := number_after(identity, move)) == identity:
        return path
    return new.path if of_file else path.replace(f"/{identity}/", f"/{new}/", 1)


def number_after(identity: Identity, move: Move) -> Identity:
    """Return the number of a problem or a measure after a move; what does not belong to what moves keeps its own."""
    new = move.new
    if isinstance(new, CommentNumber) or move.old not in {identity, Identity(identity.problem)}:
        return identity
    return new if new.measure else Identity(new.problem, identity.measure)


def place_now(path: str, found: Iterable[Move]) -> str:
    """Return where a file stands after all these moves."""
    return next((new for move in found if (new := place_after(path, move)) != path), path)


def closing_up(there: Iterable[Identity], gone: Identity) -> dict[Identity, Identity]:
    """Return the new numbers of all that follows a problem or a measure that goes, by the old ones, the lowest first.

    Each takes the number before its own; a problem's measures move with it, and are named too.
    """
    if gone.is_problem:
        following = [each for each in there if each.problem > gone.problem]
        return {each: Identity(each.problem - 1, each.measure) for each in sorted(following)}
    following = [each for each in there if each.problem == gone.problem and each.measure > gone.measure]
    return {each: Identity(each.problem, each.measure - 1) for each in sorted(following)}


def places_after(paths: Iterable[str], numbers: Mapping[Identity, Identity]) -> dict[str, str]:
    """Return by the paths of the files that move where each of them stands afterwards; the new numbers are given by the old ones."""
    found = {}
    for path in paths:
        identity = Identity.of_file(path) or Identity.of_evidence(path)
        if identity and identity in numbers:
            found[path] = place_after(path, Move(identity, numbers[identity]))
    return found
