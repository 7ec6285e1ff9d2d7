"""Extend (延期): a measure is given a later time limit."""

from __future__ import annotations

from datetime import date

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.store.edits import Set
from xuncha.workflow.verb import UNCHANGED, Case, PlannedChange, verb


@verb("extend", "延期", UNCHANGED, "due")
def extend(case: Case, *, due: date, reason: str) -> PlannedChange:
    """Move a deadline to a later day.

    Examples:
        xuncha extend 2.3 --due 2024-06-30 --reason 手续未完
    """
    old = case.measure.due
    if old is not None and due <= old:
        message = _("{due} is not later than the time limit of {id}, {old}")
        message = message.format(due=due, old=old, id=case.identity)
        raise RefusedError("not-later", message, _("give a later day"))
    warning = None
    if old is not None and old < case.today:
        message = _("the time limit, {due}, had passed already; `xuncha audit` names that").format(due=old)
        warning = message, _("next time, extend it before it passes")
    note = _("the time limit is now {due}").format(due=due)
    return PlannedChange([Set("due", due.isoformat())], reason, note=note, warning=warning)
