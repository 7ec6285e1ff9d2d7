"""Fill the tables of an office's own Word document. Only the part with the text is written anew."""

from __future__ import annotations

import io
from collections.abc import Iterable
from copy import deepcopy
from itertools import groupby, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import ZipFile

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.exceptions import XmlchemyError
from docx.oxml.ns import qn
from lxml import etree

from xuncha.chinese.characters import without_unsafe
from xuncha.errors import RefusedError
from xuncha.exchange.sheet import safety
from xuncha.exchange.sheet.documents import WordRow, table_name, within, word_rows, word_tables, word_text
from xuncha.exchange.sheet.plan import AddedRow, Plan, as_text
from xuncha.language import gettext as _
from xuncha.paper.harmless import must_be_harmless
from xuncha.paper.own import OwnFileError

if TYPE_CHECKING:
    from xuncha.exchange.sheet.grid import Spot
    from xuncha.pages.package import Package

_HIDING: Final = ("w:strike", "w:dstrike", "w:vanish")  # properties of text that is not to be read
_UNIQUE: Final = ("paraId", "textId", "rsidR", "rsidRPr", "rsidTr", "rsidRDefault", "rsidP")
"""Attributes that name one row or paragraph; its copy must not have them."""


class FilledWord:
    """Writes a plan into the tables of a Word document."""

    accepts_rows = True
    form = "docx"

    def __init__(self, path: Path, content: bytes, package: Package) -> None:
        try:
            with safety.refusing_damage(path):
                must_be_harmless(content)
        except OwnFileError as error:
            message = _("{path} is not filled: {reason}", path=path, reason=error)
            hint = _("remove that in Word or WPS, and save it as .docx")
            raise RefusedError("own-file", message, hint) from None
        self.content, self.main = content, package.main
        self.anchors: dict[str, dict[Spot, Spot]] = {}
        self.cells: dict[str, dict[Spot, Any]] = {}
        self.rows: dict[str, dict[int, Any]] = {}
        self.repeating: dict[tuple[str, int], bool] = {}
        with safety.refusing_damage(path, XmlchemyError):
            self.document = Document(io.BytesIO(content))
            for number, (above, table) in enumerate(word_tables(self.document), 1):
                if table is not None:
                    self._index_cells(table_name(number), word_rows(table, above))

    def _index_cells(self, name: str, rows: Iterable[WordRow]) -> None:
        places: dict[Any, Spot] = {}
        self.cells[name], self.rows[name], self.anchors[name] = {}, {}, {}
        for number, row, cells in rows:
            self.rows[name][number] = row
            for column, cell in enumerate(cells, 1):
                if cell is not None:
                    self.cells[name][number, column] = cell
                    self.anchors[name][number, column] = places.setdefault(cell, (number, column))

    def anchor(self, sheet: str, spot: Spot) -> Spot:
        """Return the first place of the merged cell that covers a place."""
        return self.anchors[sheet].get(spot, spot)

    def write(self, plan: Plan) -> bytes:
        """Return the filled document."""
        self.filled = {(measure.sheet, measure.rows[0]) for measure in plan.draft.measures}
        for sheet, first in plan.split_cells:
            self._split(sheet, first)
        for (sheet, spot), value in plan.entries.items():
            if (cell := self.cells[sheet].get(spot)) is not None:
                self._put(cell, value, sheet, spot)
        last: dict[tuple[str, int], Any] = {}
        for each in plan.added:
            above = last.get((each.sheet, each.after), self.rows[each.sheet][each.after])
            last[each.sheet, each.after] = self._add(each, above)
        return self._packed()

    def _split(self, sheet: str, first: Spot) -> None:
        """Split a merged cell, so that each row has its own cell."""
        for row, column in [spot for spot, each in self.anchors[sheet].items() if each == first]:
            own = self.rows[sheet][row]
            places = [cell for cell in within(own, "tc") for _column in range(max(cell.grid_span, 1))]
            cell = places[column - own.grid_before - 1]
            cell.vMerge = None
            self.cells[sheet][row, column] = cell

    def _put(self, cell: Any, value: object, sheet: str, spot: Spot) -> None:  # noqa: ANN401
        """Write a value into a cell, in the font and the layout of its paragraph, or of a similar cell if it is empty."""
        text = as_text(value, _text(cell)).replace("\r", "")
        lines = [without_unsafe(line) for line in text.split("\n")]
        first = cell.p_lst[0] if cell.p_lst else cell.add_p()
        properties = _text_properties(first)
        similar, in_column = self._similar(sheet, spot) if properties is None else (None, False)
        if similar is not None:
            properties = _text_properties(similar)
            if first.pPr is None and similar.pPr is not None:
                layout = deepcopy(similar.pPr)
                if not in_column:
                    layout.jc_val = None  # each column has its own alignment
                first.insert(0, layout)
        _clear(cell, first)
        paragraph = first
        for number, line in enumerate(lines):
            if number:
                another = deepcopy(first)
                _clear_paragraph(another)
                paragraph.addnext(another)
                paragraph = another
            if line:
                run = paragraph.add_r()
                run.text = line
                if properties is not None:
                    run.insert(0, deepcopy(properties))
        height = cell.getparent().find(f"{qn('w:trPr')}/{qn('w:trHeight')}")
        if height is not None and height.get(qn("w:hRule")) == "exact":
            height.set(qn("w:hRule"), "atLeast")  # else a text that does not fit is cut off

    def _similar(self, sheet: str, spot: Spot) -> tuple[Any, bool]:
        """Return the paragraph of a filled cell, the nearest in the column or the longest in the row, and whether it is in the column."""
        row, column = spot
        cells = self.cells[sheet]
        rows = sorted((each for name, each in self.filled if name == sheet), key=lambda each: abs(each - row))
        near = [cells[each, column] for each in rows if (each, column) in cells]
        beside = [cell for (number, _column), cell in cells.items() if number == row]
        beside.sort(key=lambda cell: -sum(len(paragraph.text) for paragraph in cell.p_lst))
        for cell in (*near, *beside):
            paragraph = next(iter(cell.p_lst), None)
            if paragraph is not None and paragraph.r_lst:
                return paragraph, cell in near
        return None, False

    def _add(self, added: AddedRow, above: Any) -> Any:  # noqa: ANN401
        """Add a row below the row `above`, as a copy of the row that it is added to. Return it."""
        cells = self.cells[added.sheet]
        template = self.rows[added.sheet][added.after]
        row = deepcopy(template)
        column = row.grid_before + 1
        for cell, own, upper in zip(*(within(each, "tc") for each in (row, template, above)), strict=True):
            columns = range(column, column + max(cell.grid_span, 1))
            column = columns.stop
            below = cells.get((added.after + 1, columns.start))
            goes_on = below is not None and below is cells.get((added.after, columns.start))
            if goes_on or not added.merged.isdisjoint(columns):
                if goes_on or own.vMerge is not None or not self._repeats(added.sheet, columns.start):
                    _clear(cell, cell.p_lst[0])
                    upper.vMerge = upper.vMerge or "restart"
                    cell.vMerge = "continue"
                else:
                    cell.getparent().replace(cell, deepcopy(upper))
                continue
            cell.vMerge = None
            value = next((added.values[each] for each in columns if each in added.values), None)
            self._put(cell, value, added.sheet, (added.after, columns.start))
        for element in row.iter():
            for name in [each for each in element.attrib if str(each).rpartition("}")[2] in _UNIQUE]:
                del element.attrib[name]
        for mark in list(row.iter(qn("w:bookmarkStart"), qn("w:bookmarkEnd"), qn("w:tblHeader"))):
            mark.getparent().remove(mark)
        above.addnext(row)
        return row

    def _repeats(self, sheet: str, column: int) -> bool:
        """Return whether a column repeats a text in cells that another table would merge."""
        if (sheet, column) not in self.repeating:
            cells = (self.cells[sheet].get((number, column)) for number in self.rows[sheet])
            texts = ["" if cell is None else _text(cell) for cell, _merged in groupby(cells)]
            self.repeating[sheet, column] = any(above and above == below for above, below in pairwise(texts))
        return self.repeating[sheet, column]

    def _packed(self) -> bytes:
        """Return the file with the new text, and with every other part as it was."""
        text = etree.tostring(self.document.element, xml_declaration=True, encoding="UTF-8", standalone=True)
        stream = io.BytesIO()
        with ZipFile(io.BytesIO(self.content)) as old, ZipFile(stream, "w") as new:
            for entry in old.infolist():
                new.writestr(entry, text if entry.filename == self.main else old.read(entry))
        return stream.getvalue()


def _text(cell: Any) -> str:  # noqa: ANN401
    return "".join(map(word_text, within(cell, "p"))).strip()


def _text_properties(paragraph: Any) -> Any:  # noqa: ANN401
    """Return the properties of a paragraph's text, without those that hide it or strike it out; None if there are none."""
    properties = next((run.rPr for run in paragraph.r_lst if run.rPr is not None), None)
    if properties is None:
        properties = paragraph.find(f"{qn('w:pPr')}/{qn('w:rPr')}")
        if properties is None:
            return None if not paragraph.r_lst else OxmlElement("w:rPr")
    look = OxmlElement("w:rPr")
    look.extend(deepcopy(each) for each in properties if each.tag not in map(qn, _HIDING))
    return look


def _clear(cell: Any, first: Any) -> None:  # noqa: ANN401
    """Remove the text of a cell. Its first paragraph stays, without its text."""
    for block in list(cell):
        if block is not first and block.tag not in {qn("w:tbl"), qn("w:tcPr")}:
            cell.remove(block)
    _clear_paragraph(first)
    if cell[-1] is not first:
        cell.append(OxmlElement("w:p"))  # a cell must end with a paragraph


def _clear_paragraph(paragraph: Any) -> None:  # noqa: ANN401
    for each in list(paragraph):
        if each.tag != qn("w:pPr"):
            paragraph.remove(each)
