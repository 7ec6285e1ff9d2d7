"""Fixtures for workflow tests: each looks for git's folder anew and has its own drafts."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _fresh(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> None:
    environment["TMPDIR"] = str(tmp_path_factory.mktemp("tmp"))
