"""The forms that a document takes on its way to a screen or a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from xuncha.paper.outline import Document

TEXT: Final = ("txt", "md", "html")
"""The forms that are text; they can be shown on a screen."""
FORMS: Final = (*TEXT, "docx", "pdf")
TABLES: Final = "xlsx"
"""The form in which only the tables of a document are."""


def made(document: Document, form: str) -> tuple[bytes, list[str]]:
    """Write a document in a form; return it with warnings, such as fonts that are missing.

    Raises:
        SurroundingsError: what the form needs is not installed.
    """
    if form == "docx":
        from xuncha.paper.docx import docx  # noqa: PLC0415  each form loads what it needs

        return docx(document), []
    if form == "pdf":
        from xuncha.paper.pdf import pdf  # noqa: PLC0415

        return pdf(document)
    if form == TABLES:
        from xuncha.paper.xlsx import xlsx  # noqa: PLC0415

        return xlsx(document), []
    if form == "html":
        from xuncha.paper.html import html  # noqa: PLC0415

        return html(document).encode(), []
    if form == "md":
        from xuncha.paper.md import md  # noqa: PLC0415

        return md(document).encode(), []
    from xuncha.paper.txt import txt  # noqa: PLC0415

    return txt(document).encode(), []
