"""Fork runs of the program from a small process, since a process that has collected all tests is three times as large and forks as much slower.

A process with threads, such as a test of the desk, should not fork either.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from tests import interpreters
from tests.program import in_child, load, take_command_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pytest

_MOST = 1 << 20
"""Bytes of one request at most."""
_JOB = (sys.executable, "-P", "-X", "utf8", "-m", "xuncha")
"""How the command of a desk's job begins."""


class Spawned:
    """A run of the program in the background, with the interface of `Popen`."""

    def __init__(self, told: int) -> None:
        """Keep the descriptor on which the process id arrives, and later the exit code."""
        self._told = os.fdopen(told)
        self._lock = threading.Lock()
        self.pid = int(self._told.readline())
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return the exit code, or None if it still runs."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        if (code := self._ended(timeout)) is None:
            raise subprocess.TimeoutExpired("xuncha", timeout or 0)
        return code

    def _ended(self, timeout: float | None) -> int | None:
        with suppress(ValueError):  # another thread has read it and closed the descriptor
            if self.returncode is None and not select.select([self._told], [], [], timeout)[0]:
                return None
        with self._lock:
            if self.returncode is None:
                with self._told:
                    self.returncode = int(self._told.readline())
        return self.returncode


class Nursery:
    """A process that forks, as long as this one lives."""

    def __init__(self, *, is_shared: bool = False) -> None:
        """Fork it; a shared one is made ready for many forks."""
        self._control, asked = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        load()
        if os.fork() == 0:
            self._control.close()
            if is_shared:
                _use_large_pages()
                subprocess.Popen = interpreters.Popen  # type: ignore[misc]
            _Forks(asked).run()
        asked.close()

    def spawn(
        self,
        arguments: Sequence[str],
        folder: str | Path,
        environment: Mapping[str, str],
        streams: Sequence[int],
        seen: int | None = None,
    ) -> Spawned:
        """Run the program with three streams, in its own session; the lines it has run go to the file `seen`, if there is one."""
        ours, theirs = os.pipe()
        words = json.dumps([[*arguments], os.fspath(folder), {**environment}])
        socket.send_fds(
            self._control, [words.encode()], [theirs, *streams, *([] if seen is None else [seen])]
        )
        os.close(theirs)
        return Spawned(ours)

    def popen(self, command: Sequence[str], **how: Any) -> Any:
        """Replace `Popen` for jobs of the desk; start anything else as usual."""
        if tuple(command[: len(_JOB)]) != _JOB:
            return subprocess.Popen(command, **how)
        with open(os.devnull, "rb") as nothing:  # noqa: PTH123
            streams = [nothing.fileno(), how["stdout"].fileno(), how["stderr"].fileno()]
            return self.spawn(command[len(_JOB) :], how["cwd"], how["env"], streams)

    def close(self) -> None:
        """End it."""
        self._control.close()


@cache
def nursery() -> Nursery:
    """Return the nursery of this process; forked as early as possible it is small, and so are its forks."""
    return Nursery(is_shared=True)


patches: pytest.MonkeyPatch | None = None
"""What the present test has replaced."""


def is_patched() -> bool:
    """Return whether the present test has replaced anything but variables: then its runs must be forked from what it has made."""
    replaced = [*patches._setattr, *patches._setitem] if patches else []
    return any(target is not sys.modules[__name__] and target is not os.environ for target, *_ in replaced)


class _Forks:
    """The process itself: it forks the requested runs until the other side closes."""

    def __init__(self, asked: socket.socket) -> None:
        self._asked = asked
        self._told: dict[int, int] = {}
        """By the process id of a run, the descriptor that waits for its exit code."""
        self._woken, self._wakes = socket.socketpair()
        self._wakes.setblocking(False)

    def run(self) -> NoReturn:
        """Fork until there is nobody left to ask for it."""
        take_command_line()
        signal.set_wakeup_fd(self._wakes.fileno())
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        while True:
            ready, _, _ = select.select([self._asked, self._woken], [], [])
            if self._woken in ready:
                self._woken.recv(_MOST)
                self._tell_of_ended()
            if self._asked in ready:
                self._fork()

    def _fork(self) -> None:
        words, descriptors, _flags, _from = socket.recv_fds(self._asked, _MOST, 5)
        if not words:
            os._exit(0)
        told, *streams = descriptors
        child = os.fork()
        if child == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for each in (self._asked, self._woken, self._wakes):
                each.close()
            os.close(told)
            os.setsid()
            arguments, folder, environment = json.loads(words)
            os._exit(in_child(arguments, folder, environment, streams[:3], streams[3:], load()))
        for stream in streams:
            os.close(stream)
        self._told[child] = told
        os.write(told, b"%d\n" % child)

    def _tell_of_ended(self) -> None:
        while self._told and (ended := os.waitpid(-1, os.WNOHANG))[0]:
            told = self._told.pop(ended[0])
            with suppress(BrokenPipeError):
                os.write(told, b"%d\n" % os.waitstatus_to_exitcode(ended[1]))
            os.close(told)


def _use_large_pages() -> None:
    """Let Linux hold the memory of this process in pages of two megabytes: a fork copies the table of pages, and takes a third of the time."""
    size, advices = 2 << 20, (14, 25)  # MADV_HUGEPAGE, MADV_COLLAPSE
    with suppress(OSError, AttributeError):
        advise = ctypes.CDLL(None).madvise
        for area in re.findall(
            r"^(\w+)-(\w+) rw-p 0+ 00:00 0 *(?:\[heap\])?$", Path("/proc/self/maps").read_text(), re.MULTILINE
        ):
            start, end = (int(each, 16) for each in area)
            start, end = -(-start // size) * size, end // size * size
            for advice in advices if end > start else ():
                advise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), advice)
