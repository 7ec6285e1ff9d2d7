"""Fill in an office's own Word file: its marks are Jinja's, run in the sandbox. What no reader sees is removed from the result, and what may do harm is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final
from zipfile import BadZipFile, ZipFile

from docxtpl import DocxTemplate
from jinja2 import TemplateSyntaxError
from lxml import etree

from xuncha.chinese.characters import without_unsafe
from xuncha.chinese.punctuation import full_width
from xuncha.language import gettext as _
from xuncha.paper.harmless import DROPPED, W, must_be_harmless, open_package, parsed
from xuncha.paper.heading import MAX_PROPERTY, lines
from xuncha.paper.own import OwnFileError, OwnFiles
from xuncha.paper.packing import pack
from xuncha.paper.pictures import clean_picture
from xuncha.paper.templates import TEMPLATE_ERRORS, environment, error_place, error_reason, template_error

if TYPE_CHECKING:
    from lxml.etree import _Element

_INVISIBLE: Final = (
    "{*}alias", "{*}tag", "{*}dataBinding", "{*}tblCaption", "{*}tblDescription", "{*}proofErr", "{*}customXmlPr", "{*}smartTagPr",
    "{*}docVars", "{*}rsids", "{*}docId", "{*}writeProtection", "{*}documentProtection",
)  # fmt: skip
"""Elements that no reader sees. Those of the second line are settings that identify a machine or people: WPS keeps the machine's number in `docVars`."""
_WRAPPERS: Final = ("{*}customXml", "{*}smartTag")
_ATTRIBUTES: Final = (
    "{*}descr", "{*}title", "{*}alt", "{*}paraId", "{*}textId",
    "{*}rsidR", "{*}rsidRPr", "{*}rsidRDefault", "{*}rsidP", "{*}rsidTr", "{*}rsidSect", "{*}rsidDel",
)  # fmt: skip
_PICTURES: Final = ("{*}docPr", "{*}cNvPr")
"""Elements that must have a `name`; programs fill it with the name of the picture's file."""
_KEPT_IN_HIDDEN: Final = frozenset({f"{W}{name}" for name in ("rPr", "fldChar", "instrText")})
_OFF: Final = frozenset({"0", "false", "off"})


def fill_here(name: str, files: OwnFiles, title: str, macros: str, values: Mapping[str, object]) -> bytes:
    """Fill in a Word file in this process; `macros` is the template with the macros for its marks. Raises InvalidLedgerError with the file's name."""
    try:
        content = files.read(name) or b""
        files.used.append(name)
        open_package(content)
        document = _save(_render(content, name, files, macros, values), title)
        must_be_harmless(document)
    except OwnFileError as error:
        message = str(error)
    except (BadZipFile, etree.XMLSyntaxError, EOFError, NotImplementedError, RuntimeError):
        message = _("it is not a Word document (.docx)")
    else:
        return document
    raise template_error(name, 0, message, files, ("words", *values))


class _Template(DocxTemplate):  # type: ignore[misc,unused-ignore]
    """A template that keeps its source with a paragraph a line, reads no value as a mark of docxtpl's own, and never repairs torn XML, since text would be lost."""

    source = ""

    def render_xml_part(self, src_xml: str, part: Any, context: Any, jinja_env: Any = None) -> str:  # noqa: ANN401, ARG002
        self.source = re.sub(r"<w:p([ >])", r"\n<w:p\1", src_xml)
        xml = without_unsafe(jinja_env.from_string(self.source).render(context))
        return str(self.resolve_listing(re.sub(r"\n<w:p([ >])", r"<w:p\1", xml)))

    def fix_tables(self, xml: str) -> Any:  # noqa: ANN401
        try:
            etree.fromstring(xml)
        except etree.XMLSyntaxError:
            message = _(
                "a mark begins in one paragraph and ends in another; write {{%p … %}} if it has its own paragraph"
            )
            raise TemplateSyntaxError(message.format(), 0) from None
        return super().fix_tables(xml)


def _render(content: bytes, name: str, files: OwnFiles, macros: str, values: Mapping[str, object]) -> Any:  # noqa: ANN401
    template = _Template(BytesIO(content))
    jinja = environment(name, files)
    jinja.filters["in_lines"] = lambda text, longest: "\n".join(lines(str(text), longest))
    try:
        template.init_docx()
    except (KeyError, ValueError, AttributeError) as error:
        raise BadZipFile from error
    try:
        words = jinja.get_template(macros).make_module()
        template.render({**values, "words": words}, jinja)
    except TEMPLATE_ERRORS as error:
        place, line = error_place(error, name)
        if place != name or not line:
            raise template_error(place, line, error_reason(error), files, ("words", *values)) from None
        paragraph = re.sub(r"<[^>]*>", "", "".join(template.source.split("\n")[line - 1 : line])).strip()
        # The first line is what stands before the first paragraph.
        raise template_error(
            name, line - 1, error_reason(error), files, ("words", *values), paragraph
        ) from None
    return template.docx


def _save(word: Any, title: str) -> bytes:  # noqa: ANN401
    """Save the file without its metadata and invisible content, and with full-width punctuation."""
    package = word.part.package
    for holder in (package, *package.iter_parts()):
        for name, relationship in list(holder.rels.items()):
            # The core properties are made anew: a file may have several such parts, with any content.
            if relationship.reltype.rpartition("/")[2] in {*DROPPED, "core-properties"}:
                del holder.rels[name]
    word.core_properties._element.clear()  # noqa: SLF001  no public way to remove everything
    word.core_properties.title = title[:MAX_PROPERTY]
    hidden = _hidden_styles(word.styles.element)
    stream = BytesIO()
    word.save(stream)
    kinds = {str(part.partname)[1:]: part.content_type for part in package.iter_parts()}
    with ZipFile(stream) as parts:
        return pack(
            (name, _clean_part(name, kinds.get(name, ""), parts.read(name), hidden))
            for name in parts.namelist()
        )


def _clean_part(name: str, kind: str, part: bytes, hidden: frozenset[str]) -> bytes:
    """Return a part without invisible content, and with full-width punctuation; `hidden` are the ids of the styles that hide text."""
    if kind.startswith("image/"):
        return clean_picture(name, part)
    if not kind.endswith("+xml"):
        return part
    root = parsed(part)
    etree.strip_attributes(root, *_ATTRIBUTES)
    etree.strip_elements(root, *_INVISIBLE, with_tail=False)
    etree.strip_tags(root, *_WRAPPERS)
    for picture in root.iter(*_PICTURES):
        picture.set("name", "")
    for run in root.iter(f"{W}r"):
        if _is_hidden(run, hidden):
            etree.strip_elements(run, *({child.tag for child in run} - _KEPT_IN_HIDDEN))
    for paragraph in root.iter(f"{W}p"):
        # Paragraphs nested in it, as in a text box, get a turn of their own.
        elements = paragraph.iter(f"{W}t")
        texts = [element for element in elements if next(element.iterancestors(f"{W}p")) is paragraph]
        text_left = full_width("".join(text.text or "" for text in texts))
        for text in texts:
            length = len(text.text or "")
            text.text, text_left = text_left[:length], text_left[length:]
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _hidden_styles(styles: _Element) -> frozenset[str]:
    """Return the ids of the styles that hide text, themselves or through a style that they are based on."""
    found = {style.get(f"{W}styleId", ""): style for style in styles.iter(f"{W}style")}
    bases = {name: base.get(f"{W}val") for name, style in found.items() for base in style.iter(f"{W}basedOn")}
    hidden = {name for name, style in found.items() if _hides(style)}
    while derived := {name for name, base in bases.items() if base in hidden} - hidden:
        hidden |= derived
    return frozenset(hidden)


def _hides(holder: _Element) -> bool:
    """Return whether a run or a style hides text; the properties of a paragraph mark do not count."""
    vanish = holder.find(f"{W}rPr/{W}vanish")
    return vanish is not None and vanish.get(f"{W}val", "1") not in _OFF


def _is_hidden(run: _Element, hidden: frozenset[str]) -> bool:
    if run.find(f"{W}rPr/{W}vanish") is not None:
        return _hides(run)
    paragraph = next(run.iterancestors(f"{W}p"), run)
    styles = (run.find(f"{W}rPr/{W}rStyle"), paragraph.find(f"{W}pPr/{W}pStyle"))
    return any(style is not None and style.get(f"{W}val") in hidden for style in styles)
