"""Whether a merge is what its sides make together: compared field by field, with the rules by which `sync` merges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xuncha.audit.catalogue import RULES, HistoryPlace
from xuncha.audit.contents import changed_since
from xuncha.audit.replayed import Unreadable, in_code, is_record, number_of, read
from xuncha.language import gettext as _
from xuncha.model.identity import PROBLEMS
from xuncha.sync.values import MISSING, PAIRS, UNSETTLED, named, settled
from xuncha.trail.git import Git
from xuncha.trail.replay import RAW, log

if TYPE_CHECKING:
    from xuncha.audit.replayed import Data, Files, State, Version
    from xuncha.catalogue import Rule
    from xuncha.errors import Finding
    from xuncha.sync.values import Location
    from xuncha.trail.replay import Commit

    _Difference = tuple[Rule[HistoryPlace], Location]
    """The rule that a value of a merge breaks, since its sides do not explain it; and where it stands."""

_INVENTED = RULES.declare(
    "merge-invented",
    why="A merge brings together what its sides hold; what none of them holds was written into it unseen.",
    wrong="Two clones are merged, and in the merge 2.3 has a title that it has on neither side.",
)
_LOST = RULES.declare(
    "merge-lost",
    why="A merge keeps what each side did; what is thrown away in it leaves no other trace.",
    wrong="One side has added an entry to 2.3, and the merge does not have it.",
)
_REOPENED = RULES.declare(
    "merge-reopened",
    "warning",
    why="A closing was given up where two sides were brought together; nobody has opened the measure again, with a reason.",
    wrong="One side has closed 2.3, the other has returned it, and the merge takes the other's word (`xuncha sync --take`).",
)
_UNSEEN = RULES.declare(
    "merge-after-closing",
    "warning",
    why="A closing vouches for what stood in the measure; what a merge brings into it, whoever closed it has not seen.",
    wrong="One side has closed 2.3, the other has changed its title or recorded progress meanwhile, and the merge is closed with both.",
)


def differences(
    commit: Commit, bases: Sequence[State], sides: Sequence[State], result: State, files: Files
) -> Iterator[Finding[HistoryPlace]]:
    """Yield what a merge has invented or lost, compared with its sides and the last states that these have in common.

    There are several of these where branches crossed; what one of them explains is sound.
    """
    for path in dict.fromkeys(path for side in sides for path in side.differing(result)):
        versions = [*(side.get(path) for side in sides)], result.get(path)
        found = min((_of_file(path, base.get(path), *versions, files) for base in bases), key=len)
        number = number_of(path)
        for rule, location in found:
            place = HistoryPlace(commit.hash, commit.author, commit.date, path, number)
            yield rule.at(place, _message(rule, path, number or path, ".".join(map(str, location))))


def _message(rule: Rule[HistoryPlace], path: str, number: str, field: str) -> str:
    said = {
        "unreadable": (_("{path} cannot be read: {reason}"),) * 2,
        _INVENTED.code: (
            _("`{field}` of {id} is in the merge what it is on neither side"),
            _("{path} is in the merge what it is on neither side"),
        ),
        _LOST.code: (
            _("`{field}` of {id} has lost in the merge what one side did"),
            _("{path} has lost in the merge what one side did"),
        ),
        _REOPENED.code: (_("{id} was closed on one side, and is open again by the merge"),) * 2,
        _UNSEEN.code: (_("{id} was closed on one side, and {field} came from another by the merge"),) * 2,
    }[rule.code]
    reason = _("git left a merge conflict in the file")
    return said[0 if field else 1].format(path=path, id=number, field=field, reason=reason)


def _of_file(
    path: str, base: Version | None, sides: Sequence[Version | None], result: Version | None, files: Files
) -> list[_Difference]:
    """Compare one file of a merge with how it stands at the base and on each side."""

    def content(version: Version | None) -> Any:  # noqa: ANN401  whatever YAML can say
        if version is None:
            return MISSING
        return files.read(version.blob, version.mode) if is_record(path) else files.digest(version.blob)

    if result is not None:  # what one side took back and another needs may stay: nothing is lost by that
        sides = [side for side in sides if side is not None]
    kept = [version and version[:2] for version in (base, *sides, result)]
    if kept[-1] == settled(kept[0], kept[1:-1]):
        return []
    before, *values, after = map(content, (base, *sides, result))
    if isinstance(after, Unreadable):
        return [(RULES["unreadable"], ())]
    if any(isinstance(each, Unreadable) for each in (before, *values)):  # named where it was made unreadable
        return []
    return list(_of_value((), before, values, after))


def _of_value(location: Location, base: Any, sides: list[Any], result: Any) -> Iterator[_Difference]:  # noqa: ANN401
    """Compare one value of a merge, at any depth."""
    agreed = settled(base, sides)
    if result == agreed:
        return
    if all(isinstance(each, dict) for each in (*sides, result)):
        yield from _of_fields(location, base if isinstance(base, dict) else {}, sides, result)
        return
    if all(isinstance(each, list) or each is MISSING for each in (*sides, result)):
        found = next(_of_items(location, base, sides, result), None)
        if found or agreed is UNSETTLED:
            if found:
                yield found[0], location
            return
    elif agreed is UNSETTLED and any(result == side for side in sides if side != base):
        return
    yield _LOST if any(result == each for each in (base, *sides)) else _INVENTED, location


def _of_fields(
    location: Location, base: dict[str, Any], sides: list[dict[str, Any]], result: dict[str, Any]
) -> Iterator[_Difference]:
    """Compare the keys of a mapping, each by itself."""
    free: set[str] = set()
    """Keys that are decided as a pair: where the sides differ in it, each may come from another one."""
    for pair in PAIRS if not location else ():
        before, *values = ([each.get(key, MISSING) for key in pair] for each in (base, *sides))
        if settled(before, values) is UNSETTLED:
            free.update(pair)
    was, *statuses, now = (each.get("status") for each in (base, *sides, result))
    if "status" in free and "closed" in statuses and "closed" not in (was, now):
        yield _REOPENED, ("status",)
    if not location and (keys := _unseen(sides, result)):
        yield _UNSEEN, (in_code(keys),)
    for key in dict.fromkeys(key for each in (base, *sides, result) for key in each):
        before, *values, after = (each.get(key, MISSING) for each in (base, *sides, result))
        if key not in free:
            yield from _of_value((*location, key), before, values, after)
        elif not any(after == value for value in values):
            yield _INVENTED, (key,)


def _unseen(sides: Sequence[Data], now: Data) -> list[str]:
    """Return the keys of a closed measure that differ from each side which holds its closing; none where it is open."""
    closed = [side for side in sides if side.get("status") == "closed" == now.get("status")]
    holders = [side for side in closed if side.get("closed") == now.get("closed")]
    return min((changed_since(side, now, {}) for side in holders), key=len, default=[])


def brought_into_closed(root: Path, before: str) -> dict[str, tuple[str, list[str]]]:
    """Return what merges since a commit brought into closed measures and stands there: by number, who closed it, and the keys."""
    options = ("--merges", "--full-history", "--topo-order", "--reverse", "--diff-merges=first-parent", *RAW)
    merges = log(Git(root), *options, f"{before}..HEAD", "--", PROBLEMS)
    places = [(each.path, ("HEAD", *merge.parents)) for merge in merges for each in merge.touched]
    contents = iter(Git(root).blobs(f"{each}:./{path}" for path, commits in places for each in commits))
    found: dict[str, tuple[str, list[str]]] = {}
    for path, commits in places:
        now, *sides = (read(next(contents)) for _commit in commits)
        if keys := _unseen(sides, now):  # of several merges the first tells the most
            by = str(note.get("by", "?")) if isinstance(note := now.get("closed"), dict) else "?"
            found.setdefault(number_of(path) or path, (by, keys))
    return found


def _of_items(location: Location, base: Any, sides: list[Any], result: Any) -> Iterator[_Difference]:  # noqa: ANN401
    """Compare the items of a list: what stands on all sides, and what either has added, is there, and nothing else."""
    key = str(location[-1])
    lists = [named(key, each) if isinstance(each, list) else {} for each in (base, *sides, result)]
    for name in dict.fromkeys(name for each in (*lists[1:], lists[0]) for name in each):
        before, *values, after = (each.get(name, MISSING) for each in lists)
        if after is not MISSING:  # what one side took out and another has may stay
            values = [each for each in values if each is not MISSING] or values
        yield from _of_value((*location, 0), before, values, after)
