"""History shows the real objects, not git's replacements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.inside import told

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk


def test_what_git_is_told_to_show_instead_is_not_shown(ledger: LedgerOnDisk) -> None:
    (ledger.root / "forged.yaml").write_text(ledger.read("2.2").replace("做好", "伪造"), encoding="utf-8")
    forged = ledger.git("hash-object", "-w", "forged.yaml").strip()
    ledger.git("replace", ledger.git("rev-parse", f"HEAD:{ledger.path('2.2')}").strip(), forged)
    assert "伪造" in ledger.git("show", f"HEAD:{ledger.path('2.2')}"), "git itself is deceived"
    assert "伪造" not in told(ledger, "list", "--at", "HEAD")
    assert "伪造" not in told(ledger, "notice", "--at", "HEAD")
