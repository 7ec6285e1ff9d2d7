"""Measure whole processes as ratios within this run, beside their bars.

Run it by `make bench`; `--large` adds a ledger of 100,000 measures. Times depend on the machine, ratios hardly do: each is
the median over pairs that run in turn.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ledgers import generate, remember
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).parent
XUNCHA = [sys.executable, "-m", "xuncha"]
TERMINAL = [sys.executable, str(HERE / "terminal.py")]
BASELINE = [sys.executable, str(HERE / "baseline.py"), "status"]
ENVIRONMENT = {
    # Compiled files are kept, as for users.
    **{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
    "GIT_AUTHOR_NAME": "bench",
    "GIT_AUTHOR_EMAIL": "bench@example.invalid",
    "GIT_COMMITTER_NAME": "bench",
    "GIT_COMMITTER_EMAIL": "bench@example.invalid",
    "XUNCHA_TODAY": "2024-06-15",
    "GIT_PAGER": "cat",
}

Prepare = Callable[[], None]
LONG_NOTICE = 12_000
"""Characters."""
MIDDLE = 10_000
"""Measures in the ledger that most figures are about."""


def main() -> None:
    """Measure, and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--large", action="store_true", help="also 100,000 measures (takes minutes)")
    options.add_argument("--rounds", type=int, default=11, help="pairs of runs for each figure")
    chosen = options.parse_args()
    table = Table("what", "median", "aimed at", "ms", title="ratios within this run", title_justify="left")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # git may still tidy up in it
        measure_all(Path(folder), chosen.rounds, large=chosen.large, table=table)
    Console().print(table)


def measure_all(folder: Path, rounds: int, *, large: bool, table: Table) -> None:
    """Fill the table."""
    seed = folder / "seed"
    shutil.copytree(HERE.parent / "data", seed / "data")
    git(seed, "init", "-q")
    git(seed, "add", "-A")
    git(seed, "commit", "-qm", "start")
    settle()
    ratio(table, "status, seed / baseline", "<= 1.25", rounds, status(seed), BASELINE)
    ratio(table, "status, seed, first run / baseline", "", rounds, status(seed), BASELINE, forget(seed))
    for form, aim in {"txt": "<= 1.5", "docx": "<= 3", "pdf": ""}.items():
        ratio(
            table,
            f"notice {form}, seed / status, seed",
            aim,
            rounds,
            [*XUNCHA, "--ledger", str(seed), "notice", "-f", form, "-o", str(folder / f"notice.{form}")],
            status(seed),
        )
    close_at_seed = close(table, seed, rounds)
    notice = long_notice(seed, folder / "notice.txt")
    proof = [*XUNCHA, "--ledger", str(seed), "proof", str(notice)]
    ratio(table, f"proof of {LONG_NOTICE:,} characters / status, seed", "<= 2", rounds, proof, status(seed))
    taken = folder / "taken"
    import_ = [*XUNCHA, "import", "notice", str(notice), str(taken)]
    what = f"import notice of {LONG_NOTICE:,} characters"
    ratio(table, f"{what}, dry run / status, seed", "<= 2", rounds, [*import_, "--dry-run"], status(seed))
    again = rounds, import_, status(seed), lambda: shutil.rmtree(taken, ignore_errors=True)
    ratio(table, f"{what}, with its ledger / status, seed", "<= 2", *again)
    sizes = {}
    for size in [1_000, 10_000] + ([100_000] if large else []):
        ledger = folder / str(size)
        generate(ledger, size)
        settle()
        few = 3 if size > MIDDLE else 5
        first_bar, later_bar = {1_000: ("<= 3", "<= 1.5"), 10_000: ("<= 10", "<= 2"), 100_000: ("", "<= 10")}[
            size
        ]
        first = ratio(
            table,
            f"status, {size:,}, first run / baseline",
            first_bar,
            few,
            status(ledger),
            BASELINE,
            forget(ledger),
        )
        later = ratio(
            table,
            f"status, {size:,}, later runs / baseline",
            later_bar,
            min(rounds, 7),
            status(ledger),
            BASELINE,
        )
        sizes[size] = (first, later)
        look(table, ledger, size, few)
        megabytes = peak(status(ledger), forget(ledger))
        table.add_row(
            f"memory of the first run at {size:,}",
            f"{megabytes:.0f} MB",
            "<= 150 MB" if size == MIDDLE else "",
            "",
        )
        if size == MIDDLE:
            run(status(ledger))
            large_close = statistics.median(time_close(ledger, rounds))
            table.add_row(
                "close, 10,000 / close, seed",
                f"{large_close / close_at_seed:.2f}",
                "<= 1.5",
                f"{1000 * large_close:.0f}",
            )
    dashboard(table, folder, seed, rounds)
    growth = (sizes[MIDDLE][0] - 1) / (sizes[1_000][0] - 1)
    table.add_row("first run beyond the baseline, 10,000 / 1,000", f"{growth:.1f}", "<= 10", "")


def look(table: Table, ledger: Path, size: int, rounds: int) -> None:
    """Measure the first `status`, `list` in a pipe and on a terminal, and `show`, each against a later `status` of the same ledger."""
    later = status(ledger)
    xuncha = later[:-1]
    aim = {1_000: "", MIDDLE: "<= 2.5", 100_000: "<= 4"}[size]
    whole = f"{size:,} / later status"
    first_aim, show_aim = ("<= 4.5", "<= 1.5") if size == MIDDLE else ("", "")
    ratio(table, f"first status, {whole}", first_aim, rounds, later, later, forget(ledger))
    ratio(table, f"list, {whole}", aim, rounds, [*xuncha, "list"], later)
    shown = [*TERMINAL, *xuncha, "list"]
    ratio(table, f"list on a terminal, {whole}", aim, rounds, shown, [*TERMINAL, *later])
    ratio(table, f"show, {whole}", show_aim, rounds, [*xuncha, "show", "2.1"], later)


def dashboard(table: Table, folder: Path, seed: Path, rounds: int) -> None:
    """Measure the dashboard of 1,000 measures with two years of history, against that of the seed."""
    ledger = folder / "history"
    generate(ledger, 1_000)
    remember(ledger, 1_000)
    settle()
    large, small = ([*XUNCHA, "--ledger", str(each), "dashboard", "--internal"] for each in (ledger, seed))
    run(large)
    run(small)
    pairs = [(run(large), run(small)) for _round in range(min(rounds, 7))]
    took = statistics.median(first for first, _second in pairs)
    table.add_row(
        "dashboard, 1,000 measures and 1,000 commits", f"{took:.2f} s", "<= 2 s", f"{1000 * took:.0f}"
    )
    grown = statistics.median(first / second for first, second in pairs)
    table.add_row("dashboard, 1,000 with 1,000 commits / seed (34)", f"{grown:.1f}", "<= 29", "")


def status(ledger: Path) -> list[str]:
    """Return the command for `status`."""
    return [*XUNCHA, "--ledger", str(ledger), "status"]


def ratio(
    table: Table,
    what: str,
    aim: str,
    rounds: int,
    one: list[str],
    other: list[str],
    prepare: Prepare | None = None,
) -> float:
    """Time two commands in turn, add a row, and return the median of the pairs' ratios."""
    run(one)
    run(other)
    pairs = []
    for _round in range(rounds):
        if prepare:
            prepare()
        pairs.append((run(one), run(other)))
    median = statistics.median(first / second for first, second in pairs)
    table.add_row(
        what, f"{median:.2f}", aim, f"{1000 * statistics.median(first for first, _second in pairs):.0f}"
    )
    return median


def long_notice(ledger: Path, target: Path) -> Path:
    """Write a long notice of the ledger, by repeating its measures without their numbers."""
    run([*XUNCHA, "--ledger", str(ledger), "notice", "-o", str(target)])
    lines = target.read_text(encoding="utf-8").split("\n")
    told = [line for line in lines if line.startswith("　　一是") and "二是" in line]
    last = lines.index(told[-1]) + 1
    more = re.sub("[一二三四五六七八九十]是", "", "\n".join(told)) + "\n"
    lines[last:last] = (more * 9)[: LONG_NOTICE - sum(map(len, lines))].split("\n")
    target.write_text("\n".join(lines), encoding="utf-8")
    return target


def close(table: Table, ledger: Path, rounds: int) -> float:
    """Measure `close` against `status` and a bare commit, in turn; return the median seconds of `close`."""
    twin = ledger.with_name(f"{ledger.name}-unchanged")
    shutil.copytree(ledger, twin)
    settle()
    run(status(twin))
    taken, beyond, as_safely = [], [], []
    for number, took in enumerate(time_close(ledger, rounds)):
        looking = run(status(twin))
        taken.append(took)
        beyond.append((took - looking) / bare_commit(ledger, f"{number}"))
        as_safely.append((took - looking) / bare_commit(ledger, f"{number} on disk", "-c", "core.fsync=all"))
    median = statistics.median(taken)
    what = "close, seed: beyond status, in bare commits"
    table.add_row(what, f"{statistics.median(beyond):.1f}", "<= 5", f"{1000 * median:.0f}")
    table.add_row(
        "  that reach the disk, as those of close do", f"{statistics.median(as_safely):.1f}", "", ""
    )
    return median


def bare_commit(ledger: Path, content: str, *options: str) -> float:
    """Return the seconds of a commit of one file outside the ledger."""
    (ledger / "other.txt").write_text(content)
    git(ledger, "add", "other.txt")
    start = time.perf_counter()
    git(ledger, *options, "commit", "-qm", "bare", "--only", "--", "other.txt")
    return time.perf_counter() - start


def time_close(ledger: Path, rounds: int) -> Iterator[float]:
    """Yield the seconds of `close`; the measure is reopened after each."""
    open_one = next(
        path.stem
        for path in sorted((ledger / "data/problems").glob("*/*.*.yaml"))
        if "status: in_progress" in path.read_text(encoding="utf-8")
    )
    for _round in range(rounds):
        yield run([*XUNCHA, "--ledger", str(ledger), "close", open_one])
        run([*XUNCHA, "--ledger", str(ledger), "reopen", open_one, "--reason", "bench"])


def run(command: list[str]) -> float:
    """Return the seconds of a process, which must succeed."""
    start = time.perf_counter()
    done = subprocess.run(
        command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False
    )
    taken = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{command}: {done.stderr.decode()}")
    return taken


def peak(command: list[str], prepare: Prepare) -> float:
    """Return the peak memory of a process in MB."""
    prepare()
    script = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    printed = subprocess.run(
        [sys.executable, "-c", script, *command], env=ENVIRONMENT, capture_output=True, check=True
    ).stdout
    return int(printed) / 1024 if resource else 0


def forget(ledger: Path) -> Prepare:
    """Return a function that deletes the cache, so that the next run is a first one."""
    return lambda: shutil.rmtree(ledger / ".git/xuncha", ignore_errors=True)


def settle() -> None:
    """Wait until the cache may trust files that were just written."""
    time.sleep(2.5)


def git(folder: Path, *arguments: str) -> None:
    """Run git."""
    subprocess.run(["git", *arguments], cwd=folder, env=ENVIRONMENT, check=True)


if __name__ == "__main__":
    main()
