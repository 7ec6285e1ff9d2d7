"""The separate process that runs a ledger's own templates and reads files from outside. It answers with a line of JSON and the document, so that the caller runs nothing from them."""

from __future__ import annotations

import json
import os
import pickle

from xuncha.errors import InvalidLedgerError, SurroundingsError
from xuncha.language import gettext as _
from xuncha.language import use_language
from xuncha.paper.own import OwnFiles
from xuncha.paper.process import Job, too_much_memory
from xuncha.parts import require_part
from xuncha.system import limit_process

_MAX_MESSAGE = 300  # characters of an error message


def main() -> None:
    """Read a job from standard input, do it within its limits, and write the answer to standard output."""
    with os.fdopen(0, "rb") as source:
        request = source.read()
    job: Job = pickle.loads(request)  # noqa: S301  the program itself has written it
    _set_limits(job)
    with os.fdopen(1, "wb") as target:
        target.write(answer(job))


def answer(job: Job) -> bytes:
    """Run a job, and return the answer: a line of JSON, then the document."""
    content = b""
    files = OwnFiles(job.files)
    with use_language(job.language):
        try:
            content = _document(job, files)
            head: dict[str, object] = {"used": files.used}
            if len(content) > job.limits.output:
                content = b""
                head = {"limit": _("it makes a document of more than {n} MB", n=job.limits.output >> 20)}
        except InvalidLedgerError as error:
            head = {"findings": error.findings}
        except SurroundingsError as error:
            head = {"lacking": (error.code, error.message, error.hint)}
        except MemoryError:
            head = {"limit": too_much_memory(job.limits.memory)}
        except Exception as error:  # noqa: BLE001  every error is reported as the template's
            head = {"limit": f"{type(error).__name__}: {error}"[:_MAX_MESSAGE]}
    return json.dumps(head).encode() + b"\n" + content


def _document(job: Job, files: OwnFiles) -> bytes:
    if job.task == "fill":
        with require_part("office"):
            from xuncha.paper.filled import fill_here  # noqa: PLC0415  only for a Word file

        return fill_here(files=files, values=job.values, **job.arguments)
    if job.task == "look":
        from xuncha.paper.binding import make_pdf  # noqa: PLC0415  only for evidence

        return make_pdf(**job.arguments)
    from xuncha.paper.templates import render_here  # noqa: PLC0415  not needed for Word files

    return render_here(files=files, values=job.values, **job.arguments).encode()


def _set_limits(job: Job) -> None:
    """Set limits beyond which the system ends this process. It can write no file and, except for the task `look`, where typst lays out pictures in threads, start no process."""
    limits = {"RLIMIT_CORE": 0, "RLIMIT_FSIZE": 0}
    limits |= {"RLIMIT_CPU": job.limits.seconds, "RLIMIT_AS": job.limits.memory}
    if job.task != "look":
        limits["RLIMIT_NPROC"] = 0
    limit_process(limits)
