"""Build the application behind the gate: all routes, and the only handling of errors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anyio import CapacityLimiter
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from xuncha import __version__
from xuncha.accounts.account import not_signed_in
from xuncha.desk import api
from xuncha.desk.forms import action, form_error, signed_out
from xuncha.desk.gate import MAX_BYTES, SAFE, TooLargeError
from xuncha.desk.pages import (
    act,
    comments,
    dashboard,
    edit,
    evidence,
    import_,
    jobs,
    log,
    measure,
    measures,
    notice,
    preferences,
    problems,
    remove,
    reports,
    settings,
    sign_in,
    today,
    together,
    undo,
)
from xuncha.desk.view import only_for, page, status_of, visitor_of
from xuncha.desk.visitors import NEW_PASSWORD, SIGN_IN, SIGN_OUT, SIGNED_OUT, ByAccount, ByLink
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

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from xuncha.desk.ledger import Desk

_PASSWORDS = CapacityLimiter(1)
"""Limits password hashing to one at a time, apart from the threads for pages, since a hash takes time and memory."""
ROUTES: Sequence[Route | Mount] = (
    Route("/", today.show),
    Route("/measures", measures.show),
    Route("/measures/{id}", measure.show),
    Route("/problems", problems.show_all),
    Route("/problems", action(problems.add_problem, "add"), methods=["POST"]),
    Route("/problems/{id}", problems.show),
    Route("/problems/{id}", action(problems.add_measure, "add"), methods=["POST"]),
    Route("/remove/{id}", only_for(remove.show, "remove")),
    Route("/remove/{id}", action(remove.remove, "remove"), methods=["POST"]),
    Route("/comments", comments.show),
    Route("/comments", action(comments.add, "comment"), methods=["POST"]),
    Route("/comments/{number}", comments.show),
    Route("/comments/{number}", action(comments.reply, "comment"), methods=["POST"]),
    Route("/settings", only_for(settings.show, "settings")),
    Route("/settings/{section}", action(settings.change, "settings"), methods=["POST"]),
    Route("/edit/{file:path}", only_for(edit.show, "edit")),
    Route("/edit/{file:path}", action(edit.edit, "edit"), methods=["POST"]),
    Route("/act", act.show),
    Route("/act", action(act.act, None), methods=["POST"]),
    Route("/undo", action(undo.undo, None), methods=["POST"]),
    Route("/language", action(preferences.language, None, queued=False), methods=["POST"]),
    Route("/state", preferences.state),
    Route("/evidence/{id}/{name}", evidence.show),
    Route("/notice", notice.show),
    Route("/reports", reports.show),
    Route("/reports", action(reports.make, None, queued=False), methods=["POST"]),
    Route("/dashboard", dashboard.show),
    Route("/import", only_for(import_.show, "import")),
    Route("/import", action(import_.upload, "import", queued=False), methods=["POST"]),
    Route("/import/{number}", only_for(import_.show_result, "import")),
    Route("/import/{number}", action(import_.import_file, "import", queued=False), methods=["POST"]),
    Route("/log", log.show),
    Route("/audit", action(log.audit, None, queued=False), methods=["POST"]),
    Route("/together", only_for(together.show, "sync")),
    Route("/together", action(together.begin, "sync", queued=False), methods=["POST"]),
    Route("/jobs/{number}", jobs.show),
    Route("/jobs/{number}", action(jobs.stop, None, queued=False), methods=["POST"]),
    Route("/jobs/{number}/{name}", jobs.send),
    Route(SIGN_IN, sign_in.show),
    Route(SIGN_IN, action(sign_in.sign_in, None, queued=False, limiter=_PASSWORDS), methods=["POST"]),
    Route(SIGNED_OUT, action(signed_out, None, queued=False), methods=["POST"]),
    Route(SIGN_OUT, action(sign_in.sign_out, None, queued=False), methods=["POST"]),
    Route(NEW_PASSWORD, sign_in.show_password),
    Route(
        NEW_PASSWORD, action(sign_in.save_password, None, queued=False, limiter=_PASSWORDS), methods=["POST"]
    ),
    Mount("/static", StaticFiles(packages=[("xuncha.desk", "static")])),
)

_UNKNOWN = frozenset({"no-such-problem", "no-such-measure", "no-such-comment", "bad-id"})
"""The codes of errors for a number in an address that does not exist."""


def application(desk: Desk, entrance: ByLink | ByAccount, demo: Mapping[str, str] | None = None) -> FastAPI:
    """Return the application that answers requests which the gate lets through.

    Args:
        desk: the ledger.
        entrance: how visitors are identified.
        demo: passwords by account, shown on the page to sign in.
    """
    app = FastAPI(
        title="xuncha",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        routes=[*ROUTES],
    )
    for kind, handler in _HANDLERS.items():
        app.add_exception_handler(kind, handler)
    app.state.desk, app.state.entrance, app.state.demo = desk, entrance, demo
    app.include_router(api.router)
    return app


_CODES = {400: "malformed", 403: "forbidden", 404: "not-found", 405: "not-allowed"}
"""The codes of errors that are not our own, by HTTP status."""


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
    faults = [f"{'.'.join(map(str, each['loc'][1:]))}: {each['msg']}" for each in error.errors()]
    return _answer(request, 422, UsageError("malformed", _("; ").join(faults)))


def _failed(request: Request, error: HTTPException) -> Response:
    messages = {400: _("the request is too long, or cannot be read"), 404: _("there is no such page")}
    if error.status_code == 400 and (unread := form_error(error.detail)):  # noqa: PLR2004
        return _answer(request, 413, unread)
    message = messages.get(error.status_code, _("this cannot be done here"))
    if request.url.path.startswith("/static/"):  # strangers may ask: tell them nothing of the ledger
        answer: Response = PlainTextResponse(message, error.status_code)
    else:
        code = _CODES.get(error.status_code, "refused")
        answer = _answer(request, error.status_code, RefusedError(code, message))
    answer.headers.update(error.headers or {})  # the header with the allowed methods
    return answer


def _too_large(request: Request, _error: TooLargeError) -> Response:
    if not visitor_of(request).signed_in:
        return _answer(request, 403, not_signed_in())
    message = _("the request is larger than {n} MB, or is incomplete").format(n=MAX_BYTES // 1024**2)
    hint = _("send less at once: upload files one at a time, and reduce large files")
    return _answer(request, 413, RefusedError("too-large", message, hint))


def _system_error(request: Request, error: OSError) -> Response:
    return _answer(request, 503, SurroundingsError("system", cause_of(error)))


def _bug(request: Request, error: Exception) -> Response:
    return _answer(request, 500, RefusedError("bug", bug_message(error)))


_HANDLERS: dict[type[Exception], Callable[[Request, Any], Response]] = {
    XunchaError: _refused,
    RequestValidationError: _malformed,
    HTTPException: _failed,
    TooLargeError: _too_large,
    OSError: _system_error,
    Exception: _bug,
}
