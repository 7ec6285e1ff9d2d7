"""Progress (进展情况): record what was done for a measure, as a dated entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from xuncha.language import gettext as _
from xuncha.workflow.verb import STARTED, Case, PlannedChange, verb


def with_entry(entries: Sequence[dict[str, Any]], entry: dict[str, Any]) -> list[dict[str, Any]]:
    """Return progress entries and a new one, which comes before the first one of a later day."""
    day = entry.get("date") or ""
    later = (index for index, each in enumerate(entries) if (each.get("date") or "") > day)
    place = next(later, len(entries))
    return [*entries[:place], entry, *entries[place:]]


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
    note = _("progress of {day} recorded", day=entry_day)
    return PlannedChange({"progress": with_entry(case.data.get("progress", ()), entry)}, notes=[note])
