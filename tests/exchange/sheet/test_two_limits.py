"""Of two columns of time limits, the first counts; the second is kept as a field, and named."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from xuncha.exchange.sheet.reading import ReadOptions, draft_of

if TYPE_CHECKING:
    from pathlib import Path


def test_the_second_column_of_time_limits_is_a_field_and_a_doubt(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "序号,反馈问题,整改措施,责任科室,整改时限,延期后时限\n1,会议多,合并会议,办公室,2024-03-31,2024-09-30\n",
        encoding="utf-8",
    )
    draft = draft_of(path, ReadOptions(date(2024, 2, 1)))
    [measure] = draft.measures
    assert measure.record["due"] == "2024-03-31"
    assert measure.record["fields"] == {"延期后时限": "2024-09-30"}
    assert [each.text for each in draft.doubts if each.place == "F:F"] == ["延期后时限"]


def test_columns_that_nobody_knows_are_no_doubt(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "序号,反馈问题,整改措施,责任科室,甲项,乙项\n1,会议多,合并会议,办公室,a,b\n", encoding="utf-8"
    )
    draft = draft_of(path, ReadOptions(date(2024, 2, 1)))
    assert not [each for each in draft.doubts if each.place in {"E:E", "F:F"}]
    assert [each.reason for each in draft.columns[4:]] == [draft.columns[4].reason] * 2
