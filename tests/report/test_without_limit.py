"""Measures without a time limit or a leader: no report says when they are due, or what nobody has decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.ledgers import all_lights
from tests.conftest import STATES, measure, problem
from tests.report.ledgers import told

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

REPORTS = {
    "weekly": "须立行立改1条（3.1）",
    "dispatch": "以下1条措施须立行立改，",
    "progress": "须立行立改的措施1条（3.1），",
    "letter reminder 3.1": "1条整改措施须立行立改。",
}
SOME = {
    "weekly": "14天内到期或须立行立改3条",
    "dispatch": "以下3条措施将在14天内到期或须立行立改，",
    "progress": "14天内到期或须立行立改的措施3条",
    "letter reminder 2.1 2.3 3.1": "3条整改措施将在14天内到期或须立行立改。",
}


@pytest.mark.parametrize("report", REPORTS)
def test_what_is_to_be_done_at_once_is_not_said_to_be_due_within_days(
    bare_ledger: LedgerOnDisk, report: str
) -> None:
    ledger = all_lights(bare_ledger)
    for identity in ("2.1", "2.3"):
        ledger.write(ledger.path(identity), measure(identity, "closed"))
    ledger.write(ledger.path("3.1"), measure("3.1", term="at_once", due=None))
    assert REPORTS[report] in told(ledger, "report", *report.split())


@pytest.mark.parametrize("report", SOME)
def test_where_only_some_are_to_be_done_at_once_both_are_said(bare_ledger: LedgerOnDisk, report: str) -> None:
    ledger = all_lights(bare_ledger)
    ledger.write(ledger.path("3.1"), measure("3.1", term="at_once", due=None))
    assert SOME[report] in told(ledger, "report", *report.split())


def test_what_waits_for_a_time_limit_is_not_said_to_be_long_term(bare_ledger: LedgerOnDisk) -> None:
    for identity in STATES:
        bare_ledger.write(bare_ledger.path(identity), measure(identity, "not_started", due=None))
    weekly = told(bare_ledger, "report", "weekly")
    assert f"没有逾期事项和限期到期事项，整改时限待明确{len(STATES)}条。" in weekly
    assert "长期坚持" not in weekly
    progress = told(bare_ledger, "report", "progress")
    assert f"整改时限待明确的措施{len(STATES)}条（1.1、" in progress, "what comes next is not empty"


def test_a_problem_is_said_to_be_in_progress_only_if_something_was_started(bare_ledger: LedgerOnDisk) -> None:
    for identity in ("1.1", "1.2"):
        bare_ledger.write(bare_ledger.path(identity), measure(identity, "not_started"))
    bare_ledger.write("data/problems/04/problem.yaml", problem("没有措施", "a"))
    progress = told(bare_ledger, "report", "progress")
    assert "（尚未启动整改，措施2条，已销号0条）\n" in progress
    assert "4.没有措施\n　　整改措施待明确。" in progress


def test_a_plan_without_categories_does_not_count_them(bare_ledger: LedgerOnDisk) -> None:
    for path in sorted(bare_ledger.root.glob("data/problems/*/problem.yaml")):
        path.write_text("title: 学习不够深入\n", encoding="utf-8")
    assert "逐条梳理出3个问题" in told(bare_ledger, "report", "plan")


def test_measures_without_a_leader_are_not_given_one_by_the_name_of_undecided(
    bare_ledger: LedgerOnDisk,
) -> None:
    ledger = all_lights(bare_ledger)
    ledger.write(ledger.path("3.1"), measure("3.1", leader=None, due="2025-12-31"))
    assert "\u3000责任领导待明确的措施本期没有新的进展记录" in told(ledger, "report", "weekly")
    ledger.write(ledger.path("1.2"), measure("1.2", leader="局长", due="2025-12-31"))
    assert "其余责任领导（局长）分管的和责任领导待明确的措施" in told(ledger, "report", "weekly")
