"""Count the steps of a run, where a test must show that it does not take too long.

No test measures time, which depends on the machine and on what else runs there. Speed is shown in `bench/`.
"""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

_HANG = 4
"""Seconds of processor time."""


def steps(run: Callable[[], object]) -> int:
    """Run something, and return how many functions it has called, of Python and of C."""
    calls = 0

    def count(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        run()
    finally:
        sys.setprofile(None)
    return calls


def assert_linear(run: Callable[[int], object], size: int) -> None:
    """Assert that a run of twice the size takes at most about twice the steps; one that compares all with all takes four times."""
    run(size)  # fills the caches
    once, twice = steps(lambda: run(size)), steps(lambda: run(2 * size))
    assert twice < 3 * once, f"{once} steps for a size of {size}, {twice} for {2 * size}"


@contextmanager
def hang_guard() -> Iterator[None]:
    """Fail where the code hangs, such as a regular expression that searches the rest of a text from each character, whose steps nobody can count.

    The input must be so large that a sound program needs a tenth of the limit at most, and a faulty one much more than the limit.
    """
    if not hasattr(signal, "setitimer"):  # on Windows
        yield
        return

    def fail(_number: int, _frame: FrameType | None) -> None:
        pytest.fail(f"no end after {_HANG} seconds of processor time")

    before = signal.signal(signal.SIGVTALRM, fail)
    signal.setitimer(signal.ITIMER_VIRTUAL, _HANG)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
