"""Every count of a roll-up equals that of `status`, with either engine."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.region.made_up import TODAY, ledgers
from xuncha.model.records import Ledger
from xuncha.region import files
from xuncha.region.counts import KEYS, Counts, Lateness, RowFacts, ranked, summed
from xuncha.region.engine import Duck, Files
from xuncha.region.intake import COLUMNS
from xuncha.region.queries import count_units, late_days
from xuncha.region.rows import TEXTS, TYPES, Stamp, rows_of
from xuncha.region.selection import fault
from xuncha.tally import tally

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NOW = Stamp("c" * 40, TODAY)


def written(duck: Duck, several: Sequence[Ledger], folder: Path) -> str:
    """Write the rows of several ledgers into one file, each as a source of its own."""
    rows = [
        (*row, *texts, str(number))
        for number, each in enumerate(several)
        for row, texts in rows_of(each, NOW)
    ]
    files.write(duck, rows, folder / "rows.parquet", COLUMNS)
    return str(folder / "rows.parquet")


def expected(ledger: Ledger) -> Counts:
    """Return the counts of `status`."""
    told = tally(ledger.register(), TODAY)
    return Counts(
        told.problems, told.problems_closed, told.measures, told.not_started, told.in_progress, told.submitted, told.closed,
        told.long_term_closed, told.overdue, told.due_soon, told.review_due, told.not_assigned,
    )  # fmt: skip


def parted(answer: tuple[Any, ...]) -> tuple[str, Counts, RowFacts]:
    """Split a row of an answer into its key, counts and shape."""
    counts = Counts._make(map(int, answer[len(KEYS) : len(KEYS) + len(Counts._fields)]))
    return answer[0], counts, RowFacts._make(answer[len(KEYS) + len(Counts._fields) : -len(Lateness._fields)])


@pytest.fixture(scope="module")
def duck() -> Iterator[Duck]:
    """Return an engine: to open one takes longer than to count with it."""
    with Duck(Path(gettempdir())) as opened:
        yield opened


@given(st.lists(ledgers(), min_size=1, max_size=8))
def test_a_ledger_counts_as_status_counts_it(duck: Duck, several: list[Ledger]) -> None:
    with TemporaryDirectory() as folder:
        rows = duck.rows(Files(cached=written(duck, several, Path(folder))))
        answers = {
            key: (counts, shape) for key, counts, shape in map(parted, duck.answer(count_units(rows, TODAY)))
        }
        ((median, maximum),) = duck.answer(late_days(rows, TODAY))
    assert {int(key): counts for key, (counts, _shape) in answers.items()} == dict(
        enumerate(map(expected, several))
    )
    assert not [fault(shape) for _counts, shape in answers.values() if fault(shape)]
    days = sorted(
        (TODAY - measure.due).days
        for each in several
        for measure in each.measures.values()
        if measure.due and measure.due < TODAY and measure.status != "closed"
    )
    assert maximum == (days[-1] if days else None)
    assert median == ((days[len(days) // 2] + days[(len(days) - 1) // 2]) / 2 if days else None)


@given(ledgers())
def test_rows_hold_no_text_of_the_ledger(ledger: Ledger) -> None:
    for row, _texts in rows_of(ledger, NOW):
        said = {value for value in row if isinstance(value, str)}
        assert not said & {"甲", "=1+1", "<b>乙</b>", "局长", "分管副局长", "办公室", "规划科"}


def test_the_columns_of_a_rows_file_are_those_that_were_promised() -> None:
    assert " ".join(TYPES) == (
        "schema_version unit round problem measure status term due closed_date office_code publish due_soon_days"
        " review_every_days looked_at commit as_of audit_errors audit_warnings"
    )
    assert not set(TEXTS) & set(TYPES)


def test_equal_rates_share_a_rank_and_the_next_one_is_passed_over() -> None:
    assert ranked([0.5, 1.0, None, 1.0, 0.0]) == [3, 1, None, 1, 4]


def test_nothing_adds_up_to_nothing() -> None:
    assert summed([]) == Counts()


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("measure = 1", "problem"),
        ("status = 'done'", "no ledger says"),
        ("due_soon_days = -1", "no ledger says"),
        ("schema_version = 2", "version 2"),
        ("term = NULL", "no ledger says"),
        ("as_of = NULL", "no ledger says"),
    ],
)
def test_rows_that_no_ledger_gives_are_found(duck: Duck, sql: str, said: str, tmp_path: Path) -> None:
    from tests.region.ledgers import ROWS

    files.write(duck, [(*row, None, None, "s") for row in ROWS], tmp_path / "a.parquet", COLUMNS)
    name, value = sql.split(" = ")
    duck.run.execute(
        f"COPY (SELECT * REPLACE ({value}::{TYPES[name]} AS {name}) FROM '{tmp_path}/a.parquet') TO '{tmp_path}/b.parquet'"
    )
    rows = duck.rows(Files(cached=str(tmp_path / "b.parquet")))
    ((_key, _counts, shape),) = map(parted, duck.answer(count_units(rows, TODAY)))
    assert said in fault(shape)
