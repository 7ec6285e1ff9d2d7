"""Refuse fields in a Word file that fetch, run, or tell of the machine (ISO/IEC 29500-1, 17.16), and those that programs read differently."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from xuncha.language import gettext as _
from xuncha.paper.own import OwnFileError

if TYPE_CHECKING:
    from lxml.etree import _Element

_ALLOWED: Final = frozenset({"PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "PAGEREF", "REF", "TOC", "STYLEREF", "SEQ", "TITLE"})  # fmt: skip
"""Fields that show something of the document itself."""
_FETCHING: Final = frozenset({
    "DDE", "DDEAUTO", "INCLUDETEXT", "INCLUDEPICTURE", "INCLUDE", "IMPORT", "LINK", "EMBED", "DATABASE", "MACROBUTTON", "HYPERLINK",
    "GOTOBUTTON", "AUTOTEXTLIST", "RD", "SHAPE", "CONTROL", "HTMLACTIVEX", "ADDIN", "PRIVATE",
})  # fmt: skip
_OTHERS: Final = frozenset({
    "ADDRESSBLOCK", "ADVANCE", "ASK", "AUTHOR", "AUTONUM", "AUTONUMLGL", "AUTONUMOUT", "AUTOTEXT", "BARCODE", "BIBLIOGRAPHY",
    "BIDIOUTLINE", "CITATION", "COMMENTS", "COMPARE", "CREATEDATE", "DATE", "DISPLAYBARCODE", "DOCPROPERTY", "DOCVARIABLE", "EDITTIME",
    "EQ", "FILENAME", "FILESIZE", "FILLIN", "FORMCHECKBOX", "FORMDROPDOWN", "FORMTEXT", "GLOSSARY", "GREETINGLINE", "INDEX",
    "INFO", "KEYWORDS", "LASTSAVEDBY", "LISTNUM", "MERGEBARCODE", "MERGEFIELD", "MERGEREC", "MERGESEQ", "NEXT", "NEXTIF",
    "NOTEREF", "NUMCHARS", "NUMWORDS", "PRINT", "PRINTDATE", "QUOTE", "REVNUM", "SAVEDATE", "SET", "SKIPIF", "SUBJECT", "SYMBOL",
    "TA", "TC", "TEMPLATE", "TIME", "TOA", "USERADDRESS", "USERINITIALS", "USERNAME", "XE",
})  # fmt: skip
_WORDS: Final = frozenset({
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main", "http://purl.oclc.org/ooxml/wordprocessingml/main",
})  # fmt: skip
_ALTERNATIVES: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_KNOWN: Final = (
    "http://schemas.openxmlformats.org/", "http://purl.oclc.org/ooxml/", "urn:schemas-microsoft-com:",
    "http://schemas.microsoft.com/office/word/2010/wordprocessing",
)  # fmt: skip
"""Namespaces of elements in which a field may stand: text, drawings, text boxes."""
_PARTS: Final = frozenset({"fldSimple", "instrText", "delInstrText", "fldChar"})
_ATTRIBUTES: Final = frozenset({"instr", "fldCharType"})


def look_at_fields(part: _Element) -> None:
    """Refuse a field of a part of the file that is none of the harmless ones, or that programs may read differently (OwnFileError)."""
    for element in part.iter("*"):
        space, name = _names(element.tag)
        told = [_names(str(attribute)) for attribute in element.attrib]
        strange = any(each in _ATTRIBUTES and other not in _WORDS for other, each in told)
        if name in _PARTS and not strange:
            above = (_names(each.tag)[0] for each in element.iterancestors())
            strange = space not in _WORDS or not all(each.startswith(_KNOWN) for each in above)
        if strange:
            raise _unclear(name)
    _walk(part)


def _names(tag: str) -> tuple[str, str]:
    space, _end, name = tag.rpartition("}")
    return space[1:], name


def _unclear(name: str) -> OwnFileError:
    return OwnFileError(_("it holds a field that not all programs read alike: {name}").format(name=name))


def _walk(top: _Element) -> None:
    """Judge the fields of a part, or of one alternative, which must begin and end there."""
    fields = _Fields()
    waiting = list(reversed(top))
    while waiting:
        element = waiting.pop()
        if element.tag == _ALTERNATIVES:
            if fields.in_code and any(_names(each.tag)[1] in {*_PARTS, "t"} for each in element.iter("*")):
                raise _unclear("AlternateContent")
            for alternative in element:
                _walk(alternative)
            continue
        fields.take(element)
        waiting += reversed(element)
    fields.end(whole=top.getparent() is not None)


class _Fields:
    """Fields that stand inside each other, with their codes in pieces."""

    def __init__(self) -> None:
        self._codes = [""]
        self._shown = [True]
        """Whether what follows is a field's result rather than its code; the first is the text around all fields."""

    @property
    def in_code(self) -> bool:
        return not self._shown[-1]

    def take(self, element: _Element) -> None:
        space, name = _names(element.tag)
        if name == "fldSimple":
            _judge(element.get(f"{{{space}}}instr", ""))
        elif name in {"instrText", "delInstrText"} or (name == "t" and self.in_code):
            self._codes[-1] += "".join(str(text) for text in element.itertext())
        elif name == "fldChar":
            self._follow(element.get(f"{{{space}}}fldCharType", ""))

    def _follow(self, step: str) -> None:
        if step == "begin":
            if self.in_code:
                self._codes[-1] += "{}"  # the code is not known before that field is worked out
            self._codes.append("")
            self._shown.append(False)
        elif len(self._codes) > 1:
            _judge(self._codes[-1])
            self._shown[-1] = True
            if step == "end":
                self._codes.pop()
                self._shown.pop()
        else:
            raise _unclear("fldChar")

    def end(self, *, whole: bool) -> None:
        for code in self._codes:
            _judge(code)
        if whole and len(self._codes) > 1:
            raise _unclear("fldChar")


def _judge(code: str) -> None:
    """Refuse a code that begins with the name of a field that is not allowed, or holds one further on."""
    first = (code.split() or ["="])[0].upper()
    if first not in _ALLOWED and not first.startswith("="):
        raise OwnFileError(_("it holds the field {name}").format(name=first))
    for word in re.findall(r"[A-Za-z]+", code):
        if word.upper() in _FETCHING or word in _OTHERS:
            raise OwnFileError(_("it holds the field {name}").format(name=word))
