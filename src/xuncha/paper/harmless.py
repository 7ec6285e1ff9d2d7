"""Refuse a Word file that runs code, fetches data or names people: only known kinds of parts, relationships and fields are accepted (ISO/IEC 29500)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from zipfile import BadZipFile

from xuncha.language import gettext as _
from xuncha.pages.package import CONTENT_TYPES, OUTSIDE, Package, PackageError, Relationship
from xuncha.paper.own import OwnFileError

if TYPE_CHECKING:
    from lxml.etree import _Element

_ALLOWED: Final = frozenset({"PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "PAGEREF", "REF", "TOC", "STYLEREF", "SEQ", "TITLE"})  # fmt: skip
"""Fields that show data of the document itself."""
_FORBIDDEN: Final = frozenset({
    "DDE", "DDEAUTO", "INCLUDETEXT", "INCLUDEPICTURE", "INCLUDE", "IMPORT", "LINK", "EMBED", "DATABASE", "MACROBUTTON", "HYPERLINK",
    "GOTOBUTTON", "AUTOTEXTLIST", "RD", "SHAPE", "CONTROL", "HTMLACTIVEX", "ADDIN", "PRIVATE",
})  # fmt: skip
_KNOWN_FIELDS: Final = frozenset({
    "ADDRESSBLOCK", "ADVANCE", "ASK", "AUTHOR", "AUTONUM", "AUTONUMLGL", "AUTONUMOUT", "AUTOTEXT", "BARCODE", "BIBLIOGRAPHY",
    "BIDIOUTLINE", "CITATION", "COMMENTS", "COMPARE", "CREATEDATE", "DATE", "DISPLAYBARCODE", "DOCPROPERTY", "DOCVARIABLE", "EDITTIME",
    "EQ", "FILENAME", "FILESIZE", "FILLIN", "FORMCHECKBOX", "FORMDROPDOWN", "FORMTEXT", "GLOSSARY", "GREETINGLINE", "INDEX",
    "INFO", "KEYWORDS", "LASTSAVEDBY", "LISTNUM", "MERGEBARCODE", "MERGEFIELD", "MERGEREC", "MERGESEQ", "NEXT", "NEXTIF",
    "NOTEREF", "NUMCHARS", "NUMWORDS", "PRINT", "PRINTDATE", "QUOTE", "REVNUM", "SAVEDATE", "SET", "SKIPIF", "SUBJECT", "SYMBOL",
    "TA", "TC", "TEMPLATE", "TIME", "TOA", "USERADDRESS", "USERINITIALS", "USERNAME", "XE",
})  # fmt: skip
_WORD_SPACES: Final = frozenset({
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main", "http://purl.oclc.org/ooxml/wordprocessingml/main",
})  # fmt: skip
_ALTERNATIVES: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_NAMESPACES: Final = (
    "http://schemas.openxmlformats.org/", "http://purl.oclc.org/ooxml/", "urn:schemas-microsoft-com:",
    "http://schemas.microsoft.com/office/word/2010/wordprocessing",
)  # fmt: skip
"""Namespaces of elements that may contain a field: text, drawings, text boxes."""
_PARTS: Final = frozenset({"fldSimple", "instrText", "delInstrText", "fldChar"})
_ATTRIBUTES: Final = frozenset({"instr", "fldCharType"})


def _names(tag: str) -> tuple[str, str]:
    space, _end, name = tag.rpartition("}")
    return space[1:], name


def _unclear_error(name: str) -> OwnFileError:
    return OwnFileError(_("it contains a field that programs read differently: {name}", name=name))


def _check_nested(top: _Element) -> None:
    """Check the fields of a part, or of one alternative; a field that begins in an alternative must end there."""
    codes, ended = [""], [True]
    """An entry for each open field, the innermost last, after one for the surrounding text: the code so far, and whether the code has ended."""
    queue = list(reversed(top))
    while queue:
        element = queue.pop()
        if element.tag == _ALTERNATIVES:
            if not ended[-1] and any(_names(each.tag)[1] in {*_PARTS, "t"} for each in element.iter("*")):
                raise _unclear_error("AlternateContent")
            for alternative in element:
                _check_nested(alternative)
            continue
        space, name = _names(element.tag)
        if name == "fldSimple":
            _check_code(element.get(f"{{{space}}}instr", ""))
        elif name in {"instrText", "delInstrText"} or (name == "t" and not ended[-1]):
            codes[-1] += "".join(str(text) for text in element.itertext())
        elif name == "fldChar":
            _check_step(element.get(f"{{{space}}}fldCharType", ""), codes, ended)
        queue += reversed(element)
    for code in codes:
        _check_code(code)
    if len(codes) > 1 and top.getparent() is not None:
        raise _unclear_error("fldChar")


def _check_step(step: str, codes: list[str], ended: list[bool]) -> None:
    """Begin a field, or check the field whose code or result ends."""
    if step == "begin":
        if not ended[-1]:
            codes[-1] += "{}"  # the nested field changes this code when it is evaluated
        codes.append("")
        ended.append(False)
    elif len(codes) > 1:
        _check_code(codes[-1])
        ended[-1] = True
        if step == "end":
            codes.pop()
            ended.pop()
    else:
        raise _unclear_error("fldChar")


def _check_code(code: str) -> None:
    """Refuse a code that begins with a field name that is not allowed, or contains a forbidden one later."""
    first = (code.split() or ["="])[0].upper()
    if first not in _ALLOWED and not first.startswith("="):
        raise OwnFileError(_("it holds the field {name}", name=first))
    for word in re.findall(r"[A-Za-z]+", code):
        if word.upper() in _FORBIDDEN or word in _KNOWN_FIELDS:
            raise OwnFileError(_("it holds the field {name}", name=word))


_MAX_SIZE: Final = 50 * 1024 * 1024
_MAX_PARTS: Final = 1000
_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
_MAIN: Final = f"{_OFFICE}wordprocessingml.document.main+xml"
_TEXT_PARTS: Final = {
    "officeDocument", "styles", "stylesWithEffects", "numbering", "settings", "webSettings", "fontTable", "theme",
    "header", "footer", "footnotes", "endnotes", "core-properties", "diagramData", "diagramLayout", "diagramQuickStyle",
    "diagramColors", "diagramDrawing",
}  # fmt: skip
"""Kinds of relationships to parts whose content is checked."""
_TEXT_KIND: Final = re.compile(
    rf"{re.escape(_OFFICE)}(?:wordprocessingml\.(?:document\.main|styles|numbering|settings|webSettings|fontTable|header|footer|footnotes|endnotes)"
    r"|theme|drawingml\.diagram\w+)\+xml|application/vnd\.ms-word\.stylesWithEffects\+xml|application/vnd\.ms-office\.drawingml\.diagramDrawing\+xml"
    r"|application/vnd\.openxmlformats-package\.core-properties\+xml"
)
_OTHER_KINDS: Final = {
    "image": re.compile(r"image/(?:png|jpe?g|pjpeg|gif|bmp|tiff?|(?:x-)?emf|(?:x-)?wmf)"),
    "font": re.compile(rf"application/x-font[\w-]*|{re.escape(_OFFICE)}obfuscatedFont"),
}
"""Kinds of relationships to parts that are not text, with the content types allowed for these parts."""
DROPPED: Final = {
    "extended-properties", "custom-properties", "thumbnail", "customXml", "customXmlProps", "glossaryDocument", "people",
}  # fmt: skip
"""Kinds of relationships to parts that reveal the file's history: who wrote it, where, and how it looked."""
BAD_SETTINGS: Final = {"docVars", "rsids", "docId", "writeProtection", "documentProtection"}
"""Settings that identify a machine or people; WPS keeps the machine's number in `docVars`."""
_ACTIVE: Final = frozenset({"altChunk", "object", "OLEObject", "control", "ocx", "subDoc", "mailMerge", "frame", "entryMacro", "exitMacro", "script"})  # fmt: skip
_REVISION: Final = re.compile(
    r"(?:customXml)?(?:ins|del|moveFrom|moveTo|Ins|Del|MoveFrom|MoveTo)(?:Range(?:Start|End))?|cell(?:Ins|Del|Merge)|\w+Change|del(?:Text|InstrText)"
)
"""Elements of tracked changes: one reader sees their content, and another does not."""
_LINKS: Final = frozenset({"src", "href", "althref"})
"""Attributes that name a file or an address. The file's own pictures and links do not need them: relationships name these."""


def parsed(part: bytes) -> _Element:
    """Parse a part that is XML, without its comments: a comment within a text would hide the text after it. Raises OwnFileError if it declares entities."""
    from lxml import etree  # noqa: PLC0415

    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    root = etree.fromstring(part, parser)
    if root.getroottree().docinfo.doctype:
        raise OwnFileError(_("a part of it declares entities"))
    return root


def must_be_harmless(content: bytes, *, filled: bool = False) -> None:
    """Refuse a Word file that must not be filled in or, once `filled`, must not be published. Raises OwnFileError with the reason; BadZipFile if it is no Word file."""
    try:
        package = Package(content, _MAX_SIZE, _MAX_PARTS)
        if not package.main:
            raise BadZipFile
        for name in _text_parts(package, filled=filled):
            _check_content(parsed(package.read(name)), filled=filled)
    except PackageError as error:
        messages = {"too-large": _("the file is too large"), "hostile": _("a part of it declares entities")}
        if error.fault in messages:
            raise OwnFileError(messages[error.fault]) from error
        raise BadZipFile from error


def _text_parts(package: Package, *, filled: bool) -> list[str]:
    """Follow the relationships from the file to all its parts, and refuse links to the outside. Return the names of the parts whose content is checked."""
    by_source: dict[str, list[Relationship]] = {}
    for link in package.relationships:
        if link.external:
            raise OwnFileError(_("it contains an external link: {target}", target=link.target))
        by_source.setdefault(link.source, []).append(link)
    kept: dict[str, str] = {}  # names of parts, each with the kind of a relationship to it
    dropped: set[str] = set()
    queue = [(link, False) for link in by_source.get("", ())]
    while queue:
        link, is_dropped = queue.pop()
        if link.target not in package.sizes:
            continue
        is_dropped = is_dropped or (not filled and link.kind in DROPPED and link.source in {"", package.main})
        if not is_dropped:
            _check_kind(package, link)
        names = dropped if is_dropped else kept
        if link.target not in names:
            dropped.add(link.target) if is_dropped else kept.setdefault(link.target, link.kind)
            queue += [(reference, is_dropped) for reference in by_source.get(link.target, ())]
    lists = "application/vnd.openxmlformats-package.relationships+xml"
    for name in package.sizes:
        if name not in {CONTENT_TYPES, *kept, *dropped} and package.kind(name) != lists:
            raise _active_error(name)
    return [name for name, kind in kept.items() if kind in _TEXT_PARTS]


def _check_kind(package: Package, link: Relationship) -> None:
    """Refuse a part if its content type, or the relationship to it, is not a known one."""
    kind = package.kind(link.target)
    if link.kind == "officeDocument" and kind != _MAIN and "macro" not in kind.lower():
        raise BadZipFile
    if link.kind in _TEXT_PARTS and _TEXT_KIND.fullmatch(kind):
        return
    if link.kind.startswith("comments"):
        raise _people_error()
    pattern = _OTHER_KINDS.get(link.kind)
    is_text = package.read(link.target)[:64].lstrip(b"\xef\xbb\xbf\xfe\xff\x00 \t\r\n").startswith(b"<")
    if pattern is None or not pattern.fullmatch(kind) or is_text:
        name = kind if link.kind in _TEXT_PARTS else link.target
        raise _active_error(name or link.target)


def _active_error(name: str) -> OwnFileError:
    return OwnFileError(_("it holds a macro or another file: {name}", name=name))


def _people_error() -> OwnFileError:
    return OwnFileError(
        _(
            "it contains comments or tracked changes with names; in Word, delete all comments and accept all changes"
        )
    )


def _check_content(part: _Element, *, filled: bool) -> None:
    """Refuse a part with forbidden elements or attributes; their names count in every namespace."""
    unclear: list[str] = []
    for element in part.iter("*"):
        space, name = _names(element.tag)
        if name in _ACTIVE or (filled and name in BAD_SETTINGS):
            raise _active_error(name)
        if _REVISION.fullmatch(name):
            raise _people_error()
        parents = (_names(each.tag)[0] for each in element.iterancestors())
        if name in _PARTS and not (
            space in _WORD_SPACES and all(each.startswith(_NAMESPACES) for each in parents)
        ):
            unclear.append(name)
        for full_name, value in element.attrib.items():
            (space, attribute), text = _names(str(full_name)), str(value).strip()
            if attribute == "author":
                raise _people_error()
            if attribute in _ATTRIBUTES and space not in _WORD_SPACES:
                unclear.append(name)
            is_target = attribute in _LINKS and text and not text.startswith("#")
            if is_target or (attribute == "docLocation" and OUTSIDE.match(text)):
                raise OwnFileError(_("it contains an external link: {target}", target=text))
    if unclear:
        raise _unclear_error(unclear[0])
    _check_nested(part)
