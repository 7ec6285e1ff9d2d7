"""What a commit may take back or move: undo and renumber, verified against what they name; and what is gone otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from xuncha.audit.catalogue import RULES, Findings, HistoryPlace
from xuncha.audit.contents import deadline, is_put_off
from xuncha.audit.facts import entries, word
from xuncha.audit.lines import Step
from xuncha.audit.people import folded, known_as
from xuncha.audit.replayed import BELIEVED, Change, Past, Version
from xuncha.catalogue import Broken
from xuncha.errors import Severity
from xuncha.language import gettext as _
from xuncha.model.identity import CommentNumber, Identity
from xuncha.model.moves import Move, number_after, place_after
from xuncha.model.vocabulary import status_name
from xuncha.sync.turns import is_back
from xuncha.trail.replay import Commit

_NOT_TAKEN_BACK: Final = frozenset({"", "undo", "sync", "renumber", "init"})
ALWAYS: Final = (
    "account-mismatch", "clock-ahead", "clock-backwards", "clock-zone", "policy-weakened", "removed-overdue",
)  # fmt: skip
"""What a commit is asked in any case, also where it did just what it says."""
_DEADLINES: Final = ("deadline-moved", "deadline-passed")
_OF_OTHERS: Final = (
    "entry-removed", "entry-rewritten", "evidence-removed", "deleted", "withheld", "settings-changed", "problem-rewritten",
    *_DEADLINES,
)  # fmt: skip
"""What it is asked where it takes back what others did, what is weeks old, or an undo."""
_MOST: Final = 1000
"""Commits before an undo among which it is looked for what it took back, where their hashes are others since."""


class Restored(NamedTuple):
    """What a true undo did."""

    files: dict[str, Version | None]  # the files after it, each with the past of what it is again
    commits: list[Commit]  # what it took back
    is_own: bool  # whether that was his own and new, and no undo: whoever does that is believed


def restored(step: Step) -> Restored | None:
    """Return what an undo that truly restores did; None where the commit is no undo, or no true one.

    The commits that it names may have other hashes since, as after a rebase: then they are known by what they changed.
    """
    said = step.commit.trailers
    if said.action != "undo" or not said.undoes:
        return None
    past = step.lines.past
    found = [past[name] for name in said.undoes if name in past and step.stands_on(name)]
    if len(found) < len(said.undoes):
        found = list(_by_change(step))
    return _taken_back(step, found) if len(found) == len(said.undoes) else None


def _by_change(step: Step) -> Iterator[Past]:
    """Yield the commits that an undo may have meant, the newest first, as many as it names at most."""
    lines, count = step.lines, len(step.commit.trailers.undoes)
    touched = {change.path for change in step.changes}
    stands = {change.path: change.before for change in step.changes}
    for name, past in islice(reversed(lines.past.items()), _MOST):
        commit, changes = past
        if commit.trailers.action in _NOT_TAKEN_BACK or name in lines.taken_back or not step.stands_on(name):
            continue
        if touched.isdisjoint(change.path for change in changes):
            continue
        if all(same(step, stands.get(each.path, step.before.get(each.path)), each.after) for each in changes):
            stands.update((each.path, each.before) for each in changes)
            count -= 1
            yield past
        if not count or all(same(step, version, step.after.get(path)) for path, version in stands.items()):
            return


def _taken_back(step: Step, undone: Iterable[Past]) -> Restored | None:
    """Return what an undo did if it gives all files back that some commits had changed, the newest first."""
    stands: dict[str, Version | None] = {}
    commits = []
    for commit, changes in undone:
        commits.append(commit)
        for change in changes:
            if not same(step, stands.get(change.path, step.before.get(change.path)), change.after):
                return None
            stands[change.path] = change.before
    touched = {change.path for change in step.changes}
    if not commits or not touched <= stands.keys():
        return None
    found: dict[str, Version | None] = {}
    is_own = _is_own(step, commits)
    for path, version in stands.items():
        now = step.after.get(path)
        if not same(step, now, version):
            return None
        if now is None and path not in touched:
            continue
        again = now and now.going_on(version)
        if now and again:
            before, made = step.before.get(path), step.commit.hash
            stood = before.applicants if before else ()
            back = tuple(each if each in stood else each._replace(since=made) for each in again.applicants)
            if not is_own:  # less is asked since now, and it is by his word that closing is applied for again
                onward = word(step.files.record(before), "status") != "closed"
                applies = onward and any(each.commit == made for each in now.applicants)
                back, again = now.applicants if applies else back, again._replace(eased=now.eased)
            again = again._replace(applicants=back)
        found[path] = again
    return Restored(found, commits, is_own)


def _is_own(step: Step, undone: Iterable[Commit]) -> bool:
    """Return whether an undo takes back what the same person did shortly before, and that was no undo."""
    mine, committer = known_as(step.commit.email, step.settings), folded(step.commit.committer)
    # The committer is the author, or has forged one.
    return all(
        known_as(each.email, step.settings) & mine
        and committer in {*mine, folded(each.committer)}
        and step.commit.moment_committed - each.moment_committed < BELIEVED
        and each.trailers.action != "undo"
        for each in undone
    )


def judged(step: Step, undone: Restored) -> Findings:
    """Yield what a true undo did that no undo may do in silence: little where that is his own and new."""
    for code in ALWAYS:
        yield from RULES[code](step)
    if not undone.is_own:
        yield from of_others(step, undone.commits)
        return
    began = min(each.day for each in undone.commits)
    put_off = {each.path: str(deadline(each.old)) for each in step.measures if is_put_off(each)}
    for finding in RULES["deadline-passed"](step):
        if put_off.get(str(finding.place.path), "") >= began:  # what had passed when it was set was a mistake
            yield finding


def of_others(step: Step, undone: Sequence[Commit]) -> Findings:
    """Judge the undo of others' work, or of what has stood for weeks, by what becomes of it, like any change."""
    pairs = {each.path: [entries(data, "reviews") for data in (each.old, each.new)] for each in step.measures}
    looked_at = {path for path, (old, new) in pairs.items() if old != new}
    put_off = {each.path for each in step.measures if is_put_off(each)}
    for finding in [each for code in _OF_OTHERS for each in RULES[code](step)]:
        is_grave = finding.place.path in (put_off if finding.code in _DEADLINES else looked_at)
        is_grave |= finding.code == "problem-rewritten"
        yield finding if is_grave else finding._replace(severity="warning")
    held = [each.old for each in step.changes]
    for change in step.measures:
        before, after = change.statuses
        if is_back(after, before) and change.new not in held:  # else it was renumbered
            who = _(", ").join(dict.fromkeys(each.author for each in undone))
            message = _("{id} is {to} again, since what {who} did was taken back")
            severity: Severity = "error" if after == "closed" else "warning"
            found = step.found(change, message, severity, to=status_name(after), who=who)
            yield RULES["status-jump"].at(*found)


def same(step: Step, one: Version | None, two: Version | None) -> bool:
    """Return whether two contents are the same; or say the same, since git may be set up to change line ends. A link is no file."""
    if one is None or two is None:
        return one is two
    if one.mode != two.mode and not (one.is_file and two.is_file):
        return False
    if one.blob == two.blob:
        return True
    both_read = all(each.readable and each.readable == each.blob for each in (one, two))
    return both_read and step.files.record(one) == step.files.record(two)


def renumbered(step: Step) -> dict[str, Version | None] | None:
    """Return the files after a renumbering that only moves them; None where the commit is none, or does more.

    That the old number was given by another clone can only be told at the end of history (`examine`).
    """
    move = _move(step)
    gone = [change for change in step.changes if change.after is None]
    come = {change.path: change for change in step.changes if change.before is None}
    others = [change for change in step.changes if change.before and change.after]
    if move is None or not gone:
        return None
    if not all(follows(change, lambda number: number_after(number, move)) for change in others):
        return None
    moved: dict[str, Version | None] = {change.path: None for change in gone}
    moved |= {change.path: change.after for change in others}
    for change in gone:
        there = come.pop(place_after(change.path, move), None)
        if there is None or there.after is None:
            return None
        # Under its new number a file holds what it held under the old one.
        says = change.old is not None and (change.is_record or change.comment)
        if not (change.old == there.new if says else same(step, change.before, there.after)):
            return None
        moved[there.path] = there.after.going_on(change.before)
    return None if come else moved


def _move(step: Step) -> Move | None:
    """Return the move that a renumbering says it was; None where it says none."""
    trailers = step.commit.trailers
    if trailers.action != "renumber":
        return None
    if trailers.comments and not trailers.ids:
        numbers = trailers.comments[0].split() if len(trailers.comments) == 1 else []
        fit = len(numbers) == 2 and all(re.fullmatch("[1-9][0-9]{0,5}", each) for each in numbers)  # noqa: PLR2004
        return Move(*(CommentNumber(int(each)) for each in numbers)) if fit else None
    if trailers.comments or len(trailers.ids) != 1 or len(trailers.targets) != 1:
        return None
    old, new = Identity.perhaps(trailers.ids[0]), Identity.perhaps(trailers.targets[0])
    return Move(old, new) if old and new else None


def follows(change: Change, number_after: Callable[[Identity], Identity]) -> bool:
    """Return whether the file of a comment has only followed what it is about to its new number."""
    old, new = change.old or {}, change.new
    number = word(old, "about")
    if not change.comment or new is None or number is None or not Identity.is_number(number):
        return False
    after = str(number_after(Identity.parse(number)))
    return after != number and new == {**old, "about": after}


@RULES.rule(
    "false-undo",
    why="`undo` gives every file back what it held before the commit that it names, and nothing else.",
    wrong="A commit says `Xuncha-Action: undo`, and the files are not what they were before the commit of `Xuncha-Undoes`.",
)
def false_undo(step: Step) -> Broken[HistoryPlace]:
    """Find undos that do not restore; those that do are not asked."""
    if step.commit.trailers.action == "undo":
        message = _(
            "the commit says that it takes {commit} back, and the files are not what they were before that"
        )
        undoes = _(", ").join(each[:10] for each in step.commit.trailers.undoes)
        yield step.found(step.changes[0], message, commit=undoes or "-")


def _new_number(step: Step, change: Change) -> str | None:
    """Return the number, or the file, under which a commit has put what a record held; None where it did not."""
    for each in step.changes:
        alike = each.comment if change.comment else each.is_record
        if alike and each.path != change.path and each.new == change.old is not None and each.old != each.new:
            return each.named
    return None


@RULES.rule(
    "renumbered",
    why="A number once given stays; whoever has written it down would find another measure under it.",
    wrong="What was 2.3 is 2.4 from a commit on, be it that the two are swapped, or that another one is 2.3 since. (`sync` may do so, to a "
    "number that another clone has published meanwhile; where that one gave it weeks later, or it had been verified, it is a warning, and where both, an error.)",
)
def moved_by_hand(step: Step) -> Broken[HistoryPlace]:
    """Find records that have another number."""
    moved = [each for each in step.changes if (each.is_record or each.comment) and each.old is not None]
    for change in moved:
        titled = change.after is None or word(change.old, "title") != word(change.new, "title")
        if titled and (number := _new_number(step, change)):
            yield step.found(change, _("{id} was renumbered to {number}"), id=change.named, number=number)


@RULES.rule(
    "deleted",
    why="A measure that was entered stays: it can be closed, or withheld from the notice, but not forgotten. So does a comment.",
    wrong="data/problems/02/2.3.yaml is gone, and neither an `undo` of its `add` nor a `remove` says so. In an `undo` of what "
    "somebody else has entered (be it in his name, unsigned, where he signs), or of what is weeks old, it is a warning.",
)
def deleted(step: Step) -> Broken[HistoryPlace]:
    """Find records that are gone."""
    for change in step.gone:
        if not _new_number(step, change):
            yield step.found(change, _("{path} was deleted"))
