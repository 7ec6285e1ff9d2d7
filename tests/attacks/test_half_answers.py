"""A git that succeeds but returns only a part causes an error, never a smaller ledger or an internal error."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk, Result

HALVES = (
    ("ls-tree", "head -c 0"),
    ("ls-tree", "head -z -n -1"),
    ("cat-file", "head -c 130"),
    ("cat-file", "head -n -1"),
    ("rev-parse", "head -c 0"),
    ("rev-parse", "head -c 20"),
    ("rev-list", "head -n -1"),
    ("for-each-ref", "head -c 0"),
    ("for-each-ref", "head -c 130"),
    ("check-attr", "head -z -n -1"),
    ("diff-tree", "head -c 20"),
    ("log", "head -c 130"),
)
READS = (("status", "--at", "HEAD"), ("log", "1.2"), ("audit",), ("archive", "-o", "../袋.zip"))
WRITES = (("progress", "1.2", "甲。"), ("submit", "1.2"), ("undo",), ("remove", "2.1"))


def halved(tmp_path: Path, asked: str, half: str) -> str:
    """Put a git before the real one that tells a part of what it is asked; return the PATH."""
    real, folder = shutil.which("git"), tmp_path / "bin"
    folder.mkdir(exist_ok=True)
    (folder / "git").write_text(
        f'#!/bin/sh\ncase " $* " in *" {asked} "*) {real} "$@" | {half}; exit 0;; esac\nexec {real} "$@"\n'
    )
    (folder / "git").chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"


def afresh(ledger: LedgerOnDisk, command: tuple[str, ...], **environment: str) -> Result:
    """Run a command that finds nothing of what a run before has kept or written."""
    (ledger.root / "../袋.zip").unlink(missing_ok=True)
    for kept in (ledger.root / ".git/xuncha").glob("past-*"):
        kept.unlink()
    return ledger.run(*command, **environment)


@pytest.mark.parametrize(("asked", "half"), HALVES)
def test_half_an_answer_is_no_answer(ledger: LedgerOnDisk, tmp_path: Path, asked: str, half: str) -> None:
    ledger.ok("progress", "1.2", "甲。")
    ledger.ok("audit", "--anchor")
    ledger.git("commit", "-q", "--amend", "-m", "rewritten")
    path = halved(tmp_path, asked, half)
    for command in READS:
        result = afresh(ledger, command, PATH=path)
        assert "error[bug]" not in result.err, (command, result.err)
        well = result if result.code == 3 else afresh(ledger, command)
        assert (result.code, result.out) == (well.code, well.out), (command, result)


def test_a_git_that_names_no_tags_does_not_hide_an_anchor(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    path = halved(tmp_path, "for-each-ref", "head -c 0")
    ledger.ok("audit", PATH=path)
    ledger.ok("audit", "--anchor")
    assert ledger.run("audit", PATH=path).code == 3
    ledger.git("pack-refs", "--all")
    assert ledger.run("audit", PATH=path).code == 3


@pytest.mark.parametrize(
    ("asked", "half"), [*HALVES, ("hash-object", "head -c 20"), ("ls-files", "head -c 20"), ("commit", "cat")]
)
def test_what_writes_does_it_all_or_nothing(
    ledger: LedgerOnDisk, tmp_path: Path, asked: str, half: str
) -> None:
    ledger.ok("progress", "1.2", "甲。")
    for command in WRITES:
        stood = ledger.git("rev-parse", "HEAD:data")
        result = ledger.run(*command, PATH=halved(tmp_path, asked, half))
        assert "error[bug]" not in result.err, (command, result.err)
        assert ledger.clean(), command
        assert (ledger.git("rev-parse", "HEAD:data") != stood) is (result.code == 0), (command, result)
