"""Checks whether a command made a commit, and whether the commit did what its trailers say."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from typing import Final, get_args

from xuncha.audit.catalogue import RULES, HistoryPlace
from xuncha.audit.facts import number_of, quoted, text_of
from xuncha.audit.graph import Step
from xuncha.audit.replayed import Change
from xuncha.catalogue import Violations
from xuncha.errors import Finding, RefusedError
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, Identity
from xuncha.model.vocabulary import Action, status_name
from xuncha.trail.git import Git
from xuncha.trail.replay import RAW_OF_REPOSITORY, Trailers, log

_NEEDS_REASON: Final = frozenset({"return", "reopen", "extend"})
_OTHER_ACTIONS: Final = frozenset({"init", "sync", "undo", "renumber", "remove"})
"""Actions that other checks verify; a commit that reaches `trailers_mismatch` with one of them did something else."""
_MAX_SHOWN: Final = 8  # at most so many numbers stand in a message
_BATCH: Final = 1000  # commits on one command line of git


@RULES.rule(
    "unreadable",
    why="What cannot be read cannot be checked; the commit after it is compared with the last content that could be read.",
    wrong="A commit leaves merge conflict markers in data/problems/02/2.3.yaml, or bytes that are not UTF-8.",
)
def unreadable(step: Step) -> Violations[HistoryPlace]:
    """Find files that cannot be read."""
    for change in step.changes:
        if change.unreadable:
            yield step.report(change, _("{path} cannot be read: {reason}"), reason=change.unreadable)


@RULES.rule(
    "by-hand",
    why="The trailers explain a change made by a command; the purpose of a change by hand is unknown. Use `xuncha edit` to enter it.",
    wrong="A commit without `Xuncha-Action` changes a file of the ledger.",
)
def by_hand(step: Step) -> Violations[HistoryPlace]:
    """Find commits that change the ledger and were not made by a command."""
    if not step.commit.trailers.action:
        numbers = list(dict.fromkeys(change.id or change.path for change in step.changes))
        more = _(" and {n} more", n=len(numbers) - _MAX_SHOWN) if len(numbers) > _MAX_SHOWN else ""
        listed = _(", ").join(numbers[:_MAX_SHOWN]) + more
        yield step.report(step.changes[0], _("changed by hand: {what}"), what=listed)


@RULES.rule(
    "trailers-mismatch",
    why="Programs rely on the trailers; a commit that did something other than they say misleads them.",
    wrong="A commit says `Xuncha-Action: progress` and `Xuncha-Id: 2.3`, and has changed the title of 2.3, or has touched 2.4; or it "
    "says `close` and changes nothing, or `import` and reopens 2.3, which was closed.",
)
def trailers_mismatch(step: Step) -> Violations[HistoryPlace]:
    """Find commits whose trailers say something else than the files show."""
    action = step.commit.trailers.action
    if not action:
        return
    place = step.at(step.changes[0])._replace(id=None)
    if action not in get_args(Action) or action in _OTHER_ACTIONS:
        yield place, _("the commit says `{action}`, but that is not what it did", action=action), ""
        return
    if action in _NEEDS_REASON and not step.commit.trailers.reason:
        yield place, _("the commit says `{action}`, but gives no reason", action=action), ""
    if message := _status_message(step):
        yield place, message, ""
    for change in step.changes:
        if not _is_named(step, change):
            message = _("the commit changed {id}, which its trailers do not name")
            yield step.report(change, message, id=change.label)
        elif keys := _excess(step, change):
            message = _("`{action}` does not change {keys} of {id}")
            yield step.report(change, message, action=action, keys=quoted(keys), id=change.label)


def claim_message(claim: Trailers) -> str:
    """Return the message that a commit claims an action and changes nothing in the ledger; empty if it claims none."""
    if not claim.action or not (claim.ids or claim.comments):
        return ""
    message = _("the commit says `{action}` for {ids}, but changes nothing")
    return message.format(action=claim.action, ids=_(", ").join((*claim.ids, *claim.comments)[:_MAX_SHOWN]))


def without_other_ledgers(git: Git, items: list[Finding[HistoryPlace]]) -> list[Finding[HistoryPlace]]:
    """Leave out the claims of commits that did what they say to another ledger of the repository."""
    mismatches = (each for each in items if each.code == "trailers-mismatch")
    claims = {each: each.place.commit for each in mismatches if not each.place.path}
    names, others = list(claims.values()), set()
    for start in range(0, len(names), _BATCH):
        options = ("--no-walk", "--diff-merges=first-parent", *RAW_OF_REPOSITORY)
        # Of a commit with too many files, the claim stays unexplained.
        with contextlib.suppress(RefusedError):
            for commit in log(git, *options, *names[start : start + _BATCH], "--"):
                numbers: defaultdict[str, set[str | None]] = defaultdict(set)
                for path in (each.path for each in commit.touched):
                    folder = path[: max(0, path.rfind("data/"))]
                    numbers[folder].add(number_of(path.removeprefix(folder)))
                others |= {(commit.hash, folder) for folder, ids in numbers.items() if folder != git.prefix and ids.issuperset(commit.trailers.ids)}  # fmt: skip
    kinds = git.kinds(f"{name}:{folder}{LEDGER_FILE}" for name, folder in others)
    explained = {name for (name, _folder), kind in zip(others, kinds, strict=True) if kind == "blob"}
    return [each for each in items if claims.get(each) not in explained]


def _is_named(step: Step, change: Change) -> bool:
    """Return whether the trailers name what a change is about, or their action may change it unnamed. A comment has a commit of its own; an edit may change several."""
    claim, action = step.commit.trailers, step.commit.trailers.action
    if change.id:
        return change.id in claim.ids
    if change.comment and action in {"comment", "edit"}:
        return str(change.comment) in claim.comments and (action == "edit" or len(claim.comments) == 1)
    if change.path == LEDGER_FILE and action in {"import", "add"}:
        return action == "import" or _only_appends_names(change)
    return action == "edit" and not change.comment


def _only_appends_names(change: Change) -> bool:
    """Return whether a change has only appended names to the lists in data/ledger.yaml."""
    old, new = {**(change.old or {})}, change.new or {}
    for key in ("categories", "leaders", "offices"):
        names, more_names = old.get(key), new.get(key)
        if isinstance(names, list) and isinstance(more_names, list) and more_names[: len(names)] == names:
            old[key] = more_names
    return all(old.get(key) == new.get(key) for key in {**old, **new})


def _status_message(step: Step) -> str:
    """Return the message that `From` and `To` are not the statuses before and after; empty if they are.

    A commit that changed no status may state an outdated one, because a rebase has put it behind the work of others.
    """
    claim, changed = step.commit.trailers, {change.id: change for change in step.changes if change.is_record}
    if any(changed[each].unreadable for each in claim.ids if each in changed):
        return ""
    message = _("the commit says {said}, but the files show {did}")
    said = [end for each in claim.changes for end in (each.from_, each.to) if end]
    is_true = len(said) == len(claim.sources) + len(claim.targets)
    shown: list[str] = []
    for course in claim.changes:
        change, identity = changed.get(course.id), Identity.try_parse(course.id)
        unchanged = text_of(step.files.record(step.before.get(identity.path)), "status") if identity else None
        before, after = change.statuses if change else (unchanged, unchanged)
        if "." not in course.id:  # a problem has no status
            before = after = None
        is_stale = change is not None and before == after is not None and course.to in {course.from_, after}
        is_true &= is_stale or (course.from_, course.to) == (before, after)
        shown += filter(None, (before, after))
    words, actual = (" → ".join(map(status_name, each)) or "-" for each in (said, shown))
    return "" if is_true else message.format(said=words, did=actual)


def _excess(step: Step, change: Change) -> list[str]:
    """Return what a change touches beyond its action: keys, or the name of the file.

    `comment` enters a comment, or the reply to one that had none; `import` never reopens what is closed.
    """
    action, verb, old = step.commit.trailers.action, step.verb, change.old or {}
    if verb is None and action not in {"add", "comment"}:
        is_reopened = change.new is not None and change.statuses[0] == "closed" != change.statuses[1]
        return ["status"] if action == "import" and is_reopened else []
    is_new = change.before is None and change.is_record
    if (
        (change.is_evidence and action != "attach")
        or (is_new and action != "add")
        or (change.id and action == "comment")
    ):
        return [change.name]
    if change.old is None or change.new is None or not (change.is_record or change.comment):
        return []
    allowed_keys = verb.changes if verb else frozenset[str]()
    if verb is None and change.comment and old.get("reply") is None:
        allowed_keys = frozenset({"reply"})
    return sorted(
        str(key)
        for key in {**old, **change.new}
        if key not in allowed_keys and old.get(key) != change.new.get(key)
    )
