"""Read tables in Word documents and web pages. The paragraphs right above a table become the first rows of its sheet."""

from __future__ import annotations

import io
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from xuncha.exchange.sheet import safety
from xuncha.exchange.sheet.grid import Sheet, Spot
from xuncha.language import gettext as _
from xuncha.parts import require_part

_CellReader = Callable[[Any], tuple[str, bool]]
WordRow = tuple[int, Any, list[Any]]
"""The number of a row, its element, and its cells, each in every place that it covers."""
_ABOVE: Final = 6  # paragraphs above a table that may name the organisation and the feedback
_MOST_SPANNED: Final = 2_000  # the most rows or columns that one cell of a document may cover
_TEXT_TAGS: Final = {"p", "h1", "h2", "h3", "caption", "div", "title"}
_HIDDEN_STYLE: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def word_tables(document: Any) -> Iterator[tuple[str, list[str], Iterator[WordRow]]]:  # noqa: ANN401
    """Yield each table of a Word document: its name, the paragraphs right above it (the first rows of its sheet), and its own rows."""
    from docx.table import Table  # noqa: PLC0415

    above: list[str] = []
    number = 0
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            number += 1
            last = above[-_ABOVE:]
            yield table_name(number), last, _word_rows(block._tbl, len(last) + 1)  # noqa: SLF001
            above = []
        elif words := block.text.strip():
            above.append(words)


def _word_rows(table: Any, first: int) -> Iterator[WordRow]:  # noqa: ANN401
    above: list[Any] = []
    for number, row in enumerate(table.tr_lst, first):
        cells: list[Any] = [None] * min(row.grid_before, _MOST_SPANNED)
        for cell in row.tc_lst:
            goes_on = cell.vMerge == "continue" and len(cells) < len(above)
            first_cell = above[len(cells)] if goes_on else None
            cells += [cell if first_cell is None else first_cell] * min(max(cell.grid_span, 1), _MOST_SPANNED)
        above = cells
        yield number, row, cells


def table_name(number: int) -> str:
    """Return a name for a table of a document, since such tables have no names."""
    return _("table {n}").format(n=number)


def read_word(path: Path, content: bytes) -> list[Sheet]:
    """Read the tables of a Word document."""
    with require_part("office"):
        from docx import Document  # noqa: PLC0415
        from docx.oxml.ns import qn  # noqa: PLC0415
        from docx.text.paragraph import Paragraph  # noqa: PLC0415

    def look(cell: Any) -> tuple[str, bool]:  # noqa: ANN401
        paragraphs = cell.p_lst if cell.find(f".//{qn('w:strike')}") is not None else ()
        runs = [run for each in paragraphs for run in Paragraph(each, cell).runs if run.text.strip()]
        text = "\n".join(each.text for each in cell.iter_block_items() if each.tag == qn("w:p"))
        return text, bool(runs) and all(run.font.strike for run in runs)

    with safety.refusing_damage(path):
        found = []
        for name, above, rows in word_tables(Document(io.BytesIO(content))):
            found.append(_sheet(path, name, above, (cells for _number, _row, cells in rows), look))
        return found


def read_page(path: Path, text: str) -> list[Sheet]:
    """Read the visible tables of a web page."""
    with require_part("office"):
        from lxml import html  # noqa: PLC0415
    found: list[Sheet] = []
    above: deque[str] = deque(maxlen=_ABOVE)
    with safety.refusing_damage(path):
        root = html.document_fromstring(text)
        for element in [each for each in root.iter() if not isinstance(each.tag, str) or _is_unseen(each)]:
            if element.getparent() is not None:
                element.drop_tree()
        for line_break in root.iter("br"):
            line_break.tail = "\n" + (line_break.tail or "")
        inside: set[Any] = set()
        for element in root.iter():
            if element.tag == "table" and not any(each.tag == "table" for each in element.iterdescendants()):
                inside |= set(element.iter())
                safety.must_be_few(path, len(found) + 1, "tbl")
                name = table_name(len(found) + 1)
                found.append(_sheet(path, name, above, _full_rows(element), _read_cell))
                above.clear()
            elif element.tag in _TEXT_TAGS and element not in inside and not len(element):
                above.extend([words] if (words := _text(element)) else [])
    return found


def _is_unseen(element: Any) -> bool:  # noqa: ANN401
    hidden = element.get("hidden") is not None or _HIDDEN_STYLE.search(element.get("style") or "")
    return bool(hidden) or element.tag in {"script", "style", "noscript", "template"}


def _read_cell(cell: Any) -> tuple[str, bool]:  # noqa: ANN401
    whole, struck = _text(cell), cell.xpath(".//s | .//del | .//strike")
    return whole, bool(whole) and "".join(map(_text, struck)) == whole


def _text(element: Any) -> str:  # noqa: ANN401
    blocks = element.xpath(".//p | .//div | .//li")
    for block in blocks:
        block.tail = "\n" + (block.tail or "")
    lines = (" ".join(line.split()) for line in element.text_content().split("\n"))
    return "\n".join(line for line in lines if line)


def _full_rows(table: Any) -> Iterator[list[Any]]:  # noqa: ANN401
    """Yield the rows of a table in a web page, with each cell in every place that it covers."""
    continued: dict[int, tuple[Any, int]] = {}
    """By column: the cells that continue in the next rows, and how many rows are left."""
    for row in table.iter("tr"):
        cells, column = dict[int, Any](), 0
        below = {place: (cell, rows - 1) for place, (cell, rows) in continued.items() if rows > 1}
        cells |= {place: cell for place, (cell, _rows) in continued.items()}
        for cell in row.iterchildren("td", "th"):
            while column in cells:
                column += 1
            for _step in range(_span(cell, "colspan")):
                cells[column] = cell
                if (rows := _span(cell, "rowspan")) > 1:
                    below[column] = (cell, rows - 1)
                column += 1
        continued = below
        yield [cells.get(place) for place in range(max(cells, default=-1) + 1)]


def _span(cell: Any, name: str) -> int:  # noqa: ANN401
    value = (cell.get(name) or "1").strip()
    return min(max(int(value), 1), _MOST_SPANNED) if value.isdecimal() else 1


def _sheet(
    path: Path, name: str, above: Iterable[str], rows: Iterable[list[Any]], read: _CellReader
) -> Sheet:
    """Make a sheet from rows in which a merged cell is one object in every place; `read` returns its text, and whether it is struck out."""
    sheet, words = Sheet(name, named=False), list(above)
    for row, each in enumerate(words, 1):
        sheet.put((row, 1), each)
    places: dict[Any, list[Spot]] = {}
    for row, cells in enumerate(rows, len(words) + 1):
        for column, cell in enumerate(cells, 1):
            if cell is None:
                continue
            if cell not in places:
                text, struck = read(cell)
                sheet.put((row, column), text, struck=struck)
            places.setdefault(cell, []).append((row, column))
            safety.must_be_few(path, row * column, "c")
    corners = [(min(spots), max(spots)) for spots in places.values() if len(spots) > 1]
    sheet.expand([(left, top, right, bottom) for (top, left), (bottom, right) in corners])
    return sheet
