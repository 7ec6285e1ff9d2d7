"""A document as a web page that stands alone and prints well: no script, nothing from elsewhere. `page.html.j2` lays it out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, FileSystemLoader

if TYPE_CHECKING:
    from xuncha.paper.outline import Document

_HEADINGS: Final = {"h1": "h2", "h2": "h3", "h3": "h4", "h4": "h5"}


def html(document: Document) -> str:
    """Write the document as a page, with a line end at its end."""
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(
        loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    return environment.get_template("page.html.j2").render(document=document, headings=_HEADINGS, zip=zip)
