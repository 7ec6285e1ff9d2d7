"""Many concurrent writers: every change arrives once, in its own commit."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from tests.conftest import measure
from tests.faults.aftermath import sound
from tests.faults.table import WHOLE, record
from tests.workflow.surroundings import findings, touched
from xuncha.model.identity import Identity
from xuncha.store.files import WorkingTree
from xuncha.store.loading import load_ledger as load

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk, Result

WRITES = {2: 40, 3: 90, 5: 130, 8: 240} if WHOLE else {5: 10}
"""Processes, and the writes of all of them together: five hundred in the whole mode."""


@pytest.mark.apart
@pytest.mark.parametrize("writers", WRITES)
def test_of_many_writers_nothing_is_lost(ledger: LedgerOnDisk, writers: int) -> None:
    for number in range(3, 3 + writers):
        ledger.write(f"data/problems/01/1.{number}.yaml", measure(f"1.{number}"))
    ledger.git("add", "-A")
    ledger.git("commit", "-q", "--amend", "--no-edit")  # what the ledger begins with, an audit takes as given
    commits, each = ledger.commits(), WRITES[writers] // writers
    results: list[Result] = []

    def writes(writer: int) -> None:
        """Every other one on the measure that all write to."""
        for turn in range(each):
            identity = "1.2" if turn % 2 else f"1.{3 + writer}"
            results.append(ledger.run("progress", identity, f"第{writer}人第{turn}次。"))

    threads = [threading.Thread(target=writes, args=(writer,)) for writer in range(writers)]
    for thread in threads:
        thread.start()
    looks = 0
    while any(thread.is_alive() for thread in threads):
        assert findings(ledger) == [], "a reader met half of something"
        looks += 1
    assert [(result.code, result.err) for result in results] == [(0, "")] * (each * writers)
    assert ledger.commits() == commits + each * writers
    texts = [
        entry.text
        for record_ in load(WorkingTree(ledger.root)).measures.values()
        for entry in record_.progress
    ]
    for writer in range(writers):
        for turn in range(each):
            assert texts.count(f"第{writer}人第{turn}次。") == 1
    assert all(len(touched(ledger, f"HEAD~{back}")) == 1 for back in range(each * writers))
    assert load(WorkingTree(ledger.root)).measures[Identity(1, 2)]
    sound(ledger, f"{writers} writers")
    record(
        "many-writers", each * writers, {"was done": each * writers, "said that it was done": each * writers}
    )
