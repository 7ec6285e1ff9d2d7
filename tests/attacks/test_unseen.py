"""Invisible text does not count as content, and hidden rows are reported."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.attacks.test_papers import code, sheet_of, understood, with_sheet
from tests.conftest import measure
from tests.exchange.sheet.test_hostile import HEADS, LINE
from tests.workflow.surroundings import snapshot
from xuncha.exchange.notice import draft_of as draft_of_notice
from xuncha.pages import lines
from xuncha.reading.reading import read
from xuncha.store.files import WorkingTree
from xuncha.store.loading import check

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

UNSEEN = [
    "\u200b", "\u200c\u200d", "\u2060", "\u2061", "\u2065", "\u00ad", "\u034f", "\u115f", "\u1160", "\u3164", "\uffa0", "\u2800", "\u17b4", "\U00016fe4",
    "\U0001bca0", "\U0001d173", "\u180b", "\u180e", "\u0301", "\ufe0f", "\U000e0fff", "\ue000", "\U00100000", "\u0378", "\ufdd0", "\U0010ffff", "\u200b \u3000\u2800",
]  # fmt: skip


# ---- texts


@pytest.mark.parametrize("text", UNSEEN, ids=ascii)
def test_a_text_of_which_nothing_is_seen_is_empty(ledger: LedgerOnDisk, text: str) -> None:
    before = snapshot(ledger)
    for command in (
        ("progress", "1.2", text),
        ("add", "problem", text, "--category", "a"),
        ("close", "1.2", "--note", text),
        ("set", "1.2", "--title", text),
        ("comment", "add", text, "--channel", "phone"),
    ):
        result = ledger.run(*command)
        assert (result.code, result.err.startswith("error[empty-text]")) == (2, True), (command, result.err)
    assert (snapshot(ledger), ledger.commits()) == (before, 1)


@pytest.mark.parametrize("text", UNSEEN, ids=ascii)
def test_a_record_of_which_nothing_is_seen_is_empty(bare_ledger: LedgerOnDisk, text: str) -> None:
    """Written by hand, by its number too."""
    written = "".join(rf"\U{ord(each):08X}" for each in text)
    for key, value in (("title", f'"{written}"'), ("progress", f'[{{date: 2024-03-01, text: "{written}"}}]')):
        bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", **{key: value}))
        assert [each.code for each in check(WorkingTree(bare_ledger.root))] == ["empty-text"], key


@pytest.mark.parametrize("text", ["\u200b", "\u2060", "\u00ad", "\u3164", "\U0001bca0", "\ufdd0", "\U000e0fff", "\U00050000"], ids=ascii)  # fmt: skip
def test_what_is_ignorable_stands_in_no_text(ledger: LedgerOnDisk, text: str) -> None:
    result = ledger.run("progress", "1.2", f"甲{text}乙")
    assert (result.code, f"U+{ord(text):04X}" in result.err) == (1, True), result.err


def test_what_is_ignorable_stands_in_no_key_of_a_field(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", fields='{"甲\u200b": 1}'))
    (finding,) = check(WorkingTree(bare_ledger.root))
    assert (finding.code, "U+200B" in finding.message) == ("control-character", True)


@pytest.mark.parametrize("text", ["𠮷", "张\ue000", "👨\u200d👩\u200d👧", "✔️ 完成", "می\u200cخواهم", "ᠨ\u180bᠠ", "e\u0301"], ids=ascii)  # fmt: skip
def test_what_people_write_stays(ledger: LedgerOnDisk, text: str) -> None:
    ledger.ok("progress", "1.2", text)


def test_what_nobody_sees_of_a_document_is_left_out_and_parts_no_word(tmp_path: Path) -> None:
    path = tmp_path / "通报.txt"
    path.write_text("中共某市水务局党组关于巡察整改进展情况的通报\n（一）关于落实上级决策部署方面\n1.重点\u200b工程\u00ad推进缓慢\n一是完成\u2060前期手续。\n", encoding="utf-8")  # fmt: skip
    draft = draft_of_notice(read(lines(path)), str(path), date(2026, 11, 28))
    (problem,) = draft.problems
    assert problem.record["title"] == "重点工程推进缓慢"
    assert "完成前期手续" in problem.measures[0].record["title"]
    assert lines(path).lines[2].place(4) == (3, 6)


@pytest.mark.parametrize("text", ["\u200b", "\u2800", "\u3164"])
def test_a_cell_of_which_nothing_is_seen_is_empty(text: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    sheet_of(path, HEADS, LINE, [text] * len(HEADS), [2, "制度\u200b不全", *LINE[2:]])
    draft = understood(path)
    assert [problem.record["title"] for problem in draft.problems] == ["学习不够深入", "制度不全"]


# ---- rows

ROWS = [f"{n},{what}问题,{what}措施,局长,办公室,2026-12-31,推进中" for n, what in enumerate("甲乙丙丁", 1)]


def csv_of(path: Path, *rows: str, end: str = "\n") -> Path:
    path.write_text(
        end.join(["序号,问题,整改措施,责任领导,责任科室,整改时限,完成情况", *rows]) + end,
        encoding="utf-8",
        newline="",
    )
    return path


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("opened", [{1}, {1, 2}, {1, 2, 3}, {3}, {0, 3}], ids=str)
def test_a_quote_that_is_not_closed_swallows_no_rows(opened: set[int], end: str, tmp_path: Path) -> None:
    rows = [each.replace(",", ',"', 1) if n in opened else each for n, each in enumerate(ROWS)]
    path = csv_of(tmp_path / "a.csv", *rows, end=end)
    assert code(path) == "damaged-file"
    path.write_text(path.read_text("utf-8").rstrip(), encoding="utf-8")
    assert code(path) == "damaged-file"


def test_quotes_that_are_closed_are_read(tmp_path: Path) -> None:
    """Over several lines, doubled, or within a cell of one line, as some programs write them."""
    rows = ['1,"甲""问题""\n第二行",甲措施,局长,办公室,2026-12-31,推进中', '2,"三重一大"制度不全,乙措施,局长,办公室,2026-12-31,推进中']  # fmt: skip
    draft = understood(csv_of(tmp_path / "a.csv", *rows, *ROWS[2:]))
    assert len(draft.problems) == 4
    assert '甲"问题"' in draft.problems[0].record["title"]


def test_the_row_of_the_quote_is_named(ledger: LedgerOnDisk) -> None:
    csv_of(ledger.root / "../表.csv", *[each.replace(",", ',"', 1) if n == 1 else each for n, each in enumerate(ROWS)])  # fmt: skip
    result = ledger.run("import", "table", "../表.csv", "--dry-run")
    assert (result.code, "第 3 行" in result.err) == (1, True), result.err


@pytest.mark.parametrize(("old", "new"), [('<row r="2"', '<row r="1"'), ("</c><c t", '</c><c r="A1" t')])
def test_a_row_or_a_cell_that_is_there_twice_is_damage(old: str, new: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with_sheet(path, old, new)
    assert code(path) == "damaged-file"


# ---- files that git was told to overlook


@pytest.mark.parametrize("where", [".gitignore", ".git/info/exclude"])
def test_evidence_is_kept_whatever_git_ignores(ledger: LedgerOnDisk, where: str) -> None:
    ledger.write(where, "*.pdf\ndata/comments\n")
    ledger.write("../评审.pdf", "%PDF-1.4 甲")
    ledger.ok("attach", "1.2", "../评审.pdf")
    ledger.ok("comment", "add", "甲", "--channel", "phone")
    kept = ledger.git("-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", "HEAD")
    assert "data/evidence/1.2/评审.pdf" in kept
    assert "data/comments/001.yaml" in kept
    ledger.write("data/evidence/1.2/手工.pdf", "%PDF-1.4 乙")
    ledger.write("data/evidence/1.2/Thumbs.db", "缩略图")
    ledger.write(".git/info/exclude", "*.pdf\nThumbs.db\n")
    ledger.ok("edit")
    kept = ledger.git("-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", "HEAD")
    assert "data/evidence/1.2/手工.pdf" in kept
    assert "Thumbs.db" not in kept


# ---- days and names


@pytest.mark.parametrize("typed", ["2099-01-01", "2099/1/1", "20990101", "2099年1月1日"])
def test_nothing_stood_on_a_day_to_come(ledger: LedgerOnDisk, typed: str) -> None:
    for command in (("status",), ("notice",), ("list",)):
        result = ledger.run(*command, "--at", typed)
        assert (result.code, "error[day-to-come]" in result.err) == (1, True), (command, result.err)


def test_one_reader_of_days_for_all_that_ask_for_one(ledger: LedgerOnDisk) -> None:
    said = ledger.git("log", "-1", "--format=%cs").strip()
    year, month, day = said.split("-")
    for typed in (
        said,
        f"{year}/{month}/{day}",
        f"{year}{month}{day}",
        f"{year}年{int(month)}月{int(day)}日",
    ):
        assert ledger.json("--today", "2099-01-01", "status", "--at", typed)["measures"]["total"] == 6, typed
        assert ledger.json("audit", "--since", typed) == [], typed


@pytest.mark.parametrize(
    "command",
    [
        ("progress", "1.2", "甲", "--date", "0001-01-01"),
        ("comment", "add", "甲", "--channel", "phone", "--received", "1024-04-18"),
        ("set", "1.2", "--due", "0024-04-18"),
        ("status", "--at", "0001-01-01"),
        ("--today", "0001-01-01", "status"),
    ],
)
def test_a_year_that_no_office_can_mean_is_a_slip(ledger: LedgerOnDisk, command: tuple[str, ...]) -> None:
    result = ledger.run(*command)
    assert (result.code, "error[bad-date]" in result.err) == (2, True), result.err


@pytest.mark.parametrize("name", ["COM1", "nul", "con.x", "-x", "--help", "月\u200b报", ".x", "a/b"])
def test_a_form_has_a_name_that_every_system_holds_and_no_option(ledger: LedgerOnDisk, name: str) -> None:
    csv_of(ledger.root / "../表.csv", *ROWS)
    result = ledger.run("import", "table", "../表.csv", "--dry-run", f"--save-form={name}")
    assert (result.code, "error[bad-name]" in result.err) == (1, True), result.err
    assert not (ledger.root / "data/forms").exists()
