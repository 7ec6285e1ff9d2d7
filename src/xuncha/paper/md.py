"""A document as Markdown (CommonMark, with the tables of GFM); texts are shown as they are, whatever characters they hold."""

from __future__ import annotations

from collections.abc import Sequence
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
        if isinstance(block, Block):
            parts.append(_block(block))
        elif isinstance(block, Table):
            parts.append(_table(block))
    return "\n\n".join(parts) + "\n"


def _block(block: Block) -> str:
    if block.kind in _HEADINGS:
        return f"{_HEADINGS[block.kind]} {_inside(block.text)}"
    return f"**{_inside(block.text)}**" if block.kind == "table-title" else markdown(block.text)


def _inside(text: str) -> str:
    """Escape a text that begins no line, where fewer characters mean something."""
    return markdown(f"x{text}")[1:]


def _table(table: Table) -> str:
    head, *rows = [_row([_inside(cell) for cell in row]) for row in (table.header, *table.rows)]
    return "\n".join([head, _row(["---"] * len(table.header)), *rows])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
