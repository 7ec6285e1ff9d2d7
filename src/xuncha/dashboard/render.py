"""The dashboard as one page that needs nothing else: no script, no network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xuncha.chinese.punctuation import full_width_page
from xuncha.paper.templates import render as fill

if TYPE_CHECKING:
    from xuncha.dashboard.board import Board


def render(board: Board, root: Path) -> str:
    """Render the page.

    Args:
        board: what it shows.
        root: the ledger's folder, whose own `templates/dashboard.html.j2` goes before the built-in one.

    Raises:
        InvalidLedgerError: a template of the ledger is wrong; with its file and line.
    """
    return full_width_page(fill("dashboard.html.j2", root, board=board))
