"""`export`: workbook with correct counts, CSV, JSON, and no text read as a formula."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from openpyxl import load_workbook

from tests.conftest import measure

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.workbook.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from tests.conftest import LedgerOnDisk

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://example.invalid","甲")', "=cmd|' /C calc'!A0"]


def exported(ledger: LedgerOnDisk, folder: Path) -> tuple[Path, Workbook]:
    path = folder / "台账.xlsx"
    ledger.ok("export", "xlsx", "-o", path)
    return path, load_workbook(path)


def cells(sheet: Worksheet) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(values_only=True))


def test_the_ledger_is_as_an_office_would_have_made_it(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    _path, book = exported(ledger, tmp_path)
    assert book.sheetnames == ["整改台账", "统计", "三个清单", "选项", "补充信息"]
    sheet = book["整改台账"]
    assert sheet["A1"].value == "中共某市水务局党组巡察整改台账"
    heads = [cell.value for cell in sheet[3]]
    assert heads[:5] == ["序号", "方面", "反馈问题", "编号", "整改措施"]
    assert "子问题" not in heads
    assert {str(area) for area in sheet.merged_cells.ranges} >= {"A4:A5", "B4:B5", "C4:C5", "C6:C8"}
    assert sheet.freeze_panes == "E4"
    assert (sheet.page_setup.orientation, str(sheet.page_setup.paperSize)) == ("landscape", "8")
    assert sheet.print_title_rows == "$1:$3"
    assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet["E4"].alignment.wrap_text
    assert [cell.value for cell in sheet[2] if cell.value][2:] == [
        "未启动",
        "推进中",
        "申请销号",
        "已销号",
        "逾期",
    ]
    due = heads.index("整改时限") + 1
    assert (type(sheet.cell(4, due).value).__name__, sheet.cell(4, due).number_format) == (
        "datetime",
        "yyyy-mm-dd",
    )


def test_the_three_lists_are_there(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    _path, book = exported(ledger, tmp_path)
    said = [row[0] for row in cells(book["三个清单"])]
    assert [said.index(name) for name in ("问题清单", "任务清单", "责任清单")]
    assert said.count("2.3") == 2


def test_formulas_in_texts_are_texts(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    for place, text in enumerate(FORMULAS, 2):
        ledger.write(
            ledger.path(f"1.{place + 1}"),
            measure(f"1.{place + 1}", title=json.dumps(text, ensure_ascii=False)),
        )
    ledger.commit()
    path, book = exported(ledger, tmp_path)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
    found = [cell for row in book["整改台账"].iter_rows() for cell in row if cell.value in FORMULAS]
    assert len(found) == len(FORMULAS)
    assert all(cell.quotePrefix for cell in found)
    assert not any(name.startswith("xl/externalLinks") for name in zipfile.ZipFile(path).namelist())
    rows = list(csv.reader(io.StringIO(ledger.ok("export", "csv"))))
    assert {row[5] for row in rows} >= {f"'{text}" for text in FORMULAS}


def test_the_counts_agree_with_the_ledger(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    ledger.write(
        ledger.path("1.2"),
        measure("1.2", "in_progress", due="2024-06-01", office="'*科'", leader="分管副局长"),
    )
    ledger.write(ledger.path("2.2"), measure("2.2", "closed", term="long_term"))
    ledger.write(
        "data/ledger.yaml",
        (ledger.root / "data/ledger.yaml")
        .read_text(encoding="utf-8")
        .replace("[办公室, ", "[办公室, '*科', "),
    )
    ledger.commit()
    _path, book = exported(ledger, tmp_path)
    sheet = book["统计"]
    told = {row[0]: row[1] for row in cells(sheet)[:13]}
    status = ledger.json("status")
    counted = status["measures"]
    assert told["问题总数"] == status["problems"]["total"]
    assert told["已完成整改的问题"] == status["problems"]["closed"]
    assert told["措施总数"] == counted["total"]
    assert [told[f"其中{word}"] for word in ("未启动", "推进中", "申请销号", "已销号")] == [
        counted[key] for key in ("not_started", "in_progress", "submitted", "closed")
    ]
    assert told["措施销号率"] == f"{counted['rate'] * 100:.4g}%"
    assert told["逾期的措施"] == counted["overdue"] == 1
    assert told["已销号的长期任务"] == counted["long_term_closed"] == 1
    by_office = {row[0]: row[1:4] for row in cells(sheet) if row[0] in {"*科", "规划科"}}
    assert by_office == {"*科": (1, 0, 1), "规划科": (5, 2, 0)}


def test_csv_is_for_excel(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    path = tmp_path / "台账.csv"
    ledger.ok("export", "csv", "-o", path)
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["编号"] for row in rows] == ["1.1", "1.2", "2.1", "2.2", "2.3", "3.1"]
    assert rows[3] == rows[3] | {
        "完成情况": "已销号",
        "整改时限": "2024-12-31",
        "反馈问题": "推进不够有力",
        "方面": "关于工作推进方面",
    }
    assert ledger.run("export", "csv").out.replace("\r", "") == content.decode("utf-8").replace("\r", "")


def test_json_is_all_of_it(ledger: LedgerOnDisk) -> None:
    whole = json.loads(ledger.ok("export", "json"))
    assert whole["ledger"]["organisation"] == "中共某市水务局党组"
    assert [each["id"] for each in whole["problems"]] == ["1", "2", "3"]
    assert whole["problems"][1]["measures"][2]["closed"] == {
        "date": "2024-04-01",
        "by": "办公室",
        "note": None,
    }


def test_a_file_that_cannot_be_written_is_said(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    for form in ("xlsx", "csv", "json"):
        done = ledger.run("export", form, "-o", tmp_path / "no" / "such" / "a")
        assert (done.code, "error[not-written]" in done.err) == (3, True)
    assert ledger.run("export", "xlsx").code == 2


def test_no_progress_bar_goes_into_a_pipe(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    done = ledger.run("export", "xlsx", "-o", tmp_path / "a.xlsx")
    assert done.err == ""


def test_no_problem_is_parted_by_the_end_of_a_page(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    lines = [
        f"{number},第{number}个问题," + "建立健全制度并抓好落实" * 8 + f"之{n},推进中"
        for number in range(4, 24)
        for n in range(3)
    ]
    (tmp_path / "a.csv").write_text("\n".join(["序号,反馈问题,整改措施,整改状态", *lines]), encoding="utf-8")
    ledger.ok("import", "table", tmp_path / "a.csv")
    _path, book = exported(ledger, tmp_path)
    sheet = book["整改台账"]
    breaks = [each.id for each in sheet.row_breaks.brk]
    firsts = {row for row in range(4, sheet.max_row + 1) if sheet.cell(row, 1).value}
    assert breaks
    assert {each + 1 for each in breaks} <= firsts
    heights = [sheet.row_dimensions[row].height for row in range(1, sheet.max_row + 1)]
    pages = zip([3, *breaks], [*breaks, sheet.max_row], strict=True)
    assert all(sum(heights[start:end]) < 842 for start, end in pages)


def test_choices_are_offered_and_the_technical_sheets_are_hidden(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    _path, book = exported(ledger, tmp_path)
    offered = {each.formula1 for each in book["整改台账"].data_validations.dataValidation}
    assert offered == {'"未启动,推进中,申请销号,已销号"', "选项!$A$2:$A$3", "选项!$B$2:$B$4"}
    assert [sheet.title for sheet in book.worksheets if sheet.sheet_state == "hidden"] == ["选项", "补充信息"]
