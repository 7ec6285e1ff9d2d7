"""Table of the tested faults, and the results from which docs/reliability.md is made."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

T = TypeVar("T")

PAGE = Path(__file__).parents[2] / "docs/reliability.md"
ROWS = "XUNCHA_FAULTS_ROWS"
"""The variable that names a folder where the rows are to be written."""
WHOLE = os.environ.get("XUNCHA_FAULTS") == "all"
"""Whether every instant is to be tried, and not only some of them."""


class Fault(NamedTuple):
    """Something that goes wrong."""

    key: str
    what: str
    how: str


FAULTS = (
    Fault("killed-anywhere", "The command, or the git that it runs, is killed by itself",
          "SIGKILL before the n-th system call that writes, in whichever process makes it"),
    Fault("killed-all", "The command and every git are killed at once",
          "SIGKILL to all of them before the n-th system call that writes"),
    Fault("killed-in-time", "The command is killed at any moment", "SIGKILL after a time chosen by a seeded series; git goes on"),
    Fault("desk-killed", "The desk is killed while it does what was clicked, and every git with it",
          "SIGKILL to all of them before the n-th system call that writes after the click"),
    Fault("desk-disk-small", "The disk is really full under the desk", "a tmpfs of one megabyte, filled up but for n pages"),
    Fault("disk-full-moment", "No room on the disk for a moment", "ENOSPC at the n-th call that needs room, in the command or git"),
    Fault("disk-full", "No room on the disk from then on", "ENOSPC at the n-th call that needs room and at every later one"),
    Fault("disk-broken", "The disk gives an error", "EIO at the n-th call that writes"),
    Fault("disk-small", "The disk is really full", "a tmpfs of one megabyte, filled up but for n pages"),
    Fault("disk-read-only", "The disk turns read-only", "EROFS at the n-th call that writes and at every later one"),
    Fault("disk-mounted-read-only", "The folder is read-only", "a read-only mount"),
    Fault("lock-held", "A lock of git is held, or was left behind by a killed one", "each lock that a commit takes, put there: index, HEAD, branch"),
    Fault("hook-refuses", "A hook refuses", "pre-commit, prepare-commit-msg and commit-msg that end with 1"),
    Fault("hook-hangs", "A hook hangs, and Ctrl-C is typed", "SIGINT to the group, as a terminal sends it, and to the command alone"),
    Fault("many-writers", "Many write at once", "2, 3, 5 and 8 processes, each a series of commands on the same and on other measures"),
    Fault("power-order", "The power goes: what is on the disk, and in what order", "the order of write, fsync, rename and fsync of the folder, traced"),
    Fault("power-before-commit", "The power goes between the files and the commit", "the state is made: files and journal are there, no commit"),
    Fault("power-after-commit", "The power goes between the commit and the end of the journal", "the state is made: commit and journal are there"),
    Fault("power-before-files", "The power goes when the commit is there and the files are not", "the state is made: commit and journal are there, the files are the old ones"),
    Fault("clock-backwards", "The clock goes backwards", "commands on a day, and a commit at a time, before the last commit"),
)  # fmt: skip


def record(key: str, instants: int, found: Mapping[str, int]) -> None:
    """Write down what a test has found, where a page is being made.

    Args:
        key: of the fault.
        instants: how many times it was made.
        found: how often each thing was the case afterwards.
    """
    assert any(fault.key == key for fault in FAULTS)
    if place := os.environ.get(ROWS):
        test = re.sub(r"\W+", "-", os.environ["PYTEST_CURRENT_TEST"])
        row = {"key": key, "instants": instants, "found": dict(found)}
        (Path(place) / f"{test}.json").write_text(json.dumps(row), encoding="utf-8")


def rows(folder: Path) -> dict[str, tuple[int, dict[str, int]]]:
    """Merge what all tests have written down, by fault."""
    merged: dict[str, tuple[int, dict[str, int]]] = {}
    for path in sorted(folder.glob("*.json")):
        row = json.loads(path.read_text(encoding="utf-8"))
        instants, found = merged.get(row["key"], (0, {}))
        for what, times in row["found"].items():
            found[what] = found.get(what, 0) + times
        merged[row["key"]] = instants + row["instants"], found
    return merged


def chosen(instants: Iterable[T], some: int) -> list[T]:
    """Every one of them in the whole mode; else some, spread evenly, the first and the last among them."""
    every = list(instants)
    if WHOLE or len(every) <= some:
        return every
    return [every[round(place * (len(every) - 1) / (some - 1))] for place in range(some)]


HEAD = """\
# Faults tried

Made by `make reliability` from a run of tests/faults, which tries every instant on the real program (the normal tests try some of them).
This run: {versions}.

In each trial a command is typed (`close 2.1 --note …`, `attach 1.1 …`) or something is clicked on the desk, and the fault
happens meanwhile. Then the test checks that

- every file is the old one or the new one, and none is half written;
- a command that reported success (exit code 0, or anything on the screen) has its commit;
- `status` works, and names the interrupted command where it left something in the files;
- the next command works; or it names the lock of git in its way and what to type, and works after that;
- the first command, typed again if it was not done, is done once;
- the ledger validates, nothing is uncommitted, `git fsck --strict` and `xuncha audit` find nothing wrong.

All of this held every time. *Was done* means that the commit existed after the fault.

| fault | made by | times | found afterwards |
| --- | --- | ---: | --- |
"""
ORDER = (
    "was done", "was not done", "said that it was done", "said what was wrong", "`status` named what was left",
    "a lock of git stayed, and was named with what to type", "waited", "in order", "nothing lost",
)  # fmt: skip
"""What is found, as it is told."""


def page(found: dict[str, tuple[int, dict[str, int]]], versions: str) -> str:
    """docs/reliability.md.

    Args:
        found: what the tests have written down.
        versions: of what they ran with.
    """
    lines = []
    for fault in FAULTS:
        instants, things = found[fault.key]
        assert set(things) <= set(ORDER), things
        told = "; ".join(f"{what}: {things[what]}" for what in ORDER if things.get(what))
        lines.append(f"| {fault.what} | {fault.how} | {instants} | {told} |\n")
    return HEAD.format(versions=versions) + "".join(lines)
