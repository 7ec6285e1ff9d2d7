"""Undo: what was done last is taken back, by a new commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.desk import forms
from xuncha.desk.view import desk_of
from xuncha.workflow.perform import Result
from xuncha.workflow.undo import undo as take_back

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response


def undo(request: Request, form: FormData) -> Response:
    """Take back the commit that was shown, if it is still the last one."""
    result = desk_of(request).apart(take_back, commit=forms.text(form, "commit"))
    return forms.done("/", result.commit if isinstance(result, Result) else "")
