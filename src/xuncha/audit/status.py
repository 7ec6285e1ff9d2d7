"""Whether a measure went through the workflow step by step, and was closed with what the policy asked, be it a signature."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from xuncha import language
from xuncha.audit.catalogue import LENIENT, RULES, Findings, HistoryPlace
from xuncha.audit.facts import Data, entries, in_code, mapping, proofs_of, requires, word
from xuncha.audit.lines import Step
from xuncha.audit.people import is_one_person
from xuncha.audit.replayed import Change, Who
from xuncha.catalogue import Broken, Check
from xuncha.language import gettext as _
from xuncha.language import mark
from xuncha.model.identity import LEDGER_FILE
from xuncha.model.vocabulary import Requirement, action_name, status_name
from xuncha.workflow.close import missing
from xuncha.workflow.verbs import VERBS

_FEW_DAYS: Final = 7 * 86_400
"""Seconds for which a closing is held against the policy that was loosened before it."""
SOON: Final = 60 * 86_400
"""Seconds after which a policy that is made strict again was in earnest loosened."""


@RULES.rule(
    "status-jump",
    why="A measure goes through the workflow step by step; a status that has skipped a step says something that nobody has done.",
    wrong="2.3 goes from `not_started` to `closed` in one commit.",
    scope=LENIENT,
)
def status_jump(step: Step) -> Broken[HistoryPlace]:
    """Find statuses that the workflow does not lead to."""
    action, verb = step.commit.trailers.action, step.verb
    verbs = [verb] if verb else list(VERBS.values())  # a hand may do what any verb does
    for change in step.measures:
        before, after = change.statuses
        message = ""
        if change.before is None:
            # `add` enters what is not started, a hand also what is under way.
            begins = {"not_started"} if action == "add" else {"not_started", "in_progress"}
            if action != "import" and after not in begins:
                message = _("{id} was entered as {to}")
        elif before != after:
            if not any((before, after) in each.transitions.items() for each in verbs):
                message = _("the status of {id} jumped from {from_} to {to}")
        elif verb and before not in verb.transitions:
            message = _("{id} is {to}, and `{action}` is not open to it")
        if message:
            was, now = status_name(before), status_name(after)
            yield step.found(change, message, from_=was, to=now, action=action_name(action or ""))


def lacks(
    asked: Sequence[Requirement], change: Change, who: Who, settings: Data | None
) -> dict[Requirement, str]:
    """Return what a closing lacks of what is asked, each with a sentence that has room for `{id}`; a signature is not tried."""
    told = [each for each in entries(change.new, "progress") if (word(each, "text") or "").strip()]
    evidence = [list(proofs_of(each)) for each in told]
    by_one = [each for each in asked if each != "second_person"]
    lacking = missing(by_one, change.statuses[0], evidence, closer=(), applicants=())
    found = {each: language.gettext(_LACKS[each][0]) for each in lacking}
    said = (is_one_person(each, who, settings) for each in change.applicants or (None,))
    if "second_person" in asked and (why := next(filter(None, said), "")):
        found["second_person"] = why
    return found


def _closed_without(requirement: Requirement) -> Check[HistoryPlace]:
    """Make the check that what is closed has one thing that the policy asks."""

    def check(step: Step) -> Broken[HistoryPlace]:
        for change in step.closings:
            if said := lacks(step.requires, change, Who.of(step.commit), step.settings).get(requirement):
                yield step.found(change, said)

    return check


_LACKS: Final[dict[Requirement, tuple[str, str]]] = {
    "progress": (
        mark("{id} was closed without a progress entry, which the policy asked"),
        "2.3 is closed in a commit before which, and in which, it has no progress entry, while `close_requires` names `progress`.",
    ),
    "evidence": (
        mark("{id} was closed without evidence, which the policy asked"),
        "No entry of 2.3 names evidence when it is closed, while `close_requires` names `evidence`.",
    ),
    "submission": (
        mark("{id} was closed without an application, which the policy asked"),
        "2.3 is closed out of `in_progress`, while `close_requires` names `submission`.",
    ),
    "second_person": (
        "",  # `is_one_person` says why
        "The author of the commit that closes 2.3, or its committer, is the one who applied for it, by all addresses of `people` or by the account of the desk; or has no address; or nobody applied; while `close_requires` names `second_person`. Who applied is told by the history alone: after a merge, by the application that no side had gone beyond; of two that did not know of each other, both count.",
    ),
}
"""By what the policy may ask: what is said where it is lacking, and how that is seen."""
for _requirement, (_said, _wrong) in _LACKS.items():
    RULES.declare(
        f"close-requires-{_requirement}".replace("_", "-"),
        why="A measure was closed without what the policy in force at that commit asks.",
        wrong=_wrong,
        scope=LENIENT,
        check=_closed_without(_requirement),
    )


@RULES.rule(
    "policy-weakened",
    "warning",
    why="Less is asked before a measure may be closed than was asked before; what is closed afterwards is measured by that.",
    wrong="A commit takes `second_person` out of `policy.close_requires`; or `review_every_days` is more than it was, or `due_soon_days` less.",
)
def policy_weakened(step: Step) -> Broken[HistoryPlace]:
    """Find what the policy no longer asks."""
    for change in step.changes:
        if change.path != LEDGER_FILE or change.old is None or change.new is None:
            continue
        if gone := [each for each in requires(change.old) if each not in requires(change.new)]:
            yield step.at(change), no_longer_asked(gone), ""
        for key, usual, sign in _DAYS:
            old, new = (_days(data, key, usual) for data in (change.old, change.new))
            if (new - old) * sign > 0:
                message = _(
                    "`{key}` of the policy was {old} and is {new}: what is due is shown later, or not at all"
                )
                yield step.found(change, message, key=key, old=old, new=new)


_DAYS: Final = (("review_every_days", 180, 1), ("due_soon_days", 14, -1))
"""The spans of the policy, in days, each with the usual one, and in which direction it is loosened."""


def _days(settings: Data, key: str, usual: int) -> int:
    days = mapping(settings, "policy").get(key, usual)
    return days if isinstance(days, int) else usual


def no_longer_asked(gone: Iterable[str]) -> str:
    """Say that the policy asks less than before."""
    return _("the policy no longer asks {names} before a measure may be closed").format(names=in_code(gone))


DODGED = RULES.declare(
    "policy-dodged",
    "warning",
    why="A measure was closed while the policy asked less for a few days, or where its tightening was not known yet; under the stricter one it would have been refused.",
    wrong="`second_person` is taken out of the policy, and within a week 2.3 is closed by one person, or later, and within two months it is asked again; or 2.3 is closed so on a branch that left before `second_person` was asked.",
)


def asked_until_shortly_before(step: Step) -> set[Requirement]:
    """Return what the policy asked before it was loosened, if that was a few days before."""
    since, asked = step.loosened
    return {*asked} if step.commit.moment_committed - since <= _FEW_DAYS else set()


def dodged(step: Step, asked: set[Requirement], again: Step | None = None) -> Findings:
    """Yield the closings of a commit that lack what the policy had asked before; from another commit on it may ask that again."""
    for change in step.closings if asked else ():
        if lacking := lacks(sorted(asked), change, Who.of(step.commit), step.settings):
            message = _("{id} was closed without {names}, which the policy had asked until shortly before")
            if again:
                message = _(
                    "{id} was closed without {names}, which the policy had asked before, and asks again since {day}"
                )
            day = again.commit.day if again else ""
            said = message.format(id=change.id, names=in_code(sorted(lacking)), day=day)
            yield DODGED.at(step.at(change), said)
