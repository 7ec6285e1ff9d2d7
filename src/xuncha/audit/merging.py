"""Checks whether a merge is what its sides make together: field by field, with the rules by which `sync` merges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from xuncha.audit.catalogue import RULES, Findings, HistoryPlace
from xuncha.audit.contents import changed_since, deadline, is_postponed
from xuncha.audit.facts import Data, mapping, number_of, quoted, read_data, required_by
from xuncha.audit.graph import Graph, Step, union
from xuncha.audit.joining import Joining, key_of
from xuncha.audit.replayed import Unreadable, changes_of
from xuncha.catalogue import Rule
from xuncha.errors import Severity
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, PROBLEMS, ledger_order
from xuncha.sync.status_events import author_and_day, is_step_back
from xuncha.sync.values import MISSING, PAIRS, UNSETTLED, Location, items_by_name, merged_value
from xuncha.trail.git import Git
from xuncha.trail.replay import RAW, Touched, log

_Difference = tuple[Rule[HistoryPlace], Location]
"""A rule that a merge breaks, because no side explains a value in it; and the location of that value."""

_INVENTED = RULES.declare(
    "merge-invented",
    why="A merge combines what its sides contain; what none of them contains was written into it unseen.",
    wrong="Two clones are merged, and in the merge 2.3 has a title that it has on neither side.",
)
_LOST = RULES.declare(
    "merge-lost",
    why="A merge must keep what each side did; what is dropped in it leaves no other trace.",
    wrong="One side has added an entry to 2.3, and the merge does not have it.",
)
_REOPENED = RULES.declare(
    "merge-reopened",
    "warning",
    why="A closing was lost when two sides were merged; no one reopened the measure with a reason.",
    wrong="One side has closed 2.3, the other has returned it, and the merge takes the return (`xuncha sync --take`).",
)
_CLOSED_OVER = RULES.declare(
    "merge-closed-over",
    why="On one side a measure was returned or reopened, or its application was withdrawn. If the closing on the other side relied on "
    "that application, and the policy requires one, the closing has no basis. If there is a new application, or none is required, "
    "it is a warning.",
    wrong="One side has returned 2.3, the other has closed it without knowing of that, and a manual merge takes the closing. (`sync` refuses to.)",
)
_AFTER_CLOSE = RULES.declare(
    "merge-after-closing",
    "warning",
    why="A closing covers only what the measure said then; what a merge adds was not seen by the person who closed it.",
    wrong="One side has closed 2.3, the other has changed its title or recorded progress meanwhile, and in the merge 2.3 is closed with "
    "the content of both.",
)


def check_merge(joining: Joining, touched: Iterable[str] | None) -> Findings:
    """Yield what a merge invented or lost, compared with its sides and their common history; and what the merge itself did.

    Of more than two sides, all but the last count as one, joined as `sync` would join them. `touched` are the paths in which the merge differs
    from the first side; None if they are not known.
    """
    sides, result, graph = joining.sides, joining.result, joining.graph
    paths = dict.fromkeys(sides[0].state.differing_paths(result) if touched is None else touched)
    for side in sides[touched is not None :]:  # the merge may take from another side what this one left alone
        common = graph.tips(side.ancestry & union(other for other in sides if other is not side))
        differing = {path for other in common for path in other.state.differing_paths(side.state)}
        changed = (path for path in differing if key_of(side.state.get(path)) != key_of(result.get(path)))
        paths |= dict.fromkeys(changed)
    for path in sorted(paths, key=ledger_order):
        base, number = joining.base(path), number_of(path)
        for rule, location in _compare_file(joining, path, base):
            place = HistoryPlace.at(joining.commit, path, number)
            if rule is _CLOSED_OVER:
                yield rule.finding(place, *_closed_over_fault(joining, path))
            else:
                yield rule.finding(place, _message(rule, path, number or path, ".".join(map(str, location))))
        yield from _check_choices(joining, path, base)


def _check_choices(joining: Joining, path: str, base: Any) -> Findings:  # noqa: ANN401
    """Check what a merge did to a file that its sides did not have in common or disagreed on, like a change of each side."""
    files, merged = joining.graph.files, joining.result.get(path)
    touched = Touched(path, *(merged[:2] if merged else ("", "")))
    trailers = joining.commit.trailers._replace(action="edit")
    edit_commit = joining.commit._replace(trailers=trailers, touched=(touched,))
    base_data, reported = joining.content(path, base), set[str]()
    for side in joining.sides:
        version, before = side.state.get(path), side.state
        if version is None or version[:2] in (touched[1:], key_of(base)):
            continue
        changes = changes_of(edit_commit, before, files)
        step = Step(edit_commit, before, changes, Graph([], files))
        for finding in _check_choice(step, base_data if isinstance(base_data, dict) else None):
            if finding.code not in reported:
                reported.add(finding.code)
                yield finding


def _check_choice(step: Step, base_data: Data | None) -> Findings:
    """Yield findings on what a merge did to a file of one side; `base_data` is the data common to all sides, or None."""
    if base_data is None:
        for rule in RULES.values():
            if rule.chapter not in {"commands", "days"}:
                yield from rule(step)
        return
    yield from RULES["deleted"](step)
    change = step.changes[0]
    base_due = deadline(base_data)
    if deadline(change.old) != base_due and is_postponed(change):  # of two new days `sync` takes the earlier
        findings = RULES["deadline-passed"](step)
        severity: Severity = "warning" if base_due is None else "error"
        yield from findings or [each._replace(severity=severity) for each in RULES["deadline-moved"](step)]


def _closed_over_fault(joining: Joining, path: str) -> tuple[str, str, Severity]:
    """Return message, empty hint and severity for a merge that closes what one side turned back: an error if that side turned back the required application, or none exists."""
    graph = joining.graph
    versions = [(side, version) for side in joining.sides if (version := side.state.get(path))]
    closings = [version for _side, version in versions if version.closer]
    applicants = {each.commit for version in closings for each in version.applicants}
    settings = graph.files.record(joining.result.get(LEDGER_FILE))
    is_needed = {"submission", "second_person"} & {*required_by(settings)}
    opponent = _("someone")
    severity: Severity = "warning"
    for side, version in versions:
        if version in closings:
            continue
        changes = graph.changes_of_file(path, side.ancestry)
        if is_needed and (not applicants or any(commit.hash in applicants for commit, _change in changes)):
            severity = "error"
        other_ancestry = union(each for each, other in versions if other in closings)
        for commit, change in graph.changes_of_file(path, side.ancestry & ~other_ancestry):
            if is_step_back(*change.statuses):
                opponent = author_and_day(commit)
                break
    message = _("{id} was returned or reopened on one side ({who}), but is closed by the merge")
    return message.format(id=number_of(path), who=opponent), "", severity


def _message(rule: Rule[HistoryPlace], path: str, number: str, field: str) -> str:
    templates = {
        "unreadable": (_("{path} cannot be read: {reason}"),) * 2,
        _INVENTED.code: (
            _("`{field}` of {id} in the merge matches neither side"),
            _("{path} in the merge matches neither side"),
        ),
        _LOST.code: (
            _("the merge lost what one side did to `{field}` of {id}"),
            _("the merge lost what one side did to {path}"),
        ),
        _REOPENED.code: (_("{id} was closed on one side, but was reopened by the merge"),) * 2,
        _AFTER_CLOSE.code: (_("{id} was closed on one side, and the merge added {field} from another"),) * 2,
    }[rule.code]
    reason = _("git left a merge conflict in the file")
    return templates[0 if field else 1].format(path=path, id=number, field=field, reason=reason)


def _compare_file(joining: Joining, path: str, base: Any) -> Iterable[_Difference]:  # noqa: ANN401
    """Compare one file of a merge with the base and with each side; of more than two sides, all but the last are joined."""
    *others, last = joining.sides
    result, sides = joining.result.get(path), [joining.merged(path, others), last.state.get(path)]
    if result is not None:  # a file that one side removed and another needs may stay: nothing is lost by that
        sides = [side for side in sides if side is not None]
    base_key, *side_keys, result_key = (key_of(version) for version in (base, *sides, result))
    if result_key == merged_value(base_key, side_keys):
        return ()
    before, *values, after = (joining.content(path, version) for version in (base, *sides, result))
    if isinstance(after, Unreadable):
        return [(RULES["unreadable"], ())]
    if any(isinstance(each, Unreadable) for each in (before, *values)):  # reported where it became unreadable
        return ()
    return _compare_value((), before, values, after)


def _compare_value(location: Location, base: Any, sides: list[Any], result: Any) -> Iterator[_Difference]:  # noqa: ANN401
    """Compare one value of a merge, at any depth."""
    merged = merged_value(base, sides)
    if result == merged:
        return
    if all(isinstance(value, dict) for value in (*sides, result)):
        yield from _compare_fields(location, base if isinstance(base, dict) else {}, sides, result)
        return
    if all(isinstance(value, list) or value is MISSING for value in (*sides, result)):
        difference = next(_compare_items(location, base, sides, result), None)
        if difference or merged is UNSETTLED:
            if difference:
                yield difference[0], location
            return
    elif merged is UNSETTLED and any(result == side for side in sides if side != base):
        return
    yield _LOST if any(result == value for value in (base, *sides)) else _INVENTED, location


def _compare_fields(location: Location, base: Data, sides: list[Data], result: Data) -> Iterator[_Difference]:
    """Compare the keys of a mapping one by one."""
    disputed: set[str] = set()
    """Keys of the pairs on which the sides disagree: each key may come from any side."""
    for pair in PAIRS if not location else ():
        before, *values = ([each.get(key, MISSING) for key in pair] for each in (base, *sides))
        if merged_value(before, values) is UNSETTLED:
            disputed.update(pair)
    old, *statuses, new = (each.get("status") for each in (base, *sides, result))
    if "status" in disputed and "closed" in statuses and "closed" not in (old, new):
        yield _REOPENED, ("status",)
    if "status" in disputed and new == "closed" and any(is_step_back(old, each) for each in statuses):
        yield _CLOSED_OVER, ("status",)
    if not location and (keys := _keys_after_closing(sides, result)):
        yield _AFTER_CLOSE, (quoted(keys),)
    for key in dict.fromkeys(key for each in (base, *sides, result) for key in each):
        before, *values, after = (each.get(key, MISSING) for each in (base, *sides, result))
        if key not in disputed:
            yield from _compare_value((*location, key), before, values, after)
        elif not any(after == value for value in values):
            yield _INVENTED, (key,)


def _keys_after_closing(sides: Sequence[Data], merged: Data) -> list[str]:
    """Return the keys that came into a closed measure after its closing, compared with the nearest side that has this closing; none if it is open."""
    closed = [side for side in sides if side.get("status") == "closed" == merged.get("status")]
    same_closings = [side for side in closed if side.get("closed") == merged.get("closed")]
    return min((changed_since(side, merged, {}) for side in same_closings), key=len, default=[])


def merged_into_closed(root: Path, before: str) -> dict[str, tuple[str, list[str]]]:
    """Return what merges since a commit brought into closed measures and is still there.

    By number: who closed the measure, according to its closing note, and the keys of what came after the closing.
    """
    git = Git(root)
    options = ("--merges", "--full-history", "--topo-order", "--reverse", "--diff-merges=separate", *RAW)
    merges = log(git, *options, f"{before}..HEAD", "--", PROBLEMS)
    touched = ((each.path, merge.parents) for merge in merges for each in merge.touched)
    places = dict.fromkeys((path, ("HEAD", *parents)) for path, parents in touched)
    contents = iter(git.blobs(f"{each}:./{path}" for path, commits in places for each in commits))
    changes: dict[str, tuple[str, list[str]]] = {}
    for path, commits in places:
        merged, *sides = (read_data(next(contents)) for _commit in commits)
        if keys := _keys_after_closing(sides, merged):  # of several merges, the first tells the most
            closer = str(mapping(merged, "closed").get("by", "?"))
            changes.setdefault(number_of(path) or path, (closer, keys))
    return changes


def _compare_items(location: Location, base: Any, sides: list[Any], result: Any) -> Iterator[_Difference]:  # noqa: ANN401
    """Compare the items of a list: what all sides have and what any side has added must be there, and nothing else."""
    key = str(location[-1])
    lists = [items_by_name(key, each) if isinstance(each, list) else {} for each in (base, *sides, result)]
    for name in dict.fromkeys(name for each in (*lists[1:], lists[0]) for name in each):
        before, *values, after = (each.get(name, MISSING) for each in lists)
        if after is not MISSING:  # an item that one side removed and another has may stay
            values = [each for each in values if each is not MISSING] or values
        yield from _compare_value((*location, 0), before, values, after)
