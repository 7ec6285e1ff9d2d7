"""Identify visitors: on the own desk by the printed link, on the office desk by name and password."""

from __future__ import annotations

import secrets
from typing import Final, NamedTuple
from urllib.parse import parse_qs, urlencode

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Scope

from xuncha.accounts.account import NOT_SIGNED_IN, Account, not_signed_in
from xuncha.accounts.book import Accounts
from xuncha.accounts.passwords import equal
from xuncha.desk.sessions import Sessions
from xuncha.language import gettext as _
from xuncha.model.register import MeasureRow

SIGN_IN: Final = "/sign-in"
"""The address of the page to sign in, the only one that strangers see."""
NEW_PASSWORD: Final = "/password"  # noqa: S105
"""The address of the page to change the password, the only one shown to a person who must change it."""
SIGN_OUT: Final = "/sign-out"
SIGNED_OUT: Final = "/signed-out"
"""The internal address that answers a form whose session has ended; browsers do not see it."""
_OLD_PASSWORD_PATHS: Final = frozenset({NEW_PASSWORD, SIGN_OUT, "/language"})
SAFE: Final = frozenset({"GET", "HEAD"})
"""The HTTP methods that change nothing."""


class Visitor(NamedTuple):
    """The person or program that sends a request."""

    token: str
    """The token in forms against forged requests; empty for a program, whose secret no browser sends by itself."""
    account: Account | None = None
    """The account; None on the own desk, and before signing in."""
    session: str = ""
    """The secret of the session, on the office desk."""
    is_owner: bool = False
    """Whether this is the user who started the own desk, and may do everything as git's user."""

    @property
    def signed_in(self) -> bool:
        """Whether the visitor is known, and need not change the password."""
        return self.is_owner or (self.account is not None and not self.account.renew)

    def may(self, action: str, row: MeasureRow | None = None) -> bool:
        """Return whether the visitor may do an action; see `Account.may`."""
        return self.is_owner or (self.account is not None and self.account.may(action, row))


def is_change(scope: Scope) -> bool:
    """Return whether a request may change something."""
    return scope["method"] not in SAFE


def refusal(scope: Scope, code: str, message: str, status: int = 403) -> ASGIApp:
    """Return the answer to a refused visitor; as JSON for a program."""
    if scope["path"].startswith("/api/"):
        return JSONResponse({"error": {"code": code, "message": message, "hint": ""}}, status)
    return PlainTextResponse(message, status)


class ByLink:
    """The entrance of the own desk, for the holder of the link."""

    def __init__(self, key: str, port: int) -> None:
        self.key = key
        self._ticket = ""
        self._session = secrets.token_urlsafe(32)
        self._token = secrets.token_urlsafe(32)
        self._cookie = f"xuncha-{port}"  # since a browser sends cookies to every port

    def ticket(self) -> str:
        """Return a secret that is valid once, for use where others on the machine may see it."""
        self._ticket = secrets.token_urlsafe(32)
        return self._ticket

    def visitor(self, scope: Scope, headers: Headers, cookies: dict[str, str]) -> Visitor | ASGIApp:
        """Return the visitor; or an answer, if there is no secret, or the link was just opened.

        The link redirects to an address without the secret, so that the browser's history does not keep it.
        """
        key = parse_qs(scope["query_string"].decode("latin-1")).get("key", [""])[0]
        if scope["path"] == "/" and key and (equal(key, self.key) or equal(key, self._ticket)):
            if key == self._ticket:
                self._ticket = ""
            answer = RedirectResponse("/", 303)
            answer.set_cookie(self._cookie, self._session, httponly=True, samesite="strict")
            return answer
        kind, _blank, credentials = headers.get("authorization", "").partition(" ")
        if kind.casefold() == "bearer" and equal(credentials.strip(), self.key):
            return Visitor("", is_owner=True)
        if equal(cookies.get(self._cookie, ""), self._session):
            return Visitor(self._token, is_owner=True)
        message = _("open the link that `xuncha serve` printed: it contains the secret of this desk")
        return refusal(scope, "no-secret", message)

    def refreshed(self, visitor: Visitor) -> Visitor:
        """Return the visitor unchanged: the link is valid until the desk ends."""
        return visitor


class ByAccount:
    """The entrance of the office desk, for people with accounts."""

    def __init__(self, accounts: Accounts, port: int) -> None:
        self.accounts = accounts
        self.sessions = Sessions(accounts)
        self._port = port

    def cookies(self, scheme: str) -> tuple[str, str]:
        """Return the names of two cookies: of the session, and of a browser in which an account has signed in before.

        Over TLS, no other site can set them.
        """
        name = f"{'__Host-' if scheme == 'https' else ''}xuncha-{self._port}"
        return name, f"{name}-known"

    def visitor(self, scope: Scope, headers: Headers, cookies: dict[str, str]) -> Visitor | ASGIApp:  # noqa: ARG002
        """Return the visitor; or a redirect to sign in or to change the password."""
        path: str = scope["path"]
        secret = cookies.get(self.cookies(scope["scheme"])[0], "")
        entry = self.sessions.find(secret)
        if path == SIGN_IN:
            return Visitor("")
        if entry is None:
            return self._sign_in(scope, path)
        account, session = entry
        if account.renew and path not in _OLD_PASSWORD_PATHS:
            if path.startswith("/api/") or is_change(scope):
                return refusal(scope, "new-password", _("choose your own password first"))
            return RedirectResponse(NEW_PASSWORD, 303)
        return Visitor(session.token, account, secret)

    def _sign_in(self, scope: Scope, path: str) -> Visitor | ASGIApp:
        """Redirect a stranger to sign in; show again what they typed into a form."""
        if path.startswith("/api/") or path == "/state":
            return refusal(scope, NOT_SIGNED_IN, not_signed_in().message)
        if is_change(scope):
            if path != "/language":
                scope["path"] = SIGNED_OUT
            return Visitor("")
        address = path + (f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else "")
        return RedirectResponse(f"{SIGN_IN}?{urlencode({'back': address})}", 303)

    def refreshed(self, visitor: Visitor) -> Visitor:
        """Return the visitor with the present state of their account. Raises RefusedError if the session has ended."""
        if visitor.account is None:
            return visitor
        if (entry := self.sessions.find(visitor.session)) is None:
            raise not_signed_in()
        return visitor._replace(account=entry[0])
