"""Excel workbooks read with distrust: sizes are looked at before anything is unpacked, and nothing in a file is ever run.

Only cells are read: no macro, no external link, no picture. Formulas are not calculated; what Excel stored for them is taken.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xuncha.errors import RefusedError
from xuncha.exchange.sheet.grid import Cell, Sheet, address, clean
from xuncha.exchange.sheet.safety import checked, look_at_parts
from xuncha.language import gettext as _
from xuncha.paper.xlsx import LONGEST_CELL
from xuncha.parts import needs

if TYPE_CHECKING:
    from xuncha.exchange.sheet.grid import Spot

_MAIN: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z0-9:]{1,30})"')


def read(path: Path) -> list[Sheet]:
    """Read every sheet of a workbook.

    Raises:
        RefusedError: it is none, it is damaged, protected by a password, or larger than a ledger is.
        SurroundingsError: the part `office` is not installed.
    """
    with needs("office"):
        import openpyxl  # noqa: F401, PLC0415
        from defusedxml.common import DefusedXmlException  # noqa: PLC0415
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that are not read
            return _sheets(path, checked(path))
    except RefusedError:
        raise
    except DefusedXmlException:
        message = _("{path} holds XML that no spreadsheet program writes").format(path=path)
        raise RefusedError("hostile-file", message) from None
    except (SyntaxError, zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError, AttributeError, OSError, EOFError, NotImplementedError, RuntimeError, AssertionError) as error:  # fmt: skip
        # What a reader of a damaged file stumbles over is of many kinds.
        reason = str(error).split("\n")[0][:200] or type(error).__name__
        raise RefusedError(
            "damaged-file",
            _("{path} is damaged: {reason}").format(path=path, reason=reason),
            _("open it in Excel or WPS and save it again as .xlsx"),
        ) from error


def _sheets(path: Path, content: bytes) -> list[Sheet]:
    from openpyxl import load_workbook  # noqa: PLC0415
    from openpyxl.worksheet.cell_range import CellRange  # noqa: PLC0415

    def load(**options: bool) -> Any:  # noqa: ANN401  read-only sheets have no public type
        return load_workbook(io.BytesIO(content), read_only=True, keep_links=False, **options)

    sheets = []
    results: Any = None  # the same workbook, with the stored results in the place of formulas
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        look_at_parts(path, archive)
        for worksheet in load().worksheets:
            sheet = Sheet(worksheet.title, hidden=worksheet.sheet_state != "visible")
            formulas = set()
            for spot, cell, is_formula in _cells(worksheet):
                if str(cell.value).strip():
                    sheet.cells[spot] = cell
                    if is_formula:
                        formulas.add(spot)
            if formulas:
                results = results or load(data_only=True)
                told = {spot: cell for spot, cell, _same in _cells(results[sheet.name]) if spot in formulas}
                sheet.cells |= told
                sheet.unstored = sorted(formulas - set(told))
            part = worksheet._worksheet_path  # noqa: SLF001  a read-only sheet gives neither merged cells nor comments
            # Merged cells are found by their tags, which no text of a cell can hold: nothing else of the part is wanted.
            sheet.settle([CellRange(tag[1].decode()).bounds for tag in _MERGED.finditer(archive.read(part))])
            sheet.comments = _comments(archive, part)
            sheets.append(sheet)
    return sheets


def _cells(worksheet: Any) -> Iterator[tuple[Spot, Cell, bool]]:  # noqa: ANN401
    """Return the cells that are not empty, each with its place, and whether it is a formula."""
    from openpyxl.utils.escape import unescape  # noqa: PLC0415

    worksheet.reset_dimensions()  # some programs write a wrong one
    for row in worksheet.iter_rows():
        for cell in row:
            value = cell.value
            if value is None:
                continue
            if isinstance(value, str):
                if len(value) > LONGEST_CELL:
                    name = address(cell.row, cell.column)
                    message = _(
                        "{sheet}!{cell} holds {n} characters; a cell of Excel has at most {most}"
                    ).format(sheet=worksheet.title, cell=name, n=len(value), most=LONGEST_CELL)
                    raise RefusedError("cell-too-long", message)
                value = unescape(value)  # characters that Excel has written by their numbers, such as _x000D_
            yield (cell.row, cell.column), Cell(value, str(cell.number_format or "")), cell.data_type == "f"


def _comments(archive: zipfile.ZipFile, part: str) -> dict[Spot, str]:
    """Return the comments (批注) on cells."""
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415
    from openpyxl.packaging.relationship import get_dependents  # noqa: PLC0415
    from openpyxl.utils.cell import coordinate_to_tuple  # noqa: PLC0415

    folder, _slash, name = part.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels"
    found = {}
    for relation in get_dependents(archive, relations) if relations in archive.namelist() else ():
        if relation.Type.endswith("/comments") and relation.target in archive.namelist():
            for comment in fromstring(archive.read(relation.target)).iter(f"{_MAIN}comment"):
                text = clean("".join(node.text or "" for node in comment.iter(f"{_MAIN}t")))
                if text:
                    found[coordinate_to_tuple(comment.get("ref", ""))] = text
    return found
