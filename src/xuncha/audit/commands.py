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
    "says `close` and changes nothing.",
)
def trailers_mismatch(step: Step) -> Violations[HistoryPlace]:
    """Find commits whose trailers say something else than the files show."""
    action = step.commit.trailers.action
    if not action:
        return
    first = step.at(step.changes[0])
    if action not in get_args(Action) or action in _OTHER_ACTIONS:
        message = _("the commit says `{action}`, but that is not what it did", action=action)
        yield first._replace(id=None), message, ""
        return
    if action in _NEEDS_REASON and not step.commit.trailers.reason:
        message = _("the commit says `{action}`, but gives no reason", action=action)
        yield first._replace(id=None), message, ""
    yield from ((step.at(change), fault, "") for change in step.changes if (fault := _unnamed(step, change)))
    if message := _status_message(step):
        yield first, message, ""
    yield from ((step.at(change), fault, "") for change in step.changes if (fault := _excess(step, change)))


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
        with contextlib.suppress(
            RefusedError
        ):  # of a commit with too many files, the claim stays unexplained
            for commit in log(git, *options, *names[start : start + _BATCH], "--"):
                numbers: defaultdict[str, set[str | None]] = defaultdict(set)
                for path in (each.path for each in commit.touched):
                    folder = path[: max(0, path.rfind("data/"))]
                    numbers[folder].add(number_of(path.removeprefix(folder)))
                others |= {(commit.hash, folder) for folder, ids in numbers.items() if folder != git.prefix and ids.issuperset(commit.trailers.ids)}  # fmt: skip
    kinds = git.kinds(f"{name}:{folder}{LEDGER_FILE}" for name, folder in others)
    explained = {name for (name, _folder), kind in zip(others, kinds, strict=True) if kind == "blob"}
    return [each for each in items if claims.get(each) not in explained]


def _unnamed(step: Step, change: Change) -> str:
    """Return the message that the trailers do not name what a change is about, or that their action does not touch it; else empty.

    A comment is entered or answered in a commit of its own; an edit may change several.
    """
    claim, action = step.commit.trailers, step.commit.trailers.action
    if change.id in claim.ids:
        return ""
    if change.id:
        return _("the commit changed {id}, which its trailers do not name", id=change.id)
    if change.comment and action in {"comment", "edit"}:
        is_named = str(change.comment) in claim.comments and (action == "edit" or len(claim.comments) == 1)
        message = _("the commit changed {path}, which its trailers do not name")
        return "" if is_named else message.format(path=change.path)
    is_entered = change.path == LEDGER_FILE and (action == "import" or _only_appends_names(action, change))
    if is_entered or (action == "edit" and not change.comment):
        return ""
    return _("`{action}` does not change {path}", action=action, path=change.path)


def _only_appends_names(action: str | None, change: Change) -> bool:
    """Return whether an `add` has only appended names to the lists in data/ledger.yaml."""
    old, new = change.old or {}, change.new or {}
    pairs = [(old.get(key), new.get(key)) for key in ("categories", "leaders", "offices")]
    longer = all(
        isinstance(before, list) and isinstance(after, list) and after[: len(before)] == before
        for before, after in pairs
    )
    rest = {*old, *new} - {"categories", "leaders", "offices"}
    return action == "add" and longer and all(old.get(key) == new.get(key) for key in rest)


def _status_message(step: Step) -> str:
    """Return the message that `From` and `To` are not the statuses before and after; empty if they are.

    A commit that changed no status may state an outdated one, because a rebase has put it behind the work of others.
    """
    claim, changed = step.commit.trailers, {change.id: change for change in step.changes if change.is_record}
    is_true = len(claim.sources) == sum(each.from_ is not None for each in claim.changes)
    is_true = is_true and len(claim.targets) == sum(each.to is not None for each in claim.changes)
    actual_statuses = []
    for course in claim.changes:
        change = changed.get(course.id)
        if change is not None and change.unreadable:
            return ""
        identity = None if change else Identity.try_parse(course.id)
        unchanged = text_of(step.files.record(step.before.get(identity.path)), "status") if identity else None
        before, after = change.statuses if change else (unchanged, unchanged)
        if "." not in course.id:  # a problem has no status, so its commit has no trailer for one
            before, after = None, None
        actual_statuses.append((before, after))
        stale = change is not None and before == after is not None and (course.to in {course.from_, after})
        is_true = is_true and (stale or (course.from_, course.to) == (before, after))
    if is_true:
        return ""
    shown = [tuple(filter(None, (ends[end] for ends in actual_statuses))) for end in (0, 1)]
    stated = (claim.sources, claim.targets)
    said, did = ([_(", ").join(map(status_name, end)) or "-" for end in ends] for ends in (stated, shown))
    message = _("the commit says {said}, but the files show {did}")
    return message.format(said=" → ".join(said), did=" → ".join(did))


def _excess(step: Step, change: Change) -> str:
    """Return the message that a change goes beyond what its action changes; else empty.

    `comment` enters a comment, or the reply to one that had none.
    """
    action, verb, message = step.commit.trailers.action, step.verb, ""
    allowed_keys, is_checked = verb.changes if verb else frozenset[str](), change.is_record
    if action == "comment":
        is_answered = (change.old or {}).get("reply") is not None
        allowed_keys, is_checked = frozenset(() if is_answered else ("reply",)), change.comment is not None
        message = _("`{action}` does not change {path}") if change.id else ""
    elif verb is None and action != "add":
        return ""
    elif change.is_evidence:
        message = _("`{action}` does not change {path}") if action != "attach" else ""
    elif change.before is None:
        message = _("`{action}` does not add {id}") if action != "add" and change.is_record else ""
    keys: list[str] = []
    if change.old is not None and change.new is not None and is_checked:
        fields = {*change.old, *change.new} - allowed_keys
        keys = sorted(str(key) for key in fields if change.old.get(key) != change.new.get(key))
        message = _("`{action}` does not change {keys} of {id}") if keys else ""
    number = change.path if change.comment else change.id
    return message and message.format(action=action, path=change.path, keys=quoted(keys), id=number)
