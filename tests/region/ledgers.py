"""Small ledgers side by side, and rows files."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from xuncha.region.rows import Row

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

ROWS = [
    Row(1, "林业局", "第一轮", 1, number, "closed", "once", "2024-06-01", "2024-05-01", 1, True, 14, 180, "2024-05-01", None, "2024-06-10", None, None)
    for number in (1, 2)
]  # fmt: skip


def renamed(ledger: LedgerOnDisk, target: Path, name: str, **_more: str) -> Path:
    """Copy a ledger with its history, and give it another unit's name."""
    shutil.copytree(ledger.root, target)
    file = target / "data/ledger.yaml"
    text = file.read_text(encoding="utf-8").replace(
        "organisation: 中共某市水务局党组", f"organisation: {name}"
    )
    file.write_text(text, encoding="utf-8")
    return target


def rolled(ledger: LedgerOnDisk, *arguments: object, code: int = 0) -> dict[str, Any]:
    """Return what `rollup --json` prints."""
    result = ledger.run("rollup", *map(str, arguments), "--json")
    assert result.code == code, result.err
    told: dict[str, Any] = json.loads(result.out)
    return told
