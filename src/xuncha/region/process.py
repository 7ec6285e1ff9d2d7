"""Read ledgers in several processes with time and memory limits, which only the system can enforce for data of strangers.

Messages to and from them are plain values, so that neither side runs code of the other.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from queue import Empty, SimpleQueue
from threading import Thread, Timer
from typing import IO, Any, Final, NamedTuple

from xuncha.language import gettext as _
from xuncha.system import end_group, process_group

YEARS: Final = 10
"""Years of history in a trend; older days are of no use, and may come from a wrong clock."""
Stage = tuple[Any, ...]
"""The state of a ledger at the end of a month: the month (2024-06), problems, complete ones, measures, closed ones, the time
limits of the open ones. Only the month if the ledger was unreadable then."""
_PROGRAM: Final = "import sys; sys.path[:] = {path!r}; from xuncha.region.worker import main; main()"
_AUDIT_FACTOR: Final = 5  # times the limit if history is replayed, too
_SECONDS: Final = 120  # to read one ledger
MEMORY: Final = 2 * 1024**3
"""Bytes of address space for reading one ledger, where the system limits it."""
_LENGTH: Final = 8  # bytes for the length of a message


class Job(NamedTuple):
    """A ledger, or a repository of ledgers, to read."""

    kind: str  # folder, bare or archive, as in `sources.Kind`
    path: str
    today: str
    at: str | None  # the day as of which history is read; None for the present state
    audit: bool
    language: str
    trend: bool = False


class Read(NamedTuple):
    """The result of reading one ledger."""

    inside: str = ""  # the ledger's folder in its repository, with a slash at the end; empty at the top
    commit: str | None = None
    moment: str = ""  # the time of the commit in ISO 8601; empty if there is none, or it was not asked for
    error: str = ""
    is_missing: bool = False  # whether there was no ledger yet on the day asked for
    stages: Sequence[Stage] | None = None  # at the ends of months; None if not asked for, or without history
    rows: Sequence[tuple[Any, ...]] = ()
    """The values of `rows.Row`, then the titles; empty if it is unreadable."""


def month_of(day: date) -> str:
    """Return the month of a day: 2024-06."""
    return day.isoformat()[:7]


def send(pipe: IO[bytes], message: tuple[Any, ...] | list[Any]) -> None:
    """Write a message of plain values, preceded by its length."""
    content = marshal.dumps(message)
    pipe.write(len(content).to_bytes(_LENGTH, "big") + content)
    pipe.flush()


def receive(pipe: IO[bytes]) -> Any:  # noqa: ANN401  plain values
    """Read a message. Raises EOFError if the other side has ended."""
    length = pipe.read(_LENGTH)
    content = pipe.read(int.from_bytes(length, "big"))
    if len(length) < _LENGTH or len(content) < int.from_bytes(length, "big"):
        raise EOFError
    return marshal.loads(content)  # noqa: S302  of the program's own process


def read_all(jobs: Iterable[Job], seconds: int = _SECONDS) -> Iterator[tuple[Job, list[Read]]]:
    """Run jobs in parallel, and yield each with its answer as soon as it is there."""
    queue: SimpleQueue[Job] = SimpleQueue()
    for job in jobs:
        queue.put(job)
    count = queue.qsize()
    results: SimpleQueue[tuple[Job, list[Read]]] = SimpleQueue()
    processes = [_Process(seconds) for _each in range(min(count, os.cpu_count() or 1))]
    threads = [Thread(target=each.work, args=(queue, results), daemon=True) for each in processes]
    for thread in threads:
        thread.start()
    try:
        for _each in range(count):
            yield results.get()
    finally:
        with contextlib.suppress(Empty):  # so that no thread starts another job
            while True:
                queue.get_nowait()
        for each in processes:
            each.kill()
        for thread in threads:
            thread.join()


class _Process:
    """A reading process, and the work of the thread that waits for it; it is restarted after it was killed."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        self._running: subprocess.Popen[bytes] | None = None

    def work(self, jobs: SimpleQueue[Job], results: SimpleQueue[tuple[Job, list[Read]]]) -> None:
        """Run jobs until there are no more."""
        with contextlib.suppress(Empty):
            while True:
                job = jobs.get_nowait()
                results.put((job, self._ask(job)))
        self._end()

    def kill(self) -> None:
        """Kill the process, and a git that it has started."""
        if self._running:
            end_group(self._running, force=True)
            self._running.wait()

    def _ask(self, job: Job) -> list[Read]:
        """Run a job; if the process does not answer in time, kill it and return an answer with that error."""
        seconds = self.seconds * (_AUDIT_FACTOR if job.audit else 1)
        running, start, timer = self._started(), time.monotonic(), Timer(seconds, self.kill)
        timer.daemon = True
        assert running.stdin  # noqa: S101
        assert running.stdout  # noqa: S101  both are pipes
        try:
            timer.start()
            send(running.stdin, tuple(job))
            return [Read._make(each) for each in receive(running.stdout)]
        except (OSError, EOFError, ValueError):
            self._end()
            message = _("the process that read it ended: it takes too much memory, or is not a ledger")
            if time.monotonic() - start >= seconds:
                message = _("it takes more than {n} seconds", n=seconds)
            return [Read(error=message)]
        finally:
            timer.cancel()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._running is None or self._running.poll() is not None:
            # Neither the current folder nor environment variables may decide what the new interpreter loads.
            program = _PROGRAM.format(path=[os.path.abspath(each) for each in sys.path if each])  # noqa: PTH100
            self._running = subprocess.Popen(
                [sys.executable, "-I", "-B", "-X", "utf8", "-c", program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                **process_group(),
            )
        return self._running

    def _end(self) -> None:
        """Kill the process and close its pipes, which only the thread that reads them may do."""
        self.kill()
        for pipe in (self._running.stdin, self._running.stdout) if self._running else ():
            with contextlib.suppress(OSError):  # unsent data is lost
                if pipe:
                    pipe.close()
