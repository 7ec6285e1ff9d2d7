"""Notices and workbooks that would close what is not done, or lose a measure: what is not plainly said is a doubt."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from xuncha.exchange.notice import draft_of as draft_of_notice
from xuncha.language import speaking
from xuncha.pages import lines
from xuncha.reading.reading import read

if TYPE_CHECKING:
    from pathlib import Path

    from xuncha.exchange.drafts import Draft

TODAY = date(2026, 11, 28)
NOTICE = """中共某市水务局党组关于巡察整改进展情况的通报
2026年4月12日至6月11日，市委第二巡察组对某市水务局党组进行了巡察。7月31日，反馈了意见。
一、工作情况
{count}。
二、进展情况
（一）关于落实上级决策部署方面
1.重点工程推进缓慢
{measures}
2.财务审批不严
一是修订办法。二是开展培训。
中共某市水务局党组
2026年11月20日
"""


def notice(folder: Path, count: str, measures: str = "一是完成前期手续。二是正在推进征地。") -> Draft:
    path = folder / "通报.txt"
    path.write_text(NOTICE.format(count=count, measures=measures), encoding="utf-8")
    return draft_of_notice(read(lines(path)), str(path), TODAY)


def records(draft: Draft) -> list[dict[str, Any]]:
    return [measure.record for problem in draft.problems for measure in problem.measures]


@pytest.mark.parametrize(
    "count",
    [
        "反馈问题2个，计划年底前完成整改2个",
        "反馈问题2个，已完成整改2个，其中1个正在推进",
        "反馈问题2个，已完成整改2个。但有1个反弹",
        "反馈的2个问题已全部整改到位",
    ],
)
def test_no_count_of_a_notice_closes_a_measure(count: str, tmp_path: Path) -> None:
    with speaking("en"):
        draft = notice(tmp_path, count)
    assert {record["status"] for record in records(draft)} == {"in_progress"}
    borne_out = [doubt for doubt in draft.doubts if "stated to be done" in doubt.made]
    assert len(borne_out) == (0 if "计划" in count else 1)


@pytest.mark.parametrize(
    ("measure", "status"),
    [
        ("推进项目，计划2027年开工（已完成）", "in_progress"),
        ("正在推进征地（已完成）", "in_progress"),
        ("资金尚未追缴（已销号）", "in_progress"),
        ("修订办法（已完成）", "closed"),
    ],
)
def test_a_measure_that_says_it_goes_on_is_not_closed_by_its_state(
    measure: str, status: str, tmp_path: Path
) -> None:
    draft = notice(tmp_path, "反馈问题2个", f"一是{measure}。")
    assert records(draft)[0]["status"] == status
    assert any(measure[:4] in doubt.text for doubt in draft.doubts) == (status != "closed")
