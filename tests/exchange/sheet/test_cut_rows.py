"""Rows with a single text: the rest of the measure above, or a measure of their own; and sheets that are too wide."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from xuncha.errors import RefusedError
from xuncha.exchange.sheet.reading import ReadOptions, draft_of

if TYPE_CHECKING:
    from pathlib import Path


def titles(tmp_path: Path, above: str, below: str) -> tuple[list[str], int]:
    """Return the measures of a table of two rows, and how many doubts there are of the second."""
    path = tmp_path / "t.csv"
    path.write_text(f"序号,问题,措施,责任科室\n1,学习不够,{above},办公室\n,,{below},\n")
    draft = draft_of(path, ReadOptions(date(2025, 12, 31)))
    return [each.record["title"] for each in draft.measures], sum(
        each.place.rpartition("!")[2] == "C3" for each in draft.doubts
    )


def test_what_ends_a_sentence_that_the_row_above_has_begun_is_its_rest(tmp_path: Path) -> None:
    assert titles(tmp_path, "制定制度并落", "实到人。") == (["制定制度并落实到人。"], 1)


@pytest.mark.parametrize(
    ("above", "below", "doubts"),
    [
        ("制定制度。", "加强检查。", 0),
        ("制定制度", "加强检查", 1),
        ("制定制度", "2.加强检查。", 0),
        ("制定制度。", "加强检查", 0),
    ],
)
def test_measures_below_each_other_stay_apart(tmp_path: Path, above: str, below: str, doubts: int) -> None:
    found, named = titles(tmp_path, above, below)
    assert (len(found), named) == (2, doubts)


def test_a_sheet_of_thousands_of_columns_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("问题,措施," + ",".join(f"列{n}" for n in range(600)) + "\n")
    with pytest.raises(RefusedError) as caught:
        draft_of(path, ReadOptions(date(2025, 12, 31)))
    assert (caught.value.code, "602" in str(caught.value)) == ("too-large", True)
