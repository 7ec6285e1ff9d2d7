"""Undo: what was done last is taken back, by a new commit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse

from xuncha.desk import forms
from xuncha.desk.view import desk_of
from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.trail.git import Git
from xuncha.workflow.undo import undo as take_back

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response


def undo(request: Request, form: FormData) -> Response:
    """Take back the commit that was shown, if it is still the last one."""
    desk = desk_of(request)
    if forms.text(form, "commit") != Git(desk.root).head():
        said = _("something else was done meanwhile")
        raise RefusedError("changed-meanwhile", said, _("look at the log, and decide again"))
    take_back(desk.root)
    return RedirectResponse("/", 303)
