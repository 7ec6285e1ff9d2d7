"""A merge: what its sides make of a file, what each side adds, and whose application for closing is valid after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Final

from xuncha.audit.facts import folded, is_record, text_of
from xuncha.audit.graph import Graph, Node, union
from xuncha.audit.people import Signers, addresses_of
from xuncha.audit.replayed import MAX_DELAY, Actor, State, Version
from xuncha.model.identity import LEDGER_FILE
from xuncha.sync.values import MISSING, UNSETTLED, merge_values, merged_value
from xuncha.trail.replay import Commit

_Versions = list[tuple[Node, Version]]  # the versions of a file, each with the side that has it
_MAX_DEPTH: Final = 50
"""Limit of criss-cross merges that are followed back; a common version from before them counts as none."""


class Contribution:
    """What one side of a merge has done that the other sides did not know."""

    def __init__(self, joining: Joining, side: Node) -> None:
        self.joining = joining
        self._graph = graph = joining.graph
        others = [each for each in joining.sides if each is not side]
        ancestry = union(others)
        self.own, self.theirs = side.ancestry & ~ancestry, ancestry & ~side.ancestry
        self._common = side.ancestry & ancestry
        own_moment = side.moment if graph.changing & self.own else 0
        self.others_time = max(each.moment for each in others) if graph.changing & self.theirs else 0
        """When the other sides last changed what this side did not know (seconds since 1970); 0 if they changed nothing."""
        has_worked_on_others = graph.by_committer[joining.commit.committer] & self.theirs
        self._checks_all = self.others_time - own_moment >= MAX_DELAY or not has_worked_on_others
        self.settings = graph.files.record(side.state.get(LEDGER_FILE))
        self._followers: dict[tuple[str, ...], Mapping[int, Commit]] = {}

    def is_date_checked(self, commit: Commit) -> bool:
        """Return whether the date of a commit is checked: not if others published it while the person who merges was away."""
        is_own = commit.committer == self.joining.commit.committer
        has_worked_on_others = bool(self._graph.by_committer[commit.committer] & self.theirs)
        return self._checks_all or is_own or has_worked_on_others

    def follower(self, place: int) -> Commit | None:
        """Return a descendant of a commit that was made weeks before the merge, by somebody else who was known before the sides parted; else None."""
        commit, merge = self._graph.commits[place], self.joining.commit
        people = commit.author, commit.email, commit.committer, merge.author, merge.email, merge.committer
        if people not in self._followers:
            self._followers[people] = self._find_followers(people)
        return self._followers[people].get(place)

    def _find_followers(self, people: tuple[str, ...]) -> Mapping[int, Commit]:
        """Map the place of each commit to a later commit on top of it, made weeks before the merge by somebody else than some people."""
        names = {folded(people[0]), folded(people[3])} | addresses_of(self.settings, *people)
        graph = self._graph
        followers: dict[int, Commit] = {}
        for place in graph.newest(self.own, len(graph.commits)):
            commit, follower = graph.commits[place], followers.get(place)
            old = self.others_time - commit.moment_committed >= MAX_DELAY
            if follower is None and old and graph.changing >> place & 1 and self._by_another(commit, names):
                follower = commit
            if follower:
                followers |= {graph.places[each]: follower for each in commit.parents}
        return followers

    def _by_another(self, commit: Commit, names: set[str]) -> bool:
        """Return whether a commit is by somebody else who was known before the sides parted; if that author signs, it must be signed."""
        author_names = {folded(commit.author)} | addresses_of(self.settings, commit.email, commit.committer)
        signers = self.joining.signers
        return (
            names.isdisjoint(author_names)
            and bool(self._graph.by_committer[commit.committer] & self._common)
            and (not signers.has_signed(commit.author) or commit.hash in signers.signed_commits)
        )


@dataclass
class Joining:
    """A merge and its sides."""

    commit: Commit
    sides: Sequence[Node]
    graph: Graph
    signers: Signers
    result: State = field(default_factory=State)  # the files after the merge
    _merged: dict[tuple[str, tuple[int, ...]], Any] = field(default_factory=dict, init=False)

    @cached_property
    def contributions(self) -> list[Contribution]:
        """What each side adds to the others."""
        return [Contribution(self, side) for side in self.sides]

    def content(self, path: str, version: Any) -> Any:  # noqa: ANN401  any value of YAML
        """Return what a file holds: the data of a record, or the hash of any other file; a value that is already joined is returned as it is."""
        if version is None:
            return MISSING
        if not isinstance(version, Version):
            return version
        files = self.graph.files
        return files.read(version.blob, version.mode) if is_record(path) else files.digest(version.blob)

    def merged(self, path: str, heads: Sequence[Node], depth: int = _MAX_DEPTH) -> Any:  # noqa: ANN401
        """Return what a file holds after some commits are merged: a version, or merged data.

        The result is what `sync` would make; where the commits disagree, it is UNSETTLED.
        """
        key = path, tuple(id(head) for head in heads)
        if key in self._merged:
            return self._merged[key]
        merged: Any = heads[0].state.get(path) if heads else None
        ancestry = heads[0].ancestry if heads else 0
        for head in heads[1:]:
            theirs = head.state.get(path)
            if key_of(merged) != key_of(theirs):
                common = [*self.graph.tips(ancestry & head.ancestry)]
                base = self.merged(path, common, depth - 1) if depth else None
                merged = self._joined(path, base, merged, theirs)
            ancestry |= head.ancestry
        self._merged[key] = merged
        return merged

    def _joined(self, path: str, *versions: Any) -> Any:  # noqa: ANN401
        """Join a base and two sides: by their hashes if these decide, else by their data as a whole, else key by key."""
        for value_of in (key_of, partial(self.content, path)):
            base, *sides = map(value_of, versions)
            merged = merged_value(base, sides)
            if merged is not UNSETTLED:
                return next(each for each in versions if value_of(each) == merged)
        if not all(isinstance(each, dict) for each in (base, *sides)):
            return UNSETTLED
        data = merge_values(base, *sides)
        return data.result | {str(each.location[0]): UNSETTLED for each in data.disputes}

    def base(self, path: str) -> Any:  # noqa: ANN401
        """Return what a file holds in the common history of the last side and the others; several common commits are joined.

        If that has no such file but both have entered it, return the version that both entered, such as by a commit that was cherry-picked.
        """
        graph, rest, last = self.graph, union(self.sides[:-1]), self.sides[-1].ancestry
        version = self.merged(path, [*graph.tips(rest & last)])
        if version is None and path in graph.versions:
            versions = graph.versions[path]
            first, second = ([each for place, each in versions if side >> place & 1] for side in (rest, last))
            blobs = {each.blob for each in second}
            version = next((each for each in reversed(first) if each.blob in blobs), None)
        return version

    def versions(self) -> Iterator[tuple[str, Version | None]]:
        """Yield the files in which the merge differs from its first side, or that another side has with another past."""
        first, *others = self.sides
        contents = {path: (mode, blob) for path, mode, blob in self.commit.touched}
        for other in others:
            for path in first.state.paths_with_different_past(other.state):
                contents.setdefault(path, (first.state.get(path) or Version())[:2])
        for path, (mode, blob) in contents.items():
            yield path, self._version(path, mode, blob) if blob else None

    def _version(self, path: str, mode: str, blob: str) -> Version:
        """Return a file as the merge made it, with what is known of its past; the order of the sides does not matter."""
        versions: _Versions = [(side, version) for side in self.sides if (version := side.state.get(path))]
        same = next((other for _side, other in versions if other[:2] == (mode, blob)), None)
        if same and len({other[3:] for _side, other in versions}) == 1:
            return same
        files = self.graph.files
        is_read = is_record(path) and files.record(Version(mode, blob, blob)) is not None
        readable = same.readable if same else next((other.readable for _side, other in versions), "")
        version = Version(mode, blob, blob if is_read else readable)
        status = text_of(files.record(version), "status") if is_record(path) else None
        rewordings = {each for _side, other in versions for each in other.rewordings}
        version = version._replace(
            submitted=status in {"submitted", "closed"} or any(other.submitted for _side, other in versions),
            rewordings=tuple(sorted(rewordings, key=lambda each: self.graph.places[each.commit])),
        )
        if status == "submitted":
            return version._replace(applicants=self._applicants(versions))
        if status == "closed":
            closings = [other for _side, other in versions if other.closer]
            valid = [other for other in closings if other.closer and self._is_valid(other.closer, versions)]
            closed = next(iter(valid or closings), Version())
            return version._replace(applicants=closed.applicants, closer=closed.closer)
        return version

    def _is_valid(self, actor: Actor, versions: _Versions) -> bool:
        """Return whether an application or a closing still stands: no side that knew of it has replaced it."""
        return not any(
            self.graph.has_ancestor(side, actor.since) and actor not in (version.closer, *version.applicants)
            for side, version in versions
        )

    def _applicants(self, versions: _Versions) -> tuple[Actor, ...]:
        """Return the persons whose applications stand; of two that did not know of each other, both do."""
        applied = {actor for _side, version in versions if not version.closer for actor in version.applicants}
        valid = [who for who in applied if self._is_valid(who, versions)]
        return tuple(sorted(valid, key=lambda who: (who.day, who)))


def key_of(version: Any) -> Any:  # noqa: ANN401
    """Return what tells whether two versions are the same: mode and blob, or the data itself."""
    return version[:2] if isinstance(version, Version) else version
