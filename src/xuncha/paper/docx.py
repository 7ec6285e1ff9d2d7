"""A document as a Word file in the format of GB/T 9704-2012, always of the same bytes: the parts in `blank/` are templates, and `word/document.xml` is the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count, zip_longest
from math import ceil
from typing import Any, Final

from xuncha.chinese.telephones import TELEPHONE
from xuncha.paper.heading import (
    LONGEST_PROPERTY,
    PITCH,
    begins_page,
    lines,
    pitch,
    reference,
    signature_indent,
    title,
)
from xuncha.paper.outline import Block, Contents, Document, Form, LandscapeBreak, PageBreak, Table
from xuncha.paper.packing import pack
from xuncha.paper.paging import LANDSCAPE, LARGE, UPRIGHT, Paged, Sheet, paged
from xuncha.paper.texts import CONTENTS, layouts

_STYLES: Final = {
    "to": "Salutation",
    "h1": "Heading1",
    "h2": "Heading2",
    "h3": "Heading3",
    "h4": "Heading4",
    "p": "BodyText",
    "sign": "Signature",
    "date": "Date",
    "copies": "Copies",
    "table-title": "Caption",
}
"""Word's own styles for the kinds of blocks, so that it shows the headings beside the text."""
_TWIPS: Final = 20  # in a point
_CHARACTER: Final = 314  # the width of a character of the body, in twips: 28 of them fill 156 mm
_WITH_BEFORE: Final = ("sign", "copies")
"""Kinds of blocks that stay on the page of the one before: a page without text is forged easily."""
_SHEETS: Final = {UPRIGHT: "upright", LANDSCAPE: "landscape", LARGE: "large"}
_WIDTHS: Final = {UPRIGHT: 8845, LANDSCAPE: 12756, LARGE: 19729}
"""Of the type area, in twips."""
_COVER: Final = (0.3, 0.7)  # the columns of a cover
_BLANK: Final = "blank/"
_HYPHEN: Final = "\N{NON-BREAKING HYPHEN}"
_Part = dict[str, Any]


def docx(document: Document) -> bytes:
    """Write the document as a Word file. Raises ImportError if the part `office` is not installed."""
    blocks = list(_head(document))
    sheet = _add_blocks(blocks, document)
    points = pitch(document)
    given = {
        "title": document.title[:LONGEST_PROPERTY],
        "blocks": blocks,
        "sheet": _SHEETS[sheet],
        "is_one_section": not any("section" in block for block in blocks),
        "pitch": round(points * _TWIPS) if points < PITCH else 0,
    }
    parts = [name for name in layouts().list_templates() if name.startswith(_BLANK)]
    made = (layouts().get_template(name).render(given).encode() for name in parts)
    return pack(zip((name.removeprefix(_BLANK) for name in parts), made, strict=True))


def _head(document: Document) -> Iterator[_Part]:
    """Yield the mark, the number and the title."""
    if document.mark:
        yield {"style": "Mark", "lines": [document.mark]}
    if document.number or document.signer:
        yield {"style": "ReferenceBoth" if document.signer else "Reference", "lines": [reference(document)]}
    yield {"style": "Title", "lines": title(document)}


def _add_blocks(found: list[_Part], document: Document) -> Sheet:
    """Add what the page is given of each block; return the sheet of the last page."""
    sheet = LANDSCAPE if document.landscape else UPRIGHT
    is_new_page, headings, is_first = False, count(1), True
    for number, (block, after) in enumerate(zip_longest(document.blocks, document.blocks[1:])):
        if isinstance(block, Block):
            found.append(_paragraph(block, after, document, headings) | {"new_page": is_new_page})
        elif isinstance(block, Table):
            new_page = begins_page(document.blocks, number)
            found.append(_table(paged(block, sheet, new_page=new_page), sheet))
        elif isinstance(block, LandscapeBreak):
            found.append({"section": _SHEETS[sheet], "is_first": is_first})
            sheet, is_first = LARGE if block.large else LANDSCAPE, False
        elif isinstance(block, PageBreak) and block.title:
            found.append({"style": "Title", "lines": lines(block.title), "new_page": True})
        elif isinstance(block, Contents):
            found.append({"contents": document.listed, "title": CONTENTS, "new_page": is_new_page})
        elif isinstance(block, Form):
            if not block.widths:
                next(each for each in reversed(found) if "style" in each)["over_cover"] = True
            widths = _widths(block.widths or _COVER, sheet)
            found.append({"form": block.fields, "widths": widths, "is_cover": not block.widths})
        is_new_page = isinstance(block, PageBreak) and not block.title
    return sheet


def _paragraph(block: Block, after: object, document: Document, headings: Iterator[int]) -> _Part:
    """Return a paragraph or a heading; `headings` numbers those of the table of contents."""
    is_kept = isinstance(after, Table) or (isinstance(after, Block) and after.kind in _WITH_BEFORE)
    sign = {"right": round(signature_indent(document) * _CHARACTER)} if block.kind == "sign" else {}
    return {
        **sign,
        "style": _STYLES[block.kind],
        "lines": [TELEPHONE.sub(lambda found: found[0].replace("-", _HYPHEN), block.text)],
        "kept": is_kept,
        "heading": next(headings) if block.kind == "h1" else 0,
    }


def _table(cut: Paged, sheet: Sheet) -> _Part:
    """Return a table as wide as the type area of a sheet."""
    table, widths = cut.table, _widths(cut.table.widths, sheet)
    styles = ["TableShort" if short else "TableText" for short in table.centred()]
    rows: list[_Part] = [
        {"cells": [(cell, width, "TableHead", 1) for cell, width in zip(table.header, widths, strict=True)]}
    ]
    for row, spans, kept, begins in zip(table.rows, table.spans(), cut.kept, cut.begins, strict=True):
        cells = list(zip(row, widths, styles, spans, strict=True))
        rows.append({"cells": cells, "kept": kept, "begins": begins})
    return {"rows": rows, "widths": widths}


def _widths(shares: Sequence[float], sheet: Sheet) -> list[int]:
    """Compute the widths of columns in twips; a half is rounded down, so that they are no wider than the type area."""
    return [ceil(share * _WIDTHS[sheet] - 0.5) for share in shares]
