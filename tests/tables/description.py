"""Tables described in plain text, in tests/corpus/tables/NAME.table, with the expected reading below.

    县审计局：两行表头                      what it is, for people
    file: csv, gbk, tab                    kind of file; of a csv also its encoding and delimiter
    === 整改台账 | hidden                   a sheet, and whether it is hidden
    above: 某局整改台账                     a paragraph above the table (docx and html), or `below:` it
    | 序号 | 问题 | 责任分工 | < |          a row; `<` goes on the cell to the left, `^` the one above: they are merged
    hidden | 1 | 学习不够 | …              a hidden row; `struck |` is a struck-out one
    hide column: C                         a hidden column
    comment B5: 请核实                      a comment on a cell
    formatted: 200                         this many empty rows with borders
    === truth                              YAML, by the keys of a ledger's files

In a cell, ⏎ is a line end, @2024-03-15 a date and #0.9 a number, either with its number format behind it: #0.9{0%}; up to three
digits alone are a number, too, and '12 is a text. ~~text~~ is struck out.

The truth gives for a problem: title, category, finding, fields; for a measure: the keys that have a value. `progress` is a list
of texts, or of [day, text]; `closed` the day of closing; `evidence` all of it together. {either: [a, b]} allows both. `leader/person`
is a name that may be in either key. `fields?` is optional; a problem or measure with `maybe` may be missing.
`doubts` are cells (C5; 台账!C5 in another than the first sheet), rows (row 5) or columns (col D) that must be named as doubtful.
No problem at all means that the file is no ledger and must be refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from yaml12 import parse_yaml

FOLDER: Final = Path(__file__).parents[1] / "corpus/tables"
TODAY: Final = "2025-12-31"
"""The day on which all of them are read."""
_VALUE: Final = re.compile(r"(?P<kind>[@#])(?P<value>[^{]+)(?:\{(?P<form>.+)\})?")
_SMALL: Final = re.compile(r"0|[1-9]\d{0,2}")
_DIRECTIVE: Final = re.compile(
    r"(?P<name>above|below|hide column|formatted|comment [A-Z]+\d+):\s*(?P<said>.*)"
)
_ROW: Final = re.compile(r"(?P<tag>hidden|struck)?\s*\|(?P<cells>.*)")


class Cell(NamedTuple):
    """A cell: a text, a date or a number, with its number format; merged over so many rows and columns."""

    value: str | date | float | int | None
    form: str = ""
    struck: bool = False
    rows: int = 1
    columns: int = 1

    @property
    def shown(self) -> str:
        """What a person sees in a file without number formats."""
        if isinstance(self.value, float | int) and self.form.endswith("%"):
            return f"{self.value * 100:g}%"
        return "" if self.value is None else str(self.value)


@dataclass
class Sheet:
    """A sheet, or a table of a document."""

    name: str
    hidden: bool = False
    rows: list[list[Cell | None]] = field(default_factory=list)
    """None is a place that a merged cell covers."""
    hidden_rows: set[int] = field(default_factory=set)
    """Counted from 1, as columns are."""
    hidden_columns: list[str] = field(default_factory=list)
    comments: dict[str, str] = field(default_factory=dict)
    formatted: int = 0
    above: list[str] = field(default_factory=list)
    below: list[str] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        """Everything that is written in it, its name included."""
        cells = [cell.shown for row in self.rows for cell in row if cell]
        return [self.name, *self.above, *cells, *self.comments.values(), *self.below]


@dataclass
class Table:
    """A file with a table, and what it says."""

    name: str
    about: str
    kind: str
    options: list[str]
    sheets: list[Sheet]
    problems: list[dict[str, Any]]
    doubts: list[str]


def tables() -> list[Table]:
    """Read all descriptions."""
    return [read(path) for path in sorted(FOLDER.glob("*.table"))]


def read(path: Path) -> Table:
    """Read a description.

    Raises:
        ValueError: a line is none of what a description has.
    """
    text, _mark, truth = path.read_text(encoding="utf-8").partition("=== truth\n")
    about, kind, *lines = text.splitlines()
    said: Any = parse_yaml(truth)
    ending, *options = kind.removeprefix("file:").replace(" ", "").split(",")
    table = Table(
        path.stem, about, ending, options, [], said["problems"], list(map(str, said.get("doubts", ())))
    )
    raw: list[list[str]] = []
    for line in filter(str.strip, lines):
        if line.startswith("=== "):
            if table.sheets:
                _lay(table.sheets[-1], raw)
            name, *marks = (part.strip() for part in line[4:].split("|"))
            table.sheets.append(Sheet(name, hidden="hidden" in marks))
            raw = []
        elif match := _DIRECTIVE.fullmatch(line):
            _direct(table.sheets[-1], match["name"], match["said"])
        elif match := _ROW.fullmatch(line):
            cells = [cell.strip() for cell in match["cells"].rstrip().removesuffix("|").split("|")]
            if match["tag"] == "struck":
                cells = [f"~~{cell}~~" if cell and cell not in "<^" else cell for cell in cells]
            elif match["tag"]:
                table.sheets[-1].hidden_rows.add(len(raw) + 1)
            raw.append(cells)
        else:
            raise ValueError(f"{path.name}: {line}")
    _lay(table.sheets[-1], raw)
    return table


def _direct(sheet: Sheet, name: str, said: str) -> None:
    if name in {"above", "below"}:
        getattr(sheet, name).append(said)
    elif name == "hide column":
        sheet.hidden_columns.append(said)
    elif name == "formatted":
        sheet.formatted = int(said)
    else:
        sheet.comments[name.removeprefix("comment ")] = said


def _lay(sheet: Sheet, raw: list[list[str]]) -> None:
    """Make cells of what is written in the rows, those merged that go on each other."""
    width = max(map(len, raw), default=0)
    raw = [[*row, *[""] * (width - len(row))] for row in raw]
    sheet.rows = [[None] * width for _row in raw]
    for top, row in enumerate(raw):
        for left, text in enumerate(row):
            if text in {"<", "^"}:
                continue
            right = left + 1
            while right < width and row[right] == "<":
                right += 1
            bottom = top + 1
            while bottom < len(raw) and raw[bottom][left] == "^":
                bottom += 1
            sheet.rows[top][left] = _cell(text)._replace(rows=bottom - top, columns=right - left)


def _cell(text: str) -> Cell:
    text = text.replace("⏎", "\n")
    struck = len(text) > len("~~~~") and text.startswith("~~") and text.endswith("~~")
    text = text[2:-2] if struck else text
    if match := _VALUE.fullmatch(text):
        form = match["form"] or ("yyyy-mm-dd" if match["kind"] == "@" else "General")
        if match["kind"] == "@":
            return Cell(date.fromisoformat(match["value"]), form, struck)
        number = float(match["value"])
        return Cell(int(number) if number.is_integer() else number, form, struck)
    if _SMALL.fullmatch(text):
        return Cell(int(text), "General", struck)
    return Cell(text.removeprefix("'") or None, "", struck)
