"""Evidence in git-lfs: attached through the filter, undone, and reported if not fetched."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.conftest import LedgerOnDisk
from tests.workflow import actions
from tests.workflow.surroundings import act, findings, record, snapshot
from xuncha.model.identity import Identity
from xuncha.model.records import EvidenceFile
from xuncha.model.source import Fingerprint, parse_pointer
from xuncha.store.loading import check
from xuncha.trail.tree import Tree
from xuncha.workflow import evidence
from xuncha.workflow.undo import undo

if TYPE_CHECKING:
    from pathlib import Path

DAY = date(2024, 6, 1)
CONTENT = b"%PDF-1.7\r\n" + bytes(range(256)) * 40
PATH = "data/evidence/1.2/评审 意见.pdf"
KNOWN = Fingerprint(hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))
POINTER = (
    f"version https://git-lfs.github.com/spec/v1\noid sha256:{KNOWN.sha256}\nsize {KNOWN.size}\n".encode()
)
_FILTER = """\
import hashlib, pathlib, sys
store = pathlib.Path(__file__).parent / "store"
store.mkdir(exist_ok=True)
content = sys.stdin.buffer.read()
head = b"version https://git-lfs.github.com/spec/v1\\n"
if sys.argv[1] == "clean" and not content.startswith(head):
    known = hashlib.sha256(content).hexdigest()
    (store / known).write_bytes(content)
    content = head + b"oid sha256:%s\\nsize %d\\n" % (known.encode(), len(content))
elif sys.argv[1] == "smudge" and content.startswith(head):
    content = (store / content.split(b"\\n")[1].decode().partition(":")[2]).read_bytes()
sys.stdout.buffer.write(content)
"""
"""What git-lfs does, without its server: it stores the file elsewhere, and gives git a pointer."""


@pytest.fixture(params=["git-lfs", "a filter like it"])
def lfs(ledger: LedgerOnDisk, tmp_path: Path, request: pytest.FixtureRequest) -> LedgerOnDisk:
    """Set up a ledger whose evidence is kept by git-lfs."""
    if request.param == "git-lfs":
        if not shutil.which("git-lfs"):
            pytest.skip("git-lfs is not installed")
        ledger.git("lfs", "install", "--local")
    else:
        program = tmp_path / "filter.py"
        program.write_text(_FILTER)
        for way in ("clean", "smudge"):
            ledger.git("config", f"filter.lfs.{way}", f'"{sys.executable}" "{program}" {way}')
        ledger.git("config", "filter.lfs.required", "true")
    ledger.write(".gitattributes", "data/** -text\ndata/evidence/** filter=lfs diff=lfs merge=lfs -text\n")
    ledger.commit("git-lfs")
    return ledger


def attach(ledger: LedgerOnDisk) -> None:
    act(ledger, actions.attach("评审 意见.pdf", CONTENT, DAY), "1.2")


def committed(ledger: LedgerOnDisk, revision: str = "HEAD") -> bytes:
    return subprocess.run(
        ["git", "cat-file", "blob", f"{revision}:{PATH}"], cwd=ledger.root, capture_output=True, check=True
    ).stdout


def test_evidence_goes_through_the_filter_and_the_entry_tells_of_the_file_itself(lfs: LedgerOnDisk) -> None:
    attach(lfs)
    assert committed(lfs) == POINTER
    assert (lfs.root / PATH).read_bytes() == CONTENT
    (item,) = record(lfs, "1.2").progress[-1].evidence
    assert item == EvidenceFile(file="评审 意见.pdf", sha256=KNOWN.sha256, size=KNOWN.size)
    assert findings(lfs) == []
    assert lfs.clean()


@pytest.mark.apart
def test_an_attachment_is_taken_back_and_later_work_goes_on(lfs: LedgerOnDisk) -> None:
    before = snapshot(lfs)
    attach(lfs)
    undo(lfs.root)
    assert snapshot(lfs) == before
    attach(lfs)
    act(lfs, actions.close(DAY), "1.2")
    undo(lfs.root)
    assert findings(lfs) == []
    assert lfs.clean()


def test_the_same_file_is_stored_once_behind_the_filter_too(lfs: LedgerOnDisk) -> None:
    attach(lfs)
    act(lfs, actions.attach("另一个名字.pdf", CONTENT, DAY), "1.2")
    assert [file.name for file in (lfs.root / "data/evidence/1.2").iterdir()] == ["评审 意见.pdf"]


def test_a_commit_is_checked_by_its_pointers_without_git_lfs(lfs: LedgerOnDisk) -> None:
    attach(lfs)
    for way in ("clean", "smudge", "process"):
        subprocess.run(["git", "config", f"filter.lfs.{way}", "false"], cwd=lfs.root, check=True)
    tree = Tree(lfs.root, "HEAD")
    assert tree.fingerprint(PATH) == KNOWN
    assert check(tree) == []


def test_evidence_that_was_not_fetched_is_a_finding_of_its_own(lfs: LedgerOnDisk, tmp_path: Path) -> None:
    attach(lfs)
    clone = tmp_path / "clone"
    subprocess.run(
        ["git", "-c", "filter.lfs.smudge=cat", "-c", "filter.lfs.process=", "clone", "-q", lfs.root, clone],
        check=True,
        env=os.environ | {"GIT_LFS_SKIP_SMUDGE": "1"},
    )
    assert (clone / PATH).read_bytes() == POINTER
    there = LedgerOnDisk(clone, lfs.environment)
    assert findings(there) == [f"{there.path('1.2')}: evidence-not-fetched"]
    assert "git lfs pull" in there.run("status").err
    (clone / PATH).write_bytes(CONTENT)
    assert findings(there) == []


def test_a_pointer_in_place_of_another_file_is_a_changed_file(lfs: LedgerOnDisk) -> None:
    attach(lfs)
    lfs.write(
        PATH,
        POINTER.replace(b"oid sha256:", b"oid sha256:0", 1).replace(
            KNOWN.sha256[-1:].encode() + b"\nsize", b"\nsize"
        ),
    )
    assert findings(lfs) == [f"{lfs.path('1.2')}: evidence-changed"]


def test_a_pointer_is_not_taken_for_evidence(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    file = tmp_path / "评审意见.pdf"
    file.write_bytes(POINTER)
    result = ledger.run("attach", "1.2", file)
    assert (result.code, "error[lfs-pointer]" in result.err) == (1, True)
    assert ledger.clean()


def test_evidence_for_git_lfs_is_not_given_to_a_git_that_does_not_know_it(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    ledger.write(".gitattributes", "data/evidence/** filter=lfs -text\n")
    ledger.commit("git-lfs")
    file = tmp_path / "评审意见.pdf"
    file.write_bytes(CONTENT)
    result = ledger.run("attach", "1.2", file)
    assert (result.code, "error[no-lfs]" in result.err) == (3, True)
    assert "git lfs install" in result.err
    assert ledger.clean()


def test_a_file_too_large_for_the_forges_comes_in_through_git_lfs(
    lfs: LedgerOnDisk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "MAX_SIZE", len(CONTENT) - 1)
    file = tmp_path / "评审 意见.pdf"
    file.write_bytes(CONTENT)
    content = evidence.read(lfs.root, Identity(1, 2), file)
    assert content == CONTENT


@pytest.mark.parametrize(
    "content",
    [
        b"",
        POINTER[:-1],
        POINTER + b"x",
        b"x" + POINTER,
        POINTER.replace(b"sha256", b"sha1"),
        POINTER.replace(b"\n", b"\r\n"),
    ],
)
def test_only_a_pointer_as_git_lfs_writes_it_is_one(content: bytes) -> None:
    assert parse_pointer(POINTER) == KNOWN._replace(fetched=False)
    assert parse_pointer(content) is None
