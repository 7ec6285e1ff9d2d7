"""Global options work before and after the verb, and not inside the text of an argument."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tests.cli.inside import run_inside
from tests.conftest import LedgerOnDisk

if TYPE_CHECKING:
    from pathlib import Path

DAY = "2024-12-25"


def this_day() -> str:
    """Return the current day."""
    return datetime.now().astimezone().date().isoformat()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--today", DAY, "status"),
        ("status", "--today", DAY),
        ("status", f"--today={DAY}"),
        (f"--today={DAY}", "status"),
        ("status", "--by", "office", "--today", DAY),
        ("--no-color", "status", "--today", DAY),
    ],
    ids=" ".join,
)
def test_the_day_may_be_given_before_and_after_the_verb(
    ledger: LedgerOnDisk, arguments: tuple[str, ...]
) -> None:
    shown = ledger.json(*arguments)
    assert shown["as_of"] == DAY
    assert shown["measures"]["due_soon"] == 4


def test_the_option_goes_before_the_variable_and_this_before_the_clock(ledger: LedgerOnDisk) -> None:
    assert ledger.json("status", XUNCHA_TODAY="2024-07-01")["as_of"] == "2024-07-01"
    assert ledger.json("status", "--today", DAY, XUNCHA_TODAY="2024-07-01")["as_of"] == DAY
    del ledger.environment["XUNCHA_TODAY"]
    before = this_day()
    shown = ledger.json("status")["as_of"]
    assert shown in {before, this_day()}


@pytest.mark.parametrize(
    "wrong",
    [
        "x",
        "2024-02-30",
        "2024",
        "2024-06-15T00:00",
        "0000-01-01",
        "2月30日",
        "4月18日至20日",
        "早晚",
    ],
)
def test_a_day_that_is_none_is_wrong_usage(ledger: LedgerOnDisk, wrong: str) -> None:
    result = ledger.run("status", XUNCHA_TODAY=wrong)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("error[bad-date]: ")
    assert wrong in result.err


def test_an_empty_variable_is_none(ledger: LedgerOnDisk) -> None:
    before = this_day()
    assert ledger.json("status", XUNCHA_TODAY="", XUNCHA_LEDGER="")["as_of"] in {
        before,
        this_day(),
    }


@pytest.mark.parametrize("where", ["before", "after", "variable", "equals"])
def test_the_ledger_may_be_named_from_anywhere(ledger: LedgerOnDisk, tmp_path: Path, where: str) -> None:
    here = LedgerOnDisk(tmp_path / "elsewhere", ledger.environment)
    here.root.mkdir()
    arguments: tuple[str, ...] = {
        "before": ("--ledger", str(ledger.root), "status"),
        "after": ("status", "--ledger", str(ledger.root)),
        "variable": ("status",),
        "equals": ("status", f"--ledger={ledger.root}"),
    }[where]
    environment = {"XUNCHA_LEDGER": str(ledger.root)} if where == "variable" else {}
    assert here.json(*arguments, **environment)["measures"]["total"] == 6


def test_a_relative_ledger_is_taken_from_the_current_folder(ledger: LedgerOnDisk) -> None:
    parent = LedgerOnDisk(ledger.root.parent, ledger.environment)
    assert parent.json("--ledger", ledger.root.name, "status")["measures"]["total"] == 6
    parent.ok("--ledger", ledger.root.name, "close", "1.2")
    assert "status: closed" in ledger.read("1.2")


def test_a_ledger_is_found_from_a_folder_inside_it(ledger: LedgerOnDisk) -> None:
    inside = LedgerOnDisk(ledger.root / "data/problems/01", ledger.environment)
    assert inside.json("status")["measures"]["total"] == 6


def test_what_stands_behind_two_dashes_is_text(ledger: LedgerOnDisk) -> None:
    ledger.ok("progress", "1.2", "--", "--no-color")
    assert "text: --no-color\n" in ledger.read("1.2") or 'text: "--no-color"\n' in ledger.read("1.2")


@pytest.mark.parametrize("text", ["--lang=en", "--today=2020-01-01", "--ledger=/nosuch"])
def test_an_option_behind_two_dashes_changes_nothing(ledger: LedgerOnDisk, text: str) -> None:
    shown = ledger.ok("progress", "1.2", "--", text)
    assert text in ledger.read("1.2")
    assert "2024-06-15" in ledger.read("1.2"), "the day was taken out of the text"
    assert "措施" in shown, "the language was taken out of the text"


def test_a_language_that_is_none_is_wrong_usage(ledger: LedgerOnDisk) -> None:
    result = ledger.run("status", "--lang", "fr")
    assert result.code == 2
    assert result.err.startswith("error[bad-language]: ")
    assert "must be" in run_inside(ledger, "status", "--lang", "fr", XUNCHA_LANG="en").err


def test_several_numbers_may_be_one_argument(ledger: LedgerOnDisk) -> None:
    ledger.ok("progress", "1.1、1.2，2.1", "都在推进。")
    assert all("都在推进。" in ledger.read(number) for number in ("1.1", "1.2", "2.1"))
    shown = ledger.ok("report", "closing", "1.1", "1.2")
    assert ledger.ok("report", "closing", "1.1, 1.2") == shown
    assert ledger.run("progress", "1.1", "1.2、2.1").err.startswith("error[usage]: ")
    assert ledger.run("start", "2.3，").err == ledger.run("start", "2.3").err


def test_full_width_digits_are_digits_in_options(ledger: LedgerOnDisk) -> None:
    listed = run_inside(ledger, "list", "--due-within", "14").out
    assert [run_inside(ledger, "list", "--due-within", days).out for days in ("１４", "14天")] == [listed] * 2
    ledger.ok("start", "1.1")
    ledger.ok("undo", "１")


def test_a_global_option_without_its_value_is_wrong_usage(ledger: LedgerOnDisk) -> None:
    for option in ("--today", "--lang", "--ledger"):
        result = ledger.run("status", option)
        assert result.code == 2, option
        assert result.err.startswith("error["), option


def test_the_verb_is_found_behind_the_values_of_options(ledger: LedgerOnDisk) -> None:
    """Only the verb's own family of commands is built; a value that is named like a verb must not be taken for it."""
    parent = LedgerOnDisk(ledger.root.parent, ledger.environment)
    ledger.root.rename(ledger.root.parent / "close")
    assert parent.json("--ledger", "close", "status")["measures"]["total"] == 6


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["close", "1.1", "--reason", "x"], ""),
        (["close", "1.1", "--person", "x"], ""),
        (["list", "--sort", "x"], ""),
        (["delete"], ""),
        (["restore"], ""),
        (["close", "1.1", "--nots", "x"], ""),
        (["tood"], "todo"),
        (["report", "leter"], "letter"),
        (["comm"], "comment"),
    ],
    ids=str,
)
def test_only_what_is_near_is_suggested(ledger: LedgerOnDisk, words: list[str], meant: str) -> None:
    result = ledger.run(*words)
    assert result.code == 2
    suggested = re.findall(r"（可用：(.*?)）|应为“(.*?)”", result.err)
    assert ["".join(each) for each in suggested] == [meant] * bool(meant)
