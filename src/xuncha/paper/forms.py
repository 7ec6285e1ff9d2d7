"""The forms in which a document is written, such as txt, docx or pdf; the module of a form is loaded only when needed."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from xuncha.paper.outline import Document
from xuncha.parts import require_part

TEXT: Final = ("txt", "md", "html")
"""The text forms; they can be shown on a screen."""
FORMS: Final = (*TEXT, "docx", "pdf")
TABLES: Final = "xlsx"
"""The form that holds only the tables of a document."""


def convert(document: Document, form: str) -> tuple[bytes, list[str]]:
    """Write a document in a form; return it with warnings, such as missing fonts. Raises SurroundingsError if the form needs a part that is not installed."""
    with require_part("office"):
        result = getattr(import_module(f"xuncha.paper.{'texts' if form in TEXT else form}"), form)(document)
    if isinstance(result, str):
        return result.encode(), []
    return (result, []) if isinstance(result, bytes) else result
