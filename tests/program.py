"""Run the program as a user runs it, in its own process, without loading Python and the libraries again.

The process is a fork of the test process: libraries and all rooms are loaded, with empty caches. The command
line is the one loaded for it; for another language it is imported again. If a variable is set that affects a new interpreter,
a real one is started, as on systems without fork.
"""

from __future__ import annotations

import gc
import hashlib
import importlib
import marshal
import os
import pickle
import pkgutil
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import warnings
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeVar, cast

from rich._unicode_data._versions import VERSIONS

import xuncha
from xuncha.language import use_language
from xuncha.model.fields import Record
from xuncha.paper.own import built_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from jinja2 import Environment

T = TypeVar("T")
LIMIT = 120
"""Seconds."""
_ANEW = ("xuncha.__main__", "xuncha.cli")
"""Modules whose texts are translated at import, or that ask for the shell."""
_LANGUAGE = "zh"
"""The language in which the command line is loaded once."""
_LIBRARIES = (
    "typer.rich_utils",
    "typer.core",
    "rich.table",
    "rich.console",
    f"rich._unicode_data.unicode{VERSIONS[-1].replace('.', '-')}",
    "ruamel.yaml",
    "yaml12",
    "fasteners",
    "pydantic.type_adapter",
    "typer._click.decorators",
    "typer._adapters",
    "rjieba",
    "docxtpl",
    "xlsxwriter",
    "python_calamine",
    "icalendar",
    "chinese_calendar",
    "zxcvbn",
    "bagit",
    "defusedxml.ElementTree",
    "duckdb",
    "pwdlib.hashers.argon2",
)
_AT_START = ("LANG", "LC_", "PYTHON")
"""Prefixes of variables that affect a new interpreter."""


class _Loaded(NamedTuple):
    """The state that a child starts with."""

    clears: list[Callable[[], None]]
    """Functions that empty the caches."""
    command_line: dict[str, ModuleType]
    """The modules for a child in the language in which they were loaded."""


class Run(NamedTuple):
    """The result of a run of the program."""

    code: int
    out: bytes
    err: bytes


def run(arguments: Sequence[str], folder: Path, environment: Mapping[str, str], stdin: bytes = b"") -> Run:
    """Run the program with arguments in a folder; it must end within `LIMIT` seconds."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(stdin)
        given.seek(0)
        code = start(arguments, folder, environment, [stream.fileno() for stream in (given, out, err)])()
        out.seek(0)
        err.seek(0)
        return Run(code, out.read(), err.read())


def piped(arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> bytes:
    """Run the program, which must succeed, with its output in a pipe; return the output."""
    out, into = os.pipe()
    with open(os.devnull, "r+b") as nothing, open(out, "rb") as stream:  # noqa: PTH123
        wait = start(arguments, folder, environment, [nothing.fileno(), into, nothing.fileno()])
        os.close(into)
        content = stream.read()
        assert wait() == 0
    return content


def start(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], streams: Sequence[int]
) -> Callable[[], int]:
    """Start the program with three streams; return a function that waits for its end and returns its exit code."""
    at_start = {name for name in environment if name.startswith(_AT_START)}
    alike = all(environment[name] == os.environ.get(name) for name in at_start)
    if not (alike and hasattr(os, "fork")):
        return _started(arguments, folder, environment, streams)
    from tests.nursery import Nursery, is_patched, nursery

    seen = tempfile.TemporaryFile()  # noqa: SIM115  closed by the waiting function
    own = Nursery() if is_patched() else None
    run = (own or nursery()).spawn(
        arguments, folder, environment, streams, seen.fileno() if _measured() else None
    )

    def wait() -> int:
        with seen:
            try:
                code = run.wait(LIMIT)
            except subprocess.TimeoutExpired:
                os.kill(run.pid, signal.SIGKILL)
                raise
            _add_to_measured(seen)
        if own:
            own.close()
        return code

    return wait


def aside(function: Callable[..., T], *arguments: Any) -> T:
    """Call a function in a fork of this process, and return what it returns, or raise what it raises.

    For functions that start threads, such as typst: afterwards a process could not fork programs that use typst.
    """
    if not hasattr(os, "fork"):
        return function(*arguments)
    with tempfile.TemporaryFile() as told, tempfile.TemporaryFile() as seen:
        child = os.fork()
        if child == 0:
            measured = _measured()
            for lines in measured.values():
                lines.clear()
            answer: Any
            try:
                answer = function(*arguments), None
            except BaseException as error:  # noqa: BLE001  raised again in the test
                answer = None, (type(error), error.args, vars(error))
            pickle.dump(answer, told)
            told.flush()
            marshal.dump(measured, seen)
            seen.flush()
            os._exit(0)
        code = _ended(child)
        assert code == 0, f"{function} ended its process: {code}"
        _add_to_measured(seen)
        told.seek(0)
        returned, raised = pickle.load(told)  # noqa: S301  its own fork wrote it
    if raised:
        kind, said, held = raised
        known = kind.__new__(kind, *said)
        vars(known).update(held)
        raise known
    return cast("T", returned)


@cache
def load() -> _Loaded:
    """Load the modules that commands need, so that no child has to."""
    _keep_templates()
    for name in _LIBRARIES:
        importlib.import_module(name)
    own = {name: module for name, module in sys.modules.items() if name.startswith(_ANEW)}
    _forget_command_line()
    with use_language(_LANGUAGE):
        for module in pkgutil.walk_packages(xuncha.__path__, "xuncha."):
            importlib.import_module(module.name)
    for record in Record.__subclasses__():
        record.model_rebuild()  # otherwise built in each child, when it first makes one
    modules = [module for name, module in sys.modules.items() if name.startswith("xuncha.")]
    clears = [
        value.cache_clear
        for module in modules
        for value in vars(module).values()
        if hasattr(value, "cache_clear")
    ]
    command_line = {name: module for name, module in sys.modules.items() if name.startswith(_ANEW)}
    _forget_command_line()
    sys.modules.update(own)  # modules that the tests import themselves stay
    gc.freeze()  # collecting inherited objects would copy their memory in each child
    return _Loaded(clears, command_line)


def _keep_templates() -> None:
    """Keep the compiled built-in templates for this process and all its children."""
    from jinja2 import Environment

    compiled, place = Environment.compile, tempfile.TemporaryDirectory()

    def compile_once(
        self: Environment, source: str, name: str | None = None, filename: str | None = None, **how: bool
    ) -> CodeType:
        if not (filename and Path(filename).is_relative_to(built_in())):
            return compiled(self, source, name, filename, **how)  # type: ignore[call-overload,no-any-return]
        rules = (
            type(self),
            self.autoescape,
            self.finalize,
            self.trim_blocks,
            self.lstrip_blocks,
            sorted(self.filters),
        )
        kept = Path(place.name, hashlib.sha256(repr((source, name, rules, how)).encode()).hexdigest())
        if kept.is_file():
            return cast("CodeType", marshal.loads(kept.read_bytes()))  # noqa: S302  its own
        made = compiled(self, source, name, filename, **how)  # type: ignore[call-overload]
        with suppress(OSError):  # the process of own templates may write no file
            new = kept.with_suffix(f".{os.getpid()}")
            new.write_bytes(marshal.dumps(made))
            new.replace(kept)
        return cast("CodeType", made)

    Environment.compile = compile_once  # type: ignore[method-assign,assignment]


def take_command_line() -> None:
    """Make the command line that was loaded for children this process's own, so that a child need not."""
    _forget_command_line()
    sys.modules.update(load().command_line)
    vars(xuncha)["cli"] = load().command_line["xuncha.cli"]


def _forget_command_line() -> None:
    for name in [name for name in sys.modules if name.startswith(_ANEW)]:
        del sys.modules[name]


def _started(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str], streams: Sequence[int]
) -> Callable[[], int]:
    given, out, err = streams
    command = [sys.executable, "-m", "xuncha", *arguments]
    process = subprocess.Popen(command, cwd=folder, env=environment, stdin=given, stdout=out, stderr=err)

    def wait() -> int:
        try:
            return process.wait(LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise

    return wait


def _ended(child: int) -> int:
    """Wait for a child, and return its exit code."""
    if hasattr(os, "pidfd_open"):
        end = os.pidfd_open(child)
        ended = bool(select.select([end], [], [], LIMIT)[0])
        os.close(end)
    else:
        until, ended = time.monotonic() + LIMIT, False
        while not ended and time.monotonic() < until:
            time.sleep(0.005)
            ended = os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    if not ended:
        os.kill(child, signal.SIGKILL)
    _pid, status = os.waitpid(child, 0)
    if not ended:
        raise subprocess.TimeoutExpired("xuncha", LIMIT)
    return os.waitstatus_to_exitcode(status)


def in_child(
    arguments: Sequence[str],
    folder: str | Path,
    environment: Mapping[str, str],
    streams: Sequence[int],
    seen: Sequence[int],
    loaded: _Loaded,
) -> int:
    """Run the program in a forked child; return its exit code. Nothing of the forking test may continue here.

    The lines that were run go to the file `seen`; if there is none, they are not measured.
    """
    code = 1
    measured = _measured()
    if not seen:
        sys.settrace(None)
        threading.settrace(None)
    try:
        for lines in measured.values():
            lines.clear()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)
        sys.argv = ["xuncha", *arguments]
        sys.orig_argv = [sys.executable, "-m", "xuncha", *arguments]
        warnings.resetwarnings()
        if not _speaks(arguments, environment):
            _forget_command_line()
        for clear in loaded.clears:
            clear()
        try:
            importlib.import_module("xuncha.__main__").main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1 if end.code else 0
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # noqa: BLE001  as an interpreter ends
        traceback.print_exc(file=sys.stderr)
        sys.stderr.flush()
    finally:
        for each in seen:
            with open(each, "wb", closefd=False) as told:
                marshal.dump(measured, told)
    return code


def _speaks(arguments: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Return whether a run uses the language in which the command line was loaded, and is no completion."""
    anew = "_XUNCHA_COMPLETE" in environment or any(each.startswith("--lang") for each in arguments)
    return not anew and environment.get("XUNCHA_LANG") == _LANGUAGE


def _measured() -> dict[str, set[Any]]:
    """Return the lines that coverage has seen in this process, by file; nothing if it does not measure.

    Coverage itself would write a database for each child, which takes longer than the child; so the lines are sent back.
    """
    if "coverage" not in sys.modules:
        return {}
    from coverage import Coverage

    current = Coverage.current()
    return cast("dict[str, set[Any]]", current._collector.data) if current and current._collector else {}


def _add_to_measured(seen: BinaryIO) -> None:
    seen.seek(0)
    measured = _measured()
    for file, lines in marshal.loads(seen.read() or marshal.dumps({})).items():  # noqa: S302  its own fork wrote it
        measured.setdefault(file, set()).update(lines)
