"""What a commit may take back or move: undo and renumber, verified against what they name; and what is gone otherwise."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xuncha.audit.catalogue import RULES
from xuncha.audit.replayed import word
from xuncha.language import gettext as _
from xuncha.model.identity import CommentNumber, Identity
from xuncha.model.moves import Move, number_after, place_after

if TYPE_CHECKING:
    from collections.abc import Callable

    from xuncha.audit.catalogue import HistoryPlace
    from xuncha.audit.replayed import Change, Step, Version
    from xuncha.catalogue import Broken


def restored(step: Step) -> dict[str, Version | None] | None:
    """Return the files after an undo that truly restores; None where the commit is no undo, or no true one."""
    commit = step.commit
    undone = [step.past.get(name) for name in commit.trailers.undoes]
    if commit.trailers.action != "undo" or not undone:
        return None
    stands: dict[str, Version | None] = {}
    for changes in undone:  # the newest first
        for change in changes or ():
            if not same(step, stands.get(change.path, step.before.get(change.path)), change.after):
                return None
            stands[change.path] = change.before
    touched = {change.path for change in step.changes}
    if None in undone or not touched <= stands.keys():
        return None
    found: dict[str, Version | None] = {}
    for path, version in stands.items():
        now = step.after.get(path)
        if not same(step, now, version):
            return None
        if path in touched or now:
            found[path] = now and now.going_on(version)
    return found


def same(step: Step, one: Version | None, two: Version | None) -> bool:
    """Return whether two contents are the same; or say the same, since git may be set up to change line ends."""
    if one is None or two is None:
        return one is two
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
    if (
        move is None
        or not gone
        or not all(follows(change, lambda number: number_after(number, move)) for change in others)
    ):
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
        yield (
            step.at(step.changes[0]),
            message.format(commit=_(", ").join(each[:10] for each in step.commit.trailers.undoes) or "-"),
            "",
        )


def _new_number(step: Step, change: Change) -> str | None:
    """Return the number, or the file, under which a record that is gone was entered by the same commit."""
    entered = [
        each for each in step.changes if each.before is None and bool(each.comment) == bool(change.comment)
    ]
    records = (each for each in entered if each.is_record or each.comment)
    return next((each.named for each in records if each.new == change.old is not None), None)


@RULES.rule(
    "renumbered",
    why="A number once given stays; whoever has written it down would find another measure under it.",
    wrong="What was 2.3 is 2.4 from a commit on. (`sync` may do so, to a number that another clone has published meanwhile.)",
)
def moved_by_hand(step: Step) -> Broken[HistoryPlace]:
    """Find records that have another number."""
    for change in step.gone:
        if number := _new_number(step, change):
            message = _("{id} was renumbered to {number}").format(id=change.named, number=number)
            yield step.at(change), message, ""


@RULES.rule(
    "deleted",
    why="A measure that was entered stays: it can be closed, or withheld from the notice, but not forgotten. So does a comment.",
    wrong="data/problems/02/2.3.yaml is gone, and neither an `undo` of its `add` nor a `remove` says so.",
)
def deleted(step: Step) -> Broken[HistoryPlace]:
    """Find records that are gone."""
    for change in step.gone:
        if not _new_number(step, change):
            yield step.at(change), _("{path} was deleted").format(path=change.path), ""
