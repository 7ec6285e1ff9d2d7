"""Keys, order and types of the JSON output."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.inside import run_inside
from tests.cli.ledgers import WHOLE, all_closed, all_lights, committed, seed
from tests.conftest import STATES, LedgerOnDisk, measure

if TYPE_CHECKING:
    from pathlib import Path

ROW = [
    "id",
    "problem",
    "category",
    "title",
    "status",
    "term",
    "leader",
    "office",
    "co_offices",
    "person",
    "due",
    "light",
    "publish",
    "fields",
]
EVENT = ["commit", "date", "author", "email", "action", "id", "from", "to", "reason", "subject"]
FINDING = ["path", "line", "column", "severity", "code", "message"]
MEASURE_KEYS = [
    "id",
    "title",
    "goal",
    "part",
    "term",
    "leader",
    "office",
    "co_offices",
    "person",
    "due",
    "status",
    "publish",
    "progress",
    "outcomes",
    "escalated",
    "notice_text",
    "closed",
    "reviews",
    "fields",
    "problem",
    "category",
    "light",
    "version",
    "history",
]
PROBLEM_KEYS = ["id", "title", "category", "finding", "publish", "fields", "measures", "version", "history"]


def of(ledger: LedgerOnDisk, *command: str, **environment: str) -> Any:
    """Run a command with `--json`, and load what it prints."""
    result = run_inside(ledger, *command, "--json", **environment)
    assert (result.code, result.err) == (0, "")
    return json.loads(result.out)


def test_status(tmp_path: Path, environment: dict[str, str]) -> None:
    """The contract's own example."""
    ledger = seed(tmp_path, environment, "2024-04-18")
    shown = ledger.json("status")
    groups = shown.pop("groups")
    assert shown == {
        "organisation": "中共东营市发展和改革委员会党组",
        "as_of": "2024-04-18",
        "problems": {"total": 14, "closed": 13, "rate": 0.9286},
        "measures": {
            "total": 34,
            "not_started": 0,
            "in_progress": 1,
            "submitted": 0,
            "closed": 33,
            "rate": 0.9706,
            "long_term_closed": 5,
            "overdue": 0,
            "due_soon": 1,
            "review_due": 0,
            "not_assigned": 0,
        },
        "published": {"problems": 10, "measures": 23},
    }
    order = [
        "total",
        "not_started",
        "in_progress",
        "submitted",
        "closed",
        "rate",
        "long_term_closed",
        "overdue",
        "due_soon",
        "review_due",
        "not_assigned",
    ]
    assert list(shown) == ["organisation", "as_of", "problems", "measures", "published"]
    assert list(shown["measures"]) == order
    assert groups[0] == {
        "key": "1",
        "title": "学习贯彻习近平总书记关于优化营商环境的重要论述有差距",
        "total": 2,
        "closed": 2,
        "overdue": 0,
    }
    assert [list(group) for group in groups] == [["key", "title", "total", "closed", "overdue"]] * 14


@pytest.mark.parametrize(
    ("by", "wanted"),
    [
        (
            "problem",
            [
                ("1", "学习不够深入", 2, 0, 2),
                ("2", "推进不够有力", 3, 1, 0),
                ("3", "保留标记甲乙丙", 1, 0, 0),
            ],
        ),
        ("category", [("a", "关于学习贯彻方面", 2, 0, 2), ("b", "关于工作推进方面", 4, 1, 0)]),
        ("office", [("规划科", "规划科", 5, 1, 1), ("财务科", "财务科", 1, 0, 1)]),
        ("leader", [("局长", "局长", 1, 0, 1), ("分管副局长", "分管副局长", 5, 1, 1)]),
    ],
)
def test_the_groups_of_status(bare_ledger: LedgerOnDisk, by: str, wanted: list[tuple[Any, ...]]) -> None:
    groups = of(all_lights(bare_ledger), "status", "--by", by)["groups"]
    assert [tuple(group.values()) for group in groups] == wanted


def test_status_of_a_ledger_with_nothing_in_it(tmp_path: Path, environment: dict[str, str]) -> None:
    LedgerOnDisk(tmp_path, environment).ok("init", "empty")
    shown = LedgerOnDisk(tmp_path / "empty", environment).json("status")
    assert shown["problems"] == {"total": 0, "closed": 0, "rate": None}
    assert shown["measures"]["rate"] is None
    assert shown["groups"] == []


def test_status_when_all_is_done_says_one_and_not_more(bare_ledger: LedgerOnDisk) -> None:
    shown = of(all_closed(bare_ledger), "status")
    assert (shown["problems"]["rate"], shown["measures"]["rate"]) == (1.0, 1.0)


def test_list(bare_ledger: LedgerOnDisk) -> None:
    all_lights(bare_ledger).write(
        bare_ledger.path("3.1"), measure("3.1", "in_progress", co_offices="[财务科, 办公室]")
    )
    rows = of(bare_ledger, "list")
    assert [list(row) for row in rows] == [ROW] * 6
    assert [row["id"] for row in rows] == list(STATES)
    assert [row["light"] for row in rows] == ["red", "red", "yellow", "done", "yellow", "green"]
    assert rows[3]["due"] is None
    assert rows[3]["term"] == "long_term"
    assert rows[5] == {
        "id": "3.1",
        "problem": "3",
        "category": "b",
        "title": "做好3.1号工作",
        "status": "in_progress",
        "term": "once",
        "leader": "分管副局长",
        "office": "规划科",
        "co_offices": ["财务科", "办公室"],
        "person": None,
        "due": "2024-12-31",
        "light": "green",
        "publish": False,
        "fields": None,
    }


def test_an_empty_list_is_an_empty_list(bare_ledger: LedgerOnDisk) -> None:
    assert of(bare_ledger, "list", "--overdue") == []


def test_show_of_a_measure_is_the_whole_record(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(bare_ledger.path("2.2"), WHOLE)
    shown = of(committed(bare_ledger), "show", "2.2")
    assert list(shown) == MEASURE_KEYS
    history = shown.pop("history")
    assert [list(event) for event in history] == [EVENT]
    assert shown.pop("version") == bare_ledger.git("hash-object", bare_ledger.path("2.2")).strip()
    assert shown == {
        "id": "2.2",
        "title": "完成泵站前期手续",
        "goal": "取得初步设计批复",
        "part": "前期手续",
        "term": "long_term",
        "leader": "分管副局长",
        "office": "规划科",
        "co_offices": ["财务科", "办公室"],
        "person": "张某",
        "due": "2024-12-31",
        "status": "closed",
        "publish": False,
        "progress": [
            {
                "date": "2024-03-01",
                "text": "初步设计通过第二次评审，会议要求对投资概算、征地补偿和施工组织三个方面再作补充，下月底以前报市发展改革委审批。",
                "evidence": ["某水〔2024〕7号", "会议纪要〔2024〕3号"],
                "publish": True,
            },
            {"date": "2024-04-01", "text": "与财务科会商资金缺口。", "evidence": [], "publish": False},
        ],
        "outcomes": {"rules": 2},
        "escalated": {"to": "局长", "date": "2024-04-02"},
        "notice_text": "泵站前期手续已经办结。",
        "closed": {"date": "2024-05-01", "by": "办公室", "note": "验收通过"},
        "reviews": [
            {"date": "2024-06-01", "result": "holds", "text": "运行正常"},
            {"date": "2024-06-10", "result": "slipped", "text": None},
        ],
        "fields": {"risk": "高"},
        "problem": "2",
        "category": "b",
        "light": "done",
    }


def test_show_of_a_problem_has_its_measures(bare_ledger: LedgerOnDisk) -> None:
    shown = of(committed(bare_ledger), "show", "3")
    assert list(shown) == PROBLEM_KEYS
    assert [list(row) for row in shown["measures"]] == [ROW]
    assert (shown["id"], shown["finding"], shown["publish"]) == ("3", "内部标记丁戊己", False)


def test_show_without_a_repository_has_no_history(bare_ledger: LedgerOnDisk) -> None:
    assert of(bare_ledger, "show", "1.1")["history"] == []


def test_log(bare_ledger: LedgerOnDisk) -> None:
    committed(bare_ledger).ok("return", "2.1", "--reason", "材料不全")
    run_inside(bare_ledger, "close", "1.2", "3.1")
    events = of(bare_ledger, "log")
    assert [list(event) for event in events] == [EVENT] * 4
    head = bare_ledger.git("rev-parse", "HEAD").strip()
    assert events[0] == {
        "commit": head,
        "date": "2024-06-15T10:00:00+08:00",
        "author": "tester",
        "email": "tester@example.invalid",
        "action": "close",
        "id": "1.2",
        "from": "in_progress",
        "to": "closed",
        "reason": None,
        "subject": "销号 1.2、3.1",
    }
    assert [(event["commit"] == head, event["id"]) for event in events[:2]] == [(True, "1.2"), (True, "3.1")]
    assert (events[2]["action"], events[2]["id"], events[2]["reason"]) == ("return", "2.1", "材料不全")
    by_hand = {key: events[3][key] for key in ("action", "id", "from", "to", "reason", "subject")}
    assert by_hand == {
        "action": None,
        "id": None,
        "from": None,
        "to": None,
        "reason": None,
        "subject": "start",
    }


def test_validate(bare_ledger: LedgerOnDisk) -> None:
    assert of(bare_ledger, "validate") == []
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", "in_progress", office="规化科"))
    result = run_inside(bare_ledger, "validate", "--json")
    assert result.code == 1
    assert result.err == "", "a program gets the findings once, on standard output"
    (finding,) = json.loads(result.out)
    assert list(finding) == FINDING
    assert (finding["path"], finding["line"], finding["column"]) == (bare_ledger.path("1.2"), 5, 9)
    assert (finding["severity"], finding["code"]) == ("error", "unknown-office")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_json_does_not_depend_on_the_language(bare_ledger: LedgerOnDisk, lang: str) -> None:
    committed(bare_ledger)
    for command in (("status",), ("list",), ("show", "2.2"), ("show", "2"), ("log",)):
        assert of(bare_ledger, *command, XUNCHA_LANG=lang) == of(bare_ledger, *command)


def test_json_is_utf8_without_colours_or_control_characters(bare_ledger: LedgerOnDisk) -> None:
    committed(bare_ledger)
    for command in (("status",), ("list",), ("show", "2.2"), ("log",)):
        shown = bare_ledger.ok(*command, "--json", FORCE_COLOR="1")
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f]", shown), command
        assert "\\u" not in shown, f"{command}: Chinese is escaped"
        assert shown.endswith("\n")


def test_the_schema_is_json_without_a_ledger(tmp_path: Path, environment: dict[str, str]) -> None:
    schema = json.loads(LedgerOnDisk(tmp_path, environment).ok("schema"))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
