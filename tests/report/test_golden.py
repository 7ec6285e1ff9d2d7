"""Golden reports: after a week of work, without changes, and with everything done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.ledgers import all_closed, all_lights
from tests.golden_files import agree
from tests.punctuation import half_width, torn_pairs
from tests.report.ledgers import told, worked

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

REPORTS = {
    "weekly": ("weekly",),
    "dispatch": ("dispatch",),
    "plan": ("plan",),
    "progress": ("progress",),
    "reminder": ("letter", "reminder", "--office", "规划科"),
    "supervision": ("letter", "supervision", "1.2"),
    "warning": ("letter", "warning", "1.1"),
}


@pytest.mark.parametrize("name", REPORTS)
def test_reports_on_a_week_of_work(bare_ledger: LedgerOnDisk, name: str) -> None:
    shown = told(worked(bare_ledger), "report", *REPORTS[name])
    assert shown.startswith("内部资料\n")
    assert not half_width(shown)
    assert not torn_pairs(shown)
    assert ("密" in shown) == (name == "progress"), "a reason or a note"
    agree(f"report/{name}.txt", shown)


@pytest.mark.parametrize("form", ["md", "html"])
@pytest.mark.parametrize("name", ["dispatch", "plan"])
def test_other_forms(bare_ledger: LedgerOnDisk, name: str, form: str) -> None:
    agree(f"report/{name}.{form}", told(all_lights(bare_ledger), "report", *REPORTS[name], "-f", form))


@pytest.mark.parametrize("name", ["weekly", "dispatch"])
def test_reports_when_everything_is_done(bare_ledger: LedgerOnDisk, name: str) -> None:
    agree(f"report/{name}-done.txt", told(all_closed(bare_ledger), "report", *REPORTS[name]))


@pytest.mark.parametrize("name", ["weekly", "dispatch", "plan"])
def test_reports_on_a_ledger_at_rest(ledger: LedgerOnDisk, name: str) -> None:
    ledger.environment["GIT_COMMITTER_DATE"] = (
        "2024-04-30T09:00:00+08:00"  # the plan bears the day of the last entry
    )
    ledger.git("commit", "--quiet", "--amend", "--no-edit", "--date=2024-04-30T09:00:00+08:00")
    shown = told(ledger, "report", *REPORTS[name], "--today", "2024-05-01")
    agree(f"report/{name}-at-rest.txt", shown)


@pytest.mark.parametrize("name", REPORTS)
def test_reports_do_not_depend_on_the_language_on_screen(bare_ledger: LedgerOnDisk, name: str) -> None:
    ledger = all_lights(bare_ledger)
    assert told(ledger, "--lang", "en", "report", *REPORTS[name]) == told(ledger, "report", *REPORTS[name])
