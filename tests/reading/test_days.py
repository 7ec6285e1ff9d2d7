"""Which dates of a notice are those of the inspection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from xuncha.pages import lines
from xuncha.reading.reading import read

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("opening", "feedback"),
    [
        ("2024年2月30日至4月20日，县委第一巡察组对县水利局党组开展巡察，2024年5月反馈了意见。", None),
        ("2024年4月20日，县委第一巡察组完成对县水利局党组的巡察，5月反馈了意见。", None),
        ("2024年4月20日，县委第一巡察组完成巡察，5月8日反馈了意见。", "2024-05-08"),
        ("2024年5月8日，县委第一巡察组向县水利局党组反馈了意见。6月起整改。", "2024-05-08"),
    ],
)
def test_the_feedback_of_a_month_takes_no_other_day(
    opening: str, feedback: str | None, tmp_path: Path
) -> None:
    path = tmp_path / "通报.txt"
    path.write_text(f"{opening}\n一、整改情况\n1.会议多\n一是合并会议。\n", encoding="utf-8")
    day = read(lines(path)).dates.feedback
    assert (day and day.isoformat()) == feedback


@pytest.mark.parametrize(
    ("last", "issuer"), [("县水利局党组", "县水利局党组"), ("继续抓好整改", None), ("县水利局", None)]
)
def test_a_signature_needs_no_day(last: str, issuer: str | None, tmp_path: Path) -> None:
    path = tmp_path / "通报.txt"
    path.write_text(f"现予公布。\n一、整改情况\n1.会议多\n一是合并会议。\n{last}\n", encoding="utf-8")
    assert read(lines(path)).issuer == issuer


def test_a_round_may_stand_in_the_title_alone(tmp_path: Path) -> None:
    path, title = tmp_path / "通报.txt", "中共某局党组关于十四届县委第五轮巡察整改情况的通报"
    path.write_text(f"{title}\n现予公布。\n一、整改情况\n1.会议多\n一是合并会议。\n", encoding="utf-8")
    assert read(lines(path)).round == "十四届县委第五轮巡察"


@pytest.mark.parametrize(
    ("opening", "days"),
    [
        (
            "2024年3月4日至4月12日，县委第一巡察组对县水利局党组开展了巡察。",
            ("2024-03-04", "2024-04-12"),
        ),
        (
            "县委第一巡察组2024年3月4日起对县水利局党组开展巡察，4月12日结束。",
            ("2024-03-04", "2024-04-12"),
        ),
        (
            "2024年3月4日,县委第一巡察组进驻县水利局党组开展巡察.4月12日结束.",
            ("2024-03-04", "2024-04-12"),
        ),
        ("县委巡察组反馈了意见。\n公示时间：2024年11月1日至11月15日。", (None, None)),
        ("镇党委巡察组反馈了意见，公示期7天（2024年11月1日至11月7日）。", (None, None)),
        ("县委巡察组反馈了意见，集中整改期为2024年6月1日至11月30日。", (None, None)),
        (
            "县委第一巡察组对上轮整改情况，于2024年3月4日至4月12日开展了“回头看”巡察。",
            ("2024-03-04", "2024-04-12"),
        ),
        (
            "县委第一巡察组就整改情况2024年3月4日至4月12日开展了巡察。",
            ("2024-03-04", "2024-04-12"),
        ),
        (
            "县委巡察组按公示的安排，于2024年3月4日至4月12日开展了巡察，公示期为11月1日至11月7日。",
            ("2024-03-04", "2024-04-12"),
        ),
    ],
)
def test_the_days_of_the_inspection_are_those_of_its_sentence(
    opening: str, days: tuple[str | None, str | None], tmp_path: Path
) -> None:
    path = tmp_path / "通报.txt"
    path.write_text(f"{opening}\n一、整改情况\n1.会议多\n一是合并会议。\n", encoding="utf-8")
    found = read(lines(path)).dates
    ends = (found.inspection_start, found.inspection_end)
    assert tuple(day and day.isoformat() for day in ends) == days
