"""Files on their way to a browser: looked at in place where nothing in them can run, else handed out as downloads."""

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
"""What a browser shows without running anything, by the endings of names."""
_MADE_HERE: Final = {".html": "text/html; charset=utf-8", ".md": "text/plain; charset=utf-8"}
"""What it shows besides of the documents that the desk itself has made."""


def delivered(place: Path, name: str, *, download: bool = False, made_here: bool = False) -> FileResponse:
    """Answer with a file.

    Args:
        place: where it is.
        name: how it is called where it is saved.
        download: it is to be saved, and not to be looked at.
        made_here: the desk has made it of the ledger: a page may be looked at, though nothing in it runs.
    """
    kinds = SHOWN | _MADE_HERE if made_here else SHOWN
    kind = kinds.get(PurePath(name).suffix.casefold())
    answer = FileResponse(
        place,
        media_type=kind or "application/octet-stream",
        filename=name,
        content_disposition_type="inline" if kind and not download else "attachment",
    )
    # A sandbox keeps what is no page from being one; Chromium's own viewer of PDF files does not start inside it.
    sandbox = "" if kind == "application/pdf" else "; sandbox"
    look = "; style-src 'unsafe-inline'; img-src data:; font-src data:" if made_here else ""
    answer.headers["Content-Security-Policy"] = f"default-src 'none'{look}; frame-ancestors 'self'{sandbox}"
    return answer
