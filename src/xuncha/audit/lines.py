"""The lines of history: what was reached on each, what led to it, and a commit among them as the checks see it."""

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
"""Commits of one side of a merge that are looked at; whoever was away for longer is looked at from where he came back."""


@dataclass
class Reached:
    """A commit that was replayed; moments are seconds since 1970, or 0 where there is no such commit."""

    state: State
    line: int = 0  # the commits that led to it, itself included, as the bits of a number
    last: int = 0  # when the newest commit of the ledger was made that it stands on
    moment: int = 0  # the same, with itself
    claimed: int = 0  # the same, with commits whose clock may have been ahead, but by years
    adopted: bool = False  # whether the ledger was there
    loosened: tuple[int, tuple[Requirement, ...]] = (0, ())
    """When the policy was last loosened, and what it had asked."""


class Lines:
    """All lines of history, as far as they were replayed. Some commits are given as the bits of a number, by their places."""

    def __init__(self, commits: list[Commit], files: Files) -> None:
        self.commits = commits
        self.files = files
        self.places = {commit.hash: place for place, commit in enumerate(commits)}
        self.reached: dict[str, Reached] = {}
        self.past: dict[str, Past] = {}  # what was done by each commit of the ledger that is no merge
        self.changing = 0  # those of them that changed something
        self.deciding = 0  # those of which it matters on which day they were made
        self.made_by: defaultdict[str, int] = defaultdict(int)  # all commits by who has committed them
        self.taken_back: set[str] = set()
        self.ahead: set[str] = set()  # the commits whose clock the commits after them show to have been ahead
        self.began = "0"  # the day on which the history of the ledger begins
        self.signs: Callable[[str], bool] = lambda _name: False
        """Whether somebody of a name signs."""
        self.held: defaultdict[str, list[tuple[int, Version]]] = defaultdict(list)
        """What each file has held: the place of the commit, and the version."""

    def note(self, place: int, changes: list[Change], *, decides: bool) -> None:
        """Note what a commit did."""
        commit, bit = self.commits[place], 1 << place
        self.past[commit.hash] = Past(commit, changes)
        self.changing |= bit if changes else 0
        self.deciding |= bit if decides else 0
        for each in changes:
            if each.after:
                self.held[each.path].append((place, each.after))

    def knows(self, here: Reached, commit: str) -> bool:
        """Return whether a commit led to another one, or is it."""
        return bool(here.line >> self.places[commit] & 1)

    def changes(self, path: str, bits: int) -> Iterator[Past]:
        """Yield those of some commits that changed a file, with that change alone, the newest first."""
        for place, _version in reversed(self.held.get(path, ())):
            if bits >> place & 1:
                commit, changes = self.past[self.commits[place].hash]
                yield Past(commit, [each for each in changes if each.path == path])

    def last(self, bits: int, most: int = _MOST) -> Iterator[int]:
        """Yield the places of the newest of some commits, the newest first; of whoever was away for longer no more than some."""
        for _number in range(most):
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


def union(sides: Iterable[Reached]) -> int:
    """Return all commits that led to some, as the bits of a number."""
    return reduce(or_, (each.line for each in sides), 0)


@dataclass
class Step:
    """One commit replayed: how all stood before and after it, and what changed."""

    commit: Commit
    before: State
    changes: list[Change]  # one at least
    lines: Lines
    here: Reached = field(default_factory=lambda: Reached(State()))
    after: State = field(init=False)
    loosened: tuple[int, tuple[Requirement, ...]] = field(init=False)
    """When the policy was last loosened before the commit, and what it had asked."""
    measures: list[Change] = field(init=False)  # of measures that are there afterwards, and can be read
    closings: list[Change] = field(init=False)  # those by which the commit closes measures
    comments: list[Change] = field(init=False)  # of comments that are there afterwards, and can be read
    gone: list[Change] = field(init=False)
    """The changes that take away a record, a comment, or the ledger's own file."""

    def __post_init__(self) -> None:
        """Apply the changes, and sort them."""
        self.files, self.loosened = self.lines.files, self.here.loosened
        self.after = self.before.changed((each.path, each.after) for each in self.changes)
        readable = [each for each in self.changes if each.new is not None]
        self.measures = [each for each in readable if each.id and "." in each.id and each.is_record]
        self.closings = [each for each in self.measures if each.statuses[1] == "closed" != each.statuses[0]]
        self.comments = [each for each in readable if each.comment]
        gone = [each for each in self.changes if each.after is None]
        self.gone = [each for each in gone if each.is_record or each.comment or each.path == LEDGER_FILE]

    def at(self, change: Change) -> HistoryPlace:
        """Return the place of a change in the history."""
        return HistoryPlace.of(self.commit, change.path, change.id)

    def found(
        self, change: Change, message: str, severity: Severity | None = None, **words: object
    ) -> tuple[HistoryPlace, str, str, Severity | None]:
        """Return what a check has found of a change: its place, and the message with these words in it, the number and the path."""
        said = message.format(**{"id": change.id, "path": change.path, **words})
        return self.at(change), said, "", severity

    def stands_on(self, commit: str) -> bool:
        """Return whether the commit stands on another one."""
        return self.lines.knows(self.here, commit)

    @cached_property
    def requires(self) -> tuple[Requirement, ...]:
        """The policy in force: that of the commit before, since none is made for its own commit."""
        return requires(self.settings)

    @cached_property
    def settings(self) -> Data | None:
        """What `data/ledger.yaml` said before the commit."""
        return self.files.record(self.before.get(LEDGER_FILE))

    @property
    def ahead(self) -> bool:
        """Whether the commits after it show that its clock was ahead."""
        return self.commit.hash in self.lines.ahead

    @cached_property
    def day(self) -> str:
        """The day of the commit, as far as the commits around it bear it out."""
        if self.ahead:
            return datetime.fromtimestamp(self.here.last, UTC).date().isoformat()
        late = self.commit.moment_committed - self.commit.moment
        return self.commit.day if -CLOCKS <= late < BELIEVED else self.commit.committed[:10]

    @property
    def verb(self) -> Verb | None:
        """The verb that the commit says it was; None where it is no action on measures."""
        return VERBS.get(cast("Action", self.commit.trailers.action))

    def renamed_evidence(self, identity: str | None) -> dict[str, str]:
        """Return the evidence files of a measure that only took another name: their names before and after."""
        evidence = [each for each in self.changes if each.is_evidence and each.id == identity]
        come = {each.after.blob: each.name for each in evidence if each.after and not each.before}
        gone = {each.name: each.before.blob for each in evidence if each.before and not each.after}
        return {name: come[blob] for name, blob in gone.items() if blob in come}
