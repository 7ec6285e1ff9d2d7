"""Every test of the workflow looks for git's folder anew, as a process of its own would, and keeps its drafts to itself."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def _fresh(environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> None:
    environment["TMPDIR"] = str(tmp_path_factory.mktemp("tmp"))
