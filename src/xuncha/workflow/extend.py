"""Extend (延期): give a measure a later time limit."""

from __future__ import annotations

from datetime import date

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.workflow.verb import UNCHANGED, Case, PlannedChange, verb


@verb("extend", "延期", UNCHANGED, "due")
def extend(case: Case, *, due: date, reason: str, late: bool = False) -> PlannedChange:
    """Move time limits to a later day.

    Examples:
        xuncha extend 2.3 --due 2024-06-30 --reason 手续未完
    """
    old = case.measure.due
    has_passed = old is not None and old < case.today
    if old is not None and due <= old:
        text = _("{due} is not later than the time limit of {id}, {old}")
        text = text.format(due=due, old=old, id=case.identity)
        raise RefusedError("not-later", text, _("give a later day"))
    if has_passed and not late:
        text = _("the time limit of {id}, {due}, has passed; `xuncha audit` reports every extension after it")
        text, hint = text.format(id=case.identity, due=old), _("to extend it anyway: --late")
        raise RefusedError("already-late", text, hint, case.identity.path)
    note = _("the time limit is now {due}", due=due)
    warning = None
    if has_passed:
        text = _("the time limit had passed before it was moved: the audit will report this")
        warning = text, _("if this was a mistake: xuncha undo restores it, and history keeps both")
    return PlannedChange({"due": due.isoformat()}, reason, notes=[note], warning=warning)
