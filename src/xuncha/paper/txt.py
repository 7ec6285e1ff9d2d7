"""A document as plain text, for a terminal and for e-mail: lines of 38 full-width characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from xuncha.chinese.characters import width
from xuncha.paper.outline import Block, Table

if TYPE_CHECKING:
    from xuncha.paper.outline import Document

_LINE: Final = 38
"""Full-width characters in a line."""
_RULE: Final = "-" * (_LINE * 2)
_GAP: Final = 1
"""Between two columns, in full-width characters."""
_INDENT: Final = "\u3000\u3000"
_LEAST: Final = 2
"""What a column is wide at least."""
_NOT_FIRST: Final = "，。、；：？！”’）》〉】〕…—,.;:?!)%"
"""No line begins with one of these."""
_NOT_LAST: Final = "（《〈【〔“‘("
"""No line ends with one of these."""


def txt(document: Document) -> str:
    """Write the document as text, with a line end at its end; a paragraph is one line, a table is set in columns."""
    lines = [document.mark] if document.mark else []
    lines += [_centred(document.title), ""]
    for block in document.blocks:
        if isinstance(block, Block):
            lines.append(_laid_out(block))
        elif isinstance(block, Table):
            lines += ["", *_table(block), ""]
    while not lines[-1]:
        lines.pop()
    return "\n".join(_without_double_blanks(lines)) + "\n"


def _laid_out(block: Block) -> str:
    if block.kind == "to":
        return block.text
    if block.kind in {"sign", "date"}:
        return _right(block.text)
    if block.kind == "table-title":
        return "\n" + _centred(block.text)
    return _INDENT + block.text


def _centred(text: str) -> str:
    return "\u3000" * max(0, int((_LINE - width(text)) / 2)) + text


def _right(text: str) -> str:
    return "\u3000" * max(0, int(_LINE - width(text))) + text


def _table(table: Table) -> list[str]:
    """Set a table in lines: the head and the rows, with rules between them where one takes several lines."""
    widths = _columns(table.widths)
    rows = [_row(row, widths) for row in table.rows]
    apart = any(len(lines) > 1 for lines in rows)
    shown = [*_row(table.header, widths), _RULE]
    for number, (row, lines) in enumerate(zip(table.rows, rows, strict=True)):
        if apart and number and row[0]:
            shown.append(_RULE)
        shown += lines
    return [*shown, _RULE] if rows else shown


def _columns(shares: Sequence[float]) -> list[int]:
    """Compute the widths of columns in full-width characters; what rounding leaves goes to the widest."""
    room = max(_LINE - _GAP * (len(shares) - 1), _LEAST * len(shares))
    widths = [max(_LEAST, int(share * room)) for share in shares]
    widths[widths.index(max(widths))] += room - sum(widths)
    return [max(_LEAST, each) for each in widths]


def _row(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    wrapped = [_wrapped(cell, room) for cell, room in zip(cells, widths, strict=True)]
    lines = []
    for number in range(max(map(len, wrapped))):
        parts = [
            _padded(lines_of[number] if number < len(lines_of) else "", room + _GAP)
            for lines_of, room in zip(wrapped, widths, strict=True)
        ]
        lines.append("".join(parts).rstrip())
    return lines


def _wrapped(text: str, room: int) -> list[str]:
    """Wrap a text to a width; a word of Latin letters or digits stays whole where it fits."""
    lines, line = [], ""
    for piece in _pieces(text, room):
        if line and width(line + piece) > room:
            kept = _breakable(line, piece)
            lines.append(line[:kept].rstrip())
            line = line[kept:].lstrip()
        line += piece if line else piece.lstrip()
    return [*lines, line.rstrip()]


def _breakable(line: str, following: str) -> int:
    """Count the characters of a full line that stay on it, so that no line begins or ends with a wrong mark."""
    kept = len(line)
    while kept > 1 and (line[kept - 1] in _NOT_LAST or (line[kept:] + following)[0] in _NOT_FIRST):
        kept -= 1
    return kept if kept > 1 else len(line)


def _pieces(text: str, room: int) -> list[str]:
    """Split a text into what is not broken: a Chinese character, a run of half-width ones no wider than a line."""
    pieces: list[str] = []
    for character in text:
        narrow = width(character) < 1 and character != " "
        if narrow and pieces and width(pieces[-1][-1]) < 1 and pieces[-1][-1] != " " and width(pieces[-1] + character) <= room:  # fmt: skip
            pieces[-1] += character
        else:
            pieces.append(character)
    return pieces


def _padded(text: str, room: float) -> str:
    """Pad a text with blanks to a width in full-width characters."""
    return text + " " * max(0, round((room - width(text)) * 2))


def _without_double_blanks(lines: Sequence[str]) -> list[str]:
    kept: list[str] = []
    for line in "\n".join(lines).split("\n"):
        if line or not kept or kept[-1]:
            kept.append(line)
    return kept
