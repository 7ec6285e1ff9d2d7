"""Measure `status --at` against `status`, in turn, with the seed, 1,000 and 10,000 measures."""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from ledgers import generate, remember
from rich.console import Console
from rich.table import Table
from run import HERE, XUNCHA, git, ratio, run, settle, status

COMMITS = 300
SIZES = (1_000, 10_000)


def main() -> None:
    """Measure, and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=7, help="pairs of runs for each figure")
    rounds = options.parse_args().rounds
    table = Table("what", "median", "aimed at", "ms", title="ratios within this run", title_justify="left")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # git may still tidy up in it
        seed = Path(folder, "seed")
        shutil.copytree(HERE.parent / "data", seed / "data")
        for command in (("init", "-q"), ("add", "-A"), ("commit", "-qm", "start")):
            git(seed, *command)
        compare(table, "seed", seed, "HEAD", rounds)
        for size in SIZES:
            ledger = Path(folder, str(size))
            generate(ledger, size)
            remember(ledger, COMMITS)
            compare(table, f"{size:,}, {COMMITS} commits", ledger, "HEAD~150", rounds)
    Console().print(table)


def compare(table: Table, what: str, ledger: Path, moment: str, rounds: int) -> None:
    """Add two rows: the first look at a moment, and a later one."""
    settle()
    run(status(ledger))
    then = [*XUNCHA, "--ledger", str(ledger), "status", "--at", moment]
    few = min(rounds, 3)
    ratio(table, f"status --at, {what}: later / status", "<= 3", rounds, then, status(ledger))
    ratio(table, f"status --at, {what}: first / status", "", few, then, status(ledger), forget_past(ledger))


def forget_past(ledger: Path) -> Callable[[], None]:
    """Delete the cache of the past, so that the next look back is a first one."""

    def forget() -> None:
        for kept in (ledger / ".git/xuncha").glob("past-*"):
            kept.unlink()

    return forget


if __name__ == "__main__":
    main()
