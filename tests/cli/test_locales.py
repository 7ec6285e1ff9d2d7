"""Chinese input and output under any locale, and the choice of language."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.cli.terminals import PROGRAM
from tests.conftest import LedgerOnDisk

if TYPE_CHECKING:
    from pathlib import Path

BARE = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "", "PYTHONCOERCECLOCALE": "0"}
LOCALES = {
    "a bare one": BARE,
    "C": {"LANG": "C", "LC_ALL": "C"},
    "POSIX": {"LC_ALL": "POSIX"},
    "Latin-1": {"LC_ALL": "en_US.ISO-8859-1", "PYTHONUTF8": "0"},
    "a stream of ASCII": {"PYTHONIOENCODING": "ascii"},
}


def run(ledger: LedgerOnDisk, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run the program with arguments of UTF-8, as a terminal hands them over."""
    return subprocess.run(
        [*(part.encode() for part in PROGRAM), *(argument.encode() for argument in arguments)],
        cwd=ledger.root,
        env={**ledger.environment, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("locale", LOCALES)
def test_chinese_arguments_are_stored_as_they_were_typed(ledger: LedgerOnDisk, locale: str) -> None:
    done = run(ledger, "progress", "1.2", "中文。", "--evidence", "某水〔2024〕8号", **LOCALES[locale])
    assert (done.returncode, done.stderr) == (0, b"")
    assert "做好1.2号工作".encode() in done.stdout
    text = ledger.read("1.2")
    assert "text: 中文。\n" in text
    assert "某水〔2024〕8号" in text
    assert ledger.git("log", "-1", "--format=%s").strip() == "进展 1.2 做好1.2号工作"


def test_screens_are_utf8(ledger: LedgerOnDisk) -> None:
    commands = (("status",), ("show", "2.2"), ("list", "--office", "规划科", "--json"))
    for command, locale in zip(commands, ("a bare one", "Latin-1", "a stream of ASCII"), strict=True):
        usual = ledger.ok(*command)
        assert "做好2.2号工作" in usual or "学习不够深入" in usual
        done = run(ledger, *command, **LOCALES[locale])
        assert (done.returncode, done.stdout.decode(), done.stderr) == (0, usual, b""), (command, locale)


def test_chinese_names_of_files_work(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    ledger.write("评审意见.txt", "同意。")
    done = run(ledger, "attach", "1.2", "评审意见.txt", **BARE)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (ledger.root / "data/evidence/1.2/评审意见.txt").is_file()
    done = run(ledger, "notice", "-o", "通报.txt", **BARE)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (ledger.root / "通报.txt").is_file()
    elsewhere = LedgerOnDisk(tmp_path, ledger.environment)
    done = run(elsewhere, "--ledger", str(ledger.root), "status", **LOCALES["C"])
    assert (done.returncode, done.stderr) == (0, b"")
    done = run(elsewhere, "init", "新台账", **BARE)
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "新台账/data/ledger.yaml").is_file()
    assert "新台账".encode() in done.stdout


def test_errors_quote_chinese_as_it_was_typed(ledger: LedgerOnDisk) -> None:
    done = run(ledger, "list", "--office", "规化科", **BARE)
    assert done.returncode == 1
    assert "“规化科”" in done.stderr.decode()
    assert "“规划科”" in done.stderr.decode()
    done = run(ledger, "--ledger", "没有", "status", **LOCALES["C"])
    assert done.returncode == 3
    assert "没有 " in done.stderr.decode()


def test_an_argument_that_is_not_utf8_is_no_crash(ledger: LedgerOnDisk) -> None:
    done = subprocess.run(
        [*PROGRAM, "progress", "1.2", "中文。".encode("gbk")],
        cwd=ledger.root,
        env=ledger.environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    assert b"error[bug]" not in done.stderr
    assert ledger.run("validate").code == 0


@pytest.mark.parametrize(
    ("variables", "chinese"),
    [
        ({"LANG": "en_US.UTF-8"}, False),
        ({"LANG": "en_GB"}, False),
        ({"LANG": "de_DE.UTF-8"}, False),
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LANG": "zh_TW"}, True),
        ({"LANG": "C"}, True),
        ({"LANG": "C.UTF-8"}, True),
        ({"LANG": "POSIX"}, True),
        ({}, True),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, True),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, False),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, False),
        ({"LANG": "en_US.UTF-8", "LC_ALL": ""}, False),
        ({"LANG": "en_US.UTF-8", "XUNCHA_LANG": "zh"}, True),
        ({"LANG": "zh_CN.UTF-8", "XUNCHA_LANG": "en"}, False),
        ({"LANG": "en_US.UTF-8", "XUNCHA_LANG": ""}, False),
    ],
    ids=str,
)
def test_the_language_is_that_of_the_variable_else_of_the_locale_else_chinese(
    variables: dict[str, str], chinese: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from xuncha import language

    for name in ("XUNCHA_LANG", "LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(language, "_translations", language._translations)
    language.set_language()
    said = language.gettext("Progress")
    monkeypatch.delenv("LANGUAGE")
    assert said == ("进展情况" if chinese else "Progress")


@pytest.mark.parametrize(
    ("arguments", "variable", "chinese"),
    [
        (("--lang", "en", "list"), "zh", False),
        (("--lang=en", "list"), "zh", False),
        (("list", "--lang", "en"), "zh", False),
        (("list", "--lang=zh"), "en", True),
        (("--lang", "zh", "list"), "en", True),
        (("list",), "en", False),
    ],
    ids=str,
)
def test_the_option_goes_before_the_variable(
    bare_ledger: LedgerOnDisk, arguments: tuple[str, ...], variable: str, chinese: bool
) -> None:
    shown = bare_ledger.ok(*arguments, XUNCHA_LANG=variable, LANG="en_US.UTF-8")
    assert ("整改措施" in shown) == chinese
    assert ("Measure" in shown) != chinese


def test_git_answers_in_the_same_language_and_cannot_confuse_the_program(ledger: LedgerOnDisk) -> None:
    """What git says in a hook's or a lock's refusal is shown, not parsed."""
    hook = ledger.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 今天不行 >&2\nexit 1\n")
    hook.chmod(0o755)
    for lang in ("zh", "en"):
        result = ledger.run("--lang", lang, "close", "1.2", LC_ALL=os.environ.get("LC_ALL", "C.UTF-8"))
        assert result.code == 1
        assert "今天不行" in result.err
