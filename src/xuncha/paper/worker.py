"""The process in which a ledger's own templates run, and files of others are looked into. It answers with a line of JSON and the document; whoever asked runs nothing of it."""

from __future__ import annotations

import json
import os
import pickle

from xuncha.errors import InvalidLedgerError, SurroundingsError
from xuncha.language import speaking
from xuncha.paper.own import Own
from xuncha.paper.process import Job, too_large, too_much_memory
from xuncha.system import keep_within

_LONGEST = 300  # characters of what went wrong


def main() -> None:
    """Read a job from standard input, do it within its limits, and write the answer to standard output."""
    with os.fdopen(0, "rb") as asked:
        request = asked.read()
    job: Job = pickle.loads(request)  # noqa: S301  of the program itself
    _keep(job)
    with os.fdopen(1, "wb") as told:
        told.write(answer(job))


def answer(job: Job) -> bytes:
    """Do a job, and return the answer."""
    content = b""
    files = Own(job.files)
    with speaking(job.language):
        try:
            content = _document(job, files)
            head: dict[str, object] = {"used": files.used}
            if len(content) > job.limits.output:
                content = b""
                head = {"limit": too_large(job.limits.output)}
        except InvalidLedgerError as error:
            head = {"findings": error.findings}
        except SurroundingsError as error:
            head = {"lacking": (error.code, error.message, error.hint)}
        except MemoryError:
            head = {"limit": too_much_memory(job.limits.memory)}
        except Exception as error:  # noqa: BLE001  whatever a template can do wrong is the template's
            head = {"limit": f"{type(error).__name__}: {error}"[:_LONGEST]}
    return json.dumps(head).encode() + b"\n" + content


def _document(job: Job, files: Own) -> bytes:
    if job.task == "fill":
        from xuncha.paper.filled import filled  # noqa: PLC0415  for a Word file alone

        return filled(files=files, given=job.given, **job.arguments)
    if job.task == "look":
        from xuncha.paper.binding import pages_of  # noqa: PLC0415  for evidence alone

        return pages_of(**job.arguments)
    from xuncha.paper.templates import rendered  # noqa: PLC0415  fills no Word file

    return rendered(files=files, given=job.given, **job.arguments).encode()


def _keep(job: Job) -> None:
    """Have the system end this process where it takes more than it may; write no file and, except for pictures, which typst lays out in threads, start no process."""
    wanted = {
        "RLIMIT_CORE": 0,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_NPROC": 0,
        "RLIMIT_CPU": job.limits.seconds,
        "RLIMIT_AS": job.limits.memory,
    }
    if job.task == "look":
        del wanted["RLIMIT_NPROC"]
    keep_within(wanted)
