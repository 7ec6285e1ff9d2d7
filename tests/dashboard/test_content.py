"""Counts of the dashboard equal those of the ledger, and each figure lists exactly its rows."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import TODAY, measure, problem
from tests.dashboard.pages import board, page
from tests.notice.test_withheld import Case, cases, write
from xuncha.dashboard.content import content
from xuncha.store.files import WorkingTree
from xuncha.store.loading import load_ledger as load
from xuncha.tally import groups, tally

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.conftest import LedgerOnDisk
    from xuncha.dashboard.content import Board, Group
    from xuncha.tally import Group as Counted
    from xuncha.tally import Grouping

DAY = date.fromisoformat(TODAY)
BY: tuple[Grouping, ...] = ("office", "leader")


def all_groups(shown: Board) -> list[Group]:
    """Every group of a board that a figure leads to."""
    return [
        *shown.statuses,
        shown.staged,
        *shown.lights,
        shown.reviews,
        *shown.offices,
        *shown.leaders,
        *(period.due for period in shown.timeline.periods),
        shown.timeline.undated,
        *(category.measures for category in shown.categories),
        *(problem.measures for problem in shown.problems),
    ]


def counts_by_name(them: Sequence[Group | Counted]) -> dict[str, tuple[int, int, int]]:
    """Return the total, closed and overdue measures of each office or leader."""
    return {group.title: (group.total, group.closed, group.overdue) for group in them}


def test_counts_are_those_of_status(ledger: LedgerOnDisk) -> None:
    told = ledger.json("status")
    for internal in (False, True):
        counts = board(ledger.root, internal=internal).counts
        assert (counts.problems, counts.problems_closed) == (
            told["problems"]["total"],
            told["problems"]["closed"],
        )
        assert (counts.measures, counts.measures_closed) == (
            told["measures"]["total"],
            told["measures"]["closed"],
        )
        assert (counts.overdue, counts.due_soon) == (
            told["measures"]["overdue"],
            told["measures"]["due_soon"],
        )
        assert (counts.problems_rate, counts.measures_rate) == ("0%", "33.33%")


def test_what_is_to_be_done_at_once_is_not_said_to_be_due_within_days(bare_ledger: LedgerOnDisk) -> None:
    assert "天内到期<" in page(bare_ledger.root)
    bare_ledger.write(bare_ledger.path("1.1"), measure("1.1", term="at_once", due=None))
    assert "14天内到期或须立行立改<" in page(bare_ledger.root)


def test_a_rate_says_of_what_it_is(ledger: LedgerOnDisk) -> None:
    shown = page(ledger.root)
    assert "问题整改完成率" in shown
    assert "措施销号率" in shown


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(case=cases(), internal=st.booleans())
def test_every_figure_has_its_rows_behind_it(tmp_path: Path, case: Case, internal: bool) -> None:
    write(tmp_path, case)
    ledger = load(WorkingTree(tmp_path))
    register = ledger.register()
    shown = content(ledger, [], DAY, internal=internal)
    counted = tally(register, DAY)
    assert {group.key: group.total for group in shown.statuses} == counted.by_status
    assert [group.total for group in shown.lights[:2]] == [counted.overdue, counted.due_soon]
    assert shown.staged.total == counted.long_term_closed
    assert shown.reviews.total == counted.review_due
    assert shown.timeline.closings[-1].count == counted.closed
    numbers = {item.number for problem in shown.problems for item in problem.measures.items}
    assert len(numbers) == (counted.measures if internal else counted.published_measures)
    for group in all_groups(shown):
        assert {item.number for item in group.items} <= numbers, f"{group.key} leads nowhere"
        assert group.unseen >= 0
        assert internal <= (group.unseen == 0)
        assert group.closed + group.overdue + group.due_soon <= group.total
    keys = Counter(group.key for group in all_groups(shown))
    assert set(keys.values()) == {1}, "two figures lead to one place"
    wanted = {by: groups(register, DAY, by) for by in BY} if internal else {"office": [], "leader": []}
    assert counts_by_name(shown.offices) == counts_by_name(wanted["office"])
    assert counts_by_name(shown.leaders) == counts_by_name(wanted["leader"])


def test_numbers_run_afresh_where_a_gap_would_tell_of_what_is_withheld(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(bare_ledger.path("1.1"), measure("1.1", "not_started", publish="false"))
    public = [item.number for problem in board(bare_ledger.root).problems for item in problem.measures.items]
    assert public == ["1.1", "2.1", "2.2", "2.3"]
    inside = board(bare_ledger.root, internal=True)
    assert [problem.number for problem in inside.problems] == ["1", "2", "3"]
    assert [item.number for item in inside.problems[0].measures.items] == ["1.1", "1.2"]


def test_who_is_most_behind_comes_first(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", office="财务科", due="2024-06-01"))
    assert [group.title for group in board(bare_ledger.root, internal=True).offices] == ["财务科", "规划科"]


def test_overdue_and_due_soon_come_by_their_deadlines(bare_ledger: LedgerOnDisk) -> None:
    for number, due in (
        ("1.1", "2024-06-29"),
        ("1.2", "2024-06-10"),
        ("2.1", "2024-06-01"),
        ("3.1", "2024-06-15"),
    ):
        status = {"1.1": "not_started", "2.1": "submitted"}.get(number, "in_progress")
        bare_ledger.write(bare_ledger.path(number), measure(number, status, due=due))
    red, yellow, *_others = board(bare_ledger.root, internal=True).lights
    assert [(item.number, item.days) for item in red.items] == [("2.1", -14), ("1.2", -5)]
    assert [(item.number, item.days) for item in yellow.items] == [("3.1", 0), ("1.1", 14)]
    _red, yellow, *_others = board(bare_ledger.root).lights
    assert (yellow.total, yellow.unseen) == (2, 1), "a withheld one counts, and is not shown"


def test_the_newest_reason_and_progress_are_shown_inside(ledger: LedgerOnDisk) -> None:
    ledger.ok("return", "2.1", "--reason", "材料不全")
    ledger.ok("progress", "2.1", "补充材料。", "--date", "2024-06-14", "--no-publish")
    rows = {item.number: item for problem in board(ledger.root, internal=True).problems for item in problem.measures.items}  # fmt: skip
    inside = rows["2.1"].inside
    assert inside
    assert inside.reason
    assert (inside.reason.what, inside.reason.text) == ("return", "材料不全")
    assert inside.progress
    assert (inside.progress.text, inside.progress.publish) == ("补充材料。", False)


def test_closings_come_out_of_the_trail(ledger: LedgerOnDisk) -> None:
    ledger.ok("close", "1.2", "--date", "2024-06-01")
    ledger.ok("reopen", "2.2", "--reason", "反弹", GIT_COMMITTER_DATE="2024-05-10T08:00:00+08:00")
    counts = {point.day.isoformat(): point.count for point in board(ledger.root).timeline.closings}
    assert counts["2024-06-15"] == 2
    assert max(counts.values()) == 2
    ledger.ok("undo")
    assert board(ledger.root).timeline.closings[-1].count == 3


def test_the_curve_ends_at_the_number_of_closed_measures_also_of_an_unknown_day(
    bare_ledger: LedgerOnDisk,
) -> None:
    bare_ledger.write(bare_ledger.path("1.1"), measure("1.1", "closed", closed="{}"))
    shown = board(bare_ledger.root)
    assert shown.timeline.closings[-1].count == shown.counts.closed


def test_a_problem_without_measures_is_not_said_to_be_withheld(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("data/problems/03/problem.yaml", problem("公开的问题", "a"))
    assert "问题不公开" not in page(bare_ledger.root)
    bare_ledger.write("data/problems/04/problem.yaml", problem("没有措施", "a"))
    shown = page(bare_ledger.root)
    assert "另有1个问题不公开或尚无整改措施，已计入总数。" in shown
    assert "（共4个，其中3个有内容可以公开）" in shown


def test_a_ledger_without_measures_has_a_board(bare_ledger: LedgerOnDisk) -> None:
    for path in sorted((bare_ledger.root / "data/problems").rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    for internal in (False, True):
        assert "台账中还没有整改措施。" in page(bare_ledger.root, internal=internal)


def test_deadlines_in_any_year_have_a_board(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", due="9999-12-31"))
    bare_ledger.write(
        bare_ledger.path("2.1"),
        measure("2.1", "submitted", term="long_term").replace("due: 2024-12-31\n", ""),
    )
    assert len(board(bare_ledger.root).timeline.periods) <= 25
    page(bare_ledger.root, internal=True)
    page(bare_ledger.root, internal=True, today="1999-01-01")
    page(bare_ledger.root, internal=True, today="9999-12-31")
