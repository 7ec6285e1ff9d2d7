"""What an archive tells of its commit is made again of that commit, and held against what it says."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from xuncha.archive.case import audit_files, log_files
from xuncha.archive.facts import AUDIT, LEDGER
from xuncha.errors import XunchaError
from xuncha.language import speaking
from xuncha.notice.content import content
from xuncha.notice.render import render
from xuncha.store.files import WorkingTree
from xuncha.store.loading import ledger as load
from xuncha.trail.history import history

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

TEXTS: Final = ("txt", "md", "html")
"""The forms of the notice that are the same wherever they are made; Word files and PDF depend on fonts and packages."""
_OF_THIS_MACHINE: Final = "close-requires-signed-commit"
"""What an audit says of signatures depends on which keys are known where it is made."""


def unlike(payload: Path, root: Path, day: date, made: list[str]) -> list[str]:
    """Which files of an archive are not what comes of its commit.

    Args:
        payload: the folder with the ledger, the notice, the log and the audit; the ledger's files are those of the commit.
        root: the ledger's folder in a repository with the history, inside `trail.bundle.alone`.
        day: as which everything was counted.
        made: the forms of the notice that should be there.
    """
    with speaking("zh"):
        again = log_files(history(root))
        _audited, pages = audit_files(root)
    ledger = load(WorkingTree(payload / LEDGER))
    for form in TEXTS:
        if form in made:
            try:
                text, _warnings = render(content(ledger, day), form, payload / LEDGER)
            except XunchaError:
                text = b""
            again[f"notice/notice.{form}"] = text.encode() if isinstance(text, str) else text
    if _but_for_signatures(pages[AUDIT]) != _but_for_signatures(_read(payload / AUDIT)):
        again[AUDIT] = pages.pop(AUDIT)
    elif pages.pop(AUDIT) == _read(payload / AUDIT):
        again |= pages
    return sorted(path for path, bytes_ in again.items() if _read(payload / path) != bytes_)


def _but_for_signatures(told: bytes) -> Any:  # noqa: ANN401
    try:
        found = json.loads(told)
    except (ValueError, RecursionError):
        return told
    return [each for each in found if not isinstance(each, dict) or each.get("code") != _OF_THIS_MACHINE]


def _read(file: Path) -> bytes:
    return file.read_bytes() if file.is_file() else b""
