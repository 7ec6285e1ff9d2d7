"""Make pages from templates, with the values that every page shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from threading import Event
from typing import Any, Final, TypeVar, cast
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from xuncha import __version__, language
from xuncha.accounts.account import NOT_ALLOWED, NOT_SIGNED_IN, not_allowed, role_name
from xuncha.chinese.characters import without_unsafe
from xuncha.desk.commands import address_of, edit_address, linked
from xuncha.desk.documents import PAPERS, SHOWN, title_of
from xuncha.desk.gate import MAX_BYTES
from xuncha.desk.jobs import Job
from xuncha.desk.ledger import Desk, State
from xuncha.desk.visitors import SAFE, Visitor
from xuncha.errors import InvalidLedgerError, XunchaError
from xuncha.model import vocabulary
from xuncha.requests.outcomes import event_rows, feedback_of, no_branch_warning
from xuncha.tally import percent
from xuncha.trail import history
from xuncha.trail.repository import is_detached
from xuncha.workflow.change import leftover

T = TypeVar("T")
OLD_FORM: Final = "old-form"
"""The error code for a form from another site."""
_ROWS: Final = 200
"""Rows on a page of a list."""
PATIENCE: Final = 0.5
"""Seconds for which a page waits for a job; meanwhile it occupies a thread."""


def desk_of(request: Request) -> Desk:
    """Return the desk that serves a request."""
    return cast("Desk", request.app.state.desk)


def visitor_of(request: Request) -> Visitor:
    """Return the visitor of a request."""
    return cast("Visitor", request.scope["visitor"])


def job_of(request: Request) -> Job:
    """Return the job in a request's address."""
    number = request.path_params["number"]
    job = desk_of(request).jobs.get(int(number)) if number.isdecimal() and len(number) < 10 else None  # noqa: PLR2004
    if job is None:
        raise HTTPException(404)
    if job.right:
        must_be_allowed(request, job.right)
    return job


def wait(request: Request, job: Job) -> Job:
    """Wait a little for a job, so that a short one is shown at once; not for a page that reloads by itself.

    Return the job as it is then: one that ends while its page is made is shown by the next page.
    """
    ended = job.ended.wait(0 if "hx-request" in request.headers else PATIENCE)
    seen = replace(job, ended=Event())
    if ended:
        seen.ended.set()
    return seen


def pages_of(rows: Sequence[T], number: str) -> tuple[Sequence[T], int, int]:
    """Return the rows of the requested page, its number, and the number of pages."""
    pages = max(1, -(-len(rows) // _ROWS))
    current = min(max(1, int(number) if number.isdecimal() and len(number) < 9 else 1), pages)  # noqa: PLR2004
    return rows[(current - 1) * _ROWS : current * _ROWS], current, pages


def full_path(request: Request) -> str:
    """Return path and query of a request, without host and without a secret."""
    query = urlencode([(name, value) for name, value in request.query_params.multi_items() if name != "key"])
    return request.url.path + (f"?{query}" if query else "")


def local_address(address: str) -> str:
    """Return an address from a form if it is in this desk, else the address of the first page."""
    return address if address.startswith("/") and address[1:2] not in {"/", "\\"} else "/"


def _harmless(value: object) -> object:
    """Replace characters that would reorder or hide the text around them; Jinja escapes the rest."""
    return without_unsafe(value, "�") if isinstance(value, str) and not isinstance(value, Markup) else value


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("xuncha.desk"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )
    functions = (
        language.ngettext, language.current_language, vocabulary.status_name, vocabulary.action_name, vocabulary.word_name,
        role_name, percent, event_rows, address_of, edit_address, feedback_of, linked, title_of,
    )  # fmt: skip
    environment.globals |= {each.__name__: each for each in functions}
    environment.globals |= {"_": language.gettext, "version_number": __version__, "max_bytes": MAX_BYTES}
    environment.globals |= {"papers": PAPERS, "media_types": SHOWN}
    return environment


def only_for(show: Callable[[Request], Response], right: str) -> Callable[[Request], Response]:
    """Make the endpoint of a page for visitors with a certain right."""

    def endpoint(request: Request) -> Response:
        must_be_allowed(request, right)
        return show(request)

    return endpoint


def page(
    request: Request,
    name: str,
    status: int = 0,
    *,
    state: State | None = None,
    error: XunchaError | None = None,
    **values: Any,  # noqa: ANN401
) -> HTMLResponse:
    """Render a page from a template.

    Args:
        request: gives path, visitor, and the change that led to the page.
        name: the template, without suffix.
        status: the HTTP status; 0 for the one of `error`, 200 without an error.
        state: the shown state of the ledger; an open page notices when there is another one.
        error: shown as findings and refusals.
        values: values for the template. `page_address` is the address of the page with a form that is shown again, if it
            differs from the address of its action.
    """
    desk, visitor = desk_of(request), visitor_of(request)
    is_read = request.method in SAFE
    shared: dict[str, Any] = {
        "path": request.url.path,
        "is_read": is_read,
        "page_address": full_path(request) if is_read else values.pop("page_address", request.url.path),
        "token": visitor.token,
        "may": visitor.may,
        "account": visitor.account,
        "signed_in": visitor.signed_in,
        "today": desk.today,
        "leftover": leftover(desk.root) if visitor.signed_in else None,
        "off_branch": no_branch_warning() if visitor.signed_in and is_detached(desk.root) else (),
        "writing_job": desk.jobs.writing if visitor.signed_in else None,
    }
    if change := None if error else last_change(request):
        shared |= {"outcome": desk.outcome(change.commit)}
    shared |= {"change": change, "undoable_commit": desk.undoable(change, visitor)}
    if state:
        shared |= {"state_number": state.number, "frame": state.register.frame}
    findings = error.findings if isinstance(error, InvalidLedgerError) else ()
    others = error.others if error else ()
    refusals = others if findings or not error else [error, *others]
    shared |= {"error": error, "findings": findings, "refusals": refusals}
    status = status or (status_of(error) if error else 200)
    return HTMLResponse(_environment().get_template(f"{name}.html").render(shared | values), status)


def last_change(request: Request) -> history.Event | None:
    """Return the change that led to a page, by the commit in its address; None to a stranger."""
    commit = request.query_params.get("done", "") if visitor_of(request).signed_in else ""
    events = desk_of(request).events() if commit else []
    return next((each for each in events if each.commit.startswith(commit)), None)


def status_of(error: XunchaError) -> int:
    """Return the HTTP status for an error: 403 not allowed, 422 unreadable, 409 refused, 503 something is missing."""
    if error.code in {NOT_ALLOWED, NOT_SIGNED_IN, "wrong-password", OLD_FORM}:
        return 403
    return 429 if error.code == "too-many-tries" else {1: 409, 2: 422}.get(error.exit_code, 503)


def must_be_allowed(request: Request, action: str) -> None:
    """Raise RefusedError if the visitor's account may do an action on no measure at all by now, or the session has ended."""
    if not current_visitor(request).may(action):
        raise not_allowed()


def current_visitor(request: Request) -> Visitor:
    """Return the visitor again when the turn of a change has come, since accounts may have changed. Raises RefusedError if the session has ended."""
    visitor: Visitor = request.app.state.entrance.refreshed(visitor_of(request))
    request.scope["visitor"] = visitor
    return visitor
