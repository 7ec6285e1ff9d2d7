"""Set a reader's language, and tell open pages whether the ledger has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, RedirectResponse

from xuncha.desk import forms
from xuncha.desk.gate import LANGUAGE
from xuncha.desk.view import desk_of, local_address, visitor_of
from xuncha.language import LANGUAGES

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response


def language(_request: Request, form: FormData) -> Response:
    """Store the language in a cookie, and return to the page."""
    chosen, back = forms.text(form, "language"), forms.text(form, "back")
    answer = RedirectResponse(local_address(back), 303)
    if chosen in LANGUAGES:
        answer.set_cookie(LANGUAGE, chosen, max_age=365 * 24 * 3600, samesite="strict", httponly=True)
    return answer


def state(request: Request) -> Response:
    """Return, on a line each: the number of the ledger's state, the job that is changing it, the current form token, and the account."""
    desk, visitor = desk_of(request), visitor_of(request)
    busy = desk.jobs.writing
    shown = busy.number if busy and (not busy.right or visitor.may(busy.right)) else 0
    job = f"{shown} {busy.title}" if busy else ""
    name = visitor.account.name if visitor.account else ""
    return PlainTextResponse("\n".join((str(desk.state().number), job, visitor.token, name)))
