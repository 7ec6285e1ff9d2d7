"""The audit: replays history from its beginning, runs every check on each commit, and compares each merge with its sides."""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from functools import reduce
from operator import and_
from pathlib import Path
from typing import Final

from xuncha.audit import commands, contents, days, decisions, history, paths, people, status, undoing  # noqa: F401  each registers its checks
from xuncha.audit.catalogue import LENIENT, RULES, Audit, Findings, HistoryPlace
from xuncha.audit.facts import is_record
from xuncha.audit.graph import Graph, Node, Step, union
from xuncha.audit.joining import Joining
from xuncha.audit.merging import check_merge
from xuncha.audit.people import Signers
from xuncha.audit.renumbering import Renumberings, files_after_removal, files_after_renumbering
from xuncha.audit.replayed import Actor, Change, Files, State, Version, changes_between, changes_of
from xuncha.audit.status import Closings
from xuncha.errors import Finding, RefusedError, SurroundingsError
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, Identity
from xuncha.model.source import MAX_SIZE
from xuncha.trail import replay, tags
from xuncha.trail.contents import objects_checked, read_objects
from xuncha.trail.git import Git
from xuncha.trail.replay import Commit
from xuncha.trail.signing import signed_commits
from xuncha.trail.tags import SHORT_HASH, Anchor
from xuncha.trail.tree import commit_at

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HASH: Final = re.compile(r"[0-9a-f]{4,64}")


def audit(root: Path, *, since: str | None = None) -> Audit:
    """Replay the history of a ledger and report every broken rule; if `since` is given, only what came after this revision, or from this day on.

    Raises RefusedError if there is no such revision, or several commits begin with these digits; SurroundingsError if the ledger is in no
    repository, git is not installed, or the history here is incomplete.
    """
    git = Git.in_repository(root)
    marks = tags.anchors(root)
    try:
        head = git.head()
    except SurroundingsError as error:
        if error.code != "no-such-branch" or not marks:
            raise
        head = None
    if head is None:
        return Audit(list(history.check_anchors(marks, {})), 0, 0, "", anchors=marks)
    with objects_checked(git):
        return _examined(git, head, marks, since)


def _examined(git: Git, head: str, marks: list[Anchor], since: str | None) -> Audit:
    root, commits = git.root, replay.commits(git, head)
    places_by_hash = {commit.hash: place for place, commit in enumerate(commits)}
    by_hash = {commit.hash: commit for commit in commits}
    findings = list(history.check_anchors(marks, by_hash))
    old_commits: set[str] = set()
    if since is not None:
        start, message = _start_commit(root, since, places_by_hash)
        if message:
            anchor = next((each for each in marks if each.commit.startswith(start)), None)
            place = HistoryPlace(start, anchor.author if anchor else "", anchor.date if anchor else "")
            findings.append(history.REWRITTEN.finding(place, message))
        elif start:
            old_commits = history.ancestors(start, commits)
    signed = signed_commits(git, places_by_hash)
    touched = [each for commit in commits for each in commit.touched if each.has_content]
    records = {each.blob for each in touched if is_record(each.path)}
    files = Files(read_objects(git, dict.fromkeys(each.blob for each in touched), MAX_SIZE), records)
    examination = Examination(commits, files, marks, signed)
    later_findings = [
        *commands.without_other_ledgers(git, examination.run(root)),
        *paths.check_beside(git, head),
        *paths.check_attributes(git, commits, {each.path for each in touched}),
    ]
    if examination.start:
        later_findings += history.check_former_places(git, by_hash[examination.start], commits)
    later_findings.sort(key=lambda each: places_by_hash[each.place.commit])
    findings += [each for each in later_findings if each.place.commit not in old_commits]
    examined = [commit for commit in commits if commit.hash not in old_commits]
    changes = sum(len(commit.touched) for commit in examined)
    on_claims = examination.signers.relies_on_claims
    return Audit(findings, len(examined), changes, head, examination.start, marks, on_claims)


def _start_commit(root: Path, since: str, places: dict[str, int]) -> tuple[str, str]:
    """Return the commit of `--since` and an error message: empty if history contains the commit. The commit is empty if all history is later."""
    revision, digits = since, since.lower()
    with contextlib.suppress(ValueError, OverflowError):
        if _DAY.fullmatch(since):
            revision = (date.fromisoformat(since) - timedelta(days=1)).isoformat()
    if _HASH.fullmatch(digits):  # never taken for a branch or a tag of that name
        matches = [name for name in places if name.startswith(digits)]
        if len(matches) == 1:
            return matches[0], ""
        if matches:
            text = _("{n} commits have hashes that begin with {digits}", n=len(matches), digits=since)
            raise RefusedError("several-commits", text, _("give more digits"))
        if len(digits) >= SHORT_HASH:
            return digits, _("history no longer contains {commit}", commit=digits[:SHORT_HASH])
    try:
        commit = commit_at(root, revision)
    except RefusedError:
        if revision != since:
            return "", ""  # history has no commit before that day
        if not _HASH.fullmatch(digits):
            raise
        return since, _("the history does not contain {commit}, and git does not know it here", commit=since)
    text = _("history no longer contains {commit}")
    return commit, "" if commit in places else text.format(commit=commit[:SHORT_HASH])


_CHECKS: Final = [(rule, rule.check) for _code, rule in sorted(RULES.items()) if rule.check]
"""The rules that have a check; all of them run on each commit."""


def check_commit(step: Step) -> list[Finding[HistoryPlace]]:
    """Run all checks on a commit and return their findings."""
    return [_with_severity(rule.finding(*fault), step) for rule, check in _CHECKS for fault in check(step)]


def _with_severity(finding: Finding[HistoryPlace], step: Step) -> Finding[HistoryPlace]:
    """Return a finding with its severity in this commit: in an import, lenient rules only warn; but closing what existed before must meet the policy."""
    lenient = RULES[finding.code].scope == LENIENT and step.commit.trailers.action == "import"
    if lenient and finding.code.startswith("close-requires-"):
        lenient = step.before.get(finding.place.path) is None
    return finding._replace(severity="warning") if lenient and finding.severity == "error" else finding


_UNIVERSAL_RULES: Final = (
    "account-mismatch", "clock-ahead", "clock-backwards", "clock-zone", "policy-weakened", "removed-overdue",
)  # fmt: skip
"""Rules that apply to every commit, even if it did exactly what it says."""


class Examination:
    """One run of the audit through history."""

    def __init__(self, commits: list[Commit], files: Files, anchors: list[Anchor], signed: set[str]) -> None:
        self.commits = commits
        self._beginnings = history.beginnings(commits, anchors)
        self.start = self._beginnings[0].hash if self._beginnings else ""
        self._anchors = anchors
        self._children = Counter(parent for commit in commits for parent in commit.parents)
        self.signers = Signers(signed)
        first_day = self._beginnings[0].day if self._beginnings else ""
        self._graph = Graph(commits, files, first_day, self.signers.has_signed)
        self._closings = Closings(self._graph, self.signers)
        self._renumberings = Renumberings(commits)

    def run(self, root: Path) -> list[Finding[HistoryPlace]]:
        """Return all findings."""
        findings = []
        for place, commit in enumerate(self.commits):
            findings += list(self._check(place, commit))
            for parent in commit.parents:
                if self._children[parent] == 1:  # where history branches, a merge may need it again
                    del self._graph.nodes[parent]
        again = _("the ledger begins a second time: {commit} already added it", commit=self.start[:10])
        later_beginnings = [HistoryPlace.at(each, LEDGER_FILE) for each in self._beginnings[1:]]
        findings += [history.SECOND.finding(each, again) for each in later_beginnings]
        findings += self._renumberings.findings()
        findings += self.signers.findings(root)
        return list(dict.fromkeys(findings))

    def _check(self, place: int, commit: Commit) -> Findings:
        graph = self._graph
        parents = [graph.nodes[parent] for parent in commit.parents]
        moment, newest = commit.moment_committed, max((side.moment for side in parents), default=0)
        is_trusted = commit.touched and len(parents) < 2 and commit.hash not in graph.ahead  # noqa: PLR2004
        node = graph.nodes[commit.hash] = Node(
            State(),
            union(parents) | 1 << place,
            newest,
            moment=max(newest, moment) if is_trusted else newest,
            has_ledger=any(side.has_ledger for side in parents),
            dropped=dict(sorted(item for side in parents for item in side.dropped.items())),
        )
        graph.by_committer[commit.committer] |= 1 << place
        if any(anchor.commit == commit.hash for anchor in self._anchors):
            self._renumberings.verified.append(node.ancestry)
        if len(parents) > 1:
            yield from self._check_merge(commit, node, parents)
        else:
            before = parents[0].state if parents else node.state
            yield from self._check_step(commit, node, before, changes_of(commit, before, self._graph.files))

    def _check_step(self, commit: Commit, node: Node, before: State, changes: list[Change]) -> Findings:
        """Run every check on what a commit did to the ledger as it was before."""
        node.state = before
        if not changes:
            if node.has_ledger and (message := commands.claim_message(commit.trailers)):
                number = next(iter(commit.trailers.ids), None)
                yield RULES["trailers-mismatch"].finding(HistoryPlace.at(commit, "", number), message)
            return
        step = Step(commit, before, changes, self._graph, node)
        node.state = step.after
        if not self._record_changes(commit, node, changes):
            return
        self.signers.add_commit(commit, step.settings, is_closing=bool(step.closings))
        node.dropped |= status.dropped_requirements(step)
        yield from self._closings.check_revoked(step)
        files: Mapping[str, Version | None] | str | None
        if undone := undoing.restoration(step):
            files = undone.files
        elif commit.trailers.action == "remove":
            files = files_after_removal(step)
        else:
            files = files_after_renumbering(step)
        if files is None or isinstance(files, str):  # it does something else than that
            yield from check_commit(step)
            yield from self._closings.check(step, status.recently_required(step))
            self._closings.add(step)
            node.state = step.with_former_goals(node.state)
            return
        for code in _UNIVERSAL_RULES:
            yield from RULES[code](step)
        node.state = before.with_changes(files.items())
        if undone:
            yield from self._check_undo(step, undone)
        elif commit.trailers.action == "renumber":
            self._renumberings.add(step)
        else:
            numbers = {Identity.parse(old): Identity.parse(new) for old, new in commit.trailers.renumbered}
            self._graph.renumberings[commit.hash] = [numbers]
            yield from RULES["replaced"](step)
            node.state = step.with_former_goals(node.state)

    def _check_undo(self, step: Step, undone: undoing.Restoration) -> Findings:
        """Check what a true undo did, and record it."""
        name, taken_back = step.commit.hash, {each.hash for each in undone.commits}
        self._graph.undone |= dict.fromkeys(taken_back, name)
        self._graph.renumberings[name] = undone.numbers
        if undone.is_own:  # as if neither had been
            self._graph.undone[name] = name
        yield from undoing.check_undo(undone)
        if "signed_commit" in step.required and taken_back & self.signers.signed_commits:
            findings = [*undoing.check_others(undone)]
            self.signers.add_claims(Actor.from_commit(step.commit), step.settings, findings)
        self._closings.add(step)

    def _record_changes(self, commit: Commit, node: Node, changes: list[Change]) -> bool:
        """Record what a commit did, and return whether to check it: the commit that brings the ledger is accepted unchecked."""
        place = self._graph.places[commit.hash]
        self._renumberings.add_changes(place, node.ancestry, changes)
        self._graph.add(place, changes)
        if any(days.is_date_relevant(each) or days.is_reworded(each) for each in changes):
            self._graph.deciding |= 1 << place
        if node.has_ledger:
            return True
        node.has_ledger = node.state.get(LEDGER_FILE) is not None
        # Only one beginning is accepted; any other commit that brings the ledger is checked.
        return node.has_ledger and commit.hash != self.start

    def _check_merge(self, commit: Commit, node: Node, parents: list[Node]) -> Findings:
        graph = self._graph
        all_sides = Joining(commit, parents, graph, self.signers)
        result = node.state = parents[0].state.with_changes(all_sides.versions())
        if not node.has_ledger:
            self._record_changes(commit, node, [])
            return
        # A parent that does not descend from this ledger is no side, nor is a parent that is an ancestor of another one:
        # what the merge took from such a parent counts as done by the merge.
        sides = [side for side in parents if side.has_ledger]
        tips = [id(each) for each in graph.tips(union(sides))]
        # Where the newest parent has no ledger.yaml any more, it counts against one of the others.
        sides = [side for side in sides if id(side) in tips] or sides[:1]
        common = reduce(and_, (side.ancestry for side in sides))
        if len(sides) > 1 and any(graph.tips(common)):
            joining = Joining(commit, sides, graph, self.signers, result)
            touched = [each.path for each in commit.touched] if sides[0] is parents[0] else None
            yield from check_merge(joining, touched)
            yield from paths.check_merged_paths(joining)
            yield from self._closings.check_sides(joining)
            known = [each for each in self._anchors if each.commit in graph.places]
            moments = [(graph.places[each.commit], each.moment) for each in known]
            yield from days.check_dates(joining, moments)
            return
        for side in reversed(sides):
            changes = changes_between(commit, side.state, result, graph.files)
            yield from self._check_step(commit, node, side.state, changes)
