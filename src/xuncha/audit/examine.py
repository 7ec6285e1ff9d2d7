"""The audit itself: history replayed from its beginning, each commit asked by every check, each merge by its sides."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import reduce
from operator import and_, or_
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xuncha.audit import anchors, contents, hand, removing, status, templates, undoing  # noqa: F401  each enters its checks
from xuncha.audit.catalogue import LENIENT, RULES, Audit, HistoryPlace
from xuncha.audit.merging import differences
from xuncha.audit.replayed import Change, Files, State, Step, Version, changes_of, is_record, word
from xuncha.errors import RefusedError, SurroundingsError
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, PARTS
from xuncha.model.source import LARGEST
from xuncha.trail import replay
from xuncha.trail.contents import stored
from xuncha.trail.git import Git
from xuncha.trail.limits import listed, swollen
from xuncha.trail.tags import SHORT
from xuncha.trail.tags import anchors as all_anchors
from xuncha.trail.tree import commit_at

if TYPE_CHECKING:
    from xuncha.catalogue import Broken
    from xuncha.errors import Finding
    from xuncha.trail.limits import Swollen
    from xuncha.trail.replay import Commit

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HASH: Final = re.compile(r"[0-9a-f]{4,64}")
_TOLERANCE: Final = 86_400
"""Seconds by which clocks may differ."""


@RULES.rule(
    "clock-backwards",
    why="A commit that claims to be older than what it stands on may have been dated back, to be in time; or a clock was wrong.",
    wrong="A commit of 2024-06-01 whose parent is of 2024-06-15. A day is let pass: clocks of several machines differ.",
)
def clock_backwards(step: Step) -> Broken[HistoryPlace]:
    """Find a commit that is more than a day older than the one before it."""
    last = step.last
    if last and step.commit.moment < last - _TOLERANCE:
        days = (last - step.commit.moment) // _TOLERANCE
        earlier = datetime.fromtimestamp(last, UTC).date().isoformat()
        message = _("the commit is dated {day}, {n} days before the one it stands on ({earlier})")
        yield step.at(step.changes[0]), message.format(day=step.commit.day, n=days, earlier=earlier), ""


def audit(root: Path, *, since: str | None = None) -> Audit:
    """Replay the history of a ledger and name every break of the rules.

    Args:
        root: the ledger's folder; its files are not looked at.
        since: tell only of what came after this revision, or on this day and later. All of history is replayed all the same.

    Raises:
        RefusedError: there is no such revision.
        SurroundingsError: the ledger is in no repository, git is not installed, or the history here is not whole.
    """
    git = Git.in_repository(root)
    marks = all_anchors(root)
    try:
        names = replay.names(root)
    except SurroundingsError as error:
        if error.code != "no-such-branch" or not marks:
            raise
        return Audit(list(anchors.rewritten(marks, {})), 0, 0, "", anchors=marks)
    # It reads the folders of all commits, and each is what its name says, or the history is not the one that was verified.
    large = swollen(git, names)
    commits = replay.commits(root, without=[each.path for each in large])
    known = {commit.hash: place for place, commit in enumerate(commits)}
    findings = list(anchors.rewritten(marks, known))
    if not commits:
        return Audit(findings, 0, 0, "", anchors=marks)
    seen: set[str] = set()
    if since is not None:
        start, message = _start(root, since, known)
        if message:
            anchor = next((each for each in marks if each.commit.startswith(start)), None)
            place = HistoryPlace(start, anchor.author if anchor else "", anchor.date if anchor else "")
            findings.append(anchors.REWRITTEN.at(place, message))
        elif start:
            seen = _ancestors(start, commits, known)
    for _commit in stored(git, known, 0):  # so is each commit
        pass
    touched = [each for commit in commits for each in commit.touched if each.is_here]
    records = {each.blob for each in touched if is_record(each.path)}
    blobs = dict.fromkeys(each.blob for each in touched)
    examination = Examination(commits, Files(stored(git, blobs, LARGEST), records))
    found = [*_too_many(large, commits, known), *examination.run(root), *templates.remarks(root)]
    found.sort(key=lambda each: known[each.place.commit])
    findings += [each for each in found if each.place.commit not in seen]
    asked = [commit for commit in commits if commit.hash not in seen]
    changes = sum(len(commit.touched) for commit in asked)
    return Audit(findings, len(asked), changes, commits[-1].hash, examination.given, marks)


TOO_MANY = RULES.declare(
    "too-many-files",
    why="A few objects of git can stand for more files than any machine can list; what is in such a folder is not looked into, at any commit.",
    wrong="A commit brings a folder data/problems/02 that holds itself over a million files.",
)


def _too_many(
    large: list[Swollen], commits: list[Commit], known: dict[str, int]
) -> Iterator[Finding[HistoryPlace]]:
    """Yield the folders that are too large to be looked into."""
    for each in large:
        commit = commits[known[each.commit]]
        yield TOO_MANY.at(HistoryPlace(commit.hash, commit.author, commit.date, each.shown), each.message)


def findings_of_last_commit(root: Path) -> list[Finding[HistoryPlace]]:
    """Return what the checks say of the last commit, beside the one before it; who applied for a closing is not asked.

    Raises:
        RefusedError: a commit holds more files than any ledger has.
        SurroundingsError: as audit.
    """
    git = Git.in_repository(root)
    for name in git.text("rev-parse", "HEAD", "HEAD^@").split():
        listed(git, name, *PARTS)
    commit = replay.commits(root, last=True)[-1]
    before = State().changed(
        (leaf.path, Version(leaf.mode, leaf.name, leaf.name if is_record(leaf.path) else ""))
        for parent in commit.parents[:1]
        for leaf in listed(Git(root), parent, *PARTS)
    )
    paths = [*(each.path for each in commit.touched), LEDGER_FILE]
    versions = [version for path in paths if (version := before.get(path))]
    stood = [version.blob for version in versions if version.mode != replay.SUBMODULE]
    blobs = dict.fromkeys([*stood, *(each.blob for each in commit.touched if each.is_here)])
    files = Files(stored(Git(root), blobs, LARGEST), blobs)
    changes = changes_of(commit, before, files)
    after = before.changed((change.path, change.after) for change in changes)
    found = _checked(Step(commit, before, after, changes, files)) if changes else []
    return [each for each in found if each.code != "close-requires-second-person"]


def _checked(step: Step) -> list[Finding[HistoryPlace]]:
    """Return what all the checks find in a commit."""
    return [_weighed(each, step.commit) for rule in RULES.values() for each in rule(step)]


def _weighed(finding: Finding[HistoryPlace], commit: Commit) -> Finding[HistoryPlace]:
    """Return a finding as grave as it is in a commit of this action."""
    lenient = RULES[finding.code].scope == LENIENT and commit.trailers.action == "import"
    return finding._replace(severity="warning") if lenient else finding


def _start(root: Path, since: str, known: dict[str, int]) -> tuple[str, str]:
    """Return the commit of `--since`, and why nothing can begin with it; empty where it can."""
    moment = since
    with contextlib.suppress(ValueError, OverflowError):
        if _DAY.fullmatch(since):
            moment = (date.fromisoformat(since) - timedelta(days=1)).isoformat()
    try:
        commit = commit_at(root, moment)
    except RefusedError:
        if moment != since:
            return "", ""  # there was nothing before that day
        if not _HASH.fullmatch(since.lower()):
            raise
        said = _("the history does not contain {commit}, and git does not know it here")
        return since, said.format(commit=since)
    said = _("history no longer contains {commit}")
    return commit, "" if commit in known else said.format(commit=commit[:SHORT])


def _ancestors(start: str, commits: list[Commit], known: dict[str, int]) -> set[str]:
    """Return a commit and all that led to it."""
    found = {start}
    for commit in reversed(commits[: known[start] + 1]):
        if commit.hash in found:
            found.update(commit.parents)
    return found


@dataclass
class _Reached:
    """A commit that was replayed."""

    state: State
    line: int
    """The commits that led to it, itself included, as the bits of a number."""
    moment: int
    """When the ledger was changed last, in what led to it."""
    adopted: bool
    """Whether the ledger was there."""


class Examination:
    """One run through history."""

    def __init__(self, commits: list[Commit], files: Files) -> None:
        self.commits = commits
        self.files = files
        self.given = ""
        self._children = Counter(parent for commit in commits for parent in commit.parents)
        self._reached: dict[str, _Reached] = {}
        self._past: dict[str, list[Change]] = {}
        self._to_be_signed: list[tuple[Commit, HistoryPlace]] = []
        """Closings that had to be signed."""
        self._added: Counter[str] = Counter()
        """How often each file was entered."""
        self._renumbered: list[tuple[HistoryPlace, set[str]]] = []
        """Records that were moved, each with the places that justify it: those filled, and what was to be renumbered."""

    def run(self, root: Path) -> list[Finding[HistoryPlace]]:
        """Return everything that was found."""
        found = []
        for place, commit in enumerate(self.commits):
            found += list(self._ask(place, commit))
            for parent in commit.parents:
                if self._children[parent] == 1:  # where history branches, a merge may ask for it again
                    del self._reached[parent]
        return [*found, *self._unjustified_renumberings(), *self._unsigned(root)]

    def _ask(self, place: int, commit: Commit) -> Iterator[Finding[HistoryPlace]]:
        parents = [self._reached[parent] for parent in commit.parents]
        line = reduce(or_, (each.line for each in parents), 1 << place)
        last = max((each.moment for each in parents), default=0)
        moment = commit.moment if commit.touched and len(parents) < 2 else last  # noqa: PLR2004
        here = _Reached(State(), line, moment, any(each.adopted for each in parents))
        self._reached[commit.hash] = here
        if len(parents) > 1:
            yield from self._merge(commit, here, parents, last)
        else:
            before = parents[0].state if parents else here.state
            yield from self._plain(commit, here, before, changes_of(commit, before, self.files), last)

    def _plain(
        self, commit: Commit, here: _Reached, before: State, changes: list[Change], last: int
    ) -> Iterator[Finding[HistoryPlace]]:
        """Ask every check of what a commit did to the ledger as it stood before."""
        self._added.update(change.path for change in changes if change.before is None)
        here.state = after = before.changed((change.path, change.after) for change in changes)
        if not changes:
            return
        self._past[commit.hash] = changes
        if not here.adopted:
            here.adopted = after.get(LEDGER_FILE) is not None
            if not here.adopted:
                return
            if not self.given:  # else another beginning of history, which claims to be a ledger of its own
                self.given = commit.hash
                return
        step = Step(commit, before, after, changes, self.files, self._past, last)
        as_said = undoing.restored(step) or undoing.renumbered(step) or removing.removed(step)
        if as_said is None:
            yield from _checked(step)
            if "signed_commit" in step.requires:
                self._to_be_signed += [(commit, step.at(change)) for change in status.closings(step)]
            return
        yield from clock_backwards(step)
        yield from removing.removed_overdue(step)
        here.state = before.changed(as_said.items())
        if commit.trailers.action == "renumber":
            gone = [change for change in changes if change.after is None]
            come = {change.path for change in changes if change.before is None}
            head = {each.path for each in gone if commit.trailers.ids == (each.id,)}
            moved = [each for each in gone if each.is_record or each.comment]
            self._renumbered += [(step.at(each), come | head | {each.path}) for each in moved]

    def _merge(
        self, commit: Commit, here: _Reached, parents: list[_Reached], last: int
    ) -> Iterator[Finding[HistoryPlace]]:
        changes = []
        for path, mode, blob in commit.touched:
            versions = [version for side in parents if (version := side.state.get(path))]
            same = next((version for version in versions if version[:2] == (mode, blob)), None)
            changes.append((path, same or self._merged_version(path, mode, blob, versions)))
        here.state = parents[0].state.changed(changes)
        if not here.adopted:
            return
        ledgers = [side.state for side in parents if side.adopted]
        bases = list(self._bases(parents))
        if len(ledgers) > 1 and bases and all(base.get(LEDGER_FILE) for base in bases):
            yield from differences(commit, bases, ledgers, here.state, self.files)
            return
        # What has not grown out of this ledger is no side of it: what the merge took from there, the merge did.
        first = ledgers[0]
        taken = {path: here.state.get(path) for path in sorted(first.differing(here.state))}
        touched = (replay.Touched(path, *(held[:2] if held else ("", ""))) for path, held in taken.items())
        done = changes_of(commit._replace(touched=tuple(touched)), first, self.files)
        yield from self._plain(commit, here, first, done, last)

    def _merged_version(self, path: str, mode: str, blob: str, versions: list[Version]) -> Version | None:
        """Return a file as a merge has made it of the versions of its sides."""
        if not blob:
            return None
        record = self.files.record(Version(mode, blob, blob)) if is_record(path) else None
        readable = blob if record is not None else next((each.readable for each in versions), "")
        submitters = [each.submitter for each in versions if each.submitter]
        submitted = word(record, "status") == "submitted"
        decided = any(each.decided for each in versions) or word(record, "status") in {"submitted", "closed"}
        return Version(mode, blob, readable, submitters[0] if submitted and submitters else None, decided)

    def _bases(self, parents: list[_Reached]) -> Iterator[State]:
        """Yield how the ledger stood at the last commits that all parents of a merge have in common."""
        common = reduce(and_, (each.line for each in parents))
        while common:
            base = self._reached[self.commits[common.bit_length() - 1].hash]
            yield base.state
            common &= ~base.line

    def _unjustified_renumberings(self) -> Iterator[Finding[HistoryPlace]]:
        """Yield the renumberings of numbers that nobody else has published."""
        tip = self._reached[self.commits[-1].hash].state
        for place, paths in self._renumbered:
            # The number was another's, who has published it; or the new one was free again, since another took his back.
            if tip.get(place.path) is None and not any(self._added[path] > 1 for path in paths):
                message = _("{id} was renumbered, and no other clone has given that number")
                yield RULES["renumbered"].at(place, message.format(id=place.id or place.path))

    def _unsigned(self, root: Path) -> Iterator[Finding[HistoryPlace]]:
        """Yield the closings that had to be signed and were not."""
        judged = status.unsigned(root, dict.fromkeys(commit.hash for commit, _place in self._to_be_signed))
        for commit, place in self._to_be_signed:
            if sentence := judged.get(commit.hash):
                yield _weighed(status.UNSIGNED.at(place, sentence.format(id=place.id)), commit)
