"""Fork runs of the program from a separate process, since a process with threads, such as a test of the desk, should not fork."""

from __future__ import annotations

import json
import os
import select
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NoReturn

from tests.program import in_child, load

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

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
    """A process that forks; `close` ends it."""

    def __init__(self) -> None:
        """Fork it; must be called from the main thread."""
        self._control, asked = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        load()
        self._process = os.fork()
        if self._process == 0:
            self._control.close()
            _forks(asked)
        asked.close()

    def spawn(
        self,
        arguments: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        streams: Sequence[int],
    ) -> Spawned:
        """Run the program with three streams, in its own session."""
        ours, theirs = os.pipe()
        words = json.dumps([[*arguments], os.fspath(folder), {**environment}])
        socket.send_fds(self._control, [words.encode()], [*streams, theirs])
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
        """End it; spawned runs continue."""
        self._control.close()
        os.waitpid(self._process, 0)


def _forks(asked: socket.socket) -> NoReturn:
    """Fork the requested runs until the other side closes; without coverage."""
    sys.settrace(None)
    threading.settrace(None)
    while True:
        words, streams, _flags, _from = socket.recv_fds(asked, _MOST, 4)
        if not words:
            os._exit(0)
        watching = os.fork()
        if watching == 0:
            asked.close()
            _watch(words, streams)
        for each in streams:
            os.close(each)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass


def _watch(words: bytes, streams: Sequence[int]) -> NoReturn:
    """Fork the program; send its process id, and at the end its exit code."""
    *three, told = streams
    child = os.fork()
    if child == 0:
        os.close(told)
        os.setsid()
        arguments, folder, environment = json.loads(words)
        with open(os.devnull, "wb") as unseen:  # noqa: PTH123
            os._exit(in_child(arguments, folder, environment, three, unseen, load()))
    for each in three:
        os.close(each)
    os.write(told, b"%d\n" % child)
    os.write(told, b"%d\n" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    os._exit(0)
