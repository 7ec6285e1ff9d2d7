"""`init` in any folder, and its next steps."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.conftest import LedgerOnDisk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def _nothing(_folder: Path) -> None:
    """Leave the folder empty and in no repository."""


def _files(folder: Path) -> None:
    (folder / "通知.docx").write_bytes(b"x")


def _empty_repository(folder: Path) -> None:
    _git(folder, "init", "-q")


def _repository_with_work(folder: Path) -> None:
    _empty_repository(folder)
    (folder / "a.txt").write_text("1")
    _git(folder, "add", "-A")
    _git(folder, "commit", "-qm", "x")
    (folder / "a.txt").write_text("2")
    (folder / "b.txt").write_text("3")
    _git(folder, "add", "b.txt")


@pytest.mark.parametrize("before", [_nothing, _files, _empty_repository, _repository_with_work])
def test_init_makes_a_ledger_wherever_it_is_typed_and_touches_nothing_else(
    tmp_path: Path, environment: dict[str, str], before: Callable[[Path], None]
) -> None:
    folder = tmp_path / "单位"
    folder.mkdir()
    before(folder)
    kept = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    staged = _git(folder, "diff", "--cached", "--name-only") if (folder / ".git").exists() else ""
    ledger = LedgerOnDisk(folder, environment)
    made = ledger.ok("init")
    assert "xuncha edit" in made
    assert {path: path.read_bytes() for path in kept} == kept
    assert ledger.git("diff", "--cached", "--name-only") == staged
    committed = set(ledger.git("show", "--name-only", "--format=", "HEAD").split())
    assert "data/ledger.yaml" in committed
    assert not committed & {"a.txt", "b.txt"}
    again = ledger.run("init")
    assert (again.code, "error[ledger-exists]" in again.err) == (1, True)
    assert ledger.run("audit").code == 0


def test_a_new_ledger_says_what_to_type_next(tmp_path: Path, environment: dict[str, str]) -> None:
    ledger = LedgerOnDisk(tmp_path, environment)
    ledger.ok("init")
    for command in ("todo", "list", "status"):
        assert "xuncha add problem" in ledger.ok(command)
    assert "xuncha comment add" in ledger.ok("comment", "list")
    assert "None" not in ledger.ok("status") + ledger.ok("log") + ledger.ok("comment", "list")
    ledger.ok("add", "problem", "某问题")
    ledger.ok("add", "measure", "1", "某措施")
    assert "xuncha set 1.1" in ledger.ok("todo")
    assert ledger.run("audit").code == 0


def test_init_in_a_folder_of_a_ledgers_repository_makes_a_ledger_of_its_own(ledger: LedgerOnDisk) -> None:
    ledger.ok("init", "分局")
    assert "xuncha add problem" in ledger.ok("--ledger", "分局", "todo")
    assert ledger.json("status")["measures"]["total"] == 6


@pytest.mark.parametrize(
    ("name", "typed"),
    [("某局 台账", "'某局 台账'"), ("-x", "./-x"), ("a\\b", "'a\\b'"), ("a$b", "'a$b'"), ("台账", "台账")],
)
def test_the_way_into_a_new_ledger_can_be_typed_as_it_is_shown(
    name: str, typed: str, tmp_path: Path, environment: dict[str, str]
) -> None:
    shown = LedgerOnDisk(tmp_path, environment).ok("init", "--", name)
    assert f"cd {typed}\n" in shown
    command = next(line for line in shown.splitlines() if "cd " in line).partition("cd ")[2]
    assert subprocess.run(["sh", "-c", f"cd {command}"], cwd=tmp_path, check=False).returncode == 0


def test_a_refused_init_leaves_no_folder_behind_and_none_of_others_is_lost(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    (tmp_path / "a").mkdir()
    nobody = LedgerOnDisk(tmp_path, {**environment, "GIT_CONFIG_GLOBAL": os.devnull})
    assert "error[no-user]" in nobody.run("init", "a/b/c/d").err
    assert [path.name for path in tmp_path.rglob("*")] == ["a"]
    assert "error[not-written]" in nobody.run("init", f"a/b/{'c' * 300}").err
    assert "error[no-user]" in nobody.run("init", "a").err
    assert [path.name for path in tmp_path.rglob("*")] == ["a"]
    _empty_repository(tmp_path / "a")
    assert "error[no-user]" in nobody.run("init", "a/b").err
    assert [path.name for path in (tmp_path / "a").iterdir()] == [".git"]


def test_what_is_said_of_the_organisation_is_said_in_the_example_too(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    trial = LedgerOnDisk(tmp_path, environment)
    trial.ok("init", "--example", "--organisation", "某县教育局党组", "--office", "督导室")
    assert "某县教育局党组" in trial.ok("status")
    assert trial.run("validate").code == 0
    trial.ok("set", "1.1", "--office", "督导室")
    settings = (tmp_path / "data/ledger.yaml").read_text(encoding="utf-8")
    assert "# 一个小例子" in settings
