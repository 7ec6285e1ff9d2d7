"""File names that Windows cannot hold, or cannot tell apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cli.inside import run_inside
from tests.doctor.test_doctor import not_well

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("data/evidence/1.2/评审:意见.pdf", "Windows 不允许"),
        ("data/evidence/1.2/CON.txt", "Windows 不允许"),
        ("data/evidence/1.2/com1", "Windows 不允许"),
        ("data/evidence/1.2/结尾.", "Windows 不允许"),
        ("data/evidence/1.2/空格 ", "Windows 不允许"),
        ("data/evidence/1.2/A.PDF", "大小写"),
        (f"data/evidence/1.2/{'附' * 70}/{'件' * 70}/{'长' * 60}.pdf", "太长"),
        ("data/evidence/1.2/规划科〔2024〕8号 (终稿).pdf", ""),
        ("data/evidence/1.2/.gitkeep", ""),
    ],
)
def test_names_that_windows_does_not_hold_are_told(ledger: LedgerOnDisk, path: str, said: str) -> None:
    ledger.write("data/evidence/1.2/a.pdf", "x")
    ledger.write(path, "x")
    ledger.commit()
    told = not_well(run_inside(ledger, "doctor", "--json"))
    assert ("not-for-windows" in told) == bool(said)
    if said:
        assert told["not-for-windows"]["state"] == "warning"
        assert said in told["not-for-windows"]["message"]
        assert path.rpartition("/")[2] in told["not-for-windows"]["message"]
