"""Whether a file may be unpacked at all: looked at before anything of it is read. Says what to do with what may not."""

from __future__ import annotations

import contextlib
import io
import zipfile
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from xuncha.errors import RefusedError, cause_of
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from pathlib import Path

_MEGABYTE = 1024 * 1024
LARGEST_FILE = 50 * _MEGABYTE
LARGEST_TEXTS = 40 * _MEGABYTE
"""Bytes of all XML in the file, unpacked: what a ledger of tens of thousands of measures takes."""
_MOST_PARTS = 5_000
_MOST_ROWS, _MOST_CELLS = 250_000, 1_200_000
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def checked(path: Path) -> bytes:
    """The bytes of a file that may be unpacked.

    Raises:
        RefusedError: it may not.
    """
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= LARGEST_FILE and path.is_file() else b""
    except OSError as error:
        raise refused(
            "no-such-file", _("{path} cannot be read: {reason}").format(path=path, reason=cause_of(error))
        ) from None
    if size > LARGEST_FILE:
        raise refused(
            "too-large",
            _("{path} has over {n} MB").format(path=path, n=LARGEST_FILE // _MEGABYTE),
            _("take the pictures out of it"),
        )
    if content.startswith(_OLE):
        raise _old(path, content)
    if not content.startswith(_ZIP):
        raise _no_workbook(path)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _look_at_parts(path, archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise refused(
            "damaged-file", _("{path} is damaged: {reason}").format(path=path, reason=str(error)[:200])
        ) from None
    return content


def _look_at_parts(path: Path, parts: list[zipfile.ZipInfo]) -> None:
    names = {part.filename for part in parts}
    if "xl/workbook.bin" in names or "content.xml" in names:
        raise _no_workbook(
            path,
            _(
                "save it as .xlsx: in Excel or WPS by “save as”, or type: soffice --convert-to xlsx {path}"
            ).format(path=path),
        )
    if not any(name.startswith("xl/") for name in names):
        raise _no_workbook(path)
    texts = sum(part.file_size for part in parts if part.filename.endswith((".xml", ".rels", ".vml")))
    if len(parts) > _MOST_PARTS or texts > LARGEST_TEXTS:
        raise refused(
            "too-large",
            _("{path} unpacks to more than {n} MB of text, more than a ledger has").format(
                path=path, n=LARGEST_TEXTS // _MEGABYTE
            ),
            _("delete the empty rows below the table, or copy the table into a new workbook"),
        )


def look_at_rows(path: Path, archive: zipfile.ZipFile) -> None:
    """Refuse sheets with more rows or cells, be they empty, than can be read in a few seconds."""
    for name in archive.namelist():
        if name.startswith("xl/worksheets/") and name.endswith(".xml"):
            part = archive.read(name)
            if part.count(b"<row") > _MOST_ROWS or part.count(b"<c ") > _MOST_CELLS:
                raise refused(
                    "too-large",
                    _("{path} has a sheet of more than {rows} rows or {cells} cells").format(
                        path=path, rows=_MOST_ROWS, cells=_MOST_CELLS
                    ),
                    _("delete the empty rows below the table, or copy the table into a new workbook"),
                )


def look_for_declarations(archive: zipfile.ZipFile) -> None:
    """Refuse XML that declares entities or names other documents, which no spreadsheet program writes.

    A declaration stands before the first element, so no more than the beginning of each part is read.

    Raises:
        DefusedXmlException: there is one.
    """
    from defusedxml.ElementTree import iterparse  # noqa: PLC0415

    for name in archive.namelist():
        if name.endswith((".xml", ".rels")):
            with archive.open(name) as stream, contextlib.suppress(ParseError):
                next(iter(iterparse(stream, events=("start",), forbid_dtd=True)), None)


def _old(path: Path, content: bytes) -> RefusedError:
    """Files in the container of Office 97: protected by a password, or .xls."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return refused(
            "password",
            _("{path} is protected by a password").format(path=path),
            _("open it in Excel or WPS, take the password off, and save it again"),
        )
    return refused(
        "old-format",
        _("{path} is in the format of Excel 97 (.xls, .et)").format(path=path),
        _("save it as .xlsx: in Excel or WPS by “save as”, or type: soffice --convert-to xlsx {path}").format(
            path=path
        ),
    )


def _no_workbook(path: Path, hint: str = "") -> RefusedError:
    return refused(
        "not-a-workbook",
        _("{path} is not an Excel workbook (.xlsx), whatever its name is").format(path=path),
        hint or _("open it in Excel or WPS and save it as .xlsx"),
    )


def refused(code: str, message: str, hint: str = "") -> RefusedError:
    """An error about a workbook; one place, so that all of them are of one kind."""
    return RefusedError(code, message, hint)
