"""Desks for tests: a quick one in the test process, and one run as by its user."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import httpx2
from starlette.testclient import TestClient

from tests.conftest import TODAY
from xuncha.desk.application import application
from xuncha.desk.gate import Gate
from xuncha.desk.ledger import Desk
from xuncha.desk.visitors import ByLink

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

HOST = "127.0.0.1:8420"
BASE = f"http://{HOST}"
KEY = "the-secret-of-this-run"
PROGRAM = (sys.executable, "-m", "xuncha", "--ledger", ".", "serve", "--port", "0", "--no-open")
FORM = {"content-type": "application/x-www-form-urlencoded"}


def client_of(ledger: LedgerOnDisk, **options: Any) -> TestClient:
    """Return a client at the gate of a desk in this process, not admitted yet."""
    desk = Desk(ledger.root, lambda: date.fromisoformat(TODAY))
    entrance = ByLink(KEY, 8420)
    gate = Gate(application(desk, entrance), entrance, frozenset({HOST, "localhost:8420"}))
    return TestClient(gate, BASE, follow_redirects=False, **options)


@dataclass
class Visit:
    """A visitor who was let in, with what their browser knows: cookies, and the token of the page."""

    client: httpx2.Client
    token: str = field(init=False)

    def __post_init__(self) -> None:
        self.token = hidden(self.client.get("/").text, "token")[0]

    def get(self, path: str, status: int = 200) -> str:
        """Look at a page."""
        answer = self.client.get(path)
        assert answer.status_code == status, f"{path}: {answer.status_code} {told(answer.text)}"
        return answer.text

    def post(
        self, path: str, fields: Mapping[str, Any], files: Sequence[tuple[str, Any]] | None = None
    ) -> httpx2.Response:
        """Send a form as the page would."""
        return self.client.post(path, data={"token": self.token, **fields}, files=files)

    def act(
        self, action: str, *ids: str, files: Sequence[tuple[str, Any]] | None = None, **fields: Any
    ) -> httpx2.Response:
        """Send the form of an action, with the versions that its page shows at this instant."""
        shown = self.get(f"/act?action={action}&id={'&id='.join(ids)}")
        versions = dict(zip(hidden(shown, "id"), hidden(shown, "version-.*"), strict=True))
        named = {f"version-{number}": version for number, version in versions.items()}
        return self.post("/act", {"action": action, "id": [*ids], **named, **fields}, files)


def visit(ledger: LedgerOnDisk, **options: Any) -> Visit:
    """Let a visitor in, by the link, to a desk in this process."""
    client = client_of(ledger, **options)
    assert client.get(f"/?key={KEY}").status_code == 303
    return Visit(client)


@dataclass
class Served:
    """A desk as its user runs it."""

    process: subprocess.Popen[str]
    link: str
    errors: Path
    clients: list[httpx2.Client] = field(default_factory=list)

    @property
    def base(self) -> str:
        return self.link.partition("/?")[0]

    @property
    def port(self) -> int:
        return int(self.base.rpartition(":")[2])

    @property
    def key(self) -> str:
        return self.link.partition("key=")[2]

    def visit(self) -> Visit:
        """Let a visitor in, by the link."""
        client = httpx2.Client(base_url=self.base, timeout=60, trust_env=False)
        self.clients.append(client)
        assert client.get(self.link).status_code == 303
        return Visit(client)

    def kill(self) -> None:
        """End it at once, as a power failure would."""
        self.process.kill()
        self.process.wait()


@contextmanager
def served(ledger: LedgerOnDisk, *, program: Sequence[str] = PROGRAM, **environment: str) -> Iterator[Served]:
    """Run a desk; at the end it must end by itself when it is told to."""
    errors = ledger.root.parent / "serve.err"
    with errors.open("a") as stream:
        process = subprocess.Popen(
            program,
            cwd=ledger.root,
            env={**ledger.environment, **environment},
            stdout=subprocess.PIPE,
            stderr=stream,
            text=True,
        )
    assert process.stdout
    desk = None
    try:
        link = process.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?key=\S+", link), (
            f"{link!r} {process.poll()} {errors.read_text()}"
        )
        desk = Served(process, link, errors)
        yield desk
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
            assert not process.stdout.read(), "it prints one line"
    finally:
        for client in desk.clients if desk else ():
            client.close()
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stdout.close()


def told(page: str) -> str:
    """Return the errors that a page shows, or else its beginning."""
    found = re.findall(r'<(?:div|p) class="note error".*?</(?:div|p)>', page, re.DOTALL)
    return " ".join(re.sub("<[^>]*>", " ", " ".join(found) or page[:300]).split())


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    """Return the tags of a page, with their attributes."""
    parser = _Tags()
    parser.feed(page)
    return parser.found


def hidden(page: str, name: str) -> list[str]:
    """Return the values of the inputs of a page whose names match a pattern."""
    return [
        given.get("value") or ""
        for tag, given in tags(page)
        if tag == "input" and re.fullmatch(name, given.get("name") or "")
    ]
