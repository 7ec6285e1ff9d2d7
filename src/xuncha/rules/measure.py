"""The rules of one measure, checked in its surroundings: its problem, the settings, and its evidence files."""

from __future__ import annotations

from collections.abc import Iterator

from xuncha.catalogue import Violations
from xuncha.errors import Finding
from xuncha.language import gettext as _
from xuncha.model.identity import EVIDENCE
from xuncha.model.names import key_name
from xuncha.model.records import EvidenceFile, Measure
from xuncha.rules.catalogue import RULES, Location, RuleContext, broken_rules, record_rules
from xuncha.rules.fields import field_of_measure
from xuncha.rules.names import unlisted


@RULES.rule("unknown-leader",
    why="Only leaders listed in data/ledger.yaml answer for measures, so that each person has one spelling.",
    wrong="leader: 分管付局长", right="leader: 分管副局长",
)  # fmt: skip
def unknown_leader(measure: Measure, context: RuleContext) -> Violations[Location]:
    names: list[tuple[Location, str]] = [(("leader",), measure.leader)] if measure.leader else []
    if measure.escalated:
        names.append((("escalated", "to"), measure.escalated.to))
    return unlisted(names, context.frame.leaders, "leaders")


@RULES.rule("unknown-office",
    why="Only offices listed in data/ledger.yaml do the work, so that each office has one spelling.",
    wrong="office: 规化科", right="office: 规划科",
)  # fmt: skip
def unknown_office(measure: Measure, context: RuleContext) -> Violations[Location]:
    names: list[tuple[Location, str]] = [(("office",), measure.office)] if measure.office else []
    names += [(("co_offices", place), name) for place, name in enumerate(measure.co_offices)]
    return unlisted(names, context.frame.offices, "offices")


@RULES.rule("unknown-outcome",
    why="An outcome is counted under a key of data/ledger.yaml.",
    wrong="outcomes: {rule: 1}", right="outcomes: {rules: 1}",
)  # fmt: skip
def unknown_outcome(measure: Measure, context: RuleContext) -> Violations[Location]:
    names = [(("outcomes", key), key) for key in measure.outcomes]
    return unlisted(names, context.frame.outcomes, "outcomes")


@RULES.rule("not-assigned", "warning",
    why="Until an open measure has a leader, an office and a time limit, no one can be urged to do it.",
    wrong="office:", right="office: 规划科",
)  # fmt: skip
def not_assigned(measure: Measure, context: RuleContext) -> Violations[Location]:
    if measure.status == "closed":
        return
    required = ("leader", "office", "due") if measure.term == "once" else ("leader", "office")
    lacking = [key for key in required if getattr(measure, key) is None]
    if lacking:
        options = " ".join(f"--{key} …" for key in lacking)
        hint = _("type: xuncha set {id} {options}", id=context.identity, options=options)
        names = _(", ").join(map(key_name, lacking))
        yield (lacking[0],), _("not assigned yet: {what} not given", what=names), hint


@RULES.rule("due-before-feedback", "warning",
    why="A time limit before the feedback is right if the problem was rectified during the inspection; otherwise it is often a typo.",
    wrong="due: 2023-01-01", right="due: 2024-12-31",
)  # fmt: skip
def due_before_feedback(measure: Measure, context: RuleContext) -> Violations[Location]:
    feedback = context.frame.feedback
    if feedback and measure.due is not None and measure.due.isoformat() < feedback:
        message = _("the time limit {due} is before the feedback of {feedback}")
        hint = _("write the day of the feedback or a later one, unless it is correct")
        yield ("due",), message.format(due=measure.due, feedback=feedback), hint


@RULES.rule("closed-mismatch",
    why="A closed measure says when it was closed, and no other does; the commands close and reopen write it.",
    wrong="status: closed", right="status: closed\nclosed: {date: 2024-12-20}",
)  # fmt: skip
def closed_mismatch(measure: Measure, context: RuleContext) -> Violations[Location]:
    if (measure.status == "closed") != (measure.closed is not None):
        message = _("`closed` belongs to a measure with `status: closed`, and to no other")
        hint = _(
            "write `closed: {{date: 2024-12-20, by: 办公室}}`; `xuncha close {id}` writes it automatically"
        )
        if measure.closed:
            hint = _("take `closed` out, or close the measure with `xuncha close {id}`")
        yield ("closed" if measure.closed else "status",), message, hint.format(id=context.identity)


@RULES.rule("closed-before-feedback",
    why="A measure cannot have been closed before the feedback that asked for it.",
    wrong="status: closed\nclosed: {date: 2022-12-20}", right="status: closed\nclosed: {date: 2024-12-20}",
)  # fmt: skip
def closed_before_feedback(measure: Measure, context: RuleContext) -> Violations[Location]:
    feedback = context.frame.feedback
    if feedback and measure.closed and measure.closed.date and measure.closed.date.isoformat() < feedback:
        message = _("closed on {date}, before the feedback of {feedback}")
        sentence = message.format(date=measure.closed.date, feedback=feedback)
        yield ("closed", "date"), sentence, _("write the day on which it was closed")


@RULES.rule("review-unexpected",
    why="Only closed long-term measures are reviewed (回头看).",
    wrong="reviews: [{date: 2024-12-20, result: holds}]", right="reviews: []",
)  # fmt: skip
def review_unexpected(measure: Measure, _context: RuleContext) -> Violations[Location]:
    if measure.reviews and measure.term != "long_term":
        message = _("there are reviews, but the measure is not a long-term one")
        yield ("reviews",), message, _("write `term: long_term`, or take `reviews` out")


_CHANGED = RULES.declare("evidence-changed", scope="folder",
    why="Evidence stays as it was when it was attached.",
    wrong="(data/evidence/2.3/评审意见.pdf with another content)", right="(the file that was attached)",
)  # fmt: skip
_NOT_FETCHED = RULES.declare("evidence-not-fetched", scope="folder",
    why="Evidence kept by git-lfs must be fetched before it can be viewed.",
    wrong="(data/evidence/2.3/评审意见.pdf is a git-lfs pointer, not the file itself)", right="(the file, after `git lfs pull`)",
)  # fmt: skip

_MISSING = RULES.declare("evidence-missing",
    why="Evidence that is named must be there, so that it can be viewed.",
    wrong=f"progress: [{{date: 2024-09-12, text: 已办。, evidence: [{{file: 无.pdf, sha256: {'a' * 64}}}]}}]",
    right="progress: [{date: 2024-09-12, text: 已办。, evidence: [某水〔2024〕31号]}]",
)  # fmt: skip


def evidence_findings(measure: Measure, context: RuleContext) -> Iterator[Finding[Location]]:
    """Yield findings for evidence files that are missing, or differ from what their entries say."""
    for place, entry in enumerate(measure.progress):
        for position, item in enumerate(entry.evidence):
            if not isinstance(item, EvidenceFile):
                continue
            location = ("progress", place, "evidence", position)
            path = f"{EVIDENCE}/{context.identity}/{item.file}"
            actual = context.evidence(item.file)
            if actual is None:
                message = _("the evidence file {path} is not there", path=path)
                hint = _("put it back, or attach it again with `xuncha attach {id} FILE`")
                yield _MISSING.finding(location, message, hint.format(id=context.identity))
            elif actual.sha256 != item.sha256 or item.size not in {None, actual.size}:
                message = _("the evidence file {path} has changed since it was attached", path=path)
                hint = _(
                    "put the attached file back, or attach the new one with `xuncha attach {id} FILE`; git may have changed the line endings of a "
                    "text file, see `xuncha doctor`"
                )
                yield _CHANGED.finding(location, message, hint.format(id=context.identity))
            elif not actual.fetched:
                message = _("the evidence file {path} is kept by git-lfs, and was not fetched")
                yield _NOT_FETCHED.finding(location, message.format(path=path), _("type: git lfs pull"))


MEASURE_RULES = [*record_rules(""), field_of_measure]


def measure_findings(
    measure: Measure, context: RuleContext, *, warn: bool = False
) -> Iterator[Finding[Location]]:
    """Yield a finding for every rule that a measure breaks in its surroundings, as `broken_rules` does."""
    yield from broken_rules(MEASURE_RULES, measure, context, warn=warn)
    yield from evidence_findings(measure, context)
