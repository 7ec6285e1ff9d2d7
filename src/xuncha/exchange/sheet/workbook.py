"""Read the cells of Excel workbooks: no macros, external links or pictures; of a formula, only the stored result."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xuncha.chinese.characters import is_blank
from xuncha.exchange.sheet import supplement
from xuncha.exchange.sheet.grid import Cell, Sheet, Spot, Unseen, clean
from xuncha.exchange.sheet.safety import hostile, refusing_damage
from xuncha.language import gettext as _
from xuncha.model.formats import hides_value
from xuncha.paper.xlsx import MAX_CELL
from xuncha.parts import require_part

if TYPE_CHECKING:
    from xuncha.pages.package import Package

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read(path: Path, content: bytes, package: Package) -> list[Sheet]:
    """Read every sheet of a workbook that may be unpacked.

    Raises RefusedError if it is damaged or hostile, or if its merged cells cover too much; SurroundingsError if the part
    `office` is not installed.
    """
    with require_part("office"):
        import openpyxl  # noqa: F401, PLC0415
    with refusing_damage(path), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # they are about parts that are not read
        return _sheets(path, content, package)


def _sheets(path: Path, content: bytes, package: Package) -> list[Sheet]:
    from xuncha.exchange.sheet.parser import BookReader, SheetParser  # noqa: PLC0415  needs openpyxl

    reader = BookReader(io.BytesIO(content), read_only=True, keep_links=False)
    reader.read()
    book: Any = reader.wb
    parts = [worksheet._worksheet_path for worksheet in book.worksheets]  # noqa: SLF001  it has no public name
    if len(set(parts)) < len(parts) or len(set(book.sheetnames)) < len(parts):
        raise hostile(path)
    styles = _styles(book)
    sheets: dict[str, Sheet] = {}
    # Read 补充信息 first: if it is our own, the computed sheets need not be read.
    pairs = zip(book.worksheets, parts, strict=True)
    for worksheet, part in sorted(pairs, key=lambda pair: pair[0].title != supplement.NAME):
        if worksheet.title in supplement.COMPUTED and supplement.is_own(sheets.get(supplement.NAME)):
            continue
        sheet = Sheet(worksheet.title, hidden=worksheet.sheet_state != "visible")
        with worksheet._get_source() as source:  # noqa: SLF001
            parser = SheetParser(source, reader.shared_strings, book)
            for spot, message in parser.cells(partial(_cell, styles)):
                if message is None:
                    continue
                if spot in sheet.cells:
                    raise ValueError(_("row {row}, or one of its cells, occurs twice").format(row=spot[0]))
                sheet.cells[spot] = message[0]
                sheet.unstored += [spot] if message[1] else []
        sheet.unstored.sort()
        sheet.hidden_rows = parser.hidden_rows({row for row, _column in sheet.cells})
        sheet.hidden_columns = parser.hidden_columns({column for _row, column in sheet.cells})
        sheet.expand(parser.merged)
        sheet.comments = _comments(package, part)
        sheets[sheet.name] = sheet
    return [sheets[worksheet.title] for worksheet in book.worksheets if worksheet.title in sheets]


def _styles(book: Any) -> list[tuple[str, bool]]:  # noqa: ANN401
    """Return for each style, by its number, the number format, and whether it strikes text out."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE  # noqa: PLC0415

    own = dict(enumerate(book._number_formats, BUILTIN_FORMATS_MAX_SIZE))  # noqa: SLF001
    forms = BUILTIN_FORMATS | own
    styles, fonts = book._cell_styles, book._fonts  # noqa: SLF001
    return [(str(forms.get(each.numFmtId) or "General"), bool(fonts[each.fontId].strike)) for each in styles]


def _cell(styles: Sequence[tuple[str, bool]], parsed: dict[str, Any]) -> tuple[Cell, bool] | None:
    """Return a cell without its place, and whether its result was not stored; None if it is empty."""
    from openpyxl.utils.escape import unescape  # noqa: PLC0415

    value, (form, is_struck) = parsed["value"], styles[parsed["style_id"]]
    if isinstance(value, str) and len(value) <= MAX_CELL:  # longer ones are refused later
        value = unescape(value)  # characters that Excel writes as numbers, such as _x000D_
    if value is None or is_blank(str(value)):
        return None
    unseen: Unseen = "replaced" if hides_value(form, text=isinstance(value, str | bool)) else ""
    if is_struck or parsed["struck"] is not None:
        unseen = "struck" if is_struck or parsed["struck"] else "partly"
    return Cell.of(value, form, unseen=unseen), parsed["unstored"]


def _comments(package: Package, part: str) -> dict[Spot, str]:
    """Return the comments (批注) on cells."""
    from openpyxl.utils.cell import coordinate_to_tuple  # noqa: PLC0415

    comments = {}
    for target in package.related(part, "comments"):
        for comment in package.root(target).iter(f"{_MAIN}comment"):
            text = clean("".join(node.text or "" for node in comment.iter(f"{_MAIN}t")))
            if text:
                comments[coordinate_to_tuple(comment.get("ref", ""))] = text
    return comments
