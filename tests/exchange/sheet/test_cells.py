"""Reading and writing the texts of single cells."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from xuncha.exchange.names import names
from xuncha.exchange.sheet.cells import entries, show_entry
from xuncha.exchange.sheet.reading import ReadOptions, draft_of

if TYPE_CHECKING:
    from pathlib import Path

    from xuncha.exchange.drafts import Draft


@pytest.mark.parametrize(
    "text",
    [
        "2024年3月1日：开会研究。（不公开）\n形成会议纪要。",
        "2024年3月1日：开会研究。\n形成会议纪要。（不公开）",
        "2024年3月1日：开会研究。（不公开）\n形成会议纪要。（不公开）",
    ],
)
def test_what_is_marked_as_internal_on_any_line_is_not_public(text: str) -> None:
    (entry,) = entries(text)
    assert entry == {"date": "2024-03-01", "text": "开会研究。\n形成会议纪要。", "publish": False}
    assert entries(show_entry(entry)) == [entry]


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("安全与环保部长", ["安全与环保部长"]),
        ("李和平", ["李和平"]),
        ("（牵头）", ["（牵头）"]),
        ("党组成员、副局长张三，党委委员李四", ["党组成员、副局长张三", "党委委员李四"]),
        ("张三及李四", ["张三", "李四"]),
        ("总工程师 吴敏，总会计师 王磊", ["总工程师 吴敏", "总会计师 王磊"]),
        ("主要领导：张三；分管领导：李四", ["张三", "李四"]),
    ],
)
def test_people_are_separated_only_where_two_names_are_joined(text: str, people: list[str]) -> None:
    assert names(text) == (people, [])


def read(folder: Path, *lines: str) -> Draft:
    """Read a table of the given lines of cells."""
    (folder / "t.csv").write_text("\n".join(lines), encoding="utf-8")
    return draft_of(folder / "t.csv", ReadOptions(date(2024, 7, 1)))


@pytest.mark.parametrize(
    ("heading", "cell", "people"),
    [
        ("责任领导及责任科室", "张三（财务科）", ("张三", "财务科", None)),
        ("责任领导及责任科室", "张三；财务科、办公室", ("张三", "财务科", ["办公室"])),
        ("责任领导/责任科室", "财务科", (None, "财务科", None)),
        ("责任领导（责任科室）", "财务科", (None, "财务科", None)),
        ("责任领导（责任科室）", "张三（财务科）", ("张三", "财务科", None)),
        ("责任领导及责任科室", "张三（常务）；财务科", ("张三（常务）", "财务科", None)),
        ("责任领导", "财务科", ("财务科", None, None)),
        ("责任领导及责任科室", "张三（局长）", ("张三（局长）", None, None)),
        ("责任领导/责任科室", "张三(党组书记、局长)", ("张三(党组书记、局长)", None, None)),
        ("责任领导（责任科室）", "张三（局长）", ("张三（局长）", None, None)),
        ("牵头领导及责任单位", "张三（办公室主任）", ("张三（办公室主任）", None, None)),
        ("责任领导/责任科室", "张三/财务科", ("张三", "财务科", None)),
        ("责任领导（责任科室）", "张三/财务科", ("张三", "财务科", None)),
        ("责任领导及责任科室", "财务科；办公室", (None, "财务科", ["办公室"])),
        ("责任领导及责任科室", "信息中心", ("信息中心", None, None)),
    ],
)
def test_a_leader_and_an_office_in_one_cell(
    heading: str, cell: str, people: tuple[str | None, str | None, list[str] | None], tmp_path: Path
) -> None:
    (measure,) = read(tmp_path, f"反馈问题,整改措施,{heading}", f"学习不深入,集中学习,{cell}").measures
    assert tuple(map(measure.record.get, ("leader", "office", "co_offices"))) == people


@pytest.mark.parametrize(
    ("heading", "cell", "leader"),
    [
        ("责任领导及责任科室", "李登科", "李登科"),
        ("责任领导及责任科室", "陈建科", "陈建科"),
        ("责任领导及责任科室", "办公室（张三）", "办公室（张三）"),
        ("责任领导及责任科室", "张三；李四", "张三"),
        ("责任领导/责任科室", '"张三\n李四"', "张三"),
        ("责任领导/责任科室", '"张三\n李登科"', "张三"),
    ],
)
def test_a_name_that_may_be_an_office_is_a_doubt(
    heading: str, cell: str, leader: str, tmp_path: Path
) -> None:
    draft = read(tmp_path, f"反馈问题,整改措施,{heading}", f"学习不深入,集中学习,{cell}")
    assert [each.record for each in draft.measures] == [{"title": "集中学习", "leader": leader}]
    assert [each.role for each in draft.doubts if each.place] == ["leader"]


def test_a_post_is_no_person(tmp_path: Path) -> None:
    draft = read(tmp_path, "反馈问题,整改措施,分管领导/责任人", "学习不深入,集中学习,张三（副局长）")
    assert [each.record for each in draft.measures] == [{"title": "集中学习", "leader": "张三（副局长）"}]


@pytest.mark.parametrize(
    ("progress", "state", "place"),
    [
        ("2024年11月31日：印发制度", "推进中", "C2"),
        ("2024.2.30 印发制度", "推进中", "C2"),
        ("印发制度", "已完成（2024年2月30日）", "D2"),
        ("2024年2月29日：印发制度", "推进中", None),
        ("印发制度13.5万份", "推进中", None),
    ],
)
def test_a_day_that_the_calendar_does_not_have_is_a_doubt(
    progress: str, state: str, place: str | None, tmp_path: Path
) -> None:
    draft = read(tmp_path, "反馈问题,整改措施,进展情况,完成情况", f"甲,抓甲,{progress},{state}")
    assert [each.place for each in draft.doubts if each.place] == ([place] if place else [])


def test_a_measure_of_two_parts_of_a_problem_is_no_doubt(tmp_path: Path) -> None:
    rows = ("走形式,加强学习,已完成", "不结合实际,加强学习,推进中")
    draft = read(tmp_path, "反馈问题,具体问题,整改措施,完成情况", *(f"学习不深入,{row}" for row in rows))
    assert [each.record.get("part") for each in draft.measures] == ["走形式", "不结合实际"]
    assert draft.doubts == []


@pytest.mark.parametrize(
    ("cell", "published", "doubted"),
    [
        ("是", True, 0),
        ("已公开", True, 0),
        ("否", False, 0),
        ("否（涉密）", False, 1),
        ("内部", False, 1),
        ("", True, 0),
    ],
)
def test_what_is_not_plainly_public_is_not_published(
    cell: str, published: bool, doubted: int, tmp_path: Path
) -> None:
    draft = read(tmp_path, "反馈问题,整改措施,是否公开,完成情况", f"学习不深入,集中学习,{cell},已完成")
    assert [each.record.get("publish", True) for each in draft.measures] == [published]
    assert len(draft.doubts) == doubted


def test_each_part_of_a_problem_keeps_its_finding(tmp_path: Path) -> None:
    rows = ("学习少,抓甲", "学习少,抓乙", "少,抓丙")
    draft = read(tmp_path, "反馈问题,具体表现,整改措施", *(f"学习不深入,{row}" for row in rows))
    assert [each.record["finding"] for each in draft.problems] == ["学习少\n少"]


def test_findings_longer_than_a_text_may_be_are_doubts(tmp_path: Path) -> None:
    rows = (f"学习不深入,{'多' * 400}{n},抓{n}" for n in range(130))
    draft = read(tmp_path, "反馈问题,具体表现,整改措施", *rows)
    (problem,) = draft.problems
    left = [each.text for each in draft.doubts if each.role == "finding"]
    assert len(problem.record["finding"]) <= 50_000
    assert len(left) + len(problem.record["finding"].split("\n")) == len(draft.measures)


@pytest.mark.parametrize(
    ("text", "title", "doubted"),
    [
        ("1.学习不深入。\n一年仅学三次。\n未结合实际。", "学习不深入", False),
        ("1.学习不深入；\n2.督促不够。", "1.学习不深入；2.督促不够。", True),
        ("财务管理不规范\n1.白条入账\n2.超范围支出", "财务管理不规范", False),
        ("学习不深入。一是次数少；二是不结合实际。", "学习不深入。一是次数少；二是不结合实际。", False),
    ],
)
def test_the_lines_of_one_problem_are_not_several_problems(
    text: str, title: str, doubted: bool, tmp_path: Path
) -> None:
    draft = read(tmp_path, "反馈问题,整改措施,完成情况", f'"{text}",抓甲,已完成')
    assert [each.record["title"] for each in draft.problems] == [title]
    assert bool(draft.doubts) is doubted


def test_a_formula_without_a_stored_result_names_nobody_and_no_day(tmp_path: Path) -> None:
    book, path = Workbook(), tmp_path / "台账.xlsx"
    sheet = book.worksheets[0]
    sheet.append(["序号", "反馈问题", "整改措施", "责任科室", "整改时限", "完成情况"])
    sheet.append([1, "学习不够", "制定计划", '="财务"&"科"', "=DATE(2024,6,30)", '=IF(TRUE,"已完成")'])
    book.save(path)
    draft = draft_of(path, ReadOptions(date(2025, 1, 1)))
    assert [measure.record for measure in draft.measures] == [{"title": "制定计划"}]
    assert [each.place.rpartition("!")[2] for each in draft.doubts if "!" in each.place] == ["D2", "E2", "F2"]
