"""Sync with other clones, set git up for that, and run the doctor."""

from __future__ import annotations

from functools import partial
from typing import Any

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from xuncha.desk import forms
from xuncha.desk.view import desk_of, must_be_allowed, page
from xuncha.language import gettext as _
from xuncha.sync import registration
from xuncha.trail.git import Git
from xuncha.trail.repository import git_dir


def show(request: Request) -> Response:
    """Show how this clone is set up, and the actions for sharing."""
    desk = desk_of(request)
    git = Git(desk.root) if git_dir(desk.root) else None
    given: dict[str, Any] = {
        "state_number": desk.number,
        "has_git": git is not None,
        "is_set_up": git is not None and bool(git.setting(registration.KEY)) and registration.is_active(git),
        "remotes": git.text("remote").splitlines() if git else [],
        "earlier_jobs": [job for job in desk.jobs.all if "together" in job.values][:10],
    }
    return page(request, "together", **given)


def begin(request: Request, form: FormData) -> Response:
    """Start the action of a button."""
    jobs, task, take = desk_of(request).jobs, forms.text(form, "do"), forms.text(form, "take")
    tasks = {
        "setup": (_("Setting git up in this clone"), ["setup"]),
        "sync": (_("Syncing"), ["sync", *(["--take", take] if take in {"ours", "theirs"} else [])]),
        "doctor": (_("The ledger's environment"), ["doctor"]),
    }
    if task not in tasks:
        raise HTTPException(404)
    title, words = tasks[task]
    job = jobs.new(title, right="sync")
    job.values = {"back": "/together", "together": task}
    jobs.start(job, words, check=partial(must_be_allowed, request, "sync") if task != "doctor" else None)
    return RedirectResponse(f"/jobs/{job.number}", 303)
