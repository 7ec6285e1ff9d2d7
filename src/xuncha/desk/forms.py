"""Read the forms that browsers send, and call actions with them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from xuncha.accounts.account import not_signed_in
from xuncha.accounts.passwords import equal
from xuncha.desk.fields import file_name
from xuncha.desk.ledger import MAX_KEPT
from xuncha.desk.view import OLD_FORM, current_visitor, desk_of, must_be_allowed, page, visitor_of
from xuncha.errors import InvalidLedgerError, RefusedError, SurroundingsError, XunchaError, combined
from xuncha.language import gettext as _
from xuncha.model.names import key_name
from xuncha.requests.readers import PARAMETERS, read_past_day
from xuncha.store.faults import UnreadableError
from xuncha.workflow.verb import Verb

Action = Callable[[Request, FormData], Response]
Typed = Mapping[str, str]
"""What was typed into a form, by field."""
ShowAgain = Callable[[Request, Typed, XunchaError], Response]
_MAX_FIELDS = 2000
"""Fields of one form at most: enough for all measures of a page, each with its version."""
_MAX_FILES = 50
_MAX_WAITING = 20
"""Requests that may wait for a limiter."""
_HASH_LENGTH = 16
"""Characters of a commit's hash in an address."""
_MAX_FIELD = 500_000
"""Characters in one field at most; the framework counts bytes, up to twelve a character: four of UTF-8, each as %XX."""
_NOT_TYPED = frozenset({
    "token", "action", "back", "id", "version", "commit", "do", "kind", "new",
    "partly", "late", "no_publish", "paper", "form", "send", "language", "password", "again",
})  # fmt: skip
"""Fields that are not filled in by a person."""


def post(
    path: str,
    change: Action,
    right: str | None,
    *,
    again: ShowAgain | None = None,
    queued: bool = True,
    limiter: CapacityLimiter | None = None,
) -> Route:
    """Make the route of a form.

    Args:
        path: the address to which the form is sent.
        change: takes the form, and returns the answer.
        right: the right that a visitor must have; None if everyone may, or if each measure is checked.
        again: shows the form with what was typed if the function refuses it.
        queued: whether it changes the ledger, and so waits for its turn.
        limiter: limits how many calls run at once; None for the threads of all pages.
    """
    answer = partial(_answer, partial(_once, change) if queued else change, right, again)

    async def endpoint(request: Request) -> Response:
        if right is not None:
            must_be_allowed(request, right)
        async with request.form(
            max_files=_MAX_FILES, max_fields=_MAX_FIELDS, max_part_size=12 * _MAX_FIELD
        ) as form:
            try:
                _check_form(request, form)
                if queued:
                    return await desk_of(request).change(answer, request, form)
                if limiter and limiter.statistics().tasks_waiting >= _MAX_WAITING:
                    message = _("too many people are signing in right now")
                    raise SurroundingsError("busy", message, _("try again in a minute"))
                return await run_sync(answer, request, form, limiter=limiter)
            except XunchaError as error:  # the function was not called
                return refusal_page(request, error, form)

    return Route(path, endpoint, methods=["POST"])


def _answer(
    change: Action, right: str | None, again: ShowAgain | None, request: Request, form: FormData
) -> Response:
    """Call a function; if it is refused and its form cannot be shown again, show the reason with all that was typed."""
    try:
        current_visitor(request) if right is None else must_be_allowed(request, right)
        try:
            return change(request, form)
        except XunchaError as refused:
            if again is None:
                raise
            return again(request, typed(form), refused)
    except UnreadableError as unreadable:
        error: XunchaError = InvalidLedgerError([unreadable.finding])
    except XunchaError as refused:
        error, first = refused, refused.__context__
        broken = isinstance(refused, InvalidLedgerError) or isinstance(first, InvalidLedgerError)
        if isinstance(first, XunchaError) and not broken and first.message != refused.message:
            error = combined([first, refused])
    return refusal_page(request, error, form)


def _once(change: Action, request: Request, form: FormData) -> Response:
    """Call a function that changes the ledger; if today's last change of the same records came from the same form, lead to that commit again.

    Versions do not count: a browser that goes back keeps what was typed, but loads the page with new versions.
    """
    desk = desk_of(request)
    digest = hashlib.sha256(f"{desk.today} {request.url.path}".encode())
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            stream: Any = value.file
            digest.update(hashlib.file_digest(stream, "sha256").digest())
        elif not name.startswith("version"):
            digest.update(repr((name, value)).encode())
    sent = digest.digest()
    if address := desk.recorded_before(sent):
        return RedirectResponse(address, 303)
    answer = change(request, form)
    desk.recorded = dict([*desk.recorded.items(), (sent, answer.headers.get("location", ""))][-MAX_KEPT:])
    return answer


def refusal_page(request: Request, error: XunchaError, form: FormData) -> Response:
    """Show a page with the reason for a refusal, and all that was typed."""
    return page(request, "error", error=error, typed_texts=_typed_texts(form))


def signed_out(request: Request, form: FormData) -> Response:
    """Answer a form whose session has ended."""
    return refusal_page(request, not_signed_in(), form)


def _typed_texts(form: FormData) -> list[tuple[str, str]]:
    """Return labels and texts of what was typed into a form, so that a page can show them for copying."""
    result = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            result += [(_("File"), file_name(value))] if value.filename else []
        elif value.strip() and name not in _NOT_TYPED and not name.startswith(("version-", "stood-")):
            result.append((label_of(name), value.replace("\r\n", "\n")))
    return result


def label_of(name: str) -> str:
    """Return the label of a field, by its name in a form, where a page or a refusal speaks of it."""
    key = {"co_office": "co_offices", "field": "fields"}.get(name, name)
    return _("Why; it stays internal") if name == "reason" else key_name(key)


def form_error(detail: str) -> RefusedError | None:
    """Translate the framework's error about a form that exceeds a limit; None for any other error."""
    hint = _("go back in the browser, where your input is still there, and send less at once")
    for beginnings, message, limit in (
        (("Field exceeded", "Part exceeded"), _("a field contains more than {n} characters"), _MAX_FIELD),
        ("Too many files", _("there are more than {n} files"), _MAX_FILES),
        ("Too many fields", _("there are more than {n} fields"), _MAX_FIELDS),
    ):
        if detail.startswith(beginnings):
            return RefusedError("too-large", message.format(n=limit), hint)
    return None


def _check_form(request: Request, form: FormData) -> None:
    """Refuse a form that another site has made, and a field that is too long.

    Raises RefusedError if the token is missing or wrong; HTTPException, like the framework, if a field is too long.
    """
    if any(isinstance(value, str) and len(value) > _MAX_FIELD for _name, value in form.multi_items()):
        raise HTTPException(400, "Field exceeded")
    token = visitor_of(request).token
    sent = form.get("token")
    if token and not equal(sent if isinstance(sent, str) else "", token):
        raise RefusedError(OLD_FORM, _("this form has expired"), _("reload its page"))


def text(form: FormData, name: str) -> str:
    """Return the text of a field, without blanks around it."""
    return next(iter(texts(form, name)), "")


def texts(form: FormData, name: str) -> list[str]:
    """Return the texts of a field that may occur several times, without empty ones; browsers send CR LF for LF."""
    found = [each.replace("\r\n", "\n").strip() for each in form.getlist(name) if isinstance(each, str)]
    return [each for each in found if each]


def past_day(form: FormData, name: str, today: date) -> date:
    """Return the day in a field, today if it is empty. Raises UsageError if it is no day; RefusedError if it is in the future."""
    typed_text = text(form, name)
    return read_past_day(typed_text, label_of(name), today) if typed_text else today


def lines(form: FormData, name: str) -> list[str]:
    """Return the lines of a field with one item a line, without empty ones."""
    return [line.strip() for each in texts(form, name) for line in each.splitlines() if line.strip()]


def versions(form: FormData) -> dict[str, str]:
    """Return the versions of the files that the form showed, by number."""
    return {name.removeprefix("version-"): text(form, name) for name in form if name.startswith("version-")}


def verb_values(form: FormData, verb: Verb) -> dict[str, Any]:
    """Return what was typed for a verb, by parameter; None for fields left empty or unchanged."""
    values: dict[str, Any] = {}
    for parameter in verb.parameters:
        name, kind, _read = PARAMETERS[parameter.name]
        if kind == "flag":
            values[parameter.name] = bool(text(form, name))
        elif kind == "list":
            values[parameter.name] = lines(form, name) or None
        elif kind == "text":
            required = parameter.default is parameter.empty
            values[parameter.name] = text(form, name) or ("" if required else None)
        if _is_unchanged(form, name):
            values[parameter.name] = None
    return values


def _is_unchanged(form: FormData, name: str) -> bool:
    """Return whether a field still holds the file's value that it was shown with."""
    return f"stood-{name}" in form and text(form, f"stood-{name}") == text(form, name)


def redirect(address: str, commit: str) -> Response:
    """Redirect to a page, which reports the commit of this click; it is empty if nothing was changed."""
    return RedirectResponse(address + (f"?done={commit[:_HASH_LENGTH]}" if commit else ""), 303)


def typed(form: FormData) -> Typed:
    """Return what was typed, by field, for showing the same form again; without unchanged values."""
    return {
        name: "\n".join(texts(form, name))
        for name in form
        if name != "token" and not _is_unchanged(form, name)
    }
