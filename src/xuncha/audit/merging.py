"""Checks whether a merge is what `sync` would make of its sides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, get_args

from xuncha.audit.catalogue import RULES, Findings, HistoryPlace
from xuncha.audit.contents import changed_since, deadline, last_review
from xuncha.audit.facts import mapping, number_of, quoted, read_data, text_of
from xuncha.audit.graph import union
from xuncha.audit.joining import Joining, key_of
from xuncha.audit.replayed import Unreadable
from xuncha.language import gettext as _
from xuncha.model.identity import PROBLEMS, ledger_order
from xuncha.model.vocabulary import StatusChange
from xuncha.store.reading import Data
from xuncha.sync.status_events import author_and_day, is_step_back
from xuncha.sync.values import MISSING, UNSETTLED, Side, merge_values, merged_value
from xuncha.trail.git import Git
from xuncha.trail.replay import RAW, Commit, log

_DIFFERS = RULES.declare(
    "merge-differs",
    why="A merge keeps what each side did, and adds nothing; what is dropped or written in it leaves no other trace.",
    wrong="One side has added an entry to 2.3, and the merge does not have it; or in the merge 2.3 has a title that it has on neither side, "
    "or the later of two new days, or a closing of what the other side has returned; or both sides had entered a 2.4, and one of the two is gone. "
    "(Where `sync` asks, either side may be taken.)",
)
_REOPENED = RULES.declare(
    "merge-reopened",
    "warning",
    why="A closing was lost when two sides were merged; no one reopened the measure with a reason.",
    wrong="One side has closed 2.3, the other has returned it, and the merge takes the return, as `xuncha sync` does.",
)
_AFTER_CLOSE = RULES.declare(
    "merge-after-closing",
    "warning",
    why="A closing covers only what the measure said then; what a merge adds was not seen by the person who closed it.",
    wrong="One side has closed 2.3, the other has changed its title or recorded progress meanwhile, and in the merge 2.3 is closed with "
    "the content of both.",
)


def check_merge(joining: Joining, touched: Iterable[str] | None) -> Findings:
    """Yield the files that are not what `sync` would make of the sides of a merge, and those whose closing only one side knew.

    `touched` are the paths in which the merge differs from the first side; None if they are not known.
    """
    sides, result, graph = joining.sides, joining.result, joining.graph
    paths = dict.fromkeys(sides[0].state.differing_paths(result) if touched is None else touched)
    compared = sides if touched is None else sides[1:]
    for side in compared:  # where it changed a file, but the merge has the version of another side
        common = graph.tips(side.ancestry & union(other for other in sides if other is not side))
        differing = {path for other in common for path in other.state.differing_paths(side.state)}
        changed = (path for path in differing if key_of(side.state.get(path)) != key_of(result.get(path)))
        paths |= dict.fromkeys(changed)
    for path in sorted(paths, key=ledger_order):
        yield from _check_file(joining, path)


def _check_file(joining: Joining, path: str) -> Findings:
    base, result = joining.base(path), joining.result.get(path)
    # Of more than two sides, all but the last are joined as `sync` would join them.
    *others, last = joining.sides
    sides = [joining.merged(path, others), last.state.get(path)]
    if key_of(result) == merged_value(key_of(base), [key_of(each) for each in sides]):
        return
    before, *values, after = (joining.content(path, each) for each in (base, *sides, result))
    if any(isinstance(each, Unreadable) for each in (before, *values)):  # reported where it became unreadable
        return
    number = number_of(path)
    place = HistoryPlace.at(joining.commit, path, number)
    if isinstance(after, Unreadable):
        message = _("{path} cannot be read: {reason}", path=path, reason=after.reason)
        yield RULES["unreadable"].finding(place, message)
        return
    expected = _expected(before, values)
    if not expected or not all(isinstance(each, dict) for each in (*expected, after)):
        if after not in expected:
            yield _DIFFERS.finding(
                place, _("in the merge, {path} differs from what its sides make together", path=path)
            )
        return
    contents = [joining.content(path, side.state.get(path)) for side in joining.sides]
    choices = [each for each in contents if isinstance(each, dict)]
    keys = dict.fromkeys(key for each in (*expected, after) for key in each)
    if differing := [key for key in keys if not _is_expected(key, after, expected, choices)]:
        message = _("in the merge, {id} differs from what its sides make together: {keys}")
        yield _DIFFERS.finding(place, message.format(keys=quoted(map(str, differing)), id=number or path))
        return
    before = before if isinstance(before, dict) else {}
    values = [each for each in values if isinstance(each, dict)]
    yield from _check_deadline(joining, place, before, choices, after)
    yield from _check_closing(place, before, values, after)


def _expected(before: Any, sides: Sequence[Any]) -> list[Any]:  # noqa: ANN401
    """Return what `sync` may make of a file or a record, depending on the side that is taken; nothing if two sides have entered it, since it renumbers one."""
    merged = merged_value(before, sides)
    existing = [side for side in sides if side is not MISSING]
    if merged is MISSING:  # a file that one side removed and another needs may stay
        return [MISSING, *existing]
    if merged is not UNSETTLED:
        return [merged]
    if before is MISSING:
        return []
    if len(existing) < len(sides) or not all(isinstance(each, dict) for each in existing):
        return existing
    before = before if isinstance(before, dict) else {}
    ours, theirs = existing
    takes: tuple[Side, ...] = get_args(Side)
    return [merge_values(before, ours, theirs, take).result for take in takes]


def _is_expected(key: str, result: Data, expected: Sequence[Data], choices: Sequence[Data]) -> bool:
    """Return whether a key of a merged record holds what `sync` may make of it; a list may have another order."""
    value, allowed = result.get(key, MISSING), [each.get(key, MISSING) for each in expected]
    if UNSETTLED in allowed:  # of more than two sides, some had disagreed
        allowed += [each.get(key, MISSING) for each in choices]
    # Either of two closings may stand: a merge by hand does not know that `sync` takes the earlier.
    if key == "closed":
        allowed += [each[key] for each in choices if key in each]
    # Another order of a day's reviews may not change which of them counts.
    if key == "reviews" and last_review(result) not in map(last_review, (*expected, *choices)):
        return False
    return value in allowed or any(
        isinstance(value, list)
        and isinstance(each, list)
        and len(value) == len(each)
        and all(item in each for item in value)
        and all(item in value for item in each)
        for each in allowed
    )


def _check_deadline(
    joining: Joining, place: HistoryPlace, before: Data, sides: Sequence[Data], result: Data
) -> Findings:
    """Yield a finding if a merge takes a later day than another side had set."""
    new, old = deadline(result), deadline(before)
    days = [day for side in sides if (day := deadline(side)) and day != old]
    if days and (new is None or min(days) < new):
        has_passed = min(days) < joining.commit.committed[:10]
        message = _("the merge takes {new} as the deadline of {id}, although one side had set {old}")
        text = message.format(id=place.id, old=min(days), new=new or _("none"))
        rule = RULES["deadline-passed" if has_passed else "deadline-moved"]
        yield rule.finding(place, text, "", "error" if has_passed else "warning")


def _check_closing(place: HistoryPlace, before: Data, sides: Sequence[Data], result: Data) -> Findings:
    """Yield a finding if one side of a merge has closed a measure, and another has changed or returned it."""
    old, *statuses, new = (text_of(each, "status") for each in (before, *sides, result))
    if "closed" in statuses and "closed" not in {old, new} and old != new:
        message = _("{id} was closed on one side, but was reopened by the merge", id=place.id)
        yield _REOPENED.finding(place, message)
    if keys := _keys_after_closing(sides, result):
        message = _("{id} was closed on one side, and the merge added {field} from another")
        yield _AFTER_CLOSE.finding(place, message.format(id=place.id, field=quoted(keys)))


def _keys_after_closing(sides: Sequence[Data], merged: Data) -> list[str]:
    """Return the keys that came into a closed measure after its closing, compared with the nearest side that has this closing; none if it is open."""
    closed = [side for side in sides if side.get("status") == merged.get("status") == "closed"]
    same_closings = [side for side in closed if side.get("closed") == merged.get("closed")]
    return min((changed_since(side, merged, {}) for side in same_closings), key=len, default=[])


def merged_into_closed(root: Path, before: str) -> dict[str, tuple[str, list[str], str]]:
    """Return the measures that merges since a commit left closed, although a side had changed them after the closing, or had returned or reopened them.

    By number: who closed the measure, according to its closing note; the keys of what came after the closing; and who had returned or
    reopened it on another side, and when, empty if nobody had.
    """
    git = Git(root)
    options = ("--merges", "--full-history", "--topo-order", "--reverse", "--diff-merges=separate", *RAW)
    merges = log(git, *options, f"{before}..HEAD", "--", PROBLEMS)
    touched = ((each.path, merge.parents) for merge in merges for each in merge.touched)
    places = dict.fromkeys((path, ("HEAD", *parents)) for path, parents in touched)
    contents = iter(git.blobs(f"{each}:./{path}" for path, commits in places for each in commits))
    changes: dict[str, tuple[str, list[str], str]] = {}
    steps_back = cache(partial(_steps_back, git))
    for path, (_head, *parents) in places:
        merged, *sides = (read_data(next(contents)) for _commit in ("HEAD", *parents))
        keys = _keys_after_closing(sides, merged)
        number, statuses = number_of(path) or path, [text_of(each, "status") for each in sides]
        is_closed = text_of(merged, "status") == "closed" and "closed" in statuses
        closed = parents[statuses.index("closed")] if is_closed else ""
        pairs = zip(parents, statuses, strict=True)
        open_tips = [parent for parent, status in pairs if is_closed and status != "closed"]
        opponent = next((found for tip in open_tips if (found := steps_back(closed, tip).get(number))), "")
        if keys or opponent:  # of several merges, the first tells the most
            closer = str(mapping(merged, "closed").get("by") or _("someone"))
            changes.setdefault(number, (closer, keys, opponent))
    return changes


def _steps_back(git: Git, without: str, tip: str) -> dict[str, str]:
    """Return who returned or reopened measures on one side of a merge, and when, by number, if that was the last change of their status there."""
    last: dict[str, tuple[Commit, StatusChange]] = {}
    for commit in log(git, f"{without}..{tip}", "--", PROBLEMS):
        for change in commit.trailers.changes:
            if change.from_ != change.to:
                last.setdefault(change.id, (commit, change))
    return {
        number: author_and_day(commit)
        for number, (commit, change) in last.items()
        if is_step_back(change.from_, change.to)
    }
