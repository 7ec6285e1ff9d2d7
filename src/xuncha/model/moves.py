"""Renumber problems, measures and comments: the new places of their files, and texts that cite their numbers (见措施1.3). Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from xuncha.chinese.characters import half_width_digits
from xuncha.model.identity import CommentNumber, Identity

Numbered = Identity | CommentNumber
"""The identity of a problem, a measure or a comment; two clones may both assign the same number."""


class Move(NamedTuple):
    """The renumbering of a problem, a measure or a comment."""

    old: Numbered
    new: Numbered


def identities(listing: Iterable[str]) -> set[Identity]:
    """Return the problems and the measures whose files are among these paths."""
    return {identity for path in listing if (identity := Identity.from_path(path))}


def comments(listing: Iterable[str]) -> set[CommentNumber]:
    """Return the comments whose files are among these paths."""
    return {number for path in listing if (number := CommentNumber.from_path(path))}


def identity_of(path: str) -> Numbered | None:
    """Return the problem, measure or comment whose file has this path; None for other files."""
    return Identity.from_path(path) or CommentNumber.from_path(path)


def path_after(path: str, move: Move) -> str:
    """Return the path of a file after a move; unchanged if it does not belong to what moves."""
    if isinstance(move.new, CommentNumber):
        return move.new.path if path == move.old.path else path
    of_file = Identity.from_path(path)
    identity = of_file or Identity.from_evidence(path)
    if identity is None or (new := number_after(identity, move)) == identity:
        return path
    return new.path if of_file else path.replace(f"/{identity}/", f"/{new}/", 1)


def number_after(identity: Identity, move: Move) -> Identity:
    """Return the number of a problem or a measure after a move; unchanged if it does not belong to what moves."""
    new = move.new
    if isinstance(new, CommentNumber) or move.old not in {identity, Identity(identity.problem)}:
        return identity
    return new if new.measure else Identity(new.problem, identity.measure)


def path_now(path: str, moves: Iterable[Move]) -> str:
    """Return the path of a file after the first of these moves that concerns it."""
    return next((new for move in moves if (new := path_after(path, move)) != path), path)


def is_untouched(data: Mapping[str, Any]) -> bool:
    """Return whether the plain data of a measure show no work on it, so that it may be removed."""
    return data.get("status") == "not_started" and not data.get("progress")


def renumbering(existing: Iterable[Identity], removed: Identity) -> dict[Identity, Identity]:
    """Return the new numbers of everything after a removed problem or measure, by the old numbers, lowest first.

    Each number becomes lower by one; the measures of a renumbered problem are listed, too.
    """
    if removed.is_problem:
        following = [each for each in existing if each.problem > removed.problem]
        return {each: Identity(each.problem - 1, each.measure) for each in sorted(following)}
    following = [each for each in existing if each > removed and each.problem == removed.problem]
    return {each: Identity(each.problem, each.measure - 1) for each in sorted(following)}


def paths_after(paths: Iterable[str], numbers: Mapping[Identity, Identity]) -> dict[str, str]:
    """Return the new paths of the files that move, by their old paths; `numbers` gives the new numbers by the old ones."""
    pairs = ((path, Identity.from_path(path) or Identity.from_evidence(path)) for path in paths)
    return {path: path_after(path, Move(old, numbers[old])) for path, old in pairs if old and old in numbers}


_CITED: Final = re.compile(
    r"(?:措施|问题|事项|任务|见|同|参照)[\s“”\"《（(第]*(?P<n>[0-9]++(?:\.[0-9]++)?+)(?!\s*[个项条件类起次年月日])"
)
"""A number after a word which shows that the number means a problem or a measure, not an amount."""


def citations(value: object) -> Iterator[tuple[str, Identity]]:
    """Yield the problems and measures that texts in plain data cite, at any depth: the words, such as 措施1.4, and the identity."""
    if isinstance(value, str):
        for match in _CITED.finditer(half_width_digits(value)):  # which keeps the places of characters
            if Identity.is_number(match["n"]):
                yield value[match.start() : match.end()], Identity.parse(match["n"])
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from citations(inner)
