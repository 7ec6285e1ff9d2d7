"""A simulated browser: sends requests to a desk in the test process and fills in its forms."""

from __future__ import annotations

import asyncio
import html
import json
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlencode, urljoin

from tests.conftest import TODAY
from xuncha.desk.application import application
from xuncha.desk.gate import Gate
from xuncha.desk.ledger import Desk
from xuncha.desk.visitors import ByLink

if TYPE_CHECKING:
    from pathlib import Path

KEY = "the-secret"
_HOST = "127.0.0.1:8000"
_FORM = re.compile(
    r'<form[^>]*\bmethod="post"[^>]*\baction="(?P<action>[^"]*)"[^>]*>(?P<body>.*?)</form>', re.DOTALL
)
_INPUT = re.compile(r"<input\b[^>]*>")
_TEXTAREA = re.compile(r'<textarea\b[^>]*\bname="([^"]*)"[^>]*>\n?(.*?)</textarea>', re.DOTALL)
_SELECT = re.compile(r'<select\b[^>]*\bname="([^"]*)"[^>]*>(.*?)</select>', re.DOTALL)
_OPTION = re.compile(r"<option(?P<given>[^>]*)>(?P<shown>.*?)</option>", re.DOTALL)


@dataclass
class Page:
    """What the desk answered."""

    path: str
    """Where the browser is, after redirects, without the query."""
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body."""
        return self.body.decode()


class Browser:
    """A visitor who was given the link, and to whom nothing is shown that was read a second ago."""

    def __init__(self, root: Path, gate: Gate | None = None, desk: Desk | None = None) -> None:
        self.desk = desk or Desk(root, lambda: date.fromisoformat(TODAY))
        self._cookies: dict[str, str] = {"language": "zh"}
        self.headers: dict[str, str] = {}
        """What is sent with each request beside what browsers send always."""
        self.address = "127.0.0.1"
        """From where it asks."""
        if gate:
            self._gate = gate
        else:
            entrance = ByLink(KEY, 8000)
            self._gate = Gate(application(self.desk, entrance), entrance, frozenset({_HOST}))
            self.get(f"/?key={KEY}")

    def get(self, address: str) -> Page:
        """Ask for a page."""
        return self._ask("GET", address)

    def post(self, address: str, form: dict[str, Any]) -> Page:
        """Send a form, and go where it leads."""
        return self._ask("POST", address, urlencode(form, doseq=True).encode())

    def call(self, address: str, asked: Any) -> Page:
        """Ask as a program does, with the cookie of a browser and the token of its page."""
        token = re.search(r'name="token" value="([^"]*)"', self.get("/").text)
        self.headers = {"content-type": "application/json", "x-xuncha-token": token[1] if token else ""}
        try:
            return self._ask("POST", address, json.dumps(asked).encode())
        finally:
            self.headers = {}

    def _ask(self, method: str, address: str, body: bytes = b"") -> Page:
        vars(self.desk).update(_checked_at=float("-inf"))
        page = asyncio.run(self._answer(method, address, body))
        return self.get(urljoin(address, page.headers["location"])) if page.status == 303 else page

    async def _answer(self, method: str, address: str, body: bytes) -> Page:
        path, _mark, query = address.partition("?")
        page = Page(path, 0, {}, b"")
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        sent = {"host": _HOST, "cookie": cookies, "content-length": str(len(body))}
        sent |= {"content-type": "application/x-www-form-urlencoded", **self.headers}
        scope: dict[str, Any] = {
            "type": "http",
            "http_version": "1.1",
            "scheme": "http",
            "method": method,
            "root_path": "",
            "client": (self.address, 4711),
        }
        scope |= {"path": unquote(path), "raw_path": path.encode(), "query_string": query.encode()}
        scope |= {"headers": [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]}

        sent_whole = False

        async def receive() -> dict[str, Any]:
            nonlocal sent_whole
            if sent_whole:
                await asyncio.Event().wait()  # it stays until it is answered
            sent_whole = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                page.status = message["status"]
                for name, value in message["headers"]:
                    page.headers[name.decode("latin-1")] = value.decode("latin-1")
                    if name == b"set-cookie":
                        kept, _equals, rest = value.decode("latin-1").partition("=")
                        self._cookies[kept] = rest.partition(";")[0]
            page.body += message.get("body", b"")

        await self._gate(scope, receive, send)
        return page

    def form(self, page: Page, action: str, holding: str = "") -> dict[str, Any]:
        """Return the fields of a page's form that leads to an address; of several forms, the one that contains a text."""
        bodies = [match["body"] for match in _FORM.finditer(page.text) if match["action"] == action]
        (body,) = [each for each in bodies if holding in each]
        found: dict[str, Any] = {}
        for tag in _INPUT.findall(body):
            told = {name: html.unescape(value) for name, value in re.findall(r'\b([a-z]+)="([^"]*)"', tag)}
            if "name" in told and (told.get("type") not in {"checkbox", "radio"} or " checked" in tag):
                found.setdefault(told["name"], []).append(told.get("value", ""))
        for name, text in _TEXTAREA.findall(body):
            found.setdefault(name, []).append(html.unescape(text).replace("\n", "\r\n"))
        for name, options in _SELECT.findall(body):
            each = [(match["given"], match["shown"]) for match in _OPTION.finditer(options)]
            given, shown = next((one for one in each if "selected" in one[0]), each[0])
            value = re.search(r'value="([^"]*)"', given)
            found.setdefault(name, []).append(html.unescape(value[1] if value else shown))
        return {name: values[0] if len(values) == 1 else values for name, values in found.items()}

    def send(self, page: Page, action: str, holding: str = "", **typed: Any) -> Page:
        """Fill in a form of a page, and send it."""
        return self.post(action, self.form(page, action, holding) | typed)


def told(page: Page) -> str:
    """Return the text of a page, without its tags."""
    return html.unescape(re.sub(r"<[^>]+>", " ", page.text))
