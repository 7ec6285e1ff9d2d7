"""Review (回头看): look again at a closed long-term measure."""

from __future__ import annotations

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.model.vocabulary import ReviewResult, word_name
from xuncha.workflow.verb import Case, PlannedChange, verb


@verb("review", "回头看", {"closed": "closed"}, "reviews")
def review(case: Case, *, result: ReviewResult, findings: str | None = None) -> PlannedChange:
    """Review closed long-term measures: does the result hold, or has it slipped?

    Examples:
        xuncha review 2.2 --result holds
    """
    if case.measure.term != "long_term":
        message = _("{id} is not a long-term measure, and only those are reviewed")
        raise RefusedError("not-long-term", message.format(id=case.identity))
    entry = {"date": case.today.isoformat(), "result": result}
    if findings:
        entry["text"] = findings.strip()
    reopening = _("The result has slipped: open it again with xuncha reopen {id} --reason …")
    return PlannedChange(
        {"reviews": [*case.data.get("reviews", ()), entry]},
        notes=[_("reviewed: {result}", result=word_name(result))],
        next_step=reopening.format(id=case.identity) if result == "slipped" else "",
    )
