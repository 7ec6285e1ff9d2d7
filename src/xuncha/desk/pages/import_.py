"""Import: a table is looked at, with what was taken for what and what would change; then one click takes it in, just so."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse

from xuncha.desk import forms
from xuncha.desk.pages.jobs import job_of
from xuncha.desk.view import desk_of, page, status_of
from xuncha.errors import RefusedError, XunchaError
from xuncha.language import gettext as _
from xuncha.model.forms import FIELD, ROLES, role_name
from xuncha.workflow.evidence import held

if TYPE_CHECKING:
    from starlette.datastructures import FormData
    from starlette.requests import Request
    from starlette.responses import Response

    from xuncha.desk.jobs import Job
    from xuncha.desk.ledger import Desk

KINDS: Final = ("table", "notice")
_MOST_DOUBTS: Final = 200


def show(request: Request) -> Response:
    """Ask for a file."""
    return _asked(request)


def _asked(request: Request, error: XunchaError | None = None) -> Response:
    return page(request, "import", status_of(error) if error else 200, error=error)


def upload(request: Request, form: FormData) -> Response:
    """Keep a file for as long as the desk is open, under a name that every system can hold, and begin to look at it."""
    file, kind = form.get("file"), forms.text(form, "kind")
    try:
        if kind not in KINDS:
            raise HTTPException(404)
        if not isinstance(file, UploadFile) or not file.filename:
            raise RefusedError("no-file", _("no file is chosen"), _("choose one, or drop it on the page"))
        job = desk_of(request).jobs.new(_("{file} is looked at").format(file=_name(file)))
    except XunchaError as error:
        return _asked(request, error)
    place = job.folder / _name(file)
    with place.open("wb") as stream:
        shutil.copyfileobj(file.file, stream)
    return _look(desk_of(request), job, {"kind": kind, "file": place, "columns": {}, "new": False})


def _name(file: UploadFile) -> str:
    """Return the name of an uploaded file; of the path that some browsers send, its end."""
    return held((file.filename or "").replace("\\", "/").rpartition("/")[2])


def _look(desk: Desk, job: Job, given: dict[str, Any]) -> Response:
    """Begin to look at a file, without changing anything."""
    job.given = {**given, "number": desk.look().number, "back": f"/import/{job.number}"}
    job.then = f"/import/{job.number}"
    desk.jobs.start(job, [*_words(given), "--dry-run", "--json"])
    return RedirectResponse(f"/jobs/{job.number}", 303)


def _words(given: dict[str, Any]) -> list[str]:
    """Return the command that reads a file as was said."""
    words = ["import", given["kind"], str(given["file"])]
    words += [f"--column={heading}={role}" for heading, role in given["columns"].items()]
    return words + (["--new"] if given["new"] else [])


def seen(request: Request) -> Response:
    """Show what was understood and what would change, with the columns as choices; or what was changed."""
    job = job_of(request)
    if "kind" not in job.given:
        raise HTTPException(404)
    if not job.over.is_set():
        return RedirectResponse(f"/jobs/{job.number}", 303)
    return _seen(request, job, {})


def _seen(request: Request, job: Job, typed: dict[str, str], error: XunchaError | None = None) -> Response:
    desk = desk_of(request)
    frame = desk.look().register.frame
    found = json.loads(job.output() or "null") if job.state == "done" else None
    roles = [(role, role_name(role)) for role in ROLES]
    roles += [(f"{FIELD}{each.key}", each.label) for each in frame.fields]
    events = desk.events() if job.writes else []
    given: dict[str, Any] = {
        "job": job,
        "found": found,
        "columns": [*_columns(found).items()],
        "roles": roles,
        "typed": typed,
        "most": _MOST_DOUBTS,
        "beside": f"{desk.root.name}-2",
        "tip": events[0].commit if events else "",
        "done": next((each for each in events[:1] if each.action == "import"), None),
        "error": error,
    }
    name = "imported" if job.writes else job.given["kind"]
    return page(request, f"import_{name}", status_of(error) if error else 200, **given)


def _columns(found: dict[str, Any] | None) -> dict[str, str]:
    """Return which column was taken for what, by the headings."""
    return found["form"]["columns"] if found and found.get("form") else {}


def take(request: Request, form: FormData) -> Response:
    """Take a file in as it was looked at; or look again, where something else was chosen since."""
    desk, job = desk_of(request), job_of(request)
    if "kind" not in job.given or job.writes or not job.over.is_set():
        raise HTTPException(404)
    try:
        return _notice(desk, job, form) if job.given["kind"] == "notice" else _table(desk, job, form)
    except XunchaError as error:
        return _seen(request, job, dict(forms.shown_again(form)), error)


def _table(desk: Desk, job: Job, form: FormData) -> Response:
    shown = _columns(json.loads(job.output() or "null") if job.state == "done" else None)
    chosen = {
        heading: forms.text(form, f"role-{n}") or role for n, (heading, role) in enumerate(shown.items())
    }
    for line in forms.text(form, "columns").splitlines():
        heading, equals, role = (part.strip() for part in line.replace("＝", "=").rpartition("="))
        if line.strip():
            chosen[heading if equals else role] = role if equals else ""
    said = {heading: role for heading, role in chosen.items() if shown.get(heading) != role}
    new = bool(forms.text(form, "new"))
    again = bool(said) or new != job.given["new"] or forms.text(form, "do") != "import"
    given = {**job.given, "columns": {**job.given["columns"], **said}, "new": new}
    if not again and desk.look().number != job.given["number"]:
        said_so = _("the ledger was changed after this was shown")
        raise RefusedError(
            "changed-meanwhile", said_so, _("look again at what would change, and decide again")
        )
    name = job.given["file"].name
    title = _("{file} is looked at") if again else _("{file} is taken in")
    new_job = desk.jobs.new(title.format(file=name))
    given["file"] = Path(shutil.copyfile(job.given["file"], new_job.folder / name))
    if again:
        return _look(desk, new_job, given)
    keep = forms.text(form, "save")
    words = [*_words(given), "--json", *(["--partly"] if forms.text(form, "partly") else [])]
    new_job.given, new_job.then = given | {"back": f"/import/{job.number}"}, f"/import/{new_job.number}"
    desk.jobs.start(new_job, words + ([f"--save-form={keep}"] if keep else []), writes=True)
    return RedirectResponse(f"/jobs/{new_job.number}", 303)


def _notice(desk: Desk, job: Job, form: FormData) -> Response:
    """Make a new ledger of a notice, in a folder beside the one that is served."""
    name = forms.text(form, "folder")
    if not name or held(name) != name:
        said = _("“{name}” cannot be the name of a folder").format(name=name)
        raise RefusedError("bad-folder", said, _("give a plain name"))
    new = desk.jobs.new(_("A ledger is made of {file}").format(file=job.given["file"].name))
    file = shutil.copyfile(job.given["file"], new.folder / job.given["file"].name)
    new.given = {"back": f"/import/{job.number}"}
    desk.jobs.start(new, ["import", "notice", str(file), str(desk.root.resolve().parent / name)])
    return RedirectResponse(f"/jobs/{new.number}", 303)
