"""Import into an existing ledger: rows are matched by number or title, changes are shown, and other data is kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook, load_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

HEADS = ["序号", "问题", "整改措施", "责任领导", "责任科室", "整改时限", "进展情况", "完成情况"]


def sheet_of(path: Path, *lines: list[Any], heads: list[str] | None = None) -> Path:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(heads or HEADS)
    for line in lines:
        sheet.append(line)
    book.save(path)
    return path


def test_what_differs_is_changed_and_no_other_byte(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    before = ledger.read("1.2")
    path = sheet_of(
        tmp_path / "a.xlsx",
        [1, "学习不够深入", "做好1.2号工作", "局长", "规划科", "2025年1月31日", "新的进展。", "正在推进"],
    )
    out = ledger.ok("import", "table", path)
    after = ledger.read("1.2")
    assert "1.2 整改时限 2024-12-31 → 2025-01-31" in out
    changed = set(after.splitlines()) ^ set(before.splitlines())
    assert {line.split(":")[0].strip(" -") for line in changed} == {"leader", "due", "text"}
    assert "'做好1.2号工作'   # 行尾说明" in after
    assert ledger.clean()
    assert ledger.git("log", "-1", "--format=%s").strip() == "导入 a.xlsx"
    assert "Xuncha-Id: 1.2" in ledger.git("log", "-1", "--format=%B")


def test_what_the_sheet_does_not_mention_stays(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    others = {identity: ledger.read(identity) for identity in ("1.1", "2.1", "2.2", "2.3", "3.1")}
    ledger.ok(
        "import",
        "table",
        sheet_of(tmp_path / "a.xlsx", [1, "学习不够深入", "做好1.2号工作", "局长", "规划科"]),
    )
    assert {identity: ledger.read(identity) for identity in others} == others


def test_the_same_again_changes_nothing(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    path = sheet_of(
        tmp_path / "a.xlsx",
        [
            1,
            "学习不够深入",
            "做好1.2号工作",
            "局长、分管副局长",
            "规划科",
            "长期坚持",
            "新的进展。",
            "正在推进",
        ],
        [2, "新的问题", "新的措施", "新来的人", "新的科室", "待定", None, "已完成"],
    )
    ledger.ok("import", "table", path)
    commits = ledger.commits()
    out = ledger.ok("import", "table", path)
    assert ledger.commits() == commits
    assert "没有改动" in out


def test_new_problems_measures_names_and_categories_are_entered(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    heads = ["方面", *HEADS]
    path = sheet_of(
        tmp_path / "a.xlsx",
        [
            "关于学习贯彻方面",
            1,
            "学习不够深入",
            "新的措施",
            "新来的人",
            "新的科室",
            "2024-12-31",
            None,
            "未启动",
        ],
        ["关于制度方面", 9, "制度不健全", "健全制度", "局长", "办公室", "2024-12-31", None, None],
        heads=heads,
    )
    assert "新来的人" in ledger.ok("import", "table", path, "--dry-run")
    ledger.ok("import", "table", path, "--new")
    ledger.ok("validate")
    assert ledger.json("show", "1.3")["leader"] == "新来的人"
    assert ledger.json("show", "4")["title"] == "制度不健全"
    text = (ledger.root / "data/ledger.yaml").read_text(encoding="utf-8")
    assert "leaders: [局长, 分管副局长, 新来的人]" in text
    assert "offices: [办公室, 规划科, 财务科, 新的科室]" in text
    assert "title: 关于制度方面" in text
    assert text.startswith("# 台账\n")


def test_a_status_moves_on_and_never_back(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    path = sheet_of(
        tmp_path / "a.xlsx",
        [1, "学习不够深入", "做好1.2号工作", None, None, None, None, "已完成"],
        [2, "推进不够有力", "做好2.2号工作", None, None, None, None, "正在推进"],
        [None, None, "做好2.1号工作", None, None, None, None, "正在推进"],
    )
    found = json.loads(ledger.ok("import", "table", path, "--json"))
    assert ledger.json("show", "1.2")["status"] == "closed"
    assert ledger.json("show", "2.2")["status"] == "closed"
    assert ledger.json("show", "2.1")["status"] == "submitted"
    assert any("已销号" in doubt["message"] for doubt in found["doubts"])
    assert "Xuncha-From: in_progress\nXuncha-To: closed" in ledger.git("log", "-1", "--format=%B")


def test_a_dry_run_writes_nothing_and_shows_it_all(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    path = sheet_of(
        tmp_path / "a.xlsx",
        [1, "学习不够深入", "做好1.2号工作", "局长", "规划科", "立行立改", None, "八成了"],
        heads=[*HEADS[:-1], "是否完成"],
    )
    commits = ledger.commits()
    out = ledger.ok("import", "table", path, "--dry-run")
    assert (ledger.commits(), ledger.clean()) == (commits, True)
    for text in ("measure 整改措施", "H2", "八成了", "1.2 任务类型"):
        assert text in out
    found = json.loads(ledger.ok("import", "table", path, "--dry-run", "--json"))
    assert found["written"] is False
    assert list(found["form"]["columns"].values()) == [
        "number", "problem", "measure", "leader", "office", "due", "progress", "state",
    ]  # fmt: skip


def test_what_was_shown_is_taken_in_and_nothing_else(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    path = tmp_path / "月报.csv"
    path.write_text(
        "序号,存在问题,整改举措,牵头领导,承办科室,完成时间,目前情况\n"
        "1,学习不够深入,做好1.1号工作,分管副局长,规划科,2024年12月31日,已经开了两次会\n",
        encoding="utf-8",
    )
    shown = json.loads(ledger.ok("import", "table", path, "--dry-run", "--json"))
    ledger.ok("start", "1.1")
    refused = ledger.run("import", "table", path, "--as-shown", shown["digest"])
    assert (refused.code, "changed-meanwhile" in refused.err) == (1, True)
    assert ledger.commits() == 2
    shown = json.loads(ledger.ok("import", "table", path, "--dry-run", "--json"))
    ledger.ok("progress", "2.1", "与此无关")
    ledger.ok("import", "table", path, "--as-shown", shown["digest"])
    assert ledger.commits() == 4


def test_a_new_ledger_is_made_as_it_was_shown_or_not_at_all(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    path = sheet_of(tmp_path / "a.xlsx", [1, "公车管理松懈", "封存车辆", "局长", "办公室", "2024-12-31"])
    shown = json.loads(ledger.ok("import", "table", path, tmp_path / "new", "--dry-run", "--json"))
    sheet_of(path, [1, "公车管理松懈", "封存全部车辆", "局长", "办公室", "2024-12-31"])
    words = ("import", "table", path, tmp_path / "new", "--as-shown")
    refused = ledger.run(*words, shown["digest"])
    assert ("changed-meanwhile" in refused.err, (tmp_path / "new").exists()) == (True, False)
    shown = json.loads(ledger.ok("import", "table", path, tmp_path / "new", "--dry-run", "--json"))
    ledger.ok(*words, shown["digest"])


def test_a_number_alone_is_not_enough(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    """An office numbers the rows of each sheet afresh."""
    ledger.ok(
        "import",
        "table",
        sheet_of(tmp_path / "a.xlsx", [1, "公车管理松懈", "封存车辆", "局长", "办公室", "2024-12-31"]),
    )
    assert ledger.json("show", "1")["title"] == "学习不够深入"
    assert ledger.json("show", "4")["title"] == "公车管理松懈"


def test_an_exported_ledger_that_someone_has_changed_comes_back_as_those_changes(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    path = tmp_path / "台账.xlsx"
    ledger.ok("export", "xlsx", "-o", path)
    book = load_workbook(path)
    sheet = book["整改台账"]
    rows = {sheet.cell(row, 4).value: row for row in range(4, sheet.max_row + 1)}
    columns = {sheet.cell(3, column).value: column for column in range(1, sheet.max_column + 1)}
    sheet.cell(rows["1.1"], columns["整改措施"]).value = "改过的措施"
    sheet.cell(rows["1.2"], columns["完成情况"]).value = "已销号"
    sheet.cell(rows["1.2"], columns["进展情况"]).value += "\n2024年6月1日：又有进展。"  # type: ignore[operator]
    book.save(path)
    before = {identity: ledger.read(identity) for identity in ("2.1", "2.2", "2.3", "3.1")}
    ledger.ok("import", "table", path)
    assert ledger.json("show", "1.1")["title"] == "改过的措施"
    shown = ledger.json("show", "1.2")
    assert shown["status"] == "closed"
    assert [entry["text"] for entry in shown["progress"]] == ["1.2号工作已经开展。", "又有进展。"]
    assert {identity: ledger.read(identity) for identity in before} == before
    assert ledger.git("diff", "--name-only", "HEAD~1").split() == [ledger.path("1.1"), ledger.path("1.2")]


def test_a_ledger_with_uncommitted_changes_is_not_mixed_into(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    ledger.write(ledger.path("1.2"), ledger.read("1.2") + "# 手工\n")
    done = ledger.run(
        "import",
        "table",
        sheet_of(tmp_path / "a.xlsx", [1, "学习不够深入", "做好1.2号工作", "局长", "规划科"]),
    )
    assert (done.code, "error[uncommitted]" in done.err) == (1, True)


def test_a_new_folder_becomes_a_ledger_in_one_commit(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    path = sheet_of(tmp_path / "a.xlsx", [1, "公车管理松懈", "封存车辆", "局长", "办公室", "2024-12-31"])
    new = tmp_path / "新台账"
    ledger.ok("import", "table", path, new, "--feedback", "2024-01-05", "--organisation", "中共某局党组")
    ledger.ok("--ledger", new, "validate")
    assert ledger.json("--ledger", new, "status")["organisation"] == "中共某局党组"
    log = ledger.git("-C", str(new), "log", "--format=%s")
    assert log.strip() == "导入 a.xlsx"
    assert (new / ".gitattributes").exists()


def test_without_a_ledger_a_folder_must_be_named(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    path = sheet_of(tmp_path / "a.xlsx", [1, "公车管理松懈", "封存车辆", "局长", "办公室", "2024-12-31"])
    ledger.root = tmp_path
    done = ledger.run("import", "table", path)
    assert done.code == 3
    assert "xuncha import table 文件" in done.err


def test_a_field_that_was_changed_or_emptied_in_the_exported_workbook_counts(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    ledger.ok("set", "1.2", "2.1", "--field", "risk=高")
    path = tmp_path / "台账.xlsx"
    ledger.ok("export", "xlsx", "-o", path)
    assert "没有改动" in ledger.ok("import", "table", path)
    book = load_workbook(path)
    sheet: Any = book["整改台账"]
    heads = {cell.value: cell.column for cell in sheet[3]}
    rows = {sheet.cell(row, heads["编号"]).value: row for row in range(4, sheet.max_row + 1)}
    sheet.cell(rows["1.2"], heads["风险等级"]).value = "低"
    book.save(path)
    ledger.ok("import", "table", path)
    assert ledger.json("show", "1.2")["fields"] == {"risk": "低"}
    assert ledger.json("show", "2.1")["fields"] == {"risk": "高"}


@pytest.mark.parametrize(
    "broken", ['{"title": "甲", "status": "closed", "fields": 7}', "[" * 9999, "甲", "", 7]
)
def test_a_technical_sheet_that_somebody_has_broken_is_a_doubt(
    ledger: LedgerOnDisk, tmp_path: Path, broken: object
) -> None:
    path = tmp_path / "台账.xlsx"
    ledger.ok("export", "xlsx", "-o", path)
    book = load_workbook(path)
    sheet: Any = book["补充信息"]
    for row in range(2, sheet.max_row + 1):
        if sheet.cell(row, 1).value in {"台账", "1", "1.2"}:
            sheet.cell(row, 2).value = broken
    book.save(path)
    result = ledger.run("import", "table", path, "--dry-run")
    assert result.code == 0
    assert result.out.count("补充信息") == 3


def test_without_the_technical_sheet_our_sums_and_lists_are_not_read_as_problems(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    path = tmp_path / "台账.xlsx"
    ledger.ok("export", "xlsx", "-o", path)
    book = load_workbook(path)
    del book["补充信息"]
    book.save(path)
    changes = json.loads(ledger.ok("import", "table", path, "--dry-run", "--json"))
    assert (changes["added"], len(changes["problems"])) == ([], 3)


def test_a_dry_run_asks_git_for_no_name(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    path = sheet_of(tmp_path / "a.xlsx", [1, "学习不够深入", "做好1.2号工作", "局长", "规划科"])
    nobody = {"GIT_CONFIG_GLOBAL": "/dev/null", "HOME": str(tmp_path)}
    assert ledger.run("import", "table", path, "--dry-run", **nobody).code == 0
    assert "no-user" in ledger.run("import", "table", path, **nobody).err


def test_a_closing_by_import_is_signed_where_the_policy_asks_for_it(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    text = (ledger.root / "data/ledger.yaml").read_text(encoding="utf-8")
    ledger.write(
        "data/ledger.yaml", text.replace("close_requires: [progress]", "close_requires: [signed_commit]")
    )
    ledger.commit()
    ledger.git("config", "gpg.program", "false")
    path = sheet_of(
        tmp_path / "a.xlsx", [1, "学习不够深入", "做好1.2号工作", None, None, None, None, "已完成"]
    )
    result = ledger.run("import", "table", path)
    assert result.code != 0
    assert ledger.json("show", "1.2")["status"] == "in_progress"


def test_our_own_workbook_fills_an_empty_ledger(bare_ledger: LedgerOnDisk, tmp_path: Path) -> None:
    """Its categories, outcomes and fields are not known there yet, as little as its names."""
    example, empty = tmp_path / "example", tmp_path / "empty"
    bare_ledger.ok("init", example, "--example")
    bare_ledger.ok("--ledger", example, "export", "xlsx", "-o", tmp_path / "a.xlsx")
    bare_ledger.ok("init", empty)
    bare_ledger.ok("--ledger", empty, "import", "table", tmp_path / "a.xlsx")
    listed = [json.loads(bare_ledger.ok("--ledger", each, "list", "--json")) for each in (example, empty)]
    assert listed[0] == listed[1]


@pytest.mark.parametrize("kind", ["xlsx", "table", "csv"])
def test_a_problem_without_a_category_does_not_take_that_of_the_rows_above(
    ledger: LedgerOnDisk, tmp_path: Path, kind: str
) -> None:
    path = ledger.root / "data/problems/03/problem.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("category: b\n", ""), encoding="utf-8")
    ledger.commit()
    table = tmp_path / f"a.{kind.replace('table', 'xlsx')}"
    ledger.ok("export", kind, "-o", table)
    assert ledger.json("import", "table", table, "--dry-run")["differences"] == []


def test_a_dry_run_lists_the_measures_that_would_be_added(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    path = sheet_of(
        tmp_path / "a.xlsx", [1, "学习不够深入", "新的工作", "局长", "规划科", "长期坚持", None, "推进中"]
    )
    out = ledger.ok("import", "table", path, "--dry-run", "--lang", "zh")
    [row] = [line.split() for line in out.splitlines() if "新的工作" in line]
    assert row[1:] == ["新的工作", "规划科", "长期坚持", "推进中"]
    assert ledger.json("list", "新的工作") == []
