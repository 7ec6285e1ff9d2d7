"""Start (启动): begin the work on a measure."""

from __future__ import annotations

from xuncha.workflow.verb import Case, PlannedChange, verb


@verb("start", "启动", {"not_started": "in_progress"}, "status")
def start(_case: Case) -> PlannedChange:
    """Start work on measures.

    Examples:
        xuncha start 3.1
    """
    return PlannedChange()
