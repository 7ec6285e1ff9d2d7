"""Fixtures for the tests of a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Make a folder of the inspection office."""
    folder = tmp_path / "各单位"
    folder.mkdir()
    return folder
