"""The weekly report: no work is missed, undone work is left out, and counts are the ledger's."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.cli.ledgers import all_closed, all_lights, committed, many
from tests.conftest import LedgerOnDisk, measure
from tests.report.ledgers import SINCE, TODAY, at, data, of, told, weekly_of, worked
from xuncha.errors import RefusedError
from xuncha.report.weekly import Weekly, Work, weekly

if TYPE_CHECKING:
    from pathlib import Path


def works(report: Weekly) -> dict[str, Work]:
    """Return what was done, by the ids of the measures."""
    return {
        work.item.id: work
        for leader in report.leaders
        for section in leader.sections
        for work in section.done
    }


@pytest.fixture
def week(bare_ledger: LedgerOnDisk) -> Weekly:
    """Make the report on a week of work."""
    return weekly_of(worked(bare_ledger))


def test_every_kind_of_work_is_told_in_its_order(week: Weekly) -> None:
    done = works(week)
    assert {identity: work.actions for identity, work in done.items()} == {
        "1.1": ("escalate",),
        "1.2": (),
        "2.1": ("return", "submit"),
        "2.3": ("close",),
        "3.1": ("extend",),
    }
    assert done["1.1"].taken_over_by == "局长"


def test_an_entry_that_was_recorded_late_is_told_once_and_said_to_be_late(week: Weekly) -> None:
    """Entered on 10 June for 20 May: neither the report of May nor that of June would tell it by its day alone."""
    entries = works(week)["1.2"].entries
    assert [(entry.date, entry.text, entry.late) for entry in entries] == [
        (date(2024, 5, 20), "上月已经摸清底数。", True),
        (date(2024, 6, 8), "本期第一天召开专题会议。", False),
    ]


def test_what_was_done_before_is_not_told_again(week: Weekly) -> None:
    assert works(week)["2.3"].entries == ()


def test_internal_entries_are_told_and_marked(week: Weekly) -> None:
    (entry,) = works(week)["3.1"].entries
    assert (entry.text, entry.publish) == ("内部会商资金缺口。", False)


def test_reasons_and_notes_are_not_in_it(week: Weekly) -> None:
    assert "密" not in repr(week)


def test_what_was_taken_back_is_not_told(week: Weekly) -> None:
    assert "close" not in works(week)["3.1"].actions


def test_how_many_are_counted_of(week: Weekly) -> None:
    assert week.did == {
        "progressed": 2,
        "closed": 1,
        "submitted": 1,
        "returned": 1,
        "reopened": 0,
        "extended": 1,
        "added": 0,
    }


def test_what_is_red_and_near_stands_with_its_leader_and_office(week: Weekly) -> None:
    assert [item.id for item in week.overdue] == ["1.2", "1.1"], "the latest first"
    assert [(item.id, item.days) for item in week.due_soon] == [("2.1", 0)]
    sections = {
        (leader.name, section.office): section for leader in week.leaders for section in leader.sections
    }
    assert [item.id for item in sections["局长", "财务科"].overdue] == ["1.2"]
    assert [item.id for item in sections["分管副局长", "规划科"].overdue] == ["1.1"]
    assert (sections["分管副局长", "规划科"].total, sections["分管副局长", "规划科"].closed) == (5, 2)


def test_what_is_to_be_looked_at_again_says_since_when(week: Weekly) -> None:
    (review,) = week.reviews
    assert (review.item.id, review.last, review.due, review.days) == (
        "2.2",
        date(2023, 12, 1),
        date(2024, 5, 29),
        17,
    )


def test_whoever_reports_every_week_tells_each_day_once(bare_ledger: LedgerOnDisk) -> None:
    """Seven days, today the last of them: the border day stands in one report, and the next begins with the day after it."""
    ledger = worked(bare_ledger)
    at(ledger, "2024-06-15", "progress", "1.1", "末日的进展。")
    at(ledger, "2024-06-16", "progress", "1.1", "首日的进展。")
    told_on: dict[str, list[str]] = {}
    for day in ("2024-06-15", "2024-06-22"):
        shown = data(ledger, "report", "weekly", "--today", day)
        assert (date.fromisoformat(day) - date.fromisoformat(shown["since"])).days == 6
        offices = [office for leader in shown["leaders"] for office in leader["offices"]]
        entries = [entry for office in offices for done in office["done"] for entry in done["progress"]]
        for entry in entries:
            told_on.setdefault(entry["text"], []).append(day)
    assert "本期第一天召开专题会议。" not in told_on, "the report of 8 June tells it"
    assert told_on["末日的进展。"] == ["2024-06-15"]
    assert told_on["首日的进展。"] == ["2024-06-22"]
    assert [told for told in told_on.items() if len(told[1]) > 1] == []


def test_comments_are_counted(bare_ledger: LedgerOnDisk) -> None:
    """Received and answered in these days, and open on the last of them; whoever has none reads nothing of them."""
    assert "意见建议" not in told(bare_ledger, "report", "weekly")
    for number, received, replied in (
        (1, "2024-06-08", "2024-06-15"),
        (2, "2024-06-09", "2024-06-16"),
        (3, "2024-06-15", ""),
    ):
        reply = f"reply: {{date: {replied}, text: 已答复。}}\n" if replied else ""
        bare_ledger.write(
            f"data/comments/{number:03d}.yaml",
            f"received: {received}\nchannel: phone\ntext: 机密来信\n{reply}",
        )
    shown = data(bare_ledger, "report", "weekly")
    assert shown["comments"] == {"received": 2, "replied": 1, "open": 2, "total": 3}
    text = told(bare_ledger, "report", "weekly")
    assert "本期收到意见建议2件，答复1件；目前尚未答复2件。" in text
    assert "机密来信" not in text


def test_without_history_the_days_in_the_ledger_are_enough(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(
        bare_ledger.path("2.2"),
        measure(
            "2.2",
            "closed",
            term="long_term",
            closed="{date: 2024-06-10, by: 办公室}",
            reviews="[{date: 2024-06-12, result: slipped}]",
        ),
    )
    bare_ledger.write(
        bare_ledger.path("1.2"), measure("1.2", "in_progress", escalated="{to: 局长, date: 2024-06-09}")
    )
    done = works(weekly(of(bare_ledger.root), TODAY, SINCE, [], {}))
    assert done["2.2"].actions == ("close", "review")
    assert done["2.2"].result == "slipped"
    assert done["1.2"].actions == ("escalate",)


def test_a_closing_that_was_opened_again_does_not_count(bare_ledger: LedgerOnDisk) -> None:
    ledger = worked(bare_ledger)
    at(ledger, "2024-06-15", "reopen", "2.3", "--reason", "反弹")
    report = weekly_of(ledger)
    assert works(report)["2.3"].actions == ("close", "reopen")
    assert (report.did["closed"], report.did["reopened"]) == (0, 1)


def test_a_ledger_that_began_in_these_days_tells_what_its_days_say(bare_ledger: LedgerOnDisk) -> None:
    """All of an imported ledger is new to git; its old entries are not the work of this week."""
    ledger = committed(all_lights(bare_ledger))
    shown = data(ledger, "report", "weekly")
    assert [
        work for leader in shown["leaders"] for office in leader["offices"] for work in office["done"]
    ] == []


def test_counts_are_those_of_status(bare_ledger: LedgerOnDisk) -> None:
    ledger = worked(bare_ledger)
    shown, status = data(ledger, "report", "weekly"), data(ledger, "status")
    assert (shown["problems"], shown["measures"]) == (status["problems"], status["measures"])
    assert shown["as_of"] == "2024-06-15"
    assert shown["since"] == "2024-06-09"
    assert [row["id"] for row in shown["overdue"]] == ["1.2", "1.1"]
    assert [row["review_due"] for row in shown["reviews_due"]] == ["2024-05-29"]


def test_when_nothing_is_near_the_next_one_is_named(ledger: LedgerOnDisk) -> None:
    report = weekly(of(ledger.root), TODAY, SINCE, [], {})
    assert (report.overdue, report.due_soon) == ((), ())
    assert report.next_due is not None
    assert "没有逾期事项，14天内没有到期事项；最近到期的是做好1.1号工作（1.1），时限2024年12月31日。" in told(
        ledger, "report", "weekly", "--since", "2024-06-15"
    )


def test_when_everything_is_done_it_says_so(bare_ledger: LedgerOnDisk) -> None:
    shown = told(all_closed(bare_ledger), "report", "weekly")
    assert "反馈问题已全部完成整改。" in shown
    for word in ("逾期", "到期的是", "None"):
        assert word not in shown.replace("没有逾期和近期到期事项", ""), word


def test_many_numbers_are_cut_short(bare_ledger: LedgerOnDisk) -> None:
    shown = told(many(bare_ledger), "report", "weekly")
    assert "14天内到期54条（1.1、2.1、3.1、4.1、5.1、6.1、7.1、8.1、9.1、11.1等）" in shown


def test_an_empty_ledger_has_nothing_to_tell(tmp_path: Path, environment: dict[str, str]) -> None:
    LedgerOnDisk(tmp_path, environment).ok("init", "empty")
    with pytest.raises(RefusedError) as refused:
        weekly(of(tmp_path / "empty"), TODAY, SINCE, [], {})
    assert refused.value.code == "nothing-to-tell"


def test_a_first_day_to_come_is_refused(ledger: LedgerOnDisk) -> None:
    result = ledger.run("report", "weekly", "--since", "2024-06-16")
    assert (result.code, result.out) == (1, "")
    assert "error[day-to-come]: " in result.err


@pytest.mark.parametrize("since", ["1949-01-01", "1960-05-05", "2024-06-15"])
def test_any_first_day_works(ledger: LedgerOnDisk, since: str) -> None:
    assert data(ledger, "report", "weekly", "--since", since)["since"] == since


@pytest.mark.parametrize(
    "words", [("--today", "0001-01-03", "report", "weekly"), ("report", "weekly", "--since", "0001-01-01")]
)
def test_a_day_that_no_office_can_mean_is_a_slip(ledger: LedgerOnDisk, words: tuple[str, ...]) -> None:
    result = ledger.run(*words)
    assert (result.code, "error[bad-date]" in result.err) == (2, True)


def test_a_past_that_broke_rules_is_no_obstacle(bare_ledger: LedgerOnDisk) -> None:
    """The report is on the ledger of today; what stood in an older commit may be anything."""
    worked(bare_ledger)
    bare_ledger.git("checkout", "-q", "--orphan", "other")
    good = bare_ledger.read("1.2")
    bare_ledger.write(bare_ledger.path("1.2"), "title: [")
    bare_ledger.commit("broken")
    bare_ledger.write(bare_ledger.path("1.2"), good)
    bare_ledger.environment["GIT_COMMITTER_DATE"] = "2024-06-09T10:00:00+08:00"
    bare_ledger.commit("mended")
    at(bare_ledger, "2024-06-10", "progress", "1.2", "恢复之后的进展。")
    shown = at(bare_ledger, "2024-06-15", "report", "weekly")
    assert "恢复之后的进展。" in shown
