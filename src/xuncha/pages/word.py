"""A Word document (.docx), a paragraph a line, with the numbers that Word counts by itself.

It is read as a stream: a hostile document costs no memory, and time in proportion to its size, which is limited.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import Final

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.pages.kind import must_be_readable
from xuncha.pages.line import Line, line_of
from xuncha.pages.numbering import Numbering, Properties
from xuncha.parts import needs

_LARGEST_PART: Final = 32 * 1024 * 1024
"""Bytes of one part of a document, unpacked."""
_CHUNK: Final = 64 * 1024
_WORDS: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT: Final = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_ENCRYPTED: Final = 0x1
_MAIN: Final = "word/document.xml"
_PASSED_OVER: Final = frozenset({"Fallback", "moveFrom", "pPrChange", "rPrChange", "sectPrChange"})
"""Elements whose content is what stood there before, or what stands there twice."""
_OF_PARAGRAPH: Final = frozenset({"pStyle", "numId", "ilvl"})
_AS_TEXT: Final = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, LookupError)


def lines(content: bytes, path: str) -> tuple[Line, ...]:
    """Return the paragraphs of a Word document that are not blank; a line break within one makes two lines of it.

    Raises:
        RefusedError: it is damaged, under a password, another kind of document, or larger than a document is.
        SurroundingsError: the part `office` is not installed.
    """
    archive = _opened(content, path)
    numbering = Numbering()
    for part in ("word/styles.xml", "word/numbering.xml"):
        if part in archive.namelist():
            _read(archive, part, path, numbering)
    body = _Body(numbering, path)
    _read(archive, _MAIN, path, body)
    return tuple(body.lines)


def _opened(content: bytes, path: str) -> zipfile.ZipFile:
    """Open the archive that a Word document is, after a look at its directory."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except _DAMAGES as error:
        raise _damaged(path) from error
    if _MAIN not in (names := archive.namelist()):
        message = _("this is an archive, but no Word document")
        hint = _("open what is in it, and save it as .docx")
        if "xl/workbook.xml" in names:
            message = _("this is an Excel workbook")
            hint = _("type `xuncha import xlsx`, or save the text as .docx")
        raise RefusedError("unknown-document", message, hint, path)
    if any(entry.flag_bits & _ENCRYPTED for entry in archive.infolist()):
        message = _("the document is under a password")
        raise RefusedError("password", message, _("open it, and save it without the password"), path)
    return archive


def _read(archive: zipfile.ZipFile, part: str, path: str, target: Numbering | _Body) -> None:
    """Feed a part of the document to a target of xml.etree's parsers."""
    with needs("office"):
        from defusedxml.common import DefusedXmlException  # noqa: PLC0415
        from defusedxml.ElementTree import ParseError, XMLParser  # noqa: PLC0415

    if archive.getinfo(part).file_size > _LARGEST_PART:
        message = _("unpacked, the document is larger than {n} MB").format(n=_LARGEST_PART // 1024**2)
        hint = _("a notice is much smaller; save its text alone")
        raise RefusedError("document-too-large", message, hint, path)
    parser = XMLParser(target=target, forbid_dtd=True)
    try:
        with archive.open(part) as stream:
            # No more comes out than the directory says, whatever is packed.
            while chunk := stream.read(_CHUNK):
                parser.feed(chunk)
        parser.close()
    except DefusedXmlException as error:
        message = _("the document declares entities, which no Word document does")
        hint = _("do not open it; ask whoever sent it")
        raise RefusedError("hostile-document", message, hint, path) from error
    except (ParseError, *_DAMAGES) as error:
        raise _damaged(path) from error


def _damaged(path: str) -> RefusedError:
    hint = _("open it in Word or WPS, which may repair it, and save it anew")
    return RefusedError("damaged-document", _("the document is damaged"), hint, path)


class _Body:
    """The lines of a document's body, gathered: a target of xml.etree's parsers."""

    def __init__(self, numbering: Numbering, path: str) -> None:
        self.numbering = numbering
        self.path = path
        self.lines: list[Line] = []
        self.open: list[tuple[list[str], Properties]] = []
        """The texts and the properties of the open paragraphs: a text box in a paragraph holds paragraphs."""
        self.count = self.characters = self.passed_over = 0
        self.in_text = self.in_run = self.hidden = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        if self.passed_over or name in _PASSED_OVER:
            self.passed_over += 1
        elif not tag.startswith((_WORDS, _STRICT)):
            return
        elif name == "p":
            self.open.append(([], {}))
        elif self.open:
            self._inside(name, attributes)

    def _inside(self, name: str, attributes: dict[str, str]) -> None:
        value = next((text for key, text in attributes.items() if key.endswith("}val")), "")
        if name == "r":
            self.in_run, self.hidden = True, False
        elif name == "vanish":
            self.hidden = self.in_run and value not in {"0", "false", "off"}
        elif name == "t":
            self.in_text = True
        elif name in _AS_TEXT and self.in_run:
            self.data(_AS_TEXT[name], always=True)
        elif name in _OF_PARAGRAPH:
            self.open[-1][1][name] = value

    def data(self, text: str, *, always: bool = False) -> None:
        """Add text to the open paragraph."""
        if (self.in_text or always) and not self.hidden and not self.passed_over and self.open:
            self.open[-1][0].append(text)
            self.characters += len(text)
            must_be_readable(self.path, 0, self.characters)

    def end(self, tag: str) -> None:
        name = tag.rpartition("}")[2]
        if self.passed_over:
            self.passed_over -= 1
        elif not tag.startswith((_WORDS, _STRICT)):
            return
        elif name == "t":
            self.in_text = False
        elif name == "r":
            self.in_run = self.hidden = False
        elif name == "p" and self.open:
            self._end_paragraph()

    def _end_paragraph(self) -> None:
        texts, properties = self.open.pop()
        self.count += 1
        must_be_readable(self.path, self.count, self.characters)
        label = self.numbering.label(properties)
        column = 1
        for number, text in enumerate("".join(texts).split("\n")):
            whole = label + text.lstrip() if label and not number else text
            if found := line_of([(whole, self.count, column)]):
                self.lines.append(found)
            column += len(whole) + 1
