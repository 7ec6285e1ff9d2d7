"""A change on the disk: what is written first, and a commit that git did not make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import measure
from xuncha.errors import SurroundingsError
from xuncha.store import files
from xuncha.trail import objects
from xuncha.workflow.change import Message, StatusChange, begin
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
    old, new = ledger.read("1.2").encode(), measure("1.2", part="甲").encode()
    proof = FileChange("data/evidence/1.2/纪要.txt", None, b"x")
    with begin(ledger.root) as session:
        session.commit([FileChange(ledger.path("1.2"), old, new), proof], Message("x", "edit"))
    assert written[-2:] == ["纪要.txt", "1.2.yaml"]


def test_a_history_that_git_did_not_bring_is_not_called_here(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = ledger.git("rev-parse", "HEAD").strip()
    monkeypatch.setattr(objects, "fast_forward", lambda *_arguments: None)
    with begin(ledger.root) as session, pytest.raises(SurroundingsError):
        session.advance(here, "f" * 40)


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
