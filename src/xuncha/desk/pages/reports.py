"""Make any document that the command line can make of a ledger, in the chosen form."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from xuncha.desk import forms
from xuncha.desk.documents import PAPERS, title_of
from xuncha.desk.view import desk_of, must_be_allowed, page, visitor_of
from xuncha.model.identity import Identity
from xuncha.model.names import LETTER_WAYS, LETTERS

_OF_OTHER_PAGES: Final = frozenset({"notice", "dashboard", "internal", "archive"})


def show(request: Request) -> Response:
    """Show the documents that can be made, with their options."""
    desk = desk_of(request)
    state = desk.state()
    values: dict[str, Any] = {
        "state": state,
        "papers": {name: paper for name, paper in PAPERS.items() if name not in _OF_OTHER_PAGES},
        "typed": dict(request.query_params),
        "earlier_jobs": [
            job
            for job in desk.jobs.all
            if "paper" in job.values and (not job.right or visitor_of(request).may(job.right))
        ][:10],
    }
    return page(request, "reports", **values)


def make(request: Request, form: FormData) -> Response:
    """Start to make a document, and redirect to its job."""
    desk, name, kind = desk_of(request), forms.text(form, "paper"), forms.text(form, "form")
    paper = PAPERS.get(name)
    if paper is None or kind not in paper.forms:
        raise HTTPException(404)
    sends = name == "letter" and forms.text(form, "send") in LETTER_WAYS
    needs = "archive" if name == "archive" else "send" if sends else ""  # an archive has names in comments
    if needs:
        must_be_allowed(request, needs)
    typed = {each: said for each in (*paper.options, "kind", "ids") if (said := forms.text(form, each))}
    named = typed.get("ids", "").split()
    title = title_of(name)
    ids = [each for each in named if name == "dossier" and Identity.is_number(each)]
    file = f"{' '.join([title, *ids[:1], str(desk.today)])}.{kind}"
    job = desk.jobs.new(title, [file], right=needs)
    back = {"notice": "/notice", "archive": "/together"}.get(name, f"/reports?{urlencode(typed)}#{name}")
    job.values = {"paper": name, "back": back}
    words = [*paper.words, "-o", str(job.folder / file)]
    words += ["-f", kind] if len(paper.forms) > 1 else []
    words += [f"--{each}={typed[each]}" for each in paper.options if each in typed]
    if name == "letter":
        letter, way = typed.get("kind", ""), forms.text(form, "send")
        if way in LETTER_WAYS:
            words.append(f"--send={way}")
        words += ["--", letter if letter in LETTERS else "reminder", *named]
    elif name == "closing" and not named:
        words.append("--submitted")
    elif name in {"closing", "dossier"}:
        words += ["--", *named]
    desk.jobs.start(job, words)
    return RedirectResponse(f"/jobs/{job.number}", 303)
