"""Checks of numbers that change: what a `renumber` may move, what a `remove` may delete, and records that are gone without a command."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Final, NamedTuple

from xuncha.audit.catalogue import RULES, Findings, HistoryPlace
from xuncha.audit.facts import heading_of, text_of
from xuncha.audit.graph import Step
from xuncha.audit.replayed import MAX_DELAY, Change, Version
from xuncha.catalogue import Violations
from xuncha.errors import Severity
from xuncha.language import gettext as _
from xuncha.model import moves
from xuncha.model.identity import EVIDENCE, CommentNumber, Identity
from xuncha.trail.replay import Commit

_COMMENT_PAIR: Final = re.compile(r"([1-9][0-9]{0,5})\s+([1-9][0-9]{0,5})")


def files_after_renumbering(step: Step) -> dict[str, Version | None] | None:
    """Return the files after a renumbering that only moves them; None if the commit is no renumbering, or does more.

    Whether another clone gave the old number is known only at the end of history (`Renumberings`).
    """
    move = _move(step)
    if move is None:
        return None
    new_paths = {path: new for path in step.before.paths() if (new := moves.path_after(path, move)) != path}
    return _moved(step, new_paths, lambda old: moves.number_after(old, move))


def _moved(
    step: Step, new_paths: Mapping[str, str], number_after: Callable[[Identity], Identity], *removed: str
) -> dict[str, Version | None] | None:
    """Return the files after a commit that moves and removes files, and updates what comments are about; None if it does anything else."""
    expected: dict[str, Version | None] = dict.fromkeys([*removed, *new_paths])
    is_free = all(path in expected or step.before.get(path) is None for path in new_paths.values())
    expected |= {new: step.before.get(old) for old, new in new_paths.items()}
    files = {each.path: each.after for each in step.changes if _is_update(each, number_after)}
    if not (
        is_free
        and any(removed or expected.values())
        and {each.path for each in step.changes} <= {*expected, *files}
        and all(step.files.same(step.after.get(path), version) for path, version in expected.items())
    ):
        return None
    for path, version in expected.items():
        current = step.after.get(path)
        files[path] = current and current.with_past_of(version)
    return files


def _move(step: Step) -> moves.Move | None:
    """Return the move that the trailers of a renumbering state; None if they state none."""
    trailers = step.commit.trailers
    match trailers.action, trailers.comments, trailers.ids, trailers.targets:
        case "renumber", (pair,), (), _ if numbers := _COMMENT_PAIR.fullmatch(pair):
            return moves.Move(*(CommentNumber(int(number)) for number in numbers.groups()))
        case "renumber", (), (number,), (target,):
            old, new = Identity.try_parse(number), Identity.try_parse(target)
            return moves.Move(old, new) if old and new else None
    return None


def _is_update(change: Change, number_after: Callable[[Identity], Identity]) -> bool:
    """Return whether the file of a comment changed only because what it is about was renumbered."""
    old, new = change.old or {}, change.new
    number = text_of(old, "about")
    if not change.comment or new is None or number is None or not Identity.is_number(number):
        return False
    after = str(number_after(Identity.parse(number)))
    return after != number and new == {**old, "about": after}


def files_after_removal(step: Step) -> Mapping[str, Version | None] | str:
    """Return the files after a `remove`; or the reason why the ledger before it does not allow it."""
    trailers = step.commit.trailers
    target = Identity.try_parse(trailers.ids[0]) if len(trailers.ids) == 1 else None
    paths = step.before.paths()
    sources = () if target and target.is_problem else ("not_started",)
    if target is None or target.path not in paths or trailers.sources != sources or trailers.targets:
        return _("it does not say what it removes")
    if not trailers.reason:
        return _("it gives no reason")
    numbers, subjects = moves.renumbering(moves.identities(paths), target), _comment_subjects(step, paths)
    if objection := next(_objections(step, target, paths, numbers), ""):
        return objection
    files = _moved(step, moves.paths_after(paths, numbers), lambda old: numbers.get(old, old), target.path)
    mentioning = {path for path, subject in subjects.items() if subject in numbers}
    stated = Counter((str(old), str(new)) for old, new in numbers.items())
    if files is None or Counter(trailers.renumbered) != stated or not mentioning <= files.keys():
        return _("it does not do what its trailers say")
    return files


def _objections(step: Step, target: Identity, paths: set[str], numbers: Iterable[Identity]) -> Iterator[str]:
    """Yield the reasons why a problem or a measure may not be removed, or the numbers after it may not change."""
    record = step.files.record(step.before.get(target.path))
    if target.is_problem and sum(each.problem == target.problem for each in moves.identities(paths)) > 1:
        yield _("{id} has measures", id=target)
    if target.measure and (record is None or not moves.is_untouched(record)):
        yield _("{id} was started, or has recorded progress", id=target)
    if target.measure and any(path.startswith(f"{EVIDENCE}/{target}/") for path in paths):
        yield _("{id} has evidence", id=target)
    for old in numbers:
        if (version := step.before.get(old.path)) and version.submitted:
            yield _("it renumbers {id}, which was once submitted or closed", id=old)
    for path, subject in _comment_subjects(step, paths).items():
        if subject == target:
            yield _("{path} is about {id}", path=path, id=target)


def _comment_subjects(step: Step, paths: set[str]) -> dict[str, Identity]:
    """Return what each comment is about, by its path; without comments that are about nothing or cannot be read."""
    subjects = {}
    for comment in moves.comments(paths):
        number = text_of(step.files.record(step.before.get(comment.path)), "about")
        if number and Identity.is_number(number):
            subjects[comment.path] = Identity.parse(number)
    return subjects


@RULES.rule(
    "false-remove",
    why="`remove` only deletes what was entered by mistake: a measure that was not started, a problem without measures; it renumbers "
    "nothing that was ever submitted or closed.",
    wrong="A commit says `Xuncha-Action: remove` and `Xuncha-Id: 2.3`, and 2.3 had progress, or 2.4, which becomes 2.3, was closed.",
)
def false_remove(step: Step) -> Violations[HistoryPlace]:
    """Find removals that the ledger before them does not allow."""
    if step.commit.trailers.action == "remove" and isinstance(objection := files_after_removal(step), str):
        message = _("the commit says `remove`, but that was not allowed: {reason}")
        yield step.report(step.changes[0], message, reason=objection)


@RULES.rule(
    "removed-overdue",
    "warning",
    why="What is removed after its time limit may not have been a mistake, but simply not done.",
    wrong="A commit of 2024-06-15 removes 2.3, which was due on 2024-05-31, or takes its `add` back.",
)
def removed_overdue(step: Step) -> Violations[HistoryPlace]:
    """Find removals of overdue measures."""
    if step.commit.trailers.action not in {"remove", "undo"}:
        return
    records = [change for change in step.changes if change.is_record]
    old_data, new_data = {repr(change.old) for change in records}, {repr(change.new) for change in records}
    for change in records:  # a record with a new number is not gone
        is_gone = repr(change.old) not in new_data and (not change.after or repr(change.new) in old_data)
        due = text_of(change.old, "due") if is_gone else None
        if due is not None and due < max(step.day, step.commit.committed[:10]):
            yield step.report(change, _("{id} was removed after its deadline, {due}, had passed"), due=due)


def _moved_to(step: Step, change: Change) -> str | None:
    """Return the number, or the path, to which a commit moved the content of a record; None if it did not move it."""
    for each in step.written.get(heading_of(change.old), ()):
        alike = each.comment if change.comment else each.is_record
        if alike and each.path != change.path and each.new == change.old and each.old != each.new:
            return each.label
    return None


@RULES.rule(
    "renumbered",
    why="A number never changes once assigned; otherwise, anyone who noted it would find another measure under it.",
    wrong="From a commit on, the former 2.3 is 2.4, whether the two are swapped or another measure becomes 2.3. (`sync` may do so, if "
    "another clone has published the number meanwhile; if that clone assigned it weeks later, it is a warning, unless the old number had been verified.)",
)
def renumbered_by_hand(step: Step) -> Violations[HistoryPlace]:
    """Find records that got another number."""
    moved = [each for each in step.changes if (each.is_record or each.comment) and each.old is not None]
    for change in moved:
        titled = change.after is None or text_of(change.old, "title") != text_of(change.new, "title")
        if titled and (number := _moved_to(step, change)):
            yield step.report(change, _("{id} was renumbered to {number}"), id=change.label, number=number)


@RULES.rule(
    "deleted",
    why="A measure that was entered must be kept: it can be closed, or withheld from the notice, but not erased. The same holds for a comment.",
    wrong="data/problems/02/2.3.yaml is deleted without an `undo` of its `add` or a `remove`. In an `undo` of what someone else entered "
    "(even in their name, but unsigned where they sign), or of what is weeks old, it is a warning.",
)
def deleted(step: Step) -> Violations[HistoryPlace]:
    """Find records that were removed."""
    for change in step.removals:
        if not _moved_to(step, change):
            yield step.report(change, _("{path} was deleted"))


class _MovedRecord(NamedTuple):
    """A record that a renumbering has moved."""

    place: HistoryPlace  # of its old number
    added: set[str]  # the paths that came with the renumbering
    removed: set[str]  # the path that went, and that of the number which the trailers name
    is_higher: bool  # whether the new number is higher
    ancestry: int  # the commit and its ancestors, as bits


class Renumberings:
    """The renumberings of a history. Only its end shows whether another clone has published the number, as it must have."""

    def __init__(self, commits: Sequence[Commit]) -> None:
        self.verified: list[int] = []  # each verified commit and its ancestors, as bits
        self._commits = commits
        self._moved: list[_MovedRecord] = []
        self._additions: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        """The commits that entered each file: the place of the commit; and itself and its ancestors, as bits."""

    def add_changes(self, place: int, ancestry: int, changes: Iterable[Change]) -> None:
        """Record the files that the commit at a place enters."""
        for change in changes:
            if change.before is None:
                self._additions[change.path].append((place, ancestry))

    def add(self, step: Step) -> None:
        """Record a renumbering."""
        trailers = step.commit.trailers
        removed = [change for change in step.changes if change.after is None]
        added = {change.path for change in step.changes if change.before is None}
        head = {each.path for each in removed if trailers.ids == (each.id,)}
        pairs = zip(trailers.ids, trailers.targets, strict=False)
        up = any((Identity.try_parse(new) or ()) > (Identity.try_parse(old) or ()) for old, new in pairs)
        self._moved += [
            _MovedRecord(step.at(each), added, head | {each.path}, up, step.node.ancestry)
            for each in removed
            if each.is_record or each.comment
        ]

    def findings(self) -> Findings:
        """Yield renumberings of numbers that no other clone has published, or only long after they were known."""
        filled_paths: set[str] = set()
        for place, added, removed, is_higher, ancestry in reversed(self._moved):
            # Justified: another clone has published the number; or the number had to make room for one so renumbered; or a
            # lower number was free again, because another clone took its own back.
            is_free_again = not is_higher and any(len(self._additions[path]) > 1 for path in added | removed)
            severity: Severity | None = "error"
            message = _("{id} was renumbered, but no other clone has assigned that number")
            if is_free_again or filled_paths & removed or any(map(self._is_added_twice, added | removed)):
                filled_paths |= added
                severity = self._severity(place.path, ancestry)
                message = _(
                    "{id} was renumbered to make room for another, although its number had long been known"
                )
            if severity:
                text = message.format(id=place.id or place.path)
                yield RULES["renumbered"].finding(place, text, "", severity)

    def _severity(self, path: str, ancestry: int) -> Severity | None:
        """Return how severe it is that a record was renumbered in favour of another clone's; None if it was unsent then, or may have been."""
        own = max((place for place, _bits in self._additions[path] if ancestry >> place & 1), default=None)
        if own is None:
            return None
        unaware = [at for at, bits in self._additions[path] if not (ancestry >> at & 1 or bits >> own & 1)]
        limit = self._commits[own].moment_committed + MAX_DELAY
        is_late = bool(unaware) and all(self._commits[at].moment_committed >= limit for at in unaware)
        is_verified = any(each >> own & 1 and each | ancestry != each for each in self.verified)
        return "error" if is_verified else "warning" if is_late else None

    def _is_added_twice(self, path: str) -> bool:
        """Return whether two sides that did not know of each other have entered the same file."""
        pairs = combinations(self._additions[path], 2)
        return any(not ancestry >> place & 1 for (place, _bits), (_later, ancestry) in pairs)
