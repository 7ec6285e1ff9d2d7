"""Commands killed at random instants, while git goes on and may still commit."""

from __future__ import annotations

import os
import random
import signal
import statistics
import time
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Result
from tests.faults.aftermath import Scene, traceable, wait_for_git
from tests.faults.table import WHOLE, record
from tests.faults.test_killed_at_every_call import CLOSE
from tests.workflow.surroundings import begin, hook

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

PARTS = 4
INSTANTS = 300

pytestmark = pytest.mark.skipif(
    traceable() and not WHOLE,
    reason="chance finds little where a process can be stopped at each of its system calls",
)


def _took(scene: Scene) -> float:
    """How long the command takes here."""
    took = []
    for _turn in range(3):
        begun = time.monotonic()
        assert begin(scene.ledger, *scene.typed).end()[0] == 0
        took.append(time.monotonic() - begun)
        scene.restore()
    return statistics.median(took)


@pytest.mark.apart
@pytest.mark.parametrize("part", range(PARTS))
def test_a_series_of_kills_loses_nothing(ledger: LedgerOnDisk, part: int) -> None:
    chance = random.Random(part)  # noqa: S311  the same series every time
    hook(ledger, "pre-commit", "sleep 0.03")
    scene = Scene(ledger, CLOSE)
    took = _took(scene)
    for number in range(INSTANTS // PARTS):
        running = begin(ledger, *CLOSE)
        time.sleep(chance.uniform(0, 1.2 * took))
        if number % 2:
            os.killpg(running.process.pid, signal.SIGKILL)
        else:
            running.process.kill()
        out, err = running.process.communicate(timeout=60)
        wait_for_git(ledger)
        ended = Result(running.process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))
        scene.check(ended, f"part {part}, kill {number}")
        scene.restore()
    record("killed-in-time", INSTANTS // PARTS, {"nothing lost": INSTANTS // PARTS})
