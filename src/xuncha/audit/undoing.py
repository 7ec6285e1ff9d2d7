"""What a commit may take back or move: undo and renumber, verified against what they name; and what is gone otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.audit.catalogue import Broken, check, declare
from xuncha.audit.record import parsed
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE
from xuncha.sync.numbers import Move, place_after

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xuncha.audit.replayed import Change, Standing, Step

declare(
    "false-undo",
    why=lambda: _(
        "`undo` gives every file back what it held before the commit that it names, and nothing else."
    ),
    seen="A commit says `Xuncha-Action: undo`, and the files are not what they were before the commit of `Xuncha-Undoes`.",
)
declare(
    "deleted",
    why=lambda: _(
        "A measure that was entered stays: it can be closed, or withheld from the notice, but not forgotten."
    ),
    seen="data/problems/02/2.3.yaml is gone, and no `undo` of its `add` says so.",
)
declare(
    "renumbered",
    why=lambda: _(
        "A number once given stays; whoever has written it down would find another measure under it."
    ),
    seen="What was 2.3 is 2.4 from a commit on. (`sync` may do so, to a number that another clone has published meanwhile.)",
)


def restored(step: Step) -> dict[str, Standing | None] | None:
    """How the files stand after an undo that truly restores; None where it is no undo, or no true one."""
    commit = step.commit
    undone = step.past.get(commit.trailers.undoes)
    if commit.trailers.action != "undo" or not undone:
        return None
    before = {change.path: change.before for change in undone}
    now = {change.path: change.after for change in step.changes}
    if before.keys() != now.keys():
        return None
    for change in undone:
        if not _same(step, step.before.get(change.path), change.after):
            return None
        if not _same(step, now[change.path], change.before):
            return None
    return {
        path: standing and now_standing._replace(submitter=standing.submitter)
        if (now_standing := now[path])
        else None
        for path, standing in before.items()
    }


def _same(step: Step, one: Standing | None, two: Standing | None) -> bool:
    """Whether two contents are the same; or say the same, since git may be set up to change line ends."""
    if one is None or two is None:
        return one is two
    if one.blob == two.blob:
        return True
    return bool(one.readable and two.readable) and (
        one.readable == one.blob
        and two.readable == two.blob
        and step.files.record(one) == step.files.record(two)
    )


def renumbered(step: Step) -> dict[str, Standing | None] | None:
    """How the files stand after a renumbering that only moves them; None where it is none, or does more.

    That the old number was given by another clone can only be told at the end of history (`examine`).
    """
    commit = step.commit
    if (
        commit.trailers.action != "renumber"
        or len(commit.trailers.ids) != 1
        or len(commit.trailers.targets) != 1
    ):
        return None
    old, new = parsed(commit.trailers.ids[0]), parsed(commit.trailers.targets[0])
    if old is None or new is None:
        return None
    move = Move(old, new)
    gone = {change.path: change for change in step.changes if change.after is None}
    come = {change.path: change for change in step.changes if change.before is None}
    if not gone or len(gone) + len(come) < len(step.changes):
        return None
    moved: dict[str, Standing | None] = dict.fromkeys(gone)
    for path, change in gone.items():
        there = come.pop(place_after(path, move), None)
        if there is None or there.after is None or not _carries(step, change, there):
            return None
        submitter = change.before.submitter if change.before else None
        moved[there.path] = there.after._replace(submitter=submitter)
    return None if come else moved


def _carries(step: Step, old: Change, new: Change) -> bool:
    """Whether a file holds under its new number what it held under the old one."""
    return old.old == new.new if old.is_record else _same(step, old.before, new.after)


@check
def false_undo(step: Step) -> Iterator[Broken]:
    """An undo that gets here is no true one."""
    if step.commit.trailers.action == "undo" and step.changes:
        first = step.changes[0]
        yield Broken(
            "false-undo",
            _(
                "the commit says that it takes {commit} back, and the files are not what they were before that"
            ).format(commit=step.commit.trailers.undoes[:10] or "-"),
            first.path,
            first.id or None,
        )


@check
def deleted(step: Step) -> Iterator[Broken]:
    """No problem and no measure goes, or goes under another number."""
    fresh = {
        str(change.new): change.id for change in step.changes if change.is_record and change.before is None
    }
    for change in step.changes:
        if change.after is not None or not (change.is_record or change.path == LEDGER_FILE):
            continue
        if change.old is not None and (number := fresh.get(str(change.old))):
            message = _("{id} was renumbered to {number}").format(id=change.id, number=number)
            yield Broken("renumbered", message, change.path, change.id)
        else:
            yield Broken(
                "deleted", _("{path} was deleted").format(path=change.path), change.path, change.id or None
            )
