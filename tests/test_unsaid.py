"""Missing values of a ledger are 待明确 or left out in every output, null in JSON, and never the word None."""

from __future__ import annotations

import json
import re
import zipfile
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from tests.cli.ledgers import unsaid

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

NONE = re.compile(r"None|\bnull\b")


@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        *(("status", "--by", by) for by in ("category", "office", "leader")),
        ("list",),
        ("todo",),
        ("log",),
        ("comment", "list"),
        ("show", "1"),
        ("show", "1.1"),
        ("show", "1.2"),
        ("show", "2.3"),
        ("report", "plan"),
        ("report", "plan", "-f", "html"),
        ("report", "weekly"),
        ("report", "dispatch"),
        ("export", "csv"),
    ],
    ids=" ".join,
)
def test_no_paper_and_no_screen_makes_anything_of_it(
    bare_ledger: LedgerOnDisk, command: tuple[str, ...]
) -> None:
    shown = unsaid(bare_ledger).ok(*command)
    assert not NONE.search(shown), shown
    if command[0] == "report":
        assert "待明确" in shown


@pytest.mark.parametrize("by", ["category", "office", "leader"])
def test_in_english_it_is_said_in_english(bare_ledger: LedgerOnDisk, by: str) -> None:
    last = unsaid(bare_ledger).ok("status", "--by", by, XUNCHA_LANG="en").splitlines()[-1]
    assert last.startswith("not set ")


@pytest.mark.parametrize("internal", [(), ("--internal",)], ids=["public", "internal"])
def test_no_dashboard_makes_anything_of_it(
    bare_ledger: LedgerOnDisk, tmp_path: Path, internal: tuple[str, ...]
) -> None:
    page = tmp_path / "板.html"
    unsaid(bare_ledger).ok("dashboard", *internal, "-o", page)
    text = re.sub(r"<style>.*?</style>", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not NONE.search(text)
    assert "待明确" in text


def test_cells_of_the_workbook_are_empty_where_nothing_is_said(
    bare_ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    file = tmp_path / "台账.xlsx"
    unsaid(bare_ledger).ok("export", "xlsx", "-o", file)
    cells = [
        cell for sheet in load_workbook(file) for row in sheet.iter_rows(values_only=True) for cell in row
    ]
    assert "做好1.1号工作" in cells
    assert not [cell for cell in cells if isinstance(cell, str) and NONE.search(cell)]


def test_the_calendar_names_nobody_where_nobody_is_named(bare_ledger: LedgerOnDisk, tmp_path: Path) -> None:
    file = tmp_path / "时限.ics"
    unsaid(bare_ledger).ok("calendar", "-o", file)
    text = file.read_bytes().decode().replace("\r\n ", "")
    assert "做好3.1号工作" in text
    assert "NAME:整改时限（内部）：待明确" in text
    assert not NONE.search(text)


def test_no_sheet_of_the_plan_and_no_page_of_an_archive_makes_anything_of_it(
    bare_ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    ledger = unsaid(bare_ledger)
    ledger.ok("report", "plan", "-f", "xlsx", "-o", tmp_path / "方案.xlsx")
    sheets = load_workbook(tmp_path / "方案.xlsx")
    cells = [
        str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row if cell
    ]
    assert "待明确" in cells
    ledger.ok("archive", "-o", tmp_path / "归档.zip")
    with zipfile.ZipFile(tmp_path / "归档.zip") as parts:
        pages = {
            name: parts.read(name) for name in parts.namelist() if not name.endswith((".json", ".bundle"))
        }
    told = [each.decode() for name, each in pages.items() if name.endswith((".txt", ".html", ".md"))]
    assert told
    assert not [text for text in [*cells, *told] if re.search(r"\bNone\b", text)]


def test_the_plan_counts_what_is_to_be_done_at_once_and_what_has_no_time_limit_yet(
    bare_ledger: LedgerOnDisk,
) -> None:
    counted = "立行立改1条；限期完成1条，最晚的于2024年6月20日前完成；整改时限待明确3条；长期坚持1条，"
    assert counted in unsaid(bare_ledger).ok("report", "plan")


def test_json_says_null(bare_ledger: LedgerOnDisk) -> None:
    ledger = unsaid(bare_ledger)
    status = ledger.json("status", "--by", "office")
    assert status["organisation"] is None
    assert status["measures"]["not_assigned"] == 4
    assert status["groups"] == [{"key": None, "title": "待明确", "total": 6, "closed": 2, "overdue": 0}]
    rows = {row["id"]: row for row in ledger.json("list")}
    assert {key for key, value in rows["1.1"].items() if value is None} == {
        "category", "leader", "office", "person", "due", "fields",
    }  # fmt: skip
    assert [rows[each]["light"] for each in ("1.1", "1.2", "2.2", "3.1")] == [
        "none",
        "yellow",
        "done",
        "yellow",
    ]


def test_a_notice_names_what_it_cannot_do_without(bare_ledger: LedgerOnDisk) -> None:
    refused = unsaid(bare_ledger).run("notice")
    assert refused.code == 1
    for key in ("organisation", "notice.title", "inspection.feedback"):
        assert key in refused.err


def test_a_letter_does_not_go_to_nobody(bare_ledger: LedgerOnDisk) -> None:
    ledger = unsaid(bare_ledger)
    ledger.write("data/ledger.yaml", "categories: [{key: a, title: 甲}]\nleaders: []\noffices: [规划科]\n")
    ledger.ok("set", "1.1", "--office", "规划科")
    refused = ledger.run("report", "letter", "reminder", "1.1", "1.2", "3.1")
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("error[no-office]: ")
    assert "xuncha set 1.2 3.1 --office …" in refused.err
    assert "规划科" in ledger.ok("report", "letter", "reminder", "1.1")


def test_what_is_unsaid_is_warned_of_and_no_error(bare_ledger: LedgerOnDisk) -> None:
    found = unsaid(bare_ledger).run("validate", "--json")
    assert found.code == 0
    assert {(each["severity"], each["code"]) for each in json.loads(found.out)} == {
        ("warning", "ledger-unsaid"),
        ("warning", "category-unsaid"),
        ("warning", "not-assigned"),
    }
