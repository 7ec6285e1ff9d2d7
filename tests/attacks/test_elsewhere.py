"""Commands do not affect another repository or ledger, wait for an endless file, or publish what a clone withholds."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from xuncha.sync.values import merge_values

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk


def test_a_hook_of_another_repository_does_not_have_its_ledger_s_changes_committed_there(
    ledger: LedgerOnDisk,
) -> None:
    other = ledger.root.parent / "另一个"
    shutil.copytree(ledger.root, other)
    for command in (("progress", "1.2", "甲。"), ("log",), ("audit",)):
        result = ledger.run(*command, GIT_DIR=str(other / ".git"))
        assert (result.code, result.out) == (3, ""), command
        assert "error[another-repository]" in result.err
    assert ledger.clean()
    assert ledger.run("log", GIT_DIR=str(ledger.root / ".git")).code == 0


@pytest.mark.parametrize("path", ["data/ledger.yaml", "data/problems/01/1.1.yaml", "templates/notice.txt.j2"])
def test_a_document_replaces_no_part_of_any_ledger(ledger: LedgerOnDisk, path: str) -> None:
    other = ledger.root.parent / "另一个"
    shutil.copytree(ledger.root, other)
    (other / path).parent.mkdir(parents=True, exist_ok=True)
    (other / path).touch()
    before = (other / path).read_bytes()
    result = ledger.run("notice", "-o", str(other / path))
    assert (result.code, result.err.partition(":")[0]) == (1, "error[output-place]")
    assert (other / path).read_bytes() == before


def test_an_archive_is_a_file(ledger: LedgerOnDisk) -> None:
    os.mkfifo(ledger.root.parent / "管道")
    for name in (str(ledger.root.parent / "管道"), "/dev/zero", str(ledger.root)):
        result = ledger.run("archive", "--verify", name)
        assert (result.code, result.err.partition(":")[0]) == (1, "error[no-archive]"), name


def test_what_one_side_withholds_stays_so_in_the_words_of_the_other() -> None:
    entry = {"date": "2024-03-01", "text": "征求各科室意见。"}
    before = {"progress": [entry]}
    withheld = {"progress": [{**entry, "publish": False}]}
    reworded = {"progress": [{**entry, "text": "征求了各科室的意见。"}]}
    for ours, theirs in ((withheld, reworded), (reworded, withheld)):
        merged = merge_values(before, ours, theirs).result["progress"]
        assert [each.get("publish") for each in merged] == [False, False]
