"""A clock that goes backwards: commands still work in order, and the audit reports it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.aftermath import sound
from tests.faults.table import record
from tests.workflow.surroundings import record as measure_now

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

PAST = {"GIT_AUTHOR_DATE": "2001-01-01T08:00:00+08:00", "GIT_COMMITTER_DATE": "2001-01-01T08:00:00+08:00"}


def test_work_done_under_a_clock_that_is_years_behind_is_kept_in_order(ledger: LedgerOnDisk) -> None:
    ledger.ok("progress", "2.1", "先做的。")
    ledger.ok("close", "2.1", **PAST)
    assert measure_now(ledger, "2.1").status == "closed"
    ledger.ok("reopen", "2.1", "--reason", "复查")
    newest = [event["action"] for event in ledger.json("log")[:3]]
    assert newest == ["reopen", "close", "progress"]
    ledger.ok("undo", **PAST)
    ledger.ok("undo", **PAST)
    assert measure_now(ledger, "2.1").status == "submitted"
    audited = ledger.run("audit")
    assert "clock-backwards" in audited.out, audited.out
    record("clock-backwards", 3, {"was done": 3})


@pytest.mark.apart
def test_a_day_before_the_last_entry_is_taken_or_refused_with_a_sentence(ledger: LedgerOnDisk) -> None:
    ledger.ok("progress", "3.1", "今天的。")
    tried = {"was done": 0, "was not done": 0, "said what was wrong": 0}
    for typed in (
        ("close", "2.1"),
        ("progress", "1.2", "记下。"),
        ("attach", "1.2", "data/ledger.yaml"),
        ("extend", "1.2", "--due", "2024-01-01", "--reason", "因"),
    ):
        commits = ledger.commits()
        for day in ("2024-03-01", "2023-11-09", "1999-12-31"):
            result = ledger.run(*typed, XUNCHA_TODAY=day)
            assert result.code in {0, 1}, result.err
            tried["was done" if result.code == 0 else "was not done"] += 1
            tried["said what was wrong"] += result.code != 0 and result.err.startswith(("error[", "data/"))
            if result.code == 0:
                assert ledger.commits() == commits + 1
                ledger.ok("undo")
                commits = ledger.commits()
    assert ledger.run("status", XUNCHA_TODAY="1999-12-31").code == 0
    sound(ledger, "the clock is back")
    record("clock-backwards", sum(tried.values()) - tried["said what was wrong"], tried)
