"""Import a table: first show how it is understood and what would change; then one click imports exactly that."""

from __future__ import annotations

import json
import shutil
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from xuncha.desk import forms
from xuncha.desk.fields import file_name
from xuncha.desk.forms import Typed
from xuncha.desk.jobs import Job
from xuncha.desk.ledger import Desk
from xuncha.desk.view import desk_of, job_of, must_be_allowed, page, visitor_of
from xuncha.errors import RefusedError, XunchaError
from xuncha.language import gettext as _
from xuncha.model.forms import FIELD_PREFIX, ROLES, role_name
from xuncha.trail.history import Event
from xuncha.workflow.evidence import portable_name

KINDS: Final = ("table", "notice")


def show(request: Request, _typed: Typed | None = None, error: XunchaError | None = None) -> Response:
    """Show the form for a file."""
    return page(request, "import", state_number=desk_of(request).number, error=error)


def upload(request: Request, form: FormData) -> Response:
    """Store an uploaded file while the desk runs, and start to read it."""
    file, kind = form.get("file"), forms.text(form, "kind")
    if kind not in KINDS:
        raise HTTPException(404)
    if not isinstance(file, UploadFile) or not file.filename:
        raise RefusedError("no-file", _("no file is chosen"), _("choose one, or drop it on the page"))
    return _preview(desk_of(request), file, {"kind": kind, "columns": {}, "new": False})


def _with_file(desk: Desk, title: str, file: UploadFile | Path, values: dict[str, Any]) -> Job:
    """Make a job with a file in its folder, under a name that every system can hold; it stays as long as the job is kept."""
    number = desk.state().number
    name = file.name if isinstance(file, Path) else portable_name(file_name(file))
    job = desk.jobs.new(title.format(file=name), right="import")
    place = job.folder / name
    job.values = {**values, "file": place, "state_number": number, "back": f"/import/{job.number}"}
    try:
        if isinstance(file, Path):
            place.hardlink_to(file)
        else:
            with place.open("wb") as stream:
                shutil.copyfileobj(file.file, stream)
    except OSError:
        desk.jobs.stop(job)
        raise
    return job


def _preview(desk: Desk, file: UploadFile | Path, values: dict[str, Any]) -> Response:
    """Start a dry run of the import."""
    job = _with_file(desk, _("Previewing {file}"), file, values)
    job.next_page = f"/import/{job.number}"
    desk.jobs.start(job, [*_words(job.values), "--dry-run", "--json"])
    return RedirectResponse(f"/jobs/{job.number}", 303)


def _words(values: dict[str, Any]) -> list[str]:
    """Return the command that reads a file with the chosen options."""
    words = ["import", values["kind"], str(values["file"])]
    words += [f"--column={heading}={role}" for heading, role in values["columns"].items()]
    return words + (["--new"] if values["new"] else [])


def show_result(request: Request, typed: Typed | None = None, error: XunchaError | None = None) -> Response:
    """Show how the file is understood and what would change, with choices for columns; or what was changed."""
    desk, job = desk_of(request), job_of(request)
    if "kind" not in job.values:
        raise HTTPException(404)
    if not job.ended.is_set():
        return RedirectResponse(f"/jobs/{job.number}", 303)
    frame = (desk.valid_state() if error else desk.state()).register.frame
    preview, columns = _previewed(job)
    roles = [(role, role_name(role)) for role in ROLES]
    roles += [(f"{FIELD_PREFIX}{each.key}", each.label) for each in frame.fields]
    event = _import_event(desk, job)
    name = "imported" if job.writes else job.values["kind"]
    return page(
        request,
        f"import_{name}",
        state_number=desk.valid_state().number if job.writes else job.values["state_number"],
        job=job,
        preview=preview,
        columns=[*columns.items()],
        roles=roles,
        typed=typed or {},
        folder_name=f"{desk.root.name}-2",
        undoable_commit=desk.undoable(event, visitor_of(request)),
        change=event,
        error=error,
    )


def _import_event(desk: Desk, job: Job) -> Event | None:
    """Return the event of a job's commit: the first import of its file after the commit at its start."""
    if "stood" not in job.values:
        return None
    later = takewhile(lambda each: each.commit != job.values["stood"], desk.events())
    name = job.values["file"].name
    of_it = [each for each in later if each.action == "import" and each.subject.endswith(f" {name}")]
    return of_it[-1] if of_it else None


def _previewed(job: Job) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what a job printed about an import, and the roles of the columns by heading; both empty if it failed."""
    preview = json.loads(job.output() or "{}") if job.state == "done" else {}
    return preview, (preview.get("form") or {}).get("columns", {})


def import_file(request: Request, form: FormData) -> Response:
    """Import a file as shown; or do another dry run if something else was chosen."""
    desk, job = desk_of(request), job_of(request)
    if "kind" not in job.values or job.writes or not job.ended.is_set():
        raise HTTPException(404)
    if job.values["kind"] == "notice":
        return _notice(desk, job, form)
    preview, columns = _previewed(job)
    chosen = {
        heading: forms.text(form, f"role-{n}") or role for n, (heading, role) in enumerate(columns.items())
    }
    for line in forms.lines(form, "columns"):
        heading, equals, role = (part.strip() for part in line.replace("＝", "=").rpartition("="))
        chosen[heading if equals else role] = role if equals else ""
    changes = {heading: role for heading, role in chosen.items() if columns.get(heading) != role}
    new = bool(forms.text(form, "new"))
    values = {**job.values, "columns": {**job.values["columns"], **changes}, "new": new}
    if not preview or changes or new != job.values["new"] or forms.text(form, "do") != "import":
        return _preview(desk, job.values["file"], values)
    if desk.state().number != job.values["state_number"]:
        text = _("the ledger was changed after this was shown")
        raise RefusedError("changed-meanwhile", text, _("check again what would change, and decide again"))
    new_job = _with_file(desk, _("Importing {file}"), job.values["file"], values)
    words = [*_words(new_job.values), "--json", *(["--partly"] if forms.text(form, "partly") else [])]
    words += [f"--as-shown={preview['digest']}"]
    words += [f"--save-form={name}"] if (name := forms.text(form, "save")) else []
    new_job.values["back"], new_job.next_page = f"/import/{job.number}", f"/import/{new_job.number}"

    def check() -> None:
        must_be_allowed(request, "import")
        new_job.values["stood"] = desk.tip()

    desk.jobs.start(new_job, words, check=check)
    return RedirectResponse(f"/jobs/{new_job.number}", 303)


def _notice(desk: Desk, job: Job, form: FormData) -> Response:
    """Make a new ledger from a notice, in a folder beside the served one."""
    name = forms.text(form, "folder")
    if not name or portable_name(name) != name:
        message = _("“{name}” cannot be the name of a folder", name=name)
        raise RefusedError("bad-folder", message, _("give a plain name"))
    new = _with_file(desk, _("Making a ledger from {file}"), job.values["file"], {})
    new.values["back"] = f"/import/{job.number}"
    place = desk.root.resolve().parent / name
    desk.jobs.start(new, ["import", "notice", str(new.values["file"]), str(place)])
    return RedirectResponse(f"/jobs/{new.number}", 303)
