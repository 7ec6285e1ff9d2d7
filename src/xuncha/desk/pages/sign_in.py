"""Sign in and out, change the password and the language, and tell open pages whether the ledger has changed."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from xuncha.accounts import passwords
from xuncha.desk import forms
from xuncha.desk.forms import Typed
from xuncha.desk.gate import LANGUAGE
from xuncha.desk.view import desk_of, local_address, page, visitor_of
from xuncha.desk.visitors import SIGN_IN, ByAccount
from xuncha.errors import RefusedError, XunchaError
from xuncha.language import LANGUAGES
from xuncha.language import gettext as _

_COOKIE_AGE = 180 * 24 * 3600


def _entrance(request: Request) -> ByAccount:
    """Return the entrance of the office desk; on the own desk these pages do not exist."""
    entrance = request.app.state.entrance
    if not isinstance(entrance, ByAccount):
        raise HTTPException(404)
    return entrance


def show(request: Request, typed: Typed | None = None, error: XunchaError | None = None) -> Response:
    """Show the form for name and password."""
    _entrance(request)
    name, demo = (typed or {}).get("name", ""), request.app.state.demo
    back = local_address((typed or request.query_params).get("back", ""))
    return page(request, "sign_in", error=error, account_name=name, back_address=back, demo=demo)


def sign_in(request: Request, form: FormData) -> Response:
    """Sign in, and redirect to the requested page."""
    entrance = _entrance(request)
    name, password = forms.text(form, "name"), str(form.get("password", ""))
    address = request.client.host if request.client else ""
    browser = request.cookies.get(entrance.cookies(request.url.scheme)[1], "")
    secret = entrance.sessions.sign_in(name, password, address, browser)
    return _with_session(request, local_address(forms.text(form, "back")), secret, name)


def _with_session(request: Request, address: str, secret: str, name: str) -> Response:
    """End the browser's earlier session, and redirect with the cookies of a new one.

    The browser also sends them for links in e-mails, but not with forms of other sites.
    """
    entrance, scheme = _entrance(request), request.url.scheme
    session, known = entrance.cookies(scheme)
    entrance.sessions.end(request.cookies.get(session, ""))
    answer = RedirectResponse(address, 303)
    browser_key = entrance.sessions.browser_key(entrance.accounts.get(name))
    for cookie, value, age in ((session, secret, None), (known, browser_key, _COOKIE_AGE)):
        answer.set_cookie(cookie, value, age, httponly=True, samesite="lax", secure=scheme == "https")
    return answer


def sign_out(request: Request, _form: FormData) -> Response:
    """End the session of this browser."""
    entrance = _entrance(request)
    cookie, _known = entrance.cookies(request.url.scheme)
    entrance.sessions.end(request.cookies.get(cookie, ""))
    answer = RedirectResponse(SIGN_IN, 303, {"Clear-Site-Data": '"cache"'})
    answer.delete_cookie(cookie, secure=request.url.scheme == "https")
    return answer


def show_password(
    request: Request, _typed: Typed | None = None, error: XunchaError | None = None
) -> Response:
    """Show the form for a new password."""
    _entrance(request)
    shortest, longest = passwords.MIN_LENGTH, passwords.MAX_LENGTH
    return page(request, "password", error=error, shortest=shortest, longest=longest)


def save_password(request: Request, form: FormData) -> Response:
    """Change the password, and end all other sessions of the account."""
    entrance, account = _entrance(request), visitor_of(request).account
    assert account is not None  # noqa: S101  the entrance lets nobody else come here
    given, new, again = (str(form.get(name, "")) for name in ("password", "new", "again"))
    wrong = _("the current password is wrong")
    entrance.sessions.check_password(account, given, f"password of {account.name}", wrong)
    if new != again:
        raise RefusedError("weak-password", _("the two new passwords differ"))
    if new == given:
        raise RefusedError("weak-password", _("this is the current password"))
    passwords.check_strength(new, account.name, account.email or "")
    new_one = {"password": passwords.hash_password(new), "renew": False}
    entrance.accounts.alter(account.name, known_hash=account.password, **new_one)
    secret = entrance.sessions.begin(entrance.accounts.get(account.name))
    return _with_session(request, "/", secret, account.name)


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
