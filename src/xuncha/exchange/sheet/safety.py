"""Refuse a workbook that must not be unpacked, before anything of it is read, and say what to do with it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from xuncha.errors import RefusedError, cause_of
from xuncha.language import gettext as _
from xuncha.pages.budget import TooManyError, must_be_modest
from xuncha.pages.foreign import ZIP, Foreign, foreign
from xuncha.pages.package import Package, PackageError

_MEGABYTE: Final = 1024 * 1024
LARGEST_FILE: Final = 50 * _MEGABYTE
LARGEST_TEXTS: Final = 40 * _MEGABYTE
"""Bytes of all XML in the file, unpacked: what a ledger of tens of thousands of measures takes."""
_MOST_ROWS: Final = 250_000
_MOST_CELLS: Final = 1_200_000
_MOST_SHEETS: Final = 100
_MOST: Final = {
    "row": _MOST_ROWS, "c": _MOST_CELLS, "v": _MOST_CELLS, "f": _MOST_CELLS, "is": _MOST_CELLS, "t": 2 * _MOST_CELLS,
    "sheet": _MOST_SHEETS, "col": 16_384, "xf": 65_536, "numFmt": 10_000, "font": 10_000, "fill": 65_536, "border": 65_536,
    "dxf": 65_536, "definedName": 50_000, "comment": 50_000, "mergeCell": 100_000, "hyperlink": 66_000,
    "dataValidation": 66_000, "conditionalFormatting": 66_000, "cfRule": 66_000, "Relationship": 66_000, "Override": 10_000,
}  # fmt: skip
"""Elements that a part may have: what Excel allows, or what is read in a few seconds."""
_PAGE: Final = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|div|table)\b", re.IGNORECASE)
_UNSEEN: Final = re.compile(rb"[\x00-\x08\x0e-\x1a]")


def checked(path: Path) -> tuple[bytes, Package]:
    """Read the bytes of a file that may be unpacked, with its parts; no sheet has more cells than can be read in a few seconds.

    Raises:
        RefusedError: it may not.
        SurroundingsError: the part `office` is not installed.
    """
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= LARGEST_FILE and path.is_file() else b""
    except OSError as error:
        message = _("{path} cannot be read: {reason}").format(path=path, reason=cause_of(error))
        raise RefusedError("no-such-file", message) from None
    if size > LARGEST_FILE:
        message = _("{path} has over {n} MB").format(path=path, n=LARGEST_FILE // _MEGABYTE)
        raise RefusedError("too-large", message, _("take the pictures out of it"))
    if found := foreign(content) or (None if content.startswith(ZIP) else _text(content)):
        raise _foreign(path, found)
    try:
        package = Package(content, LARGEST_TEXTS)
        _must_be_workbook(path, package)
        # A sheet is one whatever it is called.
        must_be_modest(package, (name for name in package.sizes if package.is_text(name)), _MOST)
        package.must_declare_nothing()
    except TooManyError as error:
        raise _too_many(path, str(error)) from error
    except PackageError as error:
        raise _refused(path, error) from error
    return content, package


def _too_many(path: Path, name: str) -> RefusedError:
    """Return the refusal of a workbook with more elements of a name than it may have."""
    if name in {"row", "c", "v", "f", "is"}:
        message = _("{path} has a sheet of more than {rows} rows or {cells} cells")
        return _too_large(message.format(path=path, rows=_MOST_ROWS, cells=_MOST_CELLS))
    if name == "sheet":
        message = _("{path} has more than {n} sheets").format(path=path, n=_MOST_SHEETS)
        return RefusedError("too-large", message, _("copy the table into a new workbook"))
    return hostile(path)


def _save_as(path: Path) -> str:
    how = _("save it as .xlsx: in Excel or WPS by “save as”, or type: soffice --convert-to xlsx {path}")
    return how.format(path=path)


def _text(content: bytes) -> Foreign | None:
    """Tell what a file is that is neither of Office nor of a kind known by its first bytes."""
    code, head = "not-a-workbook", content[:4096]
    if _PAGE.search(head):
        return Foreign(code, "page", _("this is a web page (HTML)"))
    if head.strip() and not _UNSEEN.search(head):
        return Foreign(code, "text", _("this is a text, perhaps a table as CSV"))
    return Foreign(code, "other", _("this is no document that is known"))


def _foreign(path: Path, found: Foreign) -> RefusedError:
    hints = {
        "password": _("open it in Excel or WPS, take the password off, and save it again"),
        "word": _("copy its table into a new workbook, and save that as .xlsx"),
        "rtf": _("copy its table into a new workbook, and save that as .xlsx"),
        "pdf": _("ask for the workbook that it was made of"),
        "picture": _("ask for the workbook that it was made of"),
        "empty": _("ask for the file again: its content was lost on the way"),
        "pointer": _("fetch the file itself: type `git lfs pull`"),
    }
    code = found.code if found.code in {"password", "old-format"} else "not-a-workbook"
    message = _("{path} is not an Excel workbook (.xlsx), whatever its name is: {what}")
    hint = hints.get(found.kind, _save_as(path))
    return RefusedError(code, message.format(path=path, what=found.message), hint)


def _must_be_workbook(path: Path, package: Package) -> None:
    """Refuse other documents of Office, and workbooks of kinds that are not read."""
    main = package.main
    kind = package.kind(main)
    named = any(name.startswith("xl/") for name in package.sizes)
    if "sheet.binary" in kind or "xl/workbook.bin" in package.sizes:
        raise _foreign(path, Foreign("", "binary", _("this is a binary workbook (.xlsb)")))
    if "spreadsheet" in kind or "ms-excel" in kind or (named and "word" not in kind):
        return
    if "word" in kind or any(name.startswith("word/") for name in package.sizes):
        raise _foreign(path, Foreign("", "word", _("this is a Word document (.docx)")))
    if "content.xml" in package.sizes:
        raise _foreign(path, Foreign("", "table", _("this is an OpenDocument table (.ods)")))
    raise _foreign(path, Foreign("", "archive", _("this is an archive, but no document")))


def _refused(path: Path, error: PackageError) -> RefusedError:
    if error.fault == "password":
        return _foreign(path, Foreign("password", "password", _("the document is under a password")))
    if error.fault == "hostile":
        return hostile(path)
    if error.fault == "too-large":
        message = _("{path} unpacks to more than {n} MB of text, more than a ledger has")
        return _too_large(message.format(path=path, n=LARGEST_TEXTS // _MEGABYTE))
    return damaged(path, str(error))


def hostile(path: Path) -> RefusedError:
    """Return the refusal of a file that is made to harm."""
    message = _("{path} holds XML that no spreadsheet program writes").format(path=path)
    return RefusedError("hostile-file", message, _("do not open it; ask whoever sent it"))


def damaged(path: Path, reason: str) -> RefusedError:
    """Return the refusal of a file that no reader understands."""
    message = _("{path} is damaged: {reason}").format(path=path, reason=reason)
    return RefusedError("damaged-file", message, _("open it in Excel or WPS and save it again as .xlsx"))


def _too_large(message: str) -> RefusedError:
    hint = _("delete the empty rows below the table, or copy the table into a new workbook")
    return RefusedError("too-large", message, hint)
