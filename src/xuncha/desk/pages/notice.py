"""Show the current notice with the proofreader's marks, and the current dashboards."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from xuncha.desk.documents import FRESH, PAPERS, title_of
from xuncha.desk.jobs import Job
from xuncha.desk.view import desk_of, page, wait
from xuncha.language import current_language
from xuncha.language import gettext as _

_NOTICE: Final = "notice.txt"
_DASHBOARD: Final = "dashboard.html"


def show(request: Request) -> Response:
    """Show the notice line by line, with a mark at each finding of the proofreader."""
    commands = ["notice", "-f", "txt", "-o", _NOTICE], ["proof", "--json", _NOTICE]
    number, job = _recent_job(request, "notice", _("Making and proofreading the notice"), _NOTICE, *commands)
    path = job.document(_NOTICE)
    findings = json.loads(job.output() or "[]") if path and job.state == "done" else []
    lines = path.read_text(encoding="utf-8").split("\n") if path else []
    numbered, marked = [*enumerate(findings, 1)], [*_marked(lines, findings)]
    return page(request, "notice", state_number=number, job=job, proof_findings=numbered, lines=marked)


def _recent_job(
    request: Request, kind: str, title: str, file: str, *commands: Sequence[str]
) -> tuple[int, Job]:
    """Return the number of the ledger's state, and the job that makes a document of it: a recent one, or a new one.

    In the commands, the name of the file stands for its path.
    """
    desk = desk_of(request)
    number = desk.state().number

    def begin() -> Job:
        job = desk.jobs.new(title, [file])
        path = str(job.folder / file)
        with_path = ([path if word == file else word for word in words] for words in commands)
        return desk.jobs.start(job, *with_path)

    job = desk.jobs.recent((kind, current_language()), (number, desk.today), begin, FRESH)
    return number, wait(request, job)


def _marked(lines: Sequence[str], findings: Sequence[dict[str, Any]]) -> Iterator[list[tuple[str, int]]]:
    """Yield each line in pieces: a text, and the number of the finding marked after it; 0 for none."""
    marks = {line: [*each] for line, each in groupby(enumerate(findings, 1), lambda each: each[1]["line"])}
    for number, line in enumerate(lines, 1):
        pieces, start = [], 0
        for mark, finding in marks.get(number, ()):
            end = finding["column"] - 1
            pieces.append((line[start:end], mark))
            start = end
        yield [*pieces, (line[start:], 0)]


def show_dashboard(request: Request) -> Response:
    """Show a dashboard in a frame where no script runs."""
    paper = "internal" if request.query_params.get("internal") else "dashboard"
    command = [*PAPERS[paper].words, "-o", _DASHBOARD]
    number, job = _recent_job(request, paper, title_of(paper), _DASHBOARD, command)
    address = f"/jobs/{job.number}/{_DASHBOARD}" if job.document(_DASHBOARD) else ""
    return page(request, "dashboard", state_number=number, job=job, paper=paper, document_address=address)
