"""Run a ledger's own templates, and look into files of others, in a process with limits on time and memory, which only the system can enforce (docs/adr/0025)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from xuncha.errors import Finding, InvalidLedgerError, Place, SurroundingsError
from xuncha.language import gettext as _
from xuncha.language import spoken
from xuncha.paper.own import FOLDER, Own
from xuncha.system import died

Task = Literal["render", "fill", "look"]
_NO_TIME_LEFT: Final = 1816  # ERROR_NOT_ENOUGH_QUOTA, with which Windows ends a process
_TIMES: Final = 6  # how much longer than its own time a process may last, on a machine that has other work
_PROGRAM: Final = "import sys; sys.path[:] = {path!r}; from xuncha.paper.worker import main; main()"


class Limits(NamedTuple):
    """What a process may take."""

    seconds: int = 20  # of the processor; where the system counts them for no process, of the clock
    memory: int = 1024 * 1024 * 1024  # bytes that it may address; where the system has such a limit
    output: int = 20 * 1024 * 1024  # bytes of a document


LIMITS: Final = Limits()


class Job(NamedTuple):
    """What a process is sent."""

    task: Task
    files: Mapping[str, bytes | str]  # the ledger's own files: the process reads none of the ledger
    arguments: dict[str, Any]
    given: Mapping[str, object]  # what the template is given
    language: str
    limits: Limits


class LimitError(Exception):
    """A template took more than it may; says of what."""


def run(
    task: Task, files: Own, given: Mapping[str, object], *, limits: Limits | None = None, **arguments: object
) -> bytes:
    """Run a task of `xuncha.paper.worker` in a process of its own, and return the document. Raises LimitError if it took too much, and what the task raises."""
    import pickle  # noqa: PLC0415  only where there are own templates

    limits = limits or LIMITS
    job = Job(task, files.files, arguments, given, spoken(), limits)
    head, _line_end, content = _answer(pickle.dumps(job), limits).partition(b"\n")
    told = json.loads(head)
    if told.get("limit"):
        raise LimitError(told["limit"])
    if told.get("lacking"):
        raise SurroundingsError(*told["lacking"])
    if told.get("findings"):
        found = [Finding(*each) for each in told["findings"]]
        raise InvalidLedgerError([each._replace(place=Place(*each.place)) for each in found])
    files.used += told["used"]
    return content


def too_much_memory(limit: int) -> str:
    """Say that a template took more memory than so many bytes."""
    return _("it takes more memory than {n} MB").format(n=limit >> 20)


def too_large(limit: int) -> str:
    """Say that a template made more than so many bytes."""
    return _("it makes a document of more than {n} MB").format(n=limit >> 20)


def _answer(job: bytes, limits: Limits) -> bytes:
    """Start the process, and return what it answers; it may be ended before it has answered."""
    # Neither the folder in which the program was started nor variables may tell the new interpreter what to load.
    program = _PROGRAM.format(path=[os.path.abspath(each) for each in sys.path if each])  # noqa: PTH100  text, as Python wants it
    command = [sys.executable, "-I", "-B", "-X", "utf8", "-c", program]
    too_long = LimitError(_("it takes more than {n} seconds of the processor").format(n=limits.seconds))
    try:
        done = subprocess.run(
            command, input=job, capture_output=True, timeout=limits.seconds * _TIMES, check=False
        )
    except subprocess.TimeoutExpired:
        raise too_long from None
    if done.returncode == 0:
        return done.stdout
    if done.returncode in {-getattr(signal, "SIGXCPU", 0), _NO_TIME_LEFT}:
        raise too_long
    if died(done.returncode):
        raise LimitError(too_much_memory(limits.memory))
    message = f"the process of a template in {FOLDER}/ failed: {done.stderr.decode(errors='replace')}"
    raise RuntimeError(message)
