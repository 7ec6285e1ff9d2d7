"""Fill in an office's own Word file: its marks are Jinja's, run in the sandbox. Refuse macros, links, fields that fetch, and names of people.

Content that no reader sees is removed: hidden text, XML comments, names, marks of editing, and in pictures the place and the author.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final
from zipfile import BadZipFile, ZipFile

from jinja2 import TemplateSyntaxError

from xuncha.chinese.characters import without_unsafe
from xuncha.chinese.punctuation import full_width
from xuncha.errors import InvalidLedgerError
from xuncha.language import gettext as _
from xuncha.pages.package import Package
from xuncha.paper.harmless import BAD_SETTINGS, DROPPED, must_be_harmless, parsed
from xuncha.paper.heading import MAX_PROPERTY, lines
from xuncha.paper.own import OwnFileError, OwnFiles
from xuncha.paper.packing import pack
from xuncha.paper.process import LimitError, run
from xuncha.paper.templates import TEMPLATE_ERRORS, environment, error_place, error_reason, template_error
from xuncha.parts import require_part

if TYPE_CHECKING:
    from lxml.etree import _Element

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MAX_SIZE: Final = 100 * 1024 * 1024
_MARK = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
_WITH_NAME: Final = frozenset({"docPr", "cNvPr"})
"""Elements that must have a `name`; programs fill it with the name of the picture's file."""
_ATTRIBUTES: Final = frozenset({"descr", "title", "alt", "paraId", "textId"})
_ELEMENTS: Final = frozenset(
    {f"{_W}{name}" for name in ("alias", "tag", "dataBinding", "tblCaption", "tblDescription", "proofErr")}
)
_WRAPPERS: Final = frozenset({f"{_W}customXml", f"{_W}smartTag"})
_WRAPPER_PROPERTIES: Final = frozenset({f"{_W}customXmlPr", f"{_W}smartTagPr"})
_FIELD_ELEMENTS: Final = frozenset({f"{_W}{name}" for name in ("rPr", "fldChar", "instrText")})
_FALSE: Final = frozenset({"0", "false", "off"})
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_CHUNKS: Final = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs"}
)
_JPEG: Final = b"\xff\xd8"
_JPEG_END: Final = 0xD9
_SCAN: Final = 0xDA
_SCAN_END: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""The marker that ends the pixels of a JPEG."""
_SEGMENT: Final = 0xFF  # each segment of a JPEG begins with it
_FIRST_ADDED: Final = 0xE0  # segments with this marker or a higher one hold what programs have added
_NEEDED: Final = (b"\xff\xe0\x00\x10JFIF\x00", b"\xff\xee\x00\x0eAdobe")
"""First bytes of the added segments that are kept: they give the resolution and the colours."""


def fill(name: str, files: OwnFiles, title: str, macros: str, **values: object) -> bytes:
    """Fill in an own Word file in a separate process; `macros` is the template with the macros for its marks. Raises InvalidLedgerError with the file's name."""
    try:
        return run("fill", files, values, name=name, title=title, macros=macros)
    except (OwnFileError, LimitError) as error:
        raise template_error(
            getattr(error, "name", "") or name, 0, str(error), files, ("words", *values)
        ) from None


def fill_here(name: str, files: OwnFiles, title: str, macros: str, values: Mapping[str, object]) -> bytes:
    """Fill in a Word file in this process; see `fill`."""
    with require_part("office"):
        import docxtpl  # noqa: F401, PLC0415
        from lxml.etree import XMLSyntaxError  # noqa: PLC0415
    try:
        content = files.read(name) or b""
        files.used.append(name)
        must_be_harmless(content)
        document = _save(_render(content, name, files, macros, values), title)
        must_be_harmless(document, filled=True)
    except OwnFileError as error:
        message = str(error)
    except (BadZipFile, XMLSyntaxError, EOFError, NotImplementedError, RuntimeError):
        message = _("it is not a Word document (.docx)")
    else:
        return document
    raise template_error(name, 0, message, files, ("words", *values))


def _render(content: bytes, name: str, files: OwnFiles, macros: str, values: Mapping[str, object]) -> Any:  # noqa: ANN401
    from docxtpl import DocxTemplate  # noqa: PLC0415
    from lxml import etree  # noqa: PLC0415

    torn_message = _(
        "a mark begins in one paragraph and ends in another; write {{%p … %}} if it has its own paragraph"
    ).format()
    sources: list[str] = []

    class Filled(DocxTemplate):  # type: ignore[misc,unused-ignore]
        """A template that keeps its XML source for error messages, and never reads a value as one of docxtpl's own marks."""

        def render_xml_part(self, src_xml: str, part: Any, context: Any, jinja_env: Any = None) -> str:  # noqa: ANN401
            self.current_rendering_part = part
            sources.append(re.sub(r"<w:p([ >])", r"\n<w:p\1", src_xml))
            xml = without_unsafe(jinja_env.from_string(sources[-1]).render(context))
            return str(self.resolve_listing(re.sub(r"\n<w:p([ >])", r"<w:p\1", xml)))

        def fix_tables(self, xml: str) -> Any:  # noqa: ANN401
            try:
                etree.fromstring(xml)
            except etree.XMLSyntaxError:
                raise TemplateSyntaxError(torn_message, 0) from None
            return super().fix_tables(xml)

        def render_properties(self, context: Any, jinja_env: Any = None) -> None:  # noqa: ANN401
            """Do nothing: `_save` replaces the properties."""

    template = Filled(BytesIO(content))
    jinja = environment(name, files)
    jinja.filters["in_lines"] = lambda text, longest: "\n".join(lines(str(text), longest))
    try:
        template.init_docx()
    except (KeyError, ValueError, AttributeError) as error:
        raise BadZipFile from error
    try:
        module = jinja.get_template(macros).make_module()
        template.render({**values, "words": module}, jinja)
    except TEMPLATE_ERRORS as error:
        template_name, line = error_place(error, name)
        if template_name == name:
            raise _error_at_mark(name, sources, line, error_reason(error), files, values) from None
        raise template_error(template_name, line, error_reason(error), files, values) from None
    return template.docx


def _error_at_mark(
    name: str, sources: list[str], line: int, message: str, files: OwnFiles, values: Mapping[str, object]
) -> InvalidLedgerError:
    source = sources[-1].split("\n") if sources else []
    paragraph = re.sub(r"<[^>]*>", "", source[line - 1]).strip() if 0 < line <= len(source) else ""
    name_match = re.search(r"'(\w+)'", message)
    marks: list[str] = _MARK.findall(paragraph)
    mark = next((each for each in marks if name_match and name_match[1] in each), marks[0] if marks else "")
    text = f"{mark}: {message}" if mark else message
    (finding,) = template_error(name, 0, text, files, ("words", *values)).findings
    place = finding.place._replace(excerpt=paragraph, column=paragraph.find(mark) + 1)
    return InvalidLedgerError([finding._replace(place=place)])


def _save(word: Any, title: str) -> bytes:  # noqa: ANN401
    """Save the file without its metadata, and with full-width punctuation."""
    for holder in (word.part.package, word.part):
        for name, relationship in list(holder.rels.items()):
            # The core properties are made anew: a file may have several such parts, with any content.
            if relationship.reltype.rpartition("/")[2] in {*DROPPED, "core-properties"}:
                del holder.rels[name]
    for setting in list(word.settings.element):
        if str(setting.tag).rpartition("}")[2] in BAD_SETTINGS:
            word.settings.element.remove(setting)
    word.core_properties._element.clear()  # noqa: SLF001  no public way to remove everything
    word.core_properties.title = title[:MAX_PROPERTY]
    stream = BytesIO()
    word.save(stream)
    with ZipFile(stream) as parts:
        kinds = Package(stream.getvalue(), _MAX_SIZE)
        styles = word.part._styles_part.element  # noqa: SLF001  no public way to reach the part
        hidden = _hidden_styles(styles)
        return pack(
            (name, _clean_part(name, kinds.kind(name), parts.read(name), hidden)) for name in parts.namelist()
        )


def _clean_part(name: str, kind: str, part: bytes, hidden: frozenset[str]) -> bytes:
    """Return a part without invisible content, and with full-width punctuation."""
    if kind.startswith("image/"):
        return _clean_picture(name, part)
    if not kind.endswith("+xml") or kind.endswith("relationships+xml"):
        return part
    from lxml import etree  # noqa: PLC0415

    root = _parse_visible(part, hidden)
    for paragraph in root.iter(f"{_W}p"):
        # Paragraphs nested in it, as in a text box, get a turn of their own.
        elements = paragraph.iter(f"{_W}t")
        texts = [element for element in elements if next(element.iterancestors(f"{_W}p")) is paragraph]
        text_left = full_width("".join(text.text or "" for text in texts))
        for text in texts:
            length = len(text.text or "")
            text.text, text_left = text_left[:length], text_left[length:]
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _hidden_styles(styles: _Element) -> frozenset[str]:
    """Return the ids of the styles that hide text, themselves or through a style that they are based on."""
    bases: dict[str, str] = {}
    hidden: set[str] = set()
    for style in styles.iter(f"{_W}style"):
        name, base = style.get(f"{_W}styleId", ""), style.find(f"{_W}basedOn")
        bases[name] = "" if base is None else base.get(f"{_W}val", "")
        if _hides(style):
            hidden.add(name)
    while derived := {name for name, base in bases.items() if base in hidden and name not in hidden}:
        hidden |= derived
    return frozenset(hidden)


def _parse_visible(part: bytes, hidden: frozenset[str]) -> _Element:
    """Parse a part, and remove its invisible content; `hidden` are the ids of the styles that hide text."""
    root = parsed(part)
    for element in list(root.iter("*")):
        for full_name in list(element.attrib):
            name = str(full_name).rpartition("}")[2]
            if name in _ATTRIBUTES or name.startswith("rsid"):
                del element.attrib[full_name]
        if element.tag.rpartition("}")[2] in _WITH_NAME and "name" in element.attrib:
            element.set("name", "")
        parent = element.getparent()
        if element.tag in _ELEMENTS and parent is not None:
            parent.remove(element)
        elif element.tag in _WRAPPERS and parent is not None:
            place = parent.index(element)
            parent[place : place + 1] = [child for child in element if child.tag not in _WRAPPER_PROPERTIES]
        elif element.tag == f"{_W}r" and _is_hidden(element, hidden):
            for child in list(element):
                if child.tag not in _FIELD_ELEMENTS:
                    element.remove(child)
    return root


def _hides(holder: _Element) -> bool:
    """Return whether a run or a style hides text; the properties of a paragraph mark do not count."""
    vanish = holder.find(f"{_W}rPr/{_W}vanish")
    return vanish is not None and vanish.get(f"{_W}val", "1") not in _FALSE


def _is_hidden(run: _Element, hidden: frozenset[str]) -> bool:
    vanish = run.find(f"{_W}rPr/{_W}vanish")
    if vanish is not None:
        return _hides(run)
    run_style = run.find(f"{_W}rPr/{_W}rStyle")
    paragraph = next(run.iterancestors(f"{_W}p"), None)
    paragraph_style = None if paragraph is None else paragraph.find(f"{_W}pPr/{_W}pStyle")
    return any(each is not None and each.get(f"{_W}val") in hidden for each in (run_style, paragraph_style))


def _clean_picture(name: str, content: bytes) -> bytes:
    """Return a picture, PNG or JPEG, without its metadata. Raises OwnFileError if it is of another kind, or damaged."""
    try:
        if content.startswith(_PNG):
            return _clean_png(content)
        if content.startswith(_JPEG):
            return _clean_jpeg(content)
    except IndexError:
        pass
    message = _("the picture {name} may reveal where and by whom it was taken; insert it as PNG or JPEG")
    raise OwnFileError(message.format(name=name))


def _clean_png(content: bytes) -> bytes:
    chunks, pos, kind = [_PNG], len(_PNG), b""
    while kind != b"IEND":
        kind = content[pos + 4 : pos + 8]
        end = pos + 12 + int.from_bytes(content[pos : pos + 4], "big")
        if end > len(content):
            raise IndexError
        chunks += [content[pos:end]] if kind in _PNG_CHUNKS else []
        pos = end
    return b"".join(chunks)


def _clean_jpeg(content: bytes) -> bytes:
    segments, pos = [_JPEG], len(_JPEG)
    while (marker := content[pos + 1]) != _JPEG_END:
        if content[pos] != _SEGMENT:
            raise IndexError
        if marker == _SEGMENT:  # it may be repeated before a segment
            pos += 1
            continue
        end = pos + 2 + int.from_bytes(content[pos + 2 : pos + 4], "big")
        if marker == _SCAN:
            match = _SCAN_END.search(content, end)
            end = match.start() if match else len(content)
        if marker < _FIRST_ADDED or content.startswith(_NEEDED, pos):
            segments.append(content[pos:end])
        pos = end
    return b"".join([*segments, bytes([_SEGMENT, _JPEG_END])])
