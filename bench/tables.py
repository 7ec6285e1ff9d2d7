"""Shows how much is read right of the tables in tests/corpus/tables, by the real program; `-v` prints each field that is not.

The share is one of fields of which the table or the reading says something, and of cells that must be named as doubtful.
An invention is a value where the table says nothing, a problem or measure that is none, and a closing that it does not tell.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests import program
from tests.tables.building import build
from tests.tables.comparison import AIM, Outcome, compare, share_of, tell
from tests.tables.description import TODAY, Table, tables


def main() -> None:
    """Read all tables, or those named, and print the share; exit 1 where it is too small, or anything is invented."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("-v", "--verbose", action="store_true", help="a line for each field that is wrong")
    options.add_argument("names", nargs="*", help="of tables; all where none is named")
    chosen = options.parse_args()
    wanted = [table for table in tables() if not chosen.names or table.name in chosen.names]
    outcomes = []
    with tempfile.TemporaryDirectory() as folder:
        surroundings = environment(Path(folder))
        ledger = Path(folder, "ledger")
        made = program.run(["init", str(ledger)], Path(folder), surroundings)
        if made.code:
            sys.exit(made.err.decode(errors="replace"))
        for table in wanted:
            outcomes.append(look(table, ledger, Path(folder), surroundings))
            if chosen.verbose:
                tell(table.name, outcomes[-1])
    share, inventions = share_of(outcomes, "tables")
    sys.exit(share < AIM or inventions > 0)


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
    main()
