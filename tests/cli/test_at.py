"""`--at`: each command shows the commit's state, with its settings and templates."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.inside import run_inside
from tests.conftest import LEDGER, LedgerOnDisk, measure
from tests.notice.test_own_word_file import MARKS, word
from tests.paper.files import paragraphs

if TYPE_CHECKING:
    from pathlib import Path

OLD, NEW = "2024-03-01", "2024-06-10"


def commit_on(ledger: LedgerOnDisk, day: str) -> None:
    """Commit all at noon of a day."""
    moment = f"{day}T12:00:00+08:00"
    ledger.environment |= {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment, "TZ": "Asia/Shanghai"}
    ledger.commit()


@pytest.fixture(params=["top", "folder"])
def aged(bare_ledger: LedgerOnDisk, request: pytest.FixtureRequest) -> LedgerOnDisk:
    """Make a ledger with two states, at the top of its repository or in a folder: measures, settings and template differ."""
    top = bare_ledger.root if request.param == "top" else bare_ledger.root.parent
    bare_ledger.git("init", "-q", str(top))
    bare_ledger.write(
        "templates/notice.txt.j2", "旧模板：{{ notice.title }}，已完成{{ notice.counts.measures_done }}条\n"
    )
    commit_on(bare_ledger, OLD)
    bare_ledger.write(bare_ledger.path("1.2"), measure("1.2", "closed"))
    bare_ledger.write("data/ledger.yaml", LEDGER.replace("进展情况的通报", "情况的新通报"))
    bare_ledger.write(
        "templates/notice.txt.j2", "新模板：{{ notice.title }}，已完成{{ notice.counts.measures_done }}条\n"
    )
    commit_on(bare_ledger, NEW)
    return bare_ledger


def shown(ledger: LedgerOnDisk, *arguments: str) -> str:
    """Run a command that must succeed, and return what it prints; it may only add that a template of the ledger is used."""
    result = run_inside(ledger, *arguments)
    others = [line for line in result.err.splitlines() if "用台账自己的 templates/" not in line]
    assert (result.code, others) == (0, [])
    return result.out


@pytest.mark.parametrize("moment", [OLD, "2024-06-09", "HEAD~1"])
def test_a_notice_of_then_has_the_settings_the_counts_and_the_template_of_then(
    aged: LedgerOnDisk, moment: str
) -> None:
    assert (
        shown(aged, "notice", "--at", moment)
        == "旧模板：中共某市水务局党组关于巡察整改进展情况的通报，已完成2条\n"
    )
    assert "新模板：中共某市水务局党组关于巡察整改情况的新通报，已完成3条" in shown(aged, "notice")


def test_the_template_of_then_is_not_that_of_now_where_there_was_none(aged: LedgerOnDisk) -> None:
    (aged.root / "templates/notice.txt.j2").unlink()
    commit_on(aged, "2024-06-11")
    aged.write("templates/notice.txt.j2", "{{ broken")
    assert "模板" not in shown(aged, "notice", "--at", "HEAD")
    assert shown(aged, "notice", "--at", "HEAD~1").startswith("新模板")


@pytest.mark.parametrize("form", ["md", "html", "docx"])
def test_every_form_can_be_had_of_then(aged: LedgerOnDisk, form: str, tmp_path: Path) -> None:
    target = tmp_path / f"n.{form}"
    shown(aged, "notice", "--at", OLD, "-f", form, "-o", str(target))
    if form == "docx":
        said = "".join(text for _style, text in paragraphs(target.read_bytes()))
    else:
        said = target.read_text(encoding="utf-8")
    assert "进展情况的通报" in said
    assert "新通报" not in said


@pytest.mark.apart
def test_an_offices_own_word_file_of_then_is_filled(aged: LedgerOnDisk, tmp_path: Path) -> None:
    aged.write("templates/notice.docx", word("甲{{ notice.counts.measures_done }}", *MARKS))
    commit_on(aged, "2024-06-11")
    aged.write("templates/notice.docx", word("乙", *MARKS))
    target = tmp_path / "n.docx"
    shown(aged, "notice", "--at", "HEAD", "-f", "docx", "-o", str(target))
    assert paragraphs(target.read_bytes())[0][1] == "甲3"


def test_lists_are_those_of_then_with_the_lights_of_that_day(aged: LedgerOnDisk) -> None:
    def lights(*arguments: str) -> dict[str, str]:
        return {row["id"]: row["light"] for row in json.loads(shown(aged, "list", "--json", *arguments))}

    assert lights("--at", OLD)["1.2"] == "green"
    assert lights("--at", "2024-06-09", "--today", "2030-01-01")["1.2"] == "green"
    assert lights("--at", NEW)["1.2"] == "done"
    later = ("--at", "2025-06-01", "--today", "2025-06-02")
    assert lights(*later)["2.1"] == "red"
    assert set(lights("--at", OLD, "--status", "closed")) == {"2.2", "2.3"}
    assert set(lights(*later, "--overdue")) == {"1.1", "2.1", "3.1"}


def test_an_office_that_was_known_only_then_can_be_asked_for(aged: LedgerOnDisk) -> None:
    aged.write("data/ledger.yaml", LEDGER.replace("财务科", "审计科"))
    commit_on(aged, "2024-06-12")
    assert run_inside(aged, "list", "--office", "财务科").code == 1
    assert run_inside(aged, "list", "--office", "财务科", "--at", OLD).code == 0


@pytest.mark.apart
def test_nothing_of_the_working_tree_is_asked_or_touched(aged: LedgerOnDisk) -> None:
    commands = (("status",), ("list",), ("notice",))
    before = [shown(aged, *command, "--at", OLD) for command in commands]
    for path in ("data/problems/01/1.1.yaml", "data/problems/02/problem.yaml", "templates/notice.txt.j2"):
        (aged.root / path).unlink()
    aged.write("data/ledger.yaml", "not: a ledger\n")
    changed = aged.git("status", "--porcelain", "-z")
    assert [shown(aged, *command, "--at", OLD) for command in commands] == before
    assert aged.git("status", "--porcelain", "-z") == changed


@pytest.mark.parametrize("command", ["status", "list", "notice"])
def test_what_was_wrong_then_is_named_as_git_names_it(aged: LedgerOnDisk, command: str) -> None:
    aged.write(aged.path("1.1"), measure("1.1", "in_progress", office="规化科"))
    commit_on(aged, "2024-06-11")
    aged.write(aged.path("1.1"), measure("1.1", "in_progress"))
    result = run_inside(aged, command, "--at", "HEAD")
    assert result.code == 1
    place = result.err.partition(": ")[0]
    assert place.endswith(":./data/problems/01/1.1.yaml:5:9")
    assert "规化科" in aged.git("show", place.removesuffix(":5:9"))


def test_links_among_templates_are_refused_wherever_they_lead(aged: LedgerOnDisk) -> None:
    (aged.root / "templates/notice.txt.j2").unlink()
    aged.write("templates/layout/plain.j2", "链接 {{ notice.counts.measures }}\n")
    (aged.root / "templates/notice.txt.j2").symlink_to("layout/plain.j2")
    commit_on(aged, "2024-06-11")
    (aged.root / "templates/notice.txt.j2").unlink()
    (aged.root / "templates/notice.txt.j2").symlink_to("/etc/passwd")
    commit_on(aged, "2024-06-12")
    for moment in ("HEAD~1", "HEAD"):
        result = run_inside(aged, "notice", "--at", moment)
        assert (result.code, result.out) == (1, "")
        assert "链接" in result.err
        assert "root:" not in result.err


def test_a_template_of_then_that_includes_another_gets_that_of_then(aged: LedgerOnDisk) -> None:
    aged.write("templates/notice.txt.j2", "{% include 'layout/part.j2' %}\n")
    aged.write("templates/layout/part.j2", "旧件")
    commit_on(aged, "2024-06-11")
    aged.write("templates/layout/part.j2", "新件")
    assert shown(aged, "notice", "--at", "HEAD").strip() == "旧件"


@pytest.mark.parametrize("command", ["list", "notice"])
def test_a_moment_that_history_does_not_know_is_refused_everywhere(aged: LedgerOnDisk, command: str) -> None:
    result = run_inside(aged, command, "--at", "nosuch")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("error[no-such-moment]: ")


def test_a_measure_of_then_is_shown_with_what_was_known_then(aged: LedgerOnDisk) -> None:
    then, now = (
        json.loads(shown(aged, "show", "1.2", *arguments, "--json")) for arguments in (("--at", OLD), ())
    )
    assert (then["status"], now["status"]) == ("in_progress", "closed")
    assert (then["closed"], len(then["history"]), len(now["history"])) == (None, 1, 2)
    assert then["version"] == aged.git("rev-parse", f"HEAD~1:./{aged.path('1.2')}").strip() != now["version"]
    assert (
        json.loads(shown(aged, "show", "1", "--at", OLD, "--json"))["measures"][1]["status"] == "in_progress"
    )
    screen = shown(aged, "show", "1.2", "--at", OLD).splitlines()
    assert screen[0] == f"截至 {OLD}"
    assert "推进中" in "".join(screen)


def test_what_was_not_there_then_is_not_shown(aged: LedgerOnDisk) -> None:
    aged.write(aged.path("2.4"), measure("2.4"))
    commit_on(aged, "2024-06-12")
    result = run_inside(aged, "show", "2.4", "--at", OLD)
    assert (result.code, "error[no-such-measure]" in result.err) == (1, True)
