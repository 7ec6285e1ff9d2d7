"""Reopen (重新打开): open a closed measure again, since its problem has come back."""

from __future__ import annotations

from xuncha.workflow.verb import Case, PlannedChange, verb


@verb("reopen", "重新打开", {"closed": "in_progress"}, "status", "closed")
def reopen(_case: Case, *, reason: str) -> PlannedChange:
    """Reopen closed measures.

    Examples:
        xuncha reopen 1.2 --reason 问题反弹
    """
    return PlannedChange({"closed": None}, reason)
