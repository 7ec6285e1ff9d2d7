"""docs/reliability.md lists the same faults as the tests."""

from __future__ import annotations

import re
from pathlib import Path

from tests.faults.table import FAULTS, HEAD, PAGE, page

TESTS = [path for path in Path(__file__).parent.glob("test_*.py") if path.name != Path(__file__).name]


def test_the_page_tells_every_fault_and_no_other() -> None:
    text = PAGE.read_text(encoding="utf-8")
    told = re.findall(r"^\| (.+?) \| (.+?) \| ([0-9]+) \| (.+) \|$", text, re.MULTILINE)
    assert [(what, how) for what, how, _times, _found in told] == [
        (fault.what, fault.how) for fault in FAULTS
    ]
    assert all(int(times) > 0 for _what, _how, times, _found in told)
    assert text.startswith(HEAD.partition("{")[0]), (
        "the page is older than its maker: type `make reliability`"
    )


def test_every_fault_has_a_test() -> None:
    tests = "".join(path.read_text(encoding="utf-8") for path in TESTS)
    assert [fault.key for fault in FAULTS if f'"{fault.key}"' not in tests] == []


def test_the_page_is_made_in_the_same_way_every_time() -> None:
    found = {fault.key: (3, {"was not done": 1, "was done": 2}) for fault in FAULTS}
    assert page(found, "git") == page(found, "git")
    assert page(found, "git").count("| 3 | was done: 2; was not done: 1 |") == len(FAULTS)
