"""Show the current dashboard, public or internal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.desk.documents import FRESH, PAPERS, title_of
from xuncha.desk.view import desk_of, page, wait
from xuncha.language import current_language

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from xuncha.desk.jobs import Job

_FILE = "dashboard.html"


def show(request: Request) -> Response:
    """Show a dashboard in a frame where no script runs."""
    desk = desk_of(request)
    state = desk.state()
    paper = "internal" if request.query_params.get("internal") else "dashboard"

    def begin() -> Job:
        job = desk.jobs.new(title_of(paper), [_FILE])
        return desk.jobs.start(job, [*PAPERS[paper].words, "-o", str(job.folder / _FILE)])

    job = desk.jobs.recent((paper, current_language()), (state.number, desk.today), begin, FRESH)
    wait(request, job)
    return page(
        request,
        "dashboard",
        state_number=state.number,
        job=job,
        paper=paper,
        document_address=f"/jobs/{job.number}/{_FILE}" if job.document(_FILE) else "",
    )
