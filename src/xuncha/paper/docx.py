"""Write a document as a Word file in the format of GB/T 9704-2012; the same document always gives the same bytes. Styles and page come from `blank/`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape
from zipfile import ZipFile

from docx import Document as open_word  # noqa: N813  the function has the name of a class
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement, parse_xml
from docx.shared import Emu, Pt, Twips

from xuncha.chinese.numbers import TELEPHONE
from xuncha.paper.heading import (
    MAX_PROPERTY,
    PITCH,
    begins_page,
    lines,
    pitch,
    signature_indent,
    title,
)
from xuncha.paper.outline import Block, Document, Field, Form, Instruction, Table
from xuncha.paper.packing import pack
from xuncha.paper.paging import LANDSCAPE, LARGE, UPRIGHT, Paged, Sheet, paged
from xuncha.paper.texts import CONTENTS

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.section import Section
    from docx.table import Table as WordTable
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
"""The Word style of each kind of block. Headings have Word's built-in styles, so that its navigation pane lists them."""
_BLANK = Path(__file__).parent / "blank"
_CHARACTER = 314  # the width of a character of the body, in twentieths of a point: 28 of them fill 156 mm
_WITH_PREVIOUS: Final = ("sign", "copies")
"""Kinds of blocks that stay on the page of the block before: a signature on a page without text is easily forged."""
_SIZES: Final = {LANDSCAPE: (16838, 11906), LARGE: (23811, 16838)}
"""Width and height of landscape A4 and A3 paper, in twentieths of a point."""
_W: Final = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_COVER: Final = (0.3, 0.7)  # widths of the two columns of a cover, as shares
_SIGNING_SPACE: Final = 240  # space above the line to sign on, in twentieths of a point
_SIGNING_HEIGHT: Final = 850  # least height of a row with such a line, in twentieths of a point
_COVER_SPACING: Final = 'w:before="120" w:after="120"'
_FORM_SPACING: Final = 'w:before="20" w:after="20" w:line="300" w:lineRule="exact"'
"""Paragraph spacing in a cell: on a cover, and in a form, which should fit on one page."""
_LONG_VALUE: Final = 120  # a row may break across pages if a value has more characters
_RIGHT: Final = '<w:jc w:val="right"/>'
_RIGHT_EDGE: Final = 8844  # twentieths of a point from the left edge of the type area


def docx(document: Document) -> bytes:
    """Return the document as a Word file."""
    files = sorted(path for path in _BLANK.rglob("*") if path.is_file())
    blank = pack((path.relative_to(_BLANK).as_posix(), path.read_bytes()) for path in files)
    word = open_word(BytesIO(blank))
    word.core_properties.title = document.title[:MAX_PROPERTY]
    if document.landscape:
        _set_landscape(word.sections[0], LANDSCAPE)
    _add_head(word, document)
    _add_blocks(word, document)
    points = pitch(document)
    for paragraph in word.paragraphs if points < PITCH else ():
        _set_pitch(paragraph, points)
    stream = BytesIO()
    word.save(stream)
    with ZipFile(stream) as parts:
        return pack((name, parts.read(name)) for name in parts.namelist())


def _add_head(word: WordDocument, document: Document) -> None:
    """Add the mark, the number and the title."""
    if document.mark:
        word.add_paragraph(document.mark, "Mark")
    if document.number or document.signer:
        style = "Reference Both" if document.signer else "Reference"
        word.add_paragraph("\t".join(document.reference), style)
    _add_title(word, title(document))


def _add_blocks(word: WordDocument, document: Document) -> None:
    sheet = LANDSCAPE if document.landscape else UPRIGHT
    previous: Paragraph | None = None
    """The block before, if it is a paragraph."""
    is_new_page, headings = False, count(1)
    for number, block in enumerate(document.blocks):
        goes_with = isinstance(block, Table) or (isinstance(block, Block) and block.kind in _WITH_PREVIOUS)
        if previous is not None and goes_with:
            previous.paragraph_format.keep_with_next = True
        previous = None
        match block:
            case Block():
                previous = _add_block(word, block, document, headings)
                previous.paragraph_format.page_break_before = is_new_page or None
            case Table():
                _add_table(word, paged(block, sheet, new_page=begins_page(document.blocks, number)))
            case Form():
                _add_form(word, block)
            case Instruction("landscape", size):
                sheet = LARGE if size == "A3" else LANDSCAPE
                _set_landscape(word.add_section(), sheet)
            case Instruction("contents"):
                _add_contents(word, document.toc, is_new_page=is_new_page)
            case Instruction("page", text) if text:
                _add_title(word, lines(text), is_new_page=True)
        is_new_page = block == Instruction("page")


def _add_block(word: WordDocument, block: Block, document: Document, headings: Iterator[int]) -> Paragraph:
    """Add a paragraph or a heading; `headings` gives the next number of a heading in the table of contents."""
    paragraph = word.add_paragraph(style=STYLES[block.kind])
    _add_text(paragraph, block.text)
    if block.kind == "sign":
        paragraph.paragraph_format.right_indent = Twips(round(signature_indent(document) * _CHARACTER))
    if block.kind == "h1":
        _add_bookmark(paragraph, next(headings))
    return paragraph


def _set_landscape(section: Section, sheet: Sheet) -> None:
    """Set a section to landscape; the margin at the binding edge, which is on the left of an upright page, comes to the top."""
    is_landscape = section.orientation == WD_ORIENT.LANDSCAPE
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = map(Twips, _SIZES[sheet])
    if is_landscape:
        return
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = (
        section.left_margin, section.right_margin, section.bottom_margin, section.top_margin,
    )  # fmt: skip
    section.footer_distance = section.footer_distance * 2 // 3 if section.footer_distance else None


def _add_text(paragraph: Paragraph, text: str) -> None:
    """Write a text into a paragraph; telephone numbers are never broken across lines."""
    end = 0
    run = paragraph.add_run()
    for match in TELEPHONE.finditer(text):
        before, *others = match[0].split("-")
        run.add_text(text[end : match.start()] + before)
        for part in others:
            run._r.append(OxmlElement("w:noBreakHyphen"))  # noqa: SLF001  python-docx reads this element, but cannot write it
            run.add_text(part)
        end = match.end()
    run.add_text(text[end:])


def _set_pitch(paragraph: Paragraph, points: float) -> None:
    """Reduce the line pitch of a paragraph to `points`, and the space above and below it in proportion."""
    style, spacing = paragraph.style.paragraph_format if paragraph.style else None, paragraph.paragraph_format
    spacing.line_spacing = Pt(points)
    if style is not None and style.space_before:
        spacing.space_before = Pt(style.space_before.pt * points / PITCH)
    if style is not None and style.space_after:
        spacing.space_after = Pt(style.space_after.pt * points / PITCH)


def _new_table(word: WordDocument, shares: Sequence[float], style: str | None) -> tuple[WordTable, list[int]]:
    """Add a table as wide as the type area, without rows; return it with the widths of its columns, in twentieths of a point."""
    section = word.sections[-1]
    total = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
    widths = [Emu(round(total * share)) for share in shares]
    table = word.add_table(0, 0, style)
    table.autofit = False
    for width in widths:
        table.add_column(width)
    return table, [width.twips for width in widths]


def _add_table(word: WordDocument, paged: Paged) -> None:
    """Add a table, with its rows written directly as XML: python-docx would take ten seconds for a thousand rows."""
    word_table, widths = _new_table(word, paged.table.widths, "Table Grid")
    for row in _rows(paged, widths):
        word_table._tbl.append(parse_xml(row))  # noqa: SLF001  python-docx has no public way to add a finished row


def _rows(paged: Paged, widths: Sequence[int]) -> Iterator[str]:
    """Yield the rows as XML: the header is repeated on each page, no row breaks across pages, and rows of one merged cell stay together."""
    table = paged.table
    styles = ["TableShort" if short else "TableText" for short in table.short_columns()]
    yield _row(table.header, widths, ["TableHead"] * len(widths), [1] * len(widths), "<w:tblHeader/>")
    for cells, spans, keeps, begins in zip(table.rows, table.spans(), paged.keeps, paged.begins, strict=True):
        marks = ("<w:keepNext/>" if keeps else "") + ("<w:pageBreakBefore/>" if begins else "")
        yield _row(cells, widths, styles, spans, cell_mark=marks)


def _row(
    texts: Sequence[str],
    widths: Sequence[int],
    styles: Sequence[str],
    spans: Sequence[int],
    row_mark: str = "",
    cell_mark: str = "",
) -> str:
    """Return a row as XML; `row_mark` is added to the row properties, such as the mark of a header, `cell_mark` to those of its paragraphs."""
    merges = {0: "<w:vMerge/>", 1: ""}
    cells = "".join(
        _cell(width, merges.get(span, '<w:vMerge w:val="restart"/>'), _paragraph(text, style, cell_mark))
        for text, width, style, span in zip(texts, widths, styles, spans, strict=True)
    )
    return f"<w:tr {_W}><w:trPr><w:cantSplit/>{row_mark}</w:trPr>{cells}</w:tr>"


def _cell(width: int, merge: str, paragraphs: str, align: str = "center") -> str:
    size = f'<w:tcW w:w="{width}" w:type="dxa"/>'
    return f'<w:tc><w:tcPr>{size}{merge}<w:vAlign w:val="{align}"/></w:tcPr>{paragraphs}</w:tc>'


def _paragraph(text: str, style: str, properties: str, run: str = "") -> str:
    run_xml = f'<w:r>{run}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{run_xml}</w:p>'


def _add_title(word: WordDocument, lines: Sequence[str], *, is_new_page: bool = False) -> None:
    """Add a title that is already broken into lines."""
    paragraph = word.add_paragraph(style="Title")
    for line in lines[:-1]:
        paragraph.add_run(line).add_break()
    paragraph.add_run(lines[-1])
    paragraph.paragraph_format.page_break_before = is_new_page or None


def _add_form(word: WordDocument, form: Form) -> None:
    """Add a form; a cover has no borders, and its title stands lower."""
    is_cover = not form.widths
    above = word.paragraphs[-1].paragraph_format
    if is_cover:
        above.space_before, above.space_after = Pt(PITCH * 4), Pt(PITCH * 3)
    word_table, widths = _new_table(word, form.widths or _COVER, None if is_cover else "Table Grid")
    for field in form.fields:
        word_table._tbl.append(parse_xml(_field(field, widths, is_cover=is_cover)))  # noqa: SLF001  as above


def _field(field: Field, widths: Sequence[int], *, is_cover: bool) -> str:
    """Return a row of a form as XML; its last cell extends to the right edge."""
    cells, last = "", len(field.cells) - 1
    spacing = f"<w:spacing {_COVER_SPACING if is_cover else _FORM_SPACING}/>"
    run = '<w:rPr><w:sz w:val="32"/><w:szCs w:val="32"/></w:rPr>' if is_cover else ""
    for index, text in enumerate(field.cells):
        style, properties, value, align = "TableText", spacing, text, "center"
        if index % 2 == 0 and is_cover:
            properties, value = f"{spacing}{_RIGHT}", f"{text}："
        elif index % 2 == 0:
            # If labels were kept with the next paragraph, LibreOffice would force the whole form onto one page.
            style, properties = "TableHead", f'<w:keepNext w:val="0"/>{spacing}'
        if is_cover or (field.signature and index % 2):
            align = "top"
        paragraphs = "".join(_paragraph(line, style, properties, run) for line in value.split("\n"))
        span = len(widths) - last if index == last else 1
        if field.signature and index == last:
            above = f'<w:spacing w:before="{_SIGNING_SPACE}"/>'
            paragraphs += _paragraph(field.signature, "TableText", f"{above}{_RIGHT}", run)
        merge = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
        cells += _cell(sum(widths[index : index + span]), merge, paragraphs, align)
    cant_split = "" if max(map(len, field.cells)) > _LONG_VALUE else "<w:cantSplit/>"
    height = f'<w:trHeight w:val="{_SIGNING_HEIGHT}" w:hRule="atLeast"/>' if field.signature else ""
    return f"<w:tr {_W}><w:trPr>{cant_split}{height}</w:trPr>{cells}</w:tr>"


def _add_bookmark(paragraph: Paragraph, number: int) -> None:
    """Give a heading the bookmark from which the table of contents gets its page number."""
    attributes = f'{_W} w:id="{number}"'
    paragraph._p.insert(1, parse_xml(f'<w:bookmarkStart {attributes} w:name="_Toc{number:06d}"/>'))  # noqa: SLF001
    paragraph._p.append(parse_xml(f"<w:bookmarkEnd {attributes}/>"))  # noqa: SLF001


def _add_contents(word: WordDocument, titles: Sequence[str], *, is_new_page: bool) -> None:
    """Add the table of contents; the program that opens the file fills in the page numbers."""
    heading = word.add_paragraph(CONTENTS, "Caption")
    heading.paragraph_format.page_break_before = is_new_page or None
    for number, each in enumerate(titles, 1):
        paragraph = word.add_paragraph(style="Salutation")
        tab = f'<w:tabs {_W}><w:tab w:val="right" w:leader="dot" w:pos="{_RIGHT_EDGE}"/></w:tabs>'
        paragraph.paragraph_format.element.get_or_add_pPr().append(parse_xml(tab))
        paragraph.add_run(f"{each}\t")
        for part in (
            '<w:fldChar w:fldCharType="begin" w:dirty="true"/>',
            f'<w:instrText xml:space="preserve"> PAGEREF _Toc{number:06d} \\h </w:instrText>',
            '<w:fldChar w:fldCharType="separate"/>',
            "<w:t/>",
            '<w:fldChar w:fldCharType="end"/>',
        ):
            paragraph._p.append(parse_xml(f"<w:r {_W}>{part}</w:r>"))  # noqa: SLF001
