"""Files of kinds that are not read, told by their first bytes and named in a sentence, whatever they are called."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from xuncha.language import gettext as _

COMPOUND_FILE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
ZIP: Final = b"PK\x03\x04"
_EMPTY_ZIP: Final = b"PK\x05\x06"
_BEFORE: Final = re.compile(
    rb"(?:\xef\xbb\xbf|[\s\x00]|<!--.{0,4000}?-->|<\?xml\b[^>]{0,400}\?>)*", re.DOTALL
)
"""What may stand before the bytes that tell the kind, and is passed over by the programs that open the file."""
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_SAVED_PAGE: Final = re.compile(
    rb"(?:[A-Za-z][\w-]*:[^\n]*\n(?:[ \t][^\n]*\n)*){0,40}?(?:MIME-Version:|Snapshot-Content-Location:|Content-Type:\s*multipart/related|From: <?\"?Saved by)",
    re.IGNORECASE,
)
"""The head of a web page saved as one file (.mht): also what some systems call .doc and .xls."""
_WORD_XML: Final = re.compile(
    rb"(?:<\?mso-application\b|<(?:pkg:package|w:wordDocument|Workbook|ss:Workbook|office:document)\b)"
)
_WEB_PAGE: Final = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|div|table)\b", re.IGNORECASE)
_OFFICE_NAMES: Final = (".docx", ".xlsx")
_POINTER: Final = b"version https://git-lfs.github.com/spec/"
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
    """Of the file: word, excel, password, pdf, rtf, page, xml, text, table, archive, picture, empty, pointer, other."""
    message: str


def foreign(content: bytes, name: str = "") -> Foreign | None:
    """Return what kind of file this is that nothing here reads; None where it may be a text, a web page or an Office file. A web page named .docx is not read."""
    if content.startswith(COMPOUND_FILE):
        return _compound(content)
    if content.startswith(ZIP):
        if (found := _OPEN_DOCUMENT.search(content[:200])) is None:
            return None
        if found["kind"] == b"text":
            return Foreign("unknown-document", "text", _("this is an OpenDocument text (.odt)"))
        return Foreign("unknown-document", "table", _("this is an OpenDocument table (.ods)"))
    unknown = "unknown-document"
    head = _head(content)
    kinds = (
        (not head, "empty", _("the file is empty")),
        (head.startswith(_POINTER), "pointer", _("this is a pointer of Git LFS, which stands for the file")),
        (head.startswith(b"%PDF"), "pdf", _("this is a PDF, in which a text has no order")),
        (head.startswith((b"{\\rtf", b"{\\urtf")), "rtf", _("this is rich text (RTF)")),
        (_SAVED_PAGE.match(head[:4096]), "page", _("this is a web page saved as one file (.mht)")),
        (_WORD_XML.match(head), "xml", _("this is a document saved as one XML file (.xml)")),
        (content.startswith(_ARCHIVES), "archive", _("this is an archive, but no document")),
        (content.startswith(_PICTURES), "picture", _("this is a picture, in which there is no text")),
        (name.lower().endswith(_OFFICE_NAMES) and _WEB_PAGE.match(head), "page", _("this is a web page (HTML)")),
    )  # fmt: skip
    return next((Foreign(unknown, kind, message) for is_one, kind, message in kinds if is_one), None)


def _head(content: bytes) -> bytes:
    """Return the beginning of a file from where its kind is told; that of one in UTF-16 as UTF-8."""
    head = content[:16384]
    if head.startswith(_UTF_16):
        head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    end = found.end() if (found := _BEFORE.match(head)) else 0
    return head[end:] if end < len(head) or len(content) == len(head) else head[-1:]


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
