"""What a merge brings: what the others of a side did not know, and since when; whose application stands then, and what was asked before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Final

from xuncha.audit.common import Lines, Reached, union
from xuncha.audit.facts import is_record, word
from xuncha.audit.people import folded, known_as
from xuncha.audit.replayed import BELIEVED, Eased, Version
from xuncha.model.identity import LEDGER_FILE

if TYPE_CHECKING:
    from xuncha.audit.replayed import Files, Who
    from xuncha.audit.signers import Signers
    from xuncha.trail.replay import Commit

_Held = list[tuple[Reached, Version]]
"""A file on each side that has it."""
_NOTHING: Final = Version("", "", "")


class Brought:
    """What one side of a merge has done that the others did not know."""

    def __init__(
        self,
        merge: Commit,
        side: Reached,
        rest: Sequence[Reached],
        lines: Lines,
        files: Files,
        signers: Signers,
    ) -> None:
        self.merge = merge
        self.lines = lines
        line = union(rest)
        self.own = side.line & ~line
        self.theirs = line & ~side.line
        newest, self.others = (
            max((each.moment for each in some), default=0) if lines.changing & bits else 0
            for some, bits in (([side], self.own), (rest, self.theirs))
        )
        """When the others did the last that this side did not know; 0 where they did nothing."""
        self._late = self.others - newest >= BELIEVED or not lines.made_by[merge.committer] & self.theirs
        self._common = side.line & line
        self.settings = files.record(side.state.get(LEDGER_FILE))
        self.signers = signers
        self._gone_on: dict[tuple[str, ...], Mapping[int, Commit]] = {}

    def is_asked(self, commit: Commit) -> bool:
        """Return whether a commit has to bear out its day: what others publish, one who was away has not brought."""
        made_by = self.lines.made_by[commit.committer]
        return self._late or commit.committer == self.merge.committer or bool(made_by & self.theirs)

    def gone_on(self, place: int) -> Commit | None:
        """Return what somebody else, who had worked here before the sides parted, has built on a commit weeks before the merge."""
        commit, merge = self.lines.commits[place], self.merge
        people = commit.author, commit.email, commit.committer, merge.author, merge.email, merge.committer
        if people not in self._gone_on:
            self._gone_on[people] = self._built_on(people)
        return self._gone_on[people].get(place)

    def _built_on(self, people: tuple[str, ...]) -> Mapping[int, Commit]:
        """Return by the place of each commit what others than some people have built on it, weeks before the merge."""
        mine = {folded(people[0]), folded(people[3])}.union(*(self._known_as(each) for each in people))
        found: dict[int, Commit] = {}
        bits = self.own
        while bits:
            place = bits.bit_length() - 1
            bits ^= 1 << place
            commit = self.lines.commits[place]
            held = found.get(place)
            if held is None and self.others - commit.moment_committed >= BELIEVED:
                changes = self.lines.changing >> place & 1
                held = commit if changes and self._is_another(commit, mine) else None
            if held:
                found |= {self.lines.places[each]: held for each in commit.parents}
        return found

    def _is_another(self, commit: Commit, mine: set[str]) -> bool:
        """Return whether a commit is of somebody else, who was known before; where he signs, he must have signed."""
        his = {folded(commit.author), *self._known_as(commit.email), *self._known_as(commit.committer)}
        signs = self.signers.signs(commit.author)
        return (
            mine.isdisjoint(his)
            and bool(self.lines.made_by[commit.committer] & self._common)
            and (not signs or commit.hash in self.signers.signed)
        )

    def _known_as(self, email: str) -> set[str]:
        return known_as(email, self.settings)


class Joining:
    """A merge, and what it brings together."""

    def __init__(
        self, merge: Commit, parents: Sequence[Reached], lines: Lines, files: Files, signers: Signers
    ) -> None:
        self._merge = merge
        self._parents = parents
        self._lines = lines
        self._files = files
        self._signers = signers

    def among(self, sides: Sequence[Reached]) -> list[Brought]:
        """Return what each of some sides brings to the others."""
        return [
            Brought(
                self._merge,
                side,
                [each for each in sides if each is not side],
                self._lines,
                self._files,
                self._signers,
            )
            for side in sides
        ]

    @cached_property
    def _brought(self) -> dict[int, Brought]:
        return {id(side): each for side, each in zip(self._parents, self.among(self._parents), strict=True)}

    def versions(self) -> Iterator[tuple[str, Version | None]]:
        """Yield the files that the merge has of another than the first side, or of which another one knows something else."""
        first, *others = self._parents
        contents = {path: (mode, blob) for path, mode, blob in self._merge.touched}
        for other in others:
            for path in first.state.apart(other.state):
                contents.setdefault(path, (first.state.get(path) or _NOTHING)[:2])
        for path, (mode, blob) in contents.items():
            yield path, self._version(path, mode, blob) if blob else None

    def _version(self, path: str, mode: str, blob: str) -> Version:
        """Return a file as the merge has made it, with what is known of it; whichever side is named first."""
        held: _Held = [(side, version) for side in self._parents if (version := side.state.get(path))]
        same = next((each for _side, each in held if each[:2] == (mode, blob)), None)
        if same and len({each[3:] for _side, each in held}) == 1:
            return same
        is_read = is_record(path) and self._files.record(Version(mode, blob, blob)) is not None
        usual = same.readable if same else next((each.readable for _side, each in held), "")
        version = Version(mode, blob, blob if is_read else usual)
        status = word(self._files.record(version), "status") if is_record(path) else None
        decided = status in {"submitted", "closed"} or any(each.decided for _side, each in held)
        version = version._replace(decided=decided, eased=self._eased(held, status))
        if status == "submitted":
            return version._replace(applicants=self._applicants(held))
        if status == "closed":
            closings = [(side, each) for side, each in held if each.closer]
            stand = [each for side, each in closings if each.closer and self._stands(each.closer, held)]
            closed = next(iter(stand or [each for _side, each in closings]), _NOTHING)
            return version._replace(applicants=closed.applicants, closer=closed.closer)
        return version

    def _knows(self, side: Reached, commit: str) -> bool:
        return bool(side.line >> self._lines.places[commit] & 1)

    def _stands(self, who: Who, held: _Held) -> bool:
        """Return whether what somebody did still stands: no side has gone on beyond it."""
        return not any(
            self._knows(side, who.since) and who not in (each.closer, *each.applicants) for side, each in held
        )

    def _applicants(self, held: _Held) -> tuple[Who, ...]:
        """Return those whose applications stand; of two that did not know of each other, both do."""
        applied = {who for _side, each in held if not each.closer for who in each.applicants}
        return tuple(
            sorted((who for who in applied if self._stands(who, held)), key=lambda who: (who.day, who))
        )

    def _eased(self, held: _Held, status: str | None) -> Eased | None:
        """Return what a measure was to reach before that was changed on any side, and when the others heard of that."""
        found = []
        for side, version in held:
            eased = version.eased
            if eased is None:
                continue
            place, others = self._lines.places[eased.commit], [each for each in held if each[0] is not side]
            if any(
                self._knows(other, eased.commit) and (each.eased is None or each.eased.commit != eased.commit)
                for other, each in others
            ):
                continue  # there it was changed again, or taken back
            brought = self._brought[id(side)]
            came = max(self._merge.moment_committed, brought.others)
            if brought.own >> place & 1:
                unheard = any(
                    not any(self._knows(side, who.since) for who in each.applicants)
                    for _other, each in others
                    if each.applicants and not each.closer
                )
                if status == "submitted" and unheard:  # whoever applied there has not seen the new words
                    eased = eased._replace(moment=came, applied=True)
                elif (
                    brought.others
                    and brought.is_asked(self._lines.commits[place])
                    and not brought.gone_on(place)
                ):
                    eased = eased._replace(moment=came)
            found.append((version.eased.moment if version.eased else 0, eased))
        if not found:
            return None
        last = max(each.moment for _then, each in found)
        # What was changed here and there in these weeks is one change, from the words that stood first.
        _then, first = min(
            (each for each in found if last - each[1].moment < BELIEVED), key=lambda each: each[0]
        )
        newest = max((each for _then, each in found), key=lambda each: each.moment)
        return first._replace(
            moment=last, applied=any(each.applied for _then, each in found), commit=newest.commit
        )
