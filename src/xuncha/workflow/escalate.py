"""Escalate (攻坚事项): a leader takes a measure over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.language import gettext as _
from xuncha.store.edits import Set
from xuncha.workflow.verb import UNCHANGED, PlannedChange, Verb

if TYPE_CHECKING:
    from xuncha.workflow.case import Case


def escalate(case: Case, *, to: str) -> PlannedChange:
    """Make a measure a leader's own task.

    Examples:
        xuncha escalate 2.3 --to 主任
    """
    escalated = {"to": to, "date": case.today.isoformat()}
    return PlannedChange([Set("escalated", escalated)], note=_("{name} takes it over").format(name=to))


VERB = Verb(
    escalate, action="escalate", subject="攻坚", transitions=UNCHANGED, changes=frozenset({"escalated"})
)
