"""A key or value in Chinese gives one error, which names the one to write."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import pytest
from pydantic import BaseModel

from tests.conftest import LEDGER, measure
from tests.steps import hang_guard
from xuncha.model.names import KEY_NAMES, find_key
from xuncha.model.records import Comment, Measure, Problem
from xuncha.model.settings import Settings
from xuncha.store.faults import keyboard_slip
from xuncha.store.files import WorkingTree
from xuncha.store.loading import check, load_comments

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import LedgerOnDisk

MEASURE = "title: 甲\nstatus: in_progress\n"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        (MEASURE + "责任领导: 局长\n", "`leader: …`"),
        (MEASURE + "整改时限: 2024-12-31\n", "`due: …`"),
        (MEASURE + "完成时限: 2024-12-31\n", "`due: …`"),
        (MEASURE + "时限: 2024-12-31\n", "`due: …`"),
        (MEASURE + "责任部门: 规划科\n", "`office: …`"),
        (MEASURE + "配合科室: [规划科]\n", "`co_offices: …`"),
        (MEASURE + "责任人: 张某\n", "`person: …`"),
        (MEASURE + "是否公开: false\n", "`publish: …`"),
        ("整改措施: 甲\nstatus: not_started\n", "`title: …`"),
        ("title: 甲\n完成情况: not_started\n", "`status: …`"),
        (MEASURE + "progress:\n  - 日期: 2024-03-01\n    text: 甲\n", "`date: …`"),
        (MEASURE + "progress:\n  - date: 2024-03-01\n    内容: 甲\n", "`text: …`"),
        (MEASURE + "escalated: {承担人: 局长, date: 2024-03-01}\n", "`to: …`"),
        ("title: 甲\nstatus: 推进中\n", "`in_progress`"),
        (MEASURE + "term: 立行立改\n", "`at_once`"),
        (MEASURE + "整改时限：2024-12-31\n", "`due: …`"),
        (MEASURE + "责任领导：局长\n", "`leader: …`"),
    ],
)
def test_a_measure_in_chinese_is_told_key_by_key(bare_ledger: LedgerOnDisk, text: str, hint: str) -> None:
    bare_ledger.write(bare_ledger.path("1.2"), text)
    (finding,) = check(WorkingTree(bare_ledger.root))
    assert finding.code in {"unknown-key", "unknown-word", "keyboard-slip"}
    assert hint in finding.hint


def test_a_file_of_blank_lines_is_no_yaml_at_once() -> None:
    with hang_guard():
        assert keyboard_slip("\n" * 500_000 + "{", ["title"]) is None


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("organisation", "单位"),
        ("organisation", "被巡察单位"),
        ("leaders", "责任领导"),
        ("offices", "责任科室"),
        ("categories", "方面"),
        ("policy", "规则"),
    ],
)
def test_the_ledgers_own_file_is_told_in_its_own_keys(
    bare_ledger: LedgerOnDisk, key: str, meant: str
) -> None:
    bare_ledger.write("data/ledger.yaml", LEDGER.replace(f"\n{key}:", f"\n{meant}:"))
    findings = check(WorkingTree(bare_ledger.root))
    assert [(each.code, f"`{key}: …`" in each.hint) for each in findings] == [("unknown-key", True)]


def test_a_problem_and_a_comment_are_told_in_theirs(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("data/problems/01/problem.yaml", "问题: 甲\n所属方面: a\n")
    assert [
        each.hint.count("`title: …`") + each.hint.count("`category: …`")
        for each in check(WorkingTree(bare_ledger.root))
    ] == [1, 1]
    bare_ledger.write(
        "data/comments/001.yaml", "收到日期: 2024-05-06\n渠道: phone\n内容: 甲\n所涉编号: '2.3'\n"
    )
    hints = " ".join(each.hint for each in load_comments(WorkingTree(bare_ledger.root))[1])
    assert [hints.count(f"`{key}: …`") for key in ("received", "channel", "text", "about")] == [1, 1, 1, 1]
    bare_ledger.write("data/comments/001.yaml", "received: 2024-05-06\nchannel: 来信\ntext: 甲\n")
    (finding,) = load_comments(WorkingTree(bare_ledger.root))[1]
    assert "`post`" in finding.hint


def test_a_word_that_may_be_several_keys_is_not_guessed(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", 责任="局长"))
    (finding,) = check(WorkingTree(bare_ledger.root))
    assert (finding.code, "`leader: …`" in finding.hint) == ("unknown-key", False)


def _keys(kind: object) -> Iterator[tuple[type[BaseModel], str]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in kind.model_fields.items():
            yield kind, name
            yield from _keys(field.annotation)
    for inner in get_args(kind):
        yield from _keys(inner)


def test_every_key_of_every_file_has_a_chinese_name_by_which_it_is_found() -> None:
    for record in (Settings, Problem, Measure, Comment):
        for kind, key in _keys(record):
            assert key in KEY_NAMES, f"{kind.__name__}.{key}"
            assert find_key(KEY_NAMES[key], list(kind.model_fields)) == key, f"{kind.__name__}.{key}"
