"""Check every request: host, origin, size and visitor. What passes comes from a browser or program that has the secret."""

from __future__ import annotations

import asyncio
import hmac
import time
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, PlainTextResponse

from xuncha import language
from xuncha.errors import XunchaError
from xuncha.language import gettext as _
from xuncha.trail.author import acting_as

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from xuncha.accounts.account import Account
    from xuncha.model.register import MeasureRow

_STRANGER_BYTES: Final = 64 * 1024
"""Bytes in a request of a visitor who has not signed in: it is read into memory."""
MAX_BYTES: Final = 64 * 1024 * 1024
"""Bytes in one request: room for evidence of 50 MB, which usual forges accept."""
PATIENCE: Final = 30.0
"""Seconds in which a request must arrive, besides the time for its bytes at the slowest rate."""
_MIN_RATE: Final = 16 * 1024
"""Bytes a second of the slowest usual connection."""
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " frame-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # without a referrer, Chromium sends forms with `Origin: null`
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""The headers of every answer, unless it sets its own."""
SAFE: Final = frozenset({"GET", "HEAD"})
"""The HTTP methods that change nothing."""
LANGUAGE: Final = "language"
"""The cookie with the language of a reader."""


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


class Entrance(Protocol):
    """The way in which visitors are identified."""

    def visitor(self, scope: Scope, headers: Headers, cookies: dict[str, str]) -> Visitor | ASGIApp:
        """Return the visitor; or the answer to somebody who may not come in, or not yet."""

    def refreshed(self, visitor: Visitor) -> Visitor:
        """Return the visitor's present state, when their turn has come.

        Raises:
            RefusedError: the session has ended meanwhile.
        """


class TooLargeError(HTTPException):  # FastAPI would report any other exception as a malformed request
    """A request is too large, or its bytes do not arrive in time."""

    def __init__(self) -> None:
        super().__init__(413)


class Gate:
    """Wraps the application: checks host, origin and size, identifies the visitor, and sets security headers."""

    def __init__(self, application: ASGIApp, entrance: Entrance, hosts: frozenset[str] | None) -> None:
        """Keep the application behind the gate, and its settings.

        Args:
            application: answers the requests that pass.
            entrance: identifies visitors.
            hosts: allowed values of the Host header; None allows any. Another name may
                belong to an attacker's site that resolves it to this machine; such a site has no session of an office desk.
        """
        self._application = application
        self._entrance = entrance
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        headers = Headers(scope=scope)
        cookies = cookie_parser(headers.get("cookie", ""))
        spoken = cookies.get(LANGUAGE, "")
        with language.use_language(spoken if spoken in language.LANGUAGES else language.current_language()):
            answer = self._refusal(scope, headers) or self._identify(scope, headers, cookies)
            length = int(headers.get("content-length", "0")[:20]) if answer is None else 0
            visitor: Visitor = scope.get("visitor", Visitor(""))
            max_bytes = MAX_BYTES if visitor.signed_in else _STRANGER_BYTES
            with acting_as(visitor.account.author if visitor.account else None):
                await (answer or self._application)(
                    scope, _limited(receive, length, max_bytes), _with_headers(send, scope)
                )

    def _identify(self, scope: Scope, headers: Headers, cookies: dict[str, str]) -> ASGIApp | None:
        """Store the visitor in the scope; return an answer for anyone else."""
        if scope["path"].startswith("/static/"):
            scope["visitor"] = Visitor("")
            return None
        try:
            visitor = self._entrance.visitor(scope, headers, cookies)
        except XunchaError as error:  # the accounts cannot be read
            return refusal(scope, error.code, error.message, 503)
        if not isinstance(visitor, Visitor):
            return visitor
        scope["visitor"] = visitor
        by_cookie = visitor.token and scope["path"].startswith("/api/") and is_change(scope)
        if by_cookie and not equal(headers.get("x-xuncha-token", ""), visitor.token):
            return refusal(
                scope, "no-token", _("a browser must send the token of its page as X-Xuncha-Token")
            )
        return None

    def _refusal(self, scope: Scope, headers: Headers) -> ASGIApp | None:
        """Return the answer to a request with a foreign host or origin, or one that is too large; None for all others."""
        host = headers.get("host", "").casefold()
        if self._hosts is not None and host not in self._hosts:
            return refusal(scope, "wrong-host", _("this desk is not available under this name"), 421)
        if "\0" in scope["path"]:
            return refusal(scope, "not-found", _("there is no such page"), 404)
        length = headers.get("content-length", "0")
        if not length.isdecimal():
            return refusal(scope, "malformed", _("this cannot be done here"), 400)
        origin = headers.get("origin")
        foreign = origin is not None and origin not in {
            f"{scope['scheme']}://{each}" for each in self._hosts or {host}
        }
        if foreign or (
            is_change(scope) and headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}
        ):
            return refusal(scope, "foreign-origin", _("this request comes from another page"))
        return None


def equal(value: str, secret: str) -> bool:
    """Return whether two secrets are equal, in constant time."""
    return hmac.compare_digest(value.encode(errors="replace"), secret.encode())


def is_change(scope: Scope) -> bool:
    """Return whether a request may change something."""
    return scope["method"] not in SAFE


def refusal(scope: Scope, code: str, message: str, status: int = 403) -> ASGIApp:
    """Return the answer to a refused visitor; as JSON for a program."""
    if scope["path"].startswith("/api/"):
        return JSONResponse({"error": {"code": code, "message": message, "hint": ""}}, status)
    return PlainTextResponse(message, status)


def _limited(receive: Receive, length: int, max_bytes: int) -> Receive:
    """Limit the bytes of a request and the time in which they arrive; `length` is its Content-Length."""
    size, is_complete, began = 0, False, time.monotonic()

    async def received() -> Message:
        nonlocal size, is_complete
        if is_complete:
            return await receive()  # a wait for the visitor to disconnect
        if length > max_bytes:
            raise TooLargeError
        try:
            seconds = PATIENCE + size / _MIN_RATE - (time.monotonic() - began)
            message = await asyncio.wait_for(receive(), seconds)
        except TimeoutError:
            raise TooLargeError from None
        size += len(message.get("body", b""))
        is_complete = not message.get("more_body", False)
        if size > max_bytes:
            raise TooLargeError
        return message

    return received


def _with_headers(send: Send, scope: Scope) -> Send:
    """Add the security headers to answers."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            if scope["scheme"] == "https":
                headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        await send(message)

    return sent
