"""A document as a Word file in the format of GB/T 9704-2012, always of the same bytes. The sheet of styles and the page are in `blank/`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape
from zipfile import ZipFile

from xuncha.chinese.numbers import TELEPHONE
from xuncha.paper.heading import PITCH, begins_page, lines, pitch, reference, signature_indent, title
from xuncha.paper.outline import Block, Contents, Document, Form, LandscapeBreak, PageBreak, Table
from xuncha.paper.packing import pack
from xuncha.paper.paging import LANDSCAPE, LARGE, UPRIGHT, Paged, Sheet, paged
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
    "copies": "Copies",
    "table-title": "Caption",
}
"""Word's own styles for the kinds of blocks, so that it shows the headings beside the text."""
_BLANK = Path(__file__).parent / "blank"
_CHARACTER = 314  # the width of a character of the body, in twentieths of a point: 28 of them fill 156 mm
LONGEST_PROPERTY: Final = 255
_WITH_BEFORE: Final = ("sign", "copies")
"""Kinds of blocks that stay on the page of the one before: a page without text is forged easily."""
_SIZES: Final = {LANDSCAPE: (16838, 11906), LARGE: (23811, 16838)}
"""Of the paper, A4 and A3, in twentieths of a point."""
_NAMESPACE: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(document: Document) -> bytes:
    """Write the document as a Word file. Raises SurroundingsError if the part `office` is not installed."""
    with needs("office"):
        from docx import Document as open_word  # noqa: N813, PLC0415  its own function is named like a class

        from xuncha.paper import docx_forms as forms  # noqa: PLC0415

        title_lines = title(document)
    files = sorted(path for path in _BLANK.rglob("*") if path.is_file())
    blank = pack((path.relative_to(_BLANK).as_posix(), path.read_bytes()) for path in files)
    word = open_word(BytesIO(blank))
    word.core_properties.title = document.title[:LONGEST_PROPERTY]
    sheet = LANDSCAPE if document.landscape else UPRIGHT
    if document.landscape:
        _lay(word.sections[0], sheet)
    _add_head(word, document, title_lines)
    before: Paragraph | None = None
    is_new_page, headings = False, 0
    for number, block in enumerate(document.blocks):
        if isinstance(block, Block):
            paragraph = word.add_paragraph(style=STYLES[block.kind])
            _write(paragraph, block.text)
            if block.kind == "sign":
                _sign(paragraph, signature_indent(document))
            if block.kind == "h1":
                headings += 1
                forms.mark(paragraph, headings)
            if block.kind in _WITH_BEFORE and before is not None:
                before.paragraph_format.keep_with_next = True
            paragraph.paragraph_format.page_break_before = is_new_page or None
            before, is_new_page = paragraph, False
            continue
        if isinstance(block, Table):
            if before is not None:
                before.paragraph_format.keep_with_next = True
            _add_table(word, paged(block, sheet, new_page=begins_page(document.blocks, number)))
        elif isinstance(block, LandscapeBreak):
            sheet = LARGE if block.large else LANDSCAPE
            _lay(word.add_section(), sheet)
        else:
            _add(word, block, document, is_new_page=is_new_page)
        before = None
        is_new_page = isinstance(block, PageBreak) and not block.title
    _close_up(word, pitch(document))
    stream = BytesIO()
    word.save(stream)
    with ZipFile(stream) as parts:
        return pack((name, parts.read(name)) for name in parts.namelist())


def _add_head(word: WordDocument, document: Document, title_lines: Sequence[str]) -> None:
    """Add the mark, the number and the title."""
    from xuncha.paper import docx_forms as forms  # noqa: PLC0415

    if document.mark:
        word.add_paragraph(document.mark, "Mark")
    if document.number or document.signer:
        word.add_paragraph(reference(document), "Reference Both" if document.signer else "Reference")
    forms.add_title(word, title_lines)


def _lay(section: Section, sheet: Sheet) -> None:
    """Set a section to landscape, its binding edge at the top."""
    from docx.enum.section import WD_ORIENT  # noqa: PLC0415
    from docx.shared import Twips  # noqa: PLC0415

    lies = section.orientation == WD_ORIENT.LANDSCAPE
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = map(Twips, _SIZES[sheet])
    if lies:
        return
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = (
        section.left_margin, section.right_margin, section.bottom_margin, section.top_margin,
    )  # fmt: skip
    section.footer_distance = section.footer_distance * 2 // 3 if section.footer_distance else None


def _write(paragraph: Paragraph, text: str) -> None:
    """Write a text, so that no line breaks a telephone number."""
    from docx.oxml import OxmlElement  # noqa: PLC0415

    end = 0
    run = paragraph.add_run()
    for found in TELEPHONE.finditer(text):
        before, *others = found[0].split("-")
        run.add_text(text[end : found.start()] + before)
        for part in others:
            run._r.append(OxmlElement("w:noBreakHyphen"))  # noqa: SLF001  python-docx reads it, and does not write it
            run.add_text(part)
        end = found.end()
    run.add_text(text[end:])


def _sign(paragraph: Paragraph, indent: float) -> None:
    """Set who signs where it belongs."""
    from docx.shared import Twips  # noqa: PLC0415

    paragraph.paragraph_format.right_indent = Twips(round(indent * _CHARACTER))


def _close_up(word: WordDocument, points: float) -> None:
    """Set the lines of a document so many points apart, where that is less than usual."""
    for paragraph in word.paragraphs if points < PITCH else ():
        _set_pitch(paragraph, points)


def _set_pitch(paragraph: Paragraph, points: float) -> None:
    """Set the lines of a paragraph, and what is left free above and below it, closer than its style has them."""
    from docx.shared import Pt  # noqa: PLC0415

    style, own = paragraph.style.paragraph_format if paragraph.style else None, paragraph.paragraph_format
    own.line_spacing = Pt(points)
    if style is not None and style.space_before:
        own.space_before = Pt(style.space_before.pt * points / PITCH)
    if style is not None and style.space_after:
        own.space_after = Pt(style.space_after.pt * points / PITCH)


def _add(word: WordDocument, block: object, document: Document, *, is_new_page: bool) -> None:
    """Add what is neither text nor a table."""
    from xuncha.paper import docx_forms as forms  # noqa: PLC0415

    if isinstance(block, PageBreak) and block.title:
        forms.add_title(word, lines(block.title), is_new_page=True)
    elif isinstance(block, Contents):
        forms.add_contents(word, document.listed, is_new_page=is_new_page)
    elif isinstance(block, Form):
        forms.add_form(word, block, table_width(word))


def table_width(word: WordDocument) -> int:
    """Return the width of the type area, in EMU."""
    section = word.sections[-1]
    return (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)


def _add_table(word: WordDocument, cut: Paged) -> None:
    """Add a table as wide as the type area, its rows as they stand in the file: python-docx would take ten seconds for a thousand."""
    from docx.oxml import parse_xml  # noqa: PLC0415
    from docx.shared import Emu  # noqa: PLC0415

    table, whole = cut.table, table_width(word)
    widths = [Emu(round(whole * share)) for share in table.widths]
    made = word.add_table(0, 0, "Table Grid")
    made.autofit = False
    for width in widths:
        made.add_column(width)
    for row in _rows(cut, [width.twips for width in widths]):
        made._tbl.append(parse_xml(row))  # noqa: SLF001  python-docx offers no way to add what is there already


def _rows(cut: Paged, widths: Sequence[int]) -> Iterator[str]:
    """Yield the rows as XML: the head is repeated on each page, no row is torn, and rows of one cell stay together."""
    table = cut.table
    styles = ["TableShort" if short else "TableText" for short in table.centred()]
    yield _row(table.header, widths, ["TableHead"] * len(widths), [1] * len(widths), "<w:tblHeader/>")
    for cells, spans, kept, begins in zip(table.rows, table.spans(), cut.kept, cut.begins, strict=True):
        marks = ("<w:keepNext/>" if kept else "") + ("<w:pageBreakBefore/>" if begins else "")
        yield _row(cells, widths, styles, spans, keep=marks)


def _row(
    cells: Sequence[str],
    widths: Sequence[int],
    styles: Sequence[str],
    spans: Sequence[int],
    mark: str = "",
    keep: str = "",
) -> str:
    """Write a row as XML; `mark` is XML for the row, as where it is a head, `keep` for its paragraphs."""
    merged = {0: "<w:vMerge/>", 1: ""}
    shown = ""
    for text, width, style, span in zip(cells, widths, styles, spans, strict=True):
        merge = merged.get(span, '<w:vMerge w:val="restart"/>')
        run = f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""
        shown += (
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{merge}<w:vAlign w:val="center"/></w:tcPr>'
            f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{keep}</w:pPr>{run}</w:p></w:tc>'
        )
    return f'<w:tr xmlns:w="{_NAMESPACE}"><w:trPr><w:cantSplit/>{mark}</w:trPr>{shown}</w:tr>'
