"""Submit (申请销号): apply to have a measure closed."""

from __future__ import annotations

from xuncha.workflow.close import must_meet
from xuncha.workflow.verb import Case, PlannedChange, verb


@verb("submit", "申请销号", {"in_progress": "submitted"}, "status")
def submit(case: Case) -> PlannedChange:
    """Apply to have measures closed.

    Examples:
        xuncha submit 2.3
        xuncha submit 2.3 2.4
    """
    must_meet(case, [each for each in case.frame.close_requires if each in {"progress", "evidence"}])
    return PlannedChange()
