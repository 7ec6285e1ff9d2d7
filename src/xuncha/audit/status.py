"""Whether a measure went through the workflow step by step, and was closed with what the policy asked, be it a signature."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from xuncha import language
from xuncha.audit.catalogue import LENIENT, RULES
from xuncha.audit.replayed import entries, in_code, proofs_of, requires, word
from xuncha.language import gettext as _
from xuncha.language import mark
from xuncha.model.identity import LEDGER_FILE
from xuncha.model.vocabulary import action_name, status_name
from xuncha.trail.replay import signatures
from xuncha.workflow.close import missing
from xuncha.workflow.verbs import VERBS

if TYPE_CHECKING:
    from xuncha.audit.catalogue import HistoryPlace
    from xuncha.audit.replayed import Change, Step
    from xuncha.catalogue import Broken, Check
    from xuncha.model.vocabulary import Requirement


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
            names = {"from_": status_name(before), "to": status_name(after)}
            yield step.at(change), message.format(id=change.id, action=action_name(action or ""), **names), ""


def closings(step: Step) -> list[Change]:
    """Return the changes by which a commit closes measures."""
    return [each for each in step.measures if each.statuses[1] == "closed" != each.statuses[0]]


def _closed_without(requirement: Requirement, message: str) -> Check[HistoryPlace]:
    """Make the check that what is closed has one thing that the policy asks."""

    def check(step: Step) -> Broken[HistoryPlace]:
        for change in closings(step):
            lacking = missing(
                step.requires,
                change.statuses[0],
                [list(proofs_of(entry)) for entry in entries(change.new, "progress") if word(entry, "text")],
                closer=step.author if "second_person" in step.requires else (),
                submitter=change.before.submitter if change.before else None,
            )
            if requirement in lacking:
                yield step.at(change), language.gettext(message).format(id=change.id), ""

    return check


_LACKS: tuple[tuple[Requirement, str, str], ...] = (
    (
        "progress",
        mark("{id} was closed without a progress entry, which the policy asked"),
        "2.3 is closed in a commit before which, and in which, it has no progress entry, while `close_requires` names `progress`.",
    ),
    (
        "evidence",
        mark("{id} was closed without evidence, which the policy asked"),
        "No entry of 2.3 names evidence when it is closed, while `close_requires` names `evidence`.",
    ),
    (
        "submission",
        mark("{id} was closed without an application, which the policy asked"),
        "2.3 is closed out of `in_progress`, while `close_requires` names `submission`.",
    ),
    (
        "second_person",
        mark(
            "{id} was closed by the one who had applied for it, or nobody had; the policy asked two persons"
        ),
        "The author of the commit that closes 2.3 is the one who applied for it, or nobody applied, while `close_requires` names `second_person`. Who applied is told by the history alone.",
    ),
)
for _requirement, _message, _wrong in _LACKS:
    RULES.declare(
        f"close-requires-{_requirement}".replace("_", "-"),
        why="A measure was closed without what the policy in force at that commit asks.",
        wrong=_wrong,
        scope=LENIENT,
        check=_closed_without(_requirement, _message),
    )


UNSIGNED = RULES.declare(
    "close-requires-signed-commit",
    why="The policy in force asked that who closes a measure signs, and there is no signature that git takes for good.",
    wrong="2.3 is closed in a commit that is not signed, or by a key that is not in `allowed_signers`, while `close_requires` names "
    "`signed_commit`. To be tried, signatures need `git config --global gpg.ssh.allowedSignersFile FILE`.",
    scope=LENIENT,
)


def unsigned(root: Path, commits: Iterable[str]) -> dict[str, str]:
    """Return the commits whose signature git does not take for good, each with a sentence that has room for `{id}`."""
    found = {}
    for commit, signature in signatures(root, commits).items():
        match signature.verdict:
            case "G" | "X" | "Y":  # good; or good when it was made
                continue
            case "U" if not signature.ssh:
                continue
            case _any if not signature.there:
                said = _("{id} was closed in a commit that is not signed, which the policy asked")
            case "B":
                said = _("{id} was closed in a commit whose signature is wrong")
            case "U" | "R":
                said = _("{id} was closed in a commit that is signed by a key outside allowed_signers")
            case _other:
                said = _(
                    "{id} was closed in a commit whose signature cannot be verified here: see git config --global gpg.ssh.allowedSignersFile"
                )
        found[commit] = said
    return found


@RULES.rule(
    "policy-weakened",
    "warning",
    why="Less is asked before a measure may be closed than was asked before; what is closed afterwards is measured by that.",
    wrong="A commit takes `second_person` out of `policy.close_requires`.",
)
def policy_weakened(step: Step) -> Broken[HistoryPlace]:
    """Find what the policy no longer asks."""
    for change in step.changes:
        if change.path != LEDGER_FILE or change.old is None or change.new is None:
            continue
        if gone := [each for each in requires(change.old) if each not in requires(change.new)]:
            message = _("the policy no longer asks {names} before a measure may be closed")
            yield step.at(change), message.format(names=in_code(gone)), ""
