"""Compare output that people read with the golden files in tests/golden/, byte for byte.

A test calls `agree("notice/seed.txt", text)`. Run pytest with UPDATE_GOLDEN=1 to accept what the program shows now; then
read the difference in git as carefully as code, since a golden file is a promise from then on.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path

_GOLDEN = Path(__file__).parent / "golden"


def agree(name: str, text: str) -> None:
    """Assert that a text equals the golden file of this name."""
    kept = _GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN") == "1":
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_bytes(text.encode())
    assert kept.is_file(), f"there is no golden file {name} yet: run with UPDATE_GOLDEN=1, and look at it"
    wanted = kept.read_bytes().decode()
    difference = difflib.unified_diff(
        wanted.splitlines(), text.splitlines(), f"golden/{name}", "what the program shows", lineterm=""
    )
    assert text == wanted, "\n".join(difference)
