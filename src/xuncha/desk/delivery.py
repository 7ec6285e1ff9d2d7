"""Send files to a browser: for viewing if nothing in them can run, else as downloads."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Final

from starlette.responses import FileResponse

SHOWN: Final = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".pdf": "application/pdf",
    ".txt": "text/plain; charset=utf-8",
}
"""Media types that a browser shows without running anything, by suffix."""
_MADE_HERE: Final = {".html": "text/html; charset=utf-8", ".md": "text/plain; charset=utf-8"}
"""Further media types that may be shown, of documents that the desk has made."""


def file_response(path: Path, name: str, *, download: bool = False, made_here: bool = False) -> FileResponse:
    """Answer with a file.

    Args:
        path: the path of the file.
        name: its name when it is saved.
        download: whether to save it instead of showing it.
        made_here: whether the desk has made it: then a web page may be shown too, though nothing in it runs.
    """
    kinds = SHOWN | _MADE_HERE if made_here else SHOWN
    kind = kinds.get(PurePath(name).suffix.casefold())
    answer = FileResponse(
        path,
        media_type=kind or "application/octet-stream",
        filename=name,
        content_disposition_type="inline" if kind and not download else "attachment",
    )
    # A sandbox stops a file from acting as a page; Chromium's PDF viewer does not start in one.
    sandbox = "" if kind == "application/pdf" else "; sandbox"
    styles = "; style-src 'unsafe-inline'; img-src data:; font-src data:" if made_here else ""
    answer.headers["Content-Security-Policy"] = f"default-src 'none'{styles}; frame-ancestors 'self'{sandbox}"
    return answer
