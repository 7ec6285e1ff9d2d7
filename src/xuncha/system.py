"""What differs between systems, asked here alone: Windows has no forks, few signals, and keeps files that somebody has open (docs/windows.md)."""

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
_PATIENCE: Final = 2.0
"""Seconds for which a program that looks at a new file, such as a virus scanner, may keep others from it."""
AT_ONCE: Final = 0.25  # seconds for which a file cannot be read that another program is just replacing
_JUNCTION: Final = 0xA0000003
"""How Windows marks a folder that is another one; any user may make such, while links need a right of their own."""
_DIED: Final = 0x8000_0000
"""From here on Windows' exit codes are those of programs that did not end by themselves."""
LONGEST: Final = 259  # characters of a path that programs on Windows may count on


def patiently(act: Callable[[], T], seconds: float = _PATIENCE) -> T:
    """Do something with files; on Windows again for a moment, where another program has one of them open. Raises what it raises."""
    end = time.monotonic() + seconds
    while True:
        try:
            return act()
        except PermissionError:
            if not WINDOWS or time.monotonic() > end:
                raise
            time.sleep(0.05)


def decoded(name: bytes) -> str:
    """Return what git names as text, whatever bytes it holds: Windows' own way refuses those that are no UTF-8."""
    return name.decode("utf-8", "surrogateescape") if WINDOWS else os.fsdecode(name)


def encoded(name: str) -> bytes:
    """Return the bytes by which git knows a name; see `decoded`."""
    return name.encode("utf-8", "surrogateescape") if WINDOWS else os.fsencode(name)


def is_link(path: str | os.PathLike[str]) -> bool:
    """Return whether a path is a link, or a junction of Windows, which leads elsewhere as well."""
    try:
        found = os.lstat(path)
    except (OSError, ValueError):
        return False
    return stat.S_ISLNK(found.st_mode) or getattr(found, "st_reparse_tag", 0) == _JUNCTION


def remove_tree(folder: Path) -> None:
    """Remove a folder with all that is in it, also what may only be read, as git's objects. Raises OSError if that cannot be."""
    import shutil  # noqa: PLC0415  like the others below: those who only look need not wait for it

    if WINDOWS:
        for above, _folders, names in os.walk(folder):
            for place in (os.path.join(above, name) for name in names):  # noqa: PTH118
                if not is_link(place):
                    os.chmod(place, stat.S_IREAD | stat.S_IWRITE)  # noqa: PTH101
    patiently(lambda: shutil.rmtree(folder))


@contextlib.contextmanager
def temporary_folder(prefix: str = "xuncha-") -> Iterator[Path]:
    """Give a folder that goes at the end; what another program holds open stays there, and nobody is the worse for it."""
    import tempfile  # noqa: PLC0415

    folder = Path(tempfile.mkdtemp(prefix=prefix))
    try:
        yield folder
    finally:
        with contextlib.suppress(FileNotFoundError, *([PermissionError] if WINDOWS else [])):
            remove_tree(folder)


def program(name: str, path: str | None = None) -> str | None:
    """Find a program where `path`, else the variable `PATH`, names folders in full; in the folder that one is in, a ledger may have brought one along."""
    endings = [""]
    if WINDOWS:
        known = os.environ.get("PATHEXT", ".COM;.EXE;.BAT;.CMD").split(";")
        endings = [""] if name.lower().endswith(tuple(each.lower() for each in known if each)) else known
    for folder in (path or os.environ.get("PATH", os.defpath)).split(os.pathsep):
        for ending in endings if os.path.isabs(folder) else ():  # noqa: PTH117
            place = os.path.join(folder.strip('"'), name + ending)  # noqa: PTH118
            if os.path.isfile(place) and os.access(place, os.X_OK):  # noqa: PTH113
                return place
    return None


def words_of(command: str) -> list[str]:
    """Return the words of a command that a variable names, such as `EDITOR`, the program as `program` finds it.

    Raises ValueError if its quotes are not closed; FileNotFoundError if there is no such program.
    """
    import shlex  # noqa: PLC0415

    words = shlex.split(command, posix=not WINDOWS)
    if not WINDOWS:
        return words
    words = [each.strip('"') for each in words]
    found = words[0] if os.path.isabs(words[0]) else program(words[0])  # noqa: PTH117
    if found is None:
        raise FileNotFoundError(words[0])
    return [found, *words[1:]]


def apart() -> dict[str, Any]:
    """Return how `Popen` starts a process that Ctrl-C at the terminal does not reach, for `end_all`."""
    if WINDOWS:
        return {"creationflags": 0x00000200}  # CREATE_NEW_PROCESS_GROUP
    return {"start_new_session": True}


def end_all(process: subprocess.Popen[bytes], *, at_once: bool = False) -> None:
    """End a process that was started `apart`, with all that it has started; if not `at_once`, git may put its locks away first."""
    if process.poll() is not None:
        return
    if not WINDOWS:
        with contextlib.suppress(OSError):  # it has just ended
            os.killpg(process.pid, signal.SIGKILL if at_once else signal.SIGTERM)
        return
    if not at_once:
        with contextlib.suppress(OSError):  # there is no console
            process.send_signal(getattr(signal, "CTRL_BREAK_EVENT", signal.SIGTERM))
            return
    import subprocess  # noqa: PLC0415

    kill = os.path.join(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill.exe")  # noqa: PTH118
    with contextlib.suppress(OSError):
        subprocess.run([kill, "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
    process.kill()


def died(code: int) -> bool:
    """Return whether an exit code is that of a program which did not end by itself: by a signal, or as Windows tells it."""
    return code < 0 or code >= _DIED


def keep_within(limits: Mapping[str, int]) -> None:
    """Have the system end this process, or refuse it, where it takes more than it may; what limits is named as by the module `resource`."""
    if WINDOWS:
        with contextlib.suppress(ImportError, AttributeError, OSError):
            _keep_in_a_job(limits)
        return
    import resource  # noqa: PLC0415

    for name, most in limits.items():
        try:
            which = getattr(resource, name)
            _soft, hard = resource.getrlimit(which)
            highest = most + 1 if hard == resource.RLIM_INFINITY else min(most + 1, hard)
            resource.setrlimit(which, (min(most, highest), highest))
        except (AttributeError, ValueError, OSError):  # one that this system does not have
            continue


def _keep_in_a_job(limits: Mapping[str, int]) -> None:
    """Put this process into a job object of Windows, which limits memory, time of the processor, and processes beside it."""
    import ctypes  # noqa: PLC0415

    # JOBOBJECT_EXTENDED_LIMIT_INFORMATION as numbers of eight bytes: of those of four that stand alone the rest is not looked at.
    told = (ctypes.c_uint64 * 18)()
    flags = 0x400  # no window that asks somebody to close what has died
    if (seconds := limits.get("RLIMIT_CPU")) is not None:
        told[0], flags = seconds * 10_000_000, flags | 0x2
    if limits.get("RLIMIT_NPROC") == 0:
        told[5], flags = 1, flags | 0x8
    if (memory := limits.get("RLIMIT_AS")) is not None:
        told[14], flags = memory, flags | 0x100
    told[2] = flags
    kernel: Any = getattr(ctypes, "windll").kernel32  # noqa: B009
    kernel.CreateJobObjectW.restype = kernel.GetCurrentProcess.restype = ctypes.c_void_p
    job = ctypes.c_void_p(kernel.CreateJobObjectW(None, None))
    kernel.SetInformationJobObject(job, 9, ctypes.byref(told), ctypes.sizeof(told))
    kernel.AssignProcessToJobObject(job, ctypes.c_void_p(kernel.GetCurrentProcess()))


def shows_colours() -> bool:
    """Have the terminal that is printed to understand the signs for colours; return whether it does."""
    if not WINDOWS:
        return True
    try:
        import ctypes  # noqa: PLC0415
        import msvcrt  # noqa: PLC0415

        kernel: Any = getattr(ctypes, "windll").kernel32  # noqa: B009  elsewhere there is none
        handle = ctypes.c_void_p(getattr(msvcrt, "get_osfhandle")(1))  # noqa: B009
        mode = ctypes.c_uint32()
        processed = 0x0004  # ENABLE_VIRTUAL_TERMINAL_PROCESSING
        known = kernel.GetConsoleMode(handle, ctypes.byref(mode))
        return bool(known and kernel.SetConsoleMode(handle, ctypes.c_uint32(mode.value | processed)))
    except (ImportError, AttributeError, OSError, ValueError):
        return False
