"""Numbers of headings, and enumerations within a paragraph."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.steps import hang_guard
from xuncha.chinese.enumerations import Family, items, marks
from xuncha.chinese.headings import Heading, Level, heading
from xuncha.chinese.numbers import numeral

HEADINGS: dict[str, tuple[Level, int, str, str]] = {
    "一、组织情况": (Level.CHAPTER, 1, "一、", "、"),
    "十二、组织情况": (Level.CHAPTER, 12, "十二、", "、"),
    "一．组织情况": (Level.CHAPTER, 1, "一．", "．"),
    "一.组织情况": (Level.CHAPTER, 1, "一.", "."),
    "一 、组织情况": (Level.CHAPTER, 1, "一 、", "、"),
    "一百零五、组织情况": (Level.CHAPTER, 105, "一百零五、", "、"),
    "第一章 总则": (Level.CHAPTER, 1, "第一章", ""),
    "第十二章": (Level.CHAPTER, 12, "第十二章", ""),
    "第2部分：整改情况": (Level.CHAPTER, 2, "第2部分", ""),
    "（一）关于学习方面": (Level.SECTION, 1, "（一）", ""),
    "(一)关于学习方面": (Level.SECTION, 1, "(一)", ""),
    "（一）、关于学习方面": (Level.SECTION, 1, "（一）、", "、"),
    "（ 十一 ）关于学习方面": (Level.SECTION, 11, "（ 十一 ）", ""),
    "㈡关于学习方面": (Level.SECTION, 2, "㈡", ""),
    "第一节 一般规定": (Level.SECTION, 1, "第一节", ""),
    "第二个方面：作风不实": (Level.SECTION, 2, "第二个方面：", ""),
    "1.学习不深入": (Level.ITEM, 1, "1.", "."),
    "1．学习不深入": (Level.ITEM, 1, "1．", "．"),
    "１．学习不深入": (Level.ITEM, 1, "１．", "．"),
    "12、学习不深入": (Level.ITEM, 12, "12、", "、"),
    "1. 学习不深入": (Level.ITEM, 1, "1.", "."),
    "1.2023年以来学习不深入": (Level.ITEM, 1, "1.", "."),
    "⒊学习不深入": (Level.ITEM, 3, "⒊", ""),
    "（1）学习不深入": (Level.SUB, 1, "（1）", ""),
    "(12)学习不深入": (Level.SUB, 12, "(12)", ""),
    "（１）学习不深入": (Level.SUB, 1, "（１）", ""),
    "（1）、学习不深入": (Level.SUB, 1, "（1）、", "、"),
    "⑵学习不深入": (Level.SUB, 2, "⑵", ""),
    "1）学习不深入": (Level.HALF, 1, "1）", "）"),
    "2)学习不深入": (Level.HALF, 2, "2)", ")"),
    "①学习不深入": (Level.CIRCLE, 1, "①", ""),
    "㉑学习不深入": (Level.CIRCLE, 21, "㉑", ""),
    "㊿学习不深入": (Level.CIRCLE, 50, "㊿", ""),
    "❸学习不深入": (Level.CIRCLE, 3, "❸", ""),
    "问题一：学习不深入": (Level.QUESTION, 1, "问题一：", ""),
    "问题12：学习不深入": (Level.QUESTION, 12, "问题12：", ""),
    "反馈问题3、学习不深入": (Level.QUESTION, 3, "反馈问题3、", ""),
    "第一个问题：学习不深入": (Level.QUESTION, 1, "第一个问题：", ""),
    "第2个具体问题：学习不深入": (Level.QUESTION, 2, "第2个具体问题：", ""),
}
NO_HEADINGS = [
    "", "一", "一是加强学习", "第一，加强学习", "三四、", "2023年", "1.5万元", "2.5亿元", "4.18日", "1.5", "12.3", "第一章程", "第三条规定",
    "一个问题", "（注）", "（2023）", "（一", "第一轮巡察", "第一方面军", "第一个方面的问题", "第一方面：压减会议数量。", "问题整改", "1234.", "0546-8382481", "十分、", "万、", " 一、",
]  # fmt: skip
ITEMS: dict[str, list[str]] = {
    "一是加强学习。二是健全制度。": ["加强学习。", "健全制度。"],
    "一是加强学习；二是健全制度；三是压实责任。": ["加强学习；", "健全制度；", "压实责任。"],
    "局党组一是加强学习。二是健全制度。": [],
    "局党组：一是加强学习，二是健全制度。": ["加强学习，", "健全制度。"],
    "第一，加强学习。第二，健全制度。": ["加强学习。", "健全制度。"],
    "其一，加强学习。其二，健全制度。": ["加强学习。", "健全制度。"],
    "首先，加强学习。其次，健全制度。最后，压实责任。": ["加强学习。", "健全制度。", "压实责任。"],
    "首先，加强学习。同时，健全制度。": ["加强学习。", "健全制度。"],
    "（1）加强学习。（2）健全制度。": ["加强学习。", "健全制度。"],
    "⑴加强学习。⑵健全制度。": ["加强学习。", "健全制度。"],
    "①加强学习。②健全制度。": ["加强学习。", "健全制度。"],
    "1.加强学习。2.健全制度。": ["加强学习。", "健全制度。"],
    "1）加强学习。2）健全制度。": ["加强学习。", "健全制度。"],
    "（一）加强学习。（二）健全制度。": ["加强学习。", "健全制度。"],
    "一是加强学习。①集中学。②自学。二是健全制度。": ["加强学习。①集中学。②自学。", "健全制度。"],
    "一是加强学习。一是集中学。二是健全制度。": ["加强学习。一是集中学。", "健全制度。"],
    "一是加强学习。二是健全制度。一是压实责任。": ["加强学习。", "健全制度。", "压实责任。"],
    "一是加强学习。\n一是健全制度。": ["加强学习。\n", "健全制度。"],
    "一是加强学习。三是健全制度。": ["加强学习。三是健全制度。"],
    "一是加强学习。": ["加强学习。"],
    "会议强调，一是加强学习。": [],
    "加强学习，健全制度。": [],
    "统一是关键，第二是重点。": [],
    "一是否决了方案。": [],
    "一要加强学习。二要健全制度。": [],
    "": [],
}
MARKS: dict[str, list[tuple[int, int, Family, int]]] = {
    "一是甲。二是乙": [(0, 2, "是", 1), (4, 6, "是", 2)],
    "一要甲，二要乙": [(0, 2, "要", 1), (4, 6, "要", 2)],
    "第一，甲。第二、乙": [(0, 3, "第", 1), (5, 8, "第", 2)],
    "①甲；②乙": [(0, 1, "①", 1), (3, 4, "①", 2)],
    "统一是甲": [],
    "其一是甲": [(0, 3, "其", 1)],
    "会议强调，三是甲": [(5, 7, "是", 3)],
    "三四是甲": [],
    "1.甲 2.乙": [(0, 2, "1.", 1)],
    "1.甲。2.乙": [(0, 2, "1.", 1), (4, 6, "1.", 2)],
}


@pytest.mark.parametrize(("line", "said"), HEADINGS.items())
def test_the_number_of_a_heading_is_read(line: str, said: tuple[Level, int, str, str]) -> None:
    found = heading(line)
    assert found
    assert found[:4] == said
    assert line[found.end :][:1] == line[len(found.mark) :].lstrip()[:1]


@pytest.mark.parametrize("line", NO_HEADINGS)
def test_what_begins_without_a_number_is_no_heading(line: str) -> None:
    assert heading(line) is None


@pytest.mark.parametrize(("text", "found"), ITEMS.items())
def test_a_paragraph_is_cut_into_its_items(text: str, found: list[str]) -> None:
    assert [text[item.start : item.end] for item in items(text)] == found


@pytest.mark.parametrize(("text", "found"), MARKS.items())
def test_marks_of_items_are_found_with_their_places(
    text: str, found: list[tuple[int, int, Family, int]]
) -> None:
    assert [tuple(mark) for mark in marks(text)] == found


@given(st.integers(1, 99))
def test_headings_of_every_number_are_read_back(number: int) -> None:
    chinese = numeral(number)
    for line, level in {
        f"{chinese}、甲": Level.CHAPTER, f"（{chinese}）甲": Level.SECTION, f"{number}.甲": Level.ITEM, f"（{number}）甲": Level.SUB,
        f"{number}）甲": Level.HALF, f"问题{chinese}：甲": Level.QUESTION,
    }.items():  # fmt: skip
        assert heading(line) == Heading(
            level, number, line[:-1], (heading(line) or Heading(level, 0, "", "", 0)).suffix, len(line) - 1
        )


@given(st.integers(2, 30))
def test_every_item_of_an_enumeration_is_found(count: int) -> None:
    text = "".join(f"{numeral(number)}是甲。" for number in range(1, count + 1))
    assert len(items(text)) == len(marks(text)) == count


def test_the_longest_lines_are_read_at_once() -> None:
    for piece in ("一", "（1", "1.", "一是", "问题", "第一"):
        line = piece * (100_000 // len(piece))
        with hang_guard():
            heading(line)
            items(line)
