"""Sending letters by e-mail with the Word file, and to a group, through local servers."""

from __future__ import annotations

import contextlib
import email
import json
import shutil
import socket
import ssl
import subprocess
import threading
from email import policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.conftest import LedgerOnDisk


class MailServer:
    """Takes e-mails, as RFC 5321 says, without encryption."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.taken: list[tuple[list[str], bytes]] = []
        self.refuses = False
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self.socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as stream:
                self._talk(stream)

    def _talk(self, stream: Any) -> None:
        def say(line: str) -> None:
            stream.write(line.encode() + b"\r\n")
            stream.flush()

        say("220 ready")
        to: list[str] = []
        while line := stream.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                say("354 go on")
                content = b"".join(iter(stream.readline, b".\r\n"))
                self.taken.append((to, content))
                say("250 taken")
            elif verb == b"RCPT":
                to.append(line.decode().partition("<")[2].partition(">")[0])
                say("550 no such" if self.refuses else "250 ok")
            elif verb == b"QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    yield server
    server.socket.close()


def _with_section(ledger: LedgerOnDisk, *more: str) -> None:
    ledger.ok("account", "add", "王芳", "--role", "manager", "--email", "wang@example.cn")
    ledger.ok("account", "add", "李强", "--role", "section", "--office", "规划科", *more)


def test_a_letter_is_mailed_to_the_accounts_of_its_office(
    ledger: LedgerOnDisk, mail_server: MailServer
) -> None:
    _with_section(ledger, "--email", "li@example.cn")
    ledger.ok(
        "account", "add", "赵敏", "--role", "section", "--office", "规划科", "--email", "zhao@example.cn"
    )
    ledger.ok("account", "disable", "赵敏")
    address = f"smtp://127.0.0.1:{mail_server.port}/?from=office@example.cn"
    said = ledger.ok("report", "letter", "reminder", "1.2", "--send", "email", XUNCHA_SMTP=address)
    assert "li@example.cn" in said
    [(to, content)] = mail_server.taken
    assert to == ["li@example.cn"]
    message = email.message_from_bytes(content, policy=policy.default)
    assert message["Subject"] == "中共某市水务局党组提醒函：规划科"
    assert message["From"] == "office@example.cn"
    body, word = message.iter_parts()
    assert body.get_content().replace("\r\n", "\n") == ledger.ok("report", "letter", "reminder", "1.2")
    assert word.get_filename() == "提醒函.docx"
    assert word.get_content()[:2] == b"PK"


def test_what_was_not_mailed_is_said(ledger: LedgerOnDisk, mail_server: MailServer) -> None:
    _with_section(ledger)
    letter = ("report", "letter", "reminder", "1.2", "--send", "email")
    address = f"smtp://127.0.0.1:{mail_server.port}/?from=office@example.cn"
    assert "error[no-address]" in ledger.run(*letter, XUNCHA_SMTP=address).err
    ledger.ok(
        "account", "add", "赵敏", "--role", "section", "--office", "规划科", "--email", "zhao@example.cn"
    )
    assert "error[not-set-up]" in ledger.run(*letter).err
    mail_server.refuses = True
    assert "error[not-sent]" in ledger.run(*letter, XUNCHA_SMTP=address).err
    result = ledger.run(*letter, XUNCHA_SMTP=address.replace("//", "//me:secret@"))
    assert "error[not-sent]" in result.err
    assert "secret" not in result.err, "no password goes in clear"
    mail_server.socket.close()
    result = ledger.run(*letter, XUNCHA_SMTP=address)
    assert result.code == 3
    assert "error[not-sent]" in result.err
    for sender in (address.partition("?")[0], address.replace("office@example.cn", "office")):
        assert "error[not-set-up]" in ledger.run(*letter, XUNCHA_SMTP=sender).err, "it is from somebody"
    for nonsense in ("nonsense", "smtp://127.0.0.1:x/", "http://127.0.0.1/"):
        result = ledger.run(*letter, XUNCHA_SMTP=nonsense)
        assert result.code == 3
        assert "error[" in result.err
    assert mail_server.taken == []


class _Robot(BaseHTTPRequestHandler):
    told: list[Any] = []  # noqa: RUF012
    answers: Mapping[str, bytes] = {
        "/send?key=abc": b'{"errcode":0,"errmsg":"ok"}',
        "/unknown?key=abc": b'{"errcode":93000,"errmsg":"invalid webhook url"}',
        "/page?key=abc": b"<html>",
        "/list?key=abc": b"[]",
    }

    def do_POST(self) -> None:
        self.told.append((self.path, json.loads(self.rfile.read(int(self.headers["content-length"])))))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.answers[self.path])

    def log_message(self, *_given: object) -> None:
        pass


def test_a_letter_is_told_to_a_group(ledger: LedgerOnDisk) -> None:
    """The form is that of WeCom and of DingTalk alike."""
    server = HTTPServer(("127.0.0.1", 0), _Robot)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    letter = ("report", "letter", "supervision", "1.2", "--send", "群")
    _Robot.told.clear()
    ledger.ok(*letter, XUNCHA_WEBHOOK=f"{base}/send?key=abc")
    [(path, told)] = _Robot.told
    assert path == "/send?key=abc"
    assert told["msgtype"] == "text"
    assert "1.2" in told["text"]["content"]
    for refusing in ("unknown", "page", "list"):
        result = ledger.run(*letter, XUNCHA_WEBHOOK=f"{base}/{refusing}?key=abc")
        assert result.code == 3
        assert "error[not-sent]" in result.err
        assert "abc" not in result.err
    server.shutdown()
    server.server_close()
    assert "error[not-set-up]" in ledger.run(*letter).err
    assert "error[not-set-up]" in ledger.run(*letter, XUNCHA_WEBHOOK="file:///etc/passwd").err


def test_a_password_goes_to_no_server_that_does_not_prove_its_name(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    _with_section(ledger, "--email", "li@example.cn")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made: list[str | Path] = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-keyout",
        key,
        "-out",
        certificate,
    ]
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not here")
    subprocess.run([*made, "-days", "2", "-subj", "/CN=127.0.0.1"], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def listen() -> None:
            connection, _address = listening.accept()
            with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as talking:
                talking.sendall(b"220 ready\r\n")
                heard.append(talking.recv(1000))

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        address = f"smtps://me:secret@127.0.0.1:{listening.getsockname()[1]}/?from=a@example.cn"
        result = ledger.run("report", "letter", "reminder", "1.2", "--send", "email", XUNCHA_SMTP=address)
        thread.join(20)
    assert result.code == 3
    assert "error[not-sent]" in result.err
    assert heard in ([], [b""])
