"""List the documents that the desk can make, and send files: for viewing if nothing in them can run, else as downloads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Final, NamedTuple

from starlette.responses import FileResponse

from xuncha import language
from xuncha.language import mark
from xuncha.paper.forms import FORMS, TABLES

FRESH: Final = 60.0
"""Seconds for which a document is reused if nothing was committed, since an editor may have changed a file."""


class Paper(NamedTuple):
    """A document: its title, the words of its command, and its forms."""

    title: str
    words: tuple[str, ...]
    forms: Sequence[str] = FORMS
    options: tuple[str, ...] = ()
    """Options of the command that a form may set, besides the `kind` of letters and `ids`."""


PAPERS: Final[Mapping[str, Paper]] = {
    "plan": Paper(mark("Rectification plan"), ("report", "plan"), (*FORMS, TABLES), ("date",)),
    "progress": Paper(mark("Report on progress"), ("report", "progress"), options=("number", "signer")),
    "weekly": Paper(mark("Weekly report"), ("report", "weekly"), options=("since",)),
    "dispatch": Paper(mark("Dispatch"), ("report", "dispatch")),
    "letter": Paper(mark("Letter"), ("report", "letter"), options=("office", "number", "signer", "copies")),
    "closing": Paper(mark("Application to close"), ("report", "closing")),
    "dossier": Paper(mark("Dossier of a measure"), ("report", "dossier"), (*FORMS, "zip")),
    "workbook": Paper(mark("The ledger as a workbook"), ("export", "xlsx"), ("xlsx",)),
    "blank": Paper(mark("A table to fill in"), ("export", "table"), ("xlsx",), ("office",)),
    "calendar": Paper(mark("Calendar of time limits"), ("calendar",), ("ics",), ("office", "leader")),
    "notice": Paper(mark("Notice"), ("notice",), options=("at",)),
    "dashboard": Paper(mark("Dashboard, public"), ("dashboard",), ("html",)),
    "internal": Paper(mark("Dashboard, internal"), ("dashboard", "--internal"), ("html",)),
    "archive": Paper(mark("Archive of the case"), ("archive",), ("zip",)),
}
"""The documents by the names used in forms."""


def title_of(paper: str) -> str:
    """Return the title of a document."""
    return language.gettext(PAPERS[paper].title)


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
    """Answer with a file, to be shown, or saved as `name`; `made_here`: a web page may be shown too, though nothing in it runs."""
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
