"""Errors: exit codes, a first line for programs, and a hint for people."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.inside import run_inside
from tests.conftest import LedgerOnDisk, measure
from xuncha.cli import read, screen
from xuncha.errors import RefusedError, SurroundingsError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

FIRST_LINE = re.compile(r"(?:[^\s:]+:[1-9][0-9]*:[1-9][0-9]*: )?error\[[a-z0-9]+(?:-[a-z0-9]+)*\]: \S.*")


def refused(result_err: str) -> str:
    """Return the code in the first line of an error, which must have the form for programs."""
    first = result_err.split("\n", maxsplit=1)[0]
    assert FIRST_LINE.fullmatch(first), first
    return first.partition("error[")[2].partition("]")[0]


@pytest.mark.parametrize(
    ("command", "code", "name"),
    [
        # The ledger or the request is at fault.
        (("close", "2.2"), 1, "already-closed"),
        (("close", "9.9"), 1, "no-such-measure"),
        (("show", "9"), 1, "no-such-problem"),
        (("close", "../../x"), 1, "bad-id"),
        (("close", "2.3.4"), 1, "bad-id"),
        (("close", "2.10.1"), 1, "bad-id"),
        (("close", "0"), 1, "bad-id"),
        (("close", "2.0"), 1, "bad-id"),
        (("close", ""), 1, "bad-id"),
        (("close", "2"), 1, "not-a-measure"),
        (("list", "--office", "规化科"), 1, "unknown-office"),
        (("list", "--leader", "路人"), 1, "unknown-leader"),
        (("list", "--problem", "99"), 1, "no-such-problem"),
        (("list", "--problem", "2.3"), 1, "not-a-problem"),
        (("list", "--problem", ""), 2, "empty-text"),
        (
            ("add", "measure", "2.3", "甲", "--leader", "局长", "--office", "办公室", "--long-term"),
            1,
            "not-a-problem",
        ),
        (("escalate", "1.2", "--to", "路人"), 1, "unknown-leader"),
        (("status", "--at", "nosuch"), 1, "no-such-moment"),
        (("status", "--at", "2000-01-01"), 1, "no-such-moment"),
        (("status", "--at", "2024-02-30"), 1, "no-such-moment"),
        (("add", "problem", "甲", "--category", "c"), 1, "unknown-category"),
        (("add", "problem", "甲", "--category", "没有的方面"), 1, "unknown-category"),
        (("set", "1", "--category", "没有的方面"), 1, "unknown-category"),
        (("list", "--category", "没有的方面"), 1, "unknown-category"),
        (("init",), 1, "ledger-exists"),
        (("undo",), 1, "nothing-to-undo"),
        # The command line is wrong.
        (("clsoe", "1.2"), 2, "no-such-command"),
        (("",), 2, "no-such-command"),
        (("close",), 2, "usage"),
        (("close", "-x"), 2, "usage"),
        (("close", "1.2", "--nosuch"), 2, "usage"),
        (("status", "extra"), 2, "usage"),
        (("status", "--by", "month"), 2, "unknown-word"),
        (("list", "--status", "finished"), 2, "unknown-word"),
        (("list", "--term", "ever"), 2, "unknown-word"),
        (("list", "--due-within", "两周"), 2, "bad-span"),
        (("list", "--due-within", "-1d"), 2, "bad-span"),
        (("return", "2.1"), 2, "usage"),
        (("progress", "1.2", " "), 2, "empty-text"),
        (("close", "1.2", "--date", "2024-13-01"), 2, "bad-date"),
        (("extend", "1.2", "--due", "早晚", "--reason", "x"), 2, "bad-date"),
        (("review", "2.2", "--result", "maybe"), 2, "unknown-word"),
        (("notice", "-f", "doc"), 2, "unknown-format"),
        (("add", "nosuch"), 2, "usage"),
        (("undo", "两次"), 2, "usage"),
        (("serve", "--port", "1.5"), 2, "usage"),
        (("progress", "1.1", "1.2"), 2, "usage"),
        (("--today", "x", "status"), 2, "bad-date"),
        (("--lang", "fr", "status"), 2, "bad-language"),
        # The surroundings are at fault.
        (("--ledger", "nosuch", "status"), 3, "no-ledger"),
        (("--ledger", "data", "status"), 3, "no-ledger"),
        (("--ledger", "data/ledger.yaml", "status"), 3, "no-ledger"),
        (("notice", "-o", "nosuch/notice.txt"), 3, "not-written"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_whose_fault_it_is(ledger: LedgerOnDisk, command: tuple[str, ...], code: int, name: str) -> None:
    before, head = ledger.clean(), ledger.git("rev-parse", "HEAD")
    result = run_inside(ledger, *command)
    assert (result.code, result.out) == (code, "")
    assert refused(result.err) == name
    assert (ledger.clean(), ledger.git("rev-parse", "HEAD")) == (before, head), (
        "refused, but something changed"
    )


@pytest.mark.parametrize(
    "command",
    [("status",), ("list",), ("show", "1.1"), ("notice",), ("dashboard",), ("validate",), ("close", "1.2")],
    ids=" ".join,
)
def test_a_broken_ledger_is_told_by_every_command(ledger: LedgerOnDisk, command: tuple[str, ...]) -> None:
    ledger.write(ledger.path("1.1"), measure("1.1", "in_progress", office="规化科"))
    result = run_inside(ledger, *command)
    assert (result.code, result.out) == (1, "")
    assert refused(result.err) == "unknown-office"
    assert result.err.startswith("data/problems/01/1.1.yaml:5:9: error[unknown-office]: ")


def test_what_is_about_a_file_names_its_line(ledger: LedgerOnDisk) -> None:
    """A program that reads `path:line:col:` is given all three, or none."""
    ledger.write(ledger.path("1.2"), measure("1.2", "in_progress", progress="[]"))
    ledger.commit()
    assert refused(run_inside(ledger, "close", "1.2").err) == "close-requires-progress"
    path = ledger.root / ledger.path("3.1")
    path.write_bytes(path.read_bytes() + b"# by hand\n")
    assert refused(run_inside(ledger, "close", "3.1").err) == "uncommitted"


def test_no_ledger_here_is_the_surroundings_fault(tmp_path: Path, environment: dict[str, str]) -> None:
    for command in (
        ("status",),
        ("list",),
        ("show", "1"),
        ("log",),
        ("close", "1.1"),
        ("validate",),
        ("notice",),
        ("dashboard",),
    ):
        result = run_inside(LedgerOnDisk(tmp_path, environment), *command)
        assert (result.code, refused(result.err)) == (3, "no-ledger"), command
        assert "xuncha init" in result.err


def test_no_repository_is_the_surroundings_fault(bare_ledger: LedgerOnDisk) -> None:
    for command in (
        ("close", "1.2"),
        ("log",),
        ("undo",),
        ("status", "--at", "HEAD"),
        ("add", "problem", "甲", "--category", "a"),
    ):
        result = run_inside(bare_ledger, *command)
        assert (result.code, refused(result.err)) == (3, "no-repository"), command
        assert "git init" in result.err


def test_reading_needs_no_repository(bare_ledger: LedgerOnDisk) -> None:
    for command in (
        ("status",),
        ("list",),
        ("show", "1.1"),
        ("show", "1"),
        ("validate",),
        ("notice",),
        ("dashboard",),
    ):
        assert run_inside(bare_ledger, *command).code == 0, command


def test_without_git_reading_works_and_changing_says_what_to_install(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    ledger.environment["PATH"] = str(tmp_path / "empty")
    for command in (("close", "1.2"), ("log",), ("undo",), ("status", "--at", "HEAD")):
        result = run_inside(ledger, *command)
        assert (result.code, refused(result.err)) == (3, "no-git"), command
        assert "https://git-scm.com" in result.err
    for command in (("status",), ("list",), ("validate",), ("notice",), ("dashboard",), ("show", "1.1")):
        assert run_inside(ledger, *command).code == 0, command


def test_findings_and_refusals_go_to_standard_error_in_a_real_process(ledger: LedgerOnDisk) -> None:
    for command, code in ((("close", "2.2"), 1), (("clsoe",), 2), (("--ledger", "nosuch", "status"), 3)):
        result = ledger.run(*command)
        assert (result.code, result.out) == (code, "")
        refused(result.err)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RefusedError("a-code", "no"), 1),
        (UsageError("a-code", "no"), 2),
        (SurroundingsError("a-code", "no"), 3),
    ],
    ids=["refused", "usage", "surroundings"],
)
def test_the_kind_of_an_error_decides_on_the_exit_code(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch, error: Exception, code: int
) -> None:
    def fail(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(read, "tally", fail)
    result = run_inside(ledger, "status")
    assert (result.code, result.err) == (code, "error[a-code]: no\n")


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("kaputt\x1b[31m"),
        KeyError("x"),
        RecursionError(),
        MemoryError(),
        AssertionError(),
        UnicodeError("x"),
    ],
    ids=repr,
)
def test_what_nobody_foresaw_is_told_in_a_sentence(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(read, "tally", fail)
    result = run_inside(ledger, "status")
    assert (result.code, refused(result.err)) == (1, "bug")
    assert type(error).__name__ in result.err
    assert "XUNCHA_TRACEBACK=1" in result.err
    assert "Traceback" not in result.err
    assert "\x1b" not in result.err


def test_what_the_system_refuses_is_no_bug(ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise PermissionError(13, "Permission denied", "data")

    monkeypatch.setattr(read, "tally", fail)
    result = run_inside(ledger, "status")
    assert (result.code, refused(result.err)) == (3, "system")
    assert "data: 权限不足" in result.err


def test_whoever_looks_for_the_bug_gets_the_traceback(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError("kaputt")

    monkeypatch.setattr(read, "tally", fail)
    with pytest.raises(RuntimeError, match="kaputt"):
        run_inside(ledger, "status", XUNCHA_TRACEBACK="1")


def test_an_unforeseen_error_while_an_error_is_told_is_no_loop(capsys: pytest.CaptureFixture[str]) -> None:
    screen.error(RefusedError("a-code", ""))
    assert capsys.readouterr().err == "error[a-code]: \n"


def test_an_error_of_several_lines_keeps_its_first_line_whole(capsys: pytest.CaptureFixture[str]) -> None:
    screen.error(RefusedError("a-code", "first\nsecond\nthird", "do this"))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "error[a-code]: first"
    assert lines[1:3] == ["  second", "  third"]
    assert lines[3].endswith("do this")
    assert len(lines) == 4


def test_suggestions_name_what_was_meant(ledger: LedgerOnDisk) -> None:
    for command, meant in (
        (("clsoe", "1.2"), "close"),
        (("statsu",), "status"),
        (("list", "--office", "规化科"), "规划科"),
        (("list", "--leader", "分管付局长"), "分管副局长"),
        (("list", "--status", "in_progres"), "in_progress"),
        (("status", "--by", "offices"), "office"),
        (("add", "mesure", "1", "甲"), "measure"),
        (("close", "1.2", "--nota", "x"), "--note"),
    ):
        result = run_inside(ledger, *command)
        assert result.code in {1, 2}
        assert re.search(rf"[“（：: ]{re.escape(meant)}\b", result.err), command


def test_where_a_new_name_may_be_entered_the_option_for_it_is_named(ledger: LedgerOnDisk) -> None:
    for options in (
        ("problem", "甲", "--category", "没有的方面"),
        ("measure", "1", "甲", "--office", "新科"),
    ):
        assert "--new" in run_inside(ledger, "add", *options).err
    assert "--new" not in run_inside(ledger, "set", "1.2", "--office", "新科").err
    before = (ledger.root / "data/ledger.yaml").read_bytes()
    refused = run_inside(ledger, "add", "measure", "1", "甲", "--leader", "张三\u200b", "--new")
    assert (refused.code, "error[control-character]" in refused.err) == (1, True)
    assert (ledger.root / "data/ledger.yaml").read_bytes() == before


def test_sentences_are_in_the_chosen_language(ledger: LedgerOnDisk) -> None:
    """Also those of the framework that reads the command line."""
    for command in (
        ("status", "extra"),
        ("status", "--by"),
        ("--today",),
        ("--no-color",),
        ("--no-color=1", "status"),
        ("add", "nosuch"),
        ("attach", "1.2", "没有.pdf"),
        ("notice", "-o", "nosuch/x.txt"),
        ("close", "-x"),
        ("notice", "-f"),
        ("undo", "x"),
        ("serve", "--port", "x"),
    ):
        said = run_inside(ledger, *command).err
        assert not re.findall(r"\b[A-Za-z]+(?: [a-z]+){2,}\b", said.split("建议")[0]), said


def test_a_variable_is_blamed_by_its_own_name(ledger: LedgerOnDisk) -> None:
    assert "XUNCHA_TODAY" in run_inside(ledger, "status", XUNCHA_TODAY="x").err
    assert "XUNCHA_TODAY" not in run_inside(ledger, "status", "--today", "y", XUNCHA_TODAY="x").err
    assert "XUNCHA_LEDGER" in run_inside(ledger, "status", XUNCHA_LEDGER="nosuch").err


def test_nothing_of_a_test_is_left_in_this_process() -> None:
    assert sys.argv[0] != "xuncha"
