"""Checks whether a command made a commit, and whether the commit did what its trailers say."""

from __future__ import annotations

from collections import defaultdict
from typing import Final, get_args

from xuncha.audit.catalogue import RULES, HistoryPlace
from xuncha.audit.facts import in_code, number_of, word
from xuncha.audit.lines import Step
from xuncha.audit.replayed import Change
from xuncha.catalogue import Broken
from xuncha.errors import Finding
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, Identity
from xuncha.model.vocabulary import Action
from xuncha.trail.git import Git
from xuncha.trail.replay import Trailers, log

_NEEDS_REASON: Final = frozenset({"return", "reopen", "extend"})
_CHECKED_ELSEWHERE: Final = frozenset({"init", "sync", "undo", "renumber", "remove"})
"""Actions that other checks verify; a commit that reaches `trailers_mismatch` with one of them did something else."""
_SHOWN: Final = 8  # at most so many numbers stand in a message
_AT_ONCE: Final = 1000  # commits on one command line of git


@RULES.rule(
    "unreadable",
    why="What cannot be read cannot be checked; the commit after it is compared with the last content that could be read.",
    wrong="A commit leaves merge conflict markers in data/problems/02/2.3.yaml, or bytes that are not UTF-8.",
)
def unreadable(step: Step) -> Broken[HistoryPlace]:
    """Find files that cannot be read."""
    for change in step.changes:
        if change.unreadable:
            yield step.found(change, _("{path} cannot be read: {reason}"), reason=change.unreadable)


@RULES.rule(
    "by-hand",
    why="The trailers explain a change made by a command; the purpose of a change by hand is unknown. Use `xuncha edit` to enter it.",
    wrong="A commit without `Xuncha-Action` changes a file of the ledger.",
)
def by_hand(step: Step) -> Broken[HistoryPlace]:
    """Find commits that change the ledger and were not made by a command."""
    if not step.commit.trailers.action:
        numbers = list(dict.fromkeys(change.id or change.path for change in step.changes))
        more = _(" and {n} more").format(n=len(numbers) - _SHOWN) if len(numbers) > _SHOWN else ""
        what = _(", ").join(numbers[:_SHOWN]) + more
        yield step.found(step.changes[0], _("changed by hand: {what}"), what=what)


@RULES.rule(
    "trailers-mismatch",
    why="Programs rely on the trailers; a commit that did something other than they say misleads them.",
    wrong="A commit says `Xuncha-Action: progress` and `Xuncha-Id: 2.3`, and has changed the title of 2.3, or has touched 2.4; or it "
    "says `close` and changes nothing.",
)
def trailers_mismatch(step: Step) -> Broken[HistoryPlace]:
    """Find commits whose trailers say something else than the files show."""
    action = step.commit.trailers.action
    if not action:
        return
    first = step.at(step.changes[0])
    if action not in get_args(Action) or action in _CHECKED_ELSEWHERE:
        message = _("the commit says `{action}`, but that is not what it did").format(action=action)
        yield first._replace(id=None), message, ""
        return
    if action in _NEEDS_REASON and not step.commit.trailers.reason:
        message = _("the commit says `{action}`, but gives no reason").format(action=action)
        yield first._replace(id=None), message, ""
    yield from ((step.at(change), fault, "") for change in step.changes if (fault := _outside(step, change)))
    if message := _false_course(step):
        yield first, message, ""
    yield from ((step.at(change), fault, "") for change in step.changes if (fault := _beyond(step, change)))


def claimed(said: Trailers) -> str:
    """Return the message that a commit claims an action and changes nothing in the ledger; empty if it claims none."""
    if not said.action or not (said.ids or said.comments):
        return ""
    message = _("the commit says `{action}` for {ids}, but changes nothing")
    return message.format(action=said.action, ids=_(", ").join((*said.ids, *said.comments)[:_SHOWN]))


def without_others(git: Git, found: list[Finding[HistoryPlace]]) -> list[Finding[HistoryPlace]]:
    """Leave out the claims of commits that did what they say to another ledger of the repository."""
    claims = [each.place.commit for each in found if each.code == "trailers-mismatch" and not each.place.path]
    prefix = git.text("rev-parse", "--show-prefix").strip() if claims else ""
    others = set()
    for start in range(0, len(claims), _AT_ONCE):
        options = ("--no-walk", "--diff-merges=first-parent", "--raw", "--no-abbrev", "--no-renames")
        for commit in log(git, *options, *claims[start : start + _AT_ONCE], "--"):
            numbers: defaultdict[str, set[str | None]] = defaultdict(set)
            for path in (each.path for each in commit.touched):
                folder = path[: max(0, path.rfind("data/"))]
                numbers[folder].add(number_of(path.removeprefix(folder)))
            others |= {(commit.hash, folder) for folder, held in numbers.items() if folder != prefix and held.issuperset(commit.trailers.ids)}  # fmt: skip
    kinds = git.kinds(f"{name}:{folder}{LEDGER_FILE}" for name, folder in others) if others else []
    elsewhere = {name for (name, _folder), kind in zip(others, kinds, strict=True) if kind == "blob"}
    return [each for each in found if each.place.path or each.code != "trailers-mismatch" or each.place.commit not in elsewhere]  # fmt: skip


def _outside(step: Step, change: Change) -> str:
    """Return the message that the trailers do not name what a change is about, or that their action does not touch it; else empty.

    A comment is entered or answered in a commit of its own; an edit may change several.
    """
    claim, action = step.commit.trailers, step.commit.trailers.action
    if change.id in claim.ids:
        return ""
    if change.id:
        return _("the commit changed {id}, which its trailers do not name").format(id=change.id)
    if change.comment and action in {"comment", "edit"}:
        is_named = str(change.comment) in claim.comments and (action == "edit" or len(claim.comments) == 1)
        message = _("the commit changed {path}, which its trailers do not name")
        return "" if is_named else message.format(path=change.path)
    is_entered = change.path == LEDGER_FILE and (action == "import" or _enters(action, change))
    if is_entered or (action == "edit" and not change.comment):
        return ""
    return _("`{action}` does not change {path}").format(action=action, path=change.path)


def _enters(action: str | None, change: Change) -> bool:
    """Return whether an `add` has only appended names to the lists in data/ledger.yaml."""
    old, new = change.old or {}, change.new or {}
    pairs = [(old.get(key), new.get(key)) for key in ("categories", "leaders", "offices")]
    longer = all(
        isinstance(before, list) and isinstance(after, list) and after[: len(before)] == before
        for before, after in pairs
    )
    rest = {*old, *new} - {"categories", "leaders", "offices"}
    return action == "add" and longer and all(old.get(key) == new.get(key) for key in rest)


def _false_course(step: Step) -> str:
    """Return the message that `From` and `To` are not the statuses before and after; empty if they are.

    A commit that changed no status may state an outdated one, because a rebase has put it behind the work of others.
    """
    said, changed = step.commit.trailers, {change.id: change for change in step.changes if change.is_record}
    fits = len(said.sources) == sum(each.from_ is not None for each in said.courses)
    fits = fits and len(said.targets) == sum(each.to is not None for each in said.courses)
    actual = []
    for course in said.courses:
        change = changed.get(course.id)
        if change is not None and change.unreadable:
            return ""
        identity = None if change else Identity.perhaps(course.id)
        unchanged = word(step.files.record(step.before.get(identity.path)), "status") if identity else None
        before, after = change.statuses if change else (unchanged, unchanged)
        if "." not in course.id:  # a problem has no status, so its commit has no trailer for one
            before, after = None, None
        actual.append((before, after))
        stale = change is not None and before == after is not None and (course.to in {course.from_, after})
        fits = fits and (stale or (course.from_, course.to) == (before, after))
    if fits:
        return ""
    shown = [tuple(filter(None, (ends[end] for ends in actual))) for end in (0, 1)]
    texts = [
        " → ".join(_(", ").join(end) or "-" for end in ends) for ends in ((said.sources, said.targets), shown)
    ]
    return _("the commit says {said}, but the files show {did}").format(said=texts[0], did=texts[1])


def _beyond(step: Step, change: Change) -> str:
    """Return the message that a change goes beyond what its action changes; else empty.

    `comment` enters a comment, or the reply to one that had none.
    """
    action, verb, message = step.commit.trailers.action, step.verb, ""
    free, is_judged = verb.changes if verb else frozenset[str](), change.is_record
    if action == "comment":
        is_answered = (change.old or {}).get("reply") is not None
        free, is_judged = frozenset(() if is_answered else ("reply",)), change.comment is not None
        message = _("`{action}` does not change {path}") if change.id else ""
    elif verb is None and action != "add":
        return ""
    elif change.is_evidence:
        message = _("`{action}` does not change {path}") if action != "attach" else ""
    elif change.before is None:
        message = _("`{action}` does not add {id}") if action != "add" and change.is_record else ""
    keys: list[str] = []
    if change.old is not None and change.new is not None and is_judged:
        fields = {*change.old, *change.new} - free
        keys = sorted(str(key) for key in fields if change.old.get(key) != change.new.get(key))
        message = _("`{action}` does not change {keys} of {id}") if keys else ""
    number = change.path if change.comment else change.id
    return message and message.format(action=action, path=change.path, keys=in_code(keys), id=number)
