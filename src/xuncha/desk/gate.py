"""The gate: who may ask, and from where. What passes it comes from the browser or the program that was given the secret."""

from __future__ import annotations

import asyncio
import hmac
import secrets
import time
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse

from xuncha import language
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

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


class TooLargeError(HTTPException):  # FastAPI takes any other for a request that it cannot read
    """A request has more bytes than `LARGEST`, or its bytes do not come."""

    def __init__(self) -> None:
        super().__init__(413)


class Gate:
    """Stands before the application: checks host, origin, secret and size, and says what a browser may do with the answers."""

    def __init__(self, application: ASGIApp, key: str, hosts: frozenset[str]) -> None:
        """Take what stands behind the gate.

        Args:
            application: what answers.
            key: the secret of the link that was printed.
            hosts: the names, with the port where it is said, under which the desk is reached.
        """
        self._application = application
        self._key = key
        self._hosts = hosts
        self._ticket = ""
        self._session = secrets.token_urlsafe(32)
        self._token = secrets.token_urlsafe(32)
        self._cookie = "xuncha-" + max(hosts).rpartition(":")[2]  # a browser sends cookies to every port

    def ticket(self) -> str:
        """Return a secret that opens the desk once, for what others on the machine may see."""
        self._ticket = secrets.token_urlsafe(32)
        return self._ticket

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it through."""
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        headers = Headers(scope=scope)
        cookies = cookie_parser(headers.get("cookie", ""))
        spoken = cookies.get(LANGUAGE, "")
        with language.speaking(spoken if spoken in language.LANGUAGES else language.spoken()):
            answer = (
                self._refusal(scope, headers)
                or self._entrance(scope)
                or self._stranger(scope, headers, cookies)
            )
            length = int(headers.get("content-length", "0")[:20]) if answer is None else 0
            await (answer or self._application)(scope, _bounded(receive, length), _marked(send))

    def _refusal(self, scope: Scope, headers: Headers) -> ASGIApp | None:
        """Return the answer to what no browser of a visitor sends: another host, another site, too much."""
        if headers.get("host", "").casefold() not in self._hosts:
            return _error(scope, "wrong-host", _("this desk is not reached under this name"), 421)
        if "\0" in scope["path"]:
            return _error(scope, "not-found", _("there is no such page"), 404)
        length = headers.get("content-length", "0")
        if not length.isdecimal():
            return _error(scope, "malformed", _("this cannot be done here"), 400)
        origin = headers.get("origin")
        foreign = origin is not None and origin not in {f"http://{host}" for host in self._hosts}
        if foreign or (
            _changes(scope) and headers.get("sec-fetch-site", "none") not in {"same-origin", "none"}
        ):
            return _error(scope, "foreign-origin", _("this request comes from another page"))
        return None

    def _entrance(self, scope: Scope) -> ASGIApp | None:
        """Let in whoever opens the link with the secret; the browser goes on without it, so that its history does not keep it."""
        given = parse_qs(scope["query_string"].decode("latin-1")).get("key", [""])[0]
        if scope["path"] != "/" or not given or not (same(given, self._key) or same(given, self._ticket)):
            return None
        if given == self._ticket:
            self._ticket = ""
        answer = RedirectResponse("/", 303)
        answer.set_cookie(self._cookie, self._session, httponly=True, samesite="strict")
        return answer

    def _stranger(self, scope: Scope, headers: Headers, cookies: dict[str, str]) -> ASGIApp | None:
        """Return the answer to whoever has no secret; note the visitor who has."""
        if scope["path"].startswith("/static/"):
            scope["visitor"] = Visitor("")
            return None
        kind, _blank, given = headers.get("authorization", "").partition(" ")
        if kind.casefold() == "bearer" and same(given.strip(), self._key):
            scope["visitor"] = Visitor("")
        elif same(cookies.get(self._cookie, ""), self._session):
            asks_for_change = scope["path"].startswith("/api/") and _changes(scope)
            if asks_for_change and not same(headers.get("x-xuncha-token", ""), self._token):
                return _error(scope, "no-token", _("a browser sends the token of its page as X-Xuncha-Token"))
            scope["visitor"] = Visitor(self._token)
        else:
            said = _("open the link that `xuncha serve` printed: it holds the secret of this desk")
            return _error(scope, "no-secret", said)
        return None


def same(given: str, secret: str) -> bool:
    """Whether a secret is the one that was given, in a time that does not tell how much of it is."""
    return hmac.compare_digest(given.encode(), secret.encode())


def _changes(scope: Scope) -> bool:
    return scope["method"] not in SAFE


def _error(scope: Scope, code: str, message: str, status: int = 403) -> ASGIApp:
    if scope["path"].startswith("/api/"):
        return JSONResponse({"error": {"code": code, "message": message, "hint": ""}}, status)
    return PlainTextResponse(message, status)


def _bounded(receive: Receive, length: int) -> Receive:
    """Receive a request of at most `LARGEST` bytes, which may come slowly, but not without end; `length` is what it says of itself."""
    taken, is_whole, began = 0, False, time.monotonic()

    async def received() -> Message:
        nonlocal taken, is_whole
        if is_whole:
            return await receive()  # waits for the visitor to leave
        if length > LARGEST:
            raise TooLargeError
        try:
            left = PATIENCE + taken / _SLOWEST - (time.monotonic() - began)
            message = await asyncio.wait_for(receive(), left)
        except TimeoutError:
            raise TooLargeError from None
        taken += len(message.get("body", b""))
        is_whole = not message.get("more_body", False)
        if taken > LARGEST:
            raise TooLargeError
        return message

    return received


def _marked(send: Send) -> Send:
    """Send answers with the headers that keep a browser from doing more than the desk wants."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sent
