"""Return (退回): refuse an application to have a measure closed, with a reason."""

from __future__ import annotations

from xuncha.workflow.verb import Case, PlannedChange, verb


@verb("return", "退回", {"submitted": "in_progress"}, "status")
def return_(_case: Case, *, reason: str) -> PlannedChange:
    """Return applications, with a reason.

    Examples:
        xuncha return 2.1 --reason 缺少评审意见
    """
    return PlannedChange(reason=reason)
