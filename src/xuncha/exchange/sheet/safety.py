"""Refuse files that must not be unpacked. Each refusal comes before any content is read, and says what to do."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from xuncha.errors import RefusedError, cause_of
from xuncha.exchange.sheet.grid import Sheet, address
from xuncha.language import gettext as _
from xuncha.pages.kind import Unsupported, unsupported
from xuncha.pages.package import Package, PackageError, TooManyError
from xuncha.paper.xlsx import MAX_CELL

_MEGABYTE: Final = 1024 * 1024
LARGEST_FILE: Final = 50 * _MEGABYTE
LARGEST_TEXTS: Final = 40 * _MEGABYTE
"""The most bytes of all XML in a file, unpacked: enough for a ledger of tens of thousands of measures."""
_MOST_ROWS: Final = 250_000
_MOST_CELLS: Final = 1_200_000
_MOST_SHEETS: Final = 100
_MOST_COLUMNS: Final = 500  # filled columns; no office's table has as many
_MOST: Final = {
    "row": _MOST_ROWS, "c": _MOST_CELLS, "v": _MOST_CELLS, "f": _MOST_CELLS, "is": _MOST_CELLS, "t": 2 * _MOST_CELLS,
    "sheet": _MOST_SHEETS, "col": 16_384, "xf": 65_536, "numFmt": 10_000, "font": 10_000, "fill": 65_536, "border": 65_536,
    "dxf": 65_536, "definedName": 50_000, "comment": 50_000, "mergeCell": 100_000, "hyperlink": 66_000,
    "dataValidation": 66_000, "conditionalFormatting": 66_000, "cfRule": 66_000, "Relationship": 66_000, "Override": 10_000,
}  # fmt: skip
"""The most elements of each name in a part: what Excel allows, or what is read in a few seconds."""
_MOST_IN_ALL: Final = {"": 3_000_000}  # the most elements in a part of an OpenDocument table
_MOST_OF_WORD: Final = {**_MOST_IN_ALL, "tbl": 100, "tr": 5_000, "tc": 100_000, "p": 200_000}
"""The most elements of each name in a part of a Word document."""
_DAMAGE: Final = (
    SyntaxError, zipfile.BadZipFile, KeyError, ValueError, TypeError, IndexError, AttributeError, OSError, EOFError,
    NotImplementedError, RuntimeError, AssertionError, ArithmeticError, PackageError,
)  # fmt: skip
_UNSEEN: Final = re.compile(rb"[\x00-\x08\x0e-\x1a]")


def bytes_of(path: Path) -> bytes:
    """Read the bytes of a file. Raises RefusedError if it does not exist, cannot be read, or is too large."""
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= LARGEST_FILE and path.is_file() else b""
    except OSError as error:
        message = _("{path} cannot be read: {reason}", path=path, reason=cause_of(error))
        raise RefusedError("no-such-file", message) from None
    if size > LARGEST_FILE:
        message = _("{path} has over {n} MB", path=path, n=LARGEST_FILE // _MEGABYTE)
        raise RefusedError("too-large", message, _("take the pictures out of it"))
    return content


def unpacked(path: Path, content: bytes) -> tuple[Literal["xlsx", "docx", "ods"], Package]:
    """Return the kind of document in an archive, and its parts, each of which can be read in a few seconds.

    Raises RefusedError if it must not be unpacked, or holds no table that can be read; SurroundingsError if the part
    `office` is not installed.
    """
    try:
        package = Package(content, LARGEST_TEXTS)
        kind = _kind(path, package)
        # Check every part of text, since a sheet may have any name.
        texts = (name for name in package.sizes if package.is_text(name))
        package.check_size(texts, {"xlsx": _MOST, "docx": _MOST_OF_WORD, "ods": _MOST_IN_ALL}[kind])
        package.refuse_declarations()
    except TooManyError as error:
        raise _too_many(path, str(error)) from error
    except PackageError as error:
        raise _refused(path, error) from error
    return kind, package


def must_be_of_a_known_kind(path: Path, content: bytes) -> None:
    """Refuse a file that is no archive and has no table: a PDF, a picture, one under a password, an empty one. Raises RefusedError."""
    found = unsupported(content)
    if found and not (found.code == "old-format" and found.kind == "excel"):
        raise _foreign(path, found)
    if not found and not content[:4096].strip():
        raise _foreign(path, Unsupported("", "empty", _("the file is empty")))
    if not found and _UNSEEN.search(content[:4096]) and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _foreign(path, Unsupported("", "other", _("this is not a known kind of document")))


def must_be_few(path: Path, count: int, name: str) -> None:
    """Refuse a file with more sheets (`sheet`), rows (`row`), cells (`c`), or tables of a text (`tbl`) than can be read in a few seconds.

    Raises RefusedError if it has more.
    """
    if count > (_MOST | _MOST_OF_WORD)[name]:
        raise _too_many(path, name)


def must_fit(path: Path, sheet: Sheet) -> None:
    """Refuse a cell longer than Excel allows, or, in a visible sheet, too many filled columns for a table of measures. Raises RefusedError."""
    name = sheet.name or path.name
    for spot, cell in sheet.cells.items():
        if isinstance(cell.value, str) and len(cell.value) > MAX_CELL:
            message = _("{sheet}!{cell} has {n} characters; an Excel cell holds at most {most}")
            place = {"sheet": name, "cell": address(*spot)}
            raise RefusedError("cell-too-long", message.format(**place, n=len(cell.value), most=MAX_CELL))
    count = len({column for _row, column in sheet.cells})
    if count > _MOST_COLUMNS and not sheet.hidden:
        message = _("{sheet} has {n} filled columns; a table of measures has at most {most}")
        hint = _("copy the table alone, without the other columns, into a new workbook")
        raise RefusedError("too-large", message.format(sheet=name, n=count, most=_MOST_COLUMNS), hint)


@contextmanager
def refusing_damage(path: Path, *others: type[Exception]) -> Iterator[None]:
    """Turn the errors with which readers fail on a damaged file, which are of many kinds, and a reader's own, into a RefusedError."""
    kinds: tuple[type[Exception], ...] = (*_DAMAGE, *others)
    try:
        yield
    except RefusedError:
        raise
    except kinds as error:
        raise damaged(path, str(error).split("\n")[0][:200] or type(error).__name__) from error


def _too_many(path: Path, name: str) -> RefusedError:
    """Return the refusal of a file with more elements of a name than it may have."""
    if name in {"row", "c", "v", "f", "is"}:
        message = _("{path} has a sheet of more than {rows} rows or {cells} cells")
        return _too_large(message.format(path=path, rows=_MOST_ROWS, cells=_MOST_CELLS))
    if name == "sheet" or name in _MOST_OF_WORD:
        message = _("{path} has more tables, rows or paragraphs than a ledger has")
        message = _("{path} has more than {n} sheets") if name == "sheet" else message
        hint = _("copy the table into a new workbook")
        return RefusedError("too-large", message.format(path=path, n=_MOST_SHEETS), hint)
    return hostile(path)


def under_password(path: Path) -> RefusedError:
    """Return the refusal of a file that opens only with a password."""
    return _foreign(path, Unsupported("password", "password", _("the document is password-protected")))


def _foreign(path: Path, found: Unsupported) -> RefusedError:
    hints = {
        "password": _("open it in Excel or WPS, take the password off, and save it again"),
        "word": _("open it in Word or WPS, and save it as .docx"),
        "rtf": _("copy its table into a new workbook, and save that as .xlsx"),
        "pdf": _("ask for the workbook that it was made from"),
        "picture": _("ask for the workbook that it was made from"),
        "empty": _("ask for the file again: its content was lost on the way"),
        "pointer": _("fetch the file itself: type `git lfs pull`"),
    }
    code = found.code if found.code in {"password", "old-format"} else "not-a-table"
    message = _("{path} contains no readable table, whatever its name is: {what}")
    save_as = _("save it as .xlsx: use “save as” in Excel or WPS, or type: soffice --convert-to xlsx {path}")
    hint = hints.get(found.kind, save_as.format(path=path))
    return RefusedError(code, message.format(path=path, what=found.message), hint)


def _kind(path: Path, package: Package) -> Literal["xlsx", "docx", "ods"]:
    """Return the kind of an archive by its content. Raises RefusedError for a kind that is not read."""
    main = package.main
    kind = package.kind(main)
    named = any(name.startswith("xl/") for name in package.sizes)
    if "sheet.binary" in kind or "xl/workbook.bin" in package.sizes:
        raise _foreign(path, Unsupported("", "binary", _("this is a binary workbook (.xlsb)")))
    if "spreadsheet" in kind or "ms-excel" in kind or (named and "word" not in kind):
        return "xlsx"
    if "word" in kind or any(name.startswith("word/") for name in package.sizes):
        return "docx"
    if "mimetype" in package.sizes and b"spreadsheet" in package.read("mimetype")[:100]:
        return "ods"
    raise _foreign(path, Unsupported("", "archive", _("this is an archive, not a document with tables")))


def _refused(path: Path, error: PackageError) -> RefusedError:
    if error.fault == "password":
        return under_password(path)
    if error.fault == "hostile":
        return hostile(path)
    if error.fault == "too-large":
        message = _("{path} unpacks to more than {n} MB of text, more than a ledger has")
        return _too_large(message.format(path=path, n=LARGEST_TEXTS // _MEGABYTE))
    return damaged(path, str(error))


def hostile(path: Path) -> RefusedError:
    """Return the refusal of a file that was made to do harm."""
    message = _("{path} holds XML that no spreadsheet program writes", path=path)
    return RefusedError("hostile-file", message, _("do not open it; ask the sender"))


def damaged(path: Path, reason: str) -> RefusedError:
    """Return the refusal of a file that no reader can read."""
    message = _("{path} is damaged: {reason}", path=path, reason=reason)
    return RefusedError("damaged-file", message, _("open it in Excel or WPS and save it again as .xlsx"))


def _too_large(message: str) -> RefusedError:
    hint = _("delete the empty rows below the table, or copy the table into a new workbook")
    return RefusedError("too-large", message, hint)
