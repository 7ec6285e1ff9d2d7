"""Helpers for dashboard tests: its content and page, made in the test process."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from tests.conftest import TODAY
from xuncha.dashboard.content import content, render
from xuncha.paper.own import on_disk
from xuncha.store.files import WorkingTree
from xuncha.store.loading import load_ledger as load
from xuncha.trail.history import history

if TYPE_CHECKING:
    from pathlib import Path

    from xuncha.dashboard.content import Board


def board(root: Path, *, internal: bool = False, today: str = TODAY) -> Board:
    """Return what the dashboard of a ledger on disk shows."""
    return content(load(WorkingTree(root)), history(root), date.fromisoformat(today), internal=internal)


def page(root: Path, *, internal: bool = False, today: str = TODAY) -> str:
    """Return the page of a ledger on disk."""
    return render(board(root, internal=internal, today=today), on_disk(root))
