"""Moments of history as people type them: a day, or a revision of git."""

from __future__ import annotations

import contextlib
from datetime import date
from pathlib import Path

from xuncha.chinese import days
from xuncha.errors import RefusedError
from xuncha.requests.readers import read_past_day
from xuncha.trail.tree import commit_at, day_of


def find_moment(root: Path, text: str, option: str, today: date) -> tuple[str, date]:
    """Find a moment of history: return the commit that held the ledger then, and the day for the counts.

    Raises RefusedError if history has no such moment, or it is in the future; SurroundingsError if the ledger is in no
    repository, or git is not installed.
    """
    name = read_moment(root, text, option, today)
    commit = commit_at(root, name)
    return commit, day_of(root, commit, name)


def read_moment(root: Path, text: str, option: str, today: date, *, future: bool = False) -> str:
    """Return a typed moment in the form that `trail.tree` takes: a day as 2024-04-18, or a revision. Raises RefusedError for a future day, unless `future` is set."""
    day = days.typed_day(text, today, past=True)
    if day is None:
        return text
    if text.isascii() and text != day.isoformat():
        with contextlib.suppress(RefusedError):
            commit_at(root, text)
            return text  # a tag has this name, or a hash begins like this
    return day.isoformat() if future else read_past_day(text, option, today).isoformat()
