"""The kind of a document, told by its first bytes; and the refusal of those that are not read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xuncha.errors import RefusedError, cause_of
from xuncha.language import gettext as _
from xuncha.pages.foreign import ZIP, foreign

if TYPE_CHECKING:
    from xuncha.pages.line import Kind

LARGEST: Final = 16 * 1024 * 1024
"""Bytes in one document; a notice has some ten thousand characters."""
_MOST_LINES: Final = 8_000
_MOST_CHARACTERS: Final = 500_000
"""A long notice has some thirty thousand."""
_PAGE: Final = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|div|p|table|article)\b", re.IGNORECASE)
_BY_NAME: Final[dict[str, Kind]] = {
    ".html": "html", ".htm": "html", ".shtml": "html", ".xhtml": "html", ".md": "md", ".markdown": "md",
}  # fmt: skip


def bytes_of(path: Path) -> bytes:
    """Return the content of a document. Raises RefusedError if there is no such file, it cannot be read, or it is too large."""
    reason = ""
    try:
        if path.exists() and not path.is_file():  # a folder, or a pipe, which would keep us waiting
            reason = _("it is no file")
        else:
            with path.open("rb") as stream:
                content = stream.read(LARGEST + 1)
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
    """Refuse a document with more lines or characters than anybody writes: it would take too long to understand (RefusedError)."""
    if lines > _MOST_LINES or characters > _MOST_CHARACTERS:
        message = _("the document has more than {lines} lines or {characters} characters")
        message = message.format(lines=_MOST_LINES, characters=_MOST_CHARACTERS)
        hint = _("a notice is much smaller; save its text alone")
        raise RefusedError("document-too-large", message, hint, path)


def kind_of(content: bytes, path: Path) -> Kind:
    """Tell what kind of document this is. Raises RefusedError for one that is not read, or is under a password."""
    _refuse_others(content, str(path))
    if content.startswith(ZIP):
        return "docx"
    named = _BY_NAME.get(path.suffix.lower(), "txt")
    is_page = _PAGE.search(content[:2048].lstrip(b"\xef\xbb\xbf \t\r\n"))
    return "html" if is_page and named == "txt" else named


def _refuse_others(content: bytes, path: str) -> None:
    found = foreign(content, path)
    if found is None or (found.kind == "empty" and not path.lower().endswith((".docx", ".xlsx"))):
        return
    hints = {
        "pdf": _("save the document that it was made of as .docx, or its text as .txt"),
        "picture": _("save the document that it was made of as .docx, or its text as .txt"),
        "archive": _("open what is in it, and save it as .docx"),
        "password": _("open it, and save it without the password"),
        "excel": _("it holds a table: type `xuncha import table`, or save its text as .docx"),
        "table": _("it holds a table: type `xuncha import table`, or save its text as .docx"),
        "empty": _("ask for the file again: its content was lost on the way"),
        "pointer": _("fetch the file itself: type `git lfs pull`"),
    }
    hint = hints.get(found.kind, _("open it in Word or WPS, and save it as .docx"))
    raise RefusedError(found.code, found.message, hint, path)
