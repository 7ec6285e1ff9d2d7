"""How long a roll-up takes: made-up regions, the same ones for the same seed, as ratios to one `status`.

Run it by `make bench`, or `python bench/region.py --scale 0.01` for a small one that only shows that it works. Ratios are those of
time on the clock and of processor time, each to a `status` that was run just before; where the machine has other work, the second
is the one to go by.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import duckdb
from ledgers import generate, remember
from rich.console import Console
from rich.table import Table

XUNCHA = [sys.executable, "-m", "xuncha"]
MEASURES = 50
"""In each ledger."""
_BASES = 20
"""Ledgers that are made one by one, with a history; the others are copies of theirs under other names."""
_TODAY = "2024-06-15"
_DAYS = 217
"""Of history, from the feedback up to that day; there is a commit for each measure, as commands make them."""
MADE_UP = """
SELECT 1::INTEGER AS schema_version, '某县第' || (i // {each}) || '局党组' AS unit, '第一轮' AS round,
  (i % {each} // 4 + 1)::INTEGER AS problem, (i % {each} % 4 + 1)::INTEGER AS measure,
  ['not_started', 'in_progress', 'submitted', 'closed', 'closed', 'closed'][(hash(i) % 6)::INTEGER + 1] AS status,
  ['at_once', 'once', 'once', 'long_term'][(hash(i + 1) % 4)::INTEGER + 1] AS term,
  CASE WHEN hash(i + 2) % 5 > 0 THEN DATE '2023-06-01' + (hash(i + 3) % 500)::INTEGER END AS due,
  CASE WHEN hash(i) % 6 > 2 THEN DATE '2023-12-01' + (hash(i + 4) % 190)::INTEGER END AS closed_date,
  CASE WHEN hash(i + 5) % 20 > 0 THEN (hash(i + 6) % 8)::INTEGER END AS office_code, hash(i + 7) % 10 > 0 AS publish,
  14::INTEGER AS due_soon_days, 180::INTEGER AS review_every_days, closed_date AS looked_at, md5(i // {each} || '') AS "commit",
  DATE '2024-06-15' AS as_of, 0::INTEGER AS audit_errors, 0::INTEGER AS audit_warnings
FROM range({start}, {stop}) r(i)
"""


class Used(NamedTuple):
    """What a run has used."""

    seconds: float
    processor: float
    """Seconds, with those of the processes that it started."""
    memory: float
    """MB that the largest of its processes has had at most."""


class Bench:
    """Runs the program, and puts what it took beside a `status`."""

    def __init__(self, place: Path, scale: float, rounds: int) -> None:
        self.place, self.scale, self.rounds = place, scale, rounds
        self.table = Table(
            "what", "ratio", "by processor", "aimed at", "s", "MB", "ms each", title="ratios to one status"
        )
        ledger(place / "one", 0)
        time.sleep(2.5)

    def row(
        self, what: str, count: int, aim: str, *arguments: str | Path, first: bool = False, day: str = _TODAY
    ) -> None:
        """Run it once where it is the first time, else as often as was asked for, and add a row; `count` is of what it reads."""
        one = [run("--ledger", self.place / "one", "status") for _round in range(self.rounds + 1)][1:]
        taken = [run("rollup", *arguments, day=day) for _round in range(1 if first else self.rounds)]
        status, used = (
            [statistics.median(each) for each in zip(*several, strict=True)] for several in (one, taken)
        )
        self.table.add_row(
            f"{count:,} {what}, {'first' if first else 'later'}",
            f"{used[0] / status[0]:.1f}", f"{used[1] / status[1]:.1f}", aim if self.scale == 1 else "",
            f"{used[0]:.2f}", f"{max(each.memory for each in taken):.0f}", f"{1000 * used[1] / count:.3f}",
        )  # fmt: skip


def main() -> None:
    """Measure, and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scale", type=float, default=1.0, help="of the sizes; 1 is what is aimed at")
    options.add_argument("--rounds", type=int, default=3, help="runs of what is quick")
    options.add_argument("--only", default="", help="ledgers, files or rows")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # git may still tidy up in it
        place = Path(folder)
        os.environ |= {"XUNCHA_CACHE": str(place / "cache"), "XUNCHA_LANG": "zh", "NO_COLOR": "1"}
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        bench = Bench(place, chosen.scale, chosen.rounds)
        for name, measure in {"ledgers": of_ledgers, "files": of_files, "rows": of_rows}.items():
            if chosen.only in {"", name}:
                measure(bench, place / name)
    Console(width=120).print(bench.table)


def of_ledgers(bench: Bench, place: Path) -> None:
    """Clones: at first, later, on another day, and with audit, trend and titles; three sizes show how it grows."""
    bases = place / "bases"
    for number in range(_BASES):
        ledger(bases / str(number), number)
    for size, first, later in ((100, "", ""), (300, "", ""), (1_000, "<= 60", "<= 3")):
        count = max(2, int(size * bench.scale))
        clones = place / f"clones{size}"
        for number in range(count):
            named(bases / str(number % _BASES), clones / f"{number:05}", number)
        time.sleep(2.5)
        bench.row("clones", count, first, clones, first=True)
        bench.row("clones", count, later, clones)
    shutil.rmtree(os.environ["XUNCHA_CACHE"])
    bench.row("clones, audit and trend", count, "<= 400", clones, "--audit", "--trend", first=True)
    bench.row("clones, audit and trend", count, "", clones, "--audit", "--trend")
    bench.row("clones, trend", count, "", clones, "--trend", first=True)
    bench.row("clones", count, "", clones, first=True)
    bench.row("clones, similar titles", count, "", clones, "--similar")
    for each in range(1, bench.rounds + 1):  # each day is counted for the first time
        bench.row("clones, another day", count, "", clones, first=True, day=f"2024-06-{15 + each}")
    shutil.rmtree(place)


def of_files(bench: Bench, place: Path) -> None:
    """Rows files."""
    count = max(2, int(10_000 * bench.scale))
    (folder := place / "报送").mkdir(parents=True)
    with duckdb.connect() as run_here:
        run_here.execute(
            f"CREATE TABLE rows AS {MADE_UP.format(each=MEASURES, start=0, stop=count * MEASURES)}"
        )
        for number in range(count):
            some = f"FROM rows WHERE unit = '某县第{number}局党组'"
            run_here.execute(
                f"COPY ({some}) TO '{folder}/{number}.parquet' (FORMAT parquet, COMPRESSION zstd)"
            )
    time.sleep(2.5)
    bench.row("rows files", count, "<= 10", folder, first=True)
    bench.row("rows files", count, "<= 10", folder)
    bench.row("rows files, another day", count, "", folder, first=True, day="2024-06-16")
    shutil.rmtree(place)


def of_rows(bench: Bench, place: Path) -> None:
    """One file of all."""
    place.mkdir()
    for size, each, aim in (
        (2_500_000, MEASURES, ""),
        (5_000_000, MEASURES, "<= 5"),
        (5_000_000, 1_000, "<= 5"),
    ):
        count = max(100, int(size * bench.scale))
        file = place / f"{count}-{each}.parquet"
        with duckdb.connect() as run_here:
            run_here.execute(
                f"COPY ({MADE_UP.format(each=each, start=0, stop=count)}) TO '{file}' (FORMAT parquet)"
            )
        time.sleep(2.5)
        what = f"measures in one file, {count // each:,} units"
        bench.row(what, count, aim, file, first=True)
        bench.row(what, count, "", file)
        file.unlink()


def ledger(root: Path, seed: int) -> None:
    """Make a ledger with a history."""
    generate(root, MEASURES, seed)
    remember(root, MEASURES, _DAYS)


def named(base: Path, root: Path, number: int) -> None:
    """Copy a ledger, and give it another unit's name."""
    shutil.copytree(base, root)
    file = root / "data/ledger.yaml"
    text = file.read_text(encoding="utf-8").replace("中共某市水务局党组", f"中共某县第{number}局党组", 1)
    file.write_text(text, encoding="utf-8")


def run(*arguments: str | Path, day: str = _TODAY) -> Used:
    """Run the program on a day."""
    before = time.perf_counter()
    environment = os.environ | {"XUNCHA_TODAY": day}
    process = subprocess.Popen([*XUNCHA, *map(str, arguments)], stdout=subprocess.DEVNULL, env=environment)
    _pid, ended, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(ended)
    if process.returncode:
        raise SystemExit(f"{arguments} ended with {process.returncode}")
    return Used(time.perf_counter() - before, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


if __name__ == "__main__":
    main()
