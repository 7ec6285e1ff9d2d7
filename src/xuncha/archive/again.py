"""What an archive tells of its commit is made again of that commit, and held against what it says."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from xuncha.archive.case import audit_files, case_of, log_files
from xuncha.archive.facts import ABOUT, AUDIT, LEDGER
from xuncha.archive.facts import facts as facts_of
from xuncha.errors import XunchaError
from xuncha.language import speaking
from xuncha.notice.content import content
from xuncha.notice.render import TEXTS, render
from xuncha.store.files import WorkingTree
from xuncha.store.loading import ledger as load
from xuncha.trail.history import history

if TYPE_CHECKING:
    from pathlib import Path

_OF_THE_COMMIT: Final = ("organisation", "moment", "commits", "object_format")
"""The facts that do not depend on what an archive was made with."""
_OF_THIS_MACHINE: Final = "close-requires-signed-commit"
"""What an audit says of signatures depends on which keys are known where it is made."""


def unlike(payload: Path, root: Path, facts: dict[str, Any]) -> list[str]:
    """Which files of an archive are not what comes of its commit; of the notice, the forms that are text.

    Args:
        payload: the folder with the ledger, the notice, the log and the audit; the ledger's files are those of the commit.
        root: the ledger's folder in a repository with the history, inside `trail.bundle.alone`.
        facts: what the archive says of itself.
    """
    day = date.fromisoformat(facts["date"])
    ledger = load(WorkingTree(payload / LEDGER))
    with speaking("zh"):
        again = log_files(history(root))
        _audited, pages = audit_files(root)
    for form in TEXTS:  # Word files and PDF depend on fonts and packages
        try:
            again[f"notice/notice.{form}"], _warnings = render(content(ledger, day), form, payload / LEDGER)
        except XunchaError:
            again[f"notice/notice.{form}"] = b""
    if _but_for_signatures(pages[AUDIT]) != _but_for_signatures(_read(payload / AUDIT)):
        again[AUDIT] = pages.pop(AUDIT)
    elif pages.pop(AUDIT) == _read(payload / AUDIT):
        again |= pages
    wrong = {path for path, bytes_ in again.items() if _read(payload / path) != bytes_}
    right = facts_of(case_of(ledger, root, facts["commit"], day))
    if any(facts.get(key) != right[key] for key in _OF_THE_COMMIT):
        wrong.add(ABOUT)
    return sorted(wrong)


def _but_for_signatures(told: bytes) -> Any:  # noqa: ANN401
    try:
        found = json.loads(told)
    except (ValueError, RecursionError):
        return told
    return [each for each in found if not isinstance(each, dict) or each.get("code") != _OF_THIS_MACHINE]


def _read(file: Path) -> bytes:
    """A file's bytes; none where it is not there."""
    return file.read_bytes() if file.is_file() else b""
