"""Show evidence in the browser; nothing in it runs, whatever type it claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from xuncha.desk.delivery import file_response
from xuncha.desk.view import desk_of
from xuncha.model.identity import EVIDENCE, Identity
from xuncha.store.files import WorkingTree

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response


def show(request: Request) -> Response:
    """Send an evidence file of a measure, for viewing or as a download."""
    desk = desk_of(request)
    identity, name = Identity.parse(request.path_params["id"]), request.path_params["name"]
    source, path = WorkingTree(desk.root), f"{EVIDENCE}/{identity}/{name}"
    names = {entry.name for entry in source.entries(f"{EVIDENCE}/{identity}") if entry.kind == "file"}
    if name not in names or source.behind_link(path):
        raise HTTPException(404)
    return file_response(desk.root / path, name)
