"""The journal of a change: what a command is about to do, kept inside git's folder until its commit is made.

It tells the next command what a killed one has left behind (docs/adr/0004-one-change-one-commit.md).
"""

from __future__ import annotations

import base64
import contextlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from xuncha.store import files
from xuncha.system import retry_locked
from xuncha.trail.repository import private_path


class FileChange(NamedTuple):
    """The change of one file of the ledger: its bytes before and after; None if there is no file."""

    path: str
    before: bytes | None
    after: bytes | None


def place(root: Path) -> Path:
    """Return the path of the journal; the ledger must be in a repository."""
    path = private_path(root, "journal")
    assert path is not None  # noqa: S101  the caller has checked it
    return path


def write(root: Path, changes: Sequence[FileChange], commits: Sequence[str] = ()) -> None:
    """Write to the disk which files the command changes, or between which two commits it moves all files (`commits`)."""
    record = {
        "command": ["xuncha", *sys.argv[1:]],
        "passage": commits,
        "changes": [
            [path, *(None if content is None else base64.b64encode(content).decode() for content in both)]
            for path, *both in changes
        ],
    }
    place(root).parent.mkdir(exist_ok=True)
    files.replace(place(root), json.dumps(record).encode())


def read(root: Path) -> tuple[str, list[FileChange], list[str]]:
    """Return the last command as it was typed, its changes of files, and the two commits of its passage, if it has one.

    All are empty if the command has just finished, or the file is not a journal of ours.
    """
    import shlex  # noqa: PLC0415  only after a crash

    try:
        record = json.loads(place(root).read_bytes())
        changes = [
            FileChange(path, *(None if text is None else base64.b64decode(text) for text in both))
            for path, *both in record["changes"]
        ]
        return shlex.join(record["command"]), changes, list(record.get("passage", []))
    except (FileNotFoundError, ValueError, LookupError, TypeError, AttributeError):
        return "", [], []


def drop(root: Path) -> None:
    """Remove the journal. If the disk loses or refuses this, the next command finds that nothing is left to take back."""
    with contextlib.suppress(OSError):
        retry_locked(lambda: place(root).unlink(missing_ok=True))
