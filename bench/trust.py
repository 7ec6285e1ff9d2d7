"""Measure how fast history is read: ratios within this run, beside their bars. Run it by `make bench`.

Each row is a function with the decorator `row`; it gets its own folder and the table.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from run import ENVIRONMENT, XUNCHA, run, settle, status  # noqa: E402

from tests.audit.histories import grow  # noqa: E402

Row = Callable[[Path, Table, int], None]
ROWS: list[Row] = []
SIZES = {1_000: 3, 10_000: 20}
"""Numbers of commits, with the bar of their audit in seconds."""


def row(function: Row) -> Row:
    """Register a function that measures."""
    ROWS.append(function)
    return function


@row
def audit(folder: Path, table: Table, rounds: int) -> None:
    """Measure an audit, and `git log --raw` beside it."""
    for commits, seconds in SIZES.items():
        ledger = folder / str(commits)
        grow(ledger, commits, size=commits // 5)
        raw = ["git", "-C", str(ledger), "log", "--raw"]
        command = [*XUNCHA, "--ledger", str(ledger), "audit"]
        # The working tree stays empty except for ledger.yaml, since an audit does not read it.
        subprocess.run(["git", "checkout", "-q", "main", "--", "data/ledger.yaml"], cwd=ledger, check=True)
        run(command)
        # Python and the program take longer to start than git takes for a short history.
        triples = [(run(command), run(raw), run([*XUNCHA, "--version"])) for _round in range(rounds)]
        took = statistics.median(audited for audited, _shown, _started in triples)
        ratio = statistics.median((audited - started) / shown for audited, shown, started in triples)
        table.add_row(f"audit, {commits:,} commits", f"{took:.2f} s", f"<= {seconds} s", f"{1000 * took:.0f}")
        table.add_row(
            f"audit, beyond the start, / git log --raw, {commits:,} commits", f"{ratio:.1f}", "<= 10", ""
        )


@row
def merge(folder: Path, table: Table, rounds: int) -> None:
    """Measure the merge driver with one file that two clones changed, against a status of the seed."""
    shutil.copytree(HERE.parent / "data", folder / "data")
    base, ours, theirs = (folder / name for name in ("base", "ours", "theirs"))
    text = (folder / "data/problems/01/1.1.yaml").read_text(encoding="utf-8")
    base.write_text(text, encoding="utf-8")
    entry = "progress:\n  - {date: 2024-01-05, text: 会商一次。}\n"
    theirs.write_text(text.replace("progress:\n", entry, 1), encoding="utf-8")
    changed = text.replace("office: ", "part: 按期完成\noffice: ", 1)
    command = [*XUNCHA, "merge-driver", "--", str(base), str(ours), str(theirs)]

    def call() -> float:
        ours.write_text(changed, encoding="utf-8")
        return run(command)

    shown = status(folder)
    run(shown)
    settle()
    run(shown)
    pairs = [(call(), run(shown)) for _round in range(rounds * 2)]
    took = statistics.median(first for first, _second in pairs)
    figure = statistics.median(first / second for first, second in pairs)
    table.add_row("merge of one file / status", f"{figure:.2f}", "<= 2", f"{1000 * took:.0f}")


def main() -> None:
    """Measure, and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5, help="pairs of runs for each figure")
    chosen = options.parse_args()
    table = Table("what", "median", "aimed at", "ms", title="ratios within this run", title_justify="left")
    start = time.perf_counter()
    for each in ROWS:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # git may still tidy up in it
            each(Path(folder), table, chosen.rounds)
    Console().print(table)
    Console().print(f"{time.perf_counter() - start:.0f} s, git {_git()}")


def _git() -> str:
    return subprocess.run(
        ["git", "--version"], capture_output=True, text=True, check=True, env=ENVIRONMENT
    ).stdout.split()[2]


if __name__ == "__main__":
    main()
