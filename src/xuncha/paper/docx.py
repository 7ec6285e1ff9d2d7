"""A document as a Word file in the format of GB/T 9704-2012. The sheet of styles and the page are in `blank/`.

The same document gives the same bytes, and the file's properties name neither a person nor a machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from xuncha.paper.docx_table import add_table
from xuncha.paper.layout import signature_indent, title
from xuncha.paper.outline import Block, Document, LandscapeBreak
from xuncha.parts import needs

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.section import Section
    from docx.text.paragraph import Paragraph

STYLES: Final = {
    "to": "Salutation",
    "h1": "Heading 1",
    "h2": "Heading 2",
    "h3": "Heading 3",
    "h4": "Heading 4",
    "p": "Body Text",
    "sign": "Signature",
    "date": "Date",
    "table-title": "Caption",
}
"""Word's own styles for the kinds of blocks, so that it shows the headings beside the text."""
_BLANK = Path(__file__).parent / "blank"
_CHARACTER = 314
"""The width of a character of the body, in twentieths of a point: 28 of them fill 156 mm."""
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The day of the parts of a file: the first one that the format knows."""
LONGEST_PROPERTY: Final = 255
"""Characters in a property of a file."""


def docx(document: Document) -> bytes:
    """Write the document as a Word file.

    Raises:
        SurroundingsError: the part `office` is not installed.
    """
    with needs("office"):
        from docx import Document as open_word  # noqa: N813, PLC0415  its own function is named like a class

        title_lines = title(document)
    word = open_word(BytesIO(_blank()))
    word.core_properties.title = document.title[:LONGEST_PROPERTY]
    if document.landscape:
        _lay(word.sections[0])
    if document.mark:
        word.add_paragraph(document.mark, "Mark")
    _add_title(word, title_lines)
    before: Paragraph | None = None
    for block in document.blocks:
        if not isinstance(block, Block):
            _turn(word) if isinstance(block, LandscapeBreak) else add_table(word, block)
            before = None
            continue
        paragraph = word.add_paragraph(block.text, STYLES[block.kind])
        if block.kind == "sign":
            _sign(paragraph, before, signature_indent(document))
        before = paragraph
    stream = BytesIO()
    word.save(stream)
    with ZipFile(stream) as parts:
        return pack((name, parts.read(name)) for name in parts.namelist())


def pack(parts: Iterable[tuple[str, bytes]]) -> bytes:
    """Pack parts in their order, the same on any day and system."""
    stream = BytesIO()
    with ZipFile(stream, "w", ZIP_DEFLATED) as target:
        for name, content in parts:
            entry = ZipInfo(name, _FIRST_DAY)
            entry.create_system = 0
            entry.compress_type = ZIP_DEFLATED
            target.writestr(entry, content)
    return stream.getvalue()


def _blank() -> bytes:
    """Pack a document without text."""
    files = sorted(path for path in _BLANK.rglob("*") if path.is_file())
    return pack((path.relative_to(_BLANK).as_posix(), path.read_bytes()) for path in files)


def _turn(word: WordDocument) -> None:
    """Start a new landscape page."""
    section = word.add_section()
    if (section.page_width or 0) < (section.page_height or 0):
        _lay(section)


def _lay(section: Section) -> None:
    """Set a section to landscape, its binding edge at the top."""
    from docx.enum.section import WD_ORIENT  # noqa: PLC0415

    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = (
        section.left_margin, section.right_margin, section.bottom_margin, section.top_margin,
    )  # fmt: skip
    section.footer_distance = section.footer_distance * 2 // 3 if section.footer_distance else None


def _add_title(word: WordDocument, lines: list[str]) -> None:
    paragraph = word.add_paragraph(style="Title")
    for line in lines[:-1]:
        paragraph.add_run(line).add_break()
    paragraph.add_run(lines[-1])


def _sign(paragraph: Paragraph, before: Paragraph | None, indent: float) -> None:
    """Set who signs where it belongs, and keep it on a page with the end of the text: a page without text is forged easily."""
    from docx.shared import Twips  # noqa: PLC0415

    paragraph.paragraph_format.right_indent = Twips(round(indent * _CHARACTER))
    if before is not None:
        before.paragraph_format.keep_with_next = True
