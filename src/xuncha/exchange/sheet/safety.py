"""Refuse a workbook that must not be unpacked, before anything of it is read, and say what to do with it."""

from __future__ import annotations

import contextlib
import io
import zipfile
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import ParseError

from xuncha.errors import RefusedError, cause_of
from xuncha.language import gettext as _

_MEGABYTE: Final = 1024 * 1024
LARGEST_FILE: Final = 50 * _MEGABYTE
LARGEST_TEXTS: Final = 40 * _MEGABYTE
"""Bytes of all XML in the file, unpacked: what a ledger of tens of thousands of measures takes."""
_MOST_PARTS: Final = 5_000
_MOST_ROWS: Final = 250_000
_MOST_CELLS: Final = 1_200_000
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def checked(path: Path) -> bytes:
    """Read the bytes of a file that may be unpacked.

    Raises:
        RefusedError: it may not.
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
    save_as = _(
        "save it as .xlsx: in Excel or WPS by “save as”, or type: soffice --convert-to xlsx {path}"
    ).format(path=path)
    if content.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in content:
        message = _("{path} is protected by a password").format(path=path)
        hint = _("open it in Excel or WPS, take the password off, and save it again")
        raise RefusedError("password", message, hint)
    if content.startswith(_OLE):
        message = _("{path} is in the format of Excel 97 (.xls, .et)").format(path=path)
        raise RefusedError("old-format", message, save_as)
    parts = _parts(path, content) if content.startswith(_ZIP) else []
    names = {part.filename for part in parts}
    is_other = bool(names & {"xl/workbook.bin", "content.xml"})
    if is_other or not any(name.startswith("xl/") for name in names):
        message = _("{path} is not an Excel workbook (.xlsx), whatever its name is").format(path=path)
        hint = save_as if is_other else _("open it in Excel or WPS and save it as .xlsx")
        raise RefusedError("not-a-workbook", message, hint)
    texts = sum(part.file_size for part in parts if part.filename.endswith((".xml", ".rels", ".vml")))
    if len(parts) > _MOST_PARTS or texts > LARGEST_TEXTS:
        message = _("{path} unpacks to more than {n} MB of text, more than a ledger has")
        raise _too_large(message.format(path=path, n=LARGEST_TEXTS // _MEGABYTE))
    return content


def _parts(path: Path, content: bytes) -> list[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        message = _("{path} is damaged: {reason}").format(path=path, reason=str(error)[:200])
        raise RefusedError("damaged-file", message) from None


def look_at_parts(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse hostile XML, and sheets with more rows or cells, be they empty, than can be read in a few seconds.

    No spreadsheet program writes XML that declares entities or names other documents. A declaration stands before the
    first element, so no more than the beginning of each part is parsed.

    Raises:
        DefusedXmlException: there is a declaration.
        RefusedError: a sheet is too large.
    """
    from defusedxml.ElementTree import iterparse  # noqa: PLC0415

    for name in archive.namelist():
        if name.endswith((".xml", ".rels")):
            with archive.open(name) as stream, contextlib.suppress(ParseError):
                next(iter(iterparse(stream, events=("start",), forbid_dtd=True)), None)
    for name in archive.namelist():
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            part = archive.read(name)
            if part.count(b"<row") > _MOST_ROWS or part.count(b"<c ") > _MOST_CELLS:
                message = _("{path} has a sheet of more than {rows} rows or {cells} cells")
                raise _too_large(message.format(path=path, rows=_MOST_ROWS, cells=_MOST_CELLS))


def _too_large(message: str) -> RefusedError:
    hint = _("delete the empty rows below the table, or copy the table into a new workbook")
    return RefusedError("too-large", message, hint)
