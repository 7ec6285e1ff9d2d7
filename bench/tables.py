"""Shows how much is read right of the tables in tests/corpus/tables, by the real program; `-v` prints each field that is not.

The share is one of fields of which the table or the reading says something, and of cells that must be named as doubtful.
An invention is a value where the table says nothing, a problem or measure that is none, and a closing that it does not tell.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from corpora import show

from tests import program
from tests.tables.building import build
from tests.tables.comparison import Outcome, compare
from tests.tables.description import TODAY, Table, tables


def looking(folder: Path) -> Callable[[Table], Outcome]:
    """Make a ledger that tables are read beside."""
    surroundings, ledger = environment(folder), folder / "ledger"
    made = program.run(["init", str(ledger)], folder, surroundings)
    if made.code:
        sys.exit(made.err.decode(errors="replace"))
    return lambda table: look(table, ledger, folder, surroundings)


def environment(folder: Path) -> dict[str, str]:
    """Surroundings that do not depend on whose machine this is."""
    (folder / "gitconfig").write_text("[user]\n name = bench\n email = bench@example.invalid\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XUNCHA_", "GIT_"))}
    git = {"GIT_CONFIG_GLOBAL": str(folder / "gitconfig"), "GIT_CONFIG_NOSYSTEM": "1"}
    return {**kept, **git, "XUNCHA_TODAY": TODAY, "XUNCHA_LANG": "zh", "NO_COLOR": "1"}


def look(table: Table, ledger: Path, folder: Path, surroundings: dict[str, str]) -> Outcome:
    """Read a table and hold it against its truth; what is refused that should be read is named."""
    path = build(table, folder)
    done = program.run(["import", "table", str(path), "--dry-run", "--json"], ledger, surroundings)
    if done.code == 0:
        return compare(table, json.loads(done.out))
    refused = done.code == 1 and not table.problems
    if not refused:
        print(f"{table.name}: {done.err.decode(errors='replace').partition(chr(10))[0]}")
    return compare(table, None if done.code == 1 else {"problems": []})


if __name__ == "__main__":
    show(__doc__, "tables", tables(), looking)
