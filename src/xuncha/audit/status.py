"""Whether a measure went through the workflow step by step, and was closed with what the policy asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from xuncha import language
from xuncha.audit.catalogue import LENIENT, RULES
from xuncha.audit.record import entries, in_code, proofs_of, requires, word
from xuncha.language import gettext as _
from xuncha.language import mark
from xuncha.model.identity import LEDGER_FILE
from xuncha.model.vocabulary import status_name
from xuncha.workflow.close import missing
from xuncha.workflow.verbs import VERBS

if TYPE_CHECKING:
    from xuncha.audit.catalogue import HistoryPlace
    from xuncha.audit.replayed import Change, Step
    from xuncha.catalogue import Broken, Check
    from xuncha.model.vocabulary import Requirement


@RULES.rule(
    "status-jump",
    why=mark(
        "A measure goes through the workflow step by step; a status that has skipped a step says something that nobody has done."
    ),
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
            if action != "import" and not _may_begin(action, after):
                message = _("{id} was entered as {to}")
        elif before != after:
            if not any((before, after) in each.transitions.items() for each in verbs):
                message = _("the status of {id} jumped from {from_} to {to}")
        elif verb and before not in verb.transitions:
            message = _("`{action}` is not open to {id}, which is {to}")
        if message:
            names = {"from_": status_name(before), "to": status_name(after)}
            yield step.at(change), message.format(id=change.id, action=action, **names), ""


def _may_begin(action: str, status: str | None) -> bool:
    """Return whether a measure may be entered in a status: `add` enters what is not started, a hand also what is under way."""
    return status == "not_started" or (status == "in_progress" and action != "add")


def closings(step: Step) -> Iterator[Change]:
    """Yield the measures that a commit closes."""
    for change in step.measures:
        before, after = change.statuses
        if after == "closed" != before:
            yield change


def _closed_without(requirement: Requirement, message: str) -> Check[HistoryPlace]:
    """Make the check that what is closed has one thing that the policy asks."""

    def check(step: Step) -> Broken[HistoryPlace]:
        for change in closings(step):
            lacking = missing(
                step.requires,
                change.statuses[0],
                [list(proofs_of(entry)) for entry in entries(change.new, "progress") if word(entry, "text")],
                closer=step.commit.email,
                submitter=change.before.submitter if change.before else None,
            )
            if requirement in lacking:
                yield step.at(change), language.gettext(message).format(id=change.id), ""

    return check


_LACKS: dict[Requirement, tuple[str, str]] = {
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
        mark(
            "{id} was closed by the one who had applied for it, or nobody had; the policy asked two persons"
        ),
        (
            "The author of the commit that closes 2.3 is the one who applied for it, or nobody applied, while "
            "`close_requires` names `second_person`. Who applied is told by the history alone."
        ),
    ),
}
for _requirement, (_message, _wrong) in _LACKS.items():
    RULES.declare(
        f"close-requires-{_requirement}".replace("_", "-"),
        why=mark("A measure was closed without what the policy in force at that commit asks."),
        wrong=_wrong,
        scope=LENIENT,
        check=_closed_without(_requirement, _message),
    )


@RULES.rule(
    "policy-weakened",
    "warning",
    why=mark(
        "Less is asked before a measure may be closed than was asked before; what is closed afterwards is measured by that."
    ),
    wrong="A commit takes `second_person` out of `policy.close_requires`.",
)
def policy_weakened(step: Step) -> Broken[HistoryPlace]:
    """Find what the policy no longer asks."""
    for change in step.changes:
        if change.path == LEDGER_FILE and change.old is not None and change.new is not None:
            gone = [each for each in requires(change.old) if each not in requires(change.new)]
            if gone:
                yield (
                    step.at(change),
                    _("the policy no longer asks {names} before a measure may be closed").format(
                        names=in_code(gone)
                    ),
                    "",
                )
