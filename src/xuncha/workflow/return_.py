"""Return (退回): an application to have a measure closed is not granted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.workflow.verb import PlannedChange, Verb

if TYPE_CHECKING:
    from xuncha.workflow.case import Case


def return_(_case: Case, *, reason: str) -> PlannedChange:
    """Return an application, with a reason.

    Examples:
        xuncha return 2.3 --reason 缺少评审意见
    """
    return PlannedChange(reason=reason)


VERB = Verb(
    return_,
    action="return",
    subject="退回",
    transitions={"submitted": "in_progress"},
    changes=frozenset({"status"}),
)
