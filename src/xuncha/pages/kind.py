"""The kind of a document, told by its first bytes; and the refusal of those that are not read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xuncha.errors import RefusedError, cause_of
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from xuncha.pages.line import Kind

LARGEST: Final = 16 * 1024 * 1024
"""Bytes in one document; a notice has some ten thousand characters."""
_MOST_LINES: Final = 8_000
_MOST_CHARACTERS: Final = 500_000
"""A long notice has some thirty thousand."""
_COMPOUND_FILE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_PAGE: Final = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|div|p|table|article)\b", re.IGNORECASE)
_BY_NAME: Final[dict[str, Kind]] = {
    ".html": "html", ".htm": "html", ".shtml": "html", ".xhtml": "html", ".md": "md", ".markdown": "md",
}  # fmt: skip


def bytes_of(path: Path) -> bytes:
    """Return the content of a document.

    Raises:
        RefusedError: there is no such file, it cannot be read, or it is too large.
    """
    reason = ""
    try:
        if path.is_file():
            with path.open("rb") as stream:
                content = stream.read(LARGEST + 1)
        else:  # a folder, or a pipe, which would keep us waiting
            reason = _("it is no file") if path.exists() else _("No such file or directory")
    except OSError as error:
        reason = cause_of(error)
    if reason:
        message = _("{path} cannot be read: {reason}").format(path=path, reason=reason)
        raise RefusedError("no-such-file", message)
    if len(content) > LARGEST:
        message = _("the document is larger than {n} MB").format(n=LARGEST // 1024**2)
        hint = _("a notice is much smaller; take out its pictures, or save its text alone")
        raise RefusedError("document-too-large", message, hint, str(path))
    return content


def must_be_readable(path: str, lines: int, characters: int) -> None:
    """Refuse a document with more lines or characters than anybody writes: it would take too long to understand.

    Raises:
        RefusedError: there are too many.
    """
    if lines > _MOST_LINES or characters > _MOST_CHARACTERS:
        message = _("the document has more than {lines} lines or {characters} characters")
        message = message.format(lines=_MOST_LINES, characters=_MOST_CHARACTERS)
        hint = _("a notice is much smaller; save its text alone")
        raise RefusedError("document-too-large", message, hint, path)


def kind_of(content: bytes, path: Path) -> Kind:
    """Tell what kind of document this is.

    Raises:
        RefusedError: one that is not read, or under a password.
    """
    if content.startswith(b"PK\x03\x04"):
        return "docx"
    _refuse_others(content, str(path))
    named = _BY_NAME.get(path.suffix.lower(), "txt")
    is_page = _PAGE.search(content[:2048].lstrip(b"\xef\xbb\xbf \t\r\n"))
    return "html" if is_page and named == "txt" else named


def _refuse_others(content: bytes, path: str) -> None:
    old = content.startswith(_COMPOUND_FILE)
    streams = ("EncryptedPackage", "WordDocument", "Workbook", "Book")
    held = {name for name in streams if old and name.encode("utf-16-le") in content}
    as_docx = _("open it in Word or WPS, and save it as .docx")
    as_text = _("save the document that it was made of as .docx, or its text as .txt")
    as_xlsx = _("open it in Excel or WPS, save it as .xlsx, and type `xuncha import xlsx`")
    open_ = _("open it, and save it without the password")
    pdf = _("this is a PDF, in which a text has no order")
    word = _("this is a Word document of the format before 2007 (.doc)")
    excel = _("this is an Excel workbook of the format before 2007 (.xls)")
    refusals = [
        (content.startswith(b"%PDF"), "unknown-document", pdf, as_text),
        (content.startswith(b"{\\rtf"), "unknown-document", _("this is rich text (RTF)"), as_docx),
        ("EncryptedPackage" in held, "password", _("the document is under a password"), open_),
        ("WordDocument" in held, "old-format", word, as_docx),
        (bool(held & {"Workbook", "Book"}), "old-format", excel, as_xlsx),
        (old, "old-format", _("this is a document of the formats before 2007"), as_docx),
    ]
    for is_one, code, message, hint in refusals:
        if is_one:
            raise RefusedError(code, message, hint, path)
