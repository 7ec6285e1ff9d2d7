"""Counts of problems and measures, their states, and rates."""

from __future__ import annotations

import pytest

from tests.steps import hang_guard
from xuncha.chinese.counts import RoleName, Thing, counts, rates, roles, things

Said = tuple[int, str, Thing | None, bool]
COUNTS: dict[str, list[Said]] = {
    "14个问题": [(14, "个", "problems", False)],
    "14个具体问题": [(14, "个", "problems", False)],
    "14个突出的问题": [(14, "个", "problems", False)],
    "十四个问题": [(14, "个", "problems", False)],
    "一百零五项措施": [(105, "项", "measures", False)],
    "1百05项措施": [(105, "项", "measures", False)],
    "１４个问题": [(14, "个", "problems", False)],
    "33项整改措施": [(33, "项", "measures", False)],
    "34条任务": [(34, "条", "measures", False)],
    "34 条 ": [(34, "条", None, False)],
    "20余项措施": [(20, "项", "measures", True)],
    "20多个问题": [(20, "个", "problems", True)],
    "约20个问题": [(20, "个", "problems", True)],
    "近三十项措施": [(30, "项", "measures", True)],
    "已完成13个": [(13, "个", None, False)],
    "14个问题、34条整改措施": [(14, "个", "problems", False), (34, "条", "measures", False)],
    "14个问题中已完成13个，正在整改1个": [
        (14, "个", "problems", False),
        (13, "个", None, False),
        (1, "个", None, False),
    ],
    "5件制度": [(5, "件", None, False)],
    "1,799项措施": [(1799, "项", "measures", False)],
    "4个方面": [],
    "3个大类": [],
    "2个领域": [],
    "5个百分点": [],
    "第3个问题": [],
    "三四个问题": [],
    "几个问题": [],
    "3.5个问题": [],
    "〔2023〕5项": [(5, "项", None, False)],
    "问题": [],
    "": [],
}
ROLES: dict[str, list[RoleName]] = {
    "反馈": ["total"],
    "梳理细化": ["total", "total"],
    "已完成整改": ["done"],
    "整改到位": ["done"],
    "已销号": ["done"],
    "办结": ["done"],
    "正在整改": ["ongoing"],
    "持续推进": ["ongoing", "ongoing"],
    "尚未完成": ["unfinished"],
    "未完成整改": ["unfinished"],
    "没有完成": ["unfinished"],
    "未启动": ["not_started"],
    "尚未开展": ["not_started"],
    "基本完成": ["partial"],
    "部分整改完成": ["partial"],
    "取得阶段性成效": ["partial"],
    "予以公布": ["published"],
    "反馈问题，已完成": ["total", "done"],
    "已按计划完成": ["done"],
    "计划年底前完成": ["planned"],
    "制定整改计划，已完成": ["total", "done"],
    "12月底前已完成": ["done"],
    "12月底前完成": ["planned"],
    "应完成": ["planned"],
    "供应站完成": ["done"],
    "无法按期完成": ["unfinished"],
    "已完成整改方案": ["unfinished"],
    "召开会议": [],
}
RATES: dict[str, list[tuple[str, Thing | None]]] = {
    "整改完成率76%": [("76", None)],
    "问题整改完成率76%": [("76", "problems")],
    "措施完成率为98.71%": [("98.71", "measures")],
    "任务办结率达100％": [("100", "measures")],
    "整改率达到96.18%": [("96.18", None)],
    "销号率９０%": [("90", None)],
    "问题完成率76%，措施完成率80%": [("76", "problems"), ("80", "measures")],
    "完成率百分之九十": [],
    "增长率8%": [],
    "完成率较高": [],
}


@pytest.mark.parametrize(("line", "found"), COUNTS.items())
def test_counts_are_read(line: str, found: list[Said]) -> None:
    assert [(count.number, count.unit, count.thing, count.is_approximate) for count in counts(line)] == found


def test_a_count_knows_its_place() -> None:
    line = "梳理出14个具体问题，约20余项"
    first, second = counts(line)
    assert line[first.start : first.end] == "14个"
    assert line[first.start : first.named_end] == "14个具体问题"
    assert line[second.start : second.end] == line[second.start : second.named_end] == "20余项"


@pytest.mark.parametrize(("line", "found"), ROLES.items())
def test_what_is_said_of_a_count_is_read(line: str, found: list[RoleName]) -> None:
    assert [role.name for role in roles(line)] == found


@pytest.mark.parametrize(("line", "found"), RATES.items())
def test_rates_are_read(line: str, found: list[tuple[str, Thing | None]]) -> None:
    assert [(rate.percent, rate.thing) for rate in rates(line)] == found


def test_a_rate_and_a_thing_know_their_places() -> None:
    line = "截至目前，整改完成率76%。"
    (rate,) = rates(line)
    assert line[rate.start : rate.end] == "整改完成率76%"
    assert list(things("14个问题、34条措施")) == [("problems", 3, 5), ("measures", 9, 11)]


def test_the_longest_lines_are_read_at_once() -> None:
    for piece in ("1", "一", "1个", "问题", "完成", "完成率", "约"):
        line = piece * (100_000 // len(piece))
        with hang_guard():
            list(counts(line))
            roles(line)
            list(rates(line))
