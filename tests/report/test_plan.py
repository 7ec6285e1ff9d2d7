"""The plan: every problem and measure is in each list, with goal, time limit and who is responsible."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.cli.terminals import in_terminal
from tests.conftest import LedgerOnDisk, measure, problem
from tests.report.ledgers import TODAY, of, told
from xuncha.chinese.days import in_words
from xuncha.paper.outline import Document, Table
from xuncha.paper.own import on_disk
from xuncha.paper.templates import make_document
from xuncha.report.plan import plan

if TYPE_CHECKING:
    from pathlib import Path


def lists(root: Path) -> list[Table]:
    """Return the three lists of the plan."""
    found = made(root)
    return [block for block in found.blocks if isinstance(block, Table)]


def made(root: Path) -> Document:
    """Make the plan as a document."""
    return make_document("report.plan.outline.j2", on_disk(root), report=plan(of(root), TODAY))


def whole(rows: tuple[tuple[str, ...], ...]) -> list[list[str]]:
    """Return the rows with each cell filled in that is left out because it repeats the one above."""
    found: list[list[str]] = []
    for row in rows:
        first = next(place for place, cell in enumerate(row) if cell)
        found.append([*(found[-1][:first] if found else []), *row[first:]])
    return found


def test_the_list_of_problems_has_each_once_under_its_category(ledger: LedgerOnDisk) -> None:
    problems = lists(ledger.root)[0]
    assert problems.header == ("方面", "序号", "反馈问题", "反馈意见原文", "措施数")
    assert whole(problems.rows) == [
        ["关于学习贯彻方面", "1", "学习不够深入", "内部标记丁戊己", "2"],
        ["关于工作推进方面", "2", "推进不够有力", "内部标记丁戊己", "3"],
        ["关于工作推进方面", "3", "保留标记甲乙丙", "内部标记丁戊己", "1"],
    ]


def test_categories_stand_together_whatever_the_order_of_problems(bare_ledger: LedgerOnDisk) -> None:
    path = bare_ledger.root / "data/problems/03/problem.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("category: b", "category: a"), encoding="utf-8")
    problems = lists(bare_ledger.root)[0]
    assert [row[:2] for row in problems.rows] == [
        ("关于学习贯彻方面", "1"),
        ("", "3"),
        ("关于工作推进方面", "2"),
    ]


def test_findings_are_no_column_where_there_are_none(bare_ledger: LedgerOnDisk) -> None:
    for number in ("01", "02", "03"):
        path = bare_ledger.root / f"data/problems/{number}/problem.yaml"
        path.write_text(
            path.read_text(encoding="utf-8").replace("finding: 内部标记丁戊己\n", ""), encoding="utf-8"
        )
    assert lists(bare_ledger.root)[0].header == ("方面", "序号", "反馈问题", "措施数")


def test_the_list_of_tasks_has_goals_and_time_limits(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(
        bare_ledger.path("1.2"),
        measure("1.2", "in_progress", goal="取得批复", part="前期手续", term="long_term", due="2024-12-31"),
    )
    bare_ledger.write(bare_ledger.path("2.1"), measure("2.1", "in_progress", term="long_term", due="null"))
    tasks = whole(lists(bare_ledger.root)[1].rows)
    assert [row[2] for row in tasks] == ["1.1", "1.2", "2.1", "2.2", "2.3", "3.1"]
    assert tasks[1] == [
        "1",
        "学习不够深入",
        "1.2",
        "前期手续：做好1.2号工作",
        "取得批复",
        "2024年12月31日前取得阶段性成效，长期坚持",
    ]
    assert tasks[2][4:] == ["—", "长期坚持"]
    assert tasks[3][5] == "2024年12月31日前"


def test_the_list_of_responsibilities_is_by_leader_and_office(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(
        bare_ledger.path("3.1"),
        measure("3.1", "in_progress", leader="局长", office="办公室", co_offices="[财务科, 规划科]"),
    )
    duties = lists(bare_ledger.root)[2]
    assert duties.rows[0] == ("局长", "办公室", "3.1", "做好3.1号工作", "财务科、规划科", "2024年12月31日前")
    assert duties.rows[1][:3] == ("分管副局长", "规划科", "1.1")
    assert all(row[:2] == ("", "") for row in duties.rows[2:])
    assert len(duties.rows) == 6


def test_what_an_office_tracks_besides_stands_in_brackets(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(
        "data/problems/01/problem.yaml", problem("学习不够深入", "a") + "fields: {cause: 人手不足}\n"
    )
    bare_ledger.write(bare_ledger.path("1.1"), measure("1.1", "not_started", fields="{risk: 高}"))
    shown = told(bare_ledger, "report", "plan", "-f", "md")
    assert "（根本原因：人手不足）" in shown
    assert "（风险等级：高）" in shown


@pytest.mark.parametrize(
    ("term", "limit"), [("at_once", "立行立改"), ("once", "待明确"), ("long_term", "长期坚持")]
)
def test_the_limit_of_what_has_none_is_said_in_words(
    bare_ledger: LedgerOnDisk, term: str, limit: str
) -> None:
    bare_ledger.write(bare_ledger.path("1.1"), measure("1.1", "not_started", term=term, due=None))
    tasks = lists(bare_ledger.root)[1]
    assert next(row[-1] for row in tasks.rows if row[2] == "1.1") == limit


def test_who_leads_is_said(ledger: LedgerOnDisk) -> None:
    shown = told(ledger, "report", "plan")
    assert "由局长任组长，是整改第一责任人" in shown
    assert "领导小组办公室设在办公室" in shown


def test_without_a_leading_group_the_head_answers(bare_ledger: LedgerOnDisk) -> None:
    path = bare_ledger.root / "data/ledger.yaml"
    text = path.read_text(encoding="utf-8").replace("leading_group: {head: 局长, office: 办公室}\n", "")
    path.write_text(text, encoding="utf-8")
    shown = told(bare_ledger, "report", "plan")
    assert "主要负责同志是整改第一责任人" in shown
    assert "领导小组" not in shown


def test_the_plan_does_not_tell_how_far_it_is(ledger: LedgerOnDisk) -> None:
    shown = told(ledger, "report", "plan")
    for word in ("已销号条", "推进中", "未启动", "逾期3", "工作已经开展"):
        assert word not in shown


def test_terms_are_counted(bare_ledger: LedgerOnDisk) -> None:
    for identity in ("1.1", "1.2", "2.1", "2.2", "2.3", "3.1"):
        bare_ledger.write(
            bare_ledger.path(identity), measure(identity, "in_progress", term="long_term", due="null")
        )
    assert "各条措施均需长期坚持" in told(bare_ledger, "report", "plan")
    bare_ledger.write(bare_ledger.path("1.1"), measure("1.1", "not_started", due="2024-09-30"))
    shown = told(bare_ledger, "report", "plan")
    assert "限期完成1条，最晚的于2024年9月30日前完成；长期坚持5条" in shown


@pytest.mark.parametrize("form", ["docx", "pdf", "xlsx"])
def test_a_screen_is_not_filled_with_what_is_no_text(ledger: LedgerOnDisk, form: str) -> None:
    shown = in_terminal(ledger, "report", "plan", "-f", form)
    assert shown.code == 2
    assert f"-o plan.{form}" in shown.out


def test_the_plan_has_its_own_day(ledger: LedgerOnDisk) -> None:
    """That on which its last measure was entered, or the one that somebody says; never that of the printing."""
    shown = told(ledger, "report", "plan")
    entered = in_words(date.fromisoformat(ledger.git("log", "-1", "--format=%as").strip()))
    assert f"\u3000{entered}\n" in shown
    shown = told(ledger, "report", "plan", "--date", "2023-12-08")
    assert "\u30002023年12月8日\n" in shown
    path = ledger.root / "data/ledger.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "papers: {plan_date: 2023-12-10}\n", encoding="utf-8")
    assert "\u30002023年12月10日\n" in told(ledger, "report", "plan")


def test_a_plan_whose_day_nothing_tells_has_none(bare_ledger: LedgerOnDisk) -> None:
    shown = told(bare_ledger, "report", "plan")
    assert "\u30002024年6月15日\n" not in shown
    assert "\u3000中共某市水务局党组\n\n\u3000" in shown, "then the first list"


def test_lists_of_long_texts_lie_on_a_large_page(bare_ledger: LedgerOnDisk) -> None:
    assert not plan(of(bare_ledger.root), TODAY).large
    bare_ledger.write(bare_ledger.path("1.1"), measure("1.1", goal="长" * 91))
    assert plan(of(bare_ledger.root), TODAY).large
