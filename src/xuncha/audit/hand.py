"""Whether a commit was made by a command, and did what it says of itself."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, get_args

from xuncha.audit.catalogue import RULES
from xuncha.audit.facts import in_code, number_of, word
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE, Identity
from xuncha.model.vocabulary import Action
from xuncha.trail.replay import log

if TYPE_CHECKING:
    from xuncha.audit.catalogue import HistoryPlace
    from xuncha.audit.lines import Step
    from xuncha.audit.replayed import Change
    from xuncha.catalogue import Broken
    from xuncha.errors import Finding
    from xuncha.trail.git import Git
    from xuncha.trail.replay import Trailers

_NEEDS_REASON: Final = frozenset({"return", "reopen", "extend"})
_CHECKED_ELSEWHERE: Final = frozenset({"init", "sync", "undo", "renumber", "remove"})
"""Actions whose commits reach no check of trailers while they do what they say."""
_SHOWN: Final = 8
"""Numbers that a message names."""
_AT_ONCE: Final = 1000
"""Commits that git is asked about on one command line."""


@RULES.rule(
    "unreadable",
    why="What cannot be read cannot be checked; the commit after it is compared with what could be read last.",
    wrong="A commit leaves marks of a merge conflict in data/problems/02/2.3.yaml, or bytes that are not UTF-8.",
)
def unreadable(step: Step) -> Broken[HistoryPlace]:
    """Find files that cannot be read."""
    for change in step.changes:
        if change.unreadable:
            message = _("{path} cannot be read: {reason}")
            yield step.at(change), message.format(path=change.path, reason=change.unreadable), ""


@RULES.rule(
    "by-hand",
    why="What a command did says so in its trailers; of a change by hand nobody knows what it was meant to be. `xuncha edit` enters it.",
    wrong="A commit without `Xuncha-Action` changes a file of the ledger.",
)
def by_hand(step: Step) -> Broken[HistoryPlace]:
    """Find commits that change the ledger and were not made by a command."""
    if not step.commit.trailers.action:
        numbers = list(dict.fromkeys(change.id or change.path for change in step.changes))
        more = _(" and {n} more").format(n=len(numbers) - _SHOWN) if len(numbers) > _SHOWN else ""
        what = _(", ").join(numbers[:_SHOWN]) + more
        yield step.at(step.changes[0]), _("changed by hand: {what}").format(what=what), ""


@RULES.rule(
    "trailers-mismatch",
    why="Programs believe the trailers; a commit that did something else than they say misleads them.",
    wrong="A commit says `Xuncha-Action: progress` and `Xuncha-Id: 2.3`, and has changed the title of 2.3, or has touched 2.4; or it says `close` and changes nothing.",
)
def trailers_mismatch(step: Step) -> Broken[HistoryPlace]:
    """Compare what the trailers say with what the files show."""
    action = step.commit.trailers.action
    if not action:
        return
    first = step.at(step.changes[0])
    if action not in get_args(Action) or action in _CHECKED_ELSEWHERE:
        message = _("the commit says `{action}`, and that is not what it did").format(action=action)
        yield first._replace(id=None), message, ""
        return
    if action in _NEEDS_REASON and not step.commit.trailers.reason:
        message = _("the commit says `{action}`, and gives no reason").format(action=action)
        yield first._replace(id=None), message, ""
    for change in step.changes:
        if message := _outside(step, change):
            yield step.at(change), message, ""
    if message := _false_course(step):
        yield first, message, ""
    for change in step.changes:
        if message := _beyond(step, change):
            yield step.at(change), message, ""


def claimed(said: Trailers) -> str:
    """Say that a commit that changes nothing of the ledger claims to have done something to it; empty where it claims nothing."""
    if not said.action or not (said.ids or said.comments):
        return ""
    message = _("the commit says `{action}` of {ids}, and changes nothing")
    return message.format(action=said.action, ids=_(", ").join((*said.ids, *said.comments)[:_SHOWN]))


def without_others(git: Git, found: list[Finding[HistoryPlace]]) -> list[Finding[HistoryPlace]]:
    """Leave out the claims of commits that did what they say to another ledger of the repository."""
    asked = [each.place.commit for each in found if each.code == "trailers-mismatch" and not each.place.path]
    own = git.text("rev-parse", "--show-prefix").strip() if asked else ""
    others = set()
    for at in range(0, len(asked), _AT_ONCE):
        options = ("--no-walk", "--diff-merges=first-parent", "--raw", "--no-abbrev", "--no-renames")
        for commit in log(git, *options, *asked[at : at + _AT_ONCE], "--"):
            numbers: defaultdict[str, set[str | None]] = defaultdict(set)
            for path in (each.path for each in commit.touched):
                folder = path[: max(0, path.rfind("data/"))]
                numbers[folder].add(number_of(path.removeprefix(folder)))
            others |= {(commit.hash, folder) for folder, held in numbers.items() if folder != own and held.issuperset(commit.trailers.ids)}  # fmt: skip
    kinds = git.kinds(f"{name}:{folder}{LEDGER_FILE}" for name, folder in others) if others else []
    done = {name for (name, _folder), kind in zip(others, kinds, strict=True) if kind == "blob"}
    return [each for each in found if each.place.path or each.code != "trailers-mismatch" or each.place.commit not in done]  # fmt: skip


def _outside(step: Step, change: Change) -> str:
    """Say that a change is about something that the trailers do not name; empty where they do."""
    action = step.commit.trailers.action
    if change.id and change.id not in step.commit.trailers.ids:
        return _("the commit changed {id}, which its trailers do not name").format(id=change.id)
    if change.comment:
        return _outside_of_comments(step, change)
    free = action == "edit" or (
        change.path == LEDGER_FILE and (action == "import" or _enters(action, change))
    )
    if not change.id and not free:
        return _("`{action}` does not change {path}").format(action=action, path=change.path)
    return ""


def _outside_of_comments(step: Step, change: Change) -> str:
    """Say the same of a change of a comment: it is entered and answered by itself, or edited with others."""
    trailers = step.commit.trailers
    if trailers.action not in {"comment", "edit"}:
        return _("`{action}` does not change {path}").format(action=trailers.action, path=change.path)
    if str(change.comment) not in trailers.comments or (
        trailers.action == "comment" and len(trailers.comments) > 1
    ):
        return _("the commit changed {path}, which its trailers do not name").format(path=change.path)
    return ""


def _enters(action: str | None, change: Change) -> bool:
    """Whether an `add` has entered names into data/ledger.yaml, behind those that were there, and nothing else."""
    old, new = change.old or {}, change.new or {}
    pairs = [(old.get(key), new.get(key)) for key in ("categories", "leaders", "offices")]
    longer = all(
        isinstance(before, list) and isinstance(after, list) and after[: len(before)] == before
        for before, after in pairs
    )
    rest = {*old, *new} - {"categories", "leaders", "offices"}
    return action == "add" and longer and all(old.get(key) == new.get(key) for key in rest)


def _false_course(step: Step) -> str:
    """Say that `From` and `To` are not the statuses before and after; empty where they are.

    A commit that changed no status may say another one than stands: a rebase has put it behind the work of others.
    """
    said, changed = step.commit.trailers, {change.id: change for change in step.changes if change.is_record}
    told, did = [said.sources, said.targets], []
    named = [
        sum(each.from_ is not None for each in said.courses),
        sum(each.to is not None for each in said.courses),
    ]
    fits = [len(each) for each in told] == named
    for course in said.courses:
        change = changed.get(course.id)
        if change is not None and change.unreadable:
            return ""
        before, after = change.statuses if change else (_stands(step, course.id),) * 2
        if "." not in course.id:  # a problem has no status, and no trailer for it
            before, after = None, None
        did.append((before, after))
        stale = change is not None and before == after is not None and (course.to in {course.from_, after})
        fits = fits and (stale or (course.from_, course.to) == (before, after))
    if fits:
        return ""
    shown = [tuple(filter(None, (ends[end] for ends in did))) for end in (0, 1)]
    texts = [" → ".join(_(", ").join(end) or "-" for end in ends) for ends in (told, shown)]
    return _("the commit says {said}, and the files went {did}").format(said=texts[0], did=texts[1])


def _stands(step: Step, number: str) -> str | None:
    """Return the status of a measure before a commit; None where there is none."""
    known = Identity.perhaps(number)
    return word(step.files.record(step.before.get(known.path)), "status") if known else None


def _beyond(step: Step, change: Change) -> str:
    """Say that a change is more than its action changes; empty where it is not."""
    action, verb = step.commit.trailers.action, step.verb
    if action == "comment":
        return _beyond_a_reply(change)
    if verb is None and action != "add":
        return ""
    if change.is_evidence:
        said = _("`{action}` does not change {path}") if action != "attach" else ""
        return said.format(action=action, path=change.path)
    if change.before is None:
        said = _("`{action}` does not enter {id}") if action != "add" else ""
        return said.format(action=action, id=change.id)
    if change.old is None or change.new is None or not change.is_record:
        return ""
    fields = {*change.old, *change.new} - (verb.changes if verb else set())
    keys = sorted(str(key) for key in fields if change.old.get(key) != change.new.get(key))
    said = _("`{action}` does not change {keys} of {id}") if keys else ""
    return said.format(action=action, keys=in_code(keys), id=change.id)


def _beyond_a_reply(change: Change) -> str:
    """Say that `comment` did more to a file than to enter a comment, or the reply that it had not; empty where it did not."""
    if not change.comment:
        return (
            _("`{action}` does not change {path}").format(action="comment", path=change.path)
            if change.id
            else ""
        )
    if change.before is None or change.old is None or change.new is None:
        return ""
    free = {"reply"} if change.old.get("reply") is None else set()
    fields = {*change.old, *change.new} - free
    keys = sorted(str(key) for key in fields if change.old.get(key) != change.new.get(key))
    said = _("`{action}` does not change {keys} of {id}") if keys else ""
    return said.format(action="comment", keys=in_code(keys), id=change.path)
