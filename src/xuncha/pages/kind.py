"""What kind of document a file is, told by its first bytes; and what is done with those that are not read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from xuncha.errors import RefusedError, cause_of
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from pathlib import Path

    from xuncha.pages.line import Kind

LARGEST = 16 * 1024 * 1024
"""Bytes in one document; a notice has some ten thousand characters."""
MOST_LINES = 8_000
"""Lines of one document."""
MOST_CHARACTERS = 500_000
"""Characters of one document; a long notice has some thirty thousand."""
_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
_PAGE = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|div|p|table|article)\b", re.IGNORECASE)
_BY_NAME: dict[str, Kind] = {
    ".html": "html", ".htm": "html", ".shtml": "html", ".xhtml": "html", ".md": "md", ".markdown": "md",
}  # fmt: skip


def bytes_of(path: Path) -> bytes:
    """The content of a document.

    Raises:
        RefusedError: there is no such file, it cannot be read, or it is too large.
    """
    if not path.is_file():  # a folder, or a pipe, which would keep us waiting
        reason = _("No such file or directory") if not path.exists() else _("it is no file")
        raise RefusedError(
            "no-such-file", _("{path} cannot be read: {reason}").format(path=path, reason=reason)
        )
    try:
        with path.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except OSError as error:
        raise RefusedError(
            "no-such-file", _("{path} cannot be read: {reason}").format(path=path, reason=cause_of(error))
        ) from error
    if len(content) > LARGEST:
        raise refused(
            str(path),
            "document-too-large",
            _("the document is larger than {n} MB").format(n=LARGEST // 1024**2),
            _("a notice is much smaller; take out its pictures, or save its text alone"),
        )
    return content


def must_be_readable(path: str, lines: int, characters: int) -> None:
    """Refuse what no one has written: it would take too long to understand.

    Args:
        path: of the document.
        lines: so far.
        characters: so far.

    Raises:
        RefusedError: there are too many.
    """
    if lines > MOST_LINES or characters > MOST_CHARACTERS:
        raise refused(
            path,
            "document-too-large",
            _("the document has more than {lines} lines or {characters} characters").format(
                lines=MOST_LINES, characters=MOST_CHARACTERS
            ),
            _("a notice is much smaller; save its text alone"),
        )


def kind_of(content: bytes, path: Path) -> Kind:
    """What kind of document this is.

    Raises:
        RefusedError: one that is not read, or under a password.
    """
    if content.startswith(b"PK\x03\x04"):
        return "docx"
    name = str(path)
    if content.startswith(_COMPOUND_FILE):
        raise _compound_file(content, name)
    if content.startswith(b"%PDF"):
        raise refused(
            name,
            "unknown-document",
            _("this is a PDF, in which a text has no order"),
            _("save the document that it was made of as .docx, or its text as .txt"),
        )
    if content.startswith(b"{\\rtf"):
        raise refused(name, "unknown-document", _("this is rich text (RTF)"), _as_docx())
    suffix = path.suffix.lower()
    if _PAGE.search(content[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")) or _BY_NAME.get(suffix) == "html":
        return "md" if _BY_NAME.get(suffix) == "md" else "html"
    return _BY_NAME.get(suffix, "txt")


def _compound_file(content: bytes, path: str) -> RefusedError:
    """Say which of the formats before 2007 a file has, or that it is under a password."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        return refused(
            path,
            "password",
            _("the document is under a password"),
            _("open it, and save it without the password"),
        )
    if "WordDocument".encode("utf-16-le") in content:
        return refused(
            path, "old-format", _("this is a Word document of the format before 2007 (.doc)"), _as_docx()
        )
    if "Workbook".encode("utf-16-le") in content or "Book".encode("utf-16-le") in content:
        return refused(
            path,
            "old-format",
            _("this is an Excel workbook of the format before 2007 (.xls)"),
            _("open it in Excel or WPS, save it as .xlsx, and type `xuncha import xlsx`"),
        )
    return refused(path, "old-format", _("this is a document of the formats before 2007"), _as_docx())


def _as_docx() -> str:
    return _("open it in Word or WPS, and save it as .docx")


def refused(path: str, code: str, message: str, hint: str) -> RefusedError:
    """A document is refused as a whole."""
    return RefusedError(code, message, hint, path)
