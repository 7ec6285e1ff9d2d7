"""Show the history page by page, and start an audit of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from starlette.responses import RedirectResponse

from xuncha.desk import forms
from xuncha.desk.view import desk_of, must_be_allowed, page, pages_of
from xuncha.errors import XunchaError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.requests.outcomes import event_rows

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

    from xuncha.trail.history import Event


def show(request: Request) -> Response:
    """Show the history of the whole ledger, or of a problem or measure."""
    desk, query = desk_of(request), request.query_params
    number, identity = desk.number, query.get("id", "").strip()
    rows: list[tuple[Event, str]] = []
    error = None
    try:
        rows = event_rows(desk.history(Identity.parse(identity)) if identity else desk.events())
    except XunchaError as refused:
        error = refused
    shown, current, pages = pages_of(rows, query.get("page", ""))
    values: dict[str, Any] = {
        "state_number": number,
        "rows": shown,
        "current": current,
        "pages": pages,
        "total": len(rows),
        "identity": identity,
        "error": error,
    }
    return page(request, "log", **values)


def audit(request: Request, form: FormData) -> Response:
    """Start an audit."""
    desk = desk_of(request)
    file = f"{_('Audit')} {desk.today}.html"
    job = desk.jobs.new(_("Audit: whether history follows the rules"), [file])
    job.values = {"back": "/log"}
    words = ["audit", "--html", str(job.folder / file)]
    since = forms.text(form, "since")
    keeps = bool(forms.text(form, "anchor"))
    if keeps:
        must_be_allowed(request, "anchor")
    words += [f"--since={since}"] if since else []
    words += ["--anchor"] if keeps else []
    desk.jobs.start(job, words, check=partial(must_be_allowed, request, "anchor") if keeps else None)
    return RedirectResponse(f"/jobs/{job.number}", 303)
