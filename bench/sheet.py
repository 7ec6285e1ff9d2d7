"""Shows how fast workbooks are read and written: whole processes, import of 1,000 rows and export of 10,000 measures."""

from __future__ import annotations

import tempfile
from pathlib import Path

from ledgers import generate
from rich.console import Console
from rich.table import Table
from run import XUNCHA, forget, peak, run

ROWS, MEASURES = 1_000, 10_000


def main() -> None:
    """Measure, and print the table."""
    table = Table("what", "seconds", "aimed at", "MB")
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder, "small"), Path(folder, "large")
        generate(small, ROWS)
        generate(large, MEASURES)
        workbook = Path(folder, "台账.xlsx")
        export = [*XUNCHA, "--ledger", str(large), "export", "xlsx", "-o", str(workbook)]
        table.add_row(
            f"export xlsx, {MEASURES:,} measures",
            f"{run(export):.1f}",
            "<= 10",
            f"{peak(export, forget(large)):.0f}",
        )
        run([*XUNCHA, "--ledger", str(small), "export", "xlsx", "-o", str(workbook)])
        taking = [*XUNCHA, "import", "table", str(workbook)]
        table.add_row(
            f"import table, {ROWS:,} rows, a new ledger",
            f"{run([*taking, str(Path(folder, 'new'))]):.1f}",
            "<= 3",
            "",
        )
        looking = [*taking, str(Path(folder, "other")), "--dry-run"]
        table.add_row(
            f"import table --dry-run, {ROWS:,} rows",
            f"{run(looking):.1f}",
            "",
            f"{peak(looking, forget(small)):.0f}",
        )
        again = [*taking, str(small)]
        table.add_row(f"import table, {ROWS:,} rows, into the same ledger", f"{run(again):.1f}", "", "")
    Console().print(table)


if __name__ == "__main__":
    main()
