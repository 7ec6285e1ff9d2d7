"""Clicks on the desk, killed at any instant or on a full disk, keep the same promises as commands."""

from __future__ import annotations

import html
import json
import os
import re
import shlex
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from tests.desk.served import PROGRAM, Served, Visit, hidden, served, told, visit
from tests.faults import tracer
from tests.faults.aftermath import Safe, locks, quiet, sound, traceable
from tests.faults.table import chosen, record
from tests.faults.test_disk import fill, on, small_disk
from tests.workflow.surroundings import findings, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import LedgerOnDisk

__all__ = ["small_disk"]
PDF = b"%PDF-1.7\r\n\x00\xff\n" * 1000
NEXT = "3.1"
"""The measure that is worked on afterwards."""


def close(visitor: Visit) -> Callable[[], httpx2.Response]:
    return _act(visitor, "close", "2.1", note="验收 通过")


def attach(visitor: Visit) -> Callable[[], httpx2.Response]:
    return _act(visitor, "attach", "1.1", files=[("file", ("评审 意见.pdf", PDF))])


def _act(
    visitor: Visit, action: str, number: str, files: Any = None, **typed: str
) -> Callable[[], httpx2.Response]:
    shown = visitor.get(f"/act?action={action}&id={number}")
    fields = {"action": action, "id": number, f"version-{number}": hidden(shown, f"version-{number}")[0]}
    return lambda: visitor.post("/act", fields | typed, files)


def comment(visitor: Visit) -> Callable[[], httpx2.Response]:
    return lambda: visitor.post("/comments", {"text": "噪声扰民", "channel": "web"})


def settings(visitor: Visit) -> Callable[[], httpx2.Response]:
    page = visitor.get("/settings").partition('action="/settings/contact"')[2].partition("</form>")[0]
    fields = {
        name: html.unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', page)
    }
    return lambda: visitor.post("/settings/contact", fields | {"contact.phone": "0546-7654321"})


def undo(visitor: Visit) -> Callable[[], httpx2.Response]:
    commit = hidden(visitor.get("/"), "commit")[0]
    return lambda: visitor.post("/undo", {"commit": commit})


CLICKS = {each.__name__: each for each in (close, attach, comment, settings, undo)}
"""Each looks at a page, and gives what sends its form."""


@dataclass
class Scene:
    """A ledger before a click, and what it is afterwards."""

    ledger: LedgerOnDisk
    click: str
    old: dict[str, bytes] = field(init=False)
    new: dict[str, bytes] = field(init=False)
    calls: int = field(init=False)
    commits: int = field(init=False)
    found: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        if self.click == "undo":
            self.ledger.ok("progress", "1.2", "先做的事。")
        self.old, self.commits = snapshot(self.ledger), self.ledger.commits()
        self.safe = Safe(self.ledger, self.ledger.root.with_name("before"))
        status, struck, self.calls = self.traced()
        assert (status, struck) == (303, False)
        assert self.ledger.commits() == self.commits + 1
        self.new = snapshot(self.ledger)
        self.restore()

    def restore(self) -> None:
        """Restore the ledger as it was before the click."""
        self.safe.restore()

    def traced(self, at: int | None = None) -> tuple[int, bool, int]:
        """Click on a desk that is watched from then on: the status of the answer, whether the fault came, and how many calls."""
        log, armed = self.ledger.root.parent / "calls.log", self.ledger.root.parent / "armed"
        armed.unlink(missing_ok=True)
        order = {"armed": str(armed), "kill": "all"} | ({"at": at} if at is not None else {})
        program = (sys.executable, tracer.__file__, json.dumps(order), str(log), *PROGRAM)
        desk: Served
        status = 0
        with served(type(self.ledger)(self.ledger.root, quiet(self.ledger)), program=program) as desk:
            click = CLICKS[self.click](desk.visit())
            armed.touch()
            try:
                status = click().status_code
            except httpx2.TransportError:
                assert at is not None
            lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
            if any(line["fault"] for line in lines):
                desk.process.wait(60)
            else:
                desk.kill()  # the tracer, and all with it
        return status, any(line["fault"] for line in lines), len(lines)

    def check(self, status: int, where: str) -> None:
        """All that must hold when the desk is opened again."""
        done = self.ledger.commits() == self.commits + 1
        assert done or status != 303, f"{where}: it said that it was done"
        for path, content in snapshot(self.ledger).items():
            if ".xuncha-new-" not in path:
                assert content in {self.old.get(path), self.new.get(path)}, f"{where}: {path} is half written"
        assert findings(self.ledger) == [], where
        changed = {path for path, each in snapshot(self.ledger).items() if each != self.old.get(path)}
        changed |= {path for path in self.old if not (self.ledger.root / path).exists()}
        left = [path for path in changed if ".xuncha-new-" not in path and not done]
        visitor = visit(self.ledger)
        page = html.unescape(visitor.get("/"))
        assert ("was interrupted" in page) == bool(left), f"{where}: {left}"
        self.found["`status` named what was left"] += bool(left)
        assert all(path in page for path in left), f"{where}: {left}"
        self._goes_on(visitor, where, was_left=bool(left))
        if not done and self.click != "undo":  # what would be taken back is not the last thing by now
            again = CLICKS[self.click](visitor)()
            assert again.status_code == 303, f"{where}: {told(again.text)}"
        self.found["was done" if done else "was not done"] += 1
        wanted = self.old if self.click == "undo" and not done else self.new
        for path, content in snapshot(self.ledger).items():
            assert path == self.ledger.path(NEXT) or content == wanted.get(path), f"{where}: {path}"
        sound(self.ledger, where)

    def _goes_on(self, visitor: Visit, where: str, *, was_left: bool) -> None:
        """Assert that the next click works, or names the locks of git to be removed and works then."""
        for lock in locks(self.ledger):
            os.utime(lock, (time.time() - 60,) * 2)
        answer = visitor.act("progress", NEXT, text="另一件事。")
        if answer.status_code != 303:
            assert answer.status_code == 503, f"{where}: {told(answer.text)}"
            assert "另一件事。" in answer.text, "nothing that was typed is lost"
            named = re.search(r"type: rm (.+?) *$", html.unescape(told(answer.text)))
            assert named, f"{where}: {told(answer.text)}"
            for path in shlex.split(named[1]):
                assert path.endswith(".lock"), where
                Path(path).unlink()
            self.found["a lock of git stayed, and was named with what to type"] += 1
            answer = visitor.act("progress", NEXT, text="另一件事。")
        assert answer.status_code == 303, f"{where}: {told(answer.text)}"
        said = visitor.get(answer.headers["location"])
        assert ("what it wrote was taken back" in said) == was_left, where


@pytest.mark.apart
@pytest.mark.skipif(not traceable(), reason="no process can be stopped at its system calls here")
@pytest.mark.parametrize("click", CLICKS)
def test_whenever_the_desk_is_killed_nothing_is_lost(ledger: LedgerOnDisk, click: str) -> None:
    scene = Scene(ledger, click)
    assert scene.calls > 60, "the calls were not found"
    # Some instants are tried always, each click at another part of them, while it writes and while git does.
    part = [*CLICKS].index(click)
    numbers = chosen(range(scene.calls), 6)
    mine = numbers if len(numbers) > 6 else [numbers[1 + (part + 1) % 4]]
    for number in mine:
        status, struck, _calls = scene.traced(number)
        if struck:
            scene.check(status, f"{click}, killed before {number}")
        scene.restore()
    record("desk-killed", len(mine), scene.found)


@pytest.mark.apart
def test_a_full_disk_refuses_clicks_in_words_and_loses_nothing(
    ledger: LedgerOnDisk, small_disk: Path
) -> None:
    ledger = on(small_disk, ledger)
    found: Counter[str] = Counter()
    tried = chosen(range(0, 40, 2), 3)
    spool = small_disk / "tmp"  # where uploads are spooled, and jobs have their folders
    spool.mkdir()
    with served(ledger, TMPDIR=str(spool)) as desk:
        visitor = desk.visit()
        for pages in tried:
            for click in ("close", "attach"):
                before, commits = snapshot(ledger), ledger.commits()
                where, send = f"{click}, {pages} pages left", CLICKS[click](visitor)
                fill(small_disk / "filler", pages)
                answer = send()
                looked = visitor.client.get("/measures/1.1").status_code
                (small_disk / "filler").unlink()
                assert looked in {200, 503}, where
                done = ledger.commits() == commits + 1
                assert done == (answer.status_code == 303), f"{where}: {told(answer.text)}"
                if not done:
                    assert answer.status_code in {409, 503}, f"{where}: {told(answer.text)}"
                    assert told(answer.text), where
                    found["said what was wrong"] += 1
                    assert snapshot(ledger) == before, where
                    again = CLICKS[click](visitor)()
                    assert again.status_code == 303, f"{where}, with room again: {told(again.text)}"
                found["was done" if done else "was not done"] += 1
                sound(ledger, where)
                ledger.git("reset", "-q", "--hard", "HEAD~1")
                ledger.git("clean", "-qfd")
        # What is too large to be held in memory while it comes is spooled on the same disk.
        before, spooled = snapshot(ledger), _act(visitor, "attach", "1.1", [("file", ("大.pdf", PDF * 200))])
        fill(small_disk / "filler", 2)
        answer = spooled()
        (small_disk / "filler").unlink()
        assert (answer.status_code, snapshot(ledger)) == (503, before), told(answer.text)
        assert told(answer.text) == "磁盘空间已满"
        assert attach(visitor)().status_code == 303
        sound(ledger, "with room again")
    record("desk-disk-small", 2 * len(tried), found)
