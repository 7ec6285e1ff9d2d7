"""Unfinished and concurrent requests do not block the desk."""

from __future__ import annotations

import socket
import sys
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING

import httpx2
import pytest

from tests.desk.served import Served, served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import LedgerOnDisk

HASTY = (
    "import sys; from xuncha.desk import gate; gate.PATIENCE, gate._MIN_RATE, gate.MAX_BYTES = 0.7, 10**9, 300_000;"
    "from xuncha.desk import serve; serve.MAX_OPEN = 20;"
    "sys.argv = ['xuncha', 'serve', '--port', '0', '--no-open']; from xuncha.__main__ import main; main()"
)
"""A desk whose patience and measure are small."""
BEARER = "Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {key}\r\n"


@pytest.fixture
def desk(ledger: LedgerOnDisk) -> Iterator[Served]:
    with served(ledger, program=(sys.executable, "-c", HASTY)) as found:
        yield found
        assert found.process.poll() is None
        assert httpx2.get(found.base, trust_env=False).status_code == 403
    assert "Traceback" not in found.errors.read_text()


def said(desk: Served, *pieces: bytes, pause: float = 0.0, limit: float = 20.0) -> bytes:
    """Send pieces of a request, and give all that is answered until the desk ends the connection, which it must."""
    known = {b"{port}": str(desk.port).encode(), b"{key}": desk.key.encode()}
    answer = b""
    with socket.create_connection(("127.0.0.1", desk.port), timeout=limit) as connection:
        with suppress(OSError):
            for piece in pieces:
                for name, value in known.items():
                    piece = piece.replace(name, value)  # noqa: PLW2901
                connection.sendall(piece)
                time.sleep(pause)
        with suppress(ConnectionResetError):
            while piece := connection.recv(65536):
                answer += piece
    return answer


HEAD = BEARER.encode()


@pytest.mark.apart
def test_a_head_that_does_not_come_is_not_waited_for(desk: Served) -> None:
    assert said(desk) == b""
    assert said(desk, b"GET / HTTP/1.1\r\n") == b""
    left = 100
    with socket.create_connection(("127.0.0.1", desk.port)) as connection, suppress(OSError):
        connection.sendall(b"GET / HTTP/1.1\r\n")
        while left:
            connection.sendall(b"X: y\r\n")
            time.sleep(0.1)
            left -= 1
    assert left, "each piece lengthens its life"


@pytest.mark.apart
def test_a_body_that_does_not_come_is_not_waited_for(desk: Served) -> None:
    sent = (
        b"POST /api/close HTTP/1.1\r\n"
        + HEAD
        + b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"
    )
    assert b" 413 " in said(desk, sent).split(b"\r\n")[0]
    answer = said(desk, sent, *[b"[" for _each in range(30)], pause=0.1)
    assert b" 413 " in answer.split(b"\r\n")[0]
    form = sent.replace(b"/api/close", b"/act").replace(
        b"application/json", b"multipart/form-data; boundary=x"
    )
    assert b" 413 " in said(desk, form, b"--x\r\n").split(b"\r\n")[0]


@pytest.mark.apart
def test_a_body_without_end_is_cut_off(desk: Served) -> None:
    start = b"POST /api/attach HTTP/1.1\r\n" + HEAD + b"Content-Type: multipart/form-data; boundary=x\r\n"
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    answer = said(desk, start + b"Content-Length: 400000\r\n\r\n", part, b"x" * 100_000)
    assert b" 413 " in answer.split(b"\r\n")[0]
    chunked = start + b"Transfer-Encoding: chunked\r\n\r\n" + b"%x\r\n%s\r\n" % (len(part), part)
    answer = said(desk, chunked, *[b"10000\r\n" + b"x" * 65536 + b"\r\n" for _each in range(200)], pause=0.02)
    assert b" 413 " in answer.split(b"\r\n")[0]


def test_malformed_requests_are_answered_and_ended(desk: Served) -> None:
    for sent in (b"\x00\xff\r\n\r\n", b"no request\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\n" + HEAD + HEAD + b"\r\n", b"GET / HTTP/1.1\r\n" + HEAD + b"A: b\x00c\r\n\r\n", b"GET / HTTP/1.1\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\n", b"POST / HTTP/1.1\r\n" + HEAD + b"Content-Length: -5\r\n\r\n", b"GET / HTTP/1.1\r\nX: y\r\n\r\n"):  # fmt: skip
        assert b" 400 " in said(desk, sent).split(b"\r\n")[0], sent[:80]
    assert b"Invalid HTTP" not in said(desk, b"no request\r\n\r\n"), "it speaks the language of the desk"
    assert b" 421 " in said(desk, b"GET / HTTP/1.0\r\n\r\n").split(b"\r\n")[0]


@pytest.mark.apart
def test_many_connections_leave_room(desk: Served) -> None:
    with ExitStack() as stack:
        for _each in range(60):
            with suppress(OSError):
                stack.enter_context(socket.create_connection(("127.0.0.1", desk.port), timeout=5))
        time.sleep(1.5)
        assert httpx2.get(desk.link, trust_env=False).status_code == 303


def test_requests_that_hang_when_the_desk_ends_or_were_given_up_print_no_traceback(
    ledger: LedgerOnDisk,
) -> None:
    hasty = HASTY.replace("0.7", "30").replace("serve.MAX_OPEN", "serve._LAST_REQUESTS = 0.2; serve.MAX_OPEN")
    unfinished = b"POST /act HTTP/1.1\r\n%sContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 9\r\n\r\n--x"
    with ExitStack() as stack:
        with served(ledger, program=(sys.executable, "-c", hasty)) as found:
            head = BEARER.format(port=found.port, key=found.key).encode()
            for is_given_up in (True, False):
                connection = stack.enter_context(socket.create_connection(("127.0.0.1", found.port)))
                connection.sendall(unfinished % head)
                assert httpx2.get(found.base, trust_env=False).status_code == 403, (
                    "the request is there by now"
                )
                if is_given_up:
                    connection.close()
        assert "Traceback" not in found.errors.read_text()
