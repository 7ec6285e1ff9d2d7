"""An office's own Word file, filled: its marks are Jinja's, in the same sandbox as all templates.

A Word file is a program to those who open it: macros, embedded objects, links and fields that fetch things are refused, and so is
whatever names people (tracked changes, comments). What the file tells of itself is replaced.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zipfile import BadZipFile, ZipFile

from jinja2 import TemplateSyntaxError

from xuncha.chinese.punctuation import full_width
from xuncha.errors import InvalidLedgerError
from xuncha.language import gettext as _
from xuncha.paper.docx import LONGEST_PROPERTY, pack
from xuncha.paper.heading import lines
from xuncha.paper.own import OwnFileError
from xuncha.paper.templates import TEMPLATE_ERRORS, environment, place_of, wrong
from xuncha.parts import needs

if TYPE_CHECKING:
    from lxml.etree import _Element

    from xuncha.paper.own import Own

_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LARGEST_PARTS: Final = 50 * 1024 * 1024
_MOST_PARTS: Final = 1000
_ACTIVE = re.compile(r"vba|activex|embeddings|oleobject|afchunk|macro|\.bin$", re.IGNORECASE)
"""In the names of parts and in their kinds: what runs, or holds another file."""
_FIELDS: Final = frozenset({"PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "PAGEREF", "REF", "TOC", "STYLEREF", "SEQ", "TITLE", "="})  # fmt: skip
"""Fields that show something of the document itself; others fetch, run, or tell of the machine."""
_DROPPED = re.compile(
    r"/(extended-properties|custom-properties|thumbnail|customXml|glossaryDocument|people)$"
)
"""Kinds of relationships to what tells of the file's past: who wrote it, where, and how it looked."""
_MARK = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")


def fill(name: str, content: bytes, root: Path | Own, title: str, words: str, **given: object) -> bytes:
    """Fill the marks of a Word file.

    Args:
        name: of the Word file, for errors.
        content: its bytes.
        root: the ledger's folder, or its own templates.
        title: for the file's properties.
        words: the template whose macros the marks may use as `words`.
        given: as for other templates.

    Raises:
        InvalidLedgerError: a mark is wrong, or the file is none that may be filled; with its name.
        SurroundingsError: the part `office` is not installed.
    """
    with needs("office"):
        import docxtpl  # noqa: F401, PLC0415
        from lxml.etree import XMLSyntaxError  # noqa: PLC0415
    try:
        _must_be_harmless(content)
        return _finished(_rendered(content, name, root, words, given), title)
    except OwnFileError as error:
        said = str(error)
    except (BadZipFile, XMLSyntaxError, EOFError, NotImplementedError, RuntimeError):
        said = _("it is not a Word document (.docx)")
    raise wrong(name, 0, said, root, ("words", *given))


def _must_be_harmless(content: bytes) -> None:
    """Refuse a file in which something runs, fetches, or names people."""
    with ZipFile(BytesIO(content)) as parts:
        entries = parts.infolist()
        if len(entries) > _MOST_PARTS or sum(entry.file_size for entry in entries) > _LARGEST_PARTS:
            raise OwnFileError(_("the file is too large"))
        for name in parts.namelist():
            if _ACTIVE.search(name):
                raise _is_active(name)
            if name.lower().endswith((".xml", ".rels")):
                _look_through(_parsed(parts.read(name)))


def _is_active(what: str) -> OwnFileError:
    return OwnFileError(_("it holds a macro or another file: {name}").format(name=what))


def _parsed(part: bytes) -> _Element:
    from lxml import etree  # noqa: PLC0415

    root = etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True))
    if root.getroottree().docinfo.doctype:
        raise OwnFileError(_("a part of it declares entities"))
    return root


def _look_through(part: _Element) -> None:
    """Refuse what a part of the file must not hold."""
    fields = [""]
    for element in part.iter("*"):
        kind = element.tag.rpartition("}")[2]
        if kind == "Relationship" and element.get("TargetMode") == "External":
            target = element.get("Target")
            raise OwnFileError(_("it links to the outside: {target}").format(target=target))
        if kind in {"Override", "Default"} and _ACTIVE.search(element.get("ContentType", "")):
            raise _is_active(element.get("ContentType"))
        if kind in {"altChunk", "object", "control", "subDoc"}:
            raise _is_active(kind)
        if element.get(f"{_WORD}author") is not None:
            said = _("it holds comments or tracked changes, with names; in Word, delete and accept them all")
            raise OwnFileError(said)
        if kind == "fldSimple":
            _look_at_field(element.get(f"{_WORD}instr", ""))
        elif kind == "instrText":
            fields[-1] += element.text or ""
        elif kind == "fldChar":
            _follow_field(element.get(f"{_WORD}fldCharType", ""), fields)
    for field in fields:
        _look_at_field(field)


def _follow_field(step: str, fields: list[str]) -> None:
    """Follow fields that stand inside each other, with their codes in pieces."""
    if step == "begin":
        fields.append("")
    elif len(fields) > 1:
        _look_at_field(fields[-1])
        if step == "end":
            fields.pop()


def _look_at_field(code: str) -> None:
    name = (code.split() or ["="])[0].upper()
    if name not in _FIELDS and not name.startswith("="):
        raise OwnFileError(_("it holds the field {name}").format(name=name))


def _rendered(content: bytes, name: str, root: Path | Own, words: str, given: Mapping[str, object]) -> Any:  # noqa: ANN401
    from docxtpl import DocxTemplate  # noqa: PLC0415
    from lxml import etree  # noqa: PLC0415

    torn = _("a mark begins in one paragraph and ends in another; write {{%p … %}} where it stands alone")
    sources: list[str] = []

    class Filled(DocxTemplate):  # type: ignore[misc,unused-ignore]
        """Keeps the text that is being filled, for errors; and lets no value pass for a mark of docxtpl's own."""

        def render_xml_part(self, src_xml: str, part: Any, context: Any, jinja_env: Any = None) -> str:  # noqa: ANN401
            self.current_rendering_part = part
            sources.append(re.sub(r"<w:p([ >])", r"\n<w:p\1", src_xml))
            made = jinja_env.from_string(sources[-1]).render(context)
            return str(self.resolve_listing(re.sub(r"\n<w:p([ >])", r"<w:p\1", made)))

        def fix_tables(self, xml: str) -> Any:  # noqa: ANN401
            try:
                etree.fromstring(xml)
            except etree.XMLSyntaxError:
                raise TemplateSyntaxError(torn.replace("{{", "{").replace("}}", "}"), 0) from None
            return super().fix_tables(xml)

        def render_properties(self, context: Any, jinja_env: Any = None) -> None:  # noqa: ANN401
            """They are replaced."""

    template = Filled(BytesIO(content))
    jinja = environment(name, root)
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
            raise wrong(error.name, error.lineno, error.message or "", root, given) from None
        raise _at_mark(name, sources, error.lineno, error.message or "", root, given) from None
    except TEMPLATE_ERRORS as error:
        where, line = place_of(error, name)
        if where != name:
            raise wrong(where, line, str(error), root, given) from None
        frames = traceback.extract_tb(error.__traceback__)
        in_text = [0, *(frame.lineno or 0 for frame in frames if frame.filename == "<template>")]
        raise _at_mark(name, sources, in_text[-1], str(error), root, given) from None
    return template.docx


def _at_mark(
    name: str, sources: list[str], line: int, message: str, root: Path | Own, given: Mapping[str, object]
) -> InvalidLedgerError:
    """Make the error, with its paragraph and its mark."""
    source = sources[-1].split("\n") if sources else []
    shown = re.sub(r"<[^>]*>", "", source[line - 1]).strip() if 0 < line <= len(source) else ""
    named = re.search(r"'(\w+)'", message)
    marks: list[str] = _MARK.findall(shown)
    mark = next((each for each in marks if named and named[1] in each), marks[0] if marks else "")
    said = f"{mark}: {message}" if mark else message
    (finding,) = wrong(name, 0, said, root, ("words", *given)).findings
    place = finding.place._replace(excerpt=shown, column=shown.find(mark) + 1)
    return InvalidLedgerError([finding._replace(place=place)])


def _finished(word: Any, title: str) -> bytes:  # noqa: ANN401
    """Save the file without what tells of its past, its punctuation full-width."""
    for holder in (word.part.package, word.part):
        for name, relationship in list(holder.rels.items()):
            if _DROPPED.search(relationship.reltype):
                del holder.rels[name]
    word.core_properties._element.clear()  # noqa: SLF001  there is no other way to take all away
    word.core_properties.title = title[:LONGEST_PROPERTY]
    stream = BytesIO()
    word.save(stream)
    with ZipFile(stream) as parts:
        return pack((name, _punctuated(name, parts.read(name))) for name in parts.namelist())


def _punctuated(name: str, part: bytes) -> bytes:
    if not (name.startswith("word/") and name.endswith(".xml")):
        return part
    from lxml import etree  # noqa: PLC0415

    root = _parsed(part)
    for paragraph in root.iter(f"{_WORD}p"):
        # Paragraphs inside it, as in a text box, are told by themselves.
        texts = [
            each for each in paragraph.iter(f"{_WORD}t") if next(each.iterancestors(f"{_WORD}p")) is paragraph
        ]
        wide = full_width("".join(text.text or "" for text in texts))
        for text in texts:
            length = len(text.text or "")
            text.text, wide = wide[:length], wide[length:]
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
