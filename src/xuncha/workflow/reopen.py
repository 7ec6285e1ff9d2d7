"""Reopen (重新打开): the problem behind a closed measure has come back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.store.edits import Remove
from xuncha.workflow.verb import PlannedChange, Verb

if TYPE_CHECKING:
    from xuncha.workflow.case import Case


def reopen(_case: Case, *, reason: str) -> PlannedChange:
    """Open a closed measure again.

    Examples:
        xuncha reopen 2.3 --reason 问题反弹
    """
    return PlannedChange([Remove("closed")], reason)


VERB = Verb(
    reopen,
    action="reopen",
    subject="重新打开",
    transitions={"closed": "in_progress"},
    changes=frozenset({"status", "closed"}),
)
