"""Counts that a notice states."""

from __future__ import annotations

from typing import Any

import pytest

from xuncha.reading.counts import stated_counts

STATED: dict[str, dict[str, Any]] = {
    "反馈14个问题，制定34条措施。": {"problems_total": 14, "measures_total": 34},
    "梳理出一百零五个问题，细化为1百86项措施。": {"problems_total": 105, "measures_total": 186},
    "反馈的廿三个问题已全部整改到位。": {"problems_total": 23, "problems_done": 23},
    "反馈25个问题，已完成整改19个，正在整改6个，整改完成率76%。": {
        "problems_total": 25, "problems_done": 19, "completion_rate": 0.76,
    },
    "14个问题、34条整改措施均已完成。": {
        "problems_total": 14, "measures_total": 34, "problems_done": 14, "measures_done": 34,
    },
    "梳理出的14个问题已完成13个，34条措施已完成33条，正在推进1条。": {
        "problems_total": 14, "problems_done": 13, "measures_total": 34, "measures_done": 33, "measures_in_progress": 1,
    },
    "４个方面、２９个单位共计５０项问题。": {"problems_total": 50},
    "反馈14个问题，制定修订制度12项，追缴资金3.5万元，批评教育5人。": {
        "problems_total": 14,
        "outcomes": (("制定修订制度", 12, "项"), ("追缴资金", 3.5, "万元"), ("批评教育", 5, "人")),
    },
    "召开三次会议，涉及4个方面。": {},
    "反馈问题2个，已完成整改2个，截至2023年底完成措施3项。": {"problems_total": 2, "problems_done": 2, "measures_done": 3},
    "反馈问题2个，其中立行立改问题已完成2个。": {"problems_total": 2},
    "6个问题全部制定整改措施，共20条，目前已完成18条。": {"problems_total": 6, "measures_total": 20, "measures_done": 18},
    "确定整改事项29项，制定整改措施93条。29项整改事项已完成28项。": {"measures_total": 93},
    "细化为45个问题，其中立行立改12个、限期整改28个。": {"problems_total": 45},
    "反馈6个问题，制定措施20条，已完成18个。": {"problems_total": 6, "measures_total": 20, "measures_done": 18},
    "22项问题已全部整改完成，61项措施已完成58项，3项长期坚持。": {
        "problems_total": 22, "problems_done": 22, "measures_total": 61, "measures_done": 58, "measures_in_progress": 3,
    },
    "制定措施42项，15个问题已全部整改完成，建立健全制度9项。": {
        "measures_total": 42, "problems_total": 15, "problems_done": 15, "outcomes": (("建立健全制度", 9, "项"),),
    },
    "召开民主生活会，班子查摆问题18个，制定措施25条。反馈4个问题，制定措施6条。": {"problems_total": 4, "measures_total": 6},
    "通过召开民主生活会深入查摆，反馈的14个问题已全部完成整改。": {"problems_total": 14, "problems_done": 14},
    "": {},
}  # fmt: skip


NOT_DONE = [
    "计划年底前完成整改2个", "应完成2个", "力争完成整改2个", "未完成2个", "2个均未完成整改", "拟于2027年完成2个", "预计2027年完成整改2个", "到2027年底完成整改2个",
    "应于2027年6月前完成整改2个", "2027年6月前完成整改2个", "基本完成整改2个", "阶段性完成整改2个", "已完成整改方案2个", "确保完成整改2个", "需完成整改2个",
    "下一步完成整改2个", "确定完成整改2个", "完成整改2个的目标尚未实现", "没有完成整改2个", "未能按期完成整改2个", "待完成2个", "完成整改不足2个", "承诺完成整改2个",
    "将于年底完成2个", "确保全部整改到位", "应全部完成整改", "2个问题力争均完成",
]  # fmt: skip


@pytest.mark.parametrize("words", NOT_DONE)
def test_what_is_planned_denied_or_of_something_else_is_no_count_of_what_is_done(words: str) -> None:
    found = stated_counts([f"反馈问题2个，{words}。"]).numbers
    assert {key: found[key] for key in found if key != ("measures", "in_progress")} == {
        ("problems", "total"): 2
    }


@pytest.mark.parametrize(("text", "counts"), STATED.items())
def test_counts_are_read_in_whatever_form_they_are_written(text: str, counts: dict[str, Any]) -> None:
    found = stated_counts([text])
    numbers = {f"{thing}_{kind}": number for (thing, kind), number in found.numbers.items()}
    others = {"completion_rate": found.completion_rate, "outcomes": found.outcomes}
    assert numbers | {name: value for name, value in others.items() if value} == counts
