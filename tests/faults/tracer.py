"""Run a program and its children, and stop before each system call that writes (Linux on x86-64).

    python tracer.py ORDER LOG PROGRAM ARGUMENT …

ORDER is JSON: `at` is the number of the call before which the fault happens (from 0; without it, calls are only logged). The fault is
`kill` (`caller`: the process that makes the call; `all`: every process of the run, as in a power cut) or `error` (the call is not made
and returns this error, such as ENOSPC). `lasting` repeats the error for each later call that needs room or writes. `armed` names a file:
calls before it exists are not counted. LOG gets a line of JSON for each call. Strace counts calls for each process; here all processes
share one count, so that a number is an instant.

A seccomp filter stops the processes at these calls only, so a run takes hardly longer than untraced.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import platform
import signal
import struct
import sys
from typing import Any, NamedTuple

AVAILABLE = sys.platform == "linux" and platform.machine() == "x86_64"

CALLS = {
    1: ("write", "f"), 18: ("pwrite64", "f"), 20: ("writev", "f"), 40: ("sendfile", "f"), 326: ("copy_file_range", "--f"),
    74: ("fsync", "f"), 75: ("fdatasync", "f"), 162: ("sync", ""), 306: ("syncfs", "f"),
    77: ("ftruncate", "f"), 285: ("fallocate", "f"), 91: ("fchmod", "f"),
    76: ("truncate", "p"), 82: ("rename", "pp"), 83: ("mkdir", "p"), 84: ("rmdir", "p"), 85: ("creat", "p"), 86: ("link", "pp"),
    87: ("unlink", "p"), 88: ("symlink", "pp"), 90: ("chmod", "p"),
    2: ("open", "p"), 257: ("openat", "dp"), 258: ("mkdirat", "dp"), 263: ("unlinkat", "dp"), 264: ("renameat", "dpdp"),
    316: ("renameat2", "dpdp"), 265: ("linkat", "dpdp"), 266: ("symlinkat", "pdp"), 268: ("fchmodat", "dp"),
}  # fmt: skip
"""The calls that write, by number: the name, and what its arguments are (f: file, d: folder of the next path, p: path)."""
_FLAGS = {"open": 1, "openat": 2}
"""Which argument says how a file is opened."""
_MAKES = os.O_CREAT | os.O_TRUNC
NEEDS_ROOM = {"write", "pwrite64", "writev", "sendfile", "copy_file_range", "mkdir", "mkdirat", "open", "openat", "creat", "link",
              "linkat", "rename", "renameat", "renameat2", "fsync", "fdatasync", "fallocate", "symlink", "symlinkat"}  # fmt: skip
"""What a full disk refuses; what takes away still works."""

_TRACEME, _CONT, _GETREGS, _SETREGS, _SETOPTIONS, _GET_SYSCALL_INFO = 0, 7, 12, 13, 0x4200, 0x420E
_EVENT_SECCOMP = 7
_OPTIONS = (
    0x2 | 0x4 | 0x8 | 0x10 | 0x80 | 0x100000
)  # fork, vfork, clone, exec, seccomp; all die with the tracer
_ALL_CHILDREN = 0x40000000
_REGISTERS, _RESULT, _NUMBER = 27, 10, 15
_AT_FDCWD = -100


class Call(NamedTuple):
    """A system call that is about to be made."""

    pid: int
    name: str
    paths: list[str]


def main(order: dict[str, Any], log: str, command: list[str]) -> int:
    """Run the command under an order; its exit code (128 and the signal, where it was killed)."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.ptrace.restype = ctypes.c_long
    libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    first = os.fork()
    if first == 0:
        libc.ptrace(_TRACEME, 0, None, None)
        os.kill(os.getpid(), signal.SIGSTOP)
        _filter(libc)
        os.execvp(command[0], command)  # noqa: S606  no shell is meant
    os.waitpid(first, 0)
    _ask(libc, _SETOPTIONS, first, _OPTIONS)
    _ask(libc, _CONT, first, 0)
    with open(log, "w", encoding="utf-8") as stream:  # noqa: PTH123
        return _Run(libc, first, order, stream).follow()


class _Run:
    def __init__(self, libc: Any, first: int, order: dict[str, Any], log: Any) -> None:
        self.libc = libc
        self.first = first
        self.order = order
        self.log = log
        self.count = 0
        self.alive = {first}
        self.code = 0

    def follow(self) -> int:
        """Until none of them is left."""
        while self.alive:
            try:
                pid, status = os.waitpid(-1, _ALL_CHILDREN)
            except ChildProcessError:
                break
            if os.WIFSTOPPED(status):
                self._stopped(pid, status)
                continue
            self.alive.discard(pid)
            if pid == self.first:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code if self.code >= 0 else 128 - self.code

    def _stopped(self, pid: int, status: int) -> None:
        sent, event = os.WSTOPSIG(status), status >> 16
        if event == _EVENT_SECCOMP:
            self._before(pid)
            sent = 0
        elif event or (sent == signal.SIGSTOP and pid not in self.alive) or sent == signal.SIGTRAP:
            sent = 0  # a new process, or a new program
        self.alive.add(pid)
        _ask(self.libc, _CONT, pid, sent, gone_is_well=True)

    def _before(self, pid: int) -> None:
        armed = self.order.get("armed")
        call = self._call(pid) if armed is None or os.path.exists(armed) else None  # noqa: PTH110
        if call is None:
            return
        number, at = self.count, self.order.get("at")
        self.count += 1
        fault = at is not None and (number == at or (bool(self.order.get("lasting")) and number > at))
        if fault and "error" in self.order:
            files = call.paths and all(path.startswith("/") for path in call.paths)  # no pipe has a disk
            fault = bool(files) and (self.order["error"] != "ENOSPC" or call.name in NEEDS_ROOM)
        line = {
            "number": number,
            "first": pid == self.first,
            "pid": pid,
            "call": call.name,
            "paths": call.paths,
            "fault": fault,
        }
        self.log.write(json.dumps(line) + "\n")
        self.log.flush()
        if not fault:
            return
        if "error" in self.order:
            self._refuse(pid, getattr(errno, self.order["error"]))
        else:
            for each in self.alive if self.order["kill"] == "all" else {pid}:
                os.kill(each, signal.SIGKILL)

    def _call(self, pid: int) -> Call | None:
        buffer = ctypes.create_string_buffer(104)
        _ask(self.libc, _GET_SYSCALL_INFO, pid, buffer, len(buffer), gone_is_well=True)
        number, *arguments = struct.unpack_from("<7q", buffer, 24)
        if number not in CALLS:
            return None
        name, kinds = CALLS[number]
        if name in _FLAGS and not arguments[_FLAGS[name]] & _MAKES:
            return None
        try:
            return Call(pid, name, list(_paths(pid, kinds, arguments)))
        except OSError:  # it was killed meanwhile
            return None

    def _refuse(self, pid: int, error: int) -> None:
        registers = (ctypes.c_ulonglong * _REGISTERS)()
        _ask(self.libc, _GETREGS, pid, registers)
        registers[_NUMBER] = ctypes.c_ulonglong(-1).value  # no call at all
        registers[_RESULT] = ctypes.c_ulonglong(-error).value
        _ask(self.libc, _SETREGS, pid, registers)


def _paths(pid: int, kinds: str, arguments: list[int]) -> Any:
    folder = _behind(pid, "cwd")
    for kind, argument in zip(kinds, arguments, strict=False):
        if kind == "f":
            yield _behind(pid, f"fd/{ctypes.c_int(argument).value}")
        elif kind == "d":
            handle = ctypes.c_int(argument).value
            folder = _behind(pid, "cwd" if handle == _AT_FDCWD else f"fd/{handle}")
        elif kind == "p":
            yield os.path.normpath(os.path.join(folder, _text(pid, argument)))  # noqa: PTH118


def _behind(pid: int, name: str) -> str:
    return os.readlink(f"/proc/{pid}/{name}")  # noqa: PTH115  as text: a pipe is no path


def _text(pid: int, address: int) -> str:
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:  # noqa: PTH123
        text = b""
        while b"\0" not in text:
            memory.seek(address + len(text))
            # Not beyond a page, the next one may not be there.
            text += memory.read(4096 - (address + len(text)) % 4096)
    return os.fsdecode(text.partition(b"\0")[0])


def _ask(libc: Any, request: int, pid: int, data: Any, size: int = 0, *, gone_is_well: bool = False) -> None:
    """Call ptrace; `size` where it wants one before the data."""
    if libc.ptrace(request, pid, size or None, data or None) < 0:
        error = ctypes.get_errno()
        if not (gone_is_well and error == errno.ESRCH):
            raise OSError(error, f"ptrace {request}: {os.strerror(error)}")


def _filter(libc: Any) -> None:
    """Have the kernel stop this process and all that it starts at the calls that write, and at no other."""
    load, equal, give = 0x20, 0x15, 0x06
    trace, allow = 0x7FF00000, 0x7FFF0000
    numbers = sorted(CALLS)
    lines = [(load, 0, 0, 0)]
    lines += [(equal, len(numbers) - place, 0, number) for place, number in enumerate(numbers)]
    lines += [(give, 0, 0, allow), (give, 0, 0, trace)]
    program = b"".join(struct.pack("<HBBI", *line) for line in lines)
    text = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("<H6xQ", len(lines), ctypes.addressof(text))
    no_new_rights, set_filter, mode = 38, 22, 2
    if libc.prctl(no_new_rights, 1, 0, 0, 0) or libc.prctl(set_filter, mode, ctypes.c_char_p(header), 0, 0):
        os._exit(126)


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1]), sys.argv[2], sys.argv[3:]))
