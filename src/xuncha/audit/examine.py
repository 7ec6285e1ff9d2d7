"""The audit itself: history replayed from its beginning, each commit asked by every check, each merge by its sides."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from xuncha.audit import anchors, clock, contents, evidence, hand, signing, status  # noqa: F401  each enters its checks
from xuncha.audit.catalogue import CHECKS, Audit, Break, Broken, severity
from xuncha.audit.merging import merged
from xuncha.audit.record import is_record, word
from xuncha.audit.replayed import KEEP, Change, Files, Standing, State, Step, changes_of
from xuncha.audit.undoing import renumbered, restored
from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, PARTS
from xuncha.trail import replay
from xuncha.trail.git import Git
from xuncha.trail.log import Touched
from xuncha.trail.tags import SHORT
from xuncha.trail.tags import anchors as all_anchors
from xuncha.trail.tree import commit_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

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
    breaks = list(anchors.rewritten(marks, known))
    seen: set[str] = set()
    if since is not None:
        start, message = _start(root, since, known)
        if message:
            breaks.append(_lost_start(start, message, marks))
        elif start:
            seen = _ancestors(start, commits, known)
    records = {
        each.blob for commit in commits for each in commit.touched if each.blob and is_record(each.path)
    }
    blobs = dict.fromkeys(each.blob for commit in commits for each in commit.touched if each.blob)
    examination = Examination(commits, Files(replay.contents(root, blobs, KEEP), records))
    breaks += [each for each in examination.run(root) if each.commit not in seen]
    asked = [commit for commit in commits if commit.hash not in seen]
    return Audit(
        breaks,
        len(asked),
        sum(len(commit.touched) for commit in asked),
        commits[-1].hash,
        examination.given,
        marks,
    )


def of_the_last(root: Path) -> list[Break]:
    """What the checks say of the last commit, beside the one that it stands on; who applied for a closing is not asked.

    Raises:
        SurroundingsError: as audit.
    """
    commit = replay.commits(root, last=True)[-1]
    before = State().changed(
        (leaf.path, Standing(leaf.mode, leaf.name, leaf.name if is_record(leaf.path) else ""))
        for parent in commit.parents[:1]
        for leaf in Git(root).tree(parent, *PARTS)
    )
    touched = [each.path for each in commit.touched]
    stood = [stand.blob for path in (*touched, LEDGER_FILE) if (stand := before.get(path))]
    blobs = dict.fromkeys([*stood, *(each.blob for each in commit.touched if each.blob)])
    files = Files(replay.contents(root, blobs, KEEP), blobs)
    changes = changes_of(commit, before, files)
    after = before.changed((change.path, change.after) for change in changes)
    step = Step(commit, before, after, changes, files, {})
    found = [_break(commit, each) for check in CHECKS for each in check(step)]
    return [each for each in found if each.code != "close-requires-second-person"]


def _start(root: Path, since: str, known: dict[str, int]) -> tuple[str, str]:
    """The commit of `--since`, and why nothing can begin with it; empty where it can."""
    try:
        commit = commit_at(root, _day_before(since))
    except RefusedError:
        if _day_before(since) != since:
            return "", ""  # there was nothing before that day
        if not _HASH.fullmatch(since.lower()):
            raise
        return since, _("history does not contain {commit}, and git does not know it here").format(
            commit=since
        )
    if commit in known:
        return commit, ""
    return commit, _("history no longer contains {commit}").format(commit=commit[:SHORT])


def _day_before(since: str) -> str:
    """The day before a day, since that day is asked for too; what is no day, as it is."""
    try:
        return (date.fromisoformat(since) - timedelta(days=1)).isoformat() if _DAY.fullmatch(since) else since
    except (ValueError, OverflowError):
        return since


def _lost_start(start: str, message: str, marks: list[Anchor]) -> Break:
    mark = next((each for each in marks if each.commit.startswith(start)), None)
    return Break(
        start,
        mark.author if mark else "",
        mark.date if mark else "",
        "",
        None,
        "error",
        "history-rewritten",
        message,
    )


def _ancestors(start: str, commits: list[Commit], known: dict[str, int]) -> set[str]:
    """A commit and all that led to it."""
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
        self._signed: list[tuple[Commit, Change]] = []
        """Closings that had to be signed."""
        self._added: Counter[str] = Counter()
        """How often each file was entered."""
        self._renumbered: list[tuple[Commit, Change, set[str]]] = []
        """Records that were moved, each with the places that justify it: those filled, and what was to be renumbered."""
        self._adopted: set[str] = set()

    def run(self, root: Path) -> list[Break]:
        """Every break, in the order of history."""
        found: list[tuple[int, Break]] = []
        for place, commit in enumerate(self.commits):
            found += [(place, _break(commit, each)) for each in self._ask(place, commit)]
            self._forget(commit)
        places = {commit.hash: place for place, commit in enumerate(self.commits)}
        found += [(places[commit.hash], _break(commit, each)) for commit, each in self._afterwards(root)]
        return [each for _place, each in sorted(found, key=lambda pair: pair[0])]

    def _ask(self, place: int, commit: Commit) -> Iterator[Broken]:
        sides = [self._states[parent] for parent in commit.parents if parent in self._states]
        self._lines[commit.hash] = 1 << place
        for parent in commit.parents:
            self._lines[commit.hash] |= self._lines.get(parent, 0)
        last = max((self._moments.get(parent, 0) for parent in commit.parents), default=0)
        self._moments[commit.hash] = commit.moment if commit.touched and len(sides) < 2 else last  # noqa: PLR2004
        if len(sides) > 1:
            yield from self._merge(commit, sides, last)
            return
        before = sides[0] if sides else State()
        yield from self._plain(commit, before, changes_of(commit, before, self.files), last)

    def _plain(self, commit: Commit, before: State, changes: list[Change], last: int) -> Iterator[Broken]:
        """Ask every check of what a commit did to the ledger as it stood before."""
        self._added.update(change.path for change in changes if change.before is None)
        after = before.changed((change.path, change.after) for change in changes) if changes else before
        self._states[commit.hash] = after
        if not changes:
            self._follow(commit)
            return
        self._past[commit.hash] = changes
        if not self._is_checked(commit, after):
            return
        if late := clock.backwards(commit, last):
            yield late._replace(path=changes[0].path, id=changes[0].id or None)
        step = Step(commit, before, after, changes, self.files, self._past)
        stands = restored(step) or renumbered(step)
        if stands is not None:
            self._states[commit.hash] = before.changed(stands.items())
            if commit.trailers.action == "renumber":
                gone = [change for change in changes if change.after is None]
                come = {change.path for change in changes if change.before is None}
                head = {each.path for each in gone if commit.trailers.ids == (each.id,)}
                self._renumbered += [(commit, each, come | head) for each in gone if each.is_record]
            return
        for each in CHECKS:
            yield from each(step)
        if "signed_commit" in step.requires:
            self._signed += [(commit, change) for change in status.closings(step)]

    def _follow(self, commit: Commit) -> None:
        if any(parent in self._adopted for parent in commit.parents):
            self._adopted.add(commit.hash)

    def _is_checked(self, commit: Commit, after: State) -> bool:
        """Whether the ledger was there before a commit; the first one that brings it is taken as it is."""
        self._follow(commit)
        if commit.hash in self._adopted:
            return True
        if after.get(LEDGER_FILE) is None:
            return False
        self._adopted.add(commit.hash)
        if self.given:
            return True  # another beginning of history, which claims to be a ledger of its own
        self.given = commit.hash
        return False

    def _merge(self, commit: Commit, sides: list[State], last: int) -> Iterator[Broken]:
        changes = []
        for path, mode, blob in commit.touched:
            stands = [stand for side in sides if (stand := side.get(path))]
            same = next((stand for stand in stands if stand[:2] == (mode, blob)), None)
            changes.append((path, same or self._standing(path, mode, blob, stands)))
        after = sides[0].changed(changes)
        self._states[commit.hash] = after
        self._follow(commit)
        if commit.hash not in self._adopted:
            return
        ledgers = [self._states[parent] for parent in commit.parents if parent in self._adopted]
        bases = [self._states[name] for name in self._bases(commit)]
        if len(ledgers) > 1 and bases and all(base.get(LEDGER_FILE) for base in bases):
            yield from merged(bases, ledgers, after, self.files)
            return
        # What has not grown out of this ledger is no side of it: what the merge took from there, the merge did.
        first = ledgers[0]
        taken = [
            Touched(path, stand.mode if stand else "", stand.blob if stand else "")
            for path in sorted(first.differing(after))
            for stand in [after.get(path)]
        ]
        done = changes_of(commit._replace(touched=tuple(taken)), first, self.files)
        yield from self._plain(commit, first, done, last)

    def _standing(self, path: str, mode: str, blob: str, stands: list[Standing]) -> Standing | None:
        """How a file stands that a merge has made of its sides."""
        if not blob:
            return None
        record = self.files.record(Standing(mode, blob, blob)) if is_record(path) else None
        readable = blob if record is not None else next((stand.readable for stand in stands), "")
        submitters = [stand.submitter for stand in stands if stand.submitter]
        submitted = word(record, "status") == "submitted"
        return Standing(mode, blob, readable, submitters[0] if submitted and submitters else None)

    def _bases(self, commit: Commit) -> Iterator[str]:
        """The last commits that all parents of a merge have in common."""
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

    def _afterwards(self, root: Path) -> Iterator[tuple[Commit, Broken]]:
        """What can only be told at the end of history."""
        tip = self._states[self.commits[-1].hash]
        for commit, change, places in self._renumbered:
            # The number was another's, who has published it; or the new one was free again, since another took his back.
            if tip.get(change.path) is None and all(
                self._added[path] < _TWICE for path in (change.path, *places)
            ):
                message = _("{id} was renumbered, and no other clone has given that number").format(
                    id=change.id
                )
                yield commit, Broken("renumbered", message, change.path, change.id)
        judged = signing.unsigned(root, dict.fromkeys(commit.hash for commit, _change in self._signed))
        for commit, change in self._signed:
            if sentence := judged.get(commit.hash):
                message = sentence.format(id=change.id)
                yield commit, Broken("close-requires-signed-commit", message, change.path, change.id)


_TWICE: Final = 2


def _break(commit: Commit, broken: Broken) -> Break:
    return Break(
        commit.hash,
        commit.author,
        commit.date,
        broken.path,
        broken.id,
        severity(broken.code, commit.trailers.action),
        broken.code,
        broken.message,
    )
