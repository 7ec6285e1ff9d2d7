"""What an undo may take back, checked against the commits that it names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

from xuncha.audit.catalogue import RULES, Findings, HistoryPlace
from xuncha.audit.contents import deadline, is_postponed
from xuncha.audit.facts import folded, text_of
from xuncha.audit.graph import Step
from xuncha.audit.people import addresses_of
from xuncha.audit.replayed import MAX_DELAY, Change, Version, changes_between
from xuncha.catalogue import Violations
from xuncha.errors import Severity
from xuncha.language import gettext as _
from xuncha.model import moves
from xuncha.model.identity import Identity
from xuncha.model.vocabulary import NEVER_UNDONE, status_name
from xuncha.sync.status_events import is_step_back
from xuncha.trail.replay import Commit

_RULES_ON_OTHERS_WORK: Final = (
    "entry-changed", "evidence-changed", "deleted", "withheld", "settings-changed", "problem-rewritten",
    "deadline-moved", "deadline-passed",
)  # fmt: skip
"""Rules that also apply to an undo of others' work, of work that is weeks old, or of an undo."""
_MAX_SEARCHED: Final = 1000
"""Limit of commits that are searched for what an undo took back, if the hashes that it names have changed."""


class Restoration(NamedTuple):
    """What a true undo did."""

    step: Step  # the undo, with each record compared with itself where it has another number again
    files: dict[str, Version | None]  # the files after it, each with the past that is restored
    commits: list[Commit]  # the commits that it took back
    is_own: bool  # whether those are the person's own and recent, and no undo: then it is trusted
    numbers: list[dict[Identity, Identity]]  # that it gave back, one removal after the other: new by old


def restoration(step: Step) -> Restoration | None:
    """Return what an undo did if it truly restores what it names; None if the commit is no undo, or no true one.

    The commits that it names may have new hashes, for example after a rebase: then they are recognised by their changes.
    """
    trailers, graph = step.commit.trailers, step.graph
    if trailers.action != "undo":
        return None
    known = [name for name in trailers.undoes if name in graph.places and step.has_ancestor(name)]
    undone = [graph.places[name] for name in known if graph.places[name] in graph.changes]
    if len(undone) < len(trailers.undoes):
        undone = list(_undone_by_content(step))
    files: dict[str, Version | None] = {}
    touched = {change.path for change in step.changes}
    if not (
        len(undone) == len(trailers.undoes)
        and all(_take_back(step, files, graph.changes[place]) for place in undone)
        and touched <= files.keys()
        and all(step.files.same(step.after.get(path), version) for path, version in files.items())
    ):
        return None
    commits = [graph.commits[place] for place in undone]
    is_own = _is_own(step, commits)
    numbers = [
        {new: old for old, new in each.items()}
        for commit in commits
        for each in reversed(graph.renumberings.get(commit.hash, []))
    ]
    step = _with_other_numbers(step, numbers) if numbers else step
    for path, version in files.items():
        if now := step.after.get(path):
            files[path] = _restored(step, now, step.before.get(path), version, is_own=is_own)
    return Restoration(step, files, commits, is_own, numbers)


def _with_other_numbers(step: Step, renumberings: Iterable[Mapping[Identity, Identity]]) -> Step:
    """Return a commit as if some renumberings, which give the new numbers by the old ones, had been before it."""
    before = step.before
    for numbers in renumberings:
        new_paths = moves.paths_after(before.paths(), numbers)
        moved = {new: before.get(old) for old, new in new_paths.items()}
        before = before.with_changes({**dict.fromkeys(new_paths), **moved}.items())
    changes = changes_between(step.commit, before, step.after, step.files)
    return Step(step.commit, before, changes, step.graph, step.node)


def _undone_by_content(step: Step) -> Iterator[int]:
    """Yield the places of the commits that an undo may have meant, the newest first; at most as many as it names."""
    graph, count = step.graph, len(step.commit.trailers.undoes)
    files = {change.path: change.before for change in step.changes}
    touched = frozenset(files)
    for place, changes in islice(reversed(graph.changes.items()), _MAX_SEARCHED):
        name, action = graph.commits[place].hash, graph.commits[place].trailers.action
        if not action or action in NEVER_UNDONE or name in graph.undone or not step.has_ancestor(name):
            continue
        if touched.isdisjoint(change.path for change in changes):
            continue
        if _take_back(step, files, changes):
            count -= 1
            yield place
        if not count or all(step.files.same(each, step.after.get(path)) for path, each in files.items()):
            return


def _take_back(step: Step, files: dict[str, Version | None], changes: Sequence[Change]) -> bool:
    """Take a commit back in `files`, which hold what differs from the state before the undo; return whether they were as it left them."""
    for change in changes:
        if not step.files.same(files.get(change.path, step.before.get(change.path)), change.after):
            return False
    files.update((change.path, change.before) for change in changes)
    return True


def _restored(
    step: Step, now: Version, before: Version | None, earlier: Version | None, *, is_own: bool
) -> Version:
    """Return a file after an undo, with the past that is restored."""
    undo, final = step.commit.hash, now.with_past_of(earlier)
    old = before.applicants if before else ()
    applicants = tuple(who if who in old else who._replace(since=undo) for who in final.applicants)
    if not is_own:  # the undo itself changes the words, and its author applies for closing again
        was_open = text_of(step.files.record(before), "status") != "closed"
        applies = was_open and any(who.commit == undo for who in now.applicants)
        applicants = now.applicants if applies else applicants
        final = final._replace(rewordings=now.rewordings if before else final.rewordings)
    return final._replace(applicants=applicants)


def _is_own(step: Step, commits: Iterable[Commit]) -> bool:
    """Return whether an undo takes back what the same person did in the two weeks before, and no undo."""
    own_addresses, committer = addresses_of(step.settings, step.commit.email), folded(step.commit.committer)
    # The committer must be the author, or the committer of what is undone: anybody else may have forged the author.
    return all(
        addresses_of(step.settings, commit.email) & own_addresses
        and committer in {*own_addresses, folded(commit.committer)}
        and step.commit.moment_committed - commit.moment_committed < MAX_DELAY
        and commit.trailers.action != "undo"
        for commit in commits
    )


def check_undo(restoration: Restoration) -> Findings:
    """Yield what a true undo did and must not go unreported; little if it takes back the person's own recent work."""
    if not restoration.is_own:
        yield from check_others(restoration)
        return
    step, start = restoration.step, min(each.day for each in restoration.commits)
    postponed = {each.path: str(deadline(each.old)) for each in step.measures if is_postponed(each)}
    for finding in RULES["deadline-passed"](step):
        if postponed.get(str(finding.place.path), "") >= start:  # a deadline set in the past was a mistake
            yield finding


def check_others(restoration: Restoration) -> Findings:
    """Yield findings on an undo of others' work, or of work that is weeks old: its result is checked like any other change."""
    step = restoration.step
    severe = {
        each.path
        for each in step.measures
        if is_postponed(each) or (each.old or {}).get("reviews") != (each.new or {}).get("reviews")
    }
    for finding in [each for code in _RULES_ON_OTHERS_WORK for each in RULES[code](step)]:
        is_severe = finding.place.path in severe or finding.code == "problem-rewritten"
        yield finding if is_severe else finding._replace(severity="warning")
    for change in step.measures:
        before, after = change.statuses
        if is_step_back(after, before):
            authors = _(", ").join(dict.fromkeys(each.author for each in restoration.commits))
            message = _("the status of {id} is “{to}” again, since what {who} did was undone")
            severity: Severity = "error" if after == "closed" else "warning"
            fault = step.report(change, message, severity, to=status_name(after), who=authors)
            yield RULES["status-jump"].finding(*fault)


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
