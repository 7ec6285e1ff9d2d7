"""From a template to a file: the outline that it gives takes one of the forms, each a module of this room, loaded when it is wanted."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from xuncha.paper.outline import Document
from xuncha.paper.own import Own, remark
from xuncha.paper.templates import document
from xuncha.parts import needs

TEXT: Final = ("txt", "md", "html")
"""The forms that are text; they can be shown on a screen."""
FORMS: Final = (*TEXT, "docx", "pdf")
TABLES: Final = "xlsx"
"""The form in which only the tables of a document are."""


def paper(name: str, form: str, files: Own, **given: object) -> tuple[bytes, list[str]]:
    """Make a document in a form; return it with warnings, such as fonts that are missing, and own templates that were used.

    `name` is that of its template, such as report.weekly; `files` are the templates that go before the built-in ones; `given` is what it is
    given. Raises InvalidLedgerError with its file and line if a template is wrong; SurroundingsError if the form needs what is not installed.
    """
    content, warnings = made(document(f"{name}.outline.j2", files, **given), form)
    return content, [*warnings, *remark(files)]


def made(document: Document, form: str) -> tuple[bytes, list[str]]:
    """Write a document in a form, as `paper`."""
    with needs("office"):
        written = getattr(import_module(f"xuncha.paper.{'texts' if form in TEXT else form}"), form)(document)
    if isinstance(written, str):
        return written.encode(), []
    return (written, []) if isinstance(written, bytes) else written
