"""The graph of history: the state at each commit, its ancestors, and the commit as the checks see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, reduce
from operator import or_
from typing import Final, cast

from xuncha.audit.catalogue import HistoryPlace
from xuncha.audit.facts import Data, requires
from xuncha.audit.replayed import BELIEVED, CLOCKS, Change, Files, Past, State, Version
from xuncha.errors import Severity
from xuncha.model.identity import LEDGER_FILE
from xuncha.model.vocabulary import Action, Requirement
from xuncha.trail.replay import Commit
from xuncha.workflow.verb import Verb
from xuncha.workflow.verbs import VERBS

_MOST: Final = 1000
"""Limit of commits checked on one side of a merge; of a longer side, only the newest are checked."""


@dataclass
class Reached:
    """A commit that was replayed. Moments are seconds since 1970, or 0 if there is no such commit."""

    state: State
    line: int = 0  # its ancestors and itself, as bits: see `Lines`
    last: int = 0  # when the newest of its ancestors in the ledger was made
    moment: int = 0  # the same, itself included
    claimed: int = 0  # the same, with clocks that may have been ahead, but not by years
    adopted: bool = False  # whether the ledger existed
    loosened: tuple[int, tuple[Requirement, ...]] = (0, ())
    """When the policy was last loosened, and what it had required."""


class Lines:
    """The graph of history, as far as it was replayed. A set of commits is an integer: bit n stands for the commit at place n."""

    def __init__(self, commits: list[Commit], files: Files) -> None:
        self.commits = commits
        self.files = files
        self.places = {commit.hash: place for place, commit in enumerate(commits)}
        self.reached: dict[str, Reached] = {}
        self.past: dict[str, Past] = {}  # what each commit did, without merges of several sides
        self.changing = 0  # bits of those that changed something
        self.deciding = 0  # bits of those whose date matters
        self.made_by: defaultdict[str, int] = defaultdict(int)  # bits of all commits, by committer
        self.taken_back: set[str] = set()
        self.ahead: set[str] = set()  # commits whose clock was ahead, as later commits show
        self.began = "0"  # the day on which the history of the ledger begins
        self.signs: Callable[[str], bool] = lambda _name: False
        """Whether a person of this name signs commits."""
        self.held: defaultdict[str, list[tuple[int, Version]]] = defaultdict(list)
        """All versions of each file, each with the place of its commit."""

    def note(self, place: int, changes: list[Change], *, decides: bool) -> None:
        """Record what a commit did."""
        commit, bit = self.commits[place], 1 << place
        self.past[commit.hash] = Past(commit, changes)
        self.changing |= bit if changes else 0
        self.deciding |= bit if decides else 0
        for change in changes:
            if change.after:
                self.held[change.path].append((place, change.after))

    def knows(self, here: Reached, commit: str) -> bool:
        """Return whether a commit is an ancestor of another one, or is it."""
        return bool(here.line >> self.places[commit] & 1)

    def changes(self, path: str, bits: int) -> Iterator[Past]:
        """Yield those of some commits that changed a file, each with that change alone, the newest first."""
        for place, _version in reversed(self.held.get(path, ())):
            if bits >> place & 1:
                commit, changes = self.past[self.commits[place].hash]
                yield Past(commit, [change for change in changes if change.path == path])

    def last(self, bits: int, most: int = _MOST) -> Iterator[int]:
        """Yield the places of the newest of some commits, the newest first; at most `most`."""
        for _number in range(most):
            if not bits:
                return
            place = bits.bit_length() - 1
            yield place
            bits ^= 1 << place

    def newest(self, line: int) -> Iterator[Reached]:
        """Yield the commits of the ledger on a line that are ancestors of no other one on it."""
        while line:
            last = self.reached[self.commits[line.bit_length() - 1].hash]
            if last.state.get(LEDGER_FILE):
                yield last
            line &= ~last.line


def union(sides: Iterable[Reached]) -> int:
    """Return the bits of some commits and all their ancestors."""
    return reduce(or_, (side.line for side in sides), 0)


@dataclass
class Step:
    """One commit as it is replayed: the state before and after it, and its changes."""

    commit: Commit
    before: State
    changes: list[Change]  # at least one
    lines: Lines
    here: Reached = field(default_factory=lambda: Reached(State()))
    after: State = field(init=False)
    loosened: tuple[int, tuple[Requirement, ...]] = field(init=False)
    """When the policy was last loosened before the commit, and what it had required."""
    measures: list[Change] = field(init=False)  # of measures that exist afterwards and can be read
    closings: list[Change] = field(init=False)  # those of `measures` that close one
    comments: list[Change] = field(init=False)  # of comments that exist afterwards and can be read
    gone: list[Change] = field(init=False)
    """The changes that remove a record, a comment, or data/ledger.yaml."""

    def __post_init__(self) -> None:
        """Apply the changes and sort them by kind."""
        self.files, self.loosened = self.lines.files, self.here.loosened
        self.after = self.before.changed((each.path, each.after) for each in self.changes)
        readable = [each for each in self.changes if each.new is not None]
        self.measures = [each for each in readable if each.id and "." in each.id and each.is_record]
        self.closings = [each for each in self.measures if each.statuses[1] == "closed" != each.statuses[0]]
        self.comments = [each for each in readable if each.comment]
        removed = [each for each in self.changes if each.after is None]
        self.gone = [each for each in removed if each.is_record or each.comment or each.path == LEDGER_FILE]

    def at(self, change: Change) -> HistoryPlace:
        """Return the place of a change in the history."""
        return HistoryPlace.of(self.commit, change.path, change.id)

    def found(
        self, change: Change, message: str, severity: Severity | None = None, **words: object
    ) -> tuple[HistoryPlace, str, str, Severity | None]:
        """Return what a check finds in a change: its place, and the message with these words, the number and the path filled in."""
        text = message.format(**{"id": change.id, "path": change.path, **words})
        return self.at(change), text, "", severity

    def stands_on(self, commit: str) -> bool:
        """Return whether another commit is an ancestor of this one."""
        return self.lines.knows(self.here, commit)

    @cached_property
    def requires(self) -> tuple[Requirement, ...]:
        """What the policy in force requires: that of the commit before, because a commit may not change it for itself."""
        return requires(self.settings)

    @cached_property
    def settings(self) -> Data | None:
        """The data of `data/ledger.yaml` before the commit."""
        return self.files.record(self.before.get(LEDGER_FILE))

    @property
    def ahead(self) -> bool:
        """Whether later commits show that the clock of this one was ahead."""
        return self.commit.hash in self.lines.ahead

    @cached_property
    def day(self) -> str:
        """The day of the commit (ISO 8601), as far as the commits around support it."""
        if self.ahead:
            return datetime.fromtimestamp(self.here.last, UTC).date().isoformat()
        late = self.commit.moment_committed - self.commit.moment
        return self.commit.day if -CLOCKS <= late < BELIEVED else self.commit.committed[:10]

    @property
    def verb(self) -> Verb | None:
        """The verb that the trailers name; None if they name no action on measures."""
        return VERBS.get(cast("Action", self.commit.trailers.action))

    def renamed_evidence(self, identity: str | None) -> dict[str, str]:
        """Return the evidence files of a measure that were only renamed: old names to new names."""
        evidence = [each for each in self.changes if each.is_evidence and each.id == identity]
        added = {each.after.blob: each.name for each in evidence if each.after and not each.before}
        removed = {each.name: each.before.blob for each in evidence if each.before and not each.after}
        return {name: added[blob] for name, blob in removed.items() if blob in added}
