"""A clerk's usual commands: assign measures, list what waits, search, enter new names, answer questions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import program
from tests.conftest import measure

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk


def test_thirty_measures_are_assigned_in_one_commit_or_none(ledger: LedgerOnDisk) -> None:
    before = ledger.commits()
    ledger.ok(
        "set",
        "1.1",
        "1.2",
        "--leader",
        "分管",
        "--office",
        "财务",
        "--person",
        "张某",
        "--goal",
        "年底完成",
        "--field",
        "risk=高",
    )
    rows = {row["id"]: row for row in ledger.json("list", "--person", "张某", "--field", "risk=高")}
    assert set(rows) == {"1.1", "1.2"}
    assert (rows["1.1"]["leader"], rows["1.1"]["office"], rows["1.1"]["fields"]) == (
        "分管副局长",
        "财务科",
        {"risk": "高"},
    )
    assert ledger.commits() == before + 1
    refused = ledger.run("set", "1.1", "2.2", "2.3", "--person", "李某")
    assert refused.code == 1
    assert refused.err.count("error[already-closed]") == 2, "every reason for every one"
    assert ledger.commits() == before + 1
    assert ledger.run("audit").code == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("1.1", "--due", "2025-01-01"), "due-set"),
        (("1.1",), "nothing-given"),
        (("1.1", "--category", "a"), "not-a-problem"),
        (("1", "--leader", "局长"), "not-a-measure"),
        (("1.1", "--leader", "局"), "ambiguous-name"),
        (("1.1", "--field", "risk=极高"), "field-value"),
        (("1.1", "--field", "无=高"), "field-value"),
        (("1.1", "--field", "高"), "bad-field"),
    ],
)
def test_what_cannot_be_set_is_refused(ledger: LedgerOnDisk, words: tuple[str, ...], code: str) -> None:
    result = ledger.run("set", *words)
    assert (result.code in {1, 2}, f"error[{code}]" in result.err) == (True, True), result.err
    assert ledger.clean()


def test_a_problem_has_a_title_a_category_and_fields(ledger: LedgerOnDisk) -> None:
    ledger.ok("set", "1", "--title", "新的标题", "--category", "工作推进", "--field", "cause=制度不健全")
    shown = ledger.json("show", "1")
    assert (shown["title"], shown["category"], shown["fields"]) == ("新的标题", "b", {"cause": "制度不健全"})


def test_what_waits_is_told_with_what_to_type(ledger: LedgerOnDisk) -> None:
    ledger.ok("add", "measure", "3", "待定的措施")
    ledger.ok("return", "2.1", "--reason", "材料不全")
    slipped = "[{date: 2024-06-01, result: slipped}]"
    ledger.write(ledger.path("2.2"), measure("2.2", "closed", term="long_term", reviews=slipped))
    waiting = {(row["kind"], row["id"]): row["command"] for row in ledger.json("todo")}
    assert waiting["returned", "2.1"] == "xuncha submit 2.1"
    assert waiting["review", "2.2"] == "xuncha reopen 2.2 --reason …"
    assert waiting["unassigned", "3.2"] == "xuncha set 3.2 --leader … --office … --due …"
    late = {row["kind"] for row in ledger.json("todo", XUNCHA_TODAY="2025-06-15")}
    assert late == {"overdue", "returned", "review", "unassigned"}
    soon = ledger.ok("todo", "--office", "规划", XUNCHA_TODAY="2024-12-25")
    assert "xuncha start 1.1" in soon
    assert "xuncha progress 1.2 …" in soon
    assert ledger.ok("todo", "--person", "无人").strip() == "没有待办事项。"


def test_a_list_is_searched(ledger: LedgerOnDisk) -> None:
    assert [row["id"] for row in ledger.json("list", "2.1号")] == ["2.1"]
    assert [row["id"] for row in ledger.json("list", "工作", "--category", "b", "--status", "推进中")] == [
        "3.1"
    ]
    assert ledger.json("list", "--unassigned") == []
    assert [row["id"] for row in ledger.json("list", "--due-within", "200", "--leader", "分管副")] == [
        "1.1",
        "1.2",
        "2.1",
        "3.1",
    ]


def test_names_are_entered_on_the_way_and_twins_are_named(ledger: LedgerOnDisk) -> None:
    ledger.ok("add", "problem", "会议制度执行不严", "--category", "关于党建方面", "--new")
    said = ledger.run(
        "add", "measure", "4", "甲", "--leader", "书记", "--office", "组织科", "--due", "12月底", "--new"
    )
    assert "书记、组织科" in said.out
    assert ledger.json("show", "4.1")["due"] == "2024-12-31"
    assert "4.1 的标题与此相同" in ledger.run("add", "measure", "4", "甲").err
    assert ledger.run("audit").code == 0


def test_questions_may_be_left_and_taken_up_again(bare_ledger: LedgerOnDisk) -> None:
    root = bare_ledger.root.parent / "新台账"
    root.mkdir()
    made = type(bare_ledger)(root, bare_ledger.environment)
    assert (
        made.run("init", "--ask", stdin="中共某局党组\n市委第一巡察组\n\n2024年3月1日\n坏\n2024.5.1\n").code
        == 0
    )
    assert (
        made.run("init", "--ask", stdin="\n5月28日\n关于甲方面、关于乙方面\n局长，书记\n办公室 规划科\n").code
        == 0
    )
    text = (root / "data/ledger.yaml").read_text(encoding="utf-8")
    for said in (
        "organisation: 中共某局党组",
        "started: 2024-03-01",
        "feedback: 2024-05-28",
        "key: c2",
        "leaders: [局长, 书记]",
    ):
        assert said in text
    assert made.run("validate").code == 0


def test_an_option_beside_the_questions_is_entered_in_a_ledger_that_is_there(ledger: LedgerOnDisk) -> None:
    said = ledger.ok("init", "--ask", "--round", "第九轮", "--leader", "书记", "--leader", "局长")
    assert "data/ledger.yaml" in said
    text = (ledger.root / "data/ledger.yaml").read_text(encoding="utf-8")
    assert ("round: 第九轮" in text, "书记" in text, ledger.clean()) == (True, True, True)
    assert "data/ledger.yaml" not in ledger.ok("init", "--ask", "--round", "第九轮"), "nothing is changed"


def test_a_field_is_known_by_its_label_too(ledger: LedgerOnDisk) -> None:
    ledger.ok("set", "1.1", "--field", "风险等级=高")
    ledger.ok("set", "1", "--field", "根本原因=制度不健全")
    assert ledger.json("show", "1.1")["fields"] == {"risk": "高"}
    for option in ("风险等级=高", "risk=高"):
        assert [row["id"] for row in ledger.json("list", "--field", option)] == ["1.1"]
    for option in ("根本原因=制度不健全", "cause=制度不健全"):
        assert [row["id"] for row in ledger.json("list", "--field", option)] == ["1.1", "1.2"]
    for option in ("risk=极高", "无=高"):
        refused = ledger.run("list", "--field", option)
        assert (refused.code, "error[field-value]" in refused.err) == (1, True), refused.err
    ledger.write(ledger.path("1.2"), ledger.read("1.2") + "fields: {风险等级: 高}\n")
    assert "`risk: …`" in ledger.run("validate").err


def test_an_answer_that_no_program_can_read_is_asked_again(bare_ledger: LedgerOnDisk, tmp_path: Path) -> None:
    typed = b"n\xff\n" + "中共某局党组".encode() + b"\n"
    done = program.run(["init", "--ask", "新台账"], tmp_path, bare_ledger.environment, typed)
    text = (tmp_path / "新台账/data/ledger.yaml").read_text(encoding="utf-8")
    assert (done.code, "error[not-utf8]" in done.err.decode()) == (0, True)
    assert "organisation: 中共某局党组\n" in text
    assert "\N{REPLACEMENT CHARACTER}" not in text
