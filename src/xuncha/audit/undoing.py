"""What an undo may take back and a renumbering may move, checked against what they name; and records that are gone otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from xuncha.audit.catalogue import RULES, Findings, HistoryPlace
from xuncha.audit.contents import deadline, is_postponed
from xuncha.audit.facts import entries, folded, text_of
from xuncha.audit.graph import Step
from xuncha.audit.people import addresses_of
from xuncha.audit.replayed import MAX_DELAY, Change, ReplayedCommit, Version
from xuncha.catalogue import Violations
from xuncha.errors import Severity
from xuncha.language import gettext as _
from xuncha.model.identity import CommentNumber, Identity
from xuncha.model.moves import Move, number_after, path_after
from xuncha.model.vocabulary import status_name
from xuncha.sync.status_events import is_step_back
from xuncha.trail.replay import Commit

_NOT_UNDOABLE: Final = frozenset({"", "undo", "sync", "renumber", "init"})
UNIVERSAL_RULES: Final = (
    "account-mismatch", "clock-ahead", "clock-backwards", "clock-zone", "policy-weakened", "removed-overdue",
)  # fmt: skip
"""Rules that apply to every commit, even if it did exactly what it says."""
_DEADLINE_RULES: Final = ("deadline-moved", "deadline-passed")
_RULES_ON_OTHERS_WORK: Final = (
    "entry-removed", "entry-rewritten", "evidence-removed", "deleted", "withheld", "settings-changed", "problem-rewritten",
    *_DEADLINE_RULES,
)  # fmt: skip
"""Rules that also apply to an undo of others' work, of work that is weeks old, or of an undo."""
_MAX_SEARCHED: Final = 1000
"""Limit of commits that are searched for what an undo took back, if the hashes that it names have changed."""


class Restoration(NamedTuple):
    """What a true undo did."""

    files: dict[str, Version | None]  # the files after it, each with the past that is restored
    commits: list[Commit]  # the commits that it took back
    is_own: bool  # whether those are the person's own and recent, and no undo: then it is trusted


def restoration(step: Step) -> Restoration | None:
    """Return what an undo did if it truly restores what it names; None if the commit is no undo, or no true one.

    The commits that it names may have new hashes, for example after a rebase: then they are recognised by their changes.
    """
    trailers = step.commit.trailers
    if trailers.action != "undo" or not trailers.undoes:
        return None
    replay = step.graph.replay
    undone = [replay[name] for name in trailers.undoes if name in replay and step.has_ancestor(name)]
    if len(undone) < len(trailers.undoes):
        undone = list(_undone_by_content(step))
    return _restoration_of(step, undone) if len(undone) == len(trailers.undoes) else None


def _undone_by_content(step: Step) -> Iterator[ReplayedCommit]:
    """Yield the commits that an undo may have meant, the newest first; at most as many as it names."""
    graph, count = step.graph, len(step.commit.trailers.undoes)
    touched = {change.path for change in step.changes}
    latest = {change.path: change.before for change in step.changes}
    for name, replay in islice(reversed(graph.replay.items()), _MAX_SEARCHED):
        commit, changes = replay
        if commit.trailers.action in _NOT_UNDOABLE or name in graph.undone or not step.has_ancestor(name):
            continue
        if touched.isdisjoint(change.path for change in changes):
            continue
        if all(same(step, latest.get(each.path, step.before.get(each.path)), each.after) for each in changes):
            latest.update((each.path, each.before) for each in changes)
            count -= 1
            yield replay
        if not count or all(same(step, version, step.after.get(path)) for path, version in latest.items()):
            return


def _restoration_of(step: Step, undone: Iterable[ReplayedCommit]) -> Restoration | None:
    """Return what an undo did if it restores all files that some commits had changed; else None. The commits come newest first."""
    current: dict[str, Version | None] = {}
    commits = []
    for commit, changes in undone:
        commits.append(commit)
        for change in changes:
            if not same(step, current.get(change.path, step.before.get(change.path)), change.after):
                return None
            current[change.path] = change.before
    touched = {change.path for change in step.changes}
    if not commits or not touched <= current.keys():
        return None
    files: dict[str, Version | None] = {}
    is_own = _is_own(step, commits)
    for path, version in current.items():
        now = step.after.get(path)
        if not same(step, now, version):
            return None
        if now is None and path not in touched:
            continue
        final = now and now.with_past_of(version)
        if now and final:
            before, undo = step.before.get(path), step.commit.hash
            old = before.applicants if before else ()
            kept = tuple(who if who in old else who._replace(since=undo) for who in final.applicants)
            if not is_own:  # the undo itself eases the measure, and its author applies for closing again
                was_open = text_of(step.files.record(before), "status") != "closed"
                applies = was_open and any(who.commit == undo for who in now.applicants)
                kept, final = now.applicants if applies else kept, final._replace(former=now.former)
            final = final._replace(applicants=kept)
        files[path] = final
    return Restoration(files, commits, is_own)


def _is_own(step: Step, commits: Iterable[Commit]) -> bool:
    """Return whether an undo takes back what the same person did in the two weeks before, and no undo."""
    own_addresses, committer = addresses_of(step.commit.email, step.settings), folded(step.commit.committer)
    # The committer must be the author, or the committer of what is undone: anybody else may have forged the author.
    return all(
        addresses_of(commit.email, step.settings) & own_addresses
        and committer in {*own_addresses, folded(commit.committer)}
        and step.commit.moment_committed - commit.moment_committed < MAX_DELAY
        and commit.trailers.action != "undo"
        for commit in commits
    )


def check_undo(step: Step, restoration: Restoration) -> Findings:
    """Yield what a true undo did and must not go unreported; little if it takes back the person's own recent work."""
    for code in UNIVERSAL_RULES:
        yield from RULES[code](step)
    if not restoration.is_own:
        yield from check_others(step, restoration.commits)
        return
    start = min(each.day for each in restoration.commits)
    postponed = {each.path: str(deadline(each.old)) for each in step.measures if is_postponed(each)}
    for finding in RULES["deadline-passed"](step):
        if postponed.get(str(finding.place.path), "") >= start:  # a deadline set in the past was a mistake
            yield finding


def check_others(step: Step, commits: Sequence[Commit]) -> Findings:
    """Yield findings on an undo of others' work, or of work that is weeks old: its result is checked like any other change."""
    pairs = {each.path: [entries(data, "reviews") for data in (each.old, each.new)] for each in step.measures}
    reviewed = {path for path, (old, new) in pairs.items() if old != new}
    postponed = {each.path for each in step.measures if is_postponed(each)}
    for finding in [each for code in _RULES_ON_OTHERS_WORK for each in RULES[code](step)]:
        is_severe = finding.place.path in (postponed if finding.code in _DEADLINE_RULES else reviewed)
        is_severe |= finding.code == "problem-rewritten"
        yield finding if is_severe else finding._replace(severity="warning")
    old_data = [each.old for each in step.changes]
    for change in step.measures:
        before, after = change.statuses
        if is_step_back(after, before) and change.new not in old_data:  # otherwise it was renumbered
            authors = _(", ").join(dict.fromkeys(each.author for each in commits))
            message = _("the status of {id} is “{to}” again, since what {who} did was undone")
            severity: Severity = "error" if after == "closed" else "warning"
            fault = step.report(change, message, severity, to=status_name(after), who=authors)
            yield RULES["status-jump"].finding(*fault)


def same(step: Step, first: Version | None, second: Version | None) -> bool:
    """Return whether two contents are equal or hold equal data, since git may change line ends. A file never equals a link."""
    if first is None or second is None:
        return first is second
    if first.mode != second.mode and not (first.is_file and second.is_file):
        return False
    if first.blob == second.blob:
        return True
    readable = all(version.readable and version.readable == version.blob for version in (first, second))
    return readable and step.files.record(first) == step.files.record(second)


def renumbering(step: Step) -> dict[str, Version | None] | None:
    """Return the files after a renumbering that only moves them; None if the commit is no renumbering, or does more.

    Whether another clone gave the old number is known only at the end of history (`Examination`).
    """
    move = _move(step)
    removed = [change for change in step.changes if change.after is None]
    added = {change.path: change for change in step.changes if change.before is None}
    others = [change for change in step.changes if change.before and change.after]
    if move is None or not removed:
        return None
    if not all(is_update(change, lambda number: number_after(number, move)) for change in others):
        return None
    moved: dict[str, Version | None] = {change.path: None for change in removed}
    moved |= {change.path: change.after for change in others}
    for change in removed:
        new_change = added.pop(path_after(change.path, move), None)
        if new_change is None or new_change.after is None:
            return None
        # Under its new number a file holds what it held under the old one.
        has_data = change.old is not None and (change.is_record or change.comment)
        if not (change.old == new_change.new if has_data else same(step, change.before, new_change.after)):
            return None
        moved[new_change.path] = new_change.after.with_past_of(change.before)
    return None if added else moved


def _move(step: Step) -> Move | None:
    """Return the move that the trailers of a renumbering state; None if they state none."""
    trailers = step.commit.trailers
    if trailers.action != "renumber":
        return None
    if trailers.comments and not trailers.ids:
        numbers = trailers.comments[0].split() if len(trailers.comments) == 1 else []
        is_valid = len(numbers) == 2 and all(re.fullmatch("[1-9][0-9]{0,5}", number) for number in numbers)  # noqa: PLR2004
        return Move(*(CommentNumber(int(number)) for number in numbers)) if is_valid else None
    if trailers.comments or len(trailers.ids) != 1 or len(trailers.targets) != 1:
        return None
    old, new = Identity.try_parse(trailers.ids[0]), Identity.try_parse(trailers.targets[0])
    return Move(old, new) if old and new else None


def is_update(change: Change, number_after: Callable[[Identity], Identity]) -> bool:
    """Return whether the file of a comment changed only because what it is about was renumbered."""
    old, new = change.old or {}, change.new
    number = text_of(old, "about")
    if not change.comment or new is None or number is None or not Identity.is_number(number):
        return False
    after = str(number_after(Identity.parse(number)))
    return after != number and new == {**old, "about": after}


@RULES.rule(
    "false-undo",
    why="`undo` restores every file to what it was before the commit that it names, and does nothing else.",
    wrong="A commit says `Xuncha-Action: undo`, and the files differ from those before the commit named by `Xuncha-Undoes`.",
)
def false_undo(step: Step) -> Violations[HistoryPlace]:
    """Find undos that do not restore what they name; true undos never reach this check."""
    if step.commit.trailers.action == "undo":
        message = _(
            "the commit says that it undoes {commit}, but the files are not what they were before that"
        )
        undoes = _(", ").join(name[:10] for name in step.commit.trailers.undoes)
        yield step.report(step.changes[0], message, commit=undoes or "-")


def _moved_to(step: Step, change: Change) -> str | None:
    """Return the number, or the path, to which a commit moved the content of a record; None if it did not move it."""
    for each in step.changes:
        alike = each.comment if change.comment else each.is_record
        if alike and each.path != change.path and each.new == change.old is not None and each.old != each.new:
            return each.label
    return None


@RULES.rule(
    "renumbered",
    why="A number never changes once assigned; otherwise, anyone who noted it would find another measure under it.",
    wrong="From a commit on, the former 2.3 is 2.4, whether the two are swapped or another measure becomes 2.3. (`sync` may do so, if "
    "another clone has published the number meanwhile; if that clone assigned it weeks later, or the old number had been verified, "
    "it is a warning, and if both, an error.)",
)
def renumbered_by_hand(step: Step) -> Violations[HistoryPlace]:
    """Find records that got another number."""
    moved = [each for each in step.changes if (each.is_record or each.comment) and each.old is not None]
    for change in moved:
        titled = change.after is None or text_of(change.old, "title") != text_of(change.new, "title")
        if titled and (number := _moved_to(step, change)):
            yield step.report(change, _("{id} was renumbered to {number}"), id=change.label, number=number)


@RULES.rule(
    "deleted",
    why="A measure that was entered must be kept: it can be closed, or withheld from the notice, but not erased. The same holds for a comment.",
    wrong="data/problems/02/2.3.yaml is deleted without an `undo` of its `add` or a `remove`. In an `undo` of what someone else entered "
    "(even in their name, but unsigned where they sign), or of what is weeks old, it is a warning.",
)
def deleted(step: Step) -> Violations[HistoryPlace]:
    """Find records that were removed."""
    for change in step.removals:
        if not _moved_to(step, change):
            yield step.report(change, _("{path} was deleted"))
