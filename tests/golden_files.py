"""Compare output that people read with the golden files in tests/golden/, byte for byte.

A test calls `agree("notice/seed.txt", text)`. Run pytest with UPDATE_GOLDEN=1 to accept what the program shows now; then
read the difference in git as carefully as code, since a golden file is a promise from then on.
"""

from __future__ import annotations

import difflib
import os
from pathlib import Path

_GOLDEN = Path(__file__).parent / "golden"


def agree_in_section(name: str, section: str, lines: list[str]) -> None:
    """Assert that lines are those below a heading of a golden file, which many cases of one test share.

    To accept what the program shows now, run the test in one process (`-n 0`).
    """
    kept = _GOLDEN / name
    sections = _sections(kept.read_text(encoding="utf-8")) if kept.is_file() else {}
    if os.environ.get("UPDATE_GOLDEN") == "1" and sections.get(section) != lines:
        sections[section] = lines
        kept.parent.mkdir(parents=True, exist_ok=True)
        text = "\n".join(
            f"## {heading}\n\n" + "".join(f"{line}\n" for line in below)
            for heading, below in sections.items()
        )
        kept.write_bytes(text.encode())
    assert lines == sections.get(section), f"golden/{name}: {section}"


def _sections(text: str) -> dict[str, list[str]]:
    """Return the lines below each heading of a golden file."""
    parts = (part.splitlines() for part in text.removeprefix("## ").split("\n## "))
    return {heading: [line for line in lines if line] for heading, *lines in parts}


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
