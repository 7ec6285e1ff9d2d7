"""The graph of history: the state at each commit, its ancestors, and the commit as the checks see it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property, reduce
from itertools import chain
from operator import or_
from typing import Final, cast

from xuncha.audit.catalogue import HistoryPlace
from xuncha.audit.facts import heading_of, is_record, name_key, number_of, required_by, text_of
from xuncha.audit.replayed import CLOCK_SKEW, MAX_DELAY, Change, Files, Rewording, State, Version
from xuncha.errors import Severity
from xuncha.model.identity import LEDGER_FILE, Identity
from xuncha.model.vocabulary import Action, Requirement
from xuncha.store.reading import Data
from xuncha.trail.replay import Commit
from xuncha.workflow.verb import Verb
from xuncha.workflow.verbs import VERBS

_MAX_COMMITS: Final = 1000
"""Limit of commits checked on one side of a merge; of a longer side, only the newest are checked."""
_FOLLOWERS: Final = 9  # following commits that a commit is compared with
_MAX_PAUSE: Final = 5 * 366 * CLOCK_SKEW  # seconds (five years); no ledger stays unchanged for that long

_Mark = tuple[str, bool, str]
"""What a record is recognised by when it is entered again: `title` or `goal`, whether it is a measure's, and its text as `name_key` returns it."""


@dataclass
class Node:
    """A commit that was replayed. Moments are seconds since 1970, or 0 if there is no such commit."""

    state: State
    ancestry: int = 0  # its ancestors and itself, as bits: see `Graph`
    previous: int = 0  # when the newest of its ancestors in the ledger was made
    moment: int = 0  # the same, itself included
    has_ledger: bool = False  # whether the ledger existed
    dropped: dict[Requirement, int] = field(default_factory=dict)
    """When the policy last dropped each of its former requirements."""


class Graph:
    """The graph of history, as far as it was replayed. A set of commits is an integer: bit n stands for the commit at place n."""

    def __init__(
        self, commits: list[Commit], files: Files, first_day: str, has_signed: Callable[[str], bool]
    ) -> None:
        self.commits, self.files = commits, files
        self.first_day = first_day  # on which the history of the ledger begins
        self.has_signed = has_signed  # whether a person of some name signs commits
        self.places = {commit.hash: place for place, commit in enumerate(commits)}
        self.nodes: dict[str, Node] = {}
        self.changes: dict[int, list[Change]] = {}  # what each commit did, without merges of several sides
        self.changing = 0  # bits of those that changed something
        self.deciding = 0  # bits of those whose date matters
        self.known_since: dict[str, int] = {}
        """When a merge brought a commit whose own date is not believed: seconds since 1970."""
        self.late: set[tuple[str, Severity]] = set()  # commits reported as late, each with the severity
        self.by_committer: defaultdict[str, int] = defaultdict(int)  # bits of all commits, by committer
        self.undone: dict[str, str] = {}  # what was taken back, by which undo
        self.renumberings: dict[str, list[dict[Identity, Identity]]] = {}
        """The new numbers that each removal gave, by the old ones; those that an undo gave back, one removal after the other."""
        self.ahead = commits_with_clock_ahead(commits)
        self.versions: defaultdict[str, list[tuple[int, Version]]] = defaultdict(list)
        """All versions of each file, each with the place of its commit."""
        self.gone: defaultdict[str, list[Data]] = defaultdict(list)
        """The records that each commit removed, without those entered twice."""
        self.removed: defaultdict[_Mark, list[tuple[str, Data]]] = defaultdict(list)
        """The same by each of their marks: the commit that removed them, and their data."""

    def add(self, place: int, changes: list[Change]) -> None:
        """Record what a commit did."""
        commit = self.commits[place]
        self.changes[place] = changes
        self.changing |= 1 << place if changes else 0
        for change in changes:
            if change.after:
                self.versions[change.path].append((place, change.after))
            is_removed = commit.trailers.action == "remove" and change.id in commit.trailers.ids
            if change.old and is_removed and not self._stands(change.old, self.nodes[commit.hash].state):
                self.gone[commit.hash].append(change.old)
                for mark in _marks(change.old):
                    self.removed[mark].append((commit.hash, change.old))

    def twins(self, removed: Data, state: State) -> Iterator[tuple[str, Version, Data]]:
        """Yield the records that have the title of a removed one: path, version and data."""
        title = name_key(text_of(removed, "title") or "")
        for path, version in chain.from_iterable(each.items() for each in state.folders.values()):
            data = self.files.record(version)
            is_twin = data and name_key(text_of(data, "title") or "") == title and is_record(path)
            if data and is_twin and ("status" in data) == ("status" in removed):
                yield path, version, data

    def _stands(self, removed: Data, state: State) -> bool:
        """Return whether another record has title, goal, time limit and finding of a removed one: it was entered twice, and is not gone."""
        marks, said = _marks(removed), {key: removed.get(key) for key in ("due", "finding")}
        twins = (data for _path, _version, data in self.twins(removed, state))
        return any(marks <= _marks(data) and said == {key: data.get(key) for key in said} for data in twins)

    def has_ancestor(self, node: Node, commit: str) -> bool:
        """Return whether a commit is an ancestor of another one, or is it."""
        return bool(node.ancestry >> self.places[commit] & 1)

    def is_undone(self, node: Node, commit: str) -> bool:
        """Return whether a commit has been taken back, as far as another one knows."""
        return commit in self.undone and self.has_ancestor(node, self.undone[commit])

    def newest(self, bits: int, limit: int = _MAX_COMMITS) -> Iterator[int]:
        """Yield the places of the newest of some commits, the newest first; at most `limit`."""
        while bits and limit:
            place = bits.bit_length() - 1
            yield place
            bits ^= 1 << place
            limit -= 1

    def tips(self, ancestry: int) -> Iterator[Node]:
        """Yield the commits with the ledger in an ancestry (bits) that are ancestors of no other one in it."""
        while ancestry:
            node = self.nodes[self.commits[ancestry.bit_length() - 1].hash]
            if node.state.get(LEDGER_FILE):
                yield node
            ancestry &= ~node.ancestry


def _marks(data: Data | None) -> set[_Mark]:
    """Return what a problem or a measure is recognised by when it is entered again."""
    is_measure = text_of(data, "status") is not None
    texts = ((key, text_of(data, key)) for key in ("title", "goal"))
    return {(key, is_measure, mark) for key, text in texts if (mark := name_key(text or ""))}


def commits_with_clock_ahead(commits: Sequence[Commit]) -> set[str]:
    """Return the commits whose clock was ahead: most of the commits that follow are earlier, or years lie between them and the commits before."""
    next_commits = {parent: commit for commit in reversed(commits) for parent in commit.parents}
    commits_ahead = set()
    latest = 0
    for commit in commits:
        limit = commit.moment_committed - CLOCK_SKEW
        followers: list[bool] = []
        follower = next_commits.get(commit.hash)
        while follower and len(followers) < _FOLLOWERS and (followers or follower.moment_committed < limit):
            followers.append(follower.moment_committed < limit)
            follower = next_commits.get(follower.hash)
        if (len(followers) > 1 and sum(followers) * 2 > len(followers)) or 0 < latest < limit - _MAX_PAUSE:
            commits_ahead.add(commit.hash)
        else:
            latest = max(latest, commit.moment_committed)
    return commits_ahead


def union(sides: Iterable[Node]) -> int:
    """Return the bits of some commits and all their ancestors."""
    return reduce(or_, (side.ancestry for side in sides), 0)


class Step:
    """One commit as it is replayed: the state before and after it, and its changes, of which there is at least one."""

    def __init__(
        self, commit: Commit, before: State, changes: list[Change], graph: Graph, node: Node | None = None
    ) -> None:
        """Apply the changes and sort them by kind."""
        self.commit, self.before, self.changes, self.graph = commit, before, changes, graph
        self.files, self.node = graph.files, node or Node(State())
        self.after = before.with_changes((each.path, each.after) for each in changes)
        readable = [each for each in changes if each.new is not None]  # these exist after the commit
        self.measures = [each for each in readable if each.id and "." in each.id and each.is_record]
        self.closings = [each for each in self.measures if each.statuses[1] == "closed" != each.statuses[0]]
        self.comments = [each for each in readable if each.comment]
        self.settings_edits = [each for each in readable if each.path == LEDGER_FILE and each.old is not None]
        gone = (each for each in changes if each.after is None)
        self.removals = [each for each in gone if each.is_record or each.comment or each.path == LEDGER_FILE]

    def at(self, change: Change) -> HistoryPlace:
        """Return the place of a change in the history."""
        return HistoryPlace.at(self.commit, change.path, change.id)

    def report(
        self, change: Change, message: str, severity: Severity | None = None, **values: object
    ) -> tuple[HistoryPlace, str, str, Severity | None]:
        """Return what a check finds in a change: its place, and the message with these words, the number and the path filled in."""
        text = message.format(**{"id": change.id, "path": change.path, **values})
        return self.at(change), text, "", severity

    def has_ancestor(self, commit: str) -> bool:
        """Return whether another commit is an ancestor of this one."""
        return self.graph.has_ancestor(self.node, commit)

    @cached_property
    def replacements(self) -> list[Change]:
        """What takes the place of a removed record, as a change of the data: from those of the removed record to its own.

        This is another record of its title that the removal leaves; later, a record that gets its title, or its goal if no
        other measure has it. A problem gets its finding by a commit of its own.
        """
        if self.commit.trailers.action == "remove":
            return [
                Change(path, number_of(path), version, version, removed, data, (None, None))
                for removed in self.graph.gone.get(self.commit.hash, ())
                for path, version, data in self.graph.twins(removed, self.after)
            ]
        return [
            each._replace(old=removed)
            for each in (self.changes if self.graph.removed else ())
            if each.is_record and each.new is not None
            for removed in self._removed_twins(each)
        ]

    def _removed_twins(self, change: Change) -> list[Data]:
        """Return the data of the records removed before whose title a commit gives to one, or whose goal if no other measure has it."""
        gets_finding = text_of(change.old, "finding") != text_of(change.new, "finding")
        marks = _marks(change.new) - (set() if gets_finding else _marks(change.old))
        marks &= self.graph.removed.keys()
        if any(key == "goal" for key, *_rest in marks):
            marks -= self._goals_before
        removed = {commit: data for mark in sorted(marks) for commit, data in self.graph.removed[mark]}
        known = (name for name in removed if self.has_ancestor(name))
        return [removed[name] for name in known if not self.graph.is_undone(self.node, name)]

    @cached_property
    def _goals_before(self) -> set[_Mark]:
        """The goals of all measures before the commit."""
        versions = (each for files in self.before.folders.values() for each in files.values())
        marks = (mark for each in versions for mark in _marks(self.files.record(each)))
        return {mark for mark in marks if mark[0] == "goal"}

    def with_former_goals(self, state: State) -> State:
        """Return a state in which the past of what takes the place of a removed measure has the goal of that one."""
        versions: dict[str, Version] = {}
        for change in self.replacements:
            title, goal = text_of(change.new, "title") or "", text_of(change.old, "goal")
            if goal and (version := versions.get(change.path) or state.get(change.path)):
                former = Rewording(self.commit.hash, title, goal)
                versions[change.path] = version._replace(rewordings=(*version.rewordings, former))
        return state.with_changes(versions.items()) if versions else state

    @cached_property
    def required(self) -> tuple[Requirement, ...]:
        """What the policy in force requires: that of the commit before, because a commit may not change it for itself."""
        return required_by(self.settings)

    @cached_property
    def settings(self) -> Data | None:
        """The data of `data/ledger.yaml` before the commit."""
        return self.files.record(self.before.get(LEDGER_FILE))

    @property
    def is_clock_ahead(self) -> bool:
        """Whether later commits show that the clock of this one was ahead."""
        return self.commit.hash in self.graph.ahead

    @cached_property
    def day(self) -> str:
        """The day of the commit (ISO 8601), as far as the commits around support it."""
        if self.is_clock_ahead:
            return datetime.fromtimestamp(self.node.previous, UTC).date().isoformat()
        delay = self.commit.moment_committed - self.commit.moment
        return self.commit.day if -CLOCK_SKEW <= delay < MAX_DELAY else self.commit.committed[:10]

    @property
    def verb(self) -> Verb | None:
        """The verb that the trailers name; None if they name no action on measures."""
        return VERBS.get(cast("Action", self.commit.trailers.action))

    @cached_property
    def _evidence(self) -> dict[str | None, list[Change]]:
        """The changes of evidence files, by the measures to which these belong."""
        changes: defaultdict[str | None, list[Change]] = defaultdict(list)
        for change in self.changes:
            if change.is_evidence:
                changes[change.id].append(change)
        return changes

    @cached_property
    def written(self) -> dict[str | None, list[Change]]:
        """The records and comments that exist after the commit, by the title or the text that they have then."""
        changes: defaultdict[str | None, list[Change]] = defaultdict(list)
        for change in self.changes:
            if change.new is not None and (change.is_record or change.comment):
                changes[heading_of(change.new)].append(change)
        return changes

    def renamed_evidence(self, identity: str | None) -> dict[str, str]:
        """Return the evidence files of a measure that were only renamed: old names to new names."""
        evidence = self._evidence.get(identity, ())
        added = {each.after.blob: each.name for each in evidence if each.after and not each.before}
        removed = {each.name: each.before.blob for each in evidence if each.before and not each.after}
        return {name: added[blob] for name, blob in removed.items() if blob in added}
