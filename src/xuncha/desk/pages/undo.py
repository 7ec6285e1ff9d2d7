"""Undo the last change, by a new commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.accounts.account import not_allowed
from xuncha.desk import forms
from xuncha.desk.view import desk_of, visitor_of
from xuncha.workflow.perform import Result
from xuncha.workflow.undo import undo as take_back

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response


def undo(request: Request, form: FormData) -> Response:
    """Undo the commit that was shown, if it is still the last one."""
    desk, commit = desk_of(request), forms.text(form, "commit")
    if not visitor_of(request).may("undo"):
        event = next((each for each in desk.events() if each.commit == commit), None)
        if event and not desk.undoable(event, visitor_of(request)):
            raise not_allowed()
    result = desk.call(take_back, commit=commit)
    return forms.redirect("/", result.commit if isinstance(result, Result) else "")
