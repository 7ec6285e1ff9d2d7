"""Build the application behind the gate: all routes, and the only handling of errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from anyio import CapacityLimiter
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from xuncha import __version__
from xuncha.accounts.account import not_signed_in
from xuncha.desk import api
from xuncha.desk.forms import form_error, post, signed_out
from xuncha.desk.gate import MAX_BYTES
from xuncha.desk.ledger import Desk
from xuncha.desk.pages import (
    act,
    comments,
    edit,
    import_,
    jobs,
    log,
    measure,
    measures,
    notice,
    problems,
    reports,
    settings,
    sign_in,
    today,
    together,
)
from xuncha.desk.view import only_for, page, status_of, visitor_of
from xuncha.desk.visitors import NEW_PASSWORD, SAFE, SIGN_IN, SIGN_OUT, SIGNED_OUT, ByAccount, ByLink
from xuncha.errors import (
    InvalidLedgerError,
    RefusedError,
    SurroundingsError,
    UsageError,
    XunchaError,
    bug_message,
    cause_of,
)
from xuncha.language import gettext as _

_post_password = partial(post, right=None, queued=False, limiter=CapacityLimiter(1))
"""Makes the route of a form with a password. One is hashed at a time, apart from the threads for pages, since that takes time and memory."""
ROUTES: Sequence[Route | Mount] = (
    Route("/", today.show),
    Route("/measures", measures.show),
    Route("/measures/{id}", measure.show),
    Route("/problems", problems.show_all),
    post("/problems", problems.add_problem, "add", again=problems.show_all),
    Route("/problems/{id}", problems.show),
    post("/problems/{id}", problems.add_measure, "add", again=problems.show),
    Route("/remove/{id}", only_for(problems.show_removal, "remove")),
    post("/remove/{id}", problems.remove, "remove", again=problems.show_removal),
    Route("/comments", comments.show),
    post("/comments", comments.add, "comment", again=comments.show),
    Route("/comments/{number}", comments.show),
    post("/comments/{number}", comments.reply, "comment", again=comments.show),
    Route("/settings", only_for(settings.show, "settings")),
    post("/settings/{section}", settings.change, "settings"),
    Route("/edit/{file:path}", only_for(edit.show, "edit")),
    post("/edit/{file:path}", edit.edit, "edit"),
    Route("/act", act.show),
    post("/act", act.act, None),
    post("/undo", log.undo, None),
    post("/language", sign_in.language, None, queued=False),
    Route("/state", sign_in.state),
    Route("/evidence/{id}/{name}", measure.show_evidence),
    Route("/notice", notice.show),
    Route("/reports", reports.show),
    post("/reports", reports.make, None, queued=False),
    Route("/dashboard", notice.show_dashboard),
    Route("/import", only_for(import_.show, "import")),
    post("/import", import_.upload, "import", again=import_.show, queued=False),
    Route("/import/{number}", only_for(import_.show_result, "import")),
    post("/import/{number}", import_.import_file, "import", again=import_.show_result, queued=False),
    Route("/log", log.show),
    post("/audit", log.audit, None, queued=False),
    Route("/together", only_for(together.show, "sync")),
    post("/together", together.begin, "sync", queued=False),
    Route("/jobs/{number}", jobs.show),
    post("/jobs/{number}", jobs.stop, None, queued=False),
    Route("/jobs/{number}/{name}", jobs.send),
    Route(SIGN_IN, sign_in.show),
    _post_password(SIGN_IN, sign_in.sign_in, again=sign_in.show),
    post(SIGNED_OUT, signed_out, None, queued=False),
    post(SIGN_OUT, sign_in.sign_out, None, queued=False),
    Route(NEW_PASSWORD, sign_in.show_password),
    _post_password(NEW_PASSWORD, sign_in.save_password, again=sign_in.show_password),
    Mount("/static", StaticFiles(packages=[("xuncha.desk", "static")])),
)

_UNKNOWN = frozenset({"no-such-problem", "no-such-measure", "no-such-comment", "bad-id"})
"""The codes of errors for a number in an address that does not exist."""


def application(desk: Desk, entrance: ByLink | ByAccount, demo: Mapping[str, str] | None = None) -> FastAPI:
    """Return the application that answers requests which the gate lets through; `demo` are passwords by account, shown where one signs in."""
    app = FastAPI(
        title="xuncha",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        routes=[*ROUTES],
        exception_handlers=_HANDLERS,
    )
    app.state.desk, app.state.entrance, app.state.demo = desk, entrance, demo
    app.include_router(api.router)
    return app


_MAX_SHOWN = 40
"""Characters of a wrong value that an error shows."""


def _answer(request: Request, status: int, error: XunchaError) -> Response:
    """Answer with an error: as JSON for a program, as a page for a person."""
    if request.url.path.startswith("/api/"):
        details: dict[str, Any] = {"code": error.code, "message": error.message, "hint": error.hint}
        if isinstance(error, InvalidLedgerError):
            details["message"] = "; ".join(each.message for each in error.findings)
        return JSONResponse({"error": details}, status)
    return page(request, "error", status, error=error, typed_texts=())


def _refused(request: Request, error: XunchaError) -> Response:
    named = request.method in SAFE and request.path_params and not request.url.path.startswith("/api/")
    return _answer(request, 404 if named and error.code in _UNKNOWN else status_of(error), error)


def _malformed(request: Request, error: RequestValidationError) -> Response:
    faults = []
    for each in error.errors():
        name, value = ".".join(map(str, each["loc"][1:] or each["loc"])), each["input"]
        word = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
        messages = {
            "missing": _("{name} is missing"),
            "extra_forbidden": _("there is no option {name}"),
            "json_invalid": _("the request is too long, or cannot be read"),
        }
        message = messages.get(each["type"]) or _("{option} cannot be “{word}”")
        faults.append(message.format(name=name, option=name, word=word[:_MAX_SHOWN]))
    return _answer(request, 422, UsageError("malformed", _("; ").join(faults)))


def _failed(request: Request, error: HTTPException) -> Response:
    # The framework says 400 of a body that it cannot read.
    status = {400: 422}.get(error.status_code, error.status_code)
    other = _("this cannot be done here")
    size = _("the request is larger than {n} MB, or is incomplete", n=MAX_BYTES // 1024**2)
    code, message, *hint = {
        422: ("malformed", _("the request is too long, or cannot be read")),
        404: ("not-found", _("there is no such page")),
        405: ("not-allowed", other),
        413: ("too-large", size, _("send less at once: upload files one at a time, and reduce large files")),
    }.get(status, ("refused", other))
    refused = form_error(error.detail) or RefusedError(code, message, *hint)
    if request.url.path.startswith("/static/"):  # strangers may ask: tell them nothing of the ledger
        return PlainTextResponse(message, status, error.headers)
    if refused.code == "too-large":
        status = 413
        if not visitor_of(request).signed_in:
            status, refused = 403, not_signed_in()
    answer = _answer(request, status, refused)
    answer.headers.update(error.headers or {})  # the header with the allowed methods
    return answer


_HANDLERS: dict[int | type[Exception], Any] = {
    XunchaError: _refused,
    RequestValidationError: _malformed,
    HTTPException: _failed,
    ClientDisconnect: lambda _request, _error: Response(status_code=400),  # nobody is left to read it
    OSError: lambda request, error: _answer(request, 503, SurroundingsError("system", cause_of(error))),
    Exception: lambda request, error: _answer(request, 500, RefusedError("bug", bug_message(error))),
}
