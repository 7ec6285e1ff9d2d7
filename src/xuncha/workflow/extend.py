"""Extend (延期): a measure is given a later time limit."""

from __future__ import annotations

from datetime import date

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.store.edits import Set
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
        said = _("{due} is not later than the time limit of {id}, {old}")
        said = said.format(due=due, old=old, id=case.identity)
        raise RefusedError("not-later", said, _("give a later day"))
    if has_passed and not late:
        said = _("the time limit of {id}, {due}, has passed; `xuncha audit` reports every extension after it")
        said, hint = said.format(id=case.identity, due=old), _("to extend it anyway: --late")
        raise RefusedError("already-late", said, hint, case.identity.path)
    note = _("the time limit is now {due}").format(due=due)
    warning = None
    if has_passed:
        said = _("the time limit had passed before it was moved: the audit will report this")
        warning = said, _("if this was a mistake: xuncha undo restores it, and history keeps both")
    return PlannedChange([Set("due", due.isoformat())], reason, note=note, warning=warning)
