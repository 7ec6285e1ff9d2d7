"""A merge: what a file would be by its sides, what each of them brings that the others did not know, and whose application stands then."""

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
"""A file on each side that has it."""
_NOTHING: Final = Version("", "", "")
_DEEPEST: Final = 50
"""Crossings one before another that are looked through; what was common before them counts as nothing."""


class Brought:
    """What one side of a merge has done that the others did not know."""

    def __init__(self, joining: Joining, side: Reached) -> None:
        self.side = side
        self.joining = joining
        self._lines = lines = joining.lines
        rest = [each for each in joining.sides if each is not side]
        line = union(rest)
        self.own, self.theirs, self._common = side.line & ~line, line & ~side.line, side.line & line
        newest, self.others = (
            max((each.moment for each in some), default=0) if lines.changing & bits else 0
            for some, bits in (([side], self.own), (rest, self.theirs))
        )
        """When the others did the last that this side did not know; 0 where they did nothing."""
        has_worked_there = lines.made_by[joining.commit.committer] & self.theirs
        self._late = self.others - newest >= BELIEVED or not has_worked_there
        self.settings = lines.files.record(side.state.get(LEDGER_FILE))
        self._gone_on: dict[tuple[str, ...], Mapping[int, Commit]] = {}

    def is_asked(self, commit: Commit) -> bool:
        """Return whether a commit has to bear out its day: what others publish, one who was away has not brought."""
        made_by = self._lines.made_by[commit.committer]
        return self._late or commit.committer == self.joining.commit.committer or bool(made_by & self.theirs)

    def gone_on(self, place: int) -> Commit | None:
        """Return what somebody else, who had worked here before the sides parted, has built on a commit weeks before the merge."""
        commit, merge = self._lines.commits[place], self.joining.commit
        people = commit.author, commit.email, commit.committer, merge.author, merge.email, merge.committer
        if people not in self._gone_on:
            self._gone_on[people] = self._built_on(people)
        return self._gone_on[people].get(place)

    def _built_on(self, people: tuple[str, ...]) -> Mapping[int, Commit]:
        """Return by the place of each commit what others than some people have built on it, weeks before the merge."""
        mine = {folded(people[0]), folded(people[3])}.union(
            *(known_as(each, self.settings) for each in people)
        )
        lines = self._lines
        found: dict[int, Commit] = {}
        for place in lines.last(self.own, len(lines.commits)):
            commit, held = lines.commits[place], found.get(place)
            old = self.others - commit.moment_committed >= BELIEVED
            if held is None and old and lines.changing >> place & 1 and self._is_another(commit, mine):
                held = commit
            if held:
                found |= {lines.places[each]: held for each in commit.parents}
        return found

    def _is_another(self, commit: Commit, mine: set[str]) -> bool:
        """Return whether a commit is of somebody else, who was known before; where he signs, he must have signed."""
        his = {folded(commit.author)}.union(
            *(known_as(each, self.settings) for each in (commit.email, commit.committer))
        )
        signers = self.joining.signers
        return (
            mine.isdisjoint(his)
            and bool(self._lines.made_by[commit.committer] & self._common)
            and (not signers.signs(commit.author) or commit.hash in signers.signed)
        )


@dataclass
class Joining:
    """A merge, and what it brings together."""

    commit: Commit
    sides: Sequence[Reached]
    lines: Lines
    signers: Signers
    result: State = field(default_factory=State)  # the files as it has made them
    _joined: dict[tuple[str, tuple[int, ...]], Any] = field(default_factory=dict, init=False)

    @cached_property
    def brought(self) -> list[Brought]:
        """What each of the sides brings to the others."""
        return [Brought(self, side) for side in self.sides]

    def content(self, path: str, held: Any) -> Any:  # noqa: ANN401  whatever YAML can say
        """Return what a file holds: the data of a record, the hash of another; what was joined already stays."""
        if held is None:
            return MISSING
        if not isinstance(held, Version):
            return held
        files = self.lines.files
        return files.read(held.blob, held.mode) if is_record(path) else files.digest(held.blob)

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
                common = [*self.lines.newest(line & each.line)]
                below = self.joined(path, common, deep - 1) if deep else None
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

    def base(self, path: str) -> Any:  # noqa: ANN401
        """Return what a file holds in what the last side has in common with the others, of which one may be several, joined.

        Where both have entered it, that is what one has entered and the other too: git can take a commit over to another branch.
        """
        lines, line, last = self.lines, union(self.sides[:-1]), self.sides[-1].line
        held = self.joined(path, [*lines.newest(line & last)])
        if held is None and path in lines.held:
            told = lines.held[path]
            one, two = ([each for place, each in told if side >> place & 1] for side in (line, last))
            known = {each.blob for each in two}
            held = next((each for each in reversed(one) if each.blob in known), None)
        return held

    def versions(self) -> Iterator[tuple[str, Version | None]]:
        """Yield the files that the merge has of another than the first side, or of which another one knows something else."""
        first, *others = self.sides
        contents = {path: (mode, blob) for path, mode, blob in self.commit.touched}
        for other in others:
            for path in first.state.apart(other.state):
                contents.setdefault(path, (first.state.get(path) or _NOTHING)[:2])
        for path, (mode, blob) in contents.items():
            yield path, self._version(path, mode, blob) if blob else None

    def _version(self, path: str, mode: str, blob: str) -> Version:
        """Return a file as the merge has made it, with what is known of it; whichever side is named first."""
        held: _Held = [(side, version) for side in self.sides if (version := side.state.get(path))]
        same = next((each for _side, each in held if each[:2] == (mode, blob)), None)
        if same and len({each[3:] for _side, each in held}) == 1:
            return same
        files = self.lines.files
        is_read = is_record(path) and files.record(Version(mode, blob, blob)) is not None
        usual = same.readable if same else next((each.readable for _side, each in held), "")
        version = Version(mode, blob, blob if is_read else usual)
        status = word(files.record(version), "status") if is_record(path) else None
        decided = status in {"submitted", "closed"} or any(each.decided for _side, each in held)
        version = version._replace(decided=decided, eased=self._eased(held, status))
        if status == "submitted":
            return version._replace(applicants=self._applicants(held))
        if status == "closed":
            closings = [each for _side, each in held if each.closer]
            stand = [each for each in closings if each.closer and self._stands(each.closer, held)]
            closed = next(iter(stand or closings), _NOTHING)
            return version._replace(applicants=closed.applicants, closer=closed.closer)
        return version

    def _stands(self, who: Who, held: _Held) -> bool:
        """Return whether what somebody did still stands: no side has gone on beyond it."""
        return not any(
            self.lines.knows(side, who.since) and who not in (each.closer, *each.applicants)
            for side, each in held
        )

    def _applicants(self, held: _Held) -> tuple[Who, ...]:
        """Return those whose applications stand; of two that did not know of each other, both do."""
        applied = {who for _side, each in held if not each.closer for who in each.applicants}
        standing = [who for who in applied if self._stands(who, held)]
        return tuple(sorted(standing, key=lambda who: (who.day, who)))

    def _eased(self, held: _Held, status: str | None) -> Eased | None:
        """Return what a measure was to reach before that was changed on any side, and when the others heard of that."""
        found, lines = [], self.lines
        for side, version in held:
            eased = version.eased
            if eased is None:
                continue
            then, others = eased.moment, [each for each in held if each[0] is not side]
            if any(
                lines.knows(other, eased.commit) and (each.eased is None or each.eased.commit != eased.commit)
                for other, each in others
            ):
                continue  # there it was changed again, or taken back
            place = lines.places[eased.commit]
            brought = next(each for each in self.brought if each.side is side)
            came = max(self.commit.moment_committed, brought.others)
            if brought.own >> place & 1:
                unheard = any(
                    not any(lines.knows(side, who.since) for who in each.applicants)
                    for _other, each in others
                    if each.applicants and not each.closer
                )
                is_asked = brought.others and brought.is_asked(lines.commits[place])
                if status == "submitted" and unheard:  # whoever applied there has not seen the new words
                    eased = eased._replace(moment=came, applied=True)
                elif is_asked and not brought.gone_on(place):
                    eased = eased._replace(moment=came)
            found.append((then, eased))
        if not found:
            return None
        newest = max((each for _then, each in found), key=lambda each: each.moment)
        # What was changed here and there in these weeks is one change, from the words that stood first.
        recent = [pair for pair in found if newest.moment - pair[1].moment < BELIEVED]
        _then, first = min(recent, key=lambda pair: pair[0])
        applied = any(each.applied for _then, each in found)
        return first._replace(moment=newest.moment, applied=applied, commit=newest.commit)


def named_by(held: Any) -> Any:  # noqa: ANN401
    """Return what makes two versions of a file the same."""
    return held[:2] if isinstance(held, Version) else held
