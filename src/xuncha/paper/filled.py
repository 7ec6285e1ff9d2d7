"""Fill in an office's own Word file: its marks are Jinja's, run in the sandbox. Refuse macros, links, fields that fetch, and names of people.

Content that no reader sees is removed: hidden text, XML comments, names, marks of editing, and in pictures the place and the author.
"""

from __future__ import annotations

import re
import traceback
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
from xuncha.paper.harmless import DROPPED, FORGOTTEN, must_be_harmless, parsed
from xuncha.paper.heading import lines
from xuncha.paper.own import Own, OwnFileError
from xuncha.paper.packing import pack
from xuncha.paper.process import LimitError, run
from xuncha.paper.templates import TEMPLATE_ERRORS, environment, place_of, reason, wrong
from xuncha.parts import needs

if TYPE_CHECKING:
    from lxml.etree import _Element

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LONGEST_PROPERTY: Final = 255  # characters
_LARGEST: Final = 100 * 1024 * 1024
_MARK = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
_NAMED: Final = frozenset({"docPr", "cNvPr"})
"""Elements that must have a `name`; programs fill it with the name of the picture's file."""
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
"""The marker that ends the pixels of a JPEG."""
_BEGIN: Final = 0xFF  # each segment of a JPEG begins with it
_FIRST_ADDED: Final = 0xE0  # segments with this marker or a higher one hold what programs have added
_NEEDED: Final = (b"\xff\xe0\x00\x10JFIF\x00", b"\xff\xee\x00\x0eAdobe")
"""First bytes of the added segments that are kept: they give the resolution and the colours."""


def fill(name: str, files: Own, title: str, words: str, **given: object) -> bytes:
    """Fill in an own Word file in a separate process; `words` is the template with the macros for its marks. Raises InvalidLedgerError with the file's name."""
    try:
        return run("fill", files, given, name=name, title=title, words=words)
    except (OwnFileError, LimitError) as error:
        raise wrong(getattr(error, "name", "") or name, 0, str(error), files, ("words", *given)) from None


def filled(name: str, files: Own, title: str, words: str, given: Mapping[str, object]) -> bytes:
    """Fill in a Word file in this process; see `fill`."""
    with needs("office"):
        import docxtpl  # noqa: F401, PLC0415
        from lxml.etree import XMLSyntaxError  # noqa: PLC0415
    try:
        content = files.read(name) or b""
        files.used.append(name)
        must_be_harmless(content)
        document = _finished(_rendered(content, name, files, words, given), title)
        must_be_harmless(document, made=True)
    except OwnFileError as error:
        message = str(error)
    except (BadZipFile, XMLSyntaxError, EOFError, NotImplementedError, RuntimeError):
        message = _("it is not a Word document (.docx)")
    else:
        return document
    raise wrong(name, 0, message, files, ("words", *given))


def _rendered(content: bytes, name: str, files: Own, words: str, given: Mapping[str, object]) -> Any:  # noqa: ANN401
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
            made = without_unsafe(jinja_env.from_string(sources[-1]).render(context))
            return str(self.resolve_listing(re.sub(r"\n<w:p([ >])", r"<w:p\1", made)))

        def fix_tables(self, xml: str) -> Any:  # noqa: ANN401
            try:
                etree.fromstring(xml)
            except etree.XMLSyntaxError:
                raise TemplateSyntaxError(torn_message, 0) from None
            return super().fix_tables(xml)

        def render_properties(self, context: Any, jinja_env: Any = None) -> None:  # noqa: ANN401
            """Do nothing: `_finished` replaces the properties."""

    template = Filled(BytesIO(content))
    jinja = environment(name, files)
    jinja.filters["in_lines"] = lambda text, longest: "\n".join(lines(str(text), longest))
    try:
        template.init_docx()
    except (KeyError, ValueError, AttributeError) as error:
        raise BadZipFile from error
    try:
        module = jinja.get_template(words).make_module()
        template.render({**given, "words": module}, jinja)
    except TemplateSyntaxError as error:
        if error.name:
            raise wrong(error.name, error.lineno, error.message or "", files, given) from None
        raise _at_mark(name, sources, error.lineno, error.message or "", files, given) from None
    except TEMPLATE_ERRORS as error:
        template_name, line = place_of(error, name)
        if template_name != name:
            raise wrong(template_name, line, reason(error), files, given) from None
        frames = traceback.extract_tb(error.__traceback__)
        in_text = [0, *(frame.lineno or 0 for frame in frames if frame.filename == "<template>")]
        raise _at_mark(name, sources, in_text[-1], reason(error), files, given) from None
    return template.docx


def _at_mark(
    name: str, sources: list[str], line: int, message: str, files: Own, given: Mapping[str, object]
) -> InvalidLedgerError:
    source = sources[-1].split("\n") if sources else []
    shown = re.sub(r"<[^>]*>", "", source[line - 1]).strip() if 0 < line <= len(source) else ""
    name_match = re.search(r"'(\w+)'", message)
    marks: list[str] = _MARK.findall(shown)
    mark = next((each for each in marks if name_match and name_match[1] in each), marks[0] if marks else "")
    text = f"{mark}: {message}" if mark else message
    (finding,) = wrong(name, 0, text, files, ("words", *given)).findings
    place = finding.place._replace(excerpt=shown, column=shown.find(mark) + 1)
    return InvalidLedgerError([finding._replace(place=place)])


def _finished(word: Any, title: str) -> bytes:  # noqa: ANN401
    """Save the file without its metadata, and with full-width punctuation."""
    for holder in (word.part.package, word.part):
        for name, relationship in list(holder.rels.items()):
            # The core properties are made anew: a file may have several such parts, with any content.
            if relationship.reltype.rpartition("/")[2] in {*DROPPED, "core-properties"}:
                del holder.rels[name]
    for setting in list(word.settings.element):
        if str(setting.tag).rpartition("}")[2] in FORGOTTEN:
            word.settings.element.remove(setting)
    word.core_properties._element.clear()  # noqa: SLF001  no public way to remove everything
    word.core_properties.title = title[:_LONGEST_PROPERTY]
    stream = BytesIO()
    word.save(stream)
    with ZipFile(stream) as parts:
        kinds = Package(stream.getvalue(), _LARGEST)
        styles = word.part._styles_part.element  # noqa: SLF001  no public way to reach the part
        hidden = _hidden_styles(styles)
        return pack(
            (name, _cleaned(name, kinds.kind(name), parts.read(name), hidden)) for name in parts.namelist()
        )


def _cleaned(name: str, kind: str, part: bytes, hidden: frozenset[str]) -> bytes:
    """Return a part without invisible content, and with full-width punctuation."""
    if kind.startswith("image/"):
        return _without_metadata(name, part)
    if not kind.endswith("+xml") or kind.endswith("relationships+xml"):
        return part
    from lxml import etree  # noqa: PLC0415

    root = _without_traces(part, hidden)
    for paragraph in root.iter(f"{_W}p"):
        # Paragraphs nested in it, as in a text box, get a turn of their own.
        elements = paragraph.iter(f"{_W}t")
        texts = [element for element in elements if next(element.iterancestors(f"{_W}p")) is paragraph]
        wide = full_width("".join(text.text or "" for text in texts))
        for text in texts:
            length = len(text.text or "")
            text.text, wide = wide[:length], wide[length:]
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
    while more := {name for name, base in bases.items() if base in hidden and name not in hidden}:
        hidden |= more
    return frozenset(hidden)


def _without_traces(part: bytes, hidden: frozenset[str]) -> _Element:
    """Parse a part, and remove its invisible content; `hidden` are the ids of the styles that hide text."""
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
    """Return whether a run or a style hides text; the properties of a paragraph mark do not count."""
    vanish = holder.find(f"{_W}rPr/{_W}vanish")
    return vanish is not None and vanish.get(f"{_W}val", "1") not in _NO


def _is_hidden(run: _Element, hidden: frozenset[str]) -> bool:
    vanish = run.find(f"{_W}rPr/{_W}vanish")
    if vanish is not None:
        return _hides(run)
    run_style = run.find(f"{_W}rPr/{_W}rStyle")
    paragraph = next(run.iterancestors(f"{_W}p"), None)
    paragraph_style = None if paragraph is None else paragraph.find(f"{_W}pPr/{_W}pStyle")
    return any(each is not None and each.get(f"{_W}val") in hidden for each in (run_style, paragraph_style))


def _without_metadata(name: str, content: bytes) -> bytes:
    """Return a picture, PNG or JPEG, without its metadata. Raises OwnFileError if it is of another kind, or damaged."""
    try:
        if content.startswith(_PNG):
            return _of_png(content)
        if content.startswith(_JPEG):
            return _of_jpeg(content)
    except IndexError:
        pass
    message = _("the picture {name} may reveal where and by whom it was taken; insert it as PNG or JPEG")
    raise OwnFileError(message.format(name=name))


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
        if marker == _BEGIN:  # it may be repeated before a segment
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
