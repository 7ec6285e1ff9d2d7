"""Show the current notice with the proofreader's marks, and offer its five forms for download."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from xuncha.desk.documents import FRESH
from xuncha.desk.view import desk_of, page, wait
from xuncha.language import current_language
from xuncha.language import gettext as _
from xuncha.paper.forms import FORMS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from xuncha.desk.jobs import Job

_FILE: Final = "notice.txt"


def show(request: Request) -> Response:
    """Show the notice line by line, with a mark at each finding of the proofreader."""
    desk = desk_of(request)
    state = desk.state()

    def begin() -> Job:
        job = desk.jobs.new(_("Making and proofreading the notice"), [_FILE])
        path = str(job.folder / _FILE)
        return desk.jobs.start(job, ["notice", "-f", "txt", "-o", path], ["proof", "--json", path])

    job = desk.jobs.recent(("notice", current_language()), (state.number, desk.today), begin, FRESH)
    wait(request, job)
    path = job.document(_FILE)
    findings = json.loads(job.output() or "[]") if path and job.state == "done" else []
    lines = path.read_text(encoding="utf-8").split("\n") if path else []
    values: dict[str, Any] = {
        "state_number": state.number,
        "job": job,
        "forms": FORMS,
        "proof_findings": [*enumerate(findings, 1)],
        "lines": [*_marked(lines, findings)],
    }
    return page(request, "notice", **values)


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
