"""Numbers of problems, measures and comments that become others: where their files stand then, and which texts name them (见措施1.3). Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from xuncha.chinese.characters import half_width_digits
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
    named = ((path, Identity.of_file(path) or Identity.of_evidence(path)) for path in paths)
    return {path: place_after(path, Move(old, numbers[old])) for path, old in named if old and old in numbers}


_CITED: Final = re.compile(
    r"(?:措施|问题|事项|任务|见|同|参照)[\s“”\"《（(第]*(?P<n>[0-9]++(?:\.[0-9]++)?+)(?!\s*[个项条件类起次年月日])"
)
"""A number behind a word that tells that it means a problem or a measure, and no amount."""


def citations(value: object) -> Iterator[tuple[str, Identity]]:
    """Yield what the texts of plain data name by its number, at any depth: as they say it, such as 措施1.4, and what it is."""
    if isinstance(value, str):
        for match in _CITED.finditer(half_width_digits(value)):  # where every character keeps its place
            if Identity.is_number(match["n"]):
                yield value[match.start() : match.end()], Identity.parse(match["n"])
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from citations(inner)


def cites(record: object, identity: Identity) -> bool:
    """Return whether a text of a record speaks of a problem or a measure by its number, as in 见措施1.3 or 问题3."""
    return any(named == identity for _said, named in citations(record))
