"""History as it is replayed: how the files stood at a commit, and what the next one did to them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from xuncha.audit.catalogue import HistoryPlace
from xuncha.audit.record import Data, is_record, number_of, requires, word
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE, LEDGER_FILE, PROBLEMS
from xuncha.model.source import LARGEST_POINTER, pointed_at
from xuncha.store.faults import UnreadableError
from xuncha.store.files import LARGEST
from xuncha.store.reading import parse
from xuncha.workflow.verbs import VERBS

if TYPE_CHECKING:
    from xuncha.model.vocabulary import Action, Requirement
    from xuncha.trail.contents import Stored
    from xuncha.trail.replay import Commit
    from xuncha.workflow.verb import Verb

KEEP: Final = LARGEST + 1
"""Bytes of a content that are looked into: one more than a file of the ledger may have."""
_LINK: Final = "120000"


class Version(NamedTuple):
    """One file at one commit."""

    mode: str
    blob: str
    readable: str
    """The last content that could be read, to which what follows is compared; empty where there was none."""
    submitter: str | None = None
    """E-mail of whoever made the application for closing that stands."""


class State:
    """All files of a ledger at one commit. Folders that do not change are shared between states."""

    def __init__(self, folders: dict[str, dict[str, Version]] | None = None) -> None:
        self.folders = folders or {}

    def get(self, path: str) -> Version | None:
        """Return one file; None where it is not there."""
        return self.folders.get(path.rpartition("/")[0], {}).get(path)

    def changed(self, changes: Iterable[tuple[str, Version | None]]) -> State:
        """Return the state after some files have changed, or have gone."""
        folders = self.folders.copy()
        fresh: set[str] = set()
        for path, version in changes:
            name = path.rpartition("/")[0]
            if name not in fresh:
                folders[name] = folders.get(name, {}).copy()
                fresh.add(name)
            if version is None:
                folders[name].pop(path, None)
            else:
                folders[name][path] = version
        return State(folders)

    def differing(self, other: State) -> Iterator[str]:
        """Yield the files whose content is another one there, or that only one of the two holds."""
        for name in {**self.folders, **other.folders}:
            mine, theirs = self.folders.get(name, {}), other.folders.get(name, {})
            if mine is theirs:
                continue
            for path in {**mine, **theirs}:
                one, two = mine.get(path), theirs.get(path)
                if (one and one[:2]) != (two and two[:2]):
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
        if mode == _LINK:
            return Unreadable(_("it is a link"))
        found = self._read.get(blob)
        if found is None:
            found = self._read[blob] = self._parse(blob)
        return found

    def record(self, version: Version | None) -> Data | None:
        """Return what a file said last; None where it was not there, or could never be read."""
        if version is None or not version.readable:
            return None
        data = self.read(version.readable)
        return None if isinstance(data, Unreadable) else data

    def digest(self, blob: str) -> str:
        """Return the SHA-256 of a content; of what git-lfs keeps elsewhere, the one that it names."""
        stored = self._stored.get(blob)
        if stored is None:
            return ""
        pointer = pointed_at(stored.content) if stored.size <= LARGEST_POINTER else None
        return pointer.sha256 if pointer else stored.sha256

    def _parse(self, blob: str) -> Data | Unreadable:
        stored = self._stored.get(blob)
        if stored is None or stored.kind != "blob":
            return Unreadable(_("it is not a file"))
        try:
            return parse(stored.content)
        except UnreadableError as error:
            return Unreadable(str(error))


class Change(NamedTuple):
    """What a commit did to one file."""

    path: str
    id: str | None
    """The number of the problem or measure; None where the file belongs to none."""
    before: Version | None
    after: Version | None
    old: Data | None
    """What it said before, as far as that could be read; of evidence nothing."""
    new: Data | None
    unreadable: str = ""
    """Why what it holds now cannot be read."""

    @property
    def is_record(self) -> bool:
        """Whether it is a problem's or a measure's file."""
        return self.path.startswith(PROBLEMS) and bool(self.id)

    @property
    def is_evidence(self) -> bool:
        """Whether it proves something."""
        return self.path.startswith(f"{EVIDENCE}/")

    @property
    def statuses(self) -> tuple[str | None, str | None]:
        """The status before and after."""
        return word(self.old, "status"), word(self.new, "status")

    @property
    def name(self) -> str:
        """The name of the file in its folder."""
        return self.path.rpartition("/")[2]


@dataclass
class Step:
    """One commit replayed: how all stood before and after it, and what changed."""

    commit: Commit
    before: State
    after: State
    changes: list[Change]
    """One at least."""
    files: Files
    past: Mapping[str, list[Change]] = field(default_factory=dict, repr=False)
    """What the commits before it changed, by their hashes."""
    last: int = 0
    """The moment of the commit of the ledger that it stands on, in seconds since 1970; 0 where it is the first."""

    def at(self, change: Change) -> HistoryPlace:
        """Return the place of a change in the history."""
        return HistoryPlace(self.commit.hash, self.commit.author, self.commit.date, change.path, change.id)

    @property
    def measures(self) -> list[Change]:
        """The changes of measures that are there afterwards, and can be read."""
        return [
            each
            for each in self.changes
            if each.is_record and "." in (each.id or "") and each.new is not None
        ]

    @property
    def gone(self) -> list[Change]:
        """The changes that take away a record, or the ledger's own file."""
        return [
            each
            for each in self.changes
            if each.after is None and (each.is_record or each.path == LEDGER_FILE)
        ]

    @property
    def requires(self) -> tuple[Requirement, ...]:
        """The policy in force: that of the commit before, since none is made for its own commit."""
        return requires(self.files.record(self.before.get(LEDGER_FILE)))

    @property
    def verb(self) -> Verb | None:
        """The verb that the commit says it was; None where it is no action on measures."""
        return VERBS.get(cast("Action", self.commit.trailers.action))

    def renamed_evidence(self, identity: str | None) -> dict[str, str]:
        """Return the evidence files of a measure that only took another name: their names before and after."""
        evidence = [each for each in self.changes if each.is_evidence and each.id == identity]
        come = {each.after.blob: each.name for each in evidence if each.after and not each.before}
        return {
            each.name: come[each.before.blob]
            for each in evidence
            if each.before and not each.after and each.before.blob in come
        }


def changes_of(commit: Commit, before: State, files: Files) -> list[Change]:
    """Return what a commit did to the files, beside how they stood before."""
    found = []
    for path, mode, blob in commit.touched:
        earlier = before.get(path)
        readable = earlier.readable if earlier else ""
        submitter = earlier.submitter if earlier else None
        new, reason = None, ""
        if blob and is_record(path):
            data = files.read(blob, mode)
            if isinstance(data, Unreadable):
                reason = data.reason
            else:
                new, readable = data, blob
        old = files.record(earlier) if is_record(path) else None
        if new is not None and word(new, "status") != word(old, "status"):
            submitter = commit.email if word(new, "status") == "submitted" else None
        after = Version(mode, blob, readable, submitter) if blob else None
        found.append(Change(path, number_of(path), earlier, after, old, new, reason))
    return found
