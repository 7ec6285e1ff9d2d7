"""Helpers for workflow tests: act on a ledger, inspect its commits, and make commands fail."""

from __future__ import annotations

import difflib
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.conftest import LedgerOnDisk
from tests.workflow.actions import perform
from xuncha.model.identity import Identity
from xuncha.store.files import WorkingTree
from xuncha.store.loading import check
from xuncha.store.loading import load_ledger as load

if TYPE_CHECKING:
    from pathlib import Path

    from tests.workflow.actions import Planned
    from xuncha.model.records import Measure
    from xuncha.workflow.perform import Result


def act(ledger: LedgerOnDisk, planned: Planned, *identities: str) -> Result:
    """Do an action in this process."""
    return perform(ledger.root, planned, [Identity.parse(identity) for identity in identities])


def findings(ledger: LedgerOnDisk) -> list[str]:
    """Return the path and code of each finding on a ledger; an empty list if it is valid."""
    return [f"{finding.place.path}: {finding.code}" for finding in check(WorkingTree(ledger.root))]


def record(ledger: LedgerOnDisk, identity: str) -> Measure:
    """Load a measure as the program reads it."""
    return load(WorkingTree(ledger.root)).measures[Identity.parse(identity)]


def message(ledger: LedgerOnDisk, revision: str = "HEAD") -> str:
    """Return the whole message of a commit."""
    return ledger.git("log", "-1", "--format=%B", revision)


def subject(ledger: LedgerOnDisk, revision: str = "HEAD") -> str:
    """Return the first line of a commit's message."""
    return message(ledger, revision).partition("\n")[0]


def trailers(ledger: LedgerOnDisk, revision: str = "HEAD") -> list[tuple[str, str]]:
    """Return the last paragraph of a commit's message as names and values, and assert that it holds nothing else."""
    head, _blank, block = message(ledger, revision).rstrip("\n").rpartition("\n\n")
    assert head, "there are no trailers"
    pairs = []
    for line in block.split("\n"):
        name, colon, value = line.partition(": ")
        assert colon, f"not a trailer: {line!r}"
        pairs.append((name, value))
    return pairs


def touched(ledger: LedgerOnDisk, revision: str = "HEAD") -> set[str]:
    """Return the files changed by a commit, relative to the repository."""
    shown = ledger.git(
        "diff-tree", "--root", "-r", "-z", "--no-commit-id", "--name-only", "--no-renames", revision
    )
    return set(shown.split("\0")[:-1])


def snapshot(ledger: LedgerOnDisk) -> dict[str, bytes]:
    """Every file below the ledger with its bytes, git's own folder left out."""
    return {
        path.relative_to(ledger.root).as_posix(): path.read_bytes()
        for path in sorted(ledger.root.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(ledger.root).parts
    }


def folders(ledger: LedgerOnDisk) -> set[str]:
    """Return the names of the ledger's problem folders."""
    return {path.name for path in (ledger.root / "data/problems").iterdir()}


def index(ledger: LedgerOnDisk) -> str:
    """Return the entries of git's index, with their hashes."""
    return ledger.git("ls-files", "--stage", "-z", "--", ":/")


def changed_lines(before: str, after: str) -> tuple[list[str], list[str]]:
    """Return the removed and the added lines, with their line ends."""
    compared = list(difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True)))
    return [line[2:] for line in compared if line[0] == "-"], [
        line[2:] for line in compared if line[0] == "+"
    ]


def hook(ledger: LedgerOnDisk, name: str, body: str) -> Path:
    """Set up a hook of git: lines of shell."""
    path = ledger.root / ledger.git("rev-parse", "--git-path", f"hooks/{name}").strip()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def policy(ledger: LedgerOnDisk, *requires: str) -> None:
    """Ask for these before a measure may be closed."""
    path = ledger.root / "data/ledger.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            "close_requires: [progress]", f"close_requires: [{', '.join(requires)}]"
        ),
        encoding="utf-8",
    )
    ledger.commit("policy")


def without_identity(ledger: LedgerOnDisk) -> None:
    """Make git forget who its user is, and not guess."""
    for key in ("name", "email"):
        ledger.git("config", "--global", "--unset-all", f"user.{key}")
    ledger.git("config", "--global", "user.useConfigOnly", "true")


@dataclass
class Running:
    """The program at work, in a group of processes of its own."""

    process: subprocess.Popen[bytes]

    def end(self) -> tuple[int, str]:
        """Wait until it has ended; its exit code and what it said."""
        out, err = self.process.communicate(timeout=60)
        said = (out + err).decode(errors="replace")
        assert "Traceback (most recent call last)" not in said, said
        return self.process.returncode, said


def _hear_ctrl_c() -> None:
    """Let the process be ended by Ctrl-C, which a script makes its background processes ignore."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def begin(ledger: LedgerOnDisk, *arguments: str | Path, cwd: Path | None = None) -> Running:
    """Start the program and do not wait for it."""
    return Running(
        subprocess.Popen(
            [sys.executable, "-m", "xuncha", *map(str, arguments)],
            cwd=cwd or ledger.root,
            env=ledger.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=_hear_ctrl_c,  # noqa: PLW1509  it calls nothing that takes a lock
        )
    )


def wait_for(path: Path) -> None:
    """Wait until a file is there."""
    end = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < end, f"{path} has not come"
        time.sleep(0.01)


def clones(ledger: LedgerOnDisk, *names: str) -> list[LedgerOnDisk]:
    """Clones of one bare repository that holds the ledger, each with a user of its own."""
    shared = ledger.root.parent / "共享.git"
    ledger.git("clone", "-q", "--bare", str(ledger.root), str(shared))
    found = []
    for name in names:
        clone = LedgerOnDisk(ledger.root.parent / name, dict(ledger.environment))
        ledger.git("clone", "-q", str(shared), str(clone.root))
        clone.git("config", "user.name", name)
        clone.git("config", "user.email", f"{name}@example.invalid")
        found.append(clone)
    return found
