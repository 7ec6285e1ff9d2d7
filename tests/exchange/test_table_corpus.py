"""Reading the made-up tables of the corpus field by field, without inventing anything."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.tables.building import build
from tests.tables.comparison import compare
from tests.tables.description import TODAY, Table, tables
from xuncha.cli.imports import import_json
from xuncha.errors import RefusedError
from xuncha.exchange.sheet.reading import ReadOptions, draft_of
from xuncha.workflow.intake import Intake

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path) -> dict[str, Any] | None:
    """Read a table in this process: what `import table FILE --dry-run --json` prints in an empty ledger; None if it is refused."""
    try:
        return import_json(draft_of(path, ReadOptions(date.fromisoformat(TODAY))), Intake(), written=False)
    except RefusedError:
        return None


NOT_READ = {
    "labelled-blocks-per-problem": "labels with their values below each other are no table with headings",
    "u2-natural-resources-rectification-report-form": "a card for each problem is no table with headings",
    "enumerated-measures-with-enumerated-everything": "a state among several in one cell, beside progress that has not begun",
    "site-quality-notices": "an inspection that was passed, 通过, says so in too few words",
}


@pytest.mark.apart(but=125)
@pytest.mark.parametrize(
    "table",
    [
        pytest.param(
            table, marks=pytest.mark.xfail(reason=NOT_READ[table.name]) if table.name in NOT_READ else ()
        )
        for table in tables()
    ],
    ids=lambda table: table.name,
)
def test_a_table_is_read_as_its_reader_would(table: Table, tmp_path: Path) -> None:
    assert compare(table, read(build(table, tmp_path))).differences == []
