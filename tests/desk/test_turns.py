"""Waiting at the desk: readers never wait, writers wait for each other, and nobody is shown a state before their own click."""

from __future__ import annotations

import asyncio
import re
import threading
from datetime import date
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.conftest import TODAY
from tests.desk.client import Browser, told
from tests.desk.served import visit
from xuncha.desk import ledger as rooms
from xuncha.desk.jobs import Job
from xuncha.desk.ledger import Desk
from xuncha.desk.view import PATIENCE
from xuncha.desk.visitors import Visitor
from xuncha.store.cache import register

if TYPE_CHECKING:
    from pathlib import Path

    from fastapi import FastAPI

    from tests.conftest import LedgerOnDisk
    from xuncha.desk.gate import Gate


def test_what_was_read_before_a_change_is_not_shown_after_it(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "_FRESH", 60.0)
    desk = Desk(ledger.root, lambda: date.fromisoformat(TODAY))
    has_read, may_end, real = threading.Event(), threading.Event(), register

    def slow(root: Any) -> Any:
        found = real(root)
        has_read.set()
        may_end.wait(20)
        return found

    monkeypatch.setattr(rooms, "register", slow)
    reader = threading.Thread(target=desk.state)
    reader.start()
    assert has_read.wait(20)
    asyncio.run(desk.change(desk.perform, "start", ["1.1"], {}, {}, lambda: Visitor("", is_owner=True)))
    may_end.set()
    reader.join()
    assert next(row.status for row in desk.state().register.measures if row.id == "1.1") == "in_progress"
    desk.close()


def test_what_was_read_is_shown_again_for_a_while(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "_FRESH", 60.0)
    desk = Desk(ledger.root, lambda: date.fromisoformat(TODAY))
    first = desk.state()
    ledger.ok("start", "1.1")
    assert desk.state() is first
    desk.close()


def test_the_first_look_which_reads_every_file_keeps_nothing_longer(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "_FRESH", 0.01)
    monkeypatch.setattr(rooms, "_CHECK_FACTOR", 10_000)
    desk = Desk(ledger.root, lambda: date.fromisoformat(TODAY))
    first = desk.state()
    ledger.ok("start", "1.1")
    assert (second := desk.state()) is not first
    ledger.ok("progress", "1.1", "x")
    assert desk.state() is second, "a look took so long that it is kept"
    desk.close()


def test_the_page_after_a_click_shows_what_it_did(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    for action, number, said in (("start", "1.1", "in progress"), ("close", "1.2", "closed")):
        assert said in visitor.get(visitor.act(action, number).headers["location"])


def test_the_language_waits_for_no_writer(ledger: LedgerOnDisk) -> None:
    browser, may_end, ended = Browser(ledger.root), threading.Event(), threading.Event()

    def work() -> None:
        may_end.wait(20)
        ended.set()

    browser.desk._queue(work)
    token = browser.form(browser.get("/"), "/language")["token"]
    browser.post("/language", {"token": token, "language": "en", "back": "/"})
    assert not ended.is_set()
    may_end.set()


def test_a_click_is_told_what_it_waits_for(ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    browser, may_end = Browser(ledger.root), threading.Event()
    jobs = browser.desk.jobs
    page = browser.get("/act?action=progress&id=1.1")
    job = jobs.new("与<别处>汇合")
    monkeypatch.setattr(jobs, "_run", lambda *_given: may_end.wait(20))
    jobs.start(job, ("sync",), check=lambda: None)
    assert browser.get("/state").text.splitlines()[1] == f"{job.number} 与<别处>汇合"
    shown = browser.get("/measures").text
    assert re.search(
        rf'<p id="busy"[^>]*live="polite">[^<]*<a href="/jobs/{job.number}">与&lt;别处&gt;汇合<', shown
    )
    assert re.search('<p id="busy"[^>]* hidden>', browser.get(f"/jobs/{job.number}").text)
    monkeypatch.setattr(rooms, "_MAX_WAIT", 0.2)
    refused = browser.send(page, "/act", text="已经开展")
    assert refused.status == 503
    assert "与<别处>汇合" in told(refused)
    assert "已经开展" in told(refused), "nothing that was typed is lost"
    may_end.set()
    assert job.ended.wait(20)
    assert ledger.commits() == 1, "and it is not done later"
    assert browser.get("/state").text.splitlines()[1] == ""
    assert re.search('<p id="busy"[^>]* hidden>', browser.get("/measures").text)
    assert browser.send(page, "/act", text="已经开展").status == 200


@pytest.mark.parametrize(
    "address",
    ["/log", "/settings", "/edit/1.2", "/reports", "/import", "/together", "/comments", "/remove/1.2", "/"],
)
def test_every_page_knows_which_state_it_shows(ledger: LedgerOnDisk, address: str) -> None:
    browser = Browser(ledger.root)
    shown = re.findall(r'data-number="(\d+)"', browser.get(address).text)
    assert shown == browser.get("/state").text.splitlines()[:1]
    ledger.ok("start", "1.1")
    assert browser.get("/state").text.splitlines()[:1] != shown


class _NeverEnds(threading.Event):
    """The end of a job for which pages wait in vain, at once."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        """Note how long somebody would wait."""
        self.waits.append(timeout)
        return False


def test_a_page_that_asks_again_is_answered_at_once(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    visitor, job, end = visit(ledger), Job(1, "long", tmp_path, ()), _NeverEnds()
    job.ended = end
    jobs = cast("FastAPI", cast("Gate", visitor.client.app)._application).state.desk.jobs  # type: ignore[attr-defined]
    jobs._jobs[1] = job
    assert "every 2s" in visitor.client.get("/jobs/1", headers={"hx-request": "true"}).text
    assert "every 2s" in visitor.get("/jobs/1")
    assert end.waits == [0, PATIENCE]


def test_while_one_looks_the_others_see_what_was_seen_last(ledger: LedgerOnDisk) -> None:
    desk = Desk(ledger.root, lambda: date.fromisoformat(TODAY))
    first = desk.state()
    looking, may_end = threading.Event(), threading.Event()

    def look_for_long() -> None:
        with desk._reading:
            looking.set()
            may_end.wait(20)

    somebody = threading.Thread(target=look_for_long)
    somebody.start()
    looking.wait(20)
    vars(desk).update(_checked_at=float("-inf"))
    assert desk.state() is first, "nobody waits for what changes nothing"
    desk._changes += 1
    other = threading.Thread(target=desk.state)
    other.start()
    other.join(0.3)
    assert other.is_alive(), "after a change of the desk nobody is shown what stood before"
    may_end.set()
    somebody.join()
    other.join(20)
    assert not other.is_alive()
