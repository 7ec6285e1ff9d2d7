"""Whether what was written stays written: after closing, in the deadlines, in the entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from xuncha.audit.catalogue import Broken, check, declare
from xuncha.audit.evidence import other_names
from xuncha.audit.record import Data, Proof, entries, proofs_of, said, word
from xuncha.language import gettext as _
from xuncha.language import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xuncha.audit.replayed import Change, Step

declare(
    "changed-after-closing",
    why=lambda: _(
        "What was closed out stays as it was closed; whoever has to change it opens it again, with a reason."
    ),
    seen="While 2.3 is closed, its `title`, `goal`, `term`, `due`, `closed` or `escalated` changes, an amount that stood in `outcomes`, "
    "or an entry of `progress` is added, or gets other evidence. (`notice_text`, `part`, `publish` and who answers for it may change.)",
    lenient=True,
)
declare(
    "deadline-moved",
    why=lambda: _("A deadline moves by `extend`, to a later day and with a reason, and by nothing else."),
    seen="`due` of 2.3 is another day, and the commit is no `extend`; or it is one, and the day is an earlier one.",
    lenient=True,
)
declare(
    "deadline-passed",
    why=lambda: _("A deadline that is moved after it has passed hides that it was missed."),
    seen="`due` of 2.3 was 2024-05-31, and a commit of 2024-06-15 moves it, be it by `extend`.",
    lenient=True,
)
declare(
    "entry-removed",
    why=lambda: _("What was recorded as done stays recorded."),
    seen="An entry of `progress` or `reviews` is no longer there, and no `undo` of its commit says so.",
)
declare(
    "entry-rewritten",
    why=lambda: _("What was recorded as done stays as it was recorded; what is new is a new entry."),
    seen="An entry of `progress` or `reviews` has another date or text, or has lost some of its evidence.",
)
declare(
    "postdated",
    why=lambda: _("Nothing can have been done on a day that had not come when it was recorded."),
    seen="A commit of 2024-06-15 adds an entry, a look back or a closing of 2024-07-01.",
)
_PROTECTED: Final = ("title", "goal", "term", "due", "closed", "escalated")
_LISTS: Final = ("progress", "reviews")


@check
def changed_after_closing(step: Step) -> Iterator[Broken]:
    """What is closed does not change, unless it is opened again."""
    for change in step.measures:
        old, new = change.old or {}, change.new or {}
        if word(old, "status") != "closed":
            continue
        opened = word(new, "status") != "closed"
        keys = [
            key for key in _PROTECTED if old.get(key) != new.get(key) and not (opened and key == "closed")
        ]
        keys += [] if _kept(old.get("outcomes"), new.get("outcomes")) else ["outcomes"]
        if old.get("progress") != new.get("progress") and _all(
            old, "progress", other_names(step, change.id)
        ) != _all(new, "progress", {}):
            keys.append("progress")
        if keys:
            yield Broken(
                "changed-after-closing",
                _("{id} was closed, and {keys} changed without its being opened again").format(
                    id=change.id, keys=_(", ").join(f"`{key}`" for key in keys)
                ),
                change.path,
                change.id,
            )


def _kept(old: object, new: object) -> bool:
    """Whether amounts that stood still stand."""
    if not isinstance(old, dict):
        return True
    return isinstance(new, dict) and all(new.get(key) == amount for key, amount in old.items())


def _all(data: Data, key: str, names: dict[str, str]) -> list[Any]:
    """All that the entries under a key say, in an order of its own: to sort them changes nothing."""
    return sorted(
        (repr(said(entry)), sorted(map(repr, _under_new_names(entry, names)))) for entry in entries(data, key)
    )


@check
def deadline_moved(step: Step) -> Iterator[Broken]:
    """A deadline moves by `extend` alone, and before it has passed."""
    for change in step.measures:
        old, new = word(change.old, "due"), word(change.new, "due")
        if old is None or old == new or word(change.old, "status") == "closed":
            continue
        if step.commit.trailers.action != "extend" or new is None or new <= old:
            yield Broken(
                "deadline-moved",
                _("the deadline of {id} moved from {old} to {new} without `extend`").format(
                    id=change.id, old=old, new=new or _("none")
                )
                if step.commit.trailers.action != "extend"
                else _("the deadline of {id} moved from {old} to {new}, which is no later day").format(
                    id=change.id, old=old, new=new or _("none")
                ),
                change.path,
                change.id,
            )
        if step.commit.day > old:
            yield Broken(
                "deadline-passed",
                _("the deadline of {id}, {old}, had passed when it was moved to {new}").format(
                    id=change.id, old=old, new=new or _("none")
                ),
                change.path,
                change.id,
            )


@check
def entries_lost(step: Step) -> Iterator[Broken]:
    """Entries stay, as they were written."""
    for change in step.measures:
        for key in _LISTS:
            if (change.old or {}).get(key) != (change.new or {}).get(key):
                yield from _lost(change, key, other_names(step, change.id))


def _under_new_names(entry: Data, names: dict[str, str]) -> set[object]:
    """What proves an entry; a file that has another name by the same commit, under that."""
    return {
        item._replace(file=names.get(item.file, item.file)) if isinstance(item, Proof) else item
        for item in proofs_of(entry)
    }


def _lost(change: Change, key: str, names: dict[str, str]) -> Iterator[Broken]:
    old, new = entries(change.old, key), entries(change.new, key)
    left: dict[tuple[object, ...], set[object]] = {}
    for entry in new:  # several may say the same, of different files
        left.setdefault(said(entry), set()).update(proofs_of(entry))
    known = {said(entry) for entry in old}
    gone = [entry for entry in old if said(entry) not in left]
    fresh = [entry for entry in new if said(entry) not in known]
    poorer = sum(
        said(entry) in left and not _under_new_names(entry, names) <= left[said(entry)] for entry in old
    )
    rewritten = min(len(gone), len(fresh)) + poorer
    removed = len(gone) - min(len(gone), len(fresh)) + _doubles(old, new)
    if rewritten:
        message = ngettext(
            "{n} entry of {key} of {id} was rewritten",
            "{n} entries of {key} of {id} were rewritten",
            rewritten,
        )
        yield Broken(
            "entry-rewritten",
            message.format(n=rewritten, key=f"`{key}`", id=change.id),
            change.path,
            change.id,
        )
    if removed:
        message = ngettext(
            "{n} entry of {key} of {id} was removed", "{n} entries of {key} of {id} were removed", removed
        )
        yield Broken(
            "entry-removed", message.format(n=removed, key=f"`{key}`", id=change.id), change.path, change.id
        )


def _doubles(old: list[Data], new: list[Data]) -> int:
    """How many of several equal entries are gone, while one is left."""
    before, after = [said(entry) for entry in old], [said(entry) for entry in new]
    return sum(max(0, before.count(each) - after.count(each)) for each in set(before) if each in after)


@check
def postdated(step: Step) -> Iterator[Broken]:
    """No day of what is recorded lies after the day on which it was recorded."""
    for change in step.changes:
        if not change.is_measure or change.new is None:
            continue
        days = {day for day in _days(change.new) - _days(change.old or {}) if day > step.commit.day}
        if days:
            yield Broken(
                "postdated",
                _("{id} tells of {days}, which had not come on {day}").format(
                    id=change.id, days=_(", ").join(sorted(days)), day=step.commit.day
                ),
                change.path,
                change.id,
            )


def _days(data: Data) -> set[str]:
    """The days of all that was done to a measure."""
    told = [*entries(data, "progress"), *entries(data, "reviews"), data.get("closed"), data.get("escalated")]
    return {each["date"] for each in told if isinstance(each, dict) and isinstance(each.get("date"), str)}
