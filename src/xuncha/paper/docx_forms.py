"""What the Word file of a case holds besides text and tables: titles on pages of their own, forms to be filled in and signed, a table of contents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from docx.oxml import parse_xml
from docx.shared import Emu, Pt

from xuncha.paper.outline import Field, Form
from xuncha.paper.texts import CONTENTS

if TYPE_CHECKING:
    from docx.document import Document as WordDocument
    from docx.text.paragraph import Paragraph

_NAMESPACE: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_W: Final = f'xmlns:w="{_NAMESPACE}"'
_LINE: Final = 28.95  # points between two lines of the page
_COVER: Final = (0.3, 0.7)  # the columns of a cover
_ROOM: Final = 240  # twentieths of a point above the line on which somebody signs
_SIGNED: Final = 850  # of the least height of such a row
_APART: Final = 'w:before="120" w:after="120"'
_CLOSE: Final = 'w:before="20" w:after="20" w:line="300" w:lineRule="exact"'
"""The lines of a cover, and of a form, which is to stand on one page."""
_LONG: Final = 120  # characters of a value whose row may be torn between two pages
_RIGHT_EDGE: Final = 8844  # twentieths of a point from the left edge of the type area


def add_title(word: WordDocument, lines: Sequence[str], *, is_new_page: bool = False) -> None:
    """Add a title in its lines."""
    paragraph = word.add_paragraph(style="Title")
    for line in lines[:-1]:
        paragraph.add_run(line).add_break()
    paragraph.add_run(lines[-1])
    paragraph.paragraph_format.page_break_before = is_new_page or None


def add_form(word: WordDocument, form: Form, whole: int) -> None:
    """Add a form over so many EMU; what stands on a cover has no lines around it, and pushes the title down."""
    is_cover = not form.widths
    above = word.paragraphs[-1].paragraph_format
    if is_cover:
        above.space_before, above.space_after = Pt(_LINE * 4), Pt(_LINE * 3)
    widths = [Emu(round(whole * share)) for share in form.widths or _COVER]
    made = word.add_table(0, 0, None if is_cover else "Table Grid")
    made.autofit = False
    for width in widths:
        made.add_column(width)
    for field in form.fields:
        made._tbl.append(parse_xml(_row(field, [width.twips for width in widths], is_cover=is_cover)))  # noqa: SLF001  as in `docx`


def _row(field: Field, widths: Sequence[int], *, is_cover: bool) -> str:
    """Write a row as XML; its last cell reaches to the edge."""
    cells, last = "", len(field.cells) - 1
    for place, text in enumerate(field.cells):
        span = len(widths) - last if place == last else 1
        width = sum(widths[place : place + span])
        merged = f'<w:gridSpan w:val="{span}"/>' if span > 1 else ""
        is_label = place % 2 == 0
        style = "TableHead" if is_label and not is_cover else "TableText"
        # A label that kept with what follows would make LibreOffice have all of the form stand on one page.
        align = "" if is_cover or not is_label else '<w:keepNext w:val="0"/>'
        align += f"<w:spacing {_APART if is_cover else _CLOSE}/>"
        align += '<w:jc w:val="right"/>' if is_label and is_cover else ""
        large = '<w:rPr><w:sz w:val="32"/><w:szCs w:val="32"/></w:rPr>' if is_cover else ""
        shown = f"{text}：" if is_label and is_cover else text
        said = "".join(_paragraph(line, style, align, large) for line in shown.split("\n"))
        if field.signature and place == last:
            said += _paragraph(
                field.signature, "TableText", f'<w:spacing w:before="{_ROOM}"/><w:jc w:val="right"/>', large
            )
        vertical = "top" if is_cover or (field.signature and not is_label) else "center"
        cells += f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{merged}<w:vAlign w:val="{vertical}"/></w:tcPr>{said}</w:tc>'
    is_torn = max(map(len, field.cells)) > _LONG
    kept = "" if is_torn else "<w:cantSplit/>"
    height = f'<w:trHeight w:val="{_SIGNED}" w:hRule="atLeast"/>' if field.signature else ""
    return f"<w:tr {_W}><w:trPr>{kept}{height}</w:trPr>{cells}</w:tr>"


def _paragraph(text: str, style: str, more: str, run: str) -> str:
    shown = f'<w:r>{run}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{more}</w:pPr>{shown}</w:p>'


def mark(paragraph: Paragraph, number: int) -> None:
    """Give a heading the bookmark by which the table of contents finds its page."""
    named = f'{_W} w:id="{number}"'
    paragraph._p.insert(1, parse_xml(f'<w:bookmarkStart {named} w:name="_Toc{number:06d}"/>'))  # noqa: SLF001
    paragraph._p.append(parse_xml(f"<w:bookmarkEnd {named}/>"))  # noqa: SLF001


def add_contents(word: WordDocument, titles: Sequence[str], *, is_new_page: bool) -> None:
    """Add the table of contents; the programs that open the file fill in the pages."""
    heading = word.add_paragraph(CONTENTS, "Caption")
    heading.paragraph_format.page_break_before = is_new_page or None
    for number, each in enumerate(titles, 1):
        paragraph = word.add_paragraph(style="Salutation")
        tab = f'<w:tabs {_W}><w:tab w:val="right" w:leader="dot" w:pos="{_RIGHT_EDGE}"/></w:tabs>'
        paragraph.paragraph_format.element.get_or_add_pPr().append(parse_xml(tab))
        paragraph.add_run(f"{each}\t")
        for part in _page_of(number):
            paragraph._p.append(parse_xml(f"<w:r {_W}>{part}</w:r>"))  # noqa: SLF001


def _page_of(number: int) -> Iterator[str]:
    """Yield the runs of a field that shows on which page a heading stands."""
    yield '<w:fldChar w:fldCharType="begin" w:dirty="true"/>'
    yield f'<w:instrText xml:space="preserve"> PAGEREF _Toc{number:06d} \\h </w:instrText>'
    yield '<w:fldChar w:fldCharType="separate"/>'
    yield "<w:t/>"
    yield '<w:fldChar w:fldCharType="end"/>'
