"""The dispatch: ranking of offices, rates, and numbers as in `status`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.ledgers import all_closed, all_lights
from tests.report.ledgers import TODAY, data, of, told
from xuncha.report.dispatch import dispatch, ranked
from xuncha.tally import Group

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk


@pytest.mark.parametrize(
    ("offices", "wanted"),
    [
        ([("甲", 4, 2, 0), ("乙", 2, 2, 0)], [(1, "乙"), (2, "甲")]),
        ([("甲", 4, 2, 1), ("乙", 2, 1, 0)], [(1, "乙"), (2, "甲")]),
        ([("甲", 4, 2, 0), ("乙", 2, 1, 0), ("丙", 3, 1, 0)], [(1, "甲"), (1, "乙"), (3, "丙")]),
        ([("甲", 1, 0, 1), ("乙", 1, 0, 1)], [(1, "甲"), (1, "乙")]),
        ([], []),
    ],
)
def test_offices_are_ranked_by_rate_then_by_what_is_overdue_and_equal_ones_share_a_place(
    offices: list[tuple[str, int, int, int]], wanted: list[tuple[int, str]]
) -> None:
    groups = [Group(name, name, total, closed, overdue) for name, total, closed, overdue in offices]
    assert [(standing.place, standing.office) for standing in ranked(groups)] == wanted


def test_what_no_office_is_named_for_comes_last_without_a_place() -> None:
    groups = [Group("甲", "甲", 2, 0, 1), Group(None, "待明确", 1, 1, 0)]
    assert [(standing.place, standing.office) for standing in ranked(groups)] == [(1, "甲"), (None, "待明确")]


def test_the_table_is_what_status_counts(bare_ledger: LedgerOnDisk) -> None:
    ledger = all_lights(bare_ledger)
    shown, status = data(ledger, "report", "dispatch"), data(ledger, "status", "--by", "office")
    counted = {
        group["key"]: (group["total"], group["closed"], group["overdue"]) for group in status["groups"]
    }
    assert {
        row["office"]: (row["total"], row["closed"], row["overdue"]) for row in shown["offices"]
    } == counted
    assert [row["place"] for row in shown["offices"]] == [1, 2]
    assert [row["rate"] for row in shown["offices"]] == [0.2, 0.0]
    assert (shown["problems"], shown["measures"]) == (status["problems"], status["measures"])


def test_what_is_to_be_pressed_is_what_list_finds(bare_ledger: LedgerOnDisk) -> None:
    ledger = all_lights(bare_ledger)
    pressed = [(row["id"], row["days"]) for row in data(ledger, "report", "dispatch")["press"]]
    assert pressed == [("1.2", -45), ("1.1", -1), ("2.1", 0), ("2.3", 1), ("3.1", 14)]
    listed = [row["id"] for row in data(ledger, "list", "--overdue")]
    listed += [row["id"] for row in data(ledger, "list", "--due-within", "14d")]
    assert sorted(listed) == sorted(identity for identity, _days in pressed)


def test_it_says_of_what_each_rate_is(bare_ledger: LedgerOnDisk) -> None:
    shown = told(all_lights(bare_ledger), "report", "dispatch")
    assert "按问题计算的整改完成率为0%" in shown
    assert "按措施计算的销号率为16.67%" in shown
    assert "销号率按措施计算" in shown


def test_nothing_to_press_reads_well(ledger: LedgerOnDisk) -> None:
    shown = told(ledger, "report", "dispatch")
    assert "目前没有逾期事项。" in shown
    assert "14天内没有到期事项。" in shown
    assert "逾期和临近时限" not in shown


def test_everything_done_reads_well(bare_ledger: LedgerOnDisk) -> None:
    shown = told(all_closed(bare_ledger), "report", "dispatch")
    assert "整改措施已全部销号，没有逾期事项。" in shown
    assert "巩固整改成果" in shown
    assert "尽快办结" not in shown


def test_an_office_without_a_measure_is_not_ranked(ledger: LedgerOnDisk) -> None:
    report = dispatch(of(ledger.root), TODAY)
    assert [standing.office for standing in report.standings] == ["规划科"]
