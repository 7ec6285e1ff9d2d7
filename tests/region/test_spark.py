"""Spark counts the same as DuckDB; skipped without Java."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.region.made_up import TODAY, ledgers
from tests.region.test_counts import expected, parted, written
from xuncha.errors import UsageError
from xuncha.region.counts import KEYS
from xuncha.region.engine import Duck, Files
from xuncha.region.queries import count_units, late_days
from xuncha.region.spark import Spark

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xuncha.model.records import Ledger

pytest.importorskip("pyspark")
pytestmark = [
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java"),
    pytest.mark.filterwarnings("ignore"),  # of a library that starts another program
]


@pytest.fixture(scope="module")
def spark() -> Iterator[Spark]:
    """One session for all: it takes seconds to start."""
    with Spark("local[1]") as session:
        yield session


@settings(max_examples=4)
@given(st.lists(ledgers(), min_size=3, max_size=12))
def test_both_engines_give_the_same_numbers(spark: Spark, several: list[Ledger]) -> None:
    with TemporaryDirectory(prefix="[行] *") as folder, Duck(Path(folder)) as duck:
        files = Files(cached=written(duck, several, Path(folder)))
        engines: list[Duck | Spark] = [duck, spark]
        one, other = (
            sorted(engine.answer(count_units(engine.rows(files), TODAY)), key=str) for engine in engines
        )
        assert one == other
        assert {int(key): counts for key, counts, _shape in map(parted, other)} == dict(
            enumerate(map(expected, several))
        )
        wanted = [(*answer[: len(KEYS)], str(number % 2)) for number, answer in enumerate(one)][:5]
        for members in (None, wanted):
            asked = [
                late_days(
                    engine.rows(files), TODAY, engine.table((*KEYS, "path"), members) if members else None
                )
                for engine in engines
            ]
            one, other = (
                sorted(each.answer(question), key=str) for each, question in zip(engines, asked, strict=True)
            )
            assert one == other


def test_an_engine_that_is_not_known_is_refused() -> None:
    with pytest.raises(UsageError):
        Spark("yarn; rm -rf /")
