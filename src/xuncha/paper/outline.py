"""What a document consists of, without its layout; and the plain lines in which a template gives it.

A template gives a line for each block: its kind, a blank, its text. `mark` is what stands above the title, such as 内部资料;
`number` and `signer` are what stands between the two: the number of the document, and who has signed it off; `landscape` alone turns the
paper: all of it before the first block, else what follows, on a new page, with `A3` a large one; `table` with the widths of its columns begins
a table, and the lines `row` after it are its rows, the first of them the head. What a value holds cannot begin a line or a cell: the
environment of the templates prints it on one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Final

from xuncha.chinese.characters import width
from xuncha.chinese.punctuation import full_width
from xuncha.language import gettext as _

KINDS: Final = ("to", "h1", "h2", "h3", "h4", "p", "sign", "date", "copies", "table-title")
"""Of a block: the addressee, flush left; headings 一、 （一） 1. （1）; a paragraph; who signs, and when; who is given copies; what is above a table."""
_HEAD: Final = ("title", "mark", "number", "signer")
CELL: Final = "\x1f"
"""Between two cells of a row. A ledger holds no such character."""
_BLANKS = re.compile(r"(?:[^\S\u3000]|[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff])+")
"""Blanks, and what no form can hold; the ideographic space is a character like others."""
SHORT: Final = 12
"""Full-width characters of the longest text that is short."""
_UNBROKEN: Final = ((9, 0.85), (6, 0.85), (4, 0.6))
"""Characters of the longest text that is kept on one line, and what a column of longer ones keeps of its share: the first for which there is room."""


@dataclass(frozen=True)
class Block:
    """A paragraph or a heading."""

    kind: str  # one of `KINDS`
    text: str  # on one line, without mark-up, never empty


@dataclass(frozen=True)
class Table:
    """A table; `spans` tells how far a cell reaches down over those that are empty at the beginning of the rows below it."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]  # of the columns, as shares of the whole: they add up to 1

    def centred(self) -> tuple[bool, ...]:
        """Tell which columns hold short texts alone, such as names, days and numbers: those are centred."""
        columns = zip(*self.rows, strict=True) if self.rows else [()] * len(self.header)
        return tuple(all(width(cell) <= SHORT for cell in column) for column in columns)

    def fitted(self, room: float, beside: float) -> tuple[float, ...]:
        """Compute widths by which no state, number or day is broken, as far as there is room.

        Args:
            room: the width of the table in full-width characters.
            beside: of these, what a cell has left and right of its text.
        """
        shares = [share * room for share in self.widths]
        columns = [[width(cell) for cell in column] for column in zip(self.header, *self.rows, strict=True)]
        for most, least in _UNBROKEN:
            needs = [
                max(
                    ceil(max((each for each in column if each <= most), default=1)) + beside,
                    share * least if max(column) > most else 0,
                )
                for column, share in zip(columns, shares, strict=True)
            ]
            if sum(needs) <= room:
                lacking = sum(max(0, need - share) for need, share in zip(needs, shares, strict=True))
                spare = sum(max(0, share - need) for need, share in zip(needs, shares, strict=True))
                left = 1 - lacking / spare if lacking else 1
                return tuple(
                    (need + max(0, share - need) * left) / room
                    for need, share in zip(needs, shares, strict=True)
                )
        return self.widths

    def spans(self) -> tuple[tuple[int, ...], ...]:
        """Count for each cell how many rows it covers, as `spans`."""
        return spans(self.rows)


def spans(rows: Sequence[Sequence[object]]) -> tuple[tuple[int, ...], ...]:
    """Count for each cell of each row how many rows it covers, its own included; 0 where the one above covers it."""
    found: list[list[int]] = []
    above: list[int] = []
    """For each column the row whose cell covers it."""
    for number, row in enumerate(rows):
        filled = next((place for place, cell in enumerate(row) if cell), 0) if number else 0
        above = [*above[:filled], *[number] * (len(row) - filled)]
        found.append([0] * filled + [1] * (len(row) - filled))
        for place in range(filled):
            found[above[place]][place] += 1
    return tuple(map(tuple, found))


@dataclass(frozen=True)
class LandscapeBreak:
    """What follows begins on a new landscape page."""

    large: bool = False  # A3 instead of A4


@dataclass(frozen=True)
class Document:
    """A document on paper."""

    title: str
    blocks: tuple[Block | Table | LandscapeBreak, ...]
    landscape: bool = False
    mark: str = ""  # above the title, flush left, such as 内部资料; empty where there is none
    number: str = (
        ""  # of the document (文号), and who has signed it off (签发人); empty where nobody has said it
    )
    signer: str = ""


class OutlineError(ValueError):
    """A template has given no valid outline; the message says what is wrong with which of its lines."""


def read(text: str) -> Document:
    """Read the document that a template has given, without empty lines and blocks. Raises OutlineError if a line is none of those above, or without a title."""
    head = dict.fromkeys(_HEAD, "")
    landscape = False
    blocks: list[Block | _Rows | LandscapeBreak] = []
    for line in filter(str.strip, text.split("\n")):
        kind, _blank, rest = line.strip(" ").partition(" ")
        last = blocks[-1] if blocks else None
        if kind in head:
            head[kind] = _plain(rest)
        elif kind == "landscape" and blocks:
            blocks.append(LandscapeBreak(large=rest.strip() == "A3"))
        elif kind == "landscape":
            landscape = True
        elif kind == "table":
            blocks.append(_Rows(_widths(rest, line)))
        elif kind == "row" and isinstance(last, _Rows):
            last.add(rest, line)
        elif kind in KINDS:
            blocks += [Block(kind, plain)] if (plain := _plain(rest)) else []
        else:
            raise _unreadable(_("a line begins with a kind, such as p or h1"), line)
    if not head["title"]:
        raise OutlineError(_("it gives no title"))
    whole = (block.table() if isinstance(block, _Rows) else block for block in blocks)
    return Document(head["title"], tuple(whole), landscape, head["mark"], head["number"], head["signer"])


@dataclass
class _Rows:
    widths: tuple[float, ...]
    rows: list[tuple[str, ...]] = field(default_factory=list)

    def add(self, text: str, line: str) -> None:
        self.rows.append(tuple(map(_plain, text.split(CELL))))
        if len(self.rows[-1]) != len(self.widths):
            raise _unreadable(_("a row has as many cells as the table has columns"), line)

    def table(self) -> Table:
        header, *others = self.rows or [("",) * len(self.widths)]
        return Table(header, tuple(others), self.widths)


def _plain(text: str) -> str:
    """Put a text on one line, without control characters, with full-width punctuation."""
    return full_width(_BLANKS.sub(" ", text).strip())


def _widths(text: str, line: str) -> tuple[float, ...]:
    """Read the widths of a table's columns, as shares."""
    try:
        widths = [float(width) for width in text.split()]
    except ValueError:
        widths = []
    whole = sum(widths)
    if not (widths and min(widths) > 0 and whole < float("inf")):
        raise _unreadable(_("a table has the widths of its columns, numbers above 0"), line)
    return tuple(width / whole for width in widths)


def _unreadable(what: str, line: str) -> OutlineError:
    shown = _BLANKS.sub(" ", line.replace(CELL, " | ")).strip()
    return OutlineError(f"{what}: {shown[:40]}")
