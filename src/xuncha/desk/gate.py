"""The gate: who may ask, and from where. What passes it comes from the browser or the program that was given the secret."""

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

_OF_A_STRANGER: Final = 64 * 1024
"""Bytes in one request of somebody who has not signed in: it is read into memory."""
LARGEST: Final = 64 * 1024 * 1024
"""Bytes in one request: a measure's evidence, which usual forges take up to 50 MB at a time."""
PATIENCE: Final = 30.0
"""Seconds in which a request must come, those aside that its bytes take at the slowest."""
_SLOWEST: Final = 16 * 1024
"""Bytes a second: what the slowest of usual lines send."""
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " frame-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # without one, Chromium says that a form comes from nowhere
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""What every answer says that does not say otherwise."""
SAFE: Final = frozenset({"GET", "HEAD"})
"""The methods that change nothing."""
LANGUAGE: Final = "language"
"""The cookie that holds the language of a reader."""


class Visitor(NamedTuple):
    """Who asks."""

    token: str
    """Forms carry it, against forged requests; empty for a program, whose secret no browser adds by itself."""
    account: Account | None = None
    """In which they have signed in; None on the own desk, and before."""
    session: str = ""
    """The secret of their session, where there are several."""
    owns: bool = False
    """Whether it is whoever has begun the own desk, and may do everything as git's user."""

    @property
    def signed_in(self) -> bool:
        """Whether they are known, and have a password of their own."""
        return self.owns or (self.account is not None and not self.account.renew)

    def may(self, action: str, row: MeasureRow | None = None) -> bool:
        """Return whether they may do something; see `Account.may`."""
        return self.owns or (self.account is not None and self.account.may(action, row))


class Entrance(Protocol):
    """How one comes in."""

    def visitor(self, scope: Scope, headers: Headers, cookies: dict[str, str]) -> Visitor | ASGIApp:
        """Return who asks; or the answer to whoever does not come in, or not yet."""

    def refreshed(self, visitor: Visitor) -> Visitor:
        """Return who asks as they stand now, when their turn has come.

        Raises:
            RefusedError: their session has ended meanwhile.
        """


class TooLargeError(HTTPException):  # FastAPI takes any other for a request that it cannot read
    """A request has more bytes than it may have, or its bytes do not come."""

    def __init__(self) -> None:
        super().__init__(413)


class Gate:
    """Stands before the application: checks host, origin and size, asks who comes, and says what a browser may do with the answers."""

    def __init__(self, application: ASGIApp, entrance: Entrance, hosts: frozenset[str] | None) -> None:
        """Take what stands behind the gate.

        Args:
            application: what answers.
            entrance: knows who may come in.
            hosts: the names, with the port where it is said, under which the desk is reached; None: under any. Another name may
                be an attacker's whose page has it stand for this machine; that page has no session of an office desk.
        """
        self._application = application
        self._entrance = entrance
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it through."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        headers = Headers(scope=scope)
        cookies = cookie_parser(headers.get("cookie", ""))
        spoken = cookies.get(LANGUAGE, "")
        with language.speaking(spoken if spoken in language.LANGUAGES else language.spoken()):
            answer = self._refusal(scope, headers) or self._identify(scope, headers, cookies)
            length = int(headers.get("content-length", "0")[:20]) if answer is None else 0
            visitor: Visitor = scope.get("visitor", Visitor(""))
            most = LARGEST if visitor.signed_in else _OF_A_STRANGER
            with acting_as(visitor.account.author if visitor.account else None):
                await (answer or self._application)(
                    scope, _bounded(receive, length, most), _marked(send, scope)
                )

    def _identify(self, scope: Scope, headers: Headers, cookies: dict[str, str]) -> ASGIApp | None:
        """Store the visitor in the scope; return the refusal for anyone else."""
        if scope["path"].startswith("/static/"):
            scope["visitor"] = Visitor("")
            return None
        try:
            came = self._entrance.visitor(scope, headers, cookies)
        except XunchaError as error:  # the accounts cannot be read
            return refusal(scope, error.code, error.message, 503)
        if not isinstance(came, Visitor):
            return came
        scope["visitor"] = came
        by_cookie = came.token and scope["path"].startswith("/api/") and changes(scope)
        if by_cookie and not same(headers.get("x-xuncha-token", ""), came.token):
            return refusal(scope, "no-token", _("a browser sends the token of its page as X-Xuncha-Token"))
        return None

    def _refusal(self, scope: Scope, headers: Headers) -> ASGIApp | None:
        """Return the answer to what no browser of a visitor sends: another host, another site, too much."""
        host = headers.get("host", "").casefold()
        if self._hosts is not None and host not in self._hosts:
            return refusal(scope, "wrong-host", _("this desk is not reached under this name"), 421)
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
            changes(scope) and headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}
        ):
            return refusal(scope, "foreign-origin", _("this request comes from another page"))
        return None


def same(given: str, secret: str) -> bool:
    """Whether a secret is the one that was given, in a time that does not tell how much of it is."""
    return hmac.compare_digest(given.encode(errors="replace"), secret.encode())


def changes(scope: Scope) -> bool:
    """Return whether a request asks for a change."""
    return scope["method"] not in SAFE


def refusal(scope: Scope, code: str, message: str, status: int = 403) -> ASGIApp:
    """Return the answer to whoever does not come in: to a program as JSON."""
    if scope["path"].startswith("/api/"):
        return JSONResponse({"error": {"code": code, "message": message, "hint": ""}}, status)
    return PlainTextResponse(message, status)


def _bounded(receive: Receive, length: int, most: int) -> Receive:
    """Receive a request of at most so many bytes, which may come slowly, but not without end; `length` is what it says of itself."""
    taken, is_whole, began = 0, False, time.monotonic()

    async def received() -> Message:
        nonlocal taken, is_whole
        if is_whole:
            return await receive()  # waits for the visitor to leave
        if length > most:
            raise TooLargeError
        try:
            left = PATIENCE + taken / _SLOWEST - (time.monotonic() - began)
            message = await asyncio.wait_for(receive(), left)
        except TimeoutError:
            raise TooLargeError from None
        taken += len(message.get("body", b""))
        is_whole = not message.get("more_body", False)
        if taken > most:
            raise TooLargeError
        return message

    return received


def _marked(send: Send, scope: Scope) -> Send:
    """Send answers with the headers that keep a browser from doing more than the desk wants."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            if scope["scheme"] == "https":
                headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        await send(message)

    return sent
