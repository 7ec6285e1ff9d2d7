"""Take out of a Word file what no reader sees: hidden text, comments in the XML, names, marks of editing; of pictures, where and by whom they were made."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from xuncha.language import gettext as _
from xuncha.paper.own import OwnFileError

if TYPE_CHECKING:
    from lxml.etree import _Element

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_NAMED: Final = frozenset({"docPr", "cNvPr"})
"""Elements with an obligatory `name`, which programs fill with that of the picture's file."""
_ATTRIBUTES: Final = frozenset({"descr", "title", "alt", "paraId", "textId"})
_ELEMENTS: Final = frozenset(
    {f"{_W}{name}" for name in ("alias", "tag", "dataBinding", "tblCaption", "tblDescription", "proofErr")}
)
_WRAPPERS: Final = frozenset({f"{_W}customXml", f"{_W}smartTag"})
_OF_WRAPPERS: Final = frozenset({f"{_W}customXmlPr", f"{_W}smartTagPr"})
_OF_FIELDS: Final = frozenset({f"{_W}{name}" for name in ("rPr", "fldChar", "instrText")})
_NO: Final = frozenset({"0", "false", "off"})
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_SHOWN_OF_PNG: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs"}
)
_JPEG: Final = b"\xff\xd8"
_END_OF_JPEG: Final = 0xD9
_SCAN: Final = 0xDA
_SCANNED: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""What ends the points of a picture: a marker that is none of theirs."""
_BEGIN: Final = 0xFF  # each segment of a JPEG begins with it
_FIRST_ADDED: Final = 0xE0  # the marker from which on a segment holds what programs have added
_NEEDED: Final = (b"\xff\xe0\x00\x10JFIF\x00", b"\xff\xee\x00\x0eAdobe")
"""How those of them begin that say how large the points are, and of what colours."""


def hidden_styles(styles: _Element) -> frozenset[str]:
    """Return the names of the styles that hide text, by themselves or by what they are based on."""
    bases: dict[str, str] = {}
    hidden: set[str] = set()
    for style in styles.iter(f"{_W}style"):
        name, base = style.get(f"{_W}styleId", ""), style.find(f"{_W}basedOn")
        bases[name] = "" if base is None else base.get(f"{_W}val", "")
        if _hides(style):
            hidden.add(name)
    while more := {name for name, base in bases.items() if base in hidden and name not in hidden}:
        hidden |= more
    return frozenset(hidden)


def parsed(part: bytes) -> _Element:
    """Parse a part that is XML, without its comments: one within a text would hide what follows it."""
    from lxml import etree  # noqa: PLC0415

    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    return etree.fromstring(part, parser)


def without_traces(part: bytes, hidden: frozenset[str]) -> _Element:
    """Parse a part, and take out of it what nobody sees; `hidden` are the names of the styles that hide text."""
    root = parsed(part)
    for element in list(root.iter("*")):
        for full_name in list(element.attrib):
            name = str(full_name).rpartition("}")[2]
            if name in _ATTRIBUTES or name.startswith("rsid"):
                del element.attrib[full_name]
        if element.tag.rpartition("}")[2] in _NAMED and "name" in element.attrib:
            element.set("name", "")
        parent = element.getparent()
        if element.tag in _ELEMENTS and parent is not None:
            parent.remove(element)
        elif element.tag in _WRAPPERS and parent is not None:
            place = parent.index(element)
            parent[place : place + 1] = [child for child in element if child.tag not in _OF_WRAPPERS]
        elif element.tag == f"{_W}r" and _is_hidden(element, hidden):
            for child in list(element):
                if child.tag not in _OF_FIELDS:
                    element.remove(child)
    return root


def _hides(holder: _Element) -> bool:
    """Return whether the properties of a run or a style, but not those of a paragraph's mark, hide text."""
    found = holder.find(f"{_W}rPr/{_W}vanish")
    return found is not None and found.get(f"{_W}val", "1") not in _NO


def _is_hidden(run: _Element, hidden: frozenset[str]) -> bool:
    own = run.find(f"{_W}rPr/{_W}vanish")
    if own is not None:
        return _hides(run)
    style = run.find(f"{_W}rPr/{_W}rStyle")
    paragraph = next(run.iterancestors(f"{_W}p"), None)
    of_paragraph = None if paragraph is None else paragraph.find(f"{_W}pPr/{_W}pStyle")
    return any(each is not None and each.get(f"{_W}val") in hidden for each in (style, of_paragraph))


def without_metadata(name: str, content: bytes) -> bytes:
    """Return a picture of which everything is seen. Raises OwnFileError if it is of another kind, or damaged."""
    try:
        if content.startswith(_PNG):
            return _of_png(content)
        if content.startswith(_JPEG):
            return _of_jpeg(content)
    except IndexError:
        pass
    said = _("the picture {name} may tell where and by whom it was made; put it in as PNG or JPEG")
    raise OwnFileError(said.format(name=name))


def _of_png(content: bytes) -> bytes:
    kept, at, kind = [_PNG], len(_PNG), b""
    while kind != b"IEND":
        kind = content[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(content[at : at + 4], "big")
        if end > len(content):
            raise IndexError
        kept += [content[at:end]] if kind in _SHOWN_OF_PNG else []
        at = end
    return b"".join(kept)


def _of_jpeg(content: bytes) -> bytes:
    kept, at = [_JPEG], len(_JPEG)
    while (marker := content[at + 1]) != _END_OF_JPEG:
        if content[at] != _BEGIN:
            raise IndexError
        if marker == _BEGIN:  # it may stand there more than once
            at += 1
            continue
        end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
        if marker == _SCAN:
            found = _SCANNED.search(content, end)
            end = found.start() if found else len(content)
        if marker < _FIRST_ADDED or content.startswith(_NEEDED, at):
            kept.append(content[at:end])
        at = end
    return b"".join([*kept, bytes([_BEGIN, _END_OF_JPEG])])
