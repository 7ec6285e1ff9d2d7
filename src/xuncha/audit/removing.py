"""What a `remove` may take away and renumber: verified against how the ledger stood before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from xuncha.audit.catalogue import RULES, HistoryPlace
from xuncha.audit.facts import word
from xuncha.audit.lines import Step
from xuncha.audit.replayed import Version
from xuncha.audit.undoing import follows, same
from xuncha.catalogue import Broken
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE, Identity
from xuncha.model.moves import closing_up, comments, identities, places_after
from xuncha.workflow.remove import is_untouched


def removed(step: Step) -> Mapping[str, Version | None] | str:
    """Return the files after a `remove`; or why the commit before does not allow it."""
    said = step.commit.trailers
    gone = Identity.perhaps(said.ids[0]) if len(said.ids) == 1 else None
    there = {path for folder in step.before.folders.values() for path in folder}
    if gone is None or gone.path not in there:
        return _("it does not say what it removes")
    if not said.reason:
        return _("it gives no reason")
    moves, about = closing_up(identities(there), gone), _commented(step, there)
    if objection := _worked_on(step, gone, there) or _needed(step, gone, moves, about):
        return objection
    places = places_after(there, moves)
    wanted: dict[str, Version | None] = {gone.path: None, **dict.fromkeys(places)}
    wanted |= {new: step.before.get(old) for old, new in places.items()}
    told = Counter((str(old), str(new)) for old, new in moves.items())
    following = [each for each in step.changes if follows(each, lambda number: moves.get(number, number))]
    does_more = (
        told != Counter(said.renumbered)
        or any(not same(step, step.after.get(path), version) for path, version in wanted.items())
        or any(each.path not in wanted and each not in following for each in step.changes)
        or {each.path for each in following}
        != {path for path, identity in about.items() if identity in moves}
    )
    if does_more:
        return _("it does something else than its trailers say")
    files = {change.path: change.after for change in step.changes}
    for path, version in wanted.items():
        now = step.after.get(path)
        files[path] = now and now.going_on(version)
    return files


def _worked_on(step: Step, gone: Identity, there: set[str]) -> str:
    """Say why a problem or a measure may not be removed; empty where it may."""
    record = step.files.record(step.before.get(gone.path))
    said = step.commit.trailers
    if said.sources != (() if gone.is_problem else ("not_started",)) or said.targets:
        return _("it does not say what it removes")
    if gone.is_problem:
        measures = [each for each in identities(there) if each.problem == gone.problem and each.measure]
        return _("{id} has measures").format(id=gone) if measures else ""
    if record is None or not is_untouched(record):
        return _("{id} was started, or progress is recorded of it").format(id=gone)
    proved = any(path.startswith(f"{EVIDENCE}/{gone}/") for path in there)
    return _("{id} has evidence").format(id=gone) if proved else ""


def _needed(step: Step, gone: Identity, moves: Iterable[Identity], about: Mapping[str, Identity]) -> str:
    """Say what else needs the numbers as they were; empty where nothing does."""
    for old in moves:
        version = step.before.get(old.path)
        if version and version.decided:
            message = _("it renumbers {id}, for which closing was once applied or granted")
            return message.format(id=old)
    path = next((path for path, identity in about.items() if identity == gone), "")
    return _("{path} is about {id}").format(path=path, id=gone) if path else ""


def _commented(step: Step, there: set[str]) -> dict[str, Identity]:
    """Return what the comments are about, by their files; without those that are about nothing, or cannot be read."""
    records = {number.path: step.files.record(step.before.get(number.path)) for number in comments(there)}
    return {
        path: Identity.parse(number)
        for path, record in records.items()
        if (number := word(record, "about")) and Identity.is_number(number)
    }


@RULES.rule(
    "false-remove",
    why="`remove` takes away what was entered by mistake: a measure that was not started, a problem without measures; and renumbers nothing that was ever submitted or closed.",
    wrong="A commit says `Xuncha-Action: remove` and `Xuncha-Id: 2.3`, and 2.3 had progress, or 2.4, which is 2.3 from then on, was closed.",
)
def false_remove(step: Step) -> Broken[HistoryPlace]:
    """Find removals that the commit before does not allow."""
    if step.commit.trailers.action == "remove" and isinstance(objection := removed(step), str):
        message = _("the commit says `remove`, and that was not allowed: {reason}")
        yield step.found(step.changes[0], message, reason=objection)


@RULES.rule(
    "removed-overdue",
    "warning",
    why="What is removed after its time limit has passed was perhaps no mistake, but not done.",
    wrong="A commit of 2024-06-15 removes 2.3, which was due on 2024-05-31, or takes its `add` back.",
)
def removed_overdue(step: Step) -> Broken[HistoryPlace]:
    """Find removals of what was overdue."""
    said = step.commit.trailers
    if said.action not in {"remove", "undo"}:
        return
    gone = said.ids
    if said.action == "undo":  # what has another number since is not gone
        records = [each for each in step.changes if each.is_record]
        olds, news = [each.old for each in records], [each.new for each in records]
        gone = tuple(
            each.id or ""
            for each in records
            if each.old not in news and (each.after is None or each.new in olds)
        )
    for identity in filter(None, map(Identity.perhaps, gone)):
        due = word(step.files.record(step.before.get(identity.path)), "due")
        if due is not None and due < max(step.day, step.commit.committed[:10]):
            place = step.at(step.changes[0])._replace(path=identity.path, id=str(identity))
            message = _("{id} was removed when its deadline, {due}, had passed")
            yield place, message.format(id=identity, due=due), ""
