"""Checks after a fault: run the program as its user would go on, and find nothing lost."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.conftest import LedgerOnDisk, Result
from tests.faults import tracer
from tests.workflow.surroundings import findings, snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

NEXT = ("progress", "3.1", "另一件事。")
"""What is typed first afterwards."""
WIDE = {"COLUMNS": "1000"}
"""So that no line of a message is broken."""
UNWATCHED = {"PYTHONDONTWRITEBYTECODE": "1", "PYDANTIC_DISABLE_PLUGINS": "__all__"}


def quiet(ledger: LedgerOnDisk) -> dict[str, str]:
    """Surroundings in which the program writes nothing but what it is asked to: no coverage, no compiled modules."""
    kept = {name: value for name, value in ledger.environment.items() if not name.startswith("COV")}
    return kept | UNWATCHED


@cache
def traceable() -> bool:
    """Whether the processes of this machine may be stopped at their system calls."""
    if not tracer.AVAILABLE:
        return False
    probe = subprocess.run(
        [sys.executable, tracer.__file__, "{}", os.devnull, "true"],
        capture_output=True,
        check=False,
        timeout=60,
    )
    return probe.returncode == 0


class Safe:
    """A copy of a whole ledger, which can be put back where it was."""

    def __init__(self, ledger: LedgerOnDisk, place: Path) -> None:
        self.ledger = ledger
        self.place = place
        shutil.rmtree(place, ignore_errors=True)
        shutil.copytree(ledger.root, place, symlinks=True)

    def restore(self) -> None:
        shutil.rmtree(self.ledger.root)
        shutil.copytree(self.place, self.ledger.root, symlinks=True)


@dataclass(frozen=True)
class Traced:
    """A run that was watched."""

    result: Result
    calls: list[dict[str, Any]]

    @property
    def struck(self) -> bool:
        """Whether the fault came before the run had ended."""
        return any(call["fault"] for call in self.calls)


def traced(ledger: LedgerOnDisk, typed: tuple[str, ...], **order: Any) -> Traced:
    """Run the program under an order; see `tracer`."""
    log = ledger.root.parent / "calls.log"
    done = subprocess.run(
        [
            sys.executable,
            tracer.__file__,
            json.dumps(order),
            str(log),
            sys.executable,
            "-m",
            "xuncha",
            *typed,
        ],
        cwd=ledger.root,
        env=quiet(ledger),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=120,
        check=False,
    )
    result = Result(
        done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
    )
    assert "Traceback" not in result.err, result.err
    return Traced(result, [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()])


@dataclass
class Scene:
    """A ledger before a command, what it is afterwards, and how often what was found."""

    ledger: LedgerOnDisk
    typed: tuple[str, ...]
    old: dict[str, bytes] = field(init=False)
    new: dict[str, bytes] = field(init=False)
    commits: int = field(init=False)
    calls: list[dict[str, Any]] = field(init=False)
    found: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.old, self.commits = snapshot(self.ledger), self.ledger.commits()
        self.safe = Safe(self.ledger, self.ledger.root.with_name("before"))
        self.calls = traced(self.ledger, self.typed).calls if traceable() else []
        if not traceable():
            self.ledger.ok(*self.typed)
        self.new = snapshot(self.ledger)
        assert self.ledger.commits() == self.commits + 1
        self.restore()

    def restore(self) -> None:
        """Restore the ledger as it was before the command."""
        self.safe.restore()

    def check(self, ended: Result, where: str) -> None:
        """All that must hold after the command has met a fault."""
        done = self.ledger.commits() == self.commits + 1
        self._whole_files(where)
        if ended.code == 0 or ended.out.strip():
            assert done, f"{where}: it said that it was done, and there is no commit: {ended.out}"
            self.found["said that it was done"] += ended.code == 0
        self._named(done, where)
        self._goes_on(where)
        if not done:
            self.ledger.ok(*self.typed)
        self.found["was done" if done else "was not done"] += 1
        now = {
            path: content
            for path, content in snapshot(self.ledger).items()
            if path != self.ledger.path("3.1")
        }
        assert now == {
            path: content for path, content in self.new.items() if path != self.ledger.path("3.1")
        }, where
        assert self.ledger.commits() == self.commits + 2, where
        sound(self.ledger, where)

    def _whole_files(self, where: str) -> None:
        for path, content in snapshot(self.ledger).items():
            if ".xuncha-new-" not in path:
                assert content in {self.old.get(path), self.new.get(path)}, f"{where}: {path} is half written"
        assert set(self.old) <= set(snapshot(self.ledger)), where
        assert findings(self.ledger) == [], where

    def _named(self, done: bool, where: str) -> None:
        """Who only reads is told what was left, and how it was typed."""
        looked = self.ledger.run("status", **WIDE)
        assert looked.code == 0, f"{where}: {looked.err}"
        changed = [path for path, content in snapshot(self.ledger).items() if content != self.old.get(path)]
        left = [path for path in changed if ".xuncha-new-" not in path and not done]
        if left:
            self.found["`status` named what was left"] += 1
            assert shlex.join(("xuncha", *self.typed)) in looked.err, f"{where}: {looked.err}"
            assert "xuncha undo" in looked.err, where
        else:
            assert not looked.err, f"{where}: {looked.err}"

    def _goes_on(self, where: str) -> None:
        """Assert that the next command works, or names the locks of git to be removed and works then."""
        if go_on(self.ledger, NEXT, where):
            self.found["a lock of git stayed, and was named with what to type"] += 1


def go_on(ledger: LedgerOnDisk, typed: tuple[str, ...], where: str) -> bool:
    """Type a command some time after a fault, and do what it says; whether it asked for a lock to be taken away."""
    for lock in locks(ledger):
        os.utime(lock, (time.time() - 60,) * 2)
    result = ledger.run(*typed, **WIDE)
    if result.code == 0:
        return False
    assert result.code == 3, f"{where}: {result.err}"
    assert "error[git-at-work]" in result.err, f"{where}: {result.err}"
    told = re.search(r"rm (.+)$", result.err, re.MULTILINE)
    assert told, f"{where}: {result.err}"
    for path in shlex.split(told[1]):
        assert path.endswith(".lock"), where
        Path(path).unlink()
    ledger.ok(*typed)
    return True


def locks(ledger: LedgerOnDisk) -> Iterator[Path]:
    """Yield git's lock files that are there."""
    yield from (ledger.root / ".git").rglob("*.lock")


def wait_for_git(ledger: LedgerOnDisk) -> None:
    """Wait until a git that has outlived the program has ended."""
    end = time.monotonic() + 20
    time.sleep(0.05)
    while any(locks(ledger)):
        assert time.monotonic() < end, "git's lock stays"
        time.sleep(0.02)
    time.sleep(0.05)


def sound(ledger: LedgerOnDisk, where: str) -> None:
    """Assert that the ledger validates, git finds nothing wrong, and nothing is uncommitted."""
    assert findings(ledger) == [], where
    assert ledger.clean(), f"{where}: {ledger.git('status', '--porcelain')}"
    ledger.git("fsck", "--strict")
    assert not [path for path in snapshot(ledger) if ".xuncha-new-" in path], where
    explained(ledger, where)


def explained(ledger: LedgerOnDisk, where: str) -> None:
    """Assert that the audit finds nothing wrong with a history in which a fault occurred."""
    result = ledger.run("audit")
    assert result.code == 0, f"{where}: {result.out}{result.err}"
