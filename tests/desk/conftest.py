"""What the tests of the desk share: its jobs are forks, which need not load Python and the libraries once more, and files are looked at every second."""

from __future__ import annotations

import os
import subprocess
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from tests.nursery import Nursery
from xuncha.desk import jobs, ledger

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Yield the process from which the desk's jobs are forked."""
    made = Nursery()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _jobs_are_forks(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Let jobs be forks, but where it is tried how they are begun and ended."""
    if hasattr(os, "fork") and request.path.name != "test_jobs.py":
        started = request.getfixturevalue("nursery").popen
        monkeypatch.setattr(jobs, "subprocess", SimpleNamespace(**vars(subprocess) | {"Popen": started}))


@pytest.fixture(autouse=True)
def _looks_are_cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a look at the files be for a second, however busy this machine is."""
    monkeypatch.setattr(ledger, "_LOOKS", 0)
