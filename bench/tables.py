"""Measure the share of the tables in tests/corpus/tables that the real program reads correctly; `-v` prints each wrong field.

The share counts the fields that have a value in the table or in the reading, and the cells that must be reported as doubts.
An invention is a value where the table has none, a problem or measure that does not exist, or a closing that it does not state.
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
    """Make a ledger, and return a function that reads tables in it."""
    surroundings, ledger = environment(folder), folder / "ledger"
    made = program.run(["init", str(ledger)], folder, surroundings)
    if made.code:
        sys.exit(made.err.decode(errors="replace"))
    return lambda table: look(table, ledger, folder, surroundings)


def environment(folder: Path) -> dict[str, str]:
    """Return environment variables that do not depend on the machine."""
    (folder / "gitconfig").write_text("[user]\n name = bench\n email = bench@example.invalid\n")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XUNCHA_", "GIT_"))}
    git = {"GIT_CONFIG_GLOBAL": str(folder / "gitconfig"), "GIT_CONFIG_NOSYSTEM": "1"}
    return {**kept, **git, "XUNCHA_TODAY": TODAY, "XUNCHA_LANG": "zh", "NO_COLOR": "1"}


def look(table: Table, ledger: Path, folder: Path, surroundings: dict[str, str]) -> Outcome:
    """Read a table and compare it with its true content; print a refusal of a readable table."""
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
