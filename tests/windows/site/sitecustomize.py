"""Make an interpreter behave as on Windows, as far as this program can notice; loaded at start if this folder is on PYTHONPATH.

What Python on Windows lacks is removed: modules, functions of `os`, signals. What Windows refuses is refused: replacing or removing a
file that is read-only or open in one of our processes, making a link, forbidden names. Libraries that choose between systems on import
are imported before. `xuncha.system` is set to Windows.
"""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import errno
import getpass  # noqa: F401
import io
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import types
import webbrowser  # noqa: F401
from fcntl import LOCK_EX, LOCK_NB, LOCK_UN, flock
from functools import wraps
from pathlib import Path
from typing import Any

_MODULES = (
    "fcntl",
    "resource",
    "pwd",
    "grp",
    "termios",
    "tty",
    "pty",
    "syslog",
    "readline",
    "curses",
    "posixshmem",
)
_OF_OS = (
    "chown", "chroot", "confstr", "ctermid", "fchdir", "fchmod", "fchown", "fdatasync", "fork", "forkpty", "fpathconf", "fstatvfs",
    "fwalk", "getegid", "geteuid", "getgid", "getgrouplist", "getgroups", "getloadavg", "getpgid", "getpgrp", "getpriority",
    "getresgid", "getresuid", "getsid", "getuid", "initgroups", "killpg", "lchown", "lockf", "major", "makedev", "minor", "mkfifo",
    "mknod", "nice", "openpty", "pathconf", "pidfd_open", "posix_fadvise", "posix_fallocate", "posix_spawn", "posix_spawnp", "pread",
    "preadv", "pwrite", "pwritev", "readv", "register_at_fork", "sched_getaffinity", "sched_yield", "sendfile", "setegid", "seteuid",
    "setgid", "setgroups", "setpgid", "setpriority", "setsid", "setuid", "statvfs", "sync", "sysconf", "tcgetpgrp", "tcsetpgrp",
    "ttyname", "uname", "wait", "wait3", "wait4", "writev", "getxattr", "setxattr", "listxattr", "memfd_create", "O_CLOEXEC",
    "O_DIRECTORY", "O_NOATIME", "O_NOCTTY", "O_NOFOLLOW", "O_NONBLOCK", "O_PATH", "O_SYNC", "O_DSYNC", "O_ASYNC", "RTLD_NOW",
    "EX_OK", "F_LOCK",
)  # fmt: skip
_SIGNALS = (
    "SIGALRM", "SIGBUS", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGIO", "SIGKILL", "SIGPIPE", "SIGPOLL", "SIGPROF", "SIGPWR", "SIGQUIT",
    "SIGSTOP", "SIGSYS", "SIGTRAP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGUSR1", "SIGUSR2", "SIGVTALRM", "SIGWINCH",
    "SIGXCPU", "SIGXFSZ", "alarm", "getitimer", "pause", "pthread_kill", "pthread_sigmask", "setitimer", "siginterrupt", "sigpending",
    "sigwait", "sigwaitinfo", "sigtimedwait", "ITIMER_REAL",
)  # fmt: skip
_FORBIDDEN = re.compile(
    r"""(?ix) .*[<>:"|?*\\\x00-\x1f] .* | .*[.\ ] | (?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?""",
    re.DOTALL,
)
_kill, _readlink, _open = os.kill, os.readlink, builtins.open
_HERE = str(Path(__file__).absolute())


def _lock(handle: int, mode: int, _count: int) -> None:
    """Lock a file as `msvcrt.locking` does: by its handle, so that the same process may not have it twice."""
    try:
        flock(handle, LOCK_UN if mode == 0 else LOCK_EX | LOCK_NB)
    except BlockingIOError:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES)) from None


def _processes() -> list[int | str]:
    """Return this process, its parent, and its children."""
    found: list[int | str] = ["self", os.getppid()]
    for task in os.listdir("/proc/self/task"):
        with contextlib.suppress(OSError), _open(f"/proc/self/task/{task}/children") as stream:
            found += map(int, stream.read().split())
    return found


def _must_be_free(path: Any, **_named: Any) -> None:
    """Refuse what is open, or what a process is in."""
    if isinstance(path, int):
        return
    wanted = os.path.join(
        os.path.realpath(os.path.dirname(os.fsdecode(path))), os.path.basename(os.fsdecode(path))
    )
    for process in _processes():
        places = []
        with contextlib.suppress(OSError):
            places = [
                *(f"/proc/{process}/fd/{each}" for each in os.listdir(f"/proc/{process}/fd")),
                f"/proc/{process}/cwd",
            ]
        for each in places:
            target = ""
            with contextlib.suppress(OSError):
                target = _readlink(each)
            if target == wanted or target.startswith(f"{wanted}/"):
                raise _refused(errno.EACCES, os.fspath(path), f"{process} has it open as {each}")


def _refused(number: int, path: str, why: str) -> OSError:
    error = OSError(number, os.strerror(number), path)
    error.add_note(why)
    return error


def _may_be_called(path: Any) -> None:
    name = "" if isinstance(path, int) else os.path.basename(os.fsdecode(path))
    if _FORBIDDEN.fullmatch(name):
        raise _refused(errno.EINVAL, os.fspath(path), "a name that Windows forbids")


def _watched(module: Any, name: str, look: Any) -> None:
    original = getattr(module, name)

    @wraps(original)
    def watched(*arguments: Any, **named: Any) -> Any:
        assert "dir_fd" not in named or named["dir_fd"] is None, f"{name} with dir_fd"
        look(*arguments, **named)
        return original(*arguments, **named)

    setattr(module, name, watched)


def _before_removing(path: Any, **_named: Any) -> None:
    _must_be_free(path)
    with contextlib.suppress(FileNotFoundError):
        if not os.lstat(path).st_mode & 0o200:
            raise _refused(errno.EACCES, os.fspath(path), "it may only be read")


def _before_replacing(source: Any, target: Any, **_named: Any) -> None:
    _must_be_free(source)
    _may_be_called(target)
    if os.path.lexists(target):
        _before_removing(target)


def _before_renaming(source: Any, target: Any, **_named: Any) -> None:
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), os.fspath(target))
    _before_replacing(source, target)


def _before_opening(path: Any, flags: int = 0, *_rest: Any, **_named: Any) -> None:
    if flags & os.O_CREAT:
        _may_be_called(path)
    if not isinstance(path, int) and os.path.isdir(path):
        raise _refused(errno.EACCES, os.fspath(path), "a folder cannot be opened")


def _before_opening_a_file(path: Any, mode: str = "r", *_rest: Any, **named: Any) -> None:
    if named.get("opener") and not isinstance(path, int) and os.path.isdir(path):
        return  # of `tempfile`, which on Windows asks for a file that goes when it is closed
    _before_opening(path, os.O_CREAT if set(mode) & set("wxa") else 0)


def _no_links(_source: Any, target: Any, **_named: Any) -> None:
    raise _refused(errno.EPERM, os.fspath(target), "links need a right of their own")


class _Popen(subprocess.Popen):  # type: ignore[type-arg]
    def __init__(self, args: Any, *rest: Any, **named: Any) -> None:
        for each in (
            "start_new_session",
            "preexec_fn",
            "pass_fds",
            "umask",
            "user",
            "group",
            "process_group",
        ):
            assert not named.get(each), f"{each} is not for Windows"
        named.pop("creationflags", None)
        if isinstance(args, list) and "-I" in args:  # an interpreter that asks no variable
            args = [
                *args[:-1],
                args[-1].replace("from xuncha", f"import runpy; runpy.run_path({_HERE!r}); from xuncha", 1),
            ]
        super().__init__(args, *rest, **named)

    def kill(self) -> None:
        if self.poll() is None:
            _kill(self.pid, 9)

    terminate = kill


def _no_handlers(*_arguments: Any) -> None:
    raise NotImplementedError


def _decode(name: Any) -> str:
    return str(name.decode("utf-8", "surrogatepass")) if isinstance(name, bytes) else os.fspath(name)


def _encode(name: Any) -> bytes:
    return name if isinstance(name, bytes) else os.fspath(name).encode("utf-8", "surrogatepass")


def pretend() -> None:
    """Take away what Windows has not, and refuse what it refuses."""
    import fasteners.process_mechanism as mechanism  # type: ignore[import-untyped]

    locks = types.ModuleType("msvcrt")
    locks.locking, locks.LK_NBLCK, locks.LK_UNLCK = _lock, 2, 0  # type: ignore[attr-defined]
    sys.modules["msvcrt"] = mechanism.msvcrt = locks
    mechanism._interprocess_mechanism = mechanism._WindowsInterProcessMechanism()
    import fasteners.process_lock as locking  # type: ignore[import-untyped]

    locking._interprocess_mechanism = mechanism._interprocess_mechanism
    from rich import console  # noqa: F401
    from typer import _click  # noqa: F401

    # What it opens goes when it is closed, which Windows has an option for.
    tempfile._os = types.SimpleNamespace(**vars(os))  # type: ignore[attr-defined]
    for name in _MODULES:
        sys.modules[name] = None  # type: ignore[assignment]
    for name in _OF_OS:
        if hasattr(os, name):
            delattr(os, name)
    for name in _SIGNALS:
        if hasattr(signal, name):
            delattr(signal, name)
    shutil._use_fd_functions = False  # type: ignore[attr-defined]
    shutil.rmtree.avoids_symlink_attacks = False
    asyncio.SelectorEventLoop.add_signal_handler = _no_handlers  # type: ignore[assignment, method-assign]
    subprocess.Popen = _Popen  # type: ignore[misc]
    looks = {
        "unlink": _before_removing, "remove": _before_removing, "rmdir": _must_be_free, "replace": _before_replacing,
        "rename": _before_renaming, "open": _before_opening, "mkdir": lambda path, *_rest, **_named: _may_be_called(path),
        "symlink": _no_links,
    }  # fmt: skip
    setattr(os, "fsdecode", _decode)  # noqa: B010
    setattr(os, "fsencode", _encode)  # noqa: B010
    for name, look in looks.items():
        _watched(os, name, look)
    for module in (io, builtins):
        _watched(module, "open", _before_opening_a_file)
    from xuncha import system

    system.WINDOWS = True


pretend()
