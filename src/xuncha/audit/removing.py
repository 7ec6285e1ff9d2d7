"""What a `remove` may take away and renumber, checked against the ledger before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from xuncha.audit.catalogue import RULES, HistoryPlace
from xuncha.audit.facts import text_of
from xuncha.audit.graph import Step
from xuncha.audit.replayed import Version
from xuncha.audit.undoing import is_update, same
from xuncha.catalogue import Violations
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE, Identity
from xuncha.model.moves import comments, identities, is_untouched, paths_after, renumbering


def removal(step: Step) -> Mapping[str, Version | None] | str:
    """Return the files after a `remove`; or the reason why the ledger before it does not allow it."""
    trailers = step.commit.trailers
    target = Identity.try_parse(trailers.ids[0]) if len(trailers.ids) == 1 else None
    paths = {path for folder in step.before.folders.values() for path in folder}
    if target is None or target.path not in paths:
        return _("it does not say what it removes")
    if not trailers.reason:
        return _("it gives no reason")
    moves, topics = renumbering(identities(paths), target), _comment_subjects(step, paths)
    if objection := _objection(step, target, paths) or _obstacle(step, target, moves, topics):
        return objection
    new_paths = paths_after(paths, moves)
    expected: dict[str, Version | None] = {target.path: None, **dict.fromkeys(new_paths)}
    expected |= {new: step.before.get(old) for old, new in new_paths.items()}
    renumbered = Counter((str(old), str(new)) for old, new in moves.items())
    updates = [each for each in step.changes if is_update(each, lambda number: moves.get(number, number))]
    does_more = (
        renumbered != Counter(trailers.renumbered)
        or any(not same(step, step.after.get(path), version) for path, version in expected.items())
        or any(each.path not in expected and each not in updates for each in step.changes)
        or {each.path for each in updates} != {path for path, identity in topics.items() if identity in moves}
    )
    if does_more:
        return _("it does not do what its trailers say")
    files = {change.path: change.after for change in step.changes}
    for path, version in expected.items():
        current = step.after.get(path)
        files[path] = current and current.with_past_of(version)
    return files


def _objection(step: Step, target: Identity, paths: set[str]) -> str:
    """Return the reason why a problem or a measure may not be removed; empty if it may."""
    record = step.files.record(step.before.get(target.path))
    trailers = step.commit.trailers
    if trailers.sources != (() if target.is_problem else ("not_started",)) or trailers.targets:
        return _("it does not say what it removes")
    if target.is_problem:
        measures = [each for each in identities(paths) if each.problem == target.problem and each.measure]
        return _("{id} has measures").format(id=target) if measures else ""
    if record is None or not is_untouched(record):
        return _("{id} was started, or has recorded progress").format(id=target)
    has_evidence = any(path.startswith(f"{EVIDENCE}/{target}/") for path in paths)
    return _("{id} has evidence").format(id=target) if has_evidence else ""


def _obstacle(step: Step, target: Identity, moves: Iterable[Identity], topics: Mapping[str, Identity]) -> str:
    """Return the reason why the old numbers are still needed; empty if they are not."""
    for old in moves:
        version = step.before.get(old.path)
        if version and version.submitted:
            message = _("it renumbers {id}, which was once submitted or closed")
            return message.format(id=old)
    path = next((path for path, identity in topics.items() if identity == target), "")
    return _("{path} is about {id}").format(path=path, id=target) if path else ""


def _comment_subjects(step: Step, paths: set[str]) -> dict[str, Identity]:
    """Return what each comment is about, by its path; without comments that are about nothing or cannot be read."""
    records = {number.path: step.files.record(step.before.get(number.path)) for number in comments(paths)}
    return {
        path: Identity.parse(number)
        for path, record in records.items()
        if (number := text_of(record, "about")) and Identity.is_number(number)
    }


@RULES.rule(
    "false-remove",
    why="`remove` only deletes what was entered by mistake: a measure that was not started, a problem without measures; it renumbers "
    "nothing that was ever submitted or closed.",
    wrong="A commit says `Xuncha-Action: remove` and `Xuncha-Id: 2.3`, and 2.3 had progress, or 2.4, which becomes 2.3, was closed.",
)
def false_remove(step: Step) -> Violations[HistoryPlace]:
    """Find removals that the ledger before them does not allow."""
    if step.commit.trailers.action == "remove" and isinstance(objection := removal(step), str):
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
    trailers = step.commit.trailers
    if trailers.action not in {"remove", "undo"}:
        return
    removed = trailers.ids
    if trailers.action == "undo":  # a record with a new number is not gone
        records = [change for change in step.changes if change.is_record]
        old_data, new_data = [change.old for change in records], [change.new for change in records]
        removed = tuple(
            change.id or ""
            for change in records
            if change.old not in new_data and (change.after is None or change.new in old_data)
        )
    for identity in filter(None, map(Identity.try_parse, removed)):
        due = text_of(step.files.record(step.before.get(identity.path)), "due")
        if due is not None and due < max(step.day, step.commit.committed[:10]):
            place = step.at(step.changes[0])._replace(path=identity.path, id=str(identity))
            message = _("{id} was removed after its deadline, {due}, had passed")
            yield place, message.format(id=identity, due=due), ""
