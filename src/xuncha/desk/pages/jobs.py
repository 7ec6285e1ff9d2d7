"""Show jobs: their progress, their result in words, and the documents that they made."""

from __future__ import annotations

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from xuncha.desk.documents import file_response
from xuncha.desk.view import desk_of, job_of, must_be_allowed, page, wait
from xuncha.trail import author


def show(request: Request) -> Response:
    """Show a job; if it continues at another page, redirect there: when it is done, or if it was refused and that page is where one chooses again."""
    job = wait(request, job_of(request))
    back = job.values.get("back", "")
    leads_on = job.state == "done" or (job.state == "refused" and job.next_page == back)
    if job.ended.is_set() and job.next_page and leads_on:
        if request.headers.get("hx-request"):  # the page's script has asked
            return Response(headers={"HX-Redirect": job.next_page})
        return RedirectResponse(job.next_page, 303)
    documents = [name for name in job.files if job.document(name)]
    output = "" if documents or not job.ended.is_set() else job.output()
    return page(request, "job", job=job, documents=documents, output=output, back_address=back)


def stop(request: Request, _form: FormData) -> Response:
    """End a job."""
    job = job_of(request)
    if job.account != author.account():
        must_be_allowed(request, "stop")
    desk_of(request).jobs.stop(job)
    wait(request, job)
    return RedirectResponse(f"/jobs/{job.number}", 303)


def send(request: Request) -> Response:
    """Send a document: for viewing if that is safe in a browser, else as a download."""
    name = request.path_params["name"]
    place = job_of(request).document(name)
    if place is None:
        raise HTTPException(404)
    return file_response(place, name, download=bool(request.query_params.get("download")), made_here=True)
