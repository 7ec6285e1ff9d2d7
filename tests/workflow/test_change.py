"""A change on the disk: what is written first, and a commit that git did not make."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import measure
from tests.workflow import actions
from tests.workflow.surroundings import act, index
from xuncha.errors import SurroundingsError
from xuncha.model.vocabulary import StatusChange
from xuncha.store import files
from xuncha.trail import objects
from xuncha.workflow import journal
from xuncha.workflow.change import Message, begin
from xuncha.workflow.journal import FileChange

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.conftest import LedgerOnDisk


def test_a_reader_finds_no_entry_before_its_evidence_is_there(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    replace_all = files.replace_all

    def write(contents: Mapping[Path, bytes], **how: Any) -> None:
        written.extend(path.name for path in contents)
        replace_all(contents, **how)

    monkeypatch.setattr(files, "replace_all", write)
    contents = {ledger.path("1.2"): measure("1.2", part="甲").encode(), "data/evidence/1.2/纪要.txt": b"x"}
    with begin(ledger.root) as session:
        session.commit(contents, Message("x", "edit"))
    assert written[-2:] == ["纪要.txt", "1.2.yaml"]


def test_a_history_that_git_did_not_bring_is_not_called_here(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = ledger.git("rev-parse", "HEAD").strip()
    monkeypatch.setattr(objects, "fast_forward", lambda *_arguments: None)
    with begin(ledger.root) as session, pytest.raises(SurroundingsError):
        session.advance(here, "f" * 40)


@pytest.fixture
def killed(ledger: LedgerOnDisk) -> dict[str, bytes]:
    """Record progress of 1.2 and 3.1, as if killed just after git's commit; return what their files held before."""
    before = {path: (ledger.root / path).read_bytes() for path in map(ledger.path, ("1.2", "3.1"))}
    act(ledger, actions.progress("继续推进。", date(2024, 6, 1)), "1.2", "3.1")
    changes = [FileChange(path, old, (ledger.root / path).read_bytes()) for path, old in before.items()]
    journal.write(ledger.root, changes)
    return before


def stage(ledger: LedgerOnDisk, path: str, content: bytes) -> None:
    """Put a content of a file into the index alone."""
    ledger.write("content", content)
    blob = ledger.git("hash-object", "-w", "content").strip()
    (ledger.root / "content").unlink()
    ledger.git("update-index", "--cacheinfo", f"100644,{blob},{path}")


def test_an_index_that_a_killed_git_left_behind_is_brought_up_to_its_commit(
    ledger: LedgerOnDisk, killed: dict[str, bytes]
) -> None:
    for path, old in killed.items():
        stage(ledger, path, old)
    assert not ledger.clean()
    with begin(ledger.root):
        assert ledger.clean()


def test_what_somebody_has_staged_since_a_command_was_killed_stays_staged(
    ledger: LedgerOnDisk, killed: dict[str, bytes]
) -> None:
    stage(ledger, list(killed)[1], "另一人所写".encode())
    staged = index(ledger)
    with begin(ledger.root):
        assert index(ledger) == staged


def test_a_file_that_a_power_cut_lost_after_its_commit_is_written_again(
    ledger: LedgerOnDisk, killed: dict[str, bytes]
) -> None:
    for path, old in killed.items():
        ledger.write(path, old)
    with begin(ledger.root):
        assert ledger.clean()
    assert "继续推进。" in ledger.read("1.2")


def test_a_commit_names_what_is_new_or_gone_by_one_trailer_alone() -> None:
    steps = [
        StatusChange("2.3", None, "not_started"),
        StatusChange("2.4", "not_started", None),
        StatusChange("2", None, None),
    ]
    assert Message("删除\n 2.4", "remove", steps, " 误登 ").text() == (
        "删除 2.4\n\nXuncha-Action: remove\nXuncha-Id: 2.3\nXuncha-To: not_started\nXuncha-Id: 2.4\n"
        "Xuncha-From: not_started\nXuncha-Id: 2\nXuncha-Reason: 误登\n"
    )
