"""Count the steps of a run, where a test must show that it does not take too long.

No test measures time, which depends on the machine and on what else runs there. Speed is shown in `bench/`.
"""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

LIMIT = 5.0
"""Seconds of work for one input; not of waiting, since other processes are at work too."""


class HangError(BaseException):
    """An input has kept the program busy for too long; nothing that catches errors catches it."""


def steps(run: Callable[[], object]) -> int:
    """Run something, and return how many lines of Python it has run, each turn of a loop counted."""
    lines, before = 0, sys.gettrace()

    def count(_frame: FrameType, _event: str, _argument: object) -> Any:
        nonlocal lines
        lines += 1
        return count

    sys.settrace(count)
    try:
        run()
    finally:
        sys.settrace(before)
    return lines


def assert_linear(run: Callable[[int], object], size: int, most: float = 2.5) -> None:
    """Assert that a run of twice the size takes about twice the steps, and not `most` times as many; what compares all with all takes four times."""
    run(size)  # fills the caches
    once, twice = steps(lambda: run(size)), steps(lambda: run(2 * size))
    assert twice < most * once, f"{once} steps for a size of {size}, {twice} for {2 * size}"


@contextmanager
def hang_guard() -> Iterator[None]:
    """End with a HangError where the code hangs, such as a regular expression that searches the rest of a text from each character, whose steps nobody can count.

    The input must be so large that a sound program needs a tenth of the limit at most, and a faulty one much more than the limit.
    """
    if not hasattr(signal, "setitimer"):  # on Windows
        yield
        return

    def fail(_number: int, _frame: FrameType | None) -> None:
        raise HangError(f"no end after {LIMIT} seconds of work")

    before = signal.signal(signal.SIGVTALRM, fail)
    signal.setitimer(signal.ITIMER_VIRTUAL, LIMIT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
