"""Measure the desk: its pages against a later `status` of the same ledger, its clicks against `close`, and many users at once.

`--minutes` sets the time with many users: 100 who read every 10 seconds, and 8 who write every 30.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from ledgers import generate
from rich.console import Console
from rich.table import Table
from run import ENVIRONMENT, XUNCHA, run, settle, status

from xuncha.accounts.account import ROLES, Account
from xuncha.accounts.book import Accounts
from xuncha.accounts.passwords import hash_password
from xuncha.store.cache import register

PEOPLE = 50
PASSWORD = "four words put together"  # noqa: S105  of accounts that go with the bench
READERS, READ_EVERY = 100, 10.0
WRITERS, WRITE_EVERY = 8, 30.0
PAGES = ("/", "/measures", "/measures?overdue=1", "/measures?words=方案&page=2", "/measures/{id}", "/state")
NOTHING = [sys.executable, "-c", "pass"]


class Served:
    """A running desk, and a visitor of it."""

    def __init__(self, process: subprocess.Popen[str], port: int, headers: dict[str, str]) -> None:
        self.process = process
        self.port = port
        self.headers = headers
        """The headers that identify the visitor."""

    def signed_in(self, name: str) -> Served:
        """Sign in with an account, as another browser."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/sign-in", urlencode({"name": name, "password": PASSWORD}), form)
        answer = connection.getresponse()
        answer.read()
        cookie = answer.headers.get_all("set-cookie", [""])[0].partition(";")[0]
        if answer.status != 303:  # noqa: PLR2004
            sys.exit(f"{name}: {answer.status}")
        return Served(self.process, self.port, {"Cookie": cookie})

    def ask(self, path: str, fields: list[tuple[str, str]] | None = None) -> tuple[float, int, str]:
        """Request a page or send a form; return the seconds, the status and the page."""
        start = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = self.headers
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        asked = path.encode("ascii", "xmlcharrefreplace").decode() if path.isascii() else _quoted(path)
        if fields is None:
            connection.request("GET", asked, headers=headers)
        else:
            connection.request("POST", asked, urlencode(fields), headers | form)
        answer = connection.getresponse()
        page = answer.read().decode()
        connection.close()
        return time.perf_counter() - start, answer.status, page

    def page(self, path: str) -> float:
        """Return the seconds of a page, which must have status 200."""
        took, code, page = self.ask(path)
        if code != 200:  # noqa: PLR2004
            sys.exit(f"{path}: {code} {page[:300]}")
        return took

    def click(self, action: str, identity: str, text: str) -> float:
        """Return the seconds of an action on a measure, which must succeed, with the page shown after it."""
        shown = self.ask(f"/act?action={action}&id={identity}")[2]
        version = re.search(rf'name="version-{re.escape(identity)}" value="([0-9a-f]*)"', shown)
        token = re.search(r'name="token" value="([^"]*)"', shown)
        fields = [
            ("token", token[1] if token else ""),
            ("action", action),
            ("id", identity),
            ("text", text),
            ("reason", text),
        ]
        fields.append((f"version-{identity}", version[1] if version else ""))
        took, code, page = self.ask("/act", fields)
        if code != 303:  # noqa: PLR2004
            sys.exit(f"{action} {identity}: {code} {page[:2000]}")
        return took + self.page(f"/measures/{identity}")

    def megabytes(self, key: str = "VmHWM") -> float:
        """Return the server's memory in MB: at its peak, or now (`VmRSS`)."""
        told = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(re.findall(rf"{key}:\s*(\d+)", told)[0]) / 1024


def _quoted(path: str) -> str:
    return "".join(each if each.isascii() else urlencode({"": each})[1:] for each in path)


@contextmanager
def served(ledger: Path, *options: str) -> Iterator[Served]:
    """Serve a ledger on a free port."""
    command = [*XUNCHA, "--ledger", str(ledger), "serve", "--port", "0", "--no-open", *options]
    process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    assert process.stdout  # noqa: S101  for the type checker
    link = process.stdout.readline().strip()
    port = int(link.partition("/?")[0].strip("/").rpartition(":")[2])
    try:
        yield Served(process, port, {"Authorization": f"Bearer {link.partition('key=')[2]}"})
    finally:
        process.terminate()
        process.wait(60)


def main() -> None:
    """Measure, and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=10, help="for which many ask at once")
    options.add_argument("--rounds", type=int, default=11, help="pairs of runs for each figure")
    chosen = options.parse_args()
    table = Table(
        "what", "median", "aimed at", "ms", title="the desk; ratios within this run", title_justify="left"
    )
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # git may still tidy up in it
        for size, aim in {1_000: 0.3, 10_000: 0.8}.items():
            ledger = Path(folder, str(size))
            generate(ledger, size)
            settle()
            run(status(ledger))
            with served(ledger) as desk:
                pages(table, desk, ledger, size, aim, chosen.rounds)
                clicks(table, desk, ledger, size, chosen.rounds)
        if chosen.minutes:
            with served(ledger) as desk:
                many(table, [desk], ledger, chosen.minutes)
            people = [*accounts(ledger)]
            with served(ledger, "--host", "127.0.0.1") as desk:
                many(table, [desk.signed_in(name) for name in people], ledger, chosen.minutes)
    Console().print(table)


def pages(table: Table, desk: Served, ledger: Path, size: int, aim: float, rounds: int) -> None:
    """Measure each page against a later `status`."""
    for path in (page.replace("{id}", open_measures(ledger)[0]) for page in PAGES):
        desk.page(path)
        pairs = []
        for number in range(rounds):
            if number % 2:
                time.sleep(1.1)  # so that the files are checked again
            pairs.append((desk.page(path), run(status(ledger))))
        ratio = statistics.median(one / other for one, other in pairs)
        took = statistics.median(one for one, _other in pairs)
        table.add_row(f"{path}, {size:,} / later status", f"{ratio:.2f}", f"<= {aim}", f"{1000 * took:.0f}")
    table.add_row(f"memory of the server at {size:,}", f"{desk.megabytes():.0f} MB", "<= 150 MB", "")


def clicks(table: Table, desk: Served, ledger: Path, size: int, rounds: int) -> None:
    """Measure a click that closes against `close` without the start of Python."""
    one, other = open_measures(ledger)[:2]
    close = [*XUNCHA, "--ledger", str(ledger), "close"]
    reopen = [*XUNCHA, "--ledger", str(ledger), "reopen"]
    pairs = []
    for _round in range(rounds):
        click = desk.click("close", one, "")
        command = run([*close, other]) - run(NOTHING)
        pairs.append((click, command))
        desk.click("reopen", one, "bench")
        run([*reopen, other, "--reason", "bench"])
    ratio = statistics.median(mine / theirs for mine, theirs in pairs)
    took = statistics.median(mine for mine, _theirs in pairs)
    what = f"click close, {size:,} / (close − python -c pass)"
    table.add_row(what, f"{ratio:.2f}", "<= 1.2", f"{1000 * took:.0f}")


def open_measures(ledger: Path) -> list[str]:
    """Return the numbers of the measures that may be closed."""
    found = sorted((ledger / "data/problems").glob("*/*.*.yaml"))
    return [path.stem for path in found if "status: in_progress" in path.read_text(encoding="utf-8")]


class Load(NamedTuple):
    """Seconds of reads and writes, and errors."""

    read: list[float]
    written: list[float]
    errors: list[str]


def accounts(ledger: Path) -> Iterator[str]:
    """Make 50 accounts of all roles, managers first, who write."""
    secret = hash_password(PASSWORD)
    found = register(ledger)
    about = {"section": {"office": found.frame.offices[0]}, "leader": {"leader": found.frame.leaders[0]}}
    for number in range(PEOPLE):
        role = "manager" if number < WRITERS else ROLES[1 + number % 3]
        name = f"{role} {number}"
        told = {"name": name, "role": role, "password": secret, "renew": False, **about.get(role, {})}
        Accounts(ledger).add(Account.model_validate({"added": datetime.now(UTC).date(), **told}))
        yield name


def many(table: Table, people: list[Served], ledger: Path, minutes: float) -> None:
    """Measure many users at once: nothing may fail, each write is a commit, pages are not much slower than alone, memory does not grow.

    `people` is one visitor for all threads, or many, of whom the first write.
    """
    desk = people[0]
    ids = open_measures(ledger)
    one = random.Random(0)
    alone = statistics.median(desk.page(_some(one, ids)) for _round in range(40))
    commits = _commits(ledger)
    end = time.monotonic() + 60 * minutes
    seen = Load([], [], [])

    def go_on(number: int, every: float, *, writes: bool) -> None:
        dice = random.Random(number)
        time.sleep(dice.uniform(0, every))
        turn = 0
        while time.monotonic() < end:
            began, turn = time.monotonic(), turn + 1
            try:
                who = people[number % len(people)]
                if writes:
                    seen.written.append(who.click("progress", ids[number], f"第{turn}次"))
                else:
                    seen.read.append(who.page(_some(dice, ids)))
            except (OSError, SystemExit, http.client.HTTPException) as error:
                seen.errors.append(f"{type(error).__name__}: {error}"[:300])
            time.sleep(max(0, every - (time.monotonic() - began)))

    threads = [
        threading.Thread(target=go_on, args=(number, READ_EVERY), kwargs={"writes": False})
        for number in range(READERS)
    ]
    threads += [
        threading.Thread(target=go_on, args=(number, WRITE_EVERY), kwargs={"writes": True})
        for number in range(WRITERS)
    ]
    for thread in threads:
        thread.start()
    time.sleep(60 * minutes / 2)
    half = desk.megabytes("VmRSS")
    for thread in threads:
        thread.join()
    made = _commits(ledger) - commits
    slowest = sorted(seen.read)[int(0.95 * len(seen.read))]
    what = f"{READERS} readers and {WRITERS} writers, {len(people)} signed in, {minutes:g} minutes"
    table.add_row(what, f"{len(seen.read)} pages, {len(seen.written)} writes", "", "")
    table.add_row("  errors", f"{len(seen.errors)}", "0", "")
    table.add_row("  commits / writes", f"{made}/{len(seen.written)}", "alike", "")
    table.add_row(
        "  95 % of the pages / one alone", f"{slowest / alone:.1f}", "<= 10", f"{1000 * slowest:.0f}"
    )
    table.add_row(
        "  memory at half time, at the end, at the peak",
        f"{half:.0f}, {desk.megabytes('VmRSS'):.0f}, {desk.megabytes():.0f} MB",
        "<= 150 MB",
        "",
    )
    for error in seen.errors[:3]:
        table.add_row(f"  {error}", "", "", "")


def _some(dice: random.Random, ids: list[str]) -> str:
    """Return a random page."""
    return dice.choice(PAGES).replace("{id}", dice.choice(ids))


def _commits(ledger: Path) -> int:
    printed = subprocess.run(
        ["git", "rev-list", "--count", "HEAD"], cwd=ledger, env=os.environ, capture_output=True, check=True
    ).stdout
    return int(printed)


if __name__ == "__main__":
    main()
