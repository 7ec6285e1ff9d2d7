"""Run a ledger's own templates, and read files from outside, in a separate process with limits on time and memory: only the system can enforce these (docs/adr/0025)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from xuncha.errors import Finding, InvalidLedgerError, Place, SurroundingsError
from xuncha.language import current_language
from xuncha.language import gettext as _
from xuncha.paper.own import FOLDER, OwnFiles
from xuncha.system import has_crashed

Task = Literal["render", "fill", "look"]
_NO_TIME_LEFT: Final = 1816  # ERROR_NOT_ENOUGH_QUOTA, with which Windows ends a process
_TIME_FACTOR: Final = 6  # the limit of elapsed time: so many times the processor time
_PROGRAM: Final = "import sys; sys.path[:] = {path!r}; from xuncha.paper.worker import main; main()"


class Limits(NamedTuple):
    """The limits of a process."""

    seconds: int = 20  # of processor time; elapsed time may be `_TIME_FACTOR` times as much
    memory: int = 1024 * 1024 * 1024  # bytes that it may address, if the system has such a limit
    output: int = 20 * 1024 * 1024  # bytes of a document


LIMITS: Final = Limits()


class Job(NamedTuple):
    """The job that a process is sent."""

    task: Task
    files: Mapping[str, bytes | str]  # the ledger's own files; the process reads nothing of the ledger itself
    arguments: Mapping[str, Any]
    values: Mapping[str, object]  # the values for the template
    language: str
    limits: Limits


class LimitError(Exception):
    """A template exceeded a limit; the text says which one."""


def run(
    task: Task,
    files: OwnFiles,
    values: Mapping[str, object],
    arguments: Mapping[str, str],
    limits: Limits | None = None,
) -> bytes:
    """Run a task of `xuncha.paper.worker` with its arguments in a separate process, and return the document. Raises LimitError if it exceeds a limit, and the errors of the task."""
    import pickle  # noqa: PLC0415  needed only for own templates

    limits = limits or LIMITS
    job = Job(task, files.files, arguments, values, current_language(), limits)
    head, _line_end, content = _answer(pickle.dumps(job), limits).partition(b"\n")
    answer = json.loads(head)
    if answer.get("limit"):
        raise LimitError(answer["limit"])
    if answer.get("lacking"):
        raise SurroundingsError(*answer["lacking"])
    if answer.get("findings"):
        findings = [Finding(*each) for each in answer["findings"]]
        raise InvalidLedgerError([each._replace(place=Place(*each.place)) for each in findings])
    files.used += answer["used"]
    return content


def too_much_memory(limit: int) -> str:
    """Return the message that a template takes more than so many bytes of memory."""
    return _("it takes more memory than {n} MB", n=limit >> 20)


def _answer(job: bytes, limits: Limits) -> bytes:
    """Start the process, and return its answer. Raises LimitError if the system ended it."""
    # The new interpreter must load nothing from the current folder, or because of environment variables.
    program = _PROGRAM.format(path=[os.path.abspath(each) for each in sys.path if each])  # noqa: PTH100  `sys.path` holds texts
    command = [sys.executable, "-I", "-B", "-X", "utf8", "-c", program]
    too_long = LimitError(_("it uses more than {n} seconds of processor time", n=limits.seconds))
    try:
        result = subprocess.run(
            command, input=job, capture_output=True, timeout=limits.seconds * _TIME_FACTOR, check=False
        )
    except subprocess.TimeoutExpired:
        raise too_long from None
    if result.returncode == 0:
        return result.stdout
    if result.returncode in {-getattr(signal, "SIGXCPU", 0), _NO_TIME_LEFT}:
        raise too_long
    if has_crashed(result.returncode):
        raise LimitError(too_much_memory(limits.memory))
    message = f"the process of a template in {FOLDER}/ failed: {result.stderr.decode(errors='replace')}"
    raise RuntimeError(message)
