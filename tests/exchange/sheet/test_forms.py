"""Forms of tables: proposed, saved, edited, found again; the policy on import; filling the office's own workbook."""

from __future__ import annotations

import csv
import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import PatternFill

from tests.once import built_once
from tests.steps import hang_guard
from xuncha.exchange.sheet.reading import ReadOptions, draft_of
from xuncha.exchange.sheet.roles import role

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

CSV = """\
序号,反馈问题,整改措施,责任领导,责任科室,整改时限,进展情况,是否销号,整改类型
1,值班记录不全,统一值班记录本,局长,办公室,2024年5月31日,已印发记录本。,已销号,立行立改
1,,每周检查值班,,办公室,,,未销号,
2,车辆台账不全,补建车辆台账,局长,规划科,2023.9.30,完成3辆,推进中,限期整改
"""


@pytest.fixture
def empty(bare_ledger: LedgerOnDisk, tmp_path: Path, kept: Path) -> LedgerOnDisk:
    """Make an empty ledger, with a table beside it."""
    built_once(kept / "empty", tmp_path, lambda: bare_ledger.ok("init", tmp_path / "ledger"))
    bare_ledger.root = tmp_path / "ledger"
    (tmp_path / "台账.csv").write_text(CSV, encoding="utf-8")
    return bare_ledger


def test_a_form_that_cannot_be_saved_is_refused_before_anything_is_imported(empty: LedgerOnDisk) -> None:
    empty.ok("add", "problem", "某问题")
    empty.ok("export", "xlsx", "-o", "../全部.xlsx")
    commits = empty.commits()
    for table, name, code in (("台账.csv", "a/b", "bad-name"), ("全部.xlsx", "月报", "no-form")):
        result = empty.run("import", "table", f"../{table}", "--save-form", name)
        assert (result.code, f"error[{code}]" in result.err, empty.commits()) == (1, True, commits), (
            result.err
        )


def statuses(ledger: LedgerOnDisk) -> dict[str, str]:
    return {row["id"]: row["status"] for row in ledger.json("list")}


def test_a_form_is_saved_with_its_reasons_and_does_what_was_changed_in_it(empty: LedgerOnDisk) -> None:
    told = json.loads(
        empty.ok("import", "table", "../台账.csv", "--dry-run", "--save-form", "月报", "--json")
    )
    assert told["form"]["columns"]["整改类型"] == "kind"
    text = (empty.root / "data/forms/月报.yaml").read_text(encoding="utf-8")
    assert "整改措施: measure # 按列名" in text
    assert "未销号: not_started" in text
    assert empty.json("list") == []
    empty.write("data/forms/月报.yaml", text.replace("未销号: not_started", "未销号: in_progress"))
    empty.ok("edit")
    empty.ok("import", "table", "../台账.csv")  # found again by its headings
    assert statuses(empty) == {"1.1": "closed", "1.2": "in_progress", "2.1": "in_progress"}
    empty.ok("audit")


def test_a_form_is_read_again_whatever_its_columns_are_called(empty: LedgerOnDisk, tmp_path: Path) -> None:
    odd = ["甲" * 1200, "null", "甲: # 乙", '"甲乙丙"', "'甲丙", "? 甲丁", "!甲戊", "{甲己", "2.10"]
    with (tmp_path / "台账.csv").open("w", encoding="utf-8", newline="") as file:
        names = ["反馈问题", "整改措施", "责任领导", "责任科室", "整改时限", "进展情况", *odd]
        cells = ["某问题", "某措施", "局长", "办公室", "2024-05-31", "已办。", *map(str, range(len(odd)))]
        csv.writer(file).writerows([names, cells])
    empty.ok("import", "table", "../台账.csv", "--dry-run", "--save-form", "月报")
    empty.ok("validate")
    empty.ok("import", "table", "../台账.csv", "--form", "月报")
    assert list(empty.json("show", "1.1")["fields"].values()) == list(range(len(odd)))


def test_a_form_that_is_broken_or_not_there_is_named(empty: LedgerOnDisk) -> None:
    empty.ok("import", "table", "../台账.csv", "--dry-run", "--save-form", "月报")
    result = empty.run("import", "table", "../台账.csv", "--form", "周报")
    assert (result.code, "error[no-such-form]" in result.err) == (1, True)
    text = (empty.root / "data/forms/月报.yaml").read_text(encoding="utf-8")
    empty.write("data/forms/月报.yaml", text.replace(": measure", ": measur"))
    for arguments in (("validate",), ("import", "table", "../台账.csv", "--form", "月报")):
        result = empty.run(*arguments)
        assert result.code == 1
        assert "data/forms/月报.yaml:" in result.err + result.out


def test_a_column_is_what_it_is_said_to_be(empty: LedgerOnDisk, tmp_path: Path) -> None:
    (tmp_path / "台账.csv").write_text(
        "反馈问题,整改计划,责任科室\n记录不全,统一记录本,办公室\n", encoding="utf-8"
    )
    empty.ok("import", "table", "../台账.csv", "--column", "整改计划=measure", "--column", "责任科室=ignore")
    [row] = empty.json("list")
    assert (row["title"], row["office"], row["fields"]) == ("统一记录本", None, None)
    result = empty.run("import", "table", "../台账.csv", "--column", "整改计划=plan")
    assert (result.code, "error[bad-column]" in result.err) == (2, True)


def test_without_a_column_that_is_sure_the_way_to_name_it_is_told(
    empty: LedgerOnDisk, tmp_path: Path
) -> None:
    (tmp_path / "台账.csv").write_text("名称,计划,经费\n甲,乙,3\n", encoding="utf-8")
    result = empty.run("import", "table", "../台账.csv")
    assert result.code == 1
    assert "error[no-table]" in result.err
    assert "--column 名称=measure" in result.err


@pytest.mark.parametrize("partly", [False, True])
def test_what_the_policy_refuses_is_named_and_the_rest_goes_on_when_asked(
    empty: LedgerOnDisk, tmp_path: Path, partly: bool
) -> None:
    (tmp_path / "台账.csv").write_text(CSV.replace("已销号,", "推进中,", 1), encoding="utf-8")
    empty.ok("import", "table", "../台账.csv")
    text = (empty.root / "data/ledger.yaml").read_text(encoding="utf-8")
    empty.write("data/ledger.yaml", text.replace("close_requires: [progress]", "close_requires: [evidence]"))
    empty.ok("edit")
    (tmp_path / "台账.csv").write_text(CSV.replace("完成3辆,", "完成5辆,"), encoding="utf-8")
    result = empty.run("import", "table", "../台账.csv", *(["--partly"] if partly else []))
    assert result.code == (0 if partly else 1)
    assert "error[close-requires-evidence]" in result.err
    assert statuses(empty)["1.1"] == "in_progress"
    assert ("完成5辆" in empty.read("2.1")) == partly


def test_a_name_that_the_lists_lack_is_a_doubt_unless_it_may_be_entered(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(
        "序号,反馈问题,整改措施,责任领导,责任科室,完成情况\n9,新问题,新措施,新领导,规划科,推进中\n",
        encoding="utf-8",
    )
    told = json.loads(ledger.ok("import", "table", tmp_path / "a.csv", "--dry-run", "--json"))
    [doubt] = [doubt for doubt in told["doubts"] if doubt["text"] == "新领导"]
    assert doubt["place"] == "D2"  # of the name, not of the measure
    ledger.ok("import", "table", tmp_path / "a.csv")
    assert ledger.json("show", "4.1")["leader"] is None
    ledger.ok("import", "table", tmp_path / "a.csv", "--new")
    assert ledger.json("show", "4.1")["leader"] == "新领导"


def test_posts_and_offices_that_are_counted_do_not_look_alike(empty: LedgerOnDisk, tmp_path: Path) -> None:
    names = ["王某", "李某", "局长", "副局长", "二分局", "三分局", "办公室主任", "办公窒主任"]
    rows = "".join(f"{n},问题{n},措施{n},{name},办公室\n" for n, name in enumerate(names, 1))
    (tmp_path / "b.csv").write_text("序号,反馈问题,整改措施,责任领导,责任科室\n" + rows, encoding="utf-8")
    told = json.loads(empty.ok("import", "table", tmp_path / "b.csv", "--dry-run", "--json"))
    assert [doubt["text"] for doubt in told["doubts"] if doubt["text"] in names] == ["办公窒主任"]


def own_workbook(path: Path) -> None:
    """Save a workbook as an office keeps it: a title, two rows of headings, merged cells, colours, days as dates and as words."""
    book = Workbook()
    sheet: Any = book.active
    rows = [
        ["某局整改月报"],
        ["序号", "反馈问题", "整改措施", "责任分工", None, "整改时限", "进展情况", "整改状态", "备注"],
        [None, None, None, "责任领导", "责任科室"],
        [
            1,
            "值班记录不全",
            "统一值班记录本",
            "局长",
            "办公室",
            date(2024, 5, 31),
            "已印发记录本。",
            "推进中",
        ],
        [None, None, "每周检查值班", "局长", "办公室", "2024年6月底前", None, "未启动", "另议"],
        ["填表人：张某"],
    ]
    for row in rows:
        sheet.append(row)
    for cells in ("A1:I1", "D2:E2", "A4:A5", "B4:B5", *(f"{letter}2:{letter}3" for letter in "ABCFGHI")):
        sheet.merge_cells(cells)
    sheet["C4"].fill = PatternFill("solid", fgColor="FFFF00")
    sheet.column_dimensions["C"].width = 33
    book.save(path)


def test_the_offices_own_workbook_comes_back_filled_cell_for_cell(
    empty: LedgerOnDisk, tmp_path: Path
) -> None:
    own, filled = tmp_path / "月报.xlsx", tmp_path / "已填.xlsx"
    own_workbook(own)
    empty.ok("import", "table", own, "--save-form", "月报")
    empty.ok("progress", "1.2", "=查了两次", "--date", "2024-06-01")
    empty.ok("close", "1.1")
    empty.ok("extend", "1.2", "--due", "2024-08-31", "--reason", "待批复")
    empty.ok("export", "table", own, "--form", "月报", "-o", filled)
    before, after = (load_workbook(path).active for path in (own, filled))
    assert before is not None
    assert after is not None
    changed = {
        cell.coordinate: after[cell.coordinate].value
        for row in before.iter_rows()
        for cell in row
        if cell.value != after[cell.coordinate].value
    }
    assert changed == {
        "H4": "已销号", "H5": "推进中", "F5": "2024年8月31日", "G5": "2024年6月1日：=查了两次",
    }  # fmt: skip
    assert after["C4"].fill.fgColor.rgb == "00FFFF00"
    assert str(after.merged_cells) == str(before.merged_cells)
    commits = empty.commits()
    assert "没有改动" in empty.ok("import", "table", filled)
    assert empty.commits() == commits


def test_a_measure_is_filled_into_the_empty_row_of_its_problem(empty: LedgerOnDisk, tmp_path: Path) -> None:
    book = Workbook()
    sheet: Any = book.active
    for row in (
        ["序号", "反馈问题", "整改措施", "责任科室"],
        [1, "值班记录不全"],
        [2, "车辆台账不全", "补建台账", "规划科"],
    ):
        sheet.append(row)
    book.save(tmp_path / "月报.xlsx")
    empty.ok("import", "table", "../月报.xlsx")
    empty.ok("add", "measure", "1", "统一值班记录本", "--office", "规划科")
    empty.ok("export", "table", "../月报.xlsx", "-o", "../已填.xlsx")
    after: Any = load_workbook(tmp_path / "已填.xlsx").active
    assert [cell.value for cell in after[2]] == [1, "值班记录不全", "统一值班记录本", "规划科"]
    assert "没有改动" in empty.ok("import", "table", "../已填.xlsx")


def test_what_has_no_row_in_the_workbook_is_named(empty: LedgerOnDisk, tmp_path: Path) -> None:
    own_workbook(tmp_path / "月报.xlsx")
    empty.ok("import", "table", "../月报.xlsx")
    empty.ok("add", "measure", "1", "另建一本台账")
    assert "1.3" in empty.ok("export", "table", "../月报.xlsx", "-o", "../已填.xlsx")
    result = empty.run("export", "table", "../月报.xlsx", "-o", "../月报.xlsx")
    assert (result.code, "error[output-is-input]" in result.err) == (1, True)
    result = empty.run("export", "table", "../台账.csv", "-o", "../已填.xlsx")
    assert (result.code, "error[not-a-workbook]" in result.err) == (1, True)


def test_a_section_gets_its_own_measures_fills_them_in_and_sends_them_back(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    path = tmp_path / "规划科.xlsx"
    ledger.ok("export", "table", "--office", "规划科", "-o", path)
    book = load_workbook(path)
    sheet: Any = book.worksheets[0]
    heads = {cell.value: cell.column for cell in sheet[3]}
    rows = {sheet.cell(row, heads["编号"]).value: row for row in range(4, sheet.max_row + 1)}
    assert set(rows) == {row["id"] for row in ledger.json("list", "--office", "规划科")}
    assert "没有改动" in ledger.ok("import", "table", path)
    first = next(iter(rows))
    told = sheet.cell(rows[first], heads["进展情况"])
    told.value = f"{told.value}\n2024年6月3日：又有进展。"
    book.save(path)
    ledger.ok("import", "table", path)
    assert ledger.json("show", first)["progress"][-1]["text"] == "又有进展。"


def test_texts_as_long_as_a_cell_can_be_are_read_at_once(tmp_path: Path) -> None:
    """No heading is that long; nested repetition in a pattern of headings would never end."""
    path = tmp_path / "a.csv"
    words = (word * 16_000 for word in ("重点", "措施"))
    path.write_text("反馈问题,整改措施,责任科室\n" + ",".join([*words, "办公室"]), encoding="utf-8")
    with hang_guard():
        assert len(draft_of(path, ReadOptions(date(2024, 6, 15))).measures) == 1
        assert role("重点" * 29 + "啊") == ""
