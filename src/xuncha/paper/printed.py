"""What stands on the pages of a document, as plain data for the layouts of Word and typst (GB/T 9704-2012, 7.2.5 and 7.3.5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from math import ceil
from typing import Any, Final

from xuncha.chinese.characters import width
from xuncha.chinese.telephones import TELEPHONE
from xuncha.paper.heading import LONGEST, LONGEST_LANDSCAPE, lines
from xuncha.paper.outline import Block, Contents, Document, Form, LandscapeBreak, PageBreak, Part, Table
from xuncha.paper.paging import LANDSCAPE, LARGE, UPRIGHT, Paged, paged
from xuncha.paper.texts import CONTENTS

PITCH: Final = 28.95
"""Points from line to line: 22 of them fill a page."""
_PAGE: Final = 22
_ROW: Final = 28
_TOO_FEW: Final = 4  # lines not worth a page of their own: the standard lets the pitch give way (7.3.5.4)
_DAY: Final = 4.0  # characters between the date and the right edge
_UNBROKEN = re.compile(f"({TELEPHONE.pattern})")


def printed(document: Document) -> dict[str, Any]:
    """Say what stands on the pages of a document. Raises ImportError if its title takes several lines, and the part `office` is not installed."""
    title_lines = lines(document.title, LONGEST_LANDSCAPE if document.landscape else LONGEST)
    return {
        "title": document.title,
        "lines": title_lines,
        "mark": document.mark,
        "landscape": document.landscape,
        "indent": _signature_indent(document),
        "reference": document.reference,
        "pitch": pitch(document, len(title_lines)),
        "blocks": list(_blocks(document)),
        "bound": [each.__dict__ for each in document.bound],
        "contents": CONTENTS,
    }


def _blocks(document: Document) -> Iterator[dict[str, object]]:
    """Yield the blocks; a text comes in parts, of which every other one is a telephone number, which no line breaks."""
    sheet = LANDSCAPE if document.landscape else UPRIGHT
    for number, block in enumerate(document.blocks):
        if isinstance(block, LandscapeBreak):
            sheet = LARGE if block.large else LANDSCAPE
            yield {"kind": "turn", "large": block.large}
        elif isinstance(block, Table):
            yield _table(block, paged(block, sheet, new_page=_begins_page(document.blocks, number)))
        elif isinstance(block, PageBreak):
            yield {"kind": "page", "lines": lines(block.title) if block.title else []}
        elif isinstance(block, Contents):
            yield {"kind": "contents"}
        elif isinstance(block, Form):
            rows = [each.__dict__ for each in block.fields]
            yield {"kind": "form" if block.widths else "cover", "widths": block.widths, "rows": rows}
        elif isinstance(block, Block):
            yield {"kind": block.kind, "text": _UNBROKEN.split(block.text)}


def _table(block: Table, cut: Paged) -> dict[str, object]:
    """Return a table that was cut where pages end; each cell with how many rows it covers, 0 where the one above covers it."""
    centred, rows = block.centred(), []
    for row, spans, kept, begins in zip(cut.table.rows, cut.table.spans(), cut.kept, cut.begins, strict=True):
        cells = zip(row, spans, centred, strict=True)
        told = [{"text": text, "rows": number, "short": short} for text, number, short in cells]
        rows.append({"cells": told, "kept": kept, "begins": begins})
    return {"kind": "table", "header": cut.table.header, "rows": rows, "widths": cut.table.widths}


def _signature_indent(document: Document) -> float:
    """Compute the characters between the signature and the right edge: centred over the date, as far as the type area allows."""
    texts = {block.kind: block.text for block in document.blocks if isinstance(block, Block)}
    return max(0.0, _DAY + (width(texts.get("date", "")) - width(texts.get("sign", ""))) / 2)


def _begins_page(blocks: Sequence[Part], at: int) -> bool:
    """Tell whether a table begins a page, below its caption."""
    before = at - 1
    if before >= 0 and isinstance(caption := blocks[before], Block) and caption.kind == "table-title":
        before -= 1
    return before >= 0 and isinstance(blocks[before], LandscapeBreak)


def pitch(document: Document, title_lines: int) -> float:
    """Compute the points from line to line: less than usual in a letter of which a few lines alone would stand on its last page."""
    blocks = [block for block in document.blocks if isinstance(block, Block)]
    if len(blocks) < len(document.blocks) or not any(block.kind == "to" for block in blocks):
        return PITCH
    head = title_lines + 1 + 2 * bool(document.mark) + 2 * any(document.reference)
    extra = {"sign": 1, "copies": 1, "to": -2, "date": -2}
    used = head + sum(
        max(1, ceil((width(block.text) + 2 + min(0, extra.get(block.kind, 0))) / _ROW))
        + max(0, extra.get(block.kind, 0))
        for block in blocks
    )
    pages = (used - 1) // _PAGE or used // _PAGE
    over = used + 0.5 - pages * _PAGE
    return PITCH * _PAGE / (_PAGE + over / pages) if pages and over <= _TOO_FEW + 0.5 else PITCH
