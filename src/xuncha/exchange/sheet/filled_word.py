"""Fill the tables of an office's own Word document. Only the part with the text is written anew."""

from __future__ import annotations

import io
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any, Final
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
from xuncha.exchange.sheet.grid import Spot
from xuncha.exchange.sheet.plan import Plan, as_text
from xuncha.language import gettext as _
from xuncha.pages.package import Package
from xuncha.paper.harmless import must_be_harmless
from xuncha.paper.own import OwnFileError

_HIDING: Final = ("w:strike", "w:dstrike", "w:vanish")  # properties of text that is not to be read


class FilledWord:
    """Writes a plan into the tables of a Word document."""

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
        for sheet, first in plan.split_cells:
            self._split(sheet, first)
        for (sheet, spot), value in plan.entries.items():
            if (cell := self.cells[sheet].get(spot)) is not None:
                self._put(cell, value)
        # Every other part of the file stays as it was.
        text = etree.tostring(self.document.element, xml_declaration=True, encoding="UTF-8", standalone=True)
        stream = io.BytesIO()
        with ZipFile(io.BytesIO(self.content)) as old, ZipFile(stream, "w") as new:
            for entry in old.infolist():
                new.writestr(entry, text if entry.filename == self.main else old.read(entry))
        return stream.getvalue()

    def _split(self, sheet: str, first: Spot) -> None:
        """Split a merged cell, so that each row has its own cell."""
        for row, column in [spot for spot, each in self.anchors[sheet].items() if each == first]:
            own = self.rows[sheet][row]
            places = [cell for cell in within(own, "tc") for _column in range(max(cell.grid_span, 1))]
            cell = places[column - own.grid_before - 1]
            cell.vMerge = None
            self.cells[sheet][row, column] = cell

    def _put(self, cell: Any, value: object) -> None:  # noqa: ANN401
        """Write a value into a cell, in the font of its paragraph, or of the longest text in its row."""
        before = "".join(map(word_text, within(cell, "p"))).strip()
        text = as_text(value, before).replace("\r", "")
        first = cell.p_lst[0] if cell.p_lst else cell.add_p()
        properties = _text_properties(first)
        if properties is None:
            longest = max(cell.getparent().iter(qn("w:p")), key=lambda each: len(each.text))
            properties = _text_properties(longest)
        _clear(cell, first)
        run = first.add_r()
        run.text = "\n".join(map(without_unsafe, text.split("\n")))
        if properties is not None:
            run.insert(0, properties)
        height = cell.getparent().find(f"{qn('w:trPr')}/{qn('w:trHeight')}")
        if height is not None and height.get(qn("w:hRule")) == "exact":
            height.set(qn("w:hRule"), "atLeast")  # else a text that does not fit is cut off


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
    for each in list(first):
        if each.tag != qn("w:pPr"):
            first.remove(each)
    if cell[-1] is not first:
        cell.append(OxmlElement("w:p"))  # a cell must end with a paragraph
