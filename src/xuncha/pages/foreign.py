"""Files of kinds that are not read, told by their first bytes and named in a sentence, whatever they are called."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from xuncha.language import gettext as _

COMPOUND_FILE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
ZIP: Final = b"PK\x03\x04"
_EMPTY_ZIP: Final = b"PK\x05\x06"
_SAVED_PAGE: Final = re.compile(
    rb"\A[\s\xef\xbb\xbf]*(?:MIME-Version:|From: <?Saved by|Snapshot-Content-Location:|Content-Type:\s*multipart/related|Date:[^\n]*\n(?:[\w-]+:[^\n]*\n)*MIME-Version:)",
    re.IGNORECASE,
)
"""The head of a web page saved as one file (.mht): also what some systems call .doc and .xls."""
_WORD_XML: Final = re.compile(rb"\A[\s\xef\xbb\xbf]*<\?xml[^>]*>\s*(?:<\?mso-application[^>]*>\s*)?<(?:pkg:package|w:wordDocument|Workbook|ss:Workbook)\b")  # fmt: skip
_OPEN_DOCUMENT: Final = re.compile(
    rb"mimetypeapplication/vnd\.oasis\.opendocument\.(?P<kind>text|spreadsheet)"
)
_ARCHIVES: Final = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", _EMPTY_ZIP)
_PICTURES: Final = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")


class Foreign(NamedTuple):
    """A kind of file that is not read."""

    code: str
    """Such as old-format."""
    kind: str
    """Of the file: word, excel, password, pdf, rtf, page, xml, text, table, archive, picture, other."""
    message: str


def foreign(content: bytes) -> Foreign | None:
    """Return what kind of file this is that nothing here reads; None where it may be a text, a web page or an Office file."""
    if content.startswith(COMPOUND_FILE):
        return _compound(content)
    unknown = "unknown-document"
    open_document = _OPEN_DOCUMENT.search(content[:200])
    kinds = (
        (content.startswith(b"%PDF"), "pdf", _("this is a PDF, in which a text has no order")),
        (content.startswith(b"{\\rtf"), "rtf", _("this is rich text (RTF)")),
        (_SAVED_PAGE.match(content[:2048]), "page", _("this is a web page saved as one file (.mht)")),
        (_WORD_XML.match(content[:1024]), "xml", _("this is a document saved as one XML file (.xml)")),
        (content.startswith(_ARCHIVES), "archive", _("this is an archive, but no document")),
        (content.startswith(_PICTURES), "picture", _("this is a picture, in which there is no text")),
    )  # fmt: skip
    if found := next((Foreign(unknown, kind, message) for is_one, kind, message in kinds if is_one), None):
        return found
    if open_document:
        is_text = open_document["kind"] == b"text"
        message = (
            _("this is an OpenDocument text (.odt)") if is_text else _("this is an OpenDocument table (.ods)")
        )
        return Foreign(unknown, "text" if is_text else "table", message)
    return None


def _compound(content: bytes) -> Foreign:
    """Tell what a compound file holds, the container of the formats before 2007 and of encrypted files."""

    def holds(*streams: str) -> bool:
        return any(stream.encode("utf-16-le") in content for stream in streams)

    if holds("EncryptedPackage"):
        return Foreign("password", "password", _("the document is under a password"))
    if holds("WordDocument", "WpsDocument"):
        return Foreign("old-format", "word", _("this is a document of the formats before 2007 (.doc, .wps)"))
    if holds("Workbook", "Book", "EtBook", "ETBook"):
        return Foreign("old-format", "excel", _("this is a table of the formats before 2007 (.xls, .et)"))
    return Foreign("old-format", "other", _("this is a document of the formats before 2007"))
