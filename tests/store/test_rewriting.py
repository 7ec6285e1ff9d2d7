"""Rewriting a file changes only what differs."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import LEDGER
from xuncha.errors import RefusedError
from xuncha.store.editing import new_file, rewritten
from xuncha.store.reading import parse

FILE = """\
# 首行
organisation: 甲局   # 单位
inspection:
  # 巡察
  inspector: 一组
  feedback: 2023-11-10   # 反馈
categories:
  # 第一方面
  - {key: a, title: 甲方面}   # 甲
  - key: b
    title: 乙方面
leaders:   # 领导
  - 局长     # 正职
  # 副职
  - 分管副局长
offices: [办公室,  规划科]

policy: {due_soon_days: 14}
"""


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("bare", [True, False])
@pytest.mark.parametrize(
    ("change", "old", "new"),
    [
        ({"organisation": "乙局"}, "甲局   #", "乙局   #"),
        ({"inspection": {"inspector": "一组", "feedback": "2023-12-01"}}, "2023-11-10   #", "2023-12-01   #"),
        ({"inspection": {"inspector": "一组"}}, "  feedback: 2023-11-10   # 反馈\n", ""),
        ({"inspection": {"inspector": "一组", "round": "一轮", "feedback": "2023-11-10"}}, "# 反馈\n", "# 反馈\n  round: 一轮\n"),
        ({"leaders": ["局长", "书记", "分管副局长"]}, "# 正职\n", "# 正职\n  - 书记\n"),
        ({"leaders": ["书记", "局长", "分管副局长"]}, "  - 局长", "  - 书记\n  - 局长"),
        ({"leaders": ["局长", "分管副局长", "甲", "乙"]}, "  - 分管副局长\n", "  - 分管副局长\n  - 甲\n  - 乙\n"),
        ({"leaders": ["局长"]}, "  - 分管副局长\n", ""),
        ({"leaders": []}, ":   # 领导\n  - 局长     # 正职\n  # 副职\n  - 分管副局长\n", ": []\n"),
        ({"offices": ["办公室"]}, "[办公室,  规划科]", "[办公室]"),
        ({"categories": [{"key": "a", "title": "丙方面"}, {"key": "b", "title": "乙方面"}]}, "title: 甲方面}", "title: 丙方面}"),
        ({"categories": [{"key": "a", "title": "甲方面"}, {"key": "b", "title": "丁"}]}, "    title: 乙方面", "    title: 丁"),
        ({"categories": [{"key": "b", "title": "乙方面"}]}, "  - {key: a, title: 甲方面}   # 甲\n", ""),
        ({"policy": {"due_soon_days": 7, "review_every_days": 90}}, "14}", "7, review_every_days: 90}"),
        ({"contact": {"phone": "0546-1"}}, "\npolicy", "contact: {phone: 0546-1}\n\npolicy"),
    ],
)  # fmt: skip
def test_only_what_differs_is_touched(
    change: dict[str, Any], old: str, new: str, ending: str, bare: bool
) -> None:
    before = FILE.rstrip() if bare else FILE
    after = before.replace(old, new, 1)
    assert after != before
    content = before.replace("\n", ending).encode()
    if "contact" in change:  # a new key stands behind those before it
        after = before.replace("规划科]\n", "规划科]\ncontact: {phone: 0546-1}\n")
    assert rewritten(content, parse(content) | change) == after.replace("\n", ending).encode()


@pytest.mark.parametrize(
    ("kept", "text"),
    [("a", "{a: 1}"), ("b", "{b: 2}"), ("c", "{c: 3}"), ("ac", "{a: 1, c: 3}"), ("ab", "{a: 1, b: 2}"), ("bc", "{b: 2, c: 3}")],
)  # fmt: skip
def test_keys_beside_each_other_are_removed_from_braces(kept: str, text: str) -> None:
    new = {key: "abc".index(key) + 1 for key in kept}
    assert (
        rewritten(b"policy: {a: 1, b: 2, c: 3}   # \xe5\xb0\xbe\n", {"policy": new})
        == f"policy: {text}   # 尾\n".encode()
    )


def test_nothing_to_change_changes_nothing() -> None:
    assert rewritten(FILE.encode(), parse(FILE.encode())) == FILE.encode()


def test_a_layout_that_is_not_understood_is_refused() -> None:
    content = b"leaders:\n- a\noffices: []\n"
    with pytest.raises(RefusedError):
        rewritten(b"? leaders\n: - a\n  - b\n", {"leaders": []})
    assert rewritten(content, {"leaders": [], "offices": []}) == b"leaders: []\noffices: []\n"


_WORD = st.sampled_from(["甲", "乙", "丙", "a: b", "#x", "", "长" * 50, "一\n二", "yes", "1", "-"])
_LIST = st.lists(_WORD, max_size=5)
_ROWS = st.lists(
    st.fixed_dictionaries({"key": _WORD}, optional={"title": _WORD, "choices": _LIST}), max_size=4
)
_DATA = st.fixed_dictionaries(
    {"organisation": _WORD, "leaders": _LIST, "categories": _ROWS},
    optional={"notice": st.dictionaries(st.sampled_from(["title", "issuer", "work"]), _WORD | _LIST, max_size=3), "policy": st.dictionaries(st.sampled_from(["due_soon_days", "x"]), st.integers(), max_size=2)},
)  # fmt: skip


@settings(max_examples=60)
@given(_DATA, _DATA)
def test_whatever_it_said_it_says_what_is_meant(said: dict[str, Any], meant: dict[str, Any]) -> None:
    content = new_file(said, "x") if parse(new_file(said, "x")) == said else LEDGER.encode()
    assert parse(rewritten(content, meant)) == meant
