"""The file that a command writes: its name says what is in it, and nothing asked for is left out."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

ONE_FORM = [
    (["export", "xlsx", "-o"], "xlsx", "csv"),
    (["export", "table", "-o"], "xlsx", "ods"),
    (["export", "csv", "-o"], "csv", "XLSX"),
    (["export", "json", "-o"], "json", "csv"),
    (["export", "rows", "-o"], "parquet", "csv"),
    (["dashboard", "-o"], "html", "pdf"),
    (["calendar", "-o"], "ics", "xlsx"),
    (["archive", "-o"], "zip", "docx"),
    (["audit", "--html"], "html", "pdf"),
    (["rollup", ".", "--init", "-o"], "yaml", "xlsx"),
]
"""Commands that write one form, with that form and another one."""


@pytest.mark.parametrize(("words", "form", "other"), ONE_FORM, ids=str)
def test_nobody_gets_a_file_whose_name_says_another_form(
    ledger: LedgerOnDisk, tmp_path: Path, words: list[str], form: str, other: str
) -> None:
    result = ledger.run(*words, tmp_path / f"a.{other}")
    assert (result.code, result.out) == (2, "")
    assert f"error[wrong-suffix]: {tmp_path / f'a.{other}'} " in result.err
    assert f"{tmp_path / f'a.{form}'}\n" in result.err, "the hint names a file of the right form"
    assert not (tmp_path / f"a.{other}").exists()


@pytest.mark.parametrize("name", ["a", "a.bak", "2024.4.18", "a.htm", "A.HTML"])
def test_a_name_that_says_no_other_form_is_taken(ledger: LedgerOnDisk, tmp_path: Path, name: str) -> None:
    ledger.ok("dashboard", "-o", tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(b"<!DOCTYPE html>")


def test_a_form_that_can_be_chosen_is_named_for_every_spelling_of_the_extension(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    assert "-f html" in ledger.run("notice", "-o", tmp_path / "a.htm").err
    assert str(tmp_path / "a.txt") in ledger.run("notice", "-o", tmp_path / "a.xls").err
    ledger.ok("rollup", ledger.root, "-o", tmp_path / "a.htm")
    assert "error[wrong-suffix]" in ledger.run("rollup", ledger.root, "-o", tmp_path / "a").err


def test_a_filled_table_keeps_the_form_of_the_offices_own(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    book: Any = Workbook()
    book.active.append(["反馈问题", "整改措施", "是否销号"])
    book.active.append(["学习不够深入", "做好1.1号工作", "否"])
    book.save(tmp_path / "月报.xlsx")
    result = ledger.run("export", "table", tmp_path / "月报.xlsx", "-o", tmp_path / "已填.docx")
    assert (result.code, "error[wrong-suffix]" in result.err) == (2, True)
    ledger.ok("export", "table", tmp_path / "月报.xlsx", "-o", tmp_path / "已填.xlsx")


@pytest.mark.parametrize("words", [["weekly"], ["dossier", "1.2"]])
def test_a_report_that_is_printed_as_json_is_written_too_if_a_file_is_named(
    ledger: LedgerOnDisk, tmp_path: Path, words: list[str]
) -> None:
    usual = ledger.ok("report", *words, "--json")
    assert ledger.ok("report", *words, "--json", "-f", "md", "-o", tmp_path / "a.md") == usual
    assert json.loads(usual)
    assert (tmp_path / "a.md").read_text(encoding="utf-8") == ledger.ok("report", *words, "-f", "md")


@pytest.mark.parametrize("words", [each[0] for each in ONE_FORM], ids=str)
def test_the_folder_of_the_ledger_is_no_file_to_write(ledger: LedgerOnDisk, words: list[str]) -> None:
    for place in (".", str(ledger.root)):
        result = ledger.run(*words, place)
        assert result.code in {1, 3}
        assert re.search(r"^error\[(not-written|output-place)\]: ", result.err, re.MULTILINE), result.err


@pytest.mark.parametrize(("words", "form"), [(words, form) for words, form, _other in ONE_FORM], ids=str)
def test_a_folder_that_is_not_there_is_told_before_any_work(
    ledger: LedgerOnDisk, words: list[str], form: str
) -> None:
    ledger.write(ledger.path("1.2"), ledger.read("1.2").replace("规划科", "规化科"))
    result = ledger.run(*words, f"nowhere/a.{form}")
    assert (result.code, result.out) == (3, "")
    assert result.err.startswith("error["), "reading the ledger would have found the wrong name"
    assert "unknown-office" not in result.err


def test_a_refusal_warns_of_nothing_in_a_document_that_is_not_made(ledger: LedgerOnDisk) -> None:
    ledger.write("templates/notice.txt.j2", "own")
    assert "警告" in ledger.run("notice").err
    for place in (".git/a.txt", "data/a.txt", "nowhere/a.txt"):
        result = ledger.run("notice", "-o", place)
        assert result.code in {1, 3}
        assert result.err.startswith("error["), result.err


PASSED_OVER = [
    (["export", "table", "-o", "空表.xlsx"], ["--form", "月报"]),
    (["import", "table", "台账.csv"], ["--organisation", "某局党组"]),
    (["init", "--ask"], ["--example"]),
]
"""Commands with an option that would have no effect on them."""


@pytest.mark.parametrize(("words", "option"), PASSED_OVER, ids=str)
def test_an_option_that_would_be_passed_over_is_refused(
    ledger: LedgerOnDisk, words: list[str], option: list[str]
) -> None:
    ledger.write("台账.csv", "问题,整改措施,责任科室\n推进缓慢,完成手续,规划科\n")
    result = ledger.run(*words, *option)
    assert (result.code, "error[usage]" in result.err, option[0] in result.err) == (2, True, True)
    assert ledger.git("status", "--porcelain", "-z") == "?? 台账.csv\0"


def test_a_hint_in_chinese_has_no_english_word_or_comma(ledger: LedgerOnDisk) -> None:
    assert ledger.run("notice", "-o", "data/x.txt").err.endswith("请写另一个文件：-o …\n")
    ledger.ok("account", "add", "王芳", "--role", "manager")
    assert "--role、--office、--leader、--email" in ledger.run("account", "set", "王芳").err


def test_no_region_file_takes_the_place_of_one_that_somebody_has_filled_in(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    plan = tmp_path / "region.yaml"
    plan.write_text("units: []  # 手工分组\n", encoding="utf-8")
    result = ledger.run("rollup", ledger.root, "--init", "-o", plan)
    assert (result.code, result.err.startswith(f"error[output-exists]: {plan} ")) == (1, True)
    assert plan.read_text(encoding="utf-8") == "units: []  # 手工分组\n"


def test_an_anchor_is_kept_only_if_its_page_could_be_written(ledger: LedgerOnDisk) -> None:
    assert ledger.run("audit", "--anchor", "--html", "nowhere/a.html").code == 3
    assert ledger.git("tag") == ""


PRINTED = [
    ["notice"],
    ["report", "weekly", "-f", "html"],
    ["export", "csv"],
    ["export", "json"],
    ["dashboard"],
]


@pytest.mark.parametrize("words", PRINTED, ids=str)
def test_a_dash_is_the_standard_output_as_everywhere(ledger: LedgerOnDisk, words: list[str]) -> None:
    assert ledger.ok(*words, "-o", "-") == ledger.ok(*words)
    assert not (ledger.root / "-").exists()
    ledger.ok(*words, "--output=./-")
    assert (ledger.root / "-").is_file()


@pytest.mark.parametrize("words", ["export xlsx -o", "export rows -o", "calendar -o", "audit --html"])
def test_a_dash_is_no_file_where_one_must_be_named(ledger: LedgerOnDisk, words: str) -> None:
    *command, option = words.split()
    result = ledger.run(*command, option, "-")
    assert (result.code, result.out) == (2, "")
    assert result.err.endswith(f"{option} ./-\n")
    assert not (ledger.root / "-").exists()


@pytest.mark.parametrize(
    "words", ["notice -f MD", "report weekly -f HTML", "rollup . -f Txt", "list --status CLOSED"]
)
def test_a_format_or_word_may_be_typed_in_capitals(ledger: LedgerOnDisk, words: str) -> None:
    *command, word = words.split()
    assert ledger.ok(*command, word) == ledger.ok(*command, word.lower())
