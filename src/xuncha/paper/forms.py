"""The forms that a document takes on its way to a screen or a file; each is a module of this room, loaded when it is wanted."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from xuncha.paper.outline import Document
from xuncha.parts import needs

TEXT: Final = ("txt", "md", "html")
"""The forms that are text; they can be shown on a screen."""
FORMS: Final = (*TEXT, "docx", "pdf")
TABLES: Final = "xlsx"
"""The form in which only the tables of a document are."""


def made(document: Document, form: str) -> tuple[bytes, list[str]]:
    """Write a document in a form; return it with warnings, such as fonts that are missing. Raises SurroundingsError if it needs a part that is not installed."""
    with needs("office"):
        written = getattr(import_module(f"xuncha.paper.{'texts' if form in TEXT else form}"), form)(document)
    if isinstance(written, str):
        return written.encode(), []
    return (written, []) if isinstance(written, bytes) else written
