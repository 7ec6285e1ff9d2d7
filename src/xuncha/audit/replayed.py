"""History as it is replayed: how the files stood at a commit, what the next one did to them, and what they say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from typing import Final, NamedTuple

from xuncha.audit.facts import Data, is_record, number_of, word
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE, PROBLEMS, CommentNumber
from xuncha.model.source import LARGEST_POINTER, Fingerprint, pointed_at
from xuncha.store.faults import UnreadableError
from xuncha.store.reading import parse
from xuncha.trail.contents import Stored
from xuncha.trail.replay import Commit

CLOCKS: Final = 86_400
"""Seconds by which clocks may differ."""
BELIEVED: Final = 14 * 86_400
"""Seconds for which work is believed to have lain in a clone before it was sent, and what was done before it was recorded."""


class Who(NamedTuple):
    """Whoever did something, as a commit claims it."""

    name: str
    email: str
    committer: str  # the e-mail of whoever made the commit
    day: str
    commit: str
    since: str  # the commit by which it stands: that one, or an undo which gave it back

    @classmethod
    def of(cls, made: Commit) -> Who:
        """Return who made a commit."""
        return cls(made.author, made.email, made.committer, made.day, made.hash, made.hash)


class Eased(NamedTuple):
    """The words by which a measure is judged, before they were changed."""

    title: str
    goal: str
    moment: int  # when they were changed, or came in by a merge
    applied: bool  # whether closing was applied for then
    commit: str  # the last commit that changed them


class Version(NamedTuple):
    """One file at one commit."""

    mode: str
    blob: str
    readable: str
    """The last content that could be read, to which what follows is compared; empty where there was none."""
    applicants: tuple[Who, ...] = ()
    """Whoever made the application that stands, or stood when the measure was closed; of several that met in a merge it may be any."""
    decided: bool = False  # whether closing of the measure was ever applied for or granted
    closer: Who | None = None  # whoever closed the measure, while it is closed
    eased: Eased | None = None  # what the measure was to reach before that was last changed

    @property
    def is_file(self) -> bool:
        """Whether it is a file, and not a link or another repository."""
        return self.mode.startswith("100")

    def going_on(self, earlier: Version | None) -> Version:
        """Return this version with what the past of another version tells."""
        was = earlier or Version("", "", "")
        decided = was.decided or self.decided
        return self._replace(applicants=was.applicants, closer=was.closer, eased=was.eased, decided=decided)


class State:
    """All files of a ledger at one commit. Folders that do not change are shared between states."""

    def __init__(self, folders: dict[str, dict[str, Version]] | None = None) -> None:
        self.folders = folders or {}

    def get(self, path: str) -> Version | None:
        """Return one file; None where it is not there."""
        return self.folders.get(path.rpartition("/")[0], {}).get(path)

    def changed(self, changes: Iterable[tuple[str, Version | None]]) -> State:
        """Return the state after some files have changed, or have gone."""
        changed: defaultdict[str, dict[str, Version | None]] = defaultdict(dict)
        for path, version in changes:
            changed[path.rpartition("/")[0]][path] = version
        folders = self.folders.copy()
        for name, new in changed.items():
            held = {**folders.get(name, {}), **new}
            folders[name] = {path: version for path, version in held.items() if version}
        return State(folders)

    def differing(self, other: State) -> Iterator[str]:
        """Yield the files whose content is another one there, or that only one of the two holds."""
        for name in {**self.folders, **other.folders}:
            mine, theirs = self.folders.get(name, {}), other.folders.get(name, {})
            for path in {**mine, **theirs} if mine is not theirs else ():
                one, two = mine.get(path), theirs.get(path)
                if (one and one[:2]) != (two and two[:2]):
                    yield path

    def apart(self, other: State) -> Iterator[str]:
        """Yield the files that both hold, and of which the two know another past."""
        for name in self.folders.keys() & other.folders.keys():
            mine, theirs = self.folders[name], other.folders[name]
            for path in mine.keys() & theirs.keys() if mine is not theirs else ():
                one, two = mine[path], theirs[path]
                if one is not two and one[3:] != two[3:]:
                    yield path


class Unreadable(NamedTuple):
    """Why a content is no record."""

    reason: str


class Files:
    """The contents that a history holds, each read once."""

    def __init__(self, stored: Iterable[Stored], records: Container[str]) -> None:
        """Take the contents in; of what is no record, no more is kept than tells what it is."""
        self._stored = {
            each.name: each if each.name in records else each._replace(content=each.content[:LARGEST_POINTER])
            for each in stored
        }
        self._read: dict[str, Data | Unreadable] = {}

    def read(self, blob: str, mode: str = "100644") -> Data | Unreadable:
        """Return what a file says, or why it cannot be read."""
        if mode == "120000":
            return Unreadable(_("it is a link"))
        if blob not in self._read:
            stored = self._stored.get(blob)
            try:
                held = parse(stored.content) if stored and stored.kind == "blob" else None
                self._read[blob] = Unreadable(_("it is not a file")) if held is None else held
            except UnreadableError as error:
                self._read[blob] = Unreadable(str(error))
        return self._read[blob]

    def record(self, version: Version | None) -> Data | None:
        """Return what a file said last; None where it was not there, or could never be read."""
        if version is None or not version.readable:
            return None
        data = self.read(version.readable)
        return None if isinstance(data, Unreadable) else data

    def digest(self, blob: str) -> str:
        """Return the SHA-256 of a content; of what git-lfs keeps elsewhere, the one that it names."""
        found = self.pointer(blob) or self._stored.get(blob)
        return found.sha256 if found else ""

    def pointer(self, blob: str) -> Fingerprint | None:
        """Return which content a file points at that git-lfs keeps elsewhere; None where it is no pointer."""
        stored = self._stored.get(blob)
        return pointed_at(stored.content) if stored and stored.size <= LARGEST_POINTER else None


class Change(NamedTuple):
    """What a commit did to one file."""

    path: str
    id: str | None  # the number of the problem or measure; None where the file belongs to none
    before: Version | None
    after: Version | None
    old: Data | None  # what it said before, as far as that could be read; of evidence nothing
    new: Data | None
    statuses: tuple[str | None, str | None]  # before and after
    unreadable: str = ""  # why what it holds now cannot be read

    @property
    def is_record(self) -> bool:
        """Whether it is a problem's or a measure's file."""
        return self.path.startswith(PROBLEMS) and bool(self.id)

    @property
    def comment(self) -> CommentNumber | None:
        """The comment whose file it is; None where it is none."""
        return None if self.id else CommentNumber.of_file(self.path)

    @property
    def applicants(self) -> tuple[Who, ...]:
        """Whoever had applied for closing before, or had when the measure was closed."""
        return self.before.applicants if self.before else ()

    @property
    def named(self) -> str:
        """What people call it: the number of a problem or a measure, or else the file."""
        return self.id or self.path

    @property
    def is_evidence(self) -> bool:
        """Whether it proves something."""
        return self.path.startswith(f"{EVIDENCE}/")

    @property
    def name(self) -> str:
        """The name of the file in its folder."""
        return self.path.rpartition("/")[2]


class Past(NamedTuple):
    """A commit that was replayed, and what it changed."""

    commit: Commit
    changes: list[Change]


def changes_of(commit: Commit, before: State, files: Files) -> list[Change]:
    """Return what a commit did to the files, beside how they stood before."""
    found = []
    for path, mode, blob in commit.touched:
        earlier = before.get(path)
        now = (earlier or Version("", "", ""))._replace(mode=mode, blob=blob)
        new, reason = None, ""
        if blob and is_record(path):
            data = files.read(blob, mode)
            if isinstance(data, Unreadable):
                reason = data.reason
            else:
                new, now = data, now._replace(readable=blob)
        old = files.record(earlier) if is_record(path) else None
        was, status = word(old, "status"), word(new, "status")
        if new is not None and status != was:
            who, closed = Who.of(commit), status == "closed"
            applicants = (who,) if status == "submitted" else now.applicants if closed else ()
            now = now._replace(applicants=applicants, closer=who if closed else None)
        if old and new and any(old.get(key) != new.get(key) for key in ("title", "goal")):
            made, submitted, then = commit.moment_committed, was == "submitted", now.eased
            if then and made - then.moment < BELIEVED:  # step by step
                eased = then._replace(moment=made, applied=then.applied or submitted, commit=commit.hash)
            else:
                eased = Eased(word(old, "title") or "", word(old, "goal") or "", made, submitted, commit.hash)
            now = now._replace(eased=eased)
        if status in {"submitted", "closed"} and not now.decided:
            now = now._replace(decided=True)
        after = now if blob else None
        found.append(Change(path, number_of(path), earlier, after, old, new, (was, status), reason))
    return found
