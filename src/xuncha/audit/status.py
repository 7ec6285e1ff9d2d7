"""Checks that a measure went through the workflow step by step, and was closed with all that the policy required, signatures included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from xuncha import language
from xuncha.audit.catalogue import LENIENT, RULES, Findings, HistoryPlace
from xuncha.audit.facts import Data, entries, mapping, number_of, proofs_of, quoted, required_by, text_of
from xuncha.audit.graph import Step
from xuncha.audit.joining import Joining
from xuncha.audit.people import one_person_message
from xuncha.audit.replayed import Actor, Change, State
from xuncha.catalogue import Check, Violations
from xuncha.chinese.characters import is_blank
from xuncha.language import gettext as _
from xuncha.language import mark
from xuncha.model.identity import LEDGER_FILE
from xuncha.model.vocabulary import Requirement, action_name, status_name
from xuncha.workflow.close import unmet_requirements
from xuncha.workflow.verbs import VERBS

_LOOSENED_RECENTLY: Final = 7 * 86_400
"""Seconds after a loosening of the policy in which a closing is still compared with the stricter one."""
REVOKED_SOON: Final = 60 * 86_400
"""Seconds for which a loosening must last to count as meant; if it is revoked sooner, closings in between are reported."""


@RULES.rule(
    "status-jump",
    why="A measure goes through the workflow step by step; a status that has skipped a step claims something that no one has done.",
    wrong="2.3 goes from `not_started` to `closed` in one commit.",
    scope=LENIENT,
)
def status_jump(step: Step) -> Violations[HistoryPlace]:
    """Find changes of status that the workflow does not allow."""
    action, verb = step.commit.trailers.action, step.verb
    verbs = [verb] if verb else list(VERBS.values())  # a change by hand may do what any verb does
    for change in step.measures:
        before, after = change.statuses
        message = ""
        if change.before is None:
            # `add` enters measures that are not started; a change by hand also those in progress.
            first_statuses = {"not_started"} if action == "add" else {"not_started", "in_progress"}
            if action != "import" and after not in first_statuses:
                message = _("{id} was entered as {to}")
        elif before != after:
            if not any((before, after) in each.transitions.items() for each in verbs):
                message = _("the status of {id} jumped from {from_} to {to}")
        elif verb and before not in verb.transitions:
            message = _("{id} is {to}, so `{action}` is not allowed")
        if message:
            old_name, new_name = status_name(before), status_name(after)
            yield step.report(change, message, from_=old_name, to=new_name, action=action_name(action or ""))


def unmet(
    required: Sequence[Requirement], change: Change, closer: Actor, settings: Data | None
) -> dict[Requirement, str]:
    """Return the requirements that a closing does not meet, each with a message that contains `{id}`; signatures are not checked here."""
    written = [each for each in entries(change.new, "progress") if not is_blank(text_of(each, "text") or "")]
    evidence = [[proof for proof in proofs_of(each) if not is_blank(str(proof))] for each in written]
    other_requirements = [each for each in required if each != "second_person"]
    lacking = unmet_requirements(other_requirements, change.statuses[0], evidence)
    messages = {each: language.gettext(_UNMET[each][0]) for each in lacking}
    reasons = (one_person_message(each, closer, settings) for each in change.applicants or (None,))
    if "second_person" in required and (message := next(filter(None, reasons), "")):
        messages["second_person"] = message
    return messages


def _requirement_check(requirement: Requirement) -> Check[HistoryPlace]:
    """Make the check that a closing meets one requirement of the policy."""

    def check(step: Step) -> Violations[HistoryPlace]:
        for change in step.closings:
            lacking = unmet(step.required, change, Actor.from_commit(step.commit), step.settings)
            if message := lacking.get(requirement):
                yield step.report(change, message)

    return check


_UNMET: Final[dict[Requirement, tuple[str, str]]] = {
    "progress": (
        mark("{id} was closed without a progress entry, which the policy required"),
        "2.3 is closed without a progress entry in that commit or before it, while `close_requires` names `progress`.",
    ),
    "evidence": (
        mark("{id} was closed without evidence, which the policy required"),
        "No entry of 2.3 names evidence when it is closed, while `close_requires` names `evidence`.",
    ),
    "submission": (
        mark("{id} was closed without an application, which the policy required"),
        "2.3 is closed directly from `in_progress`, while `close_requires` names `submission`.",
    ),
    "second_person": (
        "",  # the message comes from `one_person_message`
        "The author or the committer of the commit that closes 2.3 is the applicant, judged by all addresses in `people` or by the account of the desk; or has no address; or no one applied; while `close_requires` names `second_person`. Only the history shows who applied: after a merge, the application that neither side had moved beyond counts; of two that did not know of each other, both count.",
    ),
}
"""For each requirement of the policy: the message if it is not met, and the description of such a case."""
for _requirement, (_unmet_message, _wrong) in _UNMET.items():
    RULES.declare(
        f"close-requires-{_requirement}".replace("_", "-"),
        why="A measure was closed without what the policy in force at that commit requires.",
        wrong=_wrong,
        scope=LENIENT,
        check=_requirement_check(_requirement),
    )


@RULES.rule(
    "policy-weakened",
    "warning",
    why="Closing a measure now requires less than before; later closings are checked against that.",
    wrong="A commit removes `second_person` from `policy.close_requires`, increases `review_every_days`, or decreases `due_soon_days`.",
)
def policy_weakened(step: Step) -> Violations[HistoryPlace]:
    """Find requirements that the policy drops, and spans of days that it loosens."""
    for change in step.settings_edits:
        if dropped := [name for name in required_by(change.old) if name not in required_by(change.new)]:
            yield step.at(change), weakened_message(dropped), ""
        for key, default, sign in _POLICY_DAYS:
            old, new = (_policy_days(data, key, default) for data in (change.old, change.new))
            if (new - old) * sign > 0:
                message = _(
                    "`{key}` of the policy changed from {old} to {new}: what is due is shown later, or not at all"
                )
                yield step.report(change, message, key=key, old=old, new=new)


_POLICY_DAYS: Final = (("review_every_days", 180, 1), ("due_soon_days", 14, -1))
"""The spans of the policy in days: key, default, and the direction that loosens it (1: more days, -1: fewer)."""


def _policy_days(settings: Data | None, key: str, default: int) -> int:
    days = mapping(settings, "policy").get(key, default)
    return days if isinstance(days, int) else default


def weakened_message(lost: Iterable[str]) -> str:
    """Return the message that the policy requires less than before."""
    message = _("the policy no longer requires {names} before a measure may be closed")
    return message.format(names=quoted(lost))


DODGED = RULES.declare(
    "policy-dodged",
    "warning",
    why="A measure was closed while the policy required less for a few days, or where a stricter policy was not known yet; the "
    "stricter policy would have refused it.",
    wrong="`second_person` is removed from the policy, and 2.3 is closed by one person within a week, or later if `second_person` is "
    "required again within two months; or 2.3 is closed in this way on a branch that split off before `second_person` was "
    "required.",
)


def recently_required(step: Step) -> set[Requirement]:
    """Return what the policy required before it was loosened, if that was at most a week ago."""
    loosened, required = step.last_loosening
    return {*required} if step.commit.moment_committed - loosened <= _LOOSENED_RECENTLY else set()


def check_recent_policy(step: Step, required: set[Requirement], restoring: Step | None = None) -> Findings:
    """Yield the closings of a commit that lack what the policy had required before; `restoring` is the commit that requires it again, if any."""
    for change in step.closings if required else ():
        if lacking := unmet(sorted(required), change, Actor.from_commit(step.commit), step.settings):
            message = _("{id} was closed without {names}, which the policy had required until shortly before")
            if restoring:
                message = _(
                    "{id} was closed without {names}, which the policy had required before and has required again since {day}"
                )
            day = restoring.commit.day if restoring else ""
            text = message.format(id=change.id, names=quoted(sorted(lacking)), day=day)
            yield DODGED.finding(step.at(change), text)


def check_policies(
    joining: Joining, bases: Sequence[State], required_at: Mapping[str, Sequence[Requirement]]
) -> Findings:
    """Yield the requirements that a merge drops, and the closings of one side that lack what another side required already.

    A closing is compared with the policy at that closing (`required_at`, by commit), because the side may have tightened its own since.
    Closings that another side requires to be signed are passed to the signers.
    """
    graph, files, result = joining.graph, joining.graph.files, joining.result
    states = (*bases, *(side.state for side in joining.sides), result)
    required = [required_by(files.record(each.get(LEDGER_FILE))) for each in states]
    base, side_requirements, merged = required[: len(bases)], required[len(bases) : -1], required[-1]
    common = {name for each in base for name in each}
    if lost := [name for name in dict.fromkeys(sum(side_requirements, ())) if name not in {*common, *merged}]:
        place = HistoryPlace.at(joining.commit, LEDGER_FILE)
        yield RULES["policy-weakened"].finding(place, weakened_message(lost))
    settings = files.record(result.get(LEDGER_FILE))
    for index, (part, own_names) in enumerate(zip(joining.contributions, side_requirements, strict=True)):
        elsewhere = {name for place, each in enumerate(side_requirements) if place != index for name in each}
        new = [name for name in merged if name in elsewhere or name not in own_names]
        deciding = graph.newest(part.own & graph.deciding if new else 0)
        changes = (each for place in deciding for each in graph.changes[place])
        closed = (each.path for each in changes if each.statuses[1] == "closed")
        for path in dict.fromkeys(closed):
            version, common_version = part.side.state.get(path), bases[0].get(path)
            closer = version.closer if version else None
            if version is None or closer is None or (common_version and common_version.closer == closer):
                continue
            number, data = number_of(path), files.record(version)
            statuses = ("submitted" if version.applicants else "in_progress", "closed")
            change = Change(path, number, version, version, {}, data, statuses)
            missing = [name for name in new if name not in required_at.get(closer.commit, own_names)]
            place = HistoryPlace(closer.commit, closer.name, closer.day, path, number)
            if "signed_commit" in missing:
                joining.signers.require(closer, settings, place, lenient=True)
            if lacking := unmet(missing, change, closer, settings):
                message = _("{id} was closed without {names}, which another branch already required")
                yield DODGED.finding(place, message.format(id=number, names=quoted(sorted(lacking))))
