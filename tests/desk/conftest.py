"""Fixtures for desk tests: jobs run as forks, and files are checked every second."""

from __future__ import annotations

import os
import subprocess
from types import SimpleNamespace

import pytest

from tests.nursery import nursery
from xuncha.desk import jobs, ledger


@pytest.fixture(autouse=True)
def _jobs_are_forks(request: pytest.FixtureRequest) -> None:
    """Let jobs be forks, but where it is tried how they are begun and ended."""
    if request.path.name != "test_jobs.py":
        request.getfixturevalue("forks")


@pytest.fixture
def forks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let jobs be forks."""
    if hasattr(os, "fork"):
        forked = SimpleNamespace(**vars(subprocess) | {"Popen": nursery().popen})
        monkeypatch.setattr(jobs, "subprocess", forked)


@pytest.fixture(autouse=True)
def _looks_are_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a look at the files be for a second, however busy this machine is."""
    monkeypatch.setattr(ledger, "_CHECK_FACTOR", 0)


@pytest.fixture
def checks_always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the desk look at the ledger's files at each request, and not once a second, so that a test need not wait."""
    monkeypatch.setattr(ledger, "_FRESH", 0.0)
