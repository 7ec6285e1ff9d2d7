"""Reading the published notice of 18 April 2024, from the file named by XUNCHA_SEED; its text is not in this repository."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

SEED = os.environ.get("XUNCHA_SEED", "")
pytestmark = pytest.mark.skipif(not SEED, reason="XUNCHA_SEED names no file with the notice")


def test_the_tree_the_counts_the_days_and_the_contact_are_those_of_the_notice(ledger: LedgerOnDisk) -> None:
    before = ledger.commits()
    read = json.loads(ledger.ok("import", "notice", SEED, "--json"))
    assert [
        [len(problem["measures"]) for problem in category["problems"]] for category in read["categories"]
    ] == [
        [2, 2, 3],
        [2, 3, 2, 2],
        [2, 2, 2],
    ]
    stated = read["stated"]
    assert (stated["problems_total"], stated["measures_total"]) == (14, 34)
    assert (stated["problems_done"], stated["measures_done"], stated["measures_in_progress"]) == (13, 33, 1)
    assert read["dates"] == {
        "inspection_start": "2023-06-05", "inspection_end": "2023-09-08", "feedback": "2023-11-10", "notice": "2024-04-18",
    }  # fmt: skip
    assert read["contact"]["phone"] == "0546-8382481"
    assert read["contact"]["address"] == "府前大街77号1012房间"
    assert read["contact"]["email"] == "dysfgwbgs@dy.shandong.cn"
    assert (ledger.commits(), ledger.clean()) == (before, True)
