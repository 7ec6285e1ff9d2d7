"""How long a roll-up takes: made-up regions, the same ones for the same seed, as ratios to one `status`.

Run it by `make bench`, or `python bench/region.py --scale 0.01` for a small one that only shows that it works.
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

import duckdb
from ledgers import generate, remember
from rich.console import Console
from rich.table import Table

XUNCHA = [sys.executable, "-m", "xuncha"]
MEASURES = 50
"""In each ledger."""
_BASES = 20
"""Ledgers that are made one by one, with a history; the others are copies of theirs under other names."""
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


def main() -> None:
    """Measure, and print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scale", type=float, default=1.0, help="of the sizes; 1 is what is aimed at")
    options.add_argument("--rounds", type=int, default=3, help="runs of what is quick")
    options.add_argument("--only", default="", help="ledgers, files or rows")
    chosen = options.parse_args()
    table = Table("what", "ratio", "aimed at", "s", "MB", title="ratios to one status", title_justify="left")
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        os.environ |= {
            "XUNCHA_CACHE": str(place / "cache"),
            "XUNCHA_TODAY": "2024-06-15",
            "XUNCHA_LANG": "zh",
            "NO_COLOR": "1",
        }
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        for name, measure in {"ledgers": of_ledgers, "files": of_files, "rows": of_rows}.items():
            if chosen.only in {"", name}:
                measure(place / name, chosen.scale, chosen.rounds, table)
    Console().print(table)


def of_ledgers(place: Path, scale: float, rounds: int, table: Table) -> None:
    """Clones: at first, later, and with an audit."""
    one = status(place, rounds)
    bases = place / "bases"
    for number in range(_BASES):
        ledger(bases / str(number), number)
    for factor in (0.5, 1):
        count = max(2, int(1_000 * scale * factor))
        clones = place / str(count)
        for number in range(count):
            named(bases / str(number % _BASES), clones / f"{number:05}", number)
        time.sleep(2.5)
        first = run("rollup", clones)
        later = [run("rollup", clones) for _round in range(rounds)]
        aims = ("<= 60", "<= 3", "<= 400") if factor == 1 and scale == 1 else ("", "", "")
        row(table, f"{count:,} clones of {MEASURES}, first", one, [first], aims[0])
        row(table, f"{count:,} clones of {MEASURES}, later", one, later, aims[1])
    row(table, f"{count:,} clones, with audit, first", one, [run("rollup", clones, "--audit")], aims[2])
    shutil.rmtree(place)


def of_files(place: Path, scale: float, rounds: int, table: Table) -> None:
    """Rows files."""
    one = status(place, rounds)
    count = max(2, int(10_000 * scale))
    (folder := place / "报送").mkdir()
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
    row(table, f"{count:,} rows files, first", one, [run("rollup", folder)], "<= 10" if scale == 1 else "")
    row(table, f"{count:,} rows files, later", one, [run("rollup", folder) for _round in range(rounds)], "")
    shutil.rmtree(place)


def of_rows(place: Path, scale: float, rounds: int, table: Table) -> None:
    """One file of all."""
    one = status(place, rounds)
    for size, each, aim in (
        (2_500_000, MEASURES, ""),
        (5_000_000, MEASURES, "<= 5"),
        (5_000_000, 1_000, "<= 5"),
    ):
        count = max(100, int(size * scale))
        file = place / f"{count}-{each}.parquet"
        with duckdb.connect() as run_here:
            run_here.execute(
                f"COPY ({MADE_UP.format(each=each, start=0, stop=count)}) TO '{file}' (FORMAT parquet)"
            )
        taken = [run("rollup", file) for _round in range(rounds)]
        row(
            table,
            f"{count:,} measures in one file, {count // each:,} units",
            one,
            taken,
            aim if scale == 1 else "",
        )
        file.unlink()


def ledger(root: Path, seed: int) -> None:
    """A ledger with a history."""
    generate(root, MEASURES, seed)
    remember(root, MEASURES)


def named(base: Path, root: Path, number: int) -> None:
    """A copy of a ledger that is another unit's."""
    shutil.copytree(base, root)
    file = root / "data/ledger.yaml"
    text = file.read_text(encoding="utf-8").replace("中共某市水务局党组", f"中共某县第{number}局党组", 1)
    file.write_text(text, encoding="utf-8")


def status(place: Path, rounds: int) -> float:
    """The seconds that one `status` of such a ledger takes."""
    ledger(place / "one", 0)
    time.sleep(2.5)
    taken = [run("--ledger", place / "one", "status")[0] for _round in range(rounds + 4)]
    shutil.rmtree(place / "one")
    return statistics.median(taken[1:])


def run(*arguments: str | Path) -> tuple[float, float]:
    """Run the program; return the seconds that it took, and the MB that it and those it started have had at most."""
    before = time.perf_counter()
    process = subprocess.Popen([*XUNCHA, *map(str, arguments)], stdout=subprocess.DEVNULL)
    _pid, ended, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(ended)
    if process.returncode:
        raise SystemExit(f"{arguments} ended with {process.returncode}")
    return time.perf_counter() - before, used.ru_maxrss / 1024


def row(table: Table, what: str, one: float, taken: list[tuple[float, float]], aim: str) -> None:
    """Add a row."""
    seconds = statistics.median(each for each, _memory in taken)
    memory = max(memory for _each, memory in taken)
    table.add_row(what, f"{seconds / one:.1f}", aim, f"{seconds:.2f}", f"{memory:.0f}")


if __name__ == "__main__":
    main()
