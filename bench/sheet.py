"""Measure reading and writing of workbooks: whole processes, as ratios to a later `status` of the same ledger in the same run."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from ledgers import generate
from rich.console import Console
from rich.table import Table
from run import XUNCHA, peak, ratio, run, settle, status

ROUNDS = 3


def main() -> None:
    """Measure, and print the table."""
    table = Table("what", "median", "aimed at", "ms", title="ratios to a later status", title_justify="left")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # git may still tidy up in it
        small, large, new = (Path(folder, name) for name in ("small", "large", "new"))
        generate(small, 1_000)
        generate(large, 10_000)
        settle()
        later = {ledger: status(ledger) for ledger in (small, large)}
        for command in later.values():
            run(command)
        workbook, form = Path(folder, "台账.xlsx"), Path(folder, "月报.xlsx")

        def forget() -> None:
            shutil.rmtree(new, ignore_errors=True)

        export = [*XUNCHA, "--ledger", str(large), "export", "xlsx", "-o", str(workbook)]
        ratio(table, "export xlsx, 10,000 measures", "<= 15", ROUNDS, export, later[large])
        table.add_row("  its memory", f"{peak(export, forget):.0f} MB", "<= 300 MB", "")
        looking = [*XUNCHA, "import", "table", str(workbook), str(new), "--dry-run"]
        ratio(table, "import table, 10,000 rows, --dry-run", "<= 30", ROUNDS, looking, later[large])
        table.add_row("  its memory", f"{peak(looking, forget):.0f} MB", "<= 300 MB", "")
        taking = looking[:-1]
        forget()
        table.add_row("import table, 10,000 rows, into a new ledger", "", "", f"{1000 * run(taking):.0f}")
        run([*XUNCHA, "--ledger", str(small), "export", "table", "-o", str(form)])
        filling = [*XUNCHA, "--ledger", str(small), "export", "table", str(form)]
        filled = [*filling, "-o", str(Path(folder, "filled.xlsx"))]
        ratio(table, "export table, an own form of 1,000 rows", "<= 10", ROUNDS, filled, later[small])
    Console().print(table)


if __name__ == "__main__":
    main()
