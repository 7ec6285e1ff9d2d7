"""Of an original and an extended time limit, the extended one counts; without an extension, the original."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from xuncha.exchange.sheet.reading import ReadOptions, draft_of

if TYPE_CHECKING:
    from pathlib import Path

COMMON = ["序号", "反馈问题", "整改措施", "责任科室"]
LIMITS = [("2024-03-31", "2024-09-30"), ("2024-05-31", None), ("2024-06-30", "未延期"), ("2024-03-31", "/")]


def dues(path: Path, group: str, first: str, second: str) -> list[str | None]:
    """Return the time limits that are read from two columns, below one heading if `group` is not empty."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([*COMMON, *([group, None] if group else [first, second])])
    if group:
        sheet.append([None, None, None, None, first, second])
        sheet.merge_cells("E1:F1")
        for column in "ABCD":
            sheet.merge_cells(f"{column}1:{column}2")
    for number, limits in enumerate(LIMITS, 1):
        sheet.append([number, f"问题{number}", f"措施{number}", "办公室", *limits])
    book.save(path)
    return [each.record.get("due") for each in draft_of(path, ReadOptions(date(2024, 2, 1))).measures]


@pytest.mark.parametrize(
    ("group", "first", "second"),
    [
        ("整改时限", "原定", "延期后"),
        ("整改时限", "原时限", "现时限"),
        ("整改时限", "延期前", "延期后"),
        ("整改期限", "原计划", "调整后"),
        ("", "原定时限", "延期后时限"),
        ("", "原时限", "现时限"),
        ("", "整改时限", "延期至"),
        ("", "计划完成时间", "调整后完成时间"),
    ],
)
def test_the_extended_time_limit_counts(group: str, first: str, second: str, tmp_path: Path) -> None:
    expected = ["2024-09-30", "2024-05-31", "2024-06-30", "2024-03-31"]
    assert dues(tmp_path / "t.xlsx", group, first, second) == expected


@pytest.mark.parametrize(
    ("first", "second"), [("整改时限", "申请延期至"), ("整改时限", "是否延期"), ("整改时限", "复查时限")]
)
def test_an_extension_that_is_only_applied_for_changes_no_time_limit(
    first: str, second: str, tmp_path: Path
) -> None:
    assert dues(tmp_path / "t.xlsx", "", first, second) == [limit for limit, _other in LIMITS]
