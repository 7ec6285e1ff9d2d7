"""A document as a Word file in the format of GB/T 9704-2012, always of the same bytes: the parts in `blank/` are templates, `word/document.xml` is the page."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Final

from xuncha.paper.outline import Document
from xuncha.paper.packing import pack
from xuncha.paper.printed import printed
from xuncha.paper.texts import layouts

_BLANK: Final = "blank/"


def docx(document: Document) -> bytes:
    """Write the document as a Word file. Raises ImportError as `printed`."""
    given = printed(document)
    parts = [name for name in layouts().list_templates() if name.startswith(_BLANK)]
    made = (layouts().get_template(name).render(**given, twips=_twips).encode() for name in parts)
    return pack(zip((name.removeprefix(_BLANK) for name in parts), made, strict=True))


def _twips(shares: Sequence[float], whole: int) -> list[int]:
    """Compute widths in twentieths of a point; a half is rounded down, so that they are no wider than the whole."""
    return [ceil(share * whole - 0.5) for share in shares]
