"""Escalate (攻坚事项): make a measure a leader's own task."""

from __future__ import annotations

from xuncha.language import gettext as _
from xuncha.rules.names import matching_name
from xuncha.workflow.verb import UNCHANGED, Case, PlannedChange, verb


@verb("escalate", "攻坚", UNCHANGED, "escalated")
def escalate(case: Case, *, to: str) -> PlannedChange:
    """Make measures a leader's own task.

    Examples:
        xuncha escalate 2.3 --to 局长
    """
    to = matching_name(to, case.frame.leaders)
    escalated = {"to": to, "date": case.today.isoformat()}
    return PlannedChange({"escalated": escalated}, notes=[_("escalated to {name}", name=to)])
