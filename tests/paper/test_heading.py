"""Line breaks of titles: no name or word is broken, and the shape follows the standard."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xuncha.chinese.characters import width
from xuncha.paper.heading import lines

BROKEN = [
    "中共某某市自然资源和规划局党组|落实市委第五巡察组反馈意见|集中整改进展情况的报告",
    "中共东营市发展和改革委员会党组|关于市委第五巡察组反馈意见|集中整改进展情况的通报",
    "中共某市水务局党组|关于巡察整改进展情况的通报",
    "中共利津县陈庄镇委员会|关于县委第三巡察组巡察反馈意见|整改落实进展情况的通报",
    "中共东营市发展和改革委员会党组|关于市委第五巡察组巡察反馈意见|整改工作周报",
    "国家税务总局东营市税务局党委|关于巡视整改进展情况的通报",
    "中国农业发展银行山东省分行党委|关于落实中央巡视组巡视反馈意见|整改情况的通报",
    "共青团东营市委员会|关于市委第二巡察组反馈意见|集中整改进展情况的通报",
    "中共陈庄镇李家村支部委员会|关于镇党委巡察反馈问题整改进展情况的通报",
    "中共上海市浦东新区规划和自然资源局党组|关于落实巡视整改情况的通报",
    "关于印发《巡察整改工作台账|管理办法（试行）》的通知",
    "中国共产党某某大学委员会|关于巡视集中整改进展情况的通报",
    "中共某县自然资源和规划局党组|关于巡察整改情况的周报",
    "关于对2024年度整改任务进展|缓慢单位进行督办提醒的函",
]


@pytest.mark.parametrize("wanted", BROKEN)
def test_a_title_is_broken_where_a_person_would(wanted: str) -> None:
    assert "|".join(lines(wanted.replace("|", ""), 20)) == wanted


@pytest.mark.parametrize("title", ["巡察整改落实方案", "中共某市水务局党组关于整改情况的通报", "一" * 20])
def test_a_title_that_one_line_holds_stays_on_one(title: str) -> None:
    assert lines(title, 20) == [title]


@pytest.mark.parametrize("wanted", BROKEN)
def test_the_lines_are_balanced_and_have_no_waist(wanted: str) -> None:
    widths = [width(line) for line in lines(wanted.replace("|", ""), 20)]
    assert min(widths) * 3 > max(widths)
    for before, line, after in zip(widths, widths[1:], widths[2:], strict=False):
        assert not before > line < after


@given(st.text("中共市委党组关于的和《》（）“”，。、第五巡察组2024aB ", max_size=120), st.integers(4, 28))
def test_no_character_is_lost_and_no_line_is_too_long(title: str, longest: int) -> None:
    found = lines(title, longest)
    assert "".join(found) == title
    assert all(width(line) <= longest for line in found)


def test_a_title_of_2000_characters_is_broken_soon() -> None:
    """The longest one that a ledger may hold."""
    assert len(lines("关于整改" * 500, 20)) < 200
