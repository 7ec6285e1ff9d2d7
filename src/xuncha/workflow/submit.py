"""Submit (申请销号): an office applies to have a measure closed."""

from __future__ import annotations

from xuncha.workflow.verb import Case, PlannedChange, verb


@verb("submit", "申请销号", {"in_progress": "submitted"}, "status")
def submit(_case: Case) -> PlannedChange:
    """Apply to have a measure closed.

    Examples:
        xuncha submit 2.3
    """
    return PlannedChange()
