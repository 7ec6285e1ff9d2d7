"""Text above a table gives the organisation, the inspecting body and the day of the feedback."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from xuncha.exchange.sheet.reading import ReadOptions, draft_of

if TYPE_CHECKING:
    from pathlib import Path


def settings(above: str, folder: Path) -> dict[str, Any]:
    """Return the settings that are read from a line above a table."""
    path = folder / "台账.csv"
    path.write_text(
        f"{above}\n序号,反馈问题,整改措施,整改时限\n1,学习不深入,集中学习,2024-12-31\n", encoding="utf-8"
    )
    return draft_of(path, ReadOptions(date(2024, 7, 1))).settings


@pytest.mark.parametrize(
    ("above", "inspector"),
    [
        ("根据省局党委第二巡察组反馈意见制定", "省局党委第二巡察组"),
        ("某镇党委落实县委第三巡察组反馈意见整改台账", "县委第三巡察组"),
        ("某镇整改台账", None),
    ],
)
def test_the_inspectors_are_named_in_full(above: str, inspector: str | None, tmp_path: Path) -> None:
    assert settings(above, tmp_path).get("inspection", {}).get("inspector") == inspector


def test_the_day_of_the_feedback_is_told(tmp_path: Path) -> None:
    said = settings("中共某局党组整改台账（2023年11月10日反馈）", tmp_path)
    assert said["inspection"]["feedback"] == "2023-11-10"
    assert said["organisation"] == "中共某局党组"
