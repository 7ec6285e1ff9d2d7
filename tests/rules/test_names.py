"""Misspelt names get a suggestion."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import measure
from xuncha.rules.names import most_similar, suggestion
from xuncha.store.files import WorkingTree
from xuncha.store.loading import check

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

OFFICES = ["办公室", "规划科", "财务科", "固定资产投资科"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("规化科", "规划科"),
        ("规划", "规划科"),
        ("规划科 ", "规划科"),
        ("规划科\u200b", "规划科"),
        ("办工室", "办公室"),
        ("固定资产科", "固定资产投资科"),
        ("财物科", "财务科"),
    ],
)
def test_the_nearest_known_name_is_offered(typed: str, meant: str) -> None:
    assert most_similar(typed, OFFICES) == meant
    assert f"“{meant}”" in suggestion(typed, OFFICES)


def test_where_no_name_comes_near_all_that_are_known_are_listed() -> None:
    assert most_similar("人事处", OFFICES) is None
    assert all(name in suggestion("人事处", OFFICES) for name in OFFICES)


def test_a_long_list_of_known_names_does_not_fill_the_screen() -> None:
    listed = suggestion("人事处", [f"第{number}村" for number in range(1000)])
    assert "第29村" in listed
    assert "第30村" not in listed
    assert listed.endswith((" and others", "等"))


def test_where_no_name_is_known_the_hint_says_where_to_list_it() -> None:
    assert "data/ledger.yaml" in suggestion("规划科", [])


@pytest.mark.parametrize(
    ("keys", "code", "meant"),
    [
        ({"leader": "分管付局长"}, "unknown-leader", "分管副局长"),
        ({"office": "规化科"}, "unknown-office", "规划科"),
        ({"co_offices": "[财物科]"}, "unknown-office", "财务科"),
        ({"escalated": "{to: 分管副局, date: 2024-05-01}"}, "unknown-leader", "分管副局长"),
        ({"outcomes": "{rule: 1}"}, "unknown-outcome", "rules"),
        ({"gaol": "年底前完成"}, "unknown-key", "goal"),
        ({"statu": "closed"}, "unknown-key", "status"),
        ({"term": "longterm"}, "unknown-word", "long_term"),
        ({"status": "in_progres"}, "unknown-word", "in_progress"),
        ({"escalated": "{to: 局长, dat: 2024-05-01, date: 2024-05-01}"}, "unknown-key", "date"),
        ({"progress": "[{date: 2024-05-01, text: 甲, txt: 乙}]"}, "unknown-key", "text"),
        (
            {
                "progress": f"[{{date: 2024-05-01, text: 甲, evidence: [{{file: a, sha256: {'a' * 64}, sha: a}}]}}]"
            },
            "unknown-key",
            "sha256",
        ),
    ],
)
def test_check_offers_what_was_meant_beside_what_was_written(
    bare_ledger: LedgerOnDisk, keys: dict[str, str], code: str, meant: str
) -> None:
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", **keys))
    (finding,) = check(WorkingTree(bare_ledger.root))
    assert finding.code == code
    assert f"“{meant}”" in finding.hint


def test_a_misspelt_category_is_answered_with_the_nearest(bare_ledger: LedgerOnDisk) -> None:
    settings = bare_ledger.root / "data/ledger.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("key: b", "key: work"), encoding="utf-8")
    for number, category in (("02", "wrok"), ("03", "work")):
        bare_ledger.write(f"data/problems/{number}/problem.yaml", f"title: 甲\ncategory: {category}\n")
    (finding,) = check(WorkingTree(bare_ledger.root))
    assert finding.code == "unknown-category"
    assert "“work”" in finding.hint
