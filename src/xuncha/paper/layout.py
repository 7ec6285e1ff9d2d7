"""What the printed forms share of GB/T 9704-2012: who signs stands over the day, and how long a line of the title may be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xuncha.chinese.characters import width
from xuncha.paper.heading import lines
from xuncha.paper.outline import Block

if TYPE_CHECKING:
    from xuncha.paper.outline import Document

_LONGEST_TITLE: Final = {False: 20, True: 28}
"""Characters of 22 pt in a line of the type area, upright and lying."""
_DAY: Final = 4.0
"""Characters between the date and the right edge (7.3.5.1)."""


def title(document: Document) -> list[str]:
    """Break the title into lines."""
    return lines(document.title, _LONGEST_TITLE[document.landscape])


def signature_indent(document: Document) -> float:
    """Compute the characters between the signature and the right edge: centred over the date, as far as the type area allows (7.3.5.1)."""
    texts = {block.kind: block.text for block in document.blocks if isinstance(block, Block)}
    return max(0.0, _DAY + (width(texts.get("date", "")) - width(texts.get("sign", ""))) / 2)
