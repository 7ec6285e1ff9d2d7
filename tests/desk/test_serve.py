"""Start of the desk: it opens the browser with a link whose secret then disappears."""

from __future__ import annotations

import os
import signal
import time
from datetime import date
from typing import TYPE_CHECKING, Any

import httpx2

from tests.conftest import TODAY
from tests.desk.served import PROGRAM, served
from xuncha.desk import serve

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.conftest import LedgerOnDisk


def test_a_browser_that_does_not_end_keeps_nobody_waiting_and_its_link_opens_once(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    told, browser, number = tmp_path / "told", tmp_path / "browser", tmp_path / "number"
    browser.write_text(
        f'#!/bin/sh\necho $$ > "{number}"; echo "$1" > "{told}.new"; mv "{told}.new" "{told}"; exec sleep 60 >&2\n'
    )
    browser.chmod(0o755)
    with served(
        ledger, program=[each for each in PROGRAM if each != "--no-open"], BROWSER=f"{browser} %s"
    ) as desk:
        while not told.exists():
            time.sleep(0.05)
        link = told.read_text().strip()
        assert desk.key not in link, "everybody sees what programs are called with"
        answers = [httpx2.get(link, trust_env=False).status_code for _each in range(3)]
        assert answers == [303, 403, 403]
        assert desk.visit().get("/")
    os.kill(int(number.read_text()), signal.SIGKILL)  # which raises if it has ended: it was not waited for


def test_hosts_without_a_port_are_allowed_on_port_80_alone(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for port, allowed in ((serve._HTTP, True), (8080, False)):
        monkeypatch.setattr("socket.socket", lambda *_given, _port=port: _Port(_port))
        monkeypatch.setattr("signal.signal", lambda *_given: None)
        server = serve.Server(ledger.root, lambda: date.fromisoformat(TODAY), port)
        gate: Any = server.config.app
        assert ({"localhost", "127.0.0.1"} <= gate._hosts) is allowed
        assert f"localhost:{port}" in gate._hosts
        assert gate._entrance._cookie == f"xuncha-{port}"
        server._desk.close()


class _Port:
    """A port that nobody has to be allowed to take."""

    def __init__(self, port: int) -> None:
        self.port = port

    def getsockname(self) -> tuple[str, int]:
        return serve.LOCALHOST, self.port

    def __getattr__(self, _name: str) -> Any:
        return lambda *_given: None
