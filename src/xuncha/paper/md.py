"""A document as Markdown (CommonMark, with the tables of GFM); texts are shown as they are, whatever characters they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from xuncha.paper.outline import Block, Table
from xuncha.paper.templates import markdown

if TYPE_CHECKING:
    from xuncha.paper.outline import Document

_HEADINGS: Final = {"h1": "##", "h2": "###", "h3": "####", "h4": "#####"}


def md(document: Document) -> str:
    """Write the document as Markdown, with a line end at its end."""
    parts = [markdown(document.mark)] if document.mark else []
    parts.append(f"# {_inside(document.title)}")
    for block in document.blocks:
        if isinstance(block, Table):
            rows = [[_inside(cell) for cell in row] for row in (block.header, *block.rows)]
            rows.insert(1, ["---"] * len(block.header))
            parts.append("\n".join(f"| {' | '.join(row)} |" for row in rows))
        elif isinstance(block, Block) and block.kind in _HEADINGS:
            parts.append(f"{_HEADINGS[block.kind]} {_inside(block.text)}")
        elif isinstance(block, Block):
            is_title = block.kind == "table-title"
            parts.append(f"**{_inside(block.text)}**" if is_title else markdown(block.text))
    return "\n\n".join(parts) + "\n"


def _inside(text: str) -> str:
    """Escape a text that begins no line, where fewer characters mean something."""
    return markdown(f"x{text}")[1:]
