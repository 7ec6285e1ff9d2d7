"""Whether a merge is what its sides make together: a three-way comparison, field by field, over all its parents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from xuncha.audit.catalogue import Broken, declare
from xuncha.audit.record import Data, is_record, number_of, proofs_of, said
from xuncha.audit.replayed import Unreadable
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from xuncha.audit.replayed import Files, Standing, State

declare(
    "merge-invented",
    why=lambda: _(
        "A merge brings together what its sides hold; what none of them holds was written into it unseen."
    ),
    seen="Two clones are merged, and in the merge 2.3 has a title that it has on neither side.",
)
declare(
    "merge-lost",
    why=lambda: _("A merge keeps what each side did; what is thrown away in it leaves no other trace."),
    seen="One side has added an entry to 2.3, and the merge does not have it.",
)
declare(
    "merge-reopened",
    severity="warning",
    why=lambda: _(
        "A closing was given up where two sides were brought together; nobody has opened the measure again, with a reason."
    ),
    seen="One side has closed 2.3, the other has returned it, and the merge takes the other's word (`xuncha sync --take`).",
)
_ABSENT: Final = object()
_INVENTED, _LOST, _REOPENED = "merge-invented", "merge-lost", "merge-reopened"
_TOGETHER: Final = ("status", "closed")
"""What only makes sense together: where the sides differ in it, each may come from another one."""
_Found = tuple[str, tuple[str, ...]]
"""A code, and the way to the field."""


def merged(bases: Sequence[State], sides: Sequence[State], result: State, files: Files) -> Iterator[Broken]:
    """What a merge has invented or lost.

    Args:
        bases: the last states that the sides have in common; several where branches crossed. What one of them explains is sound.
        sides: of the parents.
        result: of the merge.
        files: the contents.
    """
    paths = dict.fromkeys(path for side in sides for path in side.differing(result))
    for path in paths:
        tried = [
            _file(path, [base.get(path), *(side.get(path) for side in sides), result.get(path)], files)
            for base in bases
        ]
        found = min(tried, key=len)
        for code, place in found:
            yield Broken(code, _told(code, path, place), path, number_of(path) or None)


def _told(code: str, path: str, place: tuple[str, ...]) -> str:
    what = ".".join(place)
    number = number_of(path) or path
    if code == "unreadable":
        return _("{path} cannot be read: {reason}").format(
            path=path, reason=_("git left a merge conflict in the file")
        )
    if code == _INVENTED:
        if what:
            return _("`{field}` of {id} is in the merge what it is on neither side").format(
                field=what, id=number
            )
        return _("{path} is in the merge what it is on neither side").format(path=path)
    if code == _REOPENED:
        return _("{id} was closed on one side, and is open again by the merge").format(id=number)
    if what:
        return _("`{field}` of {id} has lost in the merge what one side did").format(field=what, id=number)
    return _("{path} has lost in the merge what one side did").format(path=path)


def _file(path: str, standings: list[Standing | None], files: Files) -> list[_Found]:
    """What is wrong with one file of a merge, as it stands at the base, on each side, and in the result."""
    if standings[-1] is not None:
        # What one side took back and another needs may stay: nothing is lost by that.
        standings = [standings[0], *filter(None, standings[1:])]
    contents = [each and each[:2] for each in standings]
    if _one_side(contents[0], contents[1:-1], contents[-1]):
        return []
    base, *sides, result = (_content(path, each, files) for each in standings)
    if isinstance(result, Unreadable):
        return [("unreadable", ())]
    if any(isinstance(each, Unreadable) for each in (base, *sides)):  # named where it was made unreadable
        return []
    return list(_value(base, sides, result, ()))


def _content(path: str, standing: Standing | None, files: Files) -> Any:  # noqa: ANN401  whatever YAML can say
    """What a file says; of evidence, which is no record, its hash."""
    if standing is None:
        return _ABSENT
    return files.read(standing.blob, standing.mode) if is_record(path) else files.digest(standing.blob)


def _one_side(base: object, sides: Sequence[object], result: object) -> bool:
    """Whether the result is what the sides agree upon; those that left it as it was say nothing."""
    moved = [side for side in sides if side != base]
    return all(side == result for side in moved) if moved else result == base


def _value(base: Any, sides: list[Any], result: Any, place: tuple[str, ...]) -> Iterator[_Found]:  # noqa: ANN401
    """What is wrong with one value of a merge, at any depth."""
    if _one_side(base, sides, result):
        return
    moved = [side for side in sides if side != base]
    if all(isinstance(each, dict) for each in (*sides, result)):
        yield from _fields(base if isinstance(base, dict) else {}, sides, result, place)
    elif not moved or all(side == moved[0] for side in moved):
        yield (_LOST if any(result == each for each in (base, *sides)) else _INVENTED), place
    elif all(isinstance(each, list) for each in (*sides, result)):
        yield from _union(base if isinstance(base, list) else [], sides, result, place)
    elif all(isinstance(each, list) or each is _ABSENT for each in (*sides, result)):
        yield from _union(
            base if isinstance(base, list) else [],
            [side if isinstance(side, list) else [] for side in sides],
            result if isinstance(result, list) else [],
            place,
        )
    elif not any(result == side for side in moved):
        yield _INVENTED, place


def _fields(base: Data, sides: list[Data], result: Data, place: tuple[str, ...]) -> Iterator[_Found]:
    """The keys of a mapping, each by itself."""
    keys = dict.fromkeys(key for each in (base, *sides, result) for key in each)
    together = [[each.get(key, _ABSENT) for key in _TOGETHER] for each in (base, *sides)]
    differ = not place and len([side for side in together[1:] if side != together[0]]) > 1
    statuses = [each.get("status") for each in (base, *sides, result)]
    if differ and "closed" in statuses[1:-1] and "closed" not in {str(statuses[0]), str(statuses[-1])}:
        yield _REOPENED, ("status",)
    for key in keys:
        values = [each.get(key, _ABSENT) for each in sides]
        if differ and key in _TOGETHER:
            if not any(result.get(key, _ABSENT) == value for value in values):
                yield _INVENTED, (*place, str(key))
            continue
        yield from _value(base.get(key, _ABSENT), values, result.get(key, _ABSENT), (*place, str(key)))


def _union(
    base: list[Any], sides: list[list[Any]], result: list[Any], place: tuple[str, ...]
) -> Iterator[_Found]:
    """A list: all that stands on both sides, and what either has added, and nothing else."""
    had, held = _items(base), [_items(side) for side in sides]
    got = _items(result)
    for item in {key for side in held for key in side}:
        kept = all(item in side for side in held) or item not in had
        wanted = {
            proof
            for side in held
            for proof in side.get(item, ())
            if all(proof in each.get(item, ()) for each in held) or proof not in had.get(item, ())
        }
        if kept and (item not in got or not wanted <= got[item]):
            yield _LOST, place
            return
    for item, proofs in got.items():
        if not any(item in side for side in held) or not proofs <= set().union(
            *(side.get(item, set()) for side in held)
        ):
            yield _INVENTED, place
            return


def _items(values: list[Any]) -> dict[object, set[object]]:
    """The items of a list by what they say, each with its evidence."""
    return {
        (said(value) if isinstance(value, dict) else repr(value)): (
            proofs_of(value) if isinstance(value, dict) else set()
        )
        for value in values
    }
