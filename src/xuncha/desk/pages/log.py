"""Show the history page by page, start an audit of it, and undo the last change."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from xuncha.accounts.account import not_allowed
from xuncha.desk import forms
from xuncha.desk.view import desk_of, must_be_allowed, page, pages_of, visitor_of
from xuncha.errors import XunchaError
from xuncha.language import gettext as _
from xuncha.model.identity import Identity
from xuncha.requests.outcomes import event_rows
from xuncha.trail.history import Event
from xuncha.workflow.perform import Result
from xuncha.workflow.undo import undo as take_back


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


def undo(request: Request, form: FormData) -> Response:
    """Undo the commit that was shown, if it is still the last one."""
    desk, commit = desk_of(request), forms.text(form, "commit")
    if not visitor_of(request).may("undo"):
        event = next((each for each in desk.events() if each.commit == commit), None)
        if event and not desk.undoable(event, visitor_of(request)):
            raise not_allowed()
    result = desk.call(take_back, commit=commit)
    return forms.redirect("/", result.commit if isinstance(result, Result) else "")
