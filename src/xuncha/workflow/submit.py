"""Submit (申请销号): an office applies to have a measure closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.workflow.verb import PlannedChange, Verb

if TYPE_CHECKING:
    from xuncha.workflow.case import Case


def submit(_case: Case) -> PlannedChange:
    """Apply to have a measure closed.

    Examples:
        xuncha submit 2.3
    """
    return PlannedChange()


VERB = Verb(
    submit,
    action="submit",
    subject="申请销号",
    transitions={"in_progress": "submitted"},
    changes=frozenset({"status"}),
)
