"""Checks that a measure went through the workflow step by step, and was closed with all that the policy required, signatures included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from xuncha import language
from xuncha.audit.catalogue import LENIENT, RULES, Findings, HistoryPlace
from xuncha.audit.facts import entries, mapping, proofs_of, quoted, required_by, text_of
from xuncha.audit.graph import Graph, Step
from xuncha.audit.joining import Joining
from xuncha.audit.people import Signers, is_one_person
from xuncha.audit.replayed import Actor, Change
from xuncha.catalogue import Check, Violations
from xuncha.chinese.characters import is_blank
from xuncha.language import gettext as _
from xuncha.language import mark
from xuncha.model.identity import LEDGER_FILE
from xuncha.model.vocabulary import Requirement, action_name, status_name
from xuncha.store.reading import Data
from xuncha.trail.replay import Commit
from xuncha.workflow.close import unmet_requirements
from xuncha.workflow.verbs import VERBS

_LOOSENED_RECENTLY: Final = 7 * 86_400
"""Seconds after a loosening of the policy in which a closing is still compared with the stricter one."""
_REVOKED_SOON: Final = 60 * 86_400
"""Seconds for which a loosening must last to count as meant; if it is revoked sooner, later closings are compared with the stricter policy, too."""


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
) -> list[Requirement]:
    """Return the requirements that a closing does not meet; signatures are not checked here."""
    written = [each for each in entries(change.new, "progress") if not is_blank(text_of(each, "text") or "")]
    evidence = [[proof for proof in proofs_of(each) if not is_blank(str(proof))] for each in written]
    applicants = change.applicants or (None,)
    return unmet_requirements(
        required,
        change.statuses[0],
        evidence,
        lambda: not any(is_one_person(each, closer, settings) for each in applicants),
    )


def _requirement_check(requirement: Requirement) -> Check[HistoryPlace]:
    """Make the check that a closing meets one requirement of the policy."""

    def check(step: Step) -> Violations[HistoryPlace]:
        for change in step.closings:
            if requirement in unmet(step.required, change, Actor.from_commit(step.commit), step.settings):
                yield step.report(change, language.gettext(_UNMET[requirement][0]))

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
        mark(
            "{id} was closed by the applicant, without an application, or by someone without an address; the policy required two persons"
        ),
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
            message = _("the policy no longer requires {names} before a measure may be closed")
            yield step.report(change, message, names=quoted(dropped))
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


DODGED = RULES.declare(
    "policy-dodged",
    "warning",
    why="A measure was closed soon after the policy had been loosened, or where a stricter policy was not known yet; the stricter policy "
    "would have refused it.",
    wrong="`second_person` is removed from the policy, and 2.3 is closed by one person within a week, or later if `second_person` is "
    "required again within two months; or 2.3 is closed in this way on a branch that split off before `second_person` was required.",
)


def dropped_requirements(step: Step) -> dict[Requirement, int]:
    """Return what a commit drops from the policy, each with the moment of the commit."""
    kept = {name for change in step.settings_edits for name in required_by(change.new)}
    dropped = {*step.required} - kept if step.settings_edits else ()
    return dict.fromkeys(dropped, step.commit.moment_committed)


def recently_required(step: Step, seconds: int = _LOOSENED_RECENTLY) -> set[Requirement]:
    """Return the requirements that were dropped from the policy in the seconds before a commit, and not restored before it."""
    since = step.commit.moment_committed - seconds
    return {name for name, moment in step.node.dropped.items() if moment >= since} - {*step.required}


class Closing(NamedTuple):
    """A commit that closed measures, with those attributes of its `Step` that later checks need."""

    commit: Commit
    closings: list[Change]
    settings: Data | None
    required: tuple[Requirement, ...]


class Closings:
    """The commits that closed measures, for checks against a policy that only other commits show."""

    def __init__(self, graph: Graph, signers: Signers) -> None:
        self._graph = graph
        self._signers = signers
        self._by_commit: dict[str, Closing] = {}

    def add(self, step: Step) -> None:
        """Record the closings of a commit: which must be signed, and whether the persons are known only from the commits' own claims."""
        if not step.closings:
            return
        signers = self._signers
        self._by_commit[step.commit.hash] = Closing(step.commit, step.closings, step.settings, step.required)
        needs_signature = "signed_commit" in step.required
        for change in step.closings if "second_person" in step.required else ():
            signed = all(who.commit in signers.signed_commits for who in change.applicants)
            signers.relies_on_claims |= not (needs_signature and change.applicants and signed)
            for applicant in change.applicants if needs_signature else ():
                message = _(
                    "closing {id} was applied for in the name of {name}, who did not sign this, but usually signs"
                )
                text = message.format(id=change.id, name=applicant.name)
                finding = RULES["second-person-doubtful"].finding(step.at(change), text)
                signers.add_claims(applicant, step.settings, [finding])
        if needs_signature:
            self._require_signature(step, lenient=False)

    def _require_signature(self, closing: Closing | Step, *, lenient: bool) -> None:
        actor = Actor.from_commit(closing.commit)
        for change in closing.closings:
            is_lenient = lenient or (closing.commit.trailers.action == "import" and change.before is None)
            place = HistoryPlace.at(closing.commit, change.path, change.id)
            self._signers.require(actor, closing.settings, place, lenient=is_lenient)

    def check(self, closing: Closing | Step, stricter: set[Requirement]) -> Findings:
        """Yield the closings that lack what a stricter policy required. For a signature, only record it: `Signers.findings` checks that."""
        for change in closing.closings if stricter else ():
            actor = Actor.from_commit(closing.commit)
            if lacking := unmet(sorted(stricter), change, actor, closing.settings):
                message = _(
                    "{id} was closed without {names}, which the policy required shortly before, or on another branch"
                )
                place = HistoryPlace.at(closing.commit, change.path, change.id)
                yield DODGED.finding(place, message.format(id=change.id, names=quoted(lacking)))
        if "signed_commit" in stricter:
            self._require_signature(closing, lenient=True)

    def check_revoked(self, step: Step) -> Findings:
        """Yield the closings that lack a requirement which was dropped before them and is soon restored; those within a week of the drop were checked at once."""
        required = {name for change in step.settings_edits for name in required_by(change.new)}
        restored = required & recently_required(step, _REVOKED_SOON)
        for closing in self._by_commit.values() if restored else ():
            since = closing.commit.moment_committed - _LOOSENED_RECENTLY
            stricter = {each for each in restored if step.node.dropped[each] < since} - {*closing.required}
            if step.has_ancestor(closing.commit.hash) and closing.commit.hash not in self._graph.undone:
                yield from self.check(closing, stricter)

    def check_sides(self, joining: Joining) -> Findings:
        """Yield the closings of one side of a merge that lack what another side, and still the merge, requires."""
        policies = [{*required_by(part.settings)} for part in joining.contributions]
        # What the merge no longer requires was dropped on purpose: the other side had only not heard of it yet.
        kept = {*required_by(self._graph.files.record(joining.result.get(LEDGER_FILE)))}
        for index, part in enumerate(joining.contributions):
            elsewhere = kept & set[Requirement]().union(*policies[:index], *policies[index + 1 :])
            for place in self._graph.newest(part.own & self._graph.deciding):
                closing = self._by_commit.get(self._graph.commits[place].hash)
                if closing and closing.commit.hash not in self._graph.undone:
                    yield from self.check(closing, elsewhere - {*closing.required})
