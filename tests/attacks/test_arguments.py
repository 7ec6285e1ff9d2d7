"""Hostile arguments: bytes that are not text, empty values, a deleted folder."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.cli.terminals import PROGRAM
from tests.workflow.surroundings import snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

GBK = {"LC_ALL": "zh_CN.GBK"}
NO_TEXT = "你好".encode("gbk")


def run(
    ledger: LedgerOnDisk, *arguments: str | bytes, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run the program with arguments of any bytes."""
    return subprocess.run(
        [*PROGRAM, *arguments],
        cwd=ledger.root,
        env={**ledger.environment, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("typed", "locale"),
    [
        ("已开展。镕䶮".encode("gb18030"), "zh_CN.GB18030"),
        ("已开展。镕".encode("gbk"), "zh_CN.GBK"),
        ("已开展。".encode("gb2312"), "zh_CN.GB2312"),
        ("已开展。".encode("gb2312"), "zh_CN"),
        ("已開展。".encode("big5"), "zh_TW.BIG5"),
        ("已开展。😀".encode(), "zh_CN.GBK"),
    ],
)
def test_what_a_terminal_of_another_encoding_sends_is_kept_as_it_was_typed(
    ledger: LedgerOnDisk, typed: bytes, locale: str
) -> None:
    try:
        meant = typed.decode()
    except UnicodeDecodeError:
        meant = typed.decode("big5" if "TW" in locale else "gb18030")
    done = run(ledger, "progress", "1.2", typed, LC_ALL=locale)
    assert (done.returncode, done.stderr) == (0, "")
    assert meant in ledger.json("show", "1.2")["progress"][-1]["text"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("progress", "1.2", NO_TEXT),
        ("progress", "1.2", "😀".encode() + NO_TEXT),
        ("progress", "1.2", "已开展", "--evidence", NO_TEXT),
        ("close", "1.2", b"--note=" + NO_TEXT),
        ("add", "problem", NO_TEXT, "--category", "a"),
        ("attach", "1.2", NO_TEXT + b".pdf"),
        ("--ledger", NO_TEXT, "status"),
        ("status", "--today", NO_TEXT),
        (NO_TEXT,),
    ],
)
def test_what_is_no_text_is_refused_and_named(
    ledger: LedgerOnDisk, arguments: tuple[str | bytes, ...]
) -> None:
    before = snapshot(ledger)
    for locale in ({}, {"LC_ALL": "C"}, {"LC_ALL": "zh_CN.UTF-8"}, {"LC_ALL": "zh_CN.NOSUCH"}):
        done = run(ledger, *arguments, **locale)
        assert done.returncode == 2
        assert done.stderr.startswith("error[not-utf8]: ")
        assert r"\xc4\xe3\xba\xc3" in done.stderr
        assert (snapshot(ledger), ledger.commits()) == (before, 1)


def test_a_variable_that_is_no_text_is_refused_and_named(ledger: LedgerOnDisk) -> None:
    for name in (b"XUNCHA_LEDGER", b"XUNCHA_TODAY"):
        environment = {key.encode(): value.encode() for key, value in ledger.environment.items()}
        done = subprocess.run(
            [*PROGRAM, "status"],
            cwd=ledger.root,
            env={**environment, name: NO_TEXT},
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 2
        assert done.stderr.startswith(b"error[not-utf8]: ")
        assert name in done.stderr


def test_a_variable_in_the_encoding_of_the_locale_is_read(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    environment = {key.encode(): value.encode() for key, value in {**ledger.environment, **GBK}.items()}
    done = subprocess.run(
        [*PROGRAM, "status"],
        cwd=tmp_path,
        env={**environment, b"XUNCHA_LEDGER": str(ledger.root).encode("gbk")},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_what_an_editor_of_another_encoding_leaves_is_not_kept(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\niconv -f UTF-8 -t GBK "$1" > "$1.new" && mv "$1.new" "$1"\n')
    editor.chmod(0o755)
    before = snapshot(ledger)
    result = ledger.run("edit", "1.2", EDITOR=str(editor))
    assert (result.code, "error[not-utf8]" in result.err) == (1, True)
    assert (snapshot(ledger), ledger.commits()) == (before, 1)


@pytest.mark.parametrize("empty", ["", " ", "　", "\u2060"])
@pytest.mark.parametrize(
    ("arguments", "option"),
    [
        (("progress", "1.2", "甲"), "--date"),
        (("progress", "1.2", "甲"), "--evidence"),
        (("attach", "1.2", "甲.txt"), "--date"),
        (("attach", "1.2", "甲.txt"), "--text"),
        (("close", "1.2"), "--note"),
        (("return", "2.1"), "--reason"),
        (("reopen", "2.2"), "--reason"),
        (("extend", "1.2", "--due", "2025-12-31"), "--reason"),
        (("extend", "1.2", "--reason", "甲"), "--due"),
        (("escalate", "1.2"), "--to"),
        (("add", "problem", "甲"), "--category"),
        (("add", "measure", "1", "甲", "--office", "规划科", "--long-term"), "--leader"),
        (("add", "measure", "1", "甲", "--leader", "局长", "--long-term"), "--office"),
        (("add", "measure", "1", "甲", "--leader", "局长", "--office", "规划科"), "--due"),
        (("add", "measure", "1", "甲", "--leader", "局长", "--office", "规划科", "--long-term"), "--goal"),
        (
            ("add", "measure", "1", "甲", "--leader", "局长", "--office", "规划科", "--long-term"),
            "--co-office",
        ),
        (("list",), "--office"),
        (("list",), "--leader"),
        (("status",), "--at"),
        (("status",), "--ledger"),
        (("status",), "--today"),
        (("status",), "--lang"),
        (("notice",), "-o"),
        (("audit",), "--since"),
        (("sync",), "--take"),
    ],
)
def test_an_option_with_an_empty_value_is_not_the_same_as_no_option(
    ledger: LedgerOnDisk, arguments: tuple[str, ...], option: str, empty: str
) -> None:
    ledger.write("甲.txt", "甲")
    before = snapshot(ledger)
    result = ledger.run(*arguments, option, empty)
    assert result.code == 2
    assert result.err.startswith(("error[empty-text]", "error[usage]"))
    assert option.strip("-") in result.err.splitlines()[0]
    assert (snapshot(ledger), ledger.commits()) == (before, 1)


def from_a_folder_that_is_gone(
    ledger: LedgerOnDisk, folder: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run the program where somebody has removed the folder that the shell is in."""
    script = 'mkdir "$1" && cd "$1" && rmdir "$1" && shift && exec "$@"'
    return subprocess.run(
        ["sh", "-c", script, "sh", str(folder / "weg"), *PROGRAM, *arguments],
        env=ledger.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("status", 0),
        ("list --json", 0),
        ("show 1.2", 0),
        ("log", 0),
        ("validate", 0),
        ("audit", 0),
        ("doctor", 0),
        ("schema", 0),
        ("notice", 0),
        ("notice -o {out}", 0),
        ("calendar -o {out}", 0),
        ("dashboard -o {out}", 0),
        ("report weekly", 0),
        ("export json", 0),
        ("start 1.1", 0),
        ("progress 1.2 甲", 0),
        ("attach 1.2 {file}", 0),
        ("close 1.2", 0),
        ("undo", 1),
        ("setup", 0),
        ("sync", 3),
        ("edit 1.2", 0),
        ("add problem 甲 --category a", 0),
        ("init {new}", 0),
    ],
)
def test_a_named_ledger_is_found_from_a_folder_that_is_gone(
    ledger: LedgerOnDisk, tmp_path: Path, command: str, code: int
) -> None:
    ledger.environment["EDITOR"] = "true"
    file = tmp_path / "甲.txt"
    file.write_text("甲")
    places = {"out": tmp_path / "出", "file": file, "new": tmp_path / "新"}
    words = [word.format(**places) for word in command.split()]
    done = from_a_folder_that_is_gone(ledger, tmp_path, "--ledger", str(ledger.root), *words)
    assert done.returncode == code, done.stderr
    assert "error[system]" not in done.stderr
    assert "error[bug]" not in done.stderr


def test_without_a_named_ledger_there_is_none_where_the_folder_is_gone(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    for words in (("status",), ("progress", "1.2", "甲"), ("doctor",)):
        done = from_a_folder_that_is_gone(ledger, tmp_path, *words)
        assert done.returncode == 3, done.stderr
        assert done.stderr.startswith("error[no-ledger]: ")
