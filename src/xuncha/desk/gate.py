"""Check every request: host, origin, size and visitor. What passes comes from a browser or program that has the secret."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from xuncha import language
from xuncha.accounts.passwords import equal
from xuncha.desk.visitors import ByAccount, ByLink, Visitor, is_change, refusal
from xuncha.errors import XunchaError
from xuncha.language import gettext as _
from xuncha.trail.author import acting_as

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
LANGUAGE: Final = "language"
"""The cookie with the language of a reader."""


class Gate:
    """Wraps the application: checks host, origin and size, identifies the visitor, and sets security headers."""

    def __init__(
        self, application: ASGIApp, entrance: ByLink | ByAccount, hosts: frozenset[str] | None
    ) -> None:
        """Keep the application behind the gate, how it identifies visitors, and the allowed values of the Host header; None allows any.

        Another name may belong to an attacker's site that resolves it to this machine; such a site has no session of an office desk.
        """
        self._application = application
        self._entrance = entrance
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        headers = Headers(scope=scope)
        cookies = cookie_parser(headers.get("cookie", ""))
        spoken = cookies.get(LANGUAGE, "")
        with language.use_language(spoken if spoken in language.LANGUAGES else language.current_language()):
            found = self._refusal(scope, headers) or self._identify(scope, headers, cookies)
            answer = self._application if isinstance(found, Visitor) else found
            visitor = scope["visitor"] = found if isinstance(found, Visitor) else Visitor("")
            received = _limited(receive, headers, MAX_BYTES if visitor.signed_in else _STRANGER_BYTES)
            with acting_as(visitor.account.author if visitor.account else None):
                await answer(scope, received, _with_headers(send, scope))

    def _identify(self, scope: Scope, headers: Headers, cookies: dict[str, str]) -> Visitor | ASGIApp:
        """Return the visitor; or the answer to somebody who may not come in."""
        if scope["path"].startswith("/static/"):
            return Visitor("")
        try:
            visitor = self._entrance.visitor(scope, headers, cookies)
        except XunchaError as error:  # the accounts cannot be read
            return refusal(scope, error.code, error.message, 503)
        is_call = scope["path"].startswith("/api/") and is_change(scope)
        sent = headers.get("x-xuncha-token", "")
        if is_call and isinstance(visitor, Visitor) and visitor.token and not equal(sent, visitor.token):
            message = _("a browser must send the token of its page as X-Xuncha-Token")
            return refusal(scope, "no-token", message)
        return visitor

    def _refusal(self, scope: Scope, headers: Headers) -> ASGIApp | None:
        """Return the answer to a request with a foreign host or origin, or one that is too large; None for all others."""
        host = headers.get("host", "").casefold()
        if self._hosts is not None and host not in self._hosts:
            return refusal(scope, "wrong-host", _("this desk is not available under this name"), 421)
        if "\0" in scope["path"]:
            return refusal(scope, "not-found", _("there is no such page"), 404)
        _kind, options = parse_options_header(headers.get("content-type"))
        is_text = options.get(b"charset", b"utf-8").lower() in {b"utf-8", b"utf8"}
        if not is_text or not headers.get("content-length", "0").isdecimal():
            return refusal(scope, "malformed", _("the request is too long, or cannot be read"), 422)
        own_origins = [f"{scope['scheme']}://{each}" for each in self._hosts or {host}]
        site = headers.get("sec-fetch-site", "none") if is_change(scope) else "none"
        if headers.get("origin") not in {None, *own_origins} or site not in {"same-origin", "none"}:
            return refusal(scope, "foreign-origin", _("this request comes from another page"))
        return None


def _limited(receive: Receive, headers: Headers, max_bytes: int) -> Receive:
    """Limit the bytes of a request and the time in which they arrive; beyond that, raise HTTPException 413."""
    size, is_complete, began = 0, False, time.monotonic()

    async def received() -> Message:
        nonlocal size, is_complete
        if is_complete:
            return await receive()  # a wait for the visitor to disconnect
        if int(headers.get("content-length", "0")[:20]) > max_bytes:
            raise HTTPException(413)
        try:
            seconds = PATIENCE + size / _MIN_RATE - (time.monotonic() - began)
            message = await asyncio.wait_for(receive(), seconds)
        except TimeoutError:
            raise HTTPException(413) from None
        size += len(message.get("body", b""))
        is_complete = not message.get("more_body", False)
        if size > max_bytes:
            raise HTTPException(413)
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
