"""Text above a table gives the organisation, the inspecting body and the day of the feedback; what else stands around it is a remark."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from xuncha.exchange.sheet.reading import ReadOptions, draft_of

if TYPE_CHECKING:
    from pathlib import Path


def settings(above: str, folder: Path) -> dict[str, Any]:
    """Return the settings that are read from a line above a table."""
    path = folder / "台账.csv"
    path.write_text(
        f"{above}\n序号,反馈问题,整改措施,整改时限\n1,学习不深入,集中学习,2024-12-31\n", encoding="utf-8"
    )
    return draft_of(path, ReadOptions(date(2024, 7, 1))).settings


@pytest.mark.parametrize(
    ("above", "inspector"),
    [
        ("根据省局党委第二巡察组反馈意见制定", "省局党委第二巡察组"),
        ("某镇党委落实县委第三巡察组反馈意见整改台账", "县委第三巡察组"),
        ("某镇整改台账", None),
    ],
)
def test_the_inspectors_are_named_in_full(above: str, inspector: str | None, tmp_path: Path) -> None:
    assert settings(above, tmp_path).get("inspection", {}).get("inspector") == inspector


def test_the_day_of_the_feedback_is_told(tmp_path: Path) -> None:
    said = settings("中共某局党组整改台账（2023年11月10日反馈）", tmp_path)
    assert said["inspection"]["feedback"] == "2023-11-10"
    assert said["organisation"] == "中共某局党组"


@pytest.mark.parametrize("above", ["反馈时间：2024年3月15日", "被巡察单位：某局党组 反馈意见日期: 2024.3.15"])
def test_the_day_of_the_feedback_may_stand_after_a_label(above: str, tmp_path: Path) -> None:
    assert settings(above, tmp_path)["inspection"]["feedback"] == "2024-03-15"


def test_a_day_of_feedback_that_the_calendar_does_not_have_is_a_doubt(tmp_path: Path) -> None:
    path = tmp_path / "台账.csv"
    path.write_text(
        "反馈时间：2023年11月31日\n序号,反馈问题,整改措施,责任科室\n1,甲,抓甲,办公室", encoding="utf-8"
    )
    draft = draft_of(path, ReadOptions(date(2024, 7, 1)))
    assert "inspection" not in draft.settings
    assert [each.text for each in draft.doubts if each.text] == ["反馈时间：2023年11月31日"]


@pytest.mark.parametrize(
    ("above", "category"), [("（一）仓储管理方面（1个）", "仓储管理方面"), ("巡察整改问题清单", "")]
)
def test_a_category_right_above_a_header_is_that_of_its_table(
    above: str, category: str, tmp_path: Path
) -> None:
    path = tmp_path / "台账.csv"
    path.write_text(
        f"{above}\n序号,反馈问题,整改措施,整改时限\n1,学习不深入,集中学习,2024-12-31\n", encoding="utf-8"
    )
    (problem,) = draft_of(path, ReadOptions(date(2024, 7, 1))).problems
    assert problem.category == category


@pytest.mark.parametrize("header", ["编号,存在问题,整改措施,责任部门", "序号,反馈问题,整改措施,责任科室"])
@pytest.mark.parametrize(
    ("above", "category"),
    [
        ("（二）财务方面", "财务方面"),
        ("（二）审计查出问题", ""),
        ("续表", "党建方面"),
        ("", "党建方面"),
        ("1.学习贯彻不深入", "党建方面"),
        ("1.数据截至2024年5月31日", "党建方面"),
    ],
)
def test_a_numbered_heading_of_another_table_ends_the_category(
    above: str, category: str, header: str, tmp_path: Path
) -> None:
    tables = "（一）党建方面\n序号,反馈问题,整改措施,责任科室\n1,甲,抓甲,办公室\n{}\n{}\n2,乙,抓乙,办公室"
    (tmp_path / "台账.csv").write_text(tables.format(above, header), encoding="utf-8")
    draft = draft_of(tmp_path / "台账.csv", ReadOptions(date(2024, 7, 1)))
    assert [each.category for each in draft.problems] == ["党建方面", category]


def test_what_stands_around_the_tables_of_a_word_document_is_kept_as_a_remark(tmp_path: Path) -> None:
    document = Document()
    above = [f"第{number}段" for number in range(8)]
    for text in above:
        document.add_paragraph(text)
    table = document.add_table(0, 3)
    for texts in (["反馈问题", "整改措施", "完成情况"], ["学习不深入", "集中学习", "已完成"]):
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            cell.text = text
    box = "<w:pict><w:txbxContent><w:p><w:r><w:t>框中文字</w:t></w:r></w:p></w:txbxContent></w:pict>"
    paragraph = document.add_paragraph("注：第1项经核查未完成。")
    paragraph._p.append(parse_xml(f"<w:r {nsdecls('w')}>{box}</w:r>"))
    document.save(str(tmp_path / "台账.docx"))
    draft = draft_of(tmp_path / "台账.docx", ReadOptions(date(2024, 7, 1)))
    remarks = [each.text for each in draft.doubts if each.role == ""]
    assert sorted(remarks) == sorted([*above[:2], "框中文字", "注：第1项经核查未完成。"])
    assert {*above, *remarks} <= set(draft.notes)


def test_what_stands_below_the_table_of_a_web_page_is_kept_as_a_remark(tmp_path: Path) -> None:
    cells = ["反馈问题<td>整改措施<td>完成情况", "学习不深入<td>集中学习<td>已完成"]
    rows = "".join(f"<tr><td>{each}</tr>" for each in cells)
    page = f"<p>某局台账</p><table>{rows}</table><p>注：第1项经核查未完成。</p>"
    (tmp_path / "台账.html").write_text(page, encoding="utf-8")
    draft = draft_of(tmp_path / "台账.html", ReadOptions(date(2024, 7, 1)))
    assert [each.text for each in draft.doubts if each.role == ""] == ["注：第1项经核查未完成。"]
