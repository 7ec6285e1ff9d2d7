"""Differences between systems, handled only here: Windows has no forks and few signals, and locks files that are open (docs/windows.md)."""

from __future__ import annotations

import contextlib
import os
import signal
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    import subprocess

T = TypeVar("T")
WINDOWS: bool = os.name == "nt"
_LOCK_TIMEOUT: Final = 2.0
"""Seconds for which a program that inspects a new file, such as a virus scanner, may lock it."""
READ_TIMEOUT: Final = 0.25  # seconds for which a file cannot be read while another program replaces it
_JUNCTION: Final = 0xA0000003
"""The tag of a Windows junction, a folder that leads to another one; any user may make one, while links need a special right."""
_CRASH_CODE: Final = 0x8000_0000
"""The lowest exit code on Windows of a program that did not end by itself."""
MAX_PATH_LENGTH: Final = 259  # the longest path, in characters, that all programs on Windows accept


def retry_locked(function: Callable[[], T], seconds: float = _LOCK_TIMEOUT) -> T:
    """Call a function that uses files; on Windows, retry for some seconds while another program has one of them open. Raises what it raises."""
    end = time.monotonic() + seconds
    while True:
        try:
            return function()
        except PermissionError:
            if not WINDOWS or time.monotonic() > end:
                raise
            time.sleep(0.05)


def decoded(name: bytes) -> str:
    """Return a name from git as text, whatever bytes it holds; Python's own decoding on Windows refuses bytes that are not UTF-8."""
    return name.decode("utf-8", "surrogateescape") if WINDOWS else os.fsdecode(name)


def encoded(name: str) -> bytes:
    """Return the bytes by which git knows a name; the reverse of `decoded`."""
    return name.encode("utf-8", "surrogateescape") if WINDOWS else os.fsencode(name)


def is_link(path: str | os.PathLike[str]) -> bool:
    """Return whether a path is a link, or a junction of Windows, which also leads elsewhere."""
    try:
        status = os.lstat(path)
    except (OSError, ValueError):
        return False
    return stat.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) == _JUNCTION


def remove_tree(folder: Path) -> None:
    """Remove a folder with its content, including read-only files such as git's objects. Raises OSError if that fails."""
    import shutil  # noqa: PLC0415  as below: commands that only read need not load it

    if WINDOWS:
        for above, _folders, names in os.walk(folder):
            for path in (os.path.join(above, name) for name in names):  # noqa: PTH118
                if not is_link(path):
                    os.chmod(path, stat.S_IREAD | stat.S_IWRITE)  # noqa: PTH101
    retry_locked(lambda: shutil.rmtree(folder))


@contextlib.contextmanager
def temporary_folder(prefix: str = "xuncha-") -> Iterator[Path]:
    """Yield a new folder and remove it afterwards; on Windows, what another program holds open may stay, which harms nobody."""
    import tempfile  # noqa: PLC0415

    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield folder
    finally:
        with contextlib.suppress(FileNotFoundError, *([PermissionError] if WINDOWS else [])):
            remove_tree(folder)


def find_program(name: str, path: str | None = None) -> str | None:
    """Find a program in the folders that `path`, else the variable `PATH`, names in full; skip relative ones, where a ledger may have put a program."""
    endings = [""]
    if WINDOWS:
        suffixes = os.environ.get("PATHEXT", ".COM;.EXE;.BAT;.CMD").split(";")
        endings = (
            [""] if name.lower().endswith(tuple(each.lower() for each in suffixes if each)) else suffixes
        )
    for folder in (path or os.environ.get("PATH", os.defpath)).split(os.pathsep):
        for ending in endings if os.path.isabs(folder) else ():  # noqa: PTH117
            file = os.path.join(folder.strip('"'), name + ending)  # noqa: PTH118
            if os.path.isfile(file) and os.access(file, os.X_OK):  # noqa: PTH113
                return file
    return None


def split_command(command: str) -> list[str]:
    """Split a command from a variable, such as `EDITOR`, into words; on Windows, replace the program by the path that `find_program` finds.

    Raises ValueError if its quotes are not closed; FileNotFoundError if there is no such program.
    """
    import shlex  # noqa: PLC0415

    words = shlex.split(command, posix=not WINDOWS)
    if not WINDOWS:
        return words
    words = [word.strip('"') for word in words]
    path = words[0] if os.path.isabs(words[0]) else find_program(words[0])  # noqa: PTH117
    if path is None:
        raise FileNotFoundError(words[0])
    return [path, *words[1:]]


def has_terminal() -> bool:
    """Return whether this process has a terminal, at which a program that it starts may ask something."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def process_group() -> dict[str, Any]:
    """Return the arguments with which `Popen` starts a process that Ctrl-C at the terminal does not reach; end it with `end_group`."""
    if WINDOWS:
        return {"creationflags": 0x00000200}  # CREATE_NEW_PROCESS_GROUP
    return {"start_new_session": True}


def end_group(process: subprocess.Popen[bytes], *, force: bool = False) -> None:
    """End a process that was started with `process_group`, with all its children; unless `force`, git may remove its locks first."""
    if process.poll() is not None:
        return
    if not WINDOWS:
        with contextlib.suppress(OSError):  # it has just ended
            os.killpg(process.pid, signal.SIGKILL if force else signal.SIGTERM)
        return
    if not force:
        with contextlib.suppress(OSError):  # there is no console
            process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM))
            return
    import subprocess  # noqa: PLC0415

    kill = os.path.join(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill.exe")  # noqa: PTH118
    with contextlib.suppress(OSError):
        subprocess.run([kill, "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
    process.kill()


def has_crashed(code: int) -> bool:
    """Return whether an exit code means that a program did not end by itself but by a signal or, on Windows, by a crash."""
    return code < 0 or code >= _CRASH_CODE


def limit_process(limits: Mapping[str, int]) -> None:
    """Limit this process: beyond a limit, the system ends it or refuses its requests. Limits are named as in the module `resource`."""
    if WINDOWS:
        with contextlib.suppress(ImportError, AttributeError, OSError):
            _limit_job(limits)
        return
    import resource  # noqa: PLC0415

    for name, maximum in limits.items():
        try:
            limit = getattr(resource, name)
            _soft, hard = resource.getrlimit(limit)
            highest = maximum + 1 if hard == resource.RLIM_INFINITY else min(maximum + 1, hard)
            resource.setrlimit(limit, (min(maximum, highest), highest))
        except (AttributeError, ValueError, OSError):  # a limit that this system does not have
            continue


def limit_child(pid: int, seconds: int, memory: int) -> None:
    """Limit the processor time and the memory of a process that was just started, where the system can: on Linux."""
    with contextlib.suppress(ImportError, AttributeError, OSError, ValueError):
        import resource  # noqa: PLC0415

        resource.prlimit(pid, resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.prlimit(pid, resource.RLIMIT_DATA, (memory, memory))


def _limit_job(limits: Mapping[str, int]) -> None:
    """Put this process into a job object of Windows, which limits memory, processor time and child processes."""
    import ctypes  # noqa: PLC0415

    # JOBOBJECT_EXTENDED_LIMIT_INFORMATION as numbers of 8 bytes; where a field has only 4, Windows ignores the rest.
    fields = (ctypes.c_uint64 * 18)()
    flags = 0x400  # no dialog that asks somebody to close a crashed program
    if (seconds := limits.get("RLIMIT_CPU")) is not None:
        fields[0], flags = seconds * 10_000_000, flags | 0x2
    if limits.get("RLIMIT_NPROC") == 0:
        fields[5], flags = 1, flags | 0x8
    if (memory := limits.get("RLIMIT_AS")) is not None:
        fields[14], flags = memory, flags | 0x100
    fields[2] = flags
    kernel: Any = getattr(ctypes, "windll").kernel32  # noqa: B009
    kernel.CreateJobObjectW.restype = kernel.GetCurrentProcess.restype = ctypes.c_void_p
    job = ctypes.c_void_p(kernel.CreateJobObjectW(None, None))
    kernel.SetInformationJobObject(job, 9, ctypes.byref(fields), ctypes.sizeof(fields))
    kernel.AssignProcessToJobObject(job, ctypes.c_void_p(kernel.GetCurrentProcess()))


def enable_colours() -> bool:
    """Make the terminal understand colour codes; return whether it does."""
    if not WINDOWS:
        return True
    try:
        import ctypes  # noqa: PLC0415
        import msvcrt  # noqa: PLC0415

        kernel: Any = getattr(ctypes, "windll").kernel32  # noqa: B009  only Windows has it
        handle = ctypes.c_void_p(getattr(msvcrt, "get_osfhandle")(1))  # noqa: B009
        mode = ctypes.c_uint32()
        processed = 0x0004  # ENABLE_VIRTUAL_TERMINAL_PROCESSING
        is_console = kernel.GetConsoleMode(handle, ctypes.byref(mode))
        return bool(is_console and kernel.SetConsoleMode(handle, ctypes.c_uint32(mode.value | processed)))
    except (ImportError, AttributeError, OSError, ValueError):
        return False
