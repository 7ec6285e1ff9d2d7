"""The audit of what the program itself has done."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk


def test_files_attached_on_one_day_in_the_same_words_are_no_rewriting(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    for folder in ("一", "二"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "评审意见.pdf").write_text(folder)
        ledger.ok("attach", "1.2", tmp_path / folder / "评审意见.pdf", XUNCHA_TODAY="")
    assert ledger.json("audit") == []
    ledger.write(ledger.path("1.2"), ledger.read("1.2").replace("评审意见-2.pdf", "评审意见.pdf"))
    ledger.commit()
    assert "entry-rewritten" in {each["code"] for each in _found(ledger)}


def test_an_extension_that_comes_too_late_is_said_when_it_is_made(ledger: LedgerOnDisk) -> None:
    in_time = ledger.run("extend", "1.2", "--due", "2025-01-31", "--reason", "手续未完")
    assert (in_time.code, in_time.err) == (0, "")
    late = ledger.run(
        "extend", "1.2", "--due", "2025-03-31", "--reason", "手续未完", XUNCHA_TODAY="2025-02-01"
    )
    assert late.code == 0
    assert "2025-01-31" in late.err
    assert "deadline-passed" in {each["code"] for each in _found(ledger)}


def _found(ledger: LedgerOnDisk) -> list[dict[str, str]]:
    import json

    found: list[dict[str, str]] = json.loads(ledger.run("audit", "--json").out)
    return found
