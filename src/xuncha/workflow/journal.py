"""The journal of a change: what a command is about to do, kept inside git's folder until its commit is made.

It tells the next command what a killed one has left (docs/adr/0004-one-change-one-commit.md).
"""

from __future__ import annotations

import base64
import contextlib
import json
import sys
from typing import TYPE_CHECKING

from xuncha.store import files
from xuncha.trail.git import private

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Change = tuple[str, bytes | None, bytes | None]
"""The path of a file, relative to the ledger, and its bytes before and after; None is no file."""


def place(root: Path) -> Path:
    """Where it is; the ledger is in a repository."""
    found = private(root, "journal")
    assert found is not None  # noqa: S101  asked before
    return found


def write(root: Path, changes: Sequence[Change], passage: Sequence[str] = ()) -> None:
    """Write it to the disk.

    Args:
        root: the ledger's folder.
        changes: what the command does to files.
        passage: or, from which commit to which it brings all of them.
    """
    record = {
        "command": ["xuncha", *sys.argv[1:]],
        "passage": passage,
        "changes": [[path, _encode(before), _encode(after)] for path, before, after in changes],
    }
    place(root).parent.mkdir(exist_ok=True)
    files.replace(place(root), json.dumps(record).encode())


def read(root: Path) -> tuple[str, list[Change], list[str]]:
    """The command as it was typed, the changes, and the passage."""
    import shlex  # noqa: PLC0415  only after a crash

    try:
        record = json.loads(place(root).read_bytes())
    except (FileNotFoundError, ValueError):  # another command has just finished; or it is none of ours
        return "", [], []
    changes = [(path, _decode(before), _decode(after)) for path, before, after in record["changes"]]
    return shlex.join(record["command"]), changes, record.get("passage", [])


def drop(root: Path) -> None:
    """Take it away. Should the disk forget this, or refuse it by now, the next command finds that nothing is left of the change."""
    with contextlib.suppress(OSError):
        place(root).unlink(missing_ok=True)


def _encode(content: bytes | None) -> str | None:
    return None if content is None else base64.b64encode(content).decode()


def _decode(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)
