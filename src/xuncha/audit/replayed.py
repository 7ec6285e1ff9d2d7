"""History as it is replayed: the files at a commit, what the next commit did to them, and what they hold."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from typing import Final, NamedTuple

from xuncha.audit.facts import entries, is_record, number_of, statement, text_of
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE, PROBLEMS, CommentNumber, ledger_order
from xuncha.model.source import MAX_POINTER, Fingerprint, parse_pointer
from xuncha.store.faults import UnreadableError
from xuncha.store.reading import Data, parse
from xuncha.trail.contents import GitObject
from xuncha.trail.replay import Commit, Touched

CLOCK_SKEW: Final = 86_400  # seconds (a day) by which the clocks of two machines may differ
MAX_DELAY: Final = 14 * 86_400
"""Seconds (two weeks) for which it is plausible that work waited in a clone before it was sent, or was done before it was recorded."""


class Actor(NamedTuple):
    """A person who did something, as a commit claims."""

    name: str
    email: str
    committer: str  # the committer's e-mail
    day: str
    commit: str
    since: str  # the commit since which it holds: `commit`, or an undo that restored it
    title: str = ""  # of an applicant: the title of the measure in the application

    @classmethod
    def from_commit(cls, commit: Commit) -> Actor:
        """Return the person who made a commit."""
        return cls(commit.author, commit.email, commit.committer, commit.day, commit.hash, commit.hash)


class Rewording(NamedTuple):
    """A commit that changed the title or the goal of a measure."""

    commit: str
    title: str  # before it
    goal: str


class Version(NamedTuple):
    """One file at one commit, and its past, which moves with it when it is renumbered."""

    mode: str = ""
    blob: str = ""
    readable: str = ""
    """The blob of the last readable content, with which the next one is compared; empty if there is none."""
    applicants: tuple[Actor, ...] = ()
    """Who made the pending application, or the one before the closing. If a merge joined several, any of them may be the applicant."""
    closer: Actor | None = None  # who closed the measure, while it is closed
    submitted: bool = False  # whether closing was ever applied for or granted
    rewordings: tuple[Rewording, ...] = ()  # the oldest first

    def with_past_of(self, earlier: Version | None) -> Version:
        """Return this version with the past of another one; that closing was applied for since stays known."""
        past = earlier or Version()
        submitted = past.submitted or self.submitted
        return past._replace(mode=self.mode, blob=self.blob, readable=self.readable, submitted=submitted)


class State:
    """All files of a ledger at one commit. States share the folders that do not change."""

    def __init__(self, folders: dict[str, dict[str, Version]] | None = None) -> None:
        self.folders = folders or {}

    def get(self, path: str) -> Version | None:
        """Return one file; None if it does not exist."""
        return self.folders.get(path.rpartition("/")[0], {}).get(path)

    def paths(self) -> set[str]:
        """Return the paths of all files."""
        return {path for folder in self.folders.values() for path in folder}

    def with_changes(self, changes: Iterable[tuple[str, Version | None]]) -> State:
        """Return the state after some files have changed, or were removed (None)."""
        changed: defaultdict[str, dict[str, Version | None]] = defaultdict(dict)
        for path, version in changes:
            changed[path.rpartition("/")[0]][path] = version
        folders = self.folders.copy()
        for name, new in changed.items():
            versions = {**folders.get(name, {}), **new}
            folders[name] = {path: version for path, version in versions.items() if version}
        return State(folders)

    def _pairs(self, other: State) -> Iterator[tuple[str, Version | None, Version | None]]:
        """Yield the paths in the folders that two states do not share, each with the versions of both."""
        for name in {**self.folders, **other.folders}:
            own, others = self.folders.get(name, {}), other.folders.get(name, {})
            for path in {**own, **others} if own is not others else ():
                yield path, own.get(path), others.get(path)

    def differing_paths(self, other: State) -> Iterator[str]:
        """Yield the paths whose content differs in another state, or that only one of the two has."""
        return (path for path, one, two in self._pairs(other) if (one and one[:2]) != (two and two[:2]))

    def paths_with_different_past(self, other: State) -> Iterator[str]:
        """Yield the paths that both states have, but with a different past."""
        return (path for path, one, two in self._pairs(other) if one and two and one[3:] != two[3:])


class Unreadable(NamedTuple):
    """Why a content cannot be read as a record."""

    reason: str


class Files:
    """The contents in a history, each parsed once."""

    def __init__(self, stored: Iterable[GitObject], records: Container[str]) -> None:
        """Keep the contents; of files that are no records, only as much as a pointer of git-lfs can hold."""
        self._stored = {
            each.name: each if each.name in records else each._replace(content=each.content[:MAX_POINTER])
            for each in stored
        }
        self._read: dict[str, Data | Unreadable] = {}

    def read(self, blob: str, mode: str = "100644") -> Data | Unreadable:
        """Return the data of a file, or why it cannot be read."""
        if mode == "120000":
            return Unreadable(_("it is a link"))
        if blob not in self._read:
            stored = self._stored.get(blob)
            try:
                data = parse(stored.content) if stored and stored.kind == "blob" else None
                self._read[blob] = Unreadable(_("it is not a file")) if data is None else data
            except UnreadableError as error:
                self._read[blob] = Unreadable(str(error))
        return self._read[blob]

    def record(self, version: Version | None) -> Data | None:
        """Return the last readable data of a file; None if it did not exist, or was never readable."""
        if version is None or not version.readable:
            return None
        data = self.read(version.readable)
        return None if isinstance(data, Unreadable) else data

    def digest(self, blob: str) -> str:
        """Return the SHA-256 of a content; of a git-lfs pointer, the hash that it names."""
        content = self.pointer(blob) or self._stored.get(blob)
        return content.sha256 if content else ""

    def pointer(self, blob: str) -> Fingerprint | None:
        """Return the content that a git-lfs pointer names; None if the file is no pointer."""
        stored = self._stored.get(blob)
        return parse_pointer(stored.content) if stored and stored.size <= MAX_POINTER else None

    def same(self, first: Version | None, second: Version | None) -> bool:
        """Return whether two files are equal or hold equal data, since git may change line ends. A file never equals a link."""
        if first is None or second is None:
            return first is second
        if first.mode != second.mode and not (first.mode[:3] == second.mode[:3] == "100"):
            return False  # one is a link or another repository
        if first.blob == second.blob:
            return True
        readable = all(version.readable and version.readable == version.blob for version in (first, second))
        return readable and self.record(first) == self.record(second)


class Change(NamedTuple):
    """What a commit did to one file."""

    path: str
    id: str | None  # the number of the problem or measure; None where the file belongs to none
    before: Version | None
    after: Version | None
    old: Data | None  # the data before, as far as readable; None for evidence
    new: Data | None
    statuses: tuple[str | None, str | None]  # before and after
    unreadable: str = ""  # why the new content cannot be read

    @property
    def is_record(self) -> bool:
        """Whether it is a problem's or a measure's file."""
        return self.path.startswith(PROBLEMS) and bool(self.id)

    @property
    def comment(self) -> CommentNumber | None:
        """The comment whose file it is; None if it is no comment's."""
        return None if self.id else CommentNumber.from_path(self.path)

    @property
    def applicants(self) -> tuple[Actor, ...]:
        """Who had applied for closing before the commit, or before the measure was closed."""
        return self.before.applicants if self.before else ()

    @property
    def added_progress(self) -> list[Data]:
        """The progress entries that were not recorded before."""
        old, new = (entries(data, "progress") for data in (self.old, self.new))
        if old == new[: len(old)]:  # the usual case
            return new[len(old) :]
        known = {statement(each) for each in old}
        return [each for each in new if statement(each) not in known]

    @property
    def label(self) -> str:
        """The name for messages: the number of a problem or a measure, or else the path."""
        return self.id or self.path

    @property
    def is_evidence(self) -> bool:
        """Whether it is a file of evidence."""
        return self.path.startswith(f"{EVIDENCE}/")

    @property
    def name(self) -> str:
        """The name of the file in its folder."""
        return self.path.rpartition("/")[2]


def changes_between(commit: Commit, before: State, after: State, files: Files) -> list[Change]:
    """Return what a commit did if the files were in another state before it than its parent tells."""
    versions = ((path, after.get(path)) for path in before.differing_paths(after))
    touched = tuple(Touched(path, *(each[:2] if each else ("", ""))) for path, each in versions)
    return changes_of(commit._replace(touched=touched), before, files)


def changes_of(commit: Commit, before: State, files: Files) -> list[Change]:
    """Return what a commit did to the files, compared with the state before it, in the order of the ledger."""
    changes = []
    for path, mode, blob in sorted(commit.touched, key=lambda each: ledger_order(each.path)):
        earlier = before.get(path)
        version = (earlier or Version())._replace(mode=mode, blob=blob)
        new, reason = None, ""
        if blob and is_record(path):
            data = files.read(blob, mode)
            if isinstance(data, Unreadable):
                reason = data.reason
            else:
                new, version = data, version._replace(readable=blob)
        old = files.record(earlier) if is_record(path) else None
        old_status, status = text_of(old, "status"), text_of(new, "status")
        if new is not None and status != old_status:
            actor, closed = Actor.from_commit(commit), status == "closed"
            closer = actor if closed else None
            applicant = actor._replace(title=text_of(new, "title") or "")
            applicants = (applicant,) if status == "submitted" else version.applicants if closed else ()
            submitted = version.submitted or status in {"submitted", "closed"}
            version = version._replace(applicants=applicants, closer=closer, submitted=submitted)
        if old and new and any(text_of(old, key) != text_of(new, key) for key in ("title", "goal")):
            former = Rewording(commit.hash, text_of(old, "title") or "", text_of(old, "goal") or "")
            version = version._replace(rewordings=(*version.rewordings, former))
        after = version if blob else None
        changes.append(Change(path, number_of(path), earlier, after, old, new, (old_status, status), reason))
    return changes
