"""Whether a commit was made by a command, and did what it says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast, get_args

from xuncha.audit.catalogue import Broken, check, declare
from xuncha.audit.record import parsed, word
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE
from xuncha.model.vocabulary import Action

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xuncha.audit.replayed import Step

declare(
    "by-hand",
    why=lambda: _(
        "What a command did says so in its trailers; of a change by hand nobody knows what it was meant to be. `xuncha edit` enters it."
    ),
    seen="A commit without `Xuncha-Action` changes a file of the ledger.",
)
declare(
    "trailers-mismatch",
    why=lambda: _(
        "Programs believe the trailers; a commit that did something else than they say misleads them."
    ),
    seen="A commit says `Xuncha-Action: progress` and `Xuncha-Id: 2.3`, and has changed the title of 2.3, or has touched 2.4.",
)
declare(
    "unreadable",
    why=lambda: _(
        "What cannot be read cannot be checked; the commit after it is compared with what could be read last."
    ),
    seen="A commit leaves marks of a merge conflict in data/problems/02/2.3.yaml, or bytes that are not UTF-8.",
)
_FIELDS: Final[dict[str, frozenset[str]]] = {
    "start": frozenset({"status"}),
    "progress": frozenset({"status", "progress"}),
    "attach": frozenset({"status", "progress"}),
    "submit": frozenset({"status"}),
    "return": frozenset({"status"}),
    "close": frozenset({"status", "closed"}),
    "reopen": frozenset({"status", "closed"}),
    "extend": frozenset({"due"}),
    "escalate": frozenset({"escalated"}),
    "review": frozenset({"reviews"}),
    "add": frozenset(),
}
"""What each action changes of a measure that is there."""
_NEEDS_REASON: Final = frozenset({"return", "reopen", "extend"})


@check
def unreadable(step: Step) -> Iterator[Broken]:
    """Every file can be read."""
    for change in step.changes:
        if change.unreadable:
            yield Broken(
                "unreadable",
                _("{path} cannot be read: {reason}").format(path=change.path, reason=change.unreadable),
                change.path,
                change.id or None,
            )


@check
def by_hand(step: Step) -> Iterator[Broken]:
    """A commit that changes the ledger was made by a command, and its trailers fit."""
    if not step.changes:
        return
    first = step.changes[0]
    if not step.commit.trailers.action:
        numbers = list(dict.fromkeys(change.id or change.path for change in step.changes))
        more = _(" and {n} more").format(n=len(numbers) - _SHOWN) if len(numbers) > _SHOWN else ""
        yield Broken(
            "by-hand",
            _("changed by hand: {what}").format(what=_(", ").join(numbers[:_SHOWN]) + more),
            first.path,
            first.id or None,
        )
        return
    for message, path, identity in _misfits(step):
        yield Broken("trailers-mismatch", message, path, identity)


_SHOWN: Final = 8
"""Numbers that a message names."""


def _misfits(step: Step) -> Iterator[tuple[str, str, str | None]]:
    """What the trailers say otherwise than the files: a sentence, a file, a number."""
    commit = step.commit
    action = commit.trailers.action
    path = step.changes[0].path
    if action not in get_args(Action) or action in {"init", "sync", "undo", "renumber"}:
        yield _("the commit says `{action}`, and that is not what it did").format(action=action), path, None
        return
    if action in _NEEDS_REASON and not commit.trailers.reason:
        yield _("the commit says `{action}`, and gives no reason").format(action=action), path, None
    for change in step.changes:
        if change.id and change.id not in commit.trailers.ids:
            yield (
                _("the commit changed {id}, which its trailers do not name").format(id=change.id),
                change.path,
                change.id,
            )
        elif not change.id and not (change.path == LEDGER_FILE and action in {"edit", "import"}):
            yield (
                _("`{action}` does not change {path}").format(action=action, path=change.path),
                change.path,
                None,
            )
        elif action == "edit" and len(step.changes) > 1 and change.path != path:
            yield _("`edit` changes one file, not several"), change.path, change.id or None
    yield from _statuses(step)
    yield from _fields(step)


def _statuses(step: Step) -> Iterator[tuple[str, str, str | None]]:
    """Whether `From` and `To` are the statuses before and after; each id without one has no trailer for it."""
    changed = {change.id: change for change in step.changes if change.is_record}
    sources, targets = [], []
    for identity in step.commit.trailers.ids:
        if "." not in identity:
            continue
        change = changed.get(identity)
        if change is None:
            known = parsed(identity)
            record = step.files.record(step.before.get(known.path)) if known else None
            sources.append(word(record, "status"))
            targets.append(word(record, "status"))
        elif change.unreadable:
            return
        else:
            sources.append(word(change.old, "status"))
            targets.append(word(change.new, "status"))
    said = (step.commit.trailers.sources, step.commit.trailers.targets)
    if said != (tuple(filter(None, sources)), tuple(filter(None, targets))):
        yield (
            _("the commit says {said}, and the files went {did}").format(
                said=_course(*said), did=_course(sources, targets)
            ),
            step.changes[0].path,
            step.changes[0].id or None,
        )


def _course(sources: object, targets: object) -> str:
    """Statuses before and after, as they are told."""
    one, two = (
        _(", ").join(str(each) for each in cast("list[object]", side) if each) for side in (sources, targets)
    )
    return f"{one or '-'} → {two or '-'}"


def _fields(step: Step) -> Iterator[tuple[str, str, str | None]]:
    """Whether an action changed what it changes, and nothing else."""
    action = step.commit.trailers.action
    known = _FIELDS.get(action)
    if known is None:
        return
    for change in step.changes:
        if change.is_evidence:
            if action != "attach":
                yield (
                    _("`{action}` does not change {path}").format(action=action, path=change.path),
                    change.path,
                    change.id or None,
                )
        elif change.before is None:
            if action != "add":
                yield (
                    _("`{action}` does not enter {id}").format(action=action, id=change.id),
                    change.path,
                    change.id,
                )
        elif change.old is not None and change.new is not None and change.is_record:
            keys = sorted(
                str(key)
                for key in {*change.old, *change.new} - known
                if change.old.get(key) != change.new.get(key)
            )
            if keys:
                yield (
                    _("`{action}` does not change {keys} of {id}").format(
                        action=action, keys=_(", ").join(f"`{key}`" for key in keys), id=change.id
                    ),
                    change.path,
                    change.id,
                )
