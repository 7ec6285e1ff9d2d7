"""The forms that a document takes on its way to a screen or a file; each is a module of this room, loaded when it is wanted."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from xuncha.paper.outline import Document

TEXT: Final = ("txt", "md", "html")
"""The forms that are text; they can be shown on a screen."""
FORMS: Final = (*TEXT, "docx", "pdf")
TABLES: Final = "xlsx"
"""The form in which only the tables of a document are."""


def made(document: Document, form: str) -> tuple[bytes, list[str]]:
    """Write a document in a form; return it with warnings, such as fonts that are missing."""
    room = "texts" if form in TEXT else form
    written = getattr(import_module(f"xuncha.paper.{room}"), form)(document)
    if form == "pdf":
        content, warnings = written
        return content, warnings
    return written.encode() if form in TEXT else written, []
