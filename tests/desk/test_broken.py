"""The desk with git locked, a full disk, after being killed, or with a broken or missing ledger."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import httpx2
import pytest

from tests.conftest import measure
from tests.desk.served import KEY, client_of, hidden, served, told, visit
from tests.workflow.surroundings import findings
from xuncha.trail import locks

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk
    from tests.desk.served import Visit

PAGES = (
    "/",
    "/measures",
    "/measures/1.2",
    "/act?action=close&id=1.2",
    "/state",
    "/api/status",
    "/api/show/1.2",
    "/api/log",
    "/api/validate",
)
CRAMPED = (
    "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}));"
    "sys.argv = ['xuncha', 'serve', '--port', '0', '--no-open']; from xuncha.__main__ import main; main()"
)
"""A desk that can write no file beyond a size, as where the disk is full."""


@pytest.mark.parametrize("lock", ["index.lock", "HEAD.lock", "refs/heads/main.lock"])
def test_a_lock_of_git_is_named_and_nothing_is_lost(
    ledger: LedgerOnDisk, lock: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "TIMEOUT", 0.5)
    visitor = visit(ledger)
    held = ledger.write(f".git/{lock}", "")
    answer = visitor.act("progress", "1.2", text="保留的话")
    assert answer.status_code in {409, 503}
    assert ".lock" in told(answer.text)
    assert "保留的话" in answer.text
    held.unlink()
    assert visitor.act("progress", "1.2", text="保留的话").status_code == 303
    assert ledger.clean()
    assert ledger.commits() == 2


@pytest.mark.apart(but=1)
@pytest.mark.parametrize("size", [100, 2_000_000])
def test_a_full_disk_is_said_and_nothing_is_half_done(ledger: LedgerOnDisk, size: int) -> None:
    with served(ledger, program=(sys.executable, "-c", CRAMPED.format(size=size))) as desk:
        visitor = desk.visit()
        large = [("file", ("a.bin", os.urandom(3_000_000)))]
        for fields, files in (
            ({"action": "attach", "id": "1.2"}, large),
            ({"action": "progress", "id": "1.2", "text": "保留的话" * 900}, None),
        ):
            answer = visitor.post("/act", fields, files)
            assert answer.status_code in {303, 409, 503}, told(answer.text)
            assert answer.status_code == 303 or told(answer.text)
            assert "bug" not in answer.text
            assert "Traceback" not in answer.text
        for page in PAGES:
            assert visitor.client.get(page).status_code == 200
    with served(ledger) as desk:
        assert desk.visit().act("progress", "3.1", text="接着办").status_code == 303
    assert findings(ledger) == []
    ledger.git("fsck", "--strict")


def click(visitor: Visit, text: str, told_done: list[bool]) -> None:
    """Send a form, and note whether it was said that it is done."""
    with suppress(httpx2.HTTPError):
        answer = visitor.post("/act", {"action": "progress", "id": "1.2", "text": text})
        told_done.append(answer.status_code == 303)


@pytest.mark.apart
def test_killed_at_any_instant_of_a_click_it_loses_nothing(ledger: LedgerOnDisk) -> None:
    chance = random.Random(7)  # noqa: S311  the same series every time
    answered = 0
    for number in range(3):
        with served(ledger) as desk:
            visitor = desk.visit()
            before = ledger.commits()
            told_done: list[bool] = []
            thread = threading.Thread(target=click, args=(visitor, f"第{number}次", told_done))
            thread.start()
            time.sleep(chance.uniform(0.02, 0.4))
            desk.process.send_signal(signal.SIGKILL)
            desk.process.wait()
            thread.join()
        time.sleep(0.3)  # git may go on
        for lock in (ledger.root / ".git").rglob("*.lock"):
            lock.unlink()
        assert findings(ledger) == []
        done = ledger.commits() - before
        assert done or not any(told_done), "it said that it was done"
        answered += done
        with served(ledger) as desk:
            visitor = desk.visit()
            if not ledger.clean():
                assert "note warning" in visitor.get("/"), "what was left over is named"
            answer = visitor.act("progress", "3.1", text=f"之后第{number}次")
            assert answer.status_code == 303, told(answer.text)
            assert ledger.read("3.1").count(f"之后第{number}次") == 1
        if not ledger.clean():
            ledger.ok("discard") if "discard" in ledger.run("--help").out else ledger.git(
                "checkout", "-q", "."
            )
    ledger.git("fsck", "--strict")
    assert ledger.read("1.2").count("次") >= answered


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
@pytest.mark.usefixtures("checks_always")
def test_a_pipe_in_the_place_of_a_record_is_not_read(ledger: LedgerOnDisk) -> None:
    visitor, pipe = visit(ledger), ledger.root / ledger.path("1.2")
    shown = hidden(visitor.get("/act?action=progress&id=1.2"), "version-.*")[0]
    pipe.unlink()
    os.mkfifo(pipe)

    def write() -> None:
        with suppress(BrokenPipeError):
            pipe.write_text(measure("1.2", title="从管道读来"), encoding="utf-8")  # waits for a reader

    threading.Thread(target=write, daemon=True).start()
    answer = visitor.post("/act", {"action": "progress", "id": "1.2", "version-1.2": shown, "text": "x"})
    assert answer.status_code == 409
    assert "从管道读来" not in answer.text
    assert hidden(answer.text, "version-.*") == [""]


@pytest.mark.usefixtures("checks_always")
def test_a_ledger_that_breaks_rules_is_told_where(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    good = ledger.read("1.2")
    for bad in (
        "status: [",
        "title: x\nstatus: nonsense\n",
        "\x00",
        "é".encode("utf-16").decode("latin-1"),
        "- a\n- b\n",
    ):
        ledger.write(ledger.path("1.2"), bad)
        for path in ("/", "/measures", "/measures/1.2", "/state", "/nothing"):
            answer = visitor.client.get(path)
            assert answer.status_code in {404, 409}, (bad, path, answer.status_code)
        assert "1.2.yaml" in visitor.get("/", 409)
        answer = visitor.post("/act", {"action": "progress", "id": "3.1", "text": "保留的话"})
        assert answer.status_code == 409
        assert "保留的话" in answer.text
        fresh = visit_broken(ledger)
        assert fresh == 409
    ledger.write(ledger.path("1.2"), good)
    visitor.get("/measures/1.2")
    assert ledger.commits() == 1


def visit_broken(ledger: LedgerOnDisk) -> int:
    """Open a desk on the ledger now, and return the status code of its first page."""
    client = client_of(ledger)
    client.get(f"/?key={KEY}")
    return client.get("/").status_code


def test_a_ledger_without_git_is_looked_at(bare_ledger: LedgerOnDisk) -> None:
    visitor = visit(bare_ledger)
    for path in PAGES:
        assert visitor.client.get(path).status_code == 200, path
    before = bare_ledger.read("1.2")
    answer = visitor.act("close", "1.2", note="保留的话")
    assert answer.status_code in {409, 503}
    assert "git" in told(answer.text)
    assert "保留的话" in answer.text
    assert visitor.post("/undo", {"commit": ""}).status_code in {409, 503}
    assert bare_ledger.read("1.2") == before


@pytest.mark.usefixtures("checks_always")
def test_a_ledger_that_is_gone_is_said(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    shutil.rmtree(ledger.root / "data")
    for path in (
        "/",
        "/measures",
        "/measures/1.2",
        "/act?action=close&id=1.2",
        "/api/status",
        "/api/show/1.2",
    ):
        assert visitor.client.get(path).status_code in {200, 409, 503}, path
    assert visitor.post("/act", {"action": "progress", "id": "1.2", "text": "保留"}).status_code in {409, 503}
    shutil.rmtree(ledger.root)
    for path in ("/", "/measures", "/nothing", "/evidence/1.2/x", "/api/status"):
        assert visitor.client.get(path).status_code in {404, 409, 503}, path
    assert visitor.post("/act", {"action": "progress", "id": "1.2", "text": "保留"}).status_code in {409, 503}


def test_an_interrupted_command_is_named_and_the_next_click_works(ledger: LedgerOnDisk) -> None:
    hook = ledger.write(
        ".git/hooks/pre-commit", "#!/bin/sh\nkill -9 $(ps -o ppid= -p $PPID)\nsleep 1\nexit 1\n"
    )
    hook.chmod(0o755)
    ledger.run("close", "1.2", LANG="C")
    hook.unlink()
    time.sleep(1.2)
    for lock in (ledger.root / ".git").rglob("*.lock"):
        lock.unlink()
    visitor = visit(ledger)
    page = visitor.get("/")
    if not ledger.clean():
        assert "xuncha close 1.2" in page
        assert "1.2.yaml" in page
    assert visitor.act("progress", "3.1", text="接着办").status_code == 303
