"""Moments of history as people name them: a day, or a revision of git."""

from __future__ import annotations

import contextlib
from datetime import date
from pathlib import Path

from xuncha.chinese import days
from xuncha.errors import RefusedError
from xuncha.requests.typed import past_day
from xuncha.trail.tree import commit_at, day_of


def moment(root: Path, text: str, option: str, today: date) -> tuple[str, date]:
    """Find a moment of history: the commit that held the ledger then, and the day as of which it is counted.

    Raises RefusedError if history knows no such moment, or it is still to come; SurroundingsError if the ledger is in no
    repository, or git is not installed.
    """
    said = named(root, text, option, today)
    commit = commit_at(root, said)
    return commit, day_of(root, commit, said)


def named(root: Path, text: str, option: str, today: date, *, to_come: bool = False) -> str:
    """Read a moment of history, as `trail.tree` takes it: a day as 2024-04-18, or a revision. Raises RefusedError if it is a day, and still to come."""
    day = days.typed(text, today, past=True)
    if day is None:
        return text
    if text.isascii() and text != day.isoformat():
        with contextlib.suppress(RefusedError):
            commit_at(root, text)
            return text  # a tag is called so, or a hash begins so
    return day.isoformat() if to_come else past_day(text, option, today).isoformat()
