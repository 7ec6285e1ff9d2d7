"""Texts from files, names, commits and arguments never control the terminal."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from tests.cli.inside import run_inside
from tests.cli.ledgers import WHOLE, committed
from tests.cli.terminals import COLOUR, in_terminal
from tests.conftest import LedgerOnDisk, measure, problem

if TYPE_CHECKING:
    from tests.conftest import Result

ATTACK = "\x1b]0;owned\x07\x1b[31mred\x1b[0m\x9b2J\x08\r\u202eevil"
_UNSAFE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def harmless(result: Result) -> None:
    """Assert that no control character was sent, on either stream."""
    assert not _UNSAFE.findall(result.out), "on standard output"
    assert not _UNSAFE.findall(result.err), "on standard error"


@pytest.mark.parametrize(
    "command",
    [
        ("close", ATTACK),
        ("show", ATTACK),
        ("list", "--office", ATTACK),
        ("list", "--leader", ATTACK),
        ("list", "--status", ATTACK),
        ("list", "--due-within", ATTACK),
        ("list", "--problem", ATTACK),
        ("status", "--by", ATTACK),
        ("status", "--at", ATTACK),
        ("status", f"--{ATTACK}"),
        ("status", ATTACK),
        (ATTACK,),
        ("add", ATTACK),
        ("--today", ATTACK, "status"),
        ("--lang", ATTACK, "status"),
        ("--ledger", ATTACK, "status"),
        ("add", "problem", ATTACK, "--category", "a"),
        ("add", "problem", "甲", "--category", ATTACK),
        ("add", "measure", "1", ATTACK, "--leader", "局长", "--office", "办公室", "--long-term"),
        ("progress", "1.2", ATTACK),
        ("progress", "1.2", "甲", "--date", ATTACK),
        ("progress", "1.2", "甲", "--evidence", ATTACK),
        ("attach", "1.2", ATTACK),
        ("escalate", "1.2", "--to", ATTACK),
        ("review", "2.2", "--result", ATTACK),
        ("close", "1.2", "--note", ATTACK),
        ("return", "2.1", "--reason", ATTACK),
        ("notice", "-f", ATTACK),
        ("notice", "-o", f"nosuch/{ATTACK}"),
        ("notice", "-o", ATTACK),
        ("log", ATTACK),
        ("edit", ATTACK),
        ("init", ATTACK),
    ],
    ids=lambda command: " ".join(command).replace(ATTACK, "ATTACK"),
)
def test_arguments(ledger: LedgerOnDisk, command: tuple[str, ...]) -> None:
    harmless(run_inside(ledger, *command))
    assert run_inside(ledger, "validate").code == 0, "the argument has come into the ledger"


def test_names_of_files_and_folders(bare_ledger: LedgerOnDisk) -> None:
    name = ATTACK.replace("\x00", "")
    bare_ledger.write(f"data/problems/01/{name}.yaml", "x")
    bare_ledger.write(f"data/problems/{name}/x.yaml", "x")
    for command in (("validate",), ("status",), ("validate", "--json"), ("list",), ("notice",)):
        result = run_inside(bare_ledger, *command)
        assert result.code == 1
        harmless(result)
    found = json.loads(run_inside(bare_ledger, "validate", "--json").out)
    assert any(finding["path"].endswith(f"{name}.yaml") for finding in found), (
        "a program is told the true name"
    )


def test_names_that_are_not_utf8(bare_ledger: LedgerOnDisk) -> None:
    folder = bytes(bare_ledger.root / "data/problems/01")
    with open(folder + b"/\xff\xfe.yaml", "wb") as stream:  # noqa: PTH123  a name of bytes
        stream.write(b"x")
    for command in (("validate",), ("validate", "--json")):
        result = bare_ledger.run(*command)
        assert result.code == 1
        harmless(result)
    json.loads(bare_ledger.run("validate", "--json").out)


@pytest.mark.parametrize(
    "text",
    [
        f'title: "{ATTACK}"'.encode(),
        b'title: "\\e]0;owned\\a\\e[31mred"',
        b'title: "\\u202Eevil"',
        b"title: \xc2\x9b31m",
        ATTACK.encode() + b": 1",
        b'"\\e[31mkey": 1',
        b'status: "\\e[31mclosed"',
        b'office: "\\e[31m"',
        b'due: "\\e[31m"',
        b"goal: !\x1b[31m x",
        b"goal: [\x1b[31m",
    ],
    ids=repr,
)
def test_content_of_files(bare_ledger: LedgerOnDisk, text: bytes) -> None:
    lines = measure("1.2", "in_progress").encode().splitlines()
    key = text.partition(b":")[0]
    kept = [line for line in lines if not line.startswith(key + b":")]
    bare_ledger.write(bare_ledger.path("1.2"), b"\n".join([*kept, text, b""]))
    for command in (("validate",), ("validate", "--json"), ("status",), ("show", "1.2")):
        result = run_inside(bare_ledger, *command)
        assert result.code == 1, "a ledger holds no control characters"
        harmless(result)


def test_content_of_the_ledgers_own_file(bare_ledger: LedgerOnDisk) -> None:
    path = bare_ledger.root / "data/ledger.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in (
        ("organisation: 中共某市水务局党组", 'organisation: "\\e[31mred"'),
        ("key: a,", 'key: "\\e[31ma",'),
        ("[局长, 分管副局长]", '["\\e[31m局长", 分管副局长]'),
    ):
        bare_ledger.write("data/ledger.yaml", text.replace(old, new))
        for command in (("validate",), ("status",), ("list",)):
            result = run_inside(bare_ledger, *command)
            assert result.code == 1
            harmless(result)


def test_a_category_that_is_not_known(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write("data/problems/01/problem.yaml", problem("甲", '"\\e[31m"'))
    result = run_inside(bare_ledger, "validate")
    assert result.code == 1
    harmless(result)


def test_commits_made_by_hand(bare_ledger: LedgerOnDisk) -> None:
    ledger = committed(bare_ledger)
    path = ledger.root / ledger.path("1.2")
    path.write_bytes(path.read_bytes() + b"# by hand\n")
    attack = ATTACK.replace("\r", "")
    ledger.environment |= {"GIT_AUTHOR_NAME": attack, "GIT_COMMITTER_NAME": attack}
    ledger.commit(f"{attack}\n\nXuncha-Action: {attack}\nXuncha-Id: 1.2\nXuncha-Reason: {attack}\n")
    for command in (
        ("log",),
        ("log", "1.2"),
        ("show", "1.2"),
        ("show", "1"),
        ("log", "--json"),
        ("show", "1.2", "--json"),
    ):
        result = run_inside(ledger, *command)
        assert result.code == 0, command
        harmless(result)
    shown = in_terminal(ledger, "log").out
    assert not _UNSAFE.findall(COLOUR.sub("", shown))


def test_commits_with_trailers_that_are_no_numbers(bare_ledger: LedgerOnDisk) -> None:
    ledger = committed(bare_ledger)
    path = ledger.root / ledger.path("1.2")
    path.write_bytes(path.read_bytes() + b"# by hand\n")
    ledger.commit("x\n\nXuncha-Action: close\nXuncha-Id: nonsense\nXuncha-From: x\nXuncha-To: \n")
    for command in (("log",), ("log", "1.2"), ("log", "1"), ("show", "1.2"), ("show", "1")):
        assert run_inside(ledger, *command).code == 0, command


def test_what_a_hook_says(ledger: LedgerOnDisk) -> None:
    hook = ledger.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nprintf '\\033]0;owned\\007\\033[31mred' >&2\nexit 1\n")
    hook.chmod(0o755)
    result = run_inside(ledger, "close", "1.2")
    assert result.code == 1
    assert "red" in result.err
    harmless(result)


def test_text_that_looks_like_markup_is_shown_as_it_is(bare_ledger: LedgerOnDisk) -> None:
    title = "[b]甲[/b]:smile:\\[a]"
    bare_ledger.write(
        bare_ledger.path("1.2"), measure("1.2", "in_progress", title=f"'{title}'", due="2024-06-01")
    )
    whole = WHOLE.replace("title: 完成泵站前期手续", f"title: '{title}'").replace(
        "取得初步设计批复", f"'{title}'"
    )
    bare_ledger.write(bare_ledger.path("2.2"), whole)
    bare_ledger.write("data/problems/01/problem.yaml", problem(f"'{title}'", "a"))
    for command in (("status",), ("list",), ("show", "1.2"), ("show", "2.2"), ("show", "1")):
        assert title in run_inside(bare_ledger, *command).out, command
