"""Read ledgers in several processes with time and memory limits, which only the system can enforce for data of strangers."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from queue import Empty, SimpleQueue
from threading import Thread, Timer, current_thread, main_thread
from typing import Final

from xuncha.language import gettext as _
from xuncha.region.job import LIMITS, Job, Limits, Read, receive, send
from xuncha.system import end_group, process_group

_PROGRAM: Final = "import sys; sys.path[:] = {path!r}; from xuncha.region.worker import main; main()"
_AUDIT_FACTOR: Final = 5  # times the limit if history is replayed, too


def read_all(jobs: Iterable[Job], limits: Limits = LIMITS) -> Iterator[tuple[Job, list[Read]]]:
    """Run jobs in parallel, and yield each with its answer as soon as it is there."""
    queue: SimpleQueue[Job] = SimpleQueue()
    count = 0
    for job in jobs:
        queue.put(job)
        count += 1
    results: SimpleQueue[tuple[Job, list[Read]]] = SimpleQueue()
    processes = [_Process(limits) for _each in range(min(count, os.cpu_count() or 1))]
    threads = [Thread(target=_work, args=(each, queue, results.put), daemon=True) for each in processes]
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
            each.end()
        for thread in threads:
            thread.join()


def _work(
    process: _Process, queue: SimpleQueue[Job], report: Callable[[tuple[Job, list[Read]]], None]
) -> None:
    with contextlib.suppress(Empty):
        while True:
            job = queue.get_nowait()
            report((job, process.ask(job)))
    process.end()


class _Process:
    """A reading process; it is restarted after it was ended."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._running: subprocess.Popen[bytes] | None = None
        self._late = False

    def ask(self, job: Job) -> list[Read]:
        """Run a job; if the process does not answer in time, end it and return an answer with that error."""
        seconds = self.limits.seconds * (_AUDIT_FACTOR if job.audit else 1)
        running = self._started()
        assert running.stdin  # noqa: S101
        assert running.stdout  # noqa: S101  both are pipes
        self._late = False
        watch = Timer(seconds, self._too_late, [running])
        watch.daemon = True
        watch.start()
        try:
            send(running.stdin, tuple(job))
            return [Read._make(each) for each in receive(running.stdout)]
        except (OSError, EOFError, ValueError):
            self._kill(running)
            self._close(running)
            message = _("the process that read it ended: it takes too much memory, or is not a ledger")
            if self._late:
                message = _("it takes more than {n} seconds").format(n=seconds)
            return [Read("", [], error=message)]
        finally:
            watch.cancel()

    def end(self) -> None:
        """End the process."""
        if running := self._running:
            self._kill(running)
            if current_thread() is not main_thread():  # the reader closes it
                self._close(running)

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

    def _too_late(self, running: subprocess.Popen[bytes]) -> None:
        self._late = True
        self._kill(running)

    @staticmethod
    def _close(running: subprocess.Popen[bytes]) -> None:
        for pipe in (running.stdin, running.stdout):
            with contextlib.suppress(OSError):  # unsent data is lost
                if pipe:
                    pipe.close()

    @staticmethod
    def _kill(running: subprocess.Popen[bytes]) -> None:
        """Kill a process, and a git that it has started."""
        end_group(running, force=True)
        running.wait()
