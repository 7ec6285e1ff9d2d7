"""The audit itself: history replayed from its beginning, each commit asked by every check, each merge by its sides."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xuncha.audit import anchors, contents, evidence, hand, signing, status, undoing  # noqa: F401  each enters its checks
from xuncha.audit.catalogue import LENIENT, RULES, Audit, HistoryPlace
from xuncha.audit.clock import clock_backwards
from xuncha.audit.merging import differences
from xuncha.audit.record import is_record, word
from xuncha.audit.replayed import KEEP, Change, Files, State, Step, Version, changes_of
from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, PARTS
from xuncha.trail import replay
from xuncha.trail.contents import stored
from xuncha.trail.git import Git
from xuncha.trail.tags import SHORT
from xuncha.trail.tags import anchors as all_anchors
from xuncha.trail.tree import commit_at

if TYPE_CHECKING:
    from xuncha.errors import Finding
    from xuncha.trail.replay import Commit
    from xuncha.trail.tags import Anchor

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HASH: Final = re.compile(r"[0-9a-f]{4,64}")


def audit(root: Path, *, since: str | None = None) -> Audit:
    """Replay the history of a ledger and name every break of the rules.

    Args:
        root: the ledger's folder; its files are not looked at.
        since: tell only of what came after this revision, or on this day and later. All of history is replayed all the same.

    Raises:
        RefusedError: there is no such revision.
        SurroundingsError: the ledger is in no repository, git is not installed, or the history here is not whole.
    """
    commits = replay.commits(root)
    if not commits:
        return Audit([], 0, 0, "")
    known = {commit.hash: place for place, commit in enumerate(commits)}
    marks = all_anchors(root)
    findings = list(anchors.rewritten(marks, known))
    seen: set[str] = set()
    if since is not None:
        start, message = _start(root, since, known)
        if message:
            findings.append(anchors.REWRITTEN.at(_place_of_start(start, marks), message))
        elif start:
            seen = _ancestors(start, commits, known)
    touched = [each for commit in commits for each in commit.touched if each.blob]
    records = {each.blob for each in touched if is_record(each.path)}
    blobs = dict.fromkeys(each.blob for each in touched)
    examination = Examination(commits, Files(stored(Git(root), blobs, KEEP), records))
    findings += [each for each in examination.run(root) if each.place.commit not in seen]
    asked = [commit for commit in commits if commit.hash not in seen]
    changes = sum(len(commit.touched) for commit in asked)
    return Audit(findings, len(asked), changes, commits[-1].hash, examination.given, marks)


def findings_of_last_commit(root: Path) -> list[Finding[HistoryPlace]]:
    """Return what the checks say of the last commit, beside the one before it; who applied for a closing is not asked.

    Raises:
        SurroundingsError: as audit.
    """
    commit = replay.commits(root, last=True)[-1]
    before = State().changed(
        (leaf.path, Version(leaf.mode, leaf.name, leaf.name if is_record(leaf.path) else ""))
        for parent in commit.parents[:1]
        for leaf in Git(root).tree(parent, *PARTS)
    )
    paths = [*(each.path for each in commit.touched), LEDGER_FILE]
    stood = [version.blob for path in paths if (version := before.get(path))]
    blobs = dict.fromkeys([*stood, *(each.blob for each in commit.touched if each.blob)])
    files = Files(stored(Git(root), blobs, KEEP), blobs)
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
    try:
        moment = (
            (date.fromisoformat(since) - timedelta(days=1)).isoformat() if _DAY.fullmatch(since) else since
        )
    except (ValueError, OverflowError):
        moment = since
    try:
        commit = commit_at(root, moment)
    except RefusedError:
        if moment != since:
            return "", ""  # there was nothing before that day
        if not _HASH.fullmatch(since.lower()):
            raise
        return since, _("history does not contain {commit}, and git does not know it here").format(
            commit=since
        )
    if commit in known:
        return commit, ""
    return commit, _("history no longer contains {commit}").format(commit=commit[:SHORT])


def _place_of_start(start: str, marks: list[Anchor]) -> HistoryPlace:
    mark = next((each for each in marks if each.commit.startswith(start)), None)
    return HistoryPlace(start, mark.author if mark else "", mark.date if mark else "")


def _ancestors(start: str, commits: list[Commit], known: dict[str, int]) -> set[str]:
    """Return a commit and all that led to it."""
    found = {start}
    for commit in reversed(commits[: known[start] + 1]):
        if commit.hash in found:
            found.update(commit.parents)
    return found


class Examination:
    """One run through history."""

    def __init__(self, commits: list[Commit], files: Files) -> None:
        self.commits = commits
        self.files = files
        self.given = ""
        self._children = Counter(parent for commit in commits for parent in commit.parents)
        self._branching = {name for name, count in self._children.items() if count > 1}
        self._states: dict[str, State] = {}
        self._lines: dict[str, int] = {}
        """For each commit the set of those that led to it, itself included, as the bits of a number."""
        self._moments: dict[str, int] = {}
        """When the ledger was changed last, in what led to a commit."""
        self._past: dict[str, list[Change]] = {}
        self._to_be_signed: list[tuple[Commit, HistoryPlace]] = []
        """Closings that had to be signed."""
        self._added: Counter[str] = Counter()
        """How often each file was entered."""
        self._renumbered: list[tuple[HistoryPlace, set[str]]] = []
        """Records that were moved, each with the places that justify it: those filled, and what was to be renumbered."""
        self._adopted: set[str] = set()
        """The commits in which the ledger was there."""

    def run(self, root: Path) -> list[Finding[HistoryPlace]]:
        """Return everything that was found, in the order of history."""
        found = []
        for place, commit in enumerate(self.commits):
            found += list(self._ask(place, commit))
            self._forget(commit)
        found += [*self._unjustified_renumberings(), *self._unsigned(root)]
        places = {commit.hash: place for place, commit in enumerate(self.commits)}
        return sorted(found, key=lambda each: places[each.place.commit])

    def _ask(self, place: int, commit: Commit) -> Iterator[Finding[HistoryPlace]]:
        sides = [self._states[parent] for parent in commit.parents if parent in self._states]
        self._lines[commit.hash] = 1 << place
        for parent in commit.parents:
            self._lines[commit.hash] |= self._lines.get(parent, 0)
        if any(parent in self._adopted for parent in commit.parents):
            self._adopted.add(commit.hash)
        last = max((self._moments.get(parent, 0) for parent in commit.parents), default=0)
        self._moments[commit.hash] = commit.moment if commit.touched and len(sides) < 2 else last  # noqa: PLR2004
        if len(sides) > 1:
            yield from self._merge(commit, sides, last)
        else:
            before = sides[0] if sides else State()
            yield from self._plain(commit, before, changes_of(commit, before, self.files), last)

    def _plain(
        self, commit: Commit, before: State, changes: list[Change], last: int
    ) -> Iterator[Finding[HistoryPlace]]:
        """Ask every check of what a commit did to the ledger as it stood before."""
        self._added.update(change.path for change in changes if change.before is None)
        after = before.changed((change.path, change.after) for change in changes) if changes else before
        self._states[commit.hash] = after
        if not changes:
            return
        self._past[commit.hash] = changes
        if not self._is_checked(commit, after):
            return
        step = Step(commit, before, after, changes, self.files, self._past, last)
        as_said = undoing.restored(step) or undoing.renumbered(step)
        if as_said is None:
            yield from _checked(step)
            if "signed_commit" in step.requires:
                self._to_be_signed += [(commit, step.at(change)) for change in status.closings(step)]
            return
        yield from clock_backwards(step)
        self._states[commit.hash] = before.changed(as_said.items())
        if commit.trailers.action == "renumber":
            gone = [change for change in changes if change.after is None]
            come = {change.path for change in changes if change.before is None}
            head = {each.path for each in gone if commit.trailers.ids == (each.id,)}
            self._renumbered += [
                (step.at(each), come | head | {each.path}) for each in gone if each.is_record
            ]

    def _is_checked(self, commit: Commit, after: State) -> bool:
        """Return whether the ledger was there before a commit; the first one that brings it is taken as it is."""
        if commit.hash in self._adopted:
            return True
        if after.get(LEDGER_FILE) is None:
            return False
        self._adopted.add(commit.hash)
        if self.given:
            return True  # another beginning of history, which claims to be a ledger of its own
        self.given = commit.hash
        return False

    def _merge(self, commit: Commit, sides: list[State], last: int) -> Iterator[Finding[HistoryPlace]]:
        changes = []
        for path, mode, blob in commit.touched:
            versions = [version for side in sides if (version := side.get(path))]
            same = next((version for version in versions if version[:2] == (mode, blob)), None)
            changes.append((path, same or self._merged_version(path, mode, blob, versions)))
        after = sides[0].changed(changes)
        self._states[commit.hash] = after
        if commit.hash not in self._adopted:
            return
        ledgers = [self._states[parent] for parent in commit.parents if parent in self._adopted]
        bases = [self._states[name] for name in self._bases(commit)]
        if len(ledgers) > 1 and bases and all(base.get(LEDGER_FILE) for base in bases):
            yield from differences(commit, bases, ledgers, after, self.files)
            return
        # What has not grown out of this ledger is no side of it: what the merge took from there, the merge did.
        first = ledgers[0]
        taken = [
            replay.Touched(path, version.mode if version else "", version.blob if version else "")
            for path in sorted(first.differing(after))
            for version in [after.get(path)]
        ]
        done = changes_of(commit._replace(touched=tuple(taken)), first, self.files)
        yield from self._plain(commit, first, done, last)

    def _merged_version(self, path: str, mode: str, blob: str, versions: list[Version]) -> Version | None:
        """Return a file as a merge has made it of the versions of its sides."""
        if not blob:
            return None
        record = self.files.record(Version(mode, blob, blob)) if is_record(path) else None
        readable = blob if record is not None else next((each.readable for each in versions), "")
        submitters = [each.submitter for each in versions if each.submitter]
        submitted = word(record, "status") == "submitted"
        return Version(mode, blob, readable, submitters[0] if submitted and submitters else None)

    def _bases(self, commit: Commit) -> Iterator[str]:
        """Yield the last commits that all parents of a merge have in common."""
        common = self._lines[commit.parents[0]]
        for parent in commit.parents[1:]:
            common &= self._lines[parent]
        while common:
            name = self.commits[common.bit_length() - 1].hash
            yield name
            common &= ~self._lines[name]

    def _forget(self, commit: Commit) -> None:
        """Let go of what no later commit needs: where history branches, a merge may ask for it again."""
        for parent in commit.parents:
            self._children[parent] -= 1
            if not self._children[parent] and parent not in self._branching:
                self._states.pop(parent, None)
                self._lines.pop(parent, None)

    def _unjustified_renumberings(self) -> Iterator[Finding[HistoryPlace]]:
        """Yield the renumberings of numbers that nobody else has published."""
        tip = self._states[self.commits[-1].hash]
        for place, paths in self._renumbered:
            # The number was another's, who has published it; or the new one was free again, since another took his back.
            if tip.get(place.path) is None and not any(self._added[path] > 1 for path in paths):
                message = _("{id} was renumbered, and no other clone has given that number")
                yield RULES["renumbered"].at(place, message.format(id=place.id))

    def _unsigned(self, root: Path) -> Iterator[Finding[HistoryPlace]]:
        """Yield the closings that had to be signed and were not."""
        judged = signing.unsigned(root, dict.fromkeys(commit.hash for commit, _place in self._to_be_signed))
        for commit, place in self._to_be_signed:
            if sentence := judged.get(commit.hash):
                yield _weighed(signing.UNSIGNED.at(place, sentence.format(id=place.id)), commit)
