"""Filters of `list`, and `status --at`."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from rich._palettes import EIGHT_BIT_PALETTE

from tests.cli.inside import listed, run_inside, told
from tests.cli.ledgers import CLOCK, all_lights, committed, many
from tests.conftest import LedgerOnDisk, measure, problem
from xuncha.cli import screen

if TYPE_CHECKING:
    from pathlib import Path


def ids(ledger: LedgerOnDisk, *filters: str) -> list[str]:
    """Return the measures that `list` shows, by its JSON, and assert that its table shows the same."""
    import json

    result = run_inside(ledger, "list", *filters, "--json")
    assert (result.code, result.err) == (0, "")
    found = [row["id"] for row in json.loads(result.out)]
    table = run_inside(ledger, "list", *filters).out.splitlines()
    assert [line.split(" ")[0] for line in table[1:]] == found
    return found


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ((), "1.1 1.2 2.1 2.2 2.3 3.1"),
        (("--status", "in_progress"), "1.2 2.3 3.1"),
        (("--status", "not_started"), "1.1"),
        (("--status", "submitted"), "2.1"),
        (("--status", "closed"), "2.2"),
        (("--office", "财务科"), "1.2"),
        (("--office", "办公室"), ""),
        (("--leader", "局长"), "1.2"),
        (("--problem", "2"), "2.1 2.2 2.3"),
        (("--problem", "2", "--status", "in_progress"), "2.3"),
        (("--overdue",), "1.1 1.2"),
        (("--overdue", "--leader", "局长"), "1.2"),
        (("--term", "long_term"), "2.2"),
        (("--term", "once"), "1.1 1.2 2.1 2.3 3.1"),
        (("--due-within", "0d"), "2.1"),
        (("--due-within", "1d"), "2.1 2.3"),
        (("--due-within", "13d"), "2.1 2.3"),
        (("--due-within", "14d"), "2.1 2.3 3.1"),
        (("--due-within", "99999d"), "2.1 2.3 3.1"),
        (("--due-within", "14d", "--overdue"), ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_filters(bare_ledger: LedgerOnDisk, filters: tuple[str, ...], wanted: str) -> None:
    assert ids(all_lights(bare_ledger), *filters) == wanted.split()


def test_a_closed_measure_is_neither_overdue_nor_due(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(bare_ledger.path("2.2"), measure("2.2", "closed", due="2024-06-16"))
    bare_ledger.write(bare_ledger.path("2.3"), measure("2.3", "closed", due="2024-06-01"))
    assert ids(bare_ledger, "--due-within", "14d") == []
    assert ids(bare_ledger, "--overdue") == []


def test_the_tenth_measure_comes_after_the_ninth(bare_ledger: LedgerOnDisk) -> None:
    for number in range(4, 12):
        bare_ledger.write(bare_ledger.path(f"2.{number}"), measure(f"2.{number}", "in_progress"))
    for number in range(4, 12):
        bare_ledger.write(f"data/problems/{number:02d}/problem.yaml", problem(f"问题{number}", "a"))
        bare_ledger.write(bare_ledger.path(f"{number}.1"), measure(f"{number}.1", "in_progress"))
    found = ids(bare_ledger)
    assert found == sorted(found, key=lambda identity: [int(part) for part in identity.split(".")])
    assert found.index("2.10") == found.index("2.9") + 1


def test_a_co_responsible_office_is_not_the_responsible_one(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", "in_progress", co_offices="[财务科]"))
    assert ids(bare_ledger, "--office", "财务科") == []


def test_a_problem_may_be_typed_full_width(bare_ledger: LedgerOnDisk) -> None:
    assert ids(bare_ledger, "--problem", "２") == ["2.1", "2.2", "2.3"]
    assert run_inside(bare_ledger, "show", "２．３").out.startswith("2.3 ")
    assert run_inside(bare_ledger, "show", "2。3").out.startswith("2.3 ")


def test_a_measure_where_a_problem_is_asked_for_is_told(bare_ledger: LedgerOnDisk) -> None:
    """`--problem 2.3` must not silently list all of problem 2."""
    result = run_inside(bare_ledger, "list", "--problem", "2.3")
    assert result.code in {1, 2}
    assert result.err.startswith("error[")


# ---------------------------------------------------------------- status --at


@pytest.fixture
def aged(bare_ledger: LedgerOnDisk) -> LedgerOnDisk:
    """Make a ledger with a past: made on 1 March, 1.2 closed on 10 April, 3.1 on 20 May."""
    for identity in ("2.2", "2.3"):
        bare_ledger.write(bare_ledger.path(identity), measure(identity, "in_progress"))
    bare_ledger.environment |= CLOCK | {
        name: "2024-03-01T09:00:00+08:00" for name in CLOCK if name.startswith("GIT")
    }
    committed_at = bare_ledger.environment.copy()
    bare_ledger.git("init", "-q")
    bare_ledger.commit("start")
    for identity, day in (("1.2", "2024-04-10"), ("3.1", "2024-05-20")):
        bare_ledger.environment |= {
            name: f"{day}T23:30:00+08:00"
            for name in committed_at
            if name.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))
        }
        run_inside(bare_ledger, "close", identity, "--today", day)
    return bare_ledger


def at(ledger: LedgerOnDisk, moment: str) -> tuple[str, int, int, int]:
    """Return the day, and how many measures were closed, in progress and overdue then."""
    import json

    result = run_inside(ledger, "--today", "2025-06-02", "status", "--at", moment, "--json")
    assert (result.code, result.err) == (0, "")
    shown = json.loads(result.out)
    return shown["as_of"], *(shown["measures"][key] for key in ("closed", "in_progress", "overdue"))


@pytest.mark.parametrize(
    ("moment", "wanted"),
    [
        ("2024-03-01", ("2024-03-01", 0, 4, 0)),
        ("2024-04-09", ("2024-04-09", 0, 4, 0)),
        ("2024-04-10", ("2024-04-10", 1, 3, 0)),
        ("2024-05-19", ("2024-05-19", 1, 3, 0)),
        ("2024-05-20", ("2024-05-20", 2, 2, 0)),
        ("2025-06-01", ("2025-06-01", 2, 2, 4)),
        ("HEAD", ("2024-05-20", 2, 2, 0)),
        ("HEAD~1", ("2024-04-10", 1, 3, 0)),
        ("HEAD~2", ("2024-03-01", 0, 4, 0)),
        ("main", ("2024-05-20", 2, 2, 0)),
    ],
)
def test_as_it_stood_on_a_day_or_at_a_revision(
    aged: LedgerOnDisk, moment: str, wanted: tuple[str, int, int, int]
) -> None:
    assert at(aged, moment) == wanted


def test_a_tag_and_an_abbreviated_commit_are_revisions_too(aged: LedgerOnDisk) -> None:
    aged.git("tag", "v1", "HEAD~1")
    assert at(aged, "v1") == ("2024-04-10", 1, 3, 0)
    assert at(aged, aged.git("rev-parse", "--short", "HEAD~1").strip()) == ("2024-04-10", 1, 3, 0)


def test_the_working_tree_does_not_change_the_past(aged: LedgerOnDisk) -> None:
    before = at(aged, "HEAD~1")
    for path in (aged.root / "data/problems/02").iterdir():
        path.unlink()
    aged.write("data/ledger.yaml", "not: a ledger\n")
    assert at(aged, "HEAD~1") == before


def test_looking_back_changes_nothing(aged: LedgerOnDisk) -> None:
    head = aged.git("rev-parse", "HEAD")
    at(aged, "HEAD~2")
    assert aged.clean()
    assert aged.git("rev-parse", "HEAD") == head


@pytest.mark.parametrize(
    "moment",
    [
        "2024-02-29",
        "HEAD~99",
        "nosuch",
        "--help",
        "-1",
        "HEAD:data/ledger.yaml",
        "^HEAD",
        "HEAD..HEAD~1",
    ],
)
def test_a_moment_that_history_does_not_know_is_refused(aged: LedgerOnDisk, moment: str) -> None:
    result = run_inside(aged, "status", f"--at={moment}")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("error[no-such-moment]: ")


def test_a_past_that_broke_rules_is_told(aged: LedgerOnDisk) -> None:
    aged.write(aged.path("1.1"), measure("1.1", "in_progress", office="规化科"))
    aged.commit("broken")
    aged.write(aged.path("1.1"), measure("1.1", "in_progress"))
    aged.commit("mended")
    result = run_inside(aged, "status", "--at", "HEAD~1")
    assert (result.code, result.out) == (1, "")
    assert "data/problems/01/1.1.yaml:5:9: error[unknown-office]" in result.err


def test_a_ledger_in_a_folder_of_its_repository_has_a_past_too(
    bare_ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    outer = LedgerOnDisk(tmp_path, {**bare_ledger.environment, **CLOCK})
    outer.git("init", "-q")
    outer.commit("start")
    assert at(bare_ledger, "HEAD")[1:] == (2, 2, 0)


def test_evidence_is_read_out_of_the_past_as_well(aged: LedgerOnDisk) -> None:
    aged.write("file.txt", "同意。")
    assert run_inside(aged, "attach", "2.2", "file.txt").code == 0
    (aged.root / "data/evidence/2.2/file.txt").unlink()
    assert run_inside(aged, "status").code == 1
    assert at(aged, "HEAD")[1] == 2


def _brightness(number: int) -> float:
    """Return the relative luminance of one of the 256 colours of a terminal, as WCAG defines it."""
    red, green, blue = (
        (part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4)
        for part in EIGHT_BIT_PALETTE[number]
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("name", "shade"), screen._SHADES.items())
def test_every_colour_is_seen_on_white_and_on_black(name: str, shade: int) -> None:
    brightness = _brightness(shade)
    assert 1.05 / (brightness + 0.05) > 3, f"{name} on white"
    assert (brightness + 0.05) / 0.05 > 3, f"{name} on black"


def test_an_empty_ledger_is_told_how_to_begin_wherever_nothing_is_shown(bare_ledger: LedgerOnDisk) -> None:
    shutil.rmtree(bare_ledger.root / "data/problems")
    bare_ledger.git("init", "-q")
    bare_ledger.commit()
    for command in ("todo", "list", "status"):
        assert "xuncha add problem" in told(bare_ledger, command)
    bare_ledger.ok("add", "problem", "某问题")
    for command in ("todo", "list", "status"):
        assert "xuncha add measure 1" in told(bare_ledger, command)


def test_each_of_many_measures_that_one_commit_changed_by_hand_has_a_row_of_its_own(
    bare_ledger: LedgerOnDisk,
) -> None:
    ledger = committed(many(bare_ledger, 30))
    for number in range(1, 31):
        ledger.write(ledger.path(f"{number}.1"), measure(f"{number}.1", "closed"))
    run_inside(ledger, "edit")
    assert "修改 30.1" in told(ledger, "log")
    assert "等30项" not in told(ledger, "log", "30.1")


def test_an_import_is_one_row_of_the_log_with_the_number_of_its_records(ledger: LedgerOnDisk) -> None:
    ledger.ok("export", "csv", "-o", "../台账.csv")
    new = ledger.root.parent / "新台账"
    ledger.ok("import", "table", "../台账.csv", new)
    rows = [line for line in told(ledger, "--ledger", str(new), "log").splitlines() if "导入" in line]
    assert [row.split("  ")[-1] for row in rows] == ["导入 台账.csv（9 条记录）"]
    assert len(listed(ledger, "--ledger", str(new), "log")) == 9, "programs are given each record"
    assert "条记录" not in told(ledger, "--ledger", str(new), "log", "1.1")
    assert "导入 台账.csv (4 records)" in told(ledger, "--lang", "en", "--ledger", str(new), "log", "2")


def test_each_of_several_things_that_were_taken_back_at_once_has_a_row_of_its_own(
    ledger: LedgerOnDisk,
) -> None:
    ledger.ok("start", "1.1")
    ledger.ok("submit", "1.2")
    ledger.ok("undo", "2")
    rows = [line for line in told(ledger, "log").splitlines() if "撤回" in line]
    assert ["启动 1.1" in row for row in rows] == [False, True]
    assert ["申请销号 1.2" in row for row in rows] == [True, False]
