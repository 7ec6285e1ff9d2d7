"""Workers that read ledgers return the rows of each ledger, or why it cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.conftest import STATES
from xuncha.region.process import Job, Read
from xuncha.region.worker import answer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

pytest.importorskip("duckdb")
LATER = (datetime.now(UTC) + timedelta(days=62)).date().isoformat()
"""A day with the end of a month between it and the commits."""


def asked(kind: str, path: Path, at: str | None = None, *, audit: bool = False) -> list[Read]:
    """Have a source read, with its trend."""
    told = answer(Job(kind, str(path), LATER, at, audit, "zh", trend=True))
    return [Read._make(each) for each in told]


@pytest.fixture
def sources(ledger: LedgerOnDisk, tmp_path: Path) -> dict[str, Path]:
    """One ledger in all the ways in which it can be handed in."""
    ledger.git("clone", "-q", "--bare", str(ledger.root), str(tmp_path / "bare.git"))
    ledger.ok("archive", "-o", str(tmp_path / "a.zip"))
    return {"folder": ledger.root, "bare": tmp_path / "bare.git", "archive": tmp_path / "a.zip"}


def test_a_ledger_has_the_same_rows_however_it_is_handed_in(
    sources: dict[str, Path], ledger: LedgerOnDisk
) -> None:
    tip = ledger.git("rev-parse", "HEAD").strip()
    found = {kind: asked(kind, path) for kind, path in sources.items()}
    assert [len(reads) for reads in found.values()] == [1, 1, 1]
    rows = {kind: [row[:8] for row in reads[0].rows] for kind, reads in found.items()}
    assert rows["folder"] == rows["bare"] == rows["archive"]
    assert len(rows["folder"]) == len(STATES)
    assert {reads[0].commit for reads in found.values()} == {tip}
    assert found["folder"][0].stages == found["bare"][0].stages != []
    assert found["archive"][0].stages == [], "it tells of the day on which it was made"


def test_history_is_read_as_of_a_day_and_audited(sources: dict[str, Path]) -> None:
    before = asked("bare", sources["bare"], "2001-01-01")
    assert ([*before[0].rows], before[0].is_missing) == ([], True)
    (now,) = asked("folder", sources["folder"], audit=True)
    assert not now.error
    assert now.rows


def test_what_cannot_be_read_is_said(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    ledger.write("data/ledger.yaml", "organisation: [")
    (told,) = asked("folder", ledger.root)
    assert "data/ledger.yaml:1:" in told.error
    (tmp_path / "x.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    (told,) = asked("archive", tmp_path / "x.zip")
    assert told.error
    ledger.git("init", "-q", "--bare", str(tmp_path / "empty.git"))
    (told,) = asked("bare", tmp_path / "empty.git")
    assert told.error
