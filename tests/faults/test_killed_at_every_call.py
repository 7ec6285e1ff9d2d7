"""Commands killed before every system call that writes, alone or with all their processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults.aftermath import Scene, traceable, traced
from tests.faults.table import chosen, record

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

PARTS = 2
CLOSE = ("close", "2.1", "--note", "验收 通过")
ATTACH = ("attach", "1.1", "../评审 意见.pdf")
PDF = b"%PDF-1.7\r\n\x00\xff\n" * 1000

pytestmark = pytest.mark.skipif(not traceable(), reason="no process can be stopped at its system calls here")


@pytest.mark.apart(but=1)
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("typed", [CLOSE, ATTACH], ids=lambda typed: typed[0])
@pytest.mark.parametrize("kill", ["caller", "all"])
def test_whoever_is_killed_before_a_call_nothing_is_lost(
    ledger: LedgerOnDisk, typed: tuple[str, ...], kill: str, part: int
) -> None:
    ledger.write("../评审 意见.pdf", PDF)
    scene = Scene(ledger, typed)
    # When the command makes the call itself, no git is at work: then it is the same whether all are killed.
    numbers = [call["number"] for call in scene.calls if kill == "all" or not call["first"]]
    assert len(numbers) > 60, "the calls were not found"
    mine = chosen(numbers, 4)[part::PARTS]
    struck = 0
    for number in mine:
        ended = traced(ledger, typed, at=number, kill=kill)
        if not ended.struck:  # the register's cache is kept only once the files have stood for a while: then a run has more calls
            scene.restore()
            continue
        struck += 1
        call = ended.calls[-1]
        scene.check(
            ended.result, f"{typed[0]}, {kill} killed before {number}: {call['call']} {call['paths']}"
        )
        scene.restore()
    assert struck
    record("killed-anywhere" if kill == "caller" else "killed-all", struck, scene.found)
