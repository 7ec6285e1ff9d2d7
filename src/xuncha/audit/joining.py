"""A merge: what its sides make of a file, what each side adds, and whose application for closing is valid after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from xuncha.audit.facts import is_record, word
from xuncha.audit.lines import Lines, Reached, union
from xuncha.audit.people import Signers, folded, known_as
from xuncha.audit.replayed import BELIEVED, Eased, State, Version, Who
from xuncha.model.identity import LEDGER_FILE
from xuncha.sync.values import MISSING, UNSETTLED, merge_values, settled
from xuncha.trail.replay import Commit

_Held = list[tuple[Reached, Version]]
"""The versions of a file, each with the side that has it."""
_NOTHING: Final = Version("", "", "")
_DEEPEST: Final = 50
"""Limit of criss-cross merges that are followed back; a common version from before them counts as none."""


class Brought:
    """What one side of a merge has done that the other sides did not know."""

    def __init__(self, joining: Joining, side: Reached) -> None:
        self.side = side
        self.joining = joining
        self._lines = lines = joining.lines
        others = [each for each in joining.sides if each is not side]
        line = union(others)
        self.own, self.theirs, self._common = side.line & ~line, line & ~side.line, side.line & line
        newest, self.others = (
            max((each.moment for each in some), default=0) if lines.changing & bits else 0
            for some, bits in (([side], self.own), (others, self.theirs))
        )
        """`others` is when the other sides last changed what this side did not know (seconds since 1970); 0 if they changed nothing."""
        has_worked_there = lines.made_by[joining.commit.committer] & self.theirs
        self._late = self.others - newest >= BELIEVED or not has_worked_there
        self.settings = lines.files.record(side.state.get(LEDGER_FILE))
        self._gone_on: dict[tuple[str, ...], Mapping[int, Commit]] = {}

    def is_asked(self, commit: Commit) -> bool:
        """Return whether the date of a commit is checked: not if others published it while the person who merges was away."""
        made_by = self._lines.made_by[commit.committer]
        return self._late or commit.committer == self.joining.commit.committer or bool(made_by & self.theirs)

    def gone_on(self, place: int) -> Commit | None:
        """Return a later commit on top of a commit, if somebody known before the sides parted made it weeks before the merge; else None."""
        commit, merge = self._lines.commits[place], self.joining.commit
        people = commit.author, commit.email, commit.committer, merge.author, merge.email, merge.committer
        if people not in self._gone_on:
            self._gone_on[people] = self._built_on(people)
        return self._gone_on[people].get(place)

    def _built_on(self, people: tuple[str, ...]) -> Mapping[int, Commit]:
        """Map the place of each commit to a later commit on top of it, made weeks before the merge by somebody else than some people."""
        names = {folded(people[0]), folded(people[3])}.union(
            *(known_as(each, self.settings) for each in people)
        )
        lines = self._lines
        found: dict[int, Commit] = {}
        for place in lines.last(self.own, len(lines.commits)):
            commit, follower = lines.commits[place], found.get(place)
            old = self.others - commit.moment_committed >= BELIEVED
            if follower is None and old and lines.changing >> place & 1 and self._is_another(commit, names):
                follower = commit
            if follower:
                found |= {lines.places[each]: follower for each in commit.parents}
        return found

    def _is_another(self, commit: Commit, mine: set[str]) -> bool:
        """Return whether a commit is by somebody else who was known before the sides parted; if that author signs, it must be signed."""
        author_names = {folded(commit.author)}.union(
            *(known_as(email, self.settings) for email in (commit.email, commit.committer))
        )
        signers = self.joining.signers
        return (
            mine.isdisjoint(author_names)
            and bool(self._lines.made_by[commit.committer] & self._common)
            and (not signers.signs(commit.author) or commit.hash in signers.signed)
        )


@dataclass
class Joining:
    """A merge and its sides."""

    commit: Commit
    sides: Sequence[Reached]
    lines: Lines
    signers: Signers
    result: State = field(default_factory=State)  # the files after the merge
    _joined: dict[tuple[str, tuple[int, ...]], Any] = field(default_factory=dict, init=False)

    @cached_property
    def brought(self) -> list[Brought]:
        """What each side adds to the others."""
        return [Brought(self, side) for side in self.sides]

    def content(self, path: str, held: Any) -> Any:  # noqa: ANN401  any value of YAML
        """Return what a file holds: the data of a record, or the hash of any other file; a value that is already joined is returned as it is."""
        if held is None:
            return MISSING
        if not isinstance(held, Version):
            return held
        files = self.lines.files
        return files.read(held.blob, held.mode) if is_record(path) else files.digest(held.blob)

    def joined(self, path: str, heads: Sequence[Reached], deep: int = _DEEPEST) -> Any:  # noqa: ANN401
        """Return what a file holds after some commits are merged: a version, or merged data.

        The result is what `sync` would make; where the commits disagree, it is UNSETTLED.
        """
        key = path, tuple(id(head) for head in heads)
        if key in self._joined:
            return self._joined[key]
        held: Any = heads[0].state.get(path) if heads else None
        line = heads[0].line if heads else 0
        for head in heads[1:]:
            theirs = head.state.get(path)
            if named_by(held) != named_by(theirs):
                common = [*self.lines.newest(line & head.line)]
                base = self.joined(path, common, deep - 1) if deep else None
                held = self._join(path, base, held, theirs)
            line |= head.line
        self._joined[key] = held
        return held

    def _join(self, path: str, *versions: Any) -> Any:  # noqa: ANN401
        base, *sides = map(named_by, versions)
        agreed = settled(base, sides)
        if agreed is not UNSETTLED:
            return next(each for each in versions if named_by(each) == agreed)
        before, first, second = (self.content(path, each) for each in versions)
        agreed = settled(before, [first, second])
        if agreed is not UNSETTLED or not (isinstance(first, dict) and isinstance(second, dict)):
            return None if agreed is MISSING else agreed
        merged = merge_values(before if isinstance(before, dict) else {}, first, second)
        disputed = {str(each.location[0]): UNSETTLED for each in merged.disputes if each.location}
        return {**merged.result, **disputed}

    def base(self, path: str) -> Any:  # noqa: ANN401
        """Return what a file holds in the common history of the last side and the others; several common commits are joined.

        If that has no such file but both have entered it, return the version that both entered: git can copy a commit to another branch.
        """
        lines, line, last = self.lines, union(self.sides[:-1]), self.sides[-1].line
        held = self.joined(path, [*lines.newest(line & last)])
        if held is None and path in lines.held:
            versions = lines.held[path]
            first, second = ([each for place, each in versions if side >> place & 1] for side in (line, last))
            blobs = {each.blob for each in second}
            held = next((each for each in reversed(first) if each.blob in blobs), None)
        return held

    def versions(self) -> Iterator[tuple[str, Version | None]]:
        """Yield the files in which the merge differs from its first side, or that another side has with another past."""
        first, *others = self.sides
        contents = {path: (mode, blob) for path, mode, blob in self.commit.touched}
        for other in others:
            for path in first.state.apart(other.state):
                contents.setdefault(path, (first.state.get(path) or _NOTHING)[:2])
        for path, (mode, blob) in contents.items():
            yield path, self._version(path, mode, blob) if blob else None

    def _version(self, path: str, mode: str, blob: str) -> Version:
        """Return a file as the merge made it, with what is known of its past; the order of the sides does not matter."""
        held: _Held = [(side, version) for side in self.sides if (version := side.state.get(path))]
        same = next((other for _side, other in held if other[:2] == (mode, blob)), None)
        if same and len({other[3:] for _side, other in held}) == 1:
            return same
        files = self.lines.files
        is_read = is_record(path) and files.record(Version(mode, blob, blob)) is not None
        usual = same.readable if same else next((other.readable for _side, other in held), "")
        version = Version(mode, blob, blob if is_read else usual)
        status = word(files.record(version), "status") if is_record(path) else None
        decided = status in {"submitted", "closed"} or any(other.decided for _side, other in held)
        version = version._replace(decided=decided, eased=self._eased(held, status))
        if status == "submitted":
            return version._replace(applicants=self._applicants(held))
        if status == "closed":
            closings = [other for _side, other in held if other.closer]
            stand = [other for other in closings if other.closer and self._stands(other.closer, held)]
            closed = next(iter(stand or closings), _NOTHING)
            return version._replace(applicants=closed.applicants, closer=closed.closer)
        return version

    def _stands(self, who: Who, held: _Held) -> bool:
        """Return whether an application or a closing still stands: no side that knew of it has replaced it."""
        return not any(
            self.lines.knows(side, who.since) and who not in (version.closer, *version.applicants)
            for side, version in held
        )

    def _applicants(self, held: _Held) -> tuple[Who, ...]:
        """Return the persons whose applications stand; of two that did not know of each other, both do."""
        applied = {who for _side, version in held if not version.closer for who in version.applicants}
        standing = [who for who in applied if self._stands(who, held)]
        return tuple(sorted(standing, key=lambda who: (who.day, who)))

    def _eased(self, held: _Held, status: str | None) -> Eased | None:
        """Return the title and the goal of a measure before any side changed them, and when the other sides learned of that."""
        easings, lines = [], self.lines
        for side, version in held:
            eased = version.eased
            if eased is None:
                continue
            changed, others = eased.moment, [each for each in held if each[0] is not side]
            if any(
                lines.knows(other, eased.commit) and (each.eased is None or each.eased.commit != eased.commit)
                for other, each in others
            ):
                continue  # another side has changed them again, or taken that back
            place = lines.places[eased.commit]
            brought = next(each for each in self.brought if each.side is side)
            arrived = max(self.commit.moment_committed, brought.others)
            if brought.own >> place & 1:
                unheard = any(
                    not any(lines.knows(side, who.since) for who in each.applicants)
                    for _other, each in others
                    if each.applicants and not each.closer
                )
                is_asked = brought.others and brought.is_asked(lines.commits[place])
                if status == "submitted" and unheard:  # the applicant there has not seen the new words
                    eased = eased._replace(moment=arrived, applied=True)
                elif is_asked and not brought.gone_on(place):
                    eased = eased._replace(moment=arrived)
            easings.append((changed, eased))
        if not easings:
            return None
        newest = max((each for _changed, each in easings), key=lambda each: each.moment)
        # Changes on several sides within two weeks count as one, from the words that stood first.
        recent = [pair for pair in easings if newest.moment - pair[1].moment < BELIEVED]
        _changed, first = min(recent, key=lambda pair: pair[0])
        applied = any(each.applied for _changed, each in easings)
        return first._replace(moment=newest.moment, applied=applied, commit=newest.commit)


def named_by(held: Any) -> Any:  # noqa: ANN401
    """Return what tells whether two versions are the same: mode and blob, or the data itself."""
    return held[:2] if isinstance(held, Version) else held
