"""The progress report: state of each problem, reasons for open ones, sums that add up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.ledgers import all_closed
from tests.conftest import measure
from tests.report.ledgers import at, data, told, worked

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk


def settings(ledger: LedgerOnDisk, lines: str) -> LedgerOnDisk:
    """Add lines to the ledger's settings."""
    path = ledger.root / "data/ledger.yaml"
    path.write_text(path.read_text(encoding="utf-8") + lines, encoding="utf-8")
    return ledger


def test_counts_are_those_of_status(bare_ledger: LedgerOnDisk) -> None:
    ledger = worked(bare_ledger)
    shown, status = data(ledger, "report", "progress"), data(ledger, "status")
    assert (shown["problems"], shown["measures"]) == (status["problems"], status["measures"])
    every = [each for category in shown["categories"] for each in category["problems"]]
    assert len(every) == status["problems"]["total"]
    assert sum(each["complete"] for each in every) == status["problems"]["closed"]
    assert sum(len(each["measures"]) for each in every) == status["measures"]["total"]
    assert len(shown["unfinished"]) == status["measures"]["total"] - status["measures"]["closed"]


def test_why_something_is_open_is_what_was_recorded(bare_ledger: LedgerOnDisk) -> None:
    """An extension and a return tell it; what nobody has said is not made up, and what was taken back is not told."""
    ledger = worked(bare_ledger)
    at(ledger, "2024-06-15", "return", "2.1", "--reason", "撤回了的理由")
    at(ledger, "2024-06-15", "undo")
    reasons = {each["id"]: each["reasons"] for each in data(ledger, "report", "progress")["unfinished"]}
    assert reasons["3.1"] == [{"action": "extend", "date": "2024-06-13", "text": "密理由密"}]
    assert [each["action"] for each in reasons["2.1"]] == ["return"]
    assert reasons["1.1"] == []
    shown = told(ledger, "report", "progress", "-f", "md")
    assert "2024年6月13日延期：密理由密。" in shown
    assert "台账没有记载" in shown
    assert "撤回了的理由" not in shown
    assert "密备注密" not in shown, "notes stay in the house"


def test_internal_entries_do_not_leave_the_house(bare_ledger: LedgerOnDisk) -> None:
    assert "内部会商资金缺口" not in told(worked(bare_ledger), "report", "progress")


def test_what_the_head_did_is_what_the_ledger_says(bare_ledger: LedgerOnDisk) -> None:
    assert "第一责任人组织落实" not in told(bare_ledger, "report", "progress")
    ledger = settings(worked(bare_ledger), "papers: {head_work: [主持召开专题会议3次。], signer: 局长}\n")
    shown = told(ledger, "report", "progress")
    assert (
        "二、第一责任人组织落实整改情况\n　　主持召开专题会议3次。\n　　由局长牵头攻坚的措施1条，其中已销号0条"
        in shown
    )
    assert "三、反馈问题整改进展情况" in shown
    assert "签发人：局长\n" in shown
    assert data(ledger, "report", "progress")["head"]["taken_over"] == ["1.1"]


def test_outcomes_add_up(bare_ledger: LedgerOnDisk) -> None:
    for identity, amount in (("1.1", "0.1"), ("1.2", "0.2"), ("2.1", "30")):
        bare_ledger.write(bare_ledger.path(identity), measure(identity, outcomes=f"{{rules: {amount}}}"))
    (outcome,) = data(bare_ledger, "report", "progress")["outcomes"]
    assert (outcome["amount"], outcome["by_problem"]) == (30.3, {"1": 0.3, "2": 30})
    assert "制定修订制度30.3项。" in told(bare_ledger, "report", "progress")


def test_when_everything_is_done_nothing_is_open(bare_ledger: LedgerOnDisk) -> None:
    shown = told(all_closed(bare_ledger), "report", "progress")
    assert "没有尚未完成的事项" in shown
    assert "None" not in shown


def test_the_number_is_printed_where_it_is_given(ledger: LedgerOnDisk) -> None:
    assert "〔2024〕" not in told(ledger, "report", "progress")
    shown = told(ledger, "report", "progress", "--number", "某水〔2024〕9号")
    assert shown.splitlines()[1].strip() == "某水〔2024〕9号"


def test_what_the_head_has_finished_counts_also_if_its_day_is_unknown(bare_ledger: LedgerOnDisk) -> None:
    escalated = "{to: 局长, date: 2024-04-01}"
    for identity, closed in (("1.1", "{}"), ("1.2", "{date: 2024-05-01}")):
        text = measure(identity, "closed", escalated=escalated, closed=closed)
        bare_ledger.write(bare_ledger.path(identity), text)
    assert "由局长牵头攻坚的措施2条，其中已销号2条" in told(bare_ledger, "report", "progress")
