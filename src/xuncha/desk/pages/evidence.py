"""Evidence, looked at in place: nothing in it runs, whatever it says it is."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException
from starlette.responses import FileResponse

from xuncha.desk.view import desk_of
from xuncha.model.identity import EVIDENCE, Identity
from xuncha.store.files import WorkingTree

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

SHOWN: Final = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".pdf": "application/pdf",
    ".txt": "text/plain; charset=utf-8",
}
"""What a browser shows without running anything, by the endings of names; all else is handed out as a download."""


def show(request: Request) -> Response:
    """Give an evidence file of a measure: to be looked at, or as a download."""
    desk = desk_of(request)
    identity, name = Identity.parse(request.path_params["id"]), request.path_params["name"]
    source, path = WorkingTree(desk.root), f"{EVIDENCE}/{identity}/{name}"
    held = {entry.name for entry in source.entries(f"{EVIDENCE}/{identity}") if entry.kind == "file"}
    if name not in held or source.behind_link(path):
        raise HTTPException(404)
    kind = SHOWN.get(PurePath(name).suffix.casefold())
    answer = FileResponse(
        desk.root / path,
        media_type=kind or "application/octet-stream",
        filename=name,
        content_disposition_type="inline" if kind else "attachment",
    )
    # A sandbox keeps what is no page from being one; Chromium's own viewer of PDF files does not start inside it.
    sandbox = "" if kind == "application/pdf" else "; sandbox"
    answer.headers["Content-Security-Policy"] = f"default-src 'none'; frame-ancestors 'self'{sandbox}"
    return answer
