"""The lines of history that a merge brings together: what each holds, and what they have in common, file by file."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final

from xuncha.audit.facts import is_record
from xuncha.audit.replayed import Past, Version
from xuncha.model.identity import LEDGER_FILE
from xuncha.sync.values import MISSING, UNSETTLED, merge_values, settled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from xuncha.audit.replayed import Change, Files, State
    from xuncha.model.vocabulary import Requirement
    from xuncha.trail.replay import Commit

_MOST: Final = 1000
"""Commits of one side of a merge that are looked at; whoever was away for longer is looked at from where he came back."""
_DEEPEST: Final = 50
"""Crossings one before another that are looked through; what was common before them counts as nothing."""


@dataclass
class Reached:
    """A commit that was replayed."""

    state: State
    line: int
    """The commits that led to it, itself included, as the bits of a number."""
    moment: int
    """When the newest commit was made that changed the ledger, in what led to it."""
    claimed: int
    """The same, with commits whose clock may have been ahead, but by years."""
    adopted: bool
    """Whether the ledger was there."""
    loosened: tuple[int, tuple[Requirement, ...]]
    """When the policy was last loosened, and what it had asked."""


class Lines:
    """All lines of history, as far as they were replayed."""

    def __init__(self, commits: list[Commit], files: Files) -> None:
        self.commits = commits
        self.places = {commit.hash: place for place, commit in enumerate(commits)}
        self.reached: dict[str, Reached] = {}
        self.past: dict[str, Past] = {}
        """What was done by each commit of the ledger that is no merge."""
        self.changing = 0
        """Those of them that changed something, as the bits of a number."""
        self.deciding = 0
        """Those of which it matters on which day they were made."""
        self.made_by: defaultdict[str, int] = defaultdict(int)
        """All commits by who has committed them."""
        self._files = files
        self._held: defaultdict[str, list[tuple[int, Version]]] = defaultdict(list)
        """What each file has held: the place of the commit, and the version."""
        self._joined: dict[tuple[str, tuple[int, ...]], Any] = {}

    def note(self, place: int, changes: list[Change], *, decides: bool) -> None:
        """Note what a commit did."""
        commit, bit = self.commits[place], 1 << place
        self.past[commit.hash] = Past(commit, changes)
        self.changing |= bit if changes else 0
        self.deciding |= bit if decides else 0
        for each in changes:
            if each.after:
                self._held[each.path].append((place, each.after))

    def changes(self, path: str, bits: int) -> Iterator[Past]:
        """Yield those of some commits that changed a file, with that change alone, the newest first."""
        for place, _version in reversed(self._held.get(path, ())):
            if bits >> place & 1:
                commit, changes = self.past[self.commits[place].hash]
                yield Past(commit, [each for each in changes if each.path == path])

    def last(self, bits: int) -> Iterator[int]:
        """Yield the places of the newest of some commits, the newest first; of whoever was away for longer no more than some."""
        for _number in range(_MOST):
            if not bits:
                return
            place = bits.bit_length() - 1
            yield place
            bits ^= 1 << place

    def newest(self, line: int) -> Iterator[Reached]:
        """Yield the commits of the ledger on a line that lead to no other one on it."""
        while line:
            last = self.reached[self.commits[line.bit_length() - 1].hash]
            if last.state.get(LEDGER_FILE):
                yield last
            line &= ~last.line

    def content(self, path: str, held: Any) -> Any:  # noqa: ANN401  whatever YAML can say
        """Return what a file holds: the data of a record, the hash of another; what was joined already stays."""
        if held is None:
            return MISSING
        if not isinstance(held, Version):
            return held
        return self._files.read(held.blob, held.mode) if is_record(path) else self._files.digest(held.blob)

    def joined(self, path: str, heads: Sequence[Reached], deep: int = _DEEPEST) -> Any:  # noqa: ANN401
        """Return what a file holds where some commits are brought together: a version, or the data that it would say.

        It is as `sync` would have it; where the commits disagree, it is UNSETTLED.
        """
        key = path, tuple(id(each) for each in heads)
        if key in self._joined:
            return self._joined[key]
        held: Any = heads[0].state.get(path) if heads else None
        line = heads[0].line if heads else 0
        for each in heads[1:]:
            other = each.state.get(path)
            if named_by(held) != named_by(other):
                below = self.joined(path, [*self.newest(line & each.line)], deep - 1) if deep else None
                held = self._join(path, below, held, other)
            line |= each.line
        self._joined[key] = held
        return held

    def _join(self, path: str, *versions: Any) -> Any:  # noqa: ANN401
        base, *sides = map(named_by, versions)
        agreed = settled(base, sides)
        if agreed is not UNSETTLED:
            return next(each for each in versions if named_by(each) == agreed)
        before, one, two = (self.content(path, each) for each in versions)
        agreed = settled(before, [one, two])
        if agreed is not UNSETTLED or not (isinstance(one, dict) and isinstance(two, dict)):
            return None if agreed is MISSING else agreed
        merged = merge_values(before if isinstance(before, dict) else {}, one, two)
        disputed = {str(each.location[0]): UNSETTLED for each in merged.disputes if each.location}
        return {**merged.result, **disputed}

    def base(self, path: str, one: Sequence[Reached], other: Reached) -> Any:  # noqa: ANN401
        """Return what a file holds in what two sides of a merge have in common, of which one may be several, joined.

        Where both have entered it, that is what one has entered and the other too: git can take a commit over to another branch.
        """
        line = union(one)
        held = self.joined(path, [*self.newest(line & other.line)])
        if held is None and path in self._held:
            told = [
                [each for place, each in self._held[path] if side >> place & 1] for side in (line, other.line)
            ]
            known = {each.blob for each in told[1]}
            held = next((each for each in reversed(told[0]) if each.blob in known), None)
        return held

    def forget(self) -> None:
        """Forget what was joined for one merge."""
        self._joined.clear()


def named_by(held: Any) -> Any:  # noqa: ANN401
    """Return what makes two versions of a file the same."""
    return held[:2] if isinstance(held, Version) else held


def union(sides: Iterable[Reached]) -> int:
    """Return all commits that led to some, as the bits of a number."""
    return reduce(or_, (each.line for each in sides), 0)
