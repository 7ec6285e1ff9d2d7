"""Start (启动): work on a measure begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.workflow.verb import PlannedChange, Verb

if TYPE_CHECKING:
    from xuncha.workflow.case import Case


def start(_case: Case) -> PlannedChange:
    """Start work on a measure.

    Examples:
        xuncha start 2.3
    """
    return PlannedChange()


VERB = Verb(
    start,
    action="start",
    subject="启动",
    transitions={"not_started": "in_progress"},
    changes=frozenset({"status"}),
)
