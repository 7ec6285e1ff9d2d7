"""Read tables in Word documents and web pages. The paragraphs right above a table become the first rows of its sheet."""

from __future__ import annotations

import io
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

from xuncha.exchange.sheet import safety
from xuncha.exchange.sheet.grid import Sheet, Spot, Unseen
from xuncha.language import gettext as _
from xuncha.parts import require_part

Element = Any
"""An element of a Word document or a web page: their libraries have no common type for it."""
_CellReader = Callable[[Element], tuple[str, Unseen, str]]
WordRow = tuple[int, Element, list[Element]]
"""The number of a row, its element, and its cells, each in every place that it covers."""
_ABOVE: Final = 6  # paragraphs above a table that may name the organisation and the feedback
_MOST_SPANNED: Final = 2_000  # the most rows or columns that one cell of a document may cover
_TEXT_TAGS: Final = {"p", "h1", "h2", "h3", "caption", "div", "title"}
_AROUND: Final = {"sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag", "hyperlink", "fldSimple"}
"""Elements of Word around rows, cells, paragraphs and texts that are read like those without them: content controls, tracked insertions."""
_STRIKES: Final = "strike", "dstrike"
_REMARKS: Final = {"comments", "footnotes", "endnotes"}
_BESIDE: Final = (
    ".//w:tbl | .//w:txbxContent | .//w:commentReference | .//w:footnoteReference | .//w:endnoteReference"
)
_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ID, _FONT, _CHARACTER = (f"{_WORD}{name}" for name in ("id", "font", "char"))
_SIGNS: Final = {
    "Wingdings FB": "✗", "Wingdings FC": "✓", "Wingdings FD": "☒", "Wingdings FE": "☑", "Wingdings A8": "□", "Wingdings 6F": "□",
    "Wingdings 2 4F": "✗", "Wingdings 2 50": "✓", "Wingdings 2 51": "☒", "Wingdings 2 52": "☑", "Wingdings 2 A3": "□",
}  # fmt: skip
"""Ticks, crosses and boxes that Word stores as a font and the number of a character in it."""
_HIDDEN_STYLE: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def within(element: Element, *names: str) -> Iterator[Element]:
    """Yield the children of a Word element with one of these names, also those in content controls or tracked insertions."""
    for child in element.iterchildren("{*}*"):
        name = child.tag.rpartition("}")[2]
        if name in names:
            yield child
        elif name in _AROUND:
            yield from within(child, *names)


def word_tables(document: Element) -> Iterator[tuple[list[Element], Element | None]]:
    """Yield each table of a Word document with the paragraphs above it, then None with those below the last table."""
    above: list[Element] = []
    for block in within(document.element.body, "p", "tbl"):
        if block.tag.endswith("}tbl"):
            yield above, block
            above = []
        else:
            above.append(block)
    yield above, None


def word_rows(table: Element, paragraphs: Iterable[Element]) -> Iterator[WordRow]:
    """Yield the rows of a table. The last of the paragraphs above it are the first rows of its sheet."""
    above: list[Any] = []
    for number, row in enumerate(within(table, "tr"), len(_texts(paragraphs)[-_ABOVE:]) + 1):
        cells: list[Any] = [None] * min(row.grid_before, _MOST_SPANNED)
        for cell in within(row, "tc"):
            goes_on = cell.vMerge == "continue" and len(cells) < len(above)
            first_cell = above[len(cells)] if goes_on else None
            cells += [cell if first_cell is None else first_cell] * min(max(cell.grid_span, 1), _MOST_SPANNED)
        above = cells
        yield number, row, cells


def _texts(paragraphs: Iterable[Element]) -> list[str]:
    return [words for each in paragraphs if (words := word_text(each).strip())]


def word_text(paragraph: Element) -> str:
    """Return the visible text of a paragraph of a Word document, with its ticks, as if tracked changes were accepted."""
    return "".join(map(_run_text, _visible_runs(paragraph)))


def _run_text(run: Element) -> str:
    symbols = run.iterchildren("{*}sym")
    signs = (f"{each.get(_FONT)} {each.get(_CHARACTER, '')[-2:].upper()}" for each in symbols)
    return "".join((*(_SIGNS.get(sign, "") for sign in signs), run.text))


def _visible_runs(paragraph: Element) -> Iterator[Element]:
    return (run for run in within(paragraph, "r") if not _is_set(run, "vanish"))


def _is_set(run: Element, name: str, *, usual: bool = False) -> bool:
    """Return whether a run or style has a property, and does not switch it off; `usual` if it does not name it."""
    properties = () if run.rPr is None else run.rPr
    values = [each.val for each in properties if each.tag.rpartition("}")[2] == name]
    return any(values) if values else usual


def _struck_styles(document: Element, name: str) -> set[str | None]:
    """Return the ids of the styles that strike text out by a property, also because they are based on such a style."""
    struck, before = set[str | None](), None
    while struck != before:
        before = struck
        styles = document.styles.element.style_lst
        marked = (each for each in styles if _is_set(each, name, usual=each.basedOn_val in before))
        struck = {each.styleId for each in marked}
    return struck


def table_name(number: int) -> str:
    """Return a name for a table of a document, since such tables have no names."""
    return _("table {n}", n=number)


def read_word(path: Path, content: bytes) -> list[Sheet]:
    """Read the tables of a Word document."""
    with require_part("office"):
        from docx import Document, oxml  # noqa: PLC0415

    with safety.refusing_damage(path, oxml.exceptions.XmlchemyError):
        document = Document(io.BytesIO(content))
        remarks, styles = dict[str, str](), {name: _struck_styles(document, name) for name in _STRIKES}
        for relation in document.part.rels.values():
            if not relation.is_external and (kind := relation.reltype.rpartition("/")[2]) in _REMARKS:
                for each in oxml.parse_xml(relation.target_part.blob):
                    remarks[f"{_WORD}{kind[:-1]}Reference{each.get(_ID)}"] = _inner_text(each)
        found: list[Sheet] = []
        for paragraphs, table in word_tables(document):
            texts = _texts(paragraphs)
            if table is not None:
                rows = (cells for _number, _row, cells in word_rows(table, paragraphs))
                name = table_name(len(found) + 1)
                found.append(_sheet(path, name, texts[-_ABOVE:], rows, partial(_look, remarks, styles)))
                texts = texts[:-_ABOVE]
            for sheet in found[-1:]:  # text boxes, footnotes and paragraphs that are in no row
                beside = (words.strip() for each in paragraphs for words in _beside(remarks, each))
                sheet.outside += filter(None, [*beside, *texts])
        return found


def _look(
    remarks: Mapping[str, str], styles: Mapping[str, set[str | None]], cell: Element
) -> tuple[str, Unseen, str]:
    """Return the text of a cell, why it is seen differently, and what is remarked on it or stands in tables and text boxes inside it."""
    paragraphs = list(within(cell, "p"))
    runs = ((each, run) for each in paragraphs for run in _visible_runs(each) if run.text.strip())
    # A property in both the style of the paragraph and that of the characters cancels out (ISO/IEC 29500-1, 17.7.3).
    struck = {
        any(_is_set(run, name, usual=(run.style in by) != (each.style in by)) for name, by in styles.items())
        for each, run in runs
    }
    unseen: Unseen = "" if True not in struck else "partly" if False in struck else "struck"
    if cell.xpath(".//w:del//w:r | .//w:moveFrom//w:r"):
        unseen = "changed"
    return "\n".join(map(word_text, paragraphs)), unseen, "\n".join(_beside(remarks, cell))


def _beside(remarks: Mapping[str, str], element: Element) -> Iterable[str]:
    """Return what is remarked on an element, or stands in tables and text boxes inside it; each text once."""
    every = (
        _inner_text(each) or remarks.get(f"{each.tag}{each.get(_ID)}", "") for each in element.xpath(_BESIDE)
    )
    return dict.fromkeys(filter(None, every))


def _inner_text(element: Element) -> str:
    return "".join(each.text or "" for each in element.iter(f"{_WORD}t"))


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
        for sheet in found[-1:]:
            sheet.outside += above
    return found


def _is_unseen(element: Element) -> bool:
    hidden = element.get("hidden") is not None or _HIDDEN_STYLE.search(element.get("style") or "")
    return bool(hidden) or element.tag in {"script", "style", "noscript", "template"}


def _read_cell(cell: Element) -> tuple[str, Unseen, str]:
    whole, struck = _text(cell), "".join(map(_text, cell.xpath(".//s | .//del | .//strike")))
    return whole, "struck" if struck and struck == whole else "partly" if struck else "", ""


def _text(element: Element) -> str:
    blocks = element.xpath(".//p | .//div | .//li")
    for block in blocks:
        block.tail = "\n" + (block.tail or "")
    lines = (" ".join(line.split()) for line in element.text_content().split("\n"))
    return "\n".join(line for line in lines if line)


def _full_rows(table: Element) -> Iterator[list[Element]]:
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


def _span(cell: Element, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return min(max(int(value), 1), _MOST_SPANNED) if value.isdecimal() else 1


def _sheet(
    path: Path, name: str, above: Iterable[str], rows: Iterable[list[Any]], read: _CellReader
) -> Sheet:
    """Make a sheet from rows in which a merged cell is one object in every place; `read` returns its text, why it is seen differently, and remarks."""
    sheet, words = Sheet(name, named=False), list(above)
    for row, each in enumerate(words, 1):
        sheet.put((row, 1), each)
    places: dict[Any, list[Spot]] = {}
    for row, cells in enumerate(rows, len(words) + 1):
        for column, cell in enumerate(cells, 1):
            if cell is None:
                continue
            if cell not in places:
                text, unseen, remark = read(cell)
                sheet.put((row, column), text, unseen)
                sheet.comments |= {(row, column): remark} if remark else {}
            places.setdefault(cell, []).append((row, column))
            safety.must_be_few(path, row * column, "c")
    corners = [(min(spots), max(spots)) for spots in places.values() if len(spots) > 1]
    sheet.expand([(left, top, right, bottom) for (top, left), (bottom, right) in corners])
    return sheet
