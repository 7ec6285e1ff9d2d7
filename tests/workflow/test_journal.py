"""The journal: what a command was about to do is read back as it was written, and anything else as nothing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from xuncha.workflow import journal
from xuncha.workflow.journal import FileChange

if TYPE_CHECKING:
    from pathlib import Path

CHANGES = [
    FileChange("data/problems/02/2.3.yaml", b"old\r\n", b"\xff\x00"),
    FileChange("data/evidence/2.3/意见.pdf", None, b""),
    FileChange("data/problems/02/2.4.yaml", b"", None),
]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the path of the journal of a ledger that is in no repository."""
    monkeypatch.setattr(journal, "place", lambda root: root / "xuncha/journal")
    return tmp_path / "xuncha/journal"


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("commits", [[], ["a" * 40, "b" * 40]])
def test_what_a_killed_command_was_about_to_do_is_known_to_the_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, commits: list[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["/usr/bin/xuncha", "close", "2.3", "--note", "验收 通过"])
    journal.write(tmp_path, CHANGES, commits)
    assert journal.read(tmp_path) == ("xuncha close 2.3 --note '验收 通过'", CHANGES, commits)
    journal.drop(tmp_path)
    assert journal.read(tmp_path) == ("", [], [])
    journal.drop(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff", b"[]", b"{}", b"null", b'{"command": ["xuncha"]}', b'{"command": 1, "changes": []}',
        b'{"command": ["xuncha"], "changes": [["a", "x", null]]}', b'{"command": ["xuncha"], "changes": [["a"]]}',
    ],
)  # fmt: skip
def test_a_file_that_is_no_journal_of_ours_does_not_stop_the_next_command(
    tmp_path: Path, place: Path, content: bytes
) -> None:
    place.parent.mkdir()
    place.write_bytes(content)
    assert journal.read(tmp_path) == ("", [], [])
