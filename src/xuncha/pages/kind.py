"""Find out the kind of a document by its first bytes and, between kinds of text, by its name; refuse the kinds that are not supported."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from xuncha.errors import RefusedError, cause_of
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from xuncha.pages.line import Kind

MAX_SIZE: Final = 16 * 1024 * 1024
"""Maximum size of one document, in bytes; a notice has some ten thousand characters."""
_MAX_LINES: Final = 8_000
_MAX_CHARACTERS: Final = 500_000  # a long notice has some thirty thousand
_PAGE: Final = re.compile(rb"<(?:!doctype\s+html|html|head|body|meta|div|p|table|article)\b", re.IGNORECASE)
_KINDS: Final[dict[str, Kind]] = {
    ".html": "html", ".htm": "html", ".shtml": "html", ".xhtml": "html", ".md": "md", ".markdown": "md",
}  # fmt: skip
COMPOUND_FILE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
ZIP: Final = b"PK\x03\x04"
_EMPTY_ZIP: Final = b"PK\x05\x06"
_PREFIX: Final = re.compile(
    rb"(?:\xef\xbb\xbf|[\s\x00]|<!--.{0,4000}?-->|<\?xml\b[^>]{0,400}\?>)*", re.DOTALL
)
"""What may precede the bytes that decide the kind; programs that open the file skip it."""
_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
_SAVED_PAGE: Final = re.compile(
    rb"(?:[A-Za-z][\w-]*:[^\n]*\n(?:[ \t][^\n]*\n)*){0,40}?(?:MIME-Version:|Snapshot-Content-Location:|Content-Type:\s*multipart/related|From: <?\"?Saved by)",
    re.IGNORECASE,
)
"""The head of a web page saved as one file (.mht); some systems give such files the names .doc and .xls."""
_WORD_XML: Final = re.compile(
    rb"(?:<\?mso-application\b|<(?:pkg:package|w:wordDocument|Workbook|ss:Workbook|office:document)\b)"
)
_OFFICE_NAMES: Final = (".docx", ".xlsx")
_POINTER: Final = b"version https://git-lfs.github.com/spec/"
_OPEN_DOCUMENT: Final = re.compile(
    rb"mimetypeapplication/vnd\.oasis\.opendocument\.(?P<kind>text|spreadsheet)"
)
_ARCHIVES: Final = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", _EMPTY_ZIP)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MAX_CONTROLS: Final = 20  # a file with more control characters is not text
_PICTURES: Final = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"II*\x00", b"MM\x00*", b"BM")


def read_bytes(path: Path) -> bytes:
    """Return the content of a document. Raises RefusedError if the file is missing, cannot be read, or is too large."""
    reason = ""
    try:
        if path.exists() and not path.is_file():  # a folder, or a pipe, whose end would never come
            reason = _("this is not a file")
        else:
            with path.open("rb") as stream:
                content = stream.read(MAX_SIZE + 1)
    except OSError as error:
        reason = cause_of(error)
    if reason:
        message = _("{path} cannot be read: {reason}", path=path, reason=reason)
        raise RefusedError("no-such-file", message)
    if len(content) > MAX_SIZE:
        message = _("the document is larger than {n} MB", n=MAX_SIZE // 1024**2)
        hint = _("a notice is much smaller; take out its pictures, or save its text alone")
        raise RefusedError("document-too-large", message, hint, str(path))
    return content


def decode(content: bytes, path: str) -> str:
    """Return the text of a file, with a line feed at the end of each line. Raises RefusedError if it is not text, or in another encoding."""
    # No real text in GB18030 is also valid UTF-8. Notepad's “Unicode” begins with a mark.
    has_mark = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ["utf-16"] if has_mark else ["utf-8-sig", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if len(_CONTROL.findall(text[:100_000])) <= _MAX_CONTROLS:
            return text.replace("\r\n", "\n").replace("\r", "\n")
    hint = _("supported are .docx, and .txt, .md and .html in UTF-8, UTF-16 or GB18030")
    raise RefusedError("not-a-text", _("this is neither a text nor a supported document"), hint, path)


def check_length(path: str, lines: int, characters: int) -> None:
    """Raise RefusedError for a document with more lines or characters than anybody writes: it would take too long to analyse."""
    if lines > _MAX_LINES or characters > _MAX_CHARACTERS:
        message = _("the document has more than {lines} lines or {characters} characters")
        message = message.format(lines=_MAX_LINES, characters=_MAX_CHARACTERS)
        hint = _("a notice is much smaller; save its text alone")
        raise RefusedError("document-too-large", message, hint, path)


def kind_of(content: bytes, path: Path) -> Kind:
    """Return the kind of a document. Raises RefusedError if the kind is not supported, or a password protects it."""
    _check_supported(content, str(path))
    if content.startswith(ZIP):
        return "docx"
    by_name = _KINDS.get(path.suffix.lower(), "txt")
    is_page = _PAGE.search(content[:2048].lstrip(b"\xef\xbb\xbf \t\r\n"))
    return "html" if is_page and by_name == "txt" else by_name


def _check_supported(content: bytes, path: str) -> None:
    other = unsupported(content, path)
    if other is None or (other.kind == "empty" and not path.lower().endswith(_OFFICE_NAMES)):
        return
    hints = {
        "pdf": _("save the original document as .docx, or its text as .txt"),
        "picture": _("save the original document as .docx, or its text as .txt"),
        "archive": _("open the document in it, and save that as .docx"),
        "password": _("open it, and save it without the password"),
        "excel": _("it holds a table: type `xuncha import table`, or save its text as .docx"),
        "table": _("it holds a table: type `xuncha import table`, or save its text as .docx"),
        "empty": _("ask for the file again: its content was lost on the way"),
        "pointer": _("fetch the file itself: type `git lfs pull`"),
    }
    hint = hints.get(other.kind, _("open it in Word or WPS, and save it as .docx"))
    raise RefusedError(other.code, other.message, hint, path)


class Unsupported(NamedTuple):
    """A kind of file that is not supported."""

    code: str  # such as old-format
    kind: str
    """The kind: word, excel, password, pdf, rtf, page, xml, text, table, archive, picture, empty, pointer, other."""
    message: str


def unsupported(content: bytes, name: str = "") -> Unsupported | None:
    """Return the unsupported kind of a file; None if it may be a text, a web page or an Office file. A web page named .docx or .xlsx is unsupported, too."""
    if content.startswith(COMPOUND_FILE):
        return _compound(content)
    if content.startswith(ZIP):
        if (match := _OPEN_DOCUMENT.search(content[:200])) is None:
            return None
        if match["kind"] == b"text":
            return Unsupported("unknown-document", "text", _("this is an OpenDocument text (.odt)"))
        return Unsupported("unknown-document", "table", _("this is an OpenDocument table (.ods)"))
    unknown = "unknown-document"
    head = _head(content)
    kinds = (
        (not head, "empty", _("the file is empty")),
        (head.startswith(_POINTER), "pointer", _("this is a Git LFS pointer, not the file itself")),
        (head.startswith(b"%PDF"), "pdf", _("this is a PDF, where text has no fixed order")),
        (head.startswith((b"{\\rtf", b"{\\urtf")), "rtf", _("this is rich text (RTF)")),
        (_SAVED_PAGE.match(head[:4096]), "page", _("this is a web page saved as one file (.mht)")),
        (_WORD_XML.match(head), "xml", _("this is a document saved as one XML file (.xml)")),
        (content.startswith(_ARCHIVES), "archive", _("this is an archive, not a document")),
        (content.startswith(_PICTURES), "picture", _("this is a picture, which contains no text")),
        (name.lower().endswith(_OFFICE_NAMES) and _PAGE.match(head), "page", _("this is a web page (HTML)")),
    )  # fmt: skip
    return next((Unsupported(unknown, kind, message) for applies, kind, message in kinds if applies), None)


def _head(content: bytes) -> bytes:
    """Return the beginning of a file from the bytes that decide its kind; UTF-16 is converted to UTF-8."""
    head = content[:16384]
    if head.startswith(_UTF_16):
        head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode()
    end = match.end() if (match := _PREFIX.match(head)) else 0
    return head[end:] if end < len(head) or len(content) == len(head) else head[-1:]


def _compound(content: bytes) -> Unsupported:
    """Return the kind of a compound file, the container of Office formats before 2007 and of encrypted files."""

    def holds(*streams: str) -> bool:
        return any(stream.encode("utf-16-le") in content for stream in streams)

    if holds("EncryptedPackage"):
        return Unsupported("password", "password", _("the document is password-protected"))
    if holds("WordDocument", "WpsDocument"):
        return Unsupported("old-format", "word", _("this is a document in a pre-2007 format (.doc, .wps)"))
    if holds("Workbook", "Book", "EtBook", "ETBook"):
        return Unsupported("old-format", "excel", _("this is a table in a pre-2007 format (.xls, .et)"))
    return Unsupported("old-format", "other", _("this is a document in a pre-2007 format"))
