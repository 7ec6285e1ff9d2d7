"""Files attached as evidence: they come in whole, under their own name, with their hash, and nowhere else."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.workflow.surroundings import act, findings, index, record, snapshot, touched
from xuncha.errors import RefusedError
from xuncha.model.records import EvidenceFile
from xuncha.workflow import actions
from xuncha.workflow.undo import undo

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

DAY = date(2024, 6, 1)
CONTENT = b"%PDF-1.7\r\n\x00\xff\n"


def attach(ledger: LedgerOnDisk, name: str, content: bytes = CONTENT, identity: str = "1.2") -> None:
    act(ledger, actions.attach(name, content, DAY), identity)


@pytest.mark.parametrize(
    "name",
    ["评审意见.pdf", "a b  c.pdf", "#1.pdf", "-F.pdf", "--help", "*.pdf", "'引号'\".pdf", "{a}, [b]: c.pdf", "2024.10.1", "%s$(x)`y`.pdf", "🚰.pdf"],
)  # fmt: skip
def test_evidence_is_found_again_under_the_name_the_office_gave_it(ledger: LedgerOnDisk, name: str) -> None:
    attach(ledger, name)
    path = f"data/evidence/1.2/{name}"
    assert (ledger.root / path).read_bytes() == CONTENT
    assert record(ledger, "1.2").progress[-1].evidence == [
        EvidenceFile(file=name, sha256=hashlib.sha256(CONTENT).hexdigest())
    ]
    assert touched(ledger) == {path, ledger.path("1.2")}
    assert ledger.clean()
    assert findings(ledger) == []


def test_the_program_attaches_a_file_from_anywhere_and_leaves_it_there(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    file = tmp_path / "他处" / "评审 意见.pdf"
    file.parent.mkdir()
    file.write_bytes(CONTENT)
    ledger.ok("attach", "1.1", file, "--text", "专家评审意见", "--date", "2024-05-02")
    assert file.read_bytes() == CONTENT
    assert (ledger.root / "data/evidence/1.1/评审 意见.pdf").read_bytes() == CONTENT
    entry = record(ledger, "1.1").progress[-1]
    assert (entry.text, entry.date, entry.publish) == ("专家评审意见", date(2024, 5, 2), False)
    assert record(ledger, "1.1").status == "in_progress"


@pytest.mark.parametrize("content", [b"", b"\r\n" * 50_000, bytes(range(256)) * 8000])
def test_evidence_of_any_content_comes_in_byte_for_byte(ledger: LedgerOnDisk, content: bytes) -> None:
    attach(ledger, "件.bin", content)
    assert (ledger.root / "data/evidence/1.2/件.bin").read_bytes() == content
    assert findings(ledger) == []
    assert ledger.clean()


def test_attached_evidence_is_never_replaced_by_another_file_of_its_name(ledger: LedgerOnDisk) -> None:
    attach(ledger, "评审意见.pdf")
    before, commits = snapshot(ledger), ledger.commits()
    with pytest.raises(RefusedError) as refused:
        attach(ledger, "评审意见.pdf", b"another")
    assert refused.value.code == "already-attached"
    assert (snapshot(ledger), ledger.commits()) == (before, commits)
    attach(ledger, "评审意见.pdf", b"another", identity="2.1")
    assert (ledger.root / "data/evidence/2.1/评审意见.pdf").read_bytes() == b"another"


@pytest.mark.parametrize(
    "name",
    [
        "../../../outside",
        "a/b.pdf",
        "/etc/outside",
        "..",
        ".hidden",
        ".git",
        "a\\b.pdf",
        "a\nb",
        "a\x1bb",
        "",
    ],
)
def test_no_name_leads_out_of_the_measures_own_folder(ledger: LedgerOnDisk, name: str) -> None:
    before, commits, staged = snapshot(ledger), ledger.commits(), index(ledger)
    beside = sorted(ledger.root.parent.iterdir())
    with pytest.raises(RefusedError):
        attach(ledger, name)
    assert (snapshot(ledger), ledger.commits(), index(ledger)) == (before, commits, staged)
    assert sorted(ledger.root.parent.iterdir()) == beside
    assert ledger.clean()


def test_a_linked_evidence_folder_leads_nothing_out_of_the_ledger(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (ledger.root / "data/evidence").mkdir()
    (ledger.root / "data/evidence/1.2").symlink_to(outside)
    before, commits = ledger.read("1.2"), ledger.commits()
    with pytest.raises(RefusedError):
        attach(ledger, "评审意见.pdf")
    assert list(outside.iterdir()) == []
    assert (ledger.read("1.2"), ledger.commits()) == (before, commits)


@pytest.mark.parametrize("kind", ["missing", "folder"])
def test_a_file_that_cannot_be_read_is_named_and_nothing_is_written(
    ledger: LedgerOnDisk, tmp_path: Path, kind: str
) -> None:
    file = tmp_path / "没有这个文件.pdf"
    if kind == "folder":
        file.mkdir()
    before, commits = snapshot(ledger), ledger.commits()
    result = ledger.run("attach", "1.2", file)
    assert (result.code, "error[no-such-file]" in result.err) == (1, True)
    assert "没有这个文件.pdf" in result.err
    assert (snapshot(ledger), ledger.commits()) == (before, commits)


def test_taking_an_attachment_back_takes_the_file_and_its_folder_away(ledger: LedgerOnDisk) -> None:
    before = snapshot(ledger)
    attach(ledger, "评审 意见.pdf")
    undo(ledger.root)
    assert snapshot(ledger) == before
    assert not (ledger.root / "data/evidence/1.2").exists()
    assert ledger.clean()


def test_taking_back_a_second_attachment_keeps_the_first(ledger: LedgerOnDisk) -> None:
    attach(ledger, "甲.pdf")
    before = snapshot(ledger)
    attach(ledger, "乙.pdf", b"2")
    undo(ledger.root)
    assert snapshot(ledger) == before
    assert findings(ledger) == []


def test_evidence_that_git_is_told_to_ignore_is_kept_all_the_same_or_leaves_no_trace(
    ledger: LedgerOnDisk,
) -> None:
    ledger.write(".gitignore", "*.pdf\n")
    ledger.commit("ignore")
    before = snapshot(ledger)
    result = ledger.run("attach", "1.2", ledger.write("../评审意见.pdf", CONTENT))
    if result.code == 0:
        assert touched(ledger) == {"data/evidence/1.2/评审意见.pdf", ledger.path("1.2")}
        undo(ledger.root)
    assert snapshot(ledger) == before
    assert ledger.clean()


def test_a_file_with_a_name_as_long_as_the_disk_allows_can_be_attached(ledger: LedgerOnDisk) -> None:
    name = "关" * 83 + ".pdf"
    attach(ledger, name)
    assert (ledger.root / "data/evidence/1.2" / name).read_bytes() == CONTENT
    assert findings(ledger) == []
