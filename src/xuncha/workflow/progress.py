"""Progress (进展情况): record what was done for a measure, as a dated entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from xuncha.language import gettext as _
from xuncha.store.edits import Append
from xuncha.workflow.verb import STARTED, Case, PlannedChange, verb


def entry_index(day: date, days: Sequence[date | None]) -> int | None:
    """Return the index for a new entry of a day: before the first entry of a later day; None for the end."""
    return next((index for index, each in enumerate(days) if each is not None and each > day), None)


@verb("progress", "进展", STARTED, "status", "progress")
def progress(
    case: Case,
    *,
    text: str,
    day: date | None = None,
    evidence: Sequence[str] | None = None,
    no_publish: bool = False,
) -> PlannedChange:
    """Record what was done for measures.

    Examples:
        xuncha progress 2.3 初步设计通过第二次评审。 --date 2024-04-12
        xuncha progress 2.3 印发实施方案。 --evidence 东发改产业〔2023〕360号
    """
    entry_day = day or case.today
    entry: dict[str, Any] = {"date": entry_day.isoformat(), "text": text.strip()}
    if evidence:
        entry["evidence"] = [item.strip() for item in evidence]
    if no_publish:
        entry["publish"] = False
    note = _("progress of {day} recorded").format(day=entry_day)
    index = entry_index(entry_day, [each.date for each in case.measure.progress])
    return PlannedChange([Append("progress", entry, index)], note=note)
