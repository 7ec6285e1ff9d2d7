"""The audit: replays history from its beginning, runs every check on each commit, and compares each merge with its sides."""

from __future__ import annotations

import contextlib
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from xuncha.audit import anchors, attributes, commands, contents, decisions, people, places  # noqa: F401  each registers its checks
from xuncha.audit.catalogue import RULES, Audit, HistoryPlace
from xuncha.audit.examination import Examination, check_commit
from xuncha.audit.facts import is_record
from xuncha.audit.graph import Graph, Step
from xuncha.audit.replayed import Files, State, Version, changes_of
from xuncha.errors import Finding, RefusedError, SurroundingsError
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, PARTS
from xuncha.model.source import MAX_SIZE
from xuncha.trail import replay
from xuncha.trail.contents import read_objects
from xuncha.trail.git import Git
from xuncha.trail.limits import large_folders, ls_tree
from xuncha.trail.signing import signed_commits
from xuncha.trail.tags import SHORT_HASH
from xuncha.trail.tags import anchors as all_anchors
from xuncha.trail.tree import commit_at

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HASH: Final = re.compile(r"[0-9a-f]{4,64}")


def audit(root: Path, *, since: str | None = None) -> Audit:
    """Replay the history of a ledger and report every broken rule.

    Args:
        root: the ledger's folder; its files are not read.
        since: report only what came after this revision, or on this day and later. All history is replayed anyway.

    Raises:
        RefusedError: there is no such revision, or several commits begin with these digits.
        SurroundingsError: the ledger is in no repository, git is not installed, or the history here is incomplete.
    """
    git = Git.in_repository(root)
    marks = all_anchors(root)
    try:
        names = replay.commit_hashes(root)
    except SurroundingsError as error:
        if error.code != "no-such-branch" or not marks:
            raise
        return Audit(list(anchors.check_anchors(marks, {})), 0, 0, "", anchors=marks)
    # This reads the folders of all commits and checks them against their hashes: anything else is not the history that was verified.
    commits_by_path: dict[str, str] = {}
    oversized = large_folders(git, names, commits_by_path)
    commits = replay.commits(root, excluded=[each.path for each in oversized])
    places_by_hash = {commit.hash: place for place, commit in enumerate(commits)}
    by_hash = {commit.hash: commit for commit in commits}
    findings = list(anchors.check_anchors(marks, by_hash))
    if not commits:
        return Audit(findings, 0, 0, "", anchors=marks)
    old_commits: set[str] = set()
    if since is not None:
        start, message = _start_commit(root, since, places_by_hash)
        if message:
            anchor = next((each for each in marks if each.commit.startswith(start)), None)
            place = HistoryPlace(start, anchor.author if anchor else "", anchor.date if anchor else "")
            findings.append(anchors.REWRITTEN.finding(place, message))
        elif start:
            old_commits = places.ancestors(start, commits)
    signed_hashes = signed_commits(git, places_by_hash)  # checks each commit against its hash, too
    touched = [each for commit in commits for each in commit.touched if each.has_content]
    records = {each.blob for each in touched if is_record(each.path)}
    blobs = dict.fromkeys(each.blob for each in touched)
    examination = Examination(
        commits, Files(read_objects(git, blobs, MAX_SIZE), records), marks, signed_hashes
    )
    later_findings = [
        *(
            TOO_MANY.finding(HistoryPlace.at(by_hash[each.commit], each.label), each.message)
            for each in oversized
        ),
        *commands.without_other_ledgers(git, examination.run(root)),
        *places.check_templates(git),
        *places.check_look_alikes(commits_by_path, by_hash),
        *attributes.check_attributes(git, commits, {each.path for each in touched}),
    ]
    if examination.start:
        later_findings += places.check_former_places(git, by_hash[examination.start], commits)
    later_findings.sort(key=lambda each: places_by_hash[each.place.commit])
    findings += [each for each in later_findings if each.place.commit not in old_commits]
    examined = [commit for commit in commits if commit.hash not in old_commits]
    changes = sum(len(commit.touched) for commit in examined)
    on_claims = examination.signers.relies_on_claims
    return Audit(findings, len(examined), changes, commits[-1].hash, examination.start, marks, on_claims)


TOO_MANY = RULES.declare(
    "too-many-files",
    why="A few git objects can represent more files than any machine can list; the content of such a folder is not examined at any commit.",
    wrong="A commit brings a folder data/problems/02 that contains itself repeatedly and expands to over a million files.",
)


def findings_of_last_commit(root: Path) -> list[Finding[HistoryPlace]]:
    """Return what the checks find in the last commit, compared with the one before; rules that need older commits are left out.

    Raises:
        RefusedError: a commit holds more files than any ledger has.
        SurroundingsError: as for `audit`.
    """
    git = Git.in_repository(root)
    for name in git.text("rev-parse", "HEAD", "HEAD^@").split():
        ls_tree(git, name, *PARTS)
    commit = replay.commits(root, head_only=True)[-1]
    before = State().with_changes(
        (leaf.path, Version(leaf.mode, leaf.name, leaf.name if is_record(leaf.path) else ""))
        for parent in commit.parents[:1]
        for leaf in ls_tree(Git(root), parent, *PARTS)
    )
    paths = [*(each.path for each in commit.touched), LEDGER_FILE]
    versions = [version for path in paths if (version := before.get(path))]
    old_blobs = [version.blob for version in versions if version.mode != replay.SUBMODULE]
    blobs = dict.fromkeys([*old_blobs, *(each.blob for each in commit.touched if each.has_content)])
    files = Files(read_objects(Git(root), blobs, MAX_SIZE), blobs)
    changes = changes_of(commit, before, files)
    findings = check_commit(Step(commit, before, changes, Graph([], files))) if changes else []
    return [each for each in findings if each.code not in _RULES_OF_HISTORY]


_RULES_OF_HISTORY: Final = ("close-requires-second-person", "predated", "watered-down")
"""Rules that need more than two commits, for example to know who applied for a closing."""


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
            text = _("{n} commits have hashes that begin with {digits}").format(n=len(matches), digits=since)
            raise RefusedError("several-commits", text, _("give more digits"))
        if len(digits) >= SHORT_HASH:
            return digits, _("history no longer contains {commit}").format(commit=digits[:SHORT_HASH])
    try:
        commit = commit_at(root, revision)
    except RefusedError:
        if revision != since:
            return "", ""  # history has no commit before that day
        if not _HASH.fullmatch(digits):
            raise
        text = _("the history does not contain {commit}, and git does not know it here")
        return since, text.format(commit=since)
    text = _("history no longer contains {commit}")
    return commit, "" if commit in places else text.format(commit=commit[:SHORT_HASH])
