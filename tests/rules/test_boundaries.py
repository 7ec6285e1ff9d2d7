"""Boundary values of each rule: the last allowed and the first refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import LEDGER, measure, problem
from xuncha import __version__
from xuncha.model.vocabulary import STATUSES
from xuncha.store.files import WorkingTree
from xuncha.store.loading import check

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

# The feedback of the shared ledger came on 2023-11-10.
BEFORE, ON, AFTER = "2023-11-09", "2023-11-10", "2023-11-11"


def codes(ledger: LedgerOnDisk) -> list[str]:
    """Return the codes of all findings."""
    return [finding.code for finding in check(WorkingTree(ledger.root), warn=True)]


@pytest.mark.parametrize(("day", "expected"), [(BEFORE, ["due-before-feedback"]), (ON, []), (AFTER, [])])
@pytest.mark.parametrize("term", ["once", "long_term"])
def test_a_deadline_may_be_the_day_of_the_feedback_and_none_before(
    bare_ledger: LedgerOnDisk, term: str, day: str, expected: list[str]
) -> None:
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", term=term, due=day))
    assert codes(bare_ledger) == expected


@pytest.mark.parametrize(("day", "expected"), [(BEFORE, ["closed-before-feedback"]), (ON, []), (AFTER, [])])
def test_a_measure_may_be_closed_on_the_day_of_the_feedback_and_not_before(
    bare_ledger: LedgerOnDisk, day: str, expected: list[str]
) -> None:
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", "closed", closed=f"{{date: {day}}}"))
    assert codes(bare_ledger) == expected


@pytest.mark.parametrize(("day", "expected"), [(BEFORE, ["dates-order"]), (ON, []), (AFTER, [])])
def test_a_notice_may_be_dated_on_the_day_of_the_feedback_and_not_before(
    bare_ledger: LedgerOnDisk, day: str, expected: list[str]
) -> None:
    bare_ledger.write("data/ledger.yaml", LEDGER.replace("date: 2024-06-15", f"date: {day}"))
    assert codes(bare_ledger) == expected


@pytest.mark.parametrize(
    ("started", "ended", "expected"),
    [
        ("2023-11-10", "2023-11-10", []),
        ("2023-11-09", "2023-11-10", []),
        ("2023-11-10", "2023-11-09", ["dates-order"]),
        ("2023-11-10", "2023-11-11", ["dates-order"]),
        ("2023-11-12", "2023-11-11", ["dates-order", "dates-order"]),
        (None, "2023-11-11", ["dates-order"]),
        ("2023-11-11", None, ["dates-order"]),
        (None, None, []),
    ],
)
def test_an_inspection_may_start_end_and_be_reported_on_one_day_but_in_no_other_order(
    bare_ledger: LedgerOnDisk, started: str | None, ended: str | None, expected: list[str]
) -> None:
    text = LEDGER.replace("  started: 2023-06-05\n", f"  started: {started}\n" if started else "")
    text = text.replace("  ended: 2023-09-08\n", f"  ended: {ended}\n" if ended else "")
    bare_ledger.write("data/ledger.yaml", text)
    assert codes(bare_ledger) == expected


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("closed", [True, False])
def test_a_measure_says_when_it_was_closed_if_it_is_and_only_then(
    bare_ledger: LedgerOnDisk, status: str, closed: bool
) -> None:
    text = measure("1.2", status).replace("closed: {date: 2024-04-01, by: 办公室}\n", "")
    bare_ledger.write(bare_ledger.path("1.2"), text + ("closed: {date: 2024-04-01}\n" if closed else ""))
    expected = [] if closed == (status == "closed") else ["closed-mismatch"]
    assert codes(bare_ledger) == expected


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"term": "once", "due": ""}, ["not-assigned"]),
        ({"term": "at_once", "due": ""}, []),
        ({"term": "long_term", "due": ""}, []),
        ({"term": "long_term"}, []),
        ({"term": "once"}, []),
    ],
)
def test_only_what_is_done_once_needs_a_deadline(
    bare_ledger: LedgerOnDisk, keys: dict[str, str], expected: list[str]
) -> None:
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", **keys))
    assert codes(bare_ledger) == expected


@pytest.mark.parametrize("status", STATUSES)
def test_only_an_open_measure_is_still_to_be_assigned(bare_ledger: LedgerOnDisk, status: str) -> None:
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", status, leader=None, office=None, due=None))
    assert codes(bare_ledger) == ([] if status == "closed" else ["not-assigned"])


def test_all_that_is_unsaid_of_a_measure_is_told_once_with_what_to_type(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", leader=None, office=None, due=None))
    (finding,) = check(WorkingTree(bare_ledger.root), warn=True)
    assert finding.severity == "warning"
    assert "xuncha set 1.2 --leader … --office … --due …" in finding.hint
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", office=None))
    (finding,) = check(WorkingTree(bare_ledger.root), warn=True)
    assert "xuncha set 1.2 --office …" in finding.hint


def test_what_is_unsaid_hinders_nothing_and_is_warned_of(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("data/ledger.yaml", "categories: []\nleaders: [分管副局长]\noffices: [规划科]\n")
    for number, title in ((1, "甲"), (2, "乙"), (3, "丙"), (4, "丁")):
        bare_ledger.write(f"data/problems/{number:02d}/problem.yaml", f"title: {title}\n")
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", leader=None, progress="[{text: 已办。}]"))
    bare_ledger.write(
        bare_ledger.path("2.2"), measure("2.2", "closed", closed="{}", progress="[{text: 已办。}]")
    )
    assert check(WorkingTree(bare_ledger.root)) == []
    warned = check(WorkingTree(bare_ledger.root), warn=True)
    assert {finding.severity for finding in warned} == {"warning"}
    assert [finding.code for finding in warned] == [
        "ledger-unsaid", "ledger-unsaid", "category-unsaid", "not-assigned", "category-unsaid", "category-unsaid", "category-unsaid",
        "no-measures",
    ]  # fmt: skip


def test_without_a_day_of_feedback_no_day_is_before_it(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("data/ledger.yaml", LEDGER.replace("  feedback: 2023-11-10\n", ""))
    bare_ledger.write(
        bare_ledger.path("1.2"), measure("1.2", "closed", due="2001-01-01", closed="{date: 2001-01-01}")
    )
    assert codes(bare_ledger) == ["ledger-unsaid"]


FIELDS = """fields:
  - {key: 文, label: 文字, of: measure}
  - {key: 数, label: 数字, of: measure, type: number}
  - {key: 日, label: 日期, of: measure, type: date}
  - {key: 选, label: 选项, of: measure, type: choice, choices: [高, '2']}
"""


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("文: 甲", True), ("文: '2'", True), ("文: 2", False), ("文: ' '", False), ("文: 2024-12-31", True),
        ("数: 2", True), ("数: -2.5", True), ("数: '2'", False), ("数: 二", False),
        ("日: 2024-12-31", True), ("日: '2024-12-31'", True), ("日: 2024-02-30", False), ("日: 2024年12月31日", False), ("日: 20241231", False),
        ("选: 高", True), ("选: '2'", True), ("选: 2", False), ("选: 低", False), ("选: ''", False),
        ("别: 甲", False),
    ],
)  # fmt: skip
def test_a_value_of_a_field_is_of_the_type_that_is_declared(
    bare_ledger: LedgerOnDisk, value: str, right: bool
) -> None:
    bare_ledger.write("data/ledger.yaml", LEDGER.partition("fields:")[0] + FIELDS)
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", fields=f"{{{value}}}"))
    assert codes(bare_ledger) == ([] if right else ["field-value"])


def test_a_field_of_problems_is_none_of_measures_though_both_may_have_one_of_that_name(
    bare_ledger: LedgerOnDisk,
) -> None:
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", fields="{cause: 人手不足}"))
    assert codes(bare_ledger) == ["field-value"]
    again = "  - {key: cause, label: 原因, of: measure, type: number}\n"
    bare_ledger.write("data/ledger.yaml", LEDGER.replace("policy:\n", f"{again}policy:\n"))
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", fields="{cause: 3}"))
    bare_ledger.write("data/problems/01/problem.yaml", problem("甲", "a") + "fields: {cause: 人手不足}\n")
    assert codes(bare_ledger) == []
    bare_ledger.write("data/ledger.yaml", LEDGER.replace("policy:\n", f"{again}{again}policy:\n"))
    assert codes(bare_ledger) == ["name-twice"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("0", []),
        ("0.1", []),
        (__version__, []),
        (f"{__version__}.1", ["too-old"]),
        ("0.9", ["too-old"]),
        ("0.10", ["too-old"]),
        ("1", ["too-old"]),
    ],
)
def test_a_ledger_may_require_this_version_and_none_that_is_newer(
    bare_ledger: LedgerOnDisk, asked: str, expected: list[str]
) -> None:
    bare_ledger.write("data/ledger.yaml", f"{LEDGER}requires: '>={asked}'\n")
    assert codes(bare_ledger) == expected


def test_a_ledger_that_requires_a_newer_version_is_called_nothing_else(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("data/ledger.yaml", f"{LEDGER}requires: '>=99'\nunheard_of: 1\n")
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", unheard_of="1", leader="某某"))
    assert codes(bare_ledger) == ["too-old"]


@pytest.mark.parametrize("status", STATUSES)
def test_reviews_stay_in_a_long_term_measure_that_was_reopened(
    bare_ledger: LedgerOnDisk, status: str
) -> None:
    reviews = "[{date: 2024-05-01, result: slipped}]"
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", status, term="long_term", reviews=reviews))
    assert codes(bare_ledger) == []


def test_every_unknown_name_of_a_measure_is_told_and_not_only_the_first(bare_ledger: LedgerOnDisk) -> None:
    text = measure(
        "1.2",
        leader="某甲",
        office="某科",
        co_offices="[某办, 财务科, 某处]",
        outcomes="{rules: 1, a: 2, b: 3}",
        escalated="{to: 某乙, date: 2024-05-01}",
    )
    bare_ledger.write(bare_ledger.path("1.2"), text)
    findings = check(WorkingTree(bare_ledger.root))
    lines = text.split("\n")
    assert [(finding.code, lines[finding.place.line - 1].partition(":")[0]) for finding in findings] == [
        ("unknown-leader", "leader"),
        ("unknown-office", "office"),
        ("unknown-office", "co_offices"),
        ("unknown-office", "co_offices"),
        ("unknown-outcome", "outcomes"),
        ("unknown-outcome", "outcomes"),
        ("unknown-leader", "escalated"),
    ]
    for finding, name in zip(findings, ["某甲", "某科", "某办", "某处", "a", "b", "某乙"], strict=True):
        assert f"“{name}”" in finding.message


def test_a_name_three_times_in_a_list_is_told_twice(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(
        "data/ledger.yaml", LEDGER.replace("[局长, 分管副局长]", "[局长, 分管副局长, 局长, 局长]")
    )
    assert codes(bare_ledger) == ["name-twice", "name-twice"]


def test_each_list_has_names_of_its_own(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(
        "data/ledger.yaml", LEDGER.replace("[局长, 分管副局长]", "[局长, 分管副局长, 办公室, a, rules]")
    )
    assert codes(bare_ledger) == []
