"""Whether a measure went through the workflow step by step, and was closed with what the policy asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from xuncha.audit.catalogue import Broken, check, declare
from xuncha.audit.record import entries, proofs_of, requires, word
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE
from xuncha.model.vocabulary import status_name
from xuncha.workflow.transitions import TRANSITIONS, missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xuncha.audit.replayed import Change, Step
    from xuncha.model.vocabulary import Requirement

declare(
    "status-jump",
    why=lambda: _(
        "A measure goes through the workflow step by step; a status that has skipped a step says something that nobody has done."
    ),
    seen="2.3 goes from `not_started` to `closed` in one commit.",
    lenient=True,
)
_LACKS = {
    "progress": "2.3 is closed in a commit before which, and in which, it has no progress entry, while `close_requires` names `progress`.",
    "evidence": "No entry of 2.3 names evidence when it is closed, while `close_requires` names `evidence`.",
    "submission": "2.3 is closed out of `in_progress`, while `close_requires` names `submission`.",
    "second_person": "The author of the commit that closes 2.3 is the one who applied for it, or nobody applied, while "
    "`close_requires` names `second_person`. Who applied is told by the history alone.",
}
for _requirement, _seen in _LACKS.items():
    declare(
        f"close-requires-{_requirement}".replace("_", "-"),
        why=lambda: _("A measure was closed without what the policy in force at that commit asks."),
        seen=_seen,
        lenient=True,
    )
declare(
    "policy-weakened",
    severity="warning",
    why=lambda: _(
        "Less is asked before a measure may be closed than was asked before; what is closed afterwards is measured by that."
    ),
    seen="A commit takes `second_person` out of `policy.close_requires`.",
)


@check
def status_jump(step: Step) -> Iterator[Broken]:
    """Each status leads to the next one as the workflow has it."""
    action = step.commit.trailers.action
    for change in step.changes:
        if not change.is_measure or change.new is None or (action == "import" and change.before is None):
            continue
        before, after = word(change.old, "status"), word(change.new, "status")
        if change.before is None:
            if not _may_begin(action, after):
                yield _jump(change, _("{id} was entered as {to}").format(id=change.id, to=status_name(after)))
        elif before != after:
            if not _leads(action, before, after):
                yield _jump(
                    change,
                    _("the status of {id} jumped from {from_} to {to}").format(
                        id=change.id, from_=status_name(before), to=status_name(after)
                    ),
                )
        elif action in TRANSITIONS and before not in TRANSITIONS[action].sources:
            yield _jump(
                change,
                _("`{action}` is not open to {id}, which is {to}").format(
                    action=action, id=change.id, to=status_name(after)
                ),
            )


def _jump(change: Change, message: str) -> Broken:
    return Broken("status-jump", message, change.path, change.id)


def _may_begin(action: str, status: str | None) -> bool:
    """Whether a measure may be entered in a status: `add` enters what is not started, a hand also what is under way."""
    return status == "not_started" or (status == "in_progress" and action != "add")


def _leads(action: str, before: str | None, after: str | None) -> bool:
    """Whether an action leads from a status to another; a hand may do what any of the actions does."""
    known = {name: each for name, each in TRANSITIONS.items() if name == action} or TRANSITIONS
    return any(
        before in each.sources
        and after
        == (
            each.target
            or ("in_progress" if name in {"progress", "attach"} and before == "not_started" else before)
        )
        for name, each in known.items()
    )


@check
def closed_without(step: Step) -> Iterator[Broken]:
    """What is closed has what the policy in force asks."""
    for change in closings(step):
        measure = _as_it_stood(change)
        submitter = change.before.submitter if change.before else None
        for lacking in missing(step.requires, measure, closer=step.commit.email, submitter=submitter):
            yield Broken(
                f"close-requires-{lacking}".replace("_", "-"),
                _lacks(lacking, change.id),
                change.path,
                change.id,
            )


class _Entry(NamedTuple):
    """What is asked of an entry."""

    evidence: list[object]


class _Asked(NamedTuple):
    """What is asked of a measure that is to be closed. No model: an audit would wait for pydantic longer than for git."""

    progress: list[_Entry]
    status: str | None


def _as_it_stood(change: Change) -> _Asked:
    """A measure as it was closed, with the status that it had before."""
    listed = [
        _Entry(sorted(proofs_of(entry), key=str))
        for entry in entries(change.new, "progress")
        if word(entry, "text")
    ]
    return _Asked(listed, word(change.old, "status"))


def closings(step: Step) -> Iterator[Change]:
    """The measures that a commit closes."""
    for change in step.changes:
        if (
            change.is_measure
            and word(change.new, "status") == "closed"
            and word(change.old, "status") != "closed"
        ):
            yield change


def _lacks(requirement: Requirement, identity: str) -> str:
    return {
        "progress": _("{id} was closed without a progress entry, which the policy asked"),
        "evidence": _("{id} was closed without evidence, which the policy asked"),
        "submission": _("{id} was closed without an application, which the policy asked"),
        "second_person": _(
            "{id} was closed by the one who had applied for it, or nobody had; the policy asked two persons"
        ),
    }[requirement].format(id=identity)


@check
def policy_weakened(step: Step) -> Iterator[Broken]:
    """What the policy asks is not taken out unnoticed."""
    for change in step.changes:
        if change.path == LEDGER_FILE and change.old is not None and change.new is not None:
            gone = [each for each in requires(change.old) if each not in requires(change.new)]
            if gone:
                yield Broken(
                    "policy-weakened",
                    _("the policy no longer asks {names} before a measure may be closed").format(
                        names=_(", ").join(f"`{name}`" for name in gone)
                    ),
                    change.path,
                )
