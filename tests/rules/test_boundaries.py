"""The last day, name or status that a rule still allows, and the first that it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import LEDGER, measure
from xuncha.model.vocabulary import STATUSES
from xuncha.store.files import WorkingTree
from xuncha.store.loading import check

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

# The feedback of the shared ledger came on 2023-11-10.
BEFORE, ON, AFTER = "2023-11-09", "2023-11-10", "2023-11-11"


def codes(ledger: LedgerOnDisk) -> list[str]:
    """The codes of everything that is wrong."""
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


@pytest.mark.parametrize(("day", "expected"), [(BEFORE, ["notice-before-feedback"]), (ON, []), (AFTER, [])])
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
        ("2023-11-10", "2023-11-09", ["inspection-order"]),
        ("2023-11-10", "2023-11-11", ["inspection-order"]),
        ("2023-11-12", "2023-11-11", ["inspection-order", "inspection-order"]),
        (None, "2023-11-11", ["inspection-order"]),
        ("2023-11-11", None, ["inspection-order"]),
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
    expected = (
        [] if closed == (status == "closed") else ["closed-unexpected"] if closed else ["closed-missing"]
    )
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
