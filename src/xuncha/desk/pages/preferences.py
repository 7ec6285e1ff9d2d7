"""What a reader chooses, and what a page asks again and again: the language, and whether the ledger has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, RedirectResponse

from xuncha.desk import forms
from xuncha.desk.gate import LANGUAGE
from xuncha.desk.view import desk_of, within
from xuncha.language import LANGUAGES

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response


def language(_request: Request, form: FormData) -> Response:
    """Keep the language in a cookie of the browser, and go back to the page."""
    chosen, back = forms.text(form, "language"), forms.text(form, "back")
    answer = RedirectResponse(within(back), 303)
    if chosen in LANGUAGES:
        answer.set_cookie(LANGUAGE, chosen, max_age=365 * 24 * 3600, samesite="strict", httponly=True)
    return answer


def state(request: Request) -> Response:
    """Give the number of the state that the ledger is in, another one for each that was seen; and the job that is changing it."""
    desk = desk_of(request)
    busy = desk.jobs.writing
    return PlainTextResponse(f"{desk.look().number}" + (f"\n{busy.number} {busy.title}" if busy else ""))
