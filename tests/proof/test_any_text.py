"""Any text is proofread without a crash, with valid places, in linearly many steps."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.table import chosen
from tests.proof.notices import proof
from tests.steps import assert_linear, hang_guard

NOTICE = max(
    (
        path.read_text(encoding="utf-8")
        for path in (Path(__file__).parents[1] / "exchange/corpus").glob("*.txt")
    ),
    key=len,
)
PIECES = [
    "一、", "二、", "（一）", "(二)", "1.", "2、", "（1）", "3）", "①", "一是", "二是", "三是", "第一，", "问题", "措施", "整改", "完成", "未完成", "正在推进",
    "反馈", "梳理", "其中", "14个", "34条", "十三个", "13个问题", "率", "完成率", "98.71%", "120%", "2023年", "2月30日", "13月", "11月", "二〇二四年", "2023", "至", "2024年4月18日",
    "〔2023〕360号", "[2023]3号", "（23）05号", "“", "”", "《", "》", "（", "）", "(", ")", "，", "。", "、", ",", "...", "……", "…", '"', "截止", "目前", "巡查", "的等", "近60余个",
    "电话：0546-838", "邮编：1", "a@b", "@", "370502198001011234", "13800138000", "６２", "Ａ", " ", "　", "\n", "\n", "\t", "的", "不牢", "关于", "方面", "中共某局党组关于", "双公示", "“双公示”",
]  # fmt: skip


def checked(text: str) -> None:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for finding in proof(text):
        line = lines[finding.place.line - 1]
        assert 1 <= finding.place.column <= max(1, len(line)), finding
        assert finding.message
        assert finding.severity in {"error", "warning", "note"}
        assert finding.place.caret is None or 0 <= finding.place.caret <= len(finding.place.excerpt)


@given(st.text())
def test_any_characters_are_proofread(text: str) -> None:
    checked(text)


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_any_mixture_of_what_notices_consist_of_is_proofread(text: str) -> None:
    checked(text)


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_the_same_text_is_always_read_alike(text: str) -> None:
    assert proof(text) == proof(text)


@given(st.data())
def test_a_notice_from_which_something_is_cut_is_proofread(data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(NOTICE)))
    end = data.draw(st.integers(begin, len(NOTICE)))
    checked(NOTICE[:begin] + NOTICE[end:])


PIECES = [
    "一是", "一、\n", "1.", "（一）\n", "“", "）", "《", "0", "9", "1个", "个问题", "一", "2023年", "3月", "反馈", "@", "a@", "电话", "（", " ", "　", "，", "的", "近1余", "甲乙", "“甲”", "截止目前", "〔2023〕3号", "完成率", "\n", "a,", "6222 ", "甲,",
]  # fmt: skip


@pytest.mark.apart(but=1)
@pytest.mark.parametrize("piece", chosen(PIECES, 12))
def test_no_repetition_makes_it_slow(piece: str) -> None:
    with hang_guard():
        proof(piece * (8_000 // len(piece)))
    most = (
        3 if piece == "一、\n" else 2.5
    )  # chapters, of which a notice has three, are compared with each other
    assert_linear(lambda size: proof(piece * (size // len(piece))), 2_000, most)
