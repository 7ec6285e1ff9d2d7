"""Refuse a Word file that runs code, fetches data or names people: only known kinds of parts, relationships and fields are accepted (ISO/IEC 29500)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from zipfile import BadZipFile

from xuncha.language import gettext as _
from xuncha.pages.package import Package, PackageError
from xuncha.paper.own import OwnFileError

if TYPE_CHECKING:
    from lxml.etree import _Element

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MAX_SIZE: Final = 50 * 1024 * 1024
_MAX_PARTS: Final = 1000
_OFFICE: Final = r"application/vnd\.openxmlformats-officedocument\."
_KINDS: Final = {
    "officeDocument": rf"{_OFFICE}wordprocessingml\.document\.main\+xml",
    **{
        name: rf"{_OFFICE}wordprocessingml\.{name}\+xml"
        for name in ("styles", "numbering", "settings", "fontTable", "header", "footer", "footnotes", "endnotes")
    },
    "theme": rf"{_OFFICE}theme\+xml",
    "core-properties": r"application/vnd\.openxmlformats-package\.core-properties\+xml",
    "image": r"image/[\w.-]+",
    "font": rf"application/x-font[\w-]*|{_OFFICE}obfuscatedFont",
}  # fmt: skip
"""Kinds of relationships, each with the content types of the parts that may be reached by it."""
DROPPED: Final = frozenset({
    "extended-properties", "custom-properties", "thumbnail", "customXml", "customXmlProps", "glossaryDocument", "people",
    "webSettings", "stylesWithEffects",
})  # fmt: skip
"""Kinds of relationships to parts that no reader sees, and that may reveal the file's history; a published file has none of them."""
_FIELD: Final = re.compile(
    r"\s*(?:(?:PAGE|NUMPAGES|SECTION|SECTIONPAGES|PAGEREF|REF|TOC|STYLEREF|SEQ|TITLE)(?: .*)?)?",
    re.DOTALL | re.IGNORECASE,
)
"""The code of a field that shows data of the document itself: it begins with one of these names."""
_FIELD_PARTS: Final = frozenset({"fldChar", "instrText"})
_IN_CODE: Final = frozenset({*_FIELD_PARTS, "r", "rPr", "proofErr", "bookmarkStart", "bookmarkEnd"})
"""Elements that may stand between the beginning and the end of a code."""
_ACTIVE: Final = frozenset({
    "altChunk", "object", "OLEObject", "control", "ocx", "subDoc", "mailMerge", "frame", "entryMacro", "exitMacro", "script", "delInstrText", "webVideoPr",
})  # fmt: skip
_REVISION: Final = re.compile(
    r"(?:customXml)?(?:ins|del|moveFrom|moveTo|Ins|Del|MoveFrom|MoveTo)(?:Range(?:Start|End))?|cell(?:Ins|Del|Merge)|\w+Change|delText"
)
"""Elements of tracked changes: one reader sees their content, and another does not."""
_LINKS: Final = frozenset({"src", "href", "althref", "docLocation"})
"""Attributes that name a file or an address. The file's own pictures and links do not need them: relationships name these."""


def must_be_harmless(content: bytes) -> None:
    """Refuse a Word file that may do harm. Raises OwnFileError with the reason; BadZipFile or lxml's XMLSyntaxError if it is no Word file."""
    package = open_package(content)
    if not package.main:
        raise BadZipFile
    for link in package.relationships:
        if link.external:
            raise OwnFileError(_("it contains an external link: {target}", target=link.target))
        if link.kind.startswith("comments"):
            raise _people_error()
        if link.kind in DROPPED or link.target not in package.sizes:
            continue
        kind = package.kind(link.target)
        if link.kind not in _KINDS or not re.fullmatch(_KINDS[link.kind], kind):
            raise _active_error(link.target)
        if kind.endswith("+xml"):
            _check_content(parsed(package.read(link.target)))


def open_package(content: bytes) -> Package:
    """Open a Word file without trusting it. Raises OwnFileError if it is too large or declares entities; BadZipFile if it is damaged."""
    try:
        package = Package(content, _MAX_SIZE, _MAX_PARTS)
        package.refuse_declarations()
    except PackageError as error:
        messages = {"too-large": _("the file is too large"), "hostile": _("a part of it declares entities")}
        if error.fault in messages:
            raise OwnFileError(messages[error.fault]) from error
        raise BadZipFile from error
    return package


def parsed(part: bytes) -> _Element:
    """Parse a part that is XML, without its comments: a comment within a text would hide the text after it."""
    from lxml import etree  # noqa: PLC0415

    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    return etree.fromstring(part, parser)


def _check_content(part: _Element) -> None:
    """Refuse a part with forbidden elements, attributes or fields; their names count in every namespace."""
    for element in part.iter("*"):
        name = _local_name(element.tag)
        if name in _ACTIVE:
            raise _active_error(name)
        if _REVISION.fullmatch(name):
            raise _people_error()
        for full_name, value in element.attrib.items():
            attribute, text = _local_name(full_name), str(value).strip()
            if attribute == "author":
                raise _people_error()
            if attribute == "instr":
                _check_code(text)
            if attribute in _LINKS and text and not text.startswith("#"):
                raise OwnFileError(_("it contains an external link: {target}", target=text))
    _check_fields(part)


def _check_fields(part: _Element) -> None:
    """Refuse a field whose code is not allowed, or consists of anything but runs: programs would read it differently."""
    code: str | None = None  # of the field that is being read; None outside a code
    for element in part.iter("*"):
        name, parent = _local_name(element.tag), element.getparent()
        is_own = element.tag == f"{W}{name}" and parent is not None and parent.tag == f"{W}r"
        begins = name == "fldChar" and element.get(f"{W}fldCharType") == "begin"
        if (name in _FIELD_PARTS and not is_own) or (
            code is not None and (begins or not _may_stand_in_code(element, name))
        ):
            raise OwnFileError(_("it contains a field that programs read differently: {name}", name=name))
        if name == "instrText":
            code = (code or "") + "".join(str(text) for text in element.itertext())
        elif name == "fldChar":
            _check_code(code or "")
            code = "" if begins else None
    _check_code(code or "")


def _local_name(name: object) -> str:
    return str(name).rpartition("}")[2]


def _may_stand_in_code(element: _Element, name: str) -> bool:
    return name in _IN_CODE or any(True for _each in element.iterancestors(f"{W}rPr"))


def _check_code(code: str) -> None:
    if not _FIELD.fullmatch(code):
        raise OwnFileError(_("it holds the field {name}", name=(code.split() or [code])[0]))


def _active_error(name: str) -> OwnFileError:
    return OwnFileError(_("it holds a macro or another file: {name}", name=name))


def _people_error() -> OwnFileError:
    return OwnFileError(
        _(
            "it contains comments or tracked changes with names; in Word, delete all comments and accept all changes"
        )
    )
