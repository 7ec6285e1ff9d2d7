"""The outline of a document, that is its blocks without layout; and the reader of the text lines in which a template prints it.

A template prints a line for each block: its kind, a blank, its text (docs/templates.md, "An outline"). A value cannot begin a new line
or cell: the environment of the templates prints each value on one line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Final

from xuncha.chinese.characters import width
from xuncha.chinese.punctuation import full_width
from xuncha.language import gettext as _

KINDS: Final = ("to", "h1", "h2", "h3", "h4", "p", "sign", "date", "copies", "table-title")
"""Kinds of blocks: the addressee, flush left; headings 一、 （一） 1. （1）; a paragraph; the signature; the date; who receives copies; the title above a table."""
CELL: Final = "\x1f"
"""Separator between two cells of a row; no ledger contains this character."""
LINE_END: Final = "\x1e"
"""Separator between two lines of a value, which the cells of a form keep."""
_BLANKS = re.compile(r"(?:[^\S\u3000]|[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff])+")
"""Blanks, and characters that no form can hold; the ideographic space counts as an ordinary character."""
_MAX_DIGITS: Final = 6  # only so many digits of a number of pages are read
_COVER_CELLS: Final = 2  # cells in a row of a cover
_WIDER: Final = 0.06
"""How much wider than half of a full-width character a half-width one is in fonts that stand in for those of the standard."""
SHORT: Final = 12
"""A text of at most this width, in full-width characters, is short."""
_UNBROKEN_WIDTHS: Final = ((9, 9, 0.85), (6, 9, 0.7), (6, 9, 0.5), (6, 6, 0.85), (4, 4, 0.6))
"""Tried in turn: words, and days and numbers, up to these widths stay on one line; a column with longer texts keeps at least this fraction of its share."""


@dataclass(frozen=True)
class Block:
    """A paragraph or a heading."""

    kind: str  # one of `KINDS`
    text: str  # on one line, without mark-up, never empty


@dataclass(frozen=True)
class Table:
    """A table. Empty cells at the beginning of a row are merged with the cells above; `spans` counts the rows that a cell covers."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]  # of the columns, as shares of the whole: they add up to 1

    def short_columns(self) -> tuple[bool, ...]:
        """Return for each column whether it holds only short texts, such as names, days and numbers; these columns are centred."""
        columns = zip(*self.rows, strict=True) if self.rows else [()] * len(self.header)
        return tuple(all(width(cell) <= SHORT for cell in column) for column in columns)

    def fitted_widths(self, total: float, padding: float) -> tuple[float, ...]:
        """Return widths of the columns, as shares, that break no state, number or day across lines, if there is enough room.

        `total` is the width of the table in full-width characters; `padding` is the space left and right of the text in a cell together,
        or 0 in a text, whose columns are as wide as some full-width characters.
        """
        shares = [share * total for share in self.widths]
        wider = 2 * _WIDER if padding else 0
        columns = [
            [(width(cell) + wider * (len(cell) - width(cell)), cell[:1].isdecimal()) for cell in column]
            for column in zip(self.header, *self.rows, strict=True)
        ]
        for max_word, max_number, min_share in _UNBROKEN_WIDTHS:
            limits, needs = (max_word, max_number), []
            for column, share in zip(columns, shares, strict=True):
                whole = [length for length, is_number in column if length <= limits[is_number]]
                need = max(whole, default=1)
                is_broken = len(whole) < len(column)
                needs.append(max(need + padding if padding else ceil(need), share * min_share * is_broken))
            if sum(needs) <= total:
                pairs = list(zip(needs, shares, strict=True))
                missing = sum(max(0, need - share) for need, share in pairs)
                spare = sum(max(0, share - need) for need, share in pairs)
                factor = 1 - missing / spare if missing else 1
                return tuple((need + max(0, share - need) * factor) / total for need, share in pairs)
        return self.widths

    def spans(self) -> tuple[tuple[int, ...], ...]:
        """Return how many rows each cell covers; see the function `spans`."""
        return spans(self.rows)


def spans(rows: Sequence[Sequence[object]]) -> tuple[tuple[int, ...], ...]:
    """Return for each cell of each row how many rows it covers, its own included; 0 if the cell above covers it."""
    result: list[list[int]] = []
    owners: list[int] = []
    """For each column, the row with the cell that covers this place."""
    for number, row in enumerate(rows):
        covered = next((column for column, cell in enumerate(row) if cell), 0) if number else 0
        owners = [*owners[:covered], *[number] * (len(row) - covered)]
        result.append([0] * covered + [1] * (len(row) - covered))
        for column in range(covered):
            result[owners[column]][column] += 1
    return tuple(map(tuple, result))


@dataclass(frozen=True)
class Instruction:
    """An instruction for the layout, by its kind.

    After `landscape` the next block begins a landscape page, A3 if the text says so; after `page` it begins a page, with the text as its title;
    `contents` stands for the table of contents.
    """

    kind: str
    text: str = ""


@dataclass(frozen=True)
class Field:
    """A row of a form: labels and values in turn; the last value extends to the right edge. Values may have several lines."""

    cells: tuple[str, ...]
    signature: str = ""  # the line to sign on, at the bottom, with space above it

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The labels, each with its value."""
        return list(zip(self.cells[::2], self.cells[1::2], strict=True))


@dataclass(frozen=True)
class Form:
    """A form to be filled in and signed; or, without widths, the lines of a cover."""

    fields: tuple[Field, ...]
    widths: tuple[float, ...] = ()  # of the columns, as shares of the whole; empty for a cover


@dataclass(frozen=True)
class Appendix:
    """A file appended to the document, in forms that have pages."""

    pages: int
    title: str


Part = Block | Table | Form | Instruction | Appendix


@dataclass(frozen=True)
class Document:
    """A document: its title, and its blocks in order."""

    title: str
    blocks: tuple[Part, ...]
    landscape: bool = False
    mark: str = ""  # above the title, flush left, such as 内部资料; empty where there is none
    number: str = ""  # 文号; empty if unknown, like the name of the person who signed it off (签发人)
    signer: str = ""

    @property
    def reference(self) -> tuple[str, ...]:
        """The document number and, if known, the name of the person who signed it off."""
        return (self.number, f"签发人：{self.signer}") if self.signer else (self.number,)

    @property
    def toc(self) -> tuple[str, ...]:
        """The headings that the table of contents lists."""
        return tuple(each.text for each in self.blocks if isinstance(each, Block) and each.kind == "h1")


class OutlineError(ValueError):
    """A template has printed an invalid outline; the message says what is wrong, and `line` is the wrong line, or the kind of the missing one."""

    def __init__(self, message: str, line: str) -> None:
        super().__init__(message)
        self.line = line


def read(text: str) -> Document:
    """Read the document from the outline that a template has printed; skip empty lines and blocks. Raises OutlineError if a line is wrong, or the title is missing."""
    head = dict.fromkeys(("title", "mark", "number", "signer"), "")
    landscape = False
    blocks: list[Part | _Rows] = []
    for line in filter(str.strip, text.split("\n")):
        kind, _blank, rest = line.strip(" ").partition(" ")
        if kind in head:
            head[kind] = _plain(rest)
        elif kind == "landscape" and not blocks:
            landscape = True
        else:
            try:
                _add_line(blocks, kind, rest)
            except ValueError:
                shown = _BLANKS.sub(" ", line.replace(CELL, " | ")).strip()[:40]
                message = _("this is no line of an outline: {line}", line=shown)
                raise OutlineError(message, line) from None
    if not head["title"]:
        raise OutlineError(_("it has no title"), "title")
    parts = (block.table() if isinstance(block, _Rows) else block for block in blocks)
    return Document(head["title"], tuple(parts), landscape, head["mark"], head["number"], head["signer"])


def _add_line(blocks: list[Part | _Rows], kind: str, rest: str) -> None:
    """Add the block that a line begins, or the row that it adds to the last block. Raises ValueError if the line is wrong."""
    last, text = blocks[-1] if blocks else None, _plain(rest)
    if kind == "row" and isinstance(last, _Rows):
        last.add(rest)
    elif kind in {"field", "opinion"} and isinstance(last, Form):
        blocks[-1] = replace(last, fields=(*last.fields, _field(kind, rest, len(last.widths))))
    elif kind == "bound":
        pages, _blank, title = text.partition(" ")
        blocks.append(Appendix(int(pages[:_MAX_DIGITS]), title))
    elif kind == "table":
        blocks.append(_Rows(_widths(rest)))
    elif kind in {"form", "cover"}:
        blocks.append(Form((), _widths(rest) if kind == "form" else ()))
    elif kind in {"landscape", "page", "contents"}:
        blocks.append(Instruction(kind, text))
    elif kind not in KINDS:
        raise ValueError(kind)
    elif text:
        blocks.append(Block(kind, text))


@dataclass
class _Rows:
    widths: tuple[float, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.rows.append(tuple(map(_plain, text.split(CELL))))
        if len(self.rows[-1]) != len(self.widths):
            raise ValueError(text)

    def table(self) -> Table:
        header, *others = self.rows or [("",) * len(self.widths)]
        return Table(header, tuple(others), self.widths)


def _field(kind: str, text: str, columns: int) -> Field:
    """Read a row of a form with so many columns; for a cover, which has 0, a label and a value."""
    cells = ["\n".join(filter(None, map(_plain, cell.split(LINE_END)))) for cell in text.split(CELL)]
    signature = cells.pop() if kind == "opinion" else ""
    if not cells or len(cells) % 2 or len(cells) > (columns or _COVER_CELLS):
        raise ValueError(text)
    return Field(tuple(cells), signature)


def _plain(text: str) -> str:
    """Put a text on one line, without control characters, with full-width punctuation."""
    return full_width(_BLANKS.sub(" ", text).strip())


def _widths(text: str) -> tuple[float, ...]:
    """Read the widths of a table's columns, as shares."""
    widths = [float(width) for width in text.split()]
    total = sum(widths)
    if not (widths and min(widths) > 0 and total < float("inf")):
        raise ValueError(text)
    return tuple(width / total for width in widths)
