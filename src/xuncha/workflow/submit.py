"""Submit (申请销号): apply to have a measure closed."""

from __future__ import annotations

from xuncha.errors import combined
from xuncha.workflow.close import requirement_error, unmet_requirements
from xuncha.workflow.verb import Case, PlannedChange, verb


@verb("submit", "申请销号", {"in_progress": "submitted"}, "status")
def submit(case: Case) -> PlannedChange:
    """Apply to have measures closed.

    Examples:
        xuncha submit 2.3
        xuncha submit 2.3 2.4
    """
    required = [each for each in case.frame.close_requires if each in {"progress", "evidence"}]
    evidence = [entry.evidence for entry in case.measure.progress]
    if lacking := unmet_requirements(required, case.measure.status, evidence, closer=(), applicants=()):
        raise combined([requirement_error(each, case.identity) for each in lacking])
    return PlannedChange()
