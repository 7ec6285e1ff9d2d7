"""Golden notices of two ledgers: the small one of the tests, and the repository's own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import LedgerOnDisk
from tests.golden_files import agree
from tests.notice.forms import FORMS
from tests.punctuation import half_width, torn_pairs

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk as Ledger

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize("form", FORMS)
def test_the_notice_of_the_small_ledger(ledger: Ledger, form: str) -> None:
    agree(f"notice/small.{form}", ledger.ok("notice", "-f", form))


@pytest.mark.parametrize("form", FORMS)
def test_the_notice_of_the_repositorys_own_ledger(
    tmp_path: Path, environment: dict[str, str], form: str
) -> None:
    seed = LedgerOnDisk(tmp_path / "seed", {**environment, "XUNCHA_TODAY": "2024-04-18"})
    shutil.copytree(REPOSITORY / "data", seed.root / "data")
    shown = seed.ok("notice", "-f", form)
    assert not half_width(shown)
    assert not torn_pairs(shown)
    agree(f"notice/seed.{form}", shown)
