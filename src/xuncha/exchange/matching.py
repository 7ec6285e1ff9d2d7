"""Which problem and which measure of a ledger a draft speaks of: by number, or by title."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.exchange.wording import alike, key_of, likeness
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from xuncha.exchange.drafts import Draft, MeasureDraft, ProblemDraft
    from xuncha.model.identity import Identity
    from xuncha.model.records import Measure, Problem

_LONG_ENOUGH = 6
"""Characters of a title that may be taken for one of which it is a part."""


def problem_of(
    draft: ProblemDraft,
    known: dict[int, Problem | None],
    measures: dict[int, dict[Identity, Measure]],
    taken: set[int],
    whole: Draft,
) -> int | None:
    """Find the problem that a draft speaks of; None where it is a new one.

    The same title says more than the same number, since an office numbers the rows of each sheet afresh. A number counts
    where the titles look alike, or where the spreadsheet numbers the measures, too, as this ledger does.
    """
    titles = {key_of(draft.record["title"]), key_of(draft.record.get("finding", ""))} - {""}
    free = {
        number: problem for number, problem in known.items() if number not in taken and problem is not None
    }
    for number, problem in free.items():
        if {key_of(problem.title), key_of(problem.finding or "")} & titles:
            return number
    number = draft.number or 0
    if number in free:
        numbered = any(measure.identity in measures[number] for measure in draft.measures)
        if numbered or alike(draft.record["title"], free[number].title):
            return number
        made = _("problem {n} of the ledger is another one, “{title}”: entered as a new problem")
        whole.doubt(
            made.format(n=number, title=free[number].title), draft.record["title"], draft.sheet, draft.address
        )
    return None


def measure_of(
    draft: MeasureDraft, known: dict[Identity, Measure], taken: set[Identity], *, exact: bool
) -> Identity | None:
    """Find the measure that a draft speaks of; None where it is a new one."""
    free = {identity: measure for identity, measure in known.items() if identity not in taken}
    title = draft.record["title"]
    if draft.identity in free and (exact or alike(title, free[draft.identity].title)):
        return draft.identity
    key = key_of(title)
    for identity, measure in free.items():
        if key_of(measure.title) == key:
            return identity
    for identity, measure in free.items():
        other = key_of(measure.title)
        if min(len(key), len(other)) >= _LONG_ENOUGH and (key.startswith(other) or other.startswith(key)):
            return identity
    best = max(free, key=lambda identity: likeness(title, free[identity].title), default=None)
    return best if best is not None and alike(title, free[best].title) else None
