"""A table in a Word file: a head that is repeated on each page, rows that are not torn, cells that reach over several rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

    from xuncha.paper.outline import Table

_NAMESPACE: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TOGETHER: Final = 6
"""Rows of one cell that are kept on a page; more of them would leave pages half empty."""


def add_table(word: WordDocument, table: Table) -> None:
    """Add a table as wide as the type area; short texts stand in the middle of their columns.

    Its rows are written as they stand in the file: python-docx would take ten seconds for a thousand of them.
    """
    from docx.oxml import parse_xml  # noqa: PLC0415
    from docx.shared import Emu  # noqa: PLC0415

    section = word.sections[-1]
    whole = (section.page_width or 0) - (section.left_margin or 0) - (section.right_margin or 0)
    widths = [Emu(round(whole * share)) for share in table.widths]
    made = word.add_table(0, 0, "Table Grid")
    made.autofit = False
    for width in widths:
        made.add_column(width)
    for row in _rows(table, [width.twips for width in widths]):
        made._tbl.append(parse_xml(row))  # noqa: SLF001  python-docx offers no way to add what is there already


def _rows(table: Table, widths: Sequence[int]) -> Iterator[str]:
    """Yield the rows as XML."""
    styles = ["TableShort" if short else "TableText" for short in table.centred()]
    yield _row(table.header, widths, ["TableHead"] * len(widths), [1] * len(widths), "<w:tblHeader/>")
    left = 0
    """Rows that are still to be kept with this one."""
    for cells, spans in zip(table.rows, table.spans(), strict=True):
        if spans[0]:
            left = spans[0] if spans[0] <= _TOGETHER else 1
        left -= 1
        yield _row(cells, widths, styles, spans, keep=left > 0)


def _row(
    cells: Sequence[str],
    widths: Sequence[int],
    styles: Sequence[str],
    spans: Sequence[int],
    mark: str = "",
    *,
    keep: bool = False,
) -> str:
    """Write a row as XML.

    Args:
        cells: their texts.
        widths: in twentieths of a point.
        styles: of their paragraphs, by their names in the file.
        spans: how many rows each cell covers; 0 where the one above covers it.
        mark: XML that marks the row, such as a head.
        keep: on a page with the next one.
    """
    kept = "<w:keepNext/>" if keep else ""
    shown = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{_merged(span)}<w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{kept}</w:pPr>{_run(text)}</w:p></w:tc>'
        for text, width, style, span in zip(cells, widths, styles, spans, strict=True)
    )
    return f'<w:tr xmlns:w="{_NAMESPACE}"><w:trPr><w:cantSplit/>{mark}</w:trPr>{shown}</w:tr>'


def _merged(span: int) -> str:
    if span == 1:
        return ""
    return '<w:vMerge w:val="restart"/>' if span else "<w:vMerge/>"


def _run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""
