"""Fixture: one archive shared by all tests that only read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.archive.bags import with_evidence
from tests.cli.inside import run_inside

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

_MADE: list[bytes] = []


@pytest.fixture
def archive(ledger: LedgerOnDisk, tmp_path: Path) -> bytes:
    """Make an archive of the small ledger."""
    if not _MADE:
        run_inside(with_evidence(ledger), "archive", "-o", str(tmp_path / "made.zip"))
        _MADE.append((tmp_path / "made.zip").read_bytes())
        (tmp_path / "made.zip").unlink()
    return _MADE[0]
