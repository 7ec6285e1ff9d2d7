"""Write Excel workbooks that are ready to be printed on A4 or A3: sheet by sheet, or from the tables of a document. Cells hold values, never formulas."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache, lru_cache, partial
from io import BytesIO
from itertools import chain, count, pairwise
from math import ceil
from typing import Any, Final, NamedTuple

from xuncha.paper.outline import Block, Document, Instruction, Table, spans
from xuncha.parts import require_part

_PAGE_WIDTHS: Final = {True: 128, False: 84}
"""Width of a page in characters of Excel; the key tells whether it is landscape. A wider sheet would be printed smaller than 11 points."""
_LINE: Final = 15.0  # height of a line of 11 points, in points
_MAX_HEIGHT: Final = 409.0  # the highest row that Excel knows, in points
_A3_WIDTH, _A3_HEIGHT = 1100.0, 720.0
"""Size of a landscape A3 page between its margins, in points; a little less than there is."""
_CHARACTER: Final = 6.2  # the width of a character of 11 points, in points: Excel takes 6, LibreOffice 7
MAX_CELL: Final = 32_767
"""Maximum length of a cell, in characters: Excel's own limit."""
_BAD_NAME: Final = re.compile(r"[\[\]:*?/\\]")
_MAX_NAME: Final = 31
_SPECIAL: Final = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
"""Characters that XML does not allow, and text that Excel would read as an escaped character."""
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
_PIXELS_OF_A_CHARACTER: Final = 7
EPOCH: Final = date(1899, 12, 30)
"""The day from which Excel counts days."""
_CREATED: Final = datetime(2000, 1, 1)  # noqa: DTZ001  a fixed time, so that the same ledger makes the same bytes
Value = str | int | date | tuple[object, str] | None
"""The value of a cell; as a pair with its number format, if it has its own."""


class Look(NamedTuple):
    """The look of a cell."""

    font: str = "宋体"
    size: int = 11
    align: str = "left"
    framed: bool = True
    fill: str = ""  # a colour, such as #EDEDED; empty for none


TEXT: Final = Look()
CENTRED: Final = Look(align="center")
HEAD: Final = Look("黑体", align="center")
TITLE: Final = Look("方正小标宋简体", 18, "center", framed=False)
MARK: Final = Look("黑体", framed=False)


class Book:
    """A workbook whose sheets are written one after another, each from top to bottom; `raw` is the workbook of XlsxWriter. Raises SurroundingsError if that is not installed."""

    def __init__(self, title: str) -> None:
        with require_part("office"):
            from xlsxwriter import Workbook  # noqa: PLC0415

        self._stream = BytesIO()
        self.raw = Workbook(self._stream, {"in_memory": True})
        self.raw.set_properties({"title": title, "created": _CREATED})
        self._sheets: list[Sheet] = []
        self.style = cache(self._style)

    def sheet(
        self,
        name: str,
        widths: Sequence[float],
        *,
        landscape: bool,
        head: str,
        frozen: str,
        large: bool = False,
    ) -> Sheet:
        """Begin a sheet as wide as the page, A4 or, if `large`, A3, with page numbers.

        A name that Excel does not accept, or that another sheet has, is changed. The `widths` of the columns are in characters of Excel; the
        rows of `head`, such as 1:3, are printed on each page; the rows above and columns left of the cell `frozen`, such as A4, stay visible.
        """
        raw: Any = self.raw.add_worksheet(_sheet_name(name, [each.raw.name for each in self._sheets]))
        raw.freeze_panes(frozen)
        raw.set_paper(8 if large else 9)  # A3, A4
        if landscape:
            raw.set_landscape()
        raw.fit_to_pages(1, 0)
        raw.repeat_rows(*(int(row) - 1 for row in head.split(":")))
        raw.center_horizontally()
        raw.set_margins(0.6, 0.6, 0.75, 0.75)
        raw.set_footer("&C— &P —", {"margin": 0.4})
        self._sheets.append(Sheet(self, raw, widths))
        return self._sheets[-1]

    def content(self) -> bytes:
        """Return the bytes of the file, which are the same for the same sheets."""
        for sheet in self._sheets:
            sheet.finish()
        self.raw.close()
        return self._stream.getvalue()

    def _style(self, look: Look, form: str) -> int:
        """Return the index of the style for cells with a look and a number format; the format `@` keeps texts as texts when they are edited."""
        spec: dict[str, Any] = {"align": look.align, "valign": "vcenter", "text_wrap": True}
        spec |= {"font_name": look.font, "font_size": look.size, "font_family": 0, "border": int(look.framed)}
        spec |= {"pattern": 1, "bg_color": look.fill} if look.fill else {}
        spec |= {"quote_prefix": True} if form == "@" else {"num_format": form}
        return int(self.raw.add_format(spec)._get_xf_index())  # noqa: SLF001  for cells that XlsxWriter does not write


class Sheet:
    """A sheet whose rows are written as XML here, since XlsxWriter takes three times as long. `raw` is the sheet of XlsxWriter."""

    def __init__(self, book: Book, raw: Any, widths: Sequence[float]) -> None:  # noqa: ANN401
        from xlsxwriter.utility import xl_col_to_name  # noqa: PLC0415

        self._book, self.raw, self.widths = book, raw, widths
        self.letters = [xl_col_to_name(place) for place in range(len(widths))]
        self.breaks: list[int] = []
        """The rows after which a page ends."""
        self._lines: list[str] = []
        self._heights: list[float] = []
        for place, width in enumerate(widths):
            raw.set_column_pixels(place, place, round(width, 1) * _PIXELS_OF_A_CHARACTER)

    @property
    def rows(self) -> int:
        """Number of rows written so far."""
        return len(self._lines)

    def finish(self) -> None:
        """Hand the rows over to XlsxWriter."""
        raw = self.raw
        raw.dim_rowmin = raw.dim_colmin = 0
        raw.dim_rowmax, raw.dim_colmax = self.rows - 1, len(self.widths) - 1
        raw.set_h_pagebreaks(self.breaks)
        raw._write_rows = lambda: raw.fh.writelines(  # noqa: SLF001
            f'<row r="{number}" ht="{height:g}" customHeight="1">{line}</row>'
            for number, (line, height) in enumerate(zip(self._lines, self._heights, strict=True), 1)
        )

    def add_choices(self, column: str, first_row: int, choices: list[str] | str) -> None:
        """Offer a list of choices, or the cells of a range such as =Sheet!$A$2:$A$9, in a column from row `first_row` to the last; other input is accepted, too."""
        last_row = max(first_row, self.rows)
        options = {"validate": "list", "source": choices, "show_error": False}
        self.raw.data_validation(f"{column}{first_row}:{column}{last_row}", options)

    def keep_together(self, firsts: Sequence[int], head: int) -> None:
        """Begin a landscape A3 page before a group of rows that would not fit on the page before; `head` rows are printed on each page."""
        heights = self._heights
        scale = min(1.0, _A3_WIDTH / (sum(self.widths) * _CHARACTER))
        page_height = _A3_HEIGHT / scale - sum(heights[:head])
        space = page_height
        for first, next_first in pairwise([*firsts, self.rows + 1]):
            height = sum(heights[first - 1 : next_first - 1])
            if height > space and space < page_height:
                self.breaks.append(first - 1)
                space = page_height
            space -= height if height <= page_height else height % page_height

    def add_row(self, *cells: tuple[Value, Look, int]) -> None:
        """Write a row; each cell is given as its value, its look, and the number of columns over which it extends."""
        row: list[str] = []
        tallest = 0.0
        for value, look, columns in cells:
            if columns > 1:  # merge_range() would also write the cells
                self.raw.merge.append((self.rows, len(row), self.rows, len(row) + columns - 1))
            room = sum(self.widths[len(row) : len(row) + columns])
            content, height = self._cell(look, room, *(value if isinstance(value, tuple) else (value,)))
            tallest = max(tallest, height)
            for xml in (content, *[self._cell(look, room, None)[0]] * (columns - 1)):
                row.append(f'<c r="{self.letters[len(row)]}{self.rows + 1}"{xml}')
        self._lines.append("".join(row))
        self._heights.append(min(_MAX_HEIGHT, round(tallest, 1)))

    def _cell(self, look: Look, room: float, value: object, form: str = "General") -> tuple[str, float]:
        """Make a cell with `room` for text: the XML that follows its address, and its height in points. A text stays a text, whatever it begins with, and is cut if it is too long."""
        text, xml = str(value or ""), "/>"
        if isinstance(value, str) and value:
            form = "@"
            text = text if len(text) <= MAX_CELL else f"{text[: MAX_CELL - 1]}…"
            space = ' xml:space="preserve"' if text != text.strip() else ""
            shown = _SPECIAL.sub(lambda it: _ENTITIES.get(it[0]) or f"_x{ord(it[0]):04X}_", text)
            xml = f' t="inlineStr"><is><t{space}>{shown}</t></is></c>'
            if shown == text:  # unescaped texts are stored once; XlsxWriter takes <r>…</r> for XML
                xml = f' t="s"><v>{self._book.raw.str_table._get_shared_string_index(text)}</v></c>'  # noqa: SLF001
        elif isinstance(value, date):
            form = "yyyy-mm-dd" if form == "General" else form
            days = (value - EPOCH).days
            xml = f"><v>{days - (0 < days <= 60)}</v></c>"  # noqa: PLR2004  Excel has a 29th of February in 1900
        elif value not in {None, ""}:
            xml = f' t="b"><v>{value:d}</v></c>' if isinstance(value, bool) else f"><v>{value}</v></c>"
        return f' s="{self._book.style(look, form)}"{xml}', _height(text, room, look.size)

    def add_title(self, text: str) -> None:
        """Write the title of the sheet over all columns."""
        self.add_row((text, TITLE, len(self.widths)))

    def add_table(
        self, header: Sequence[str], rows: Sequence[Sequence[Value]], looks: Sequence[Look]
    ) -> None:
        """Write the header and the rows of a table, with a look for each column; empty cells at the beginning of a row are merged with the cells above."""
        self.add_row(*((name, HEAD, 1) for name in header))
        columns = zip(looks, self.widths, strict=False)
        caches = [lru_cache(None, typed=True)(partial(self._cell, *column)) for column in columns]
        heights: list[float] = []
        merged: list[tuple[int, int, float]] = []
        """For each merged cell: how many rows it covers, the first of them, the height that it needs."""
        for index, (row, row_spans) in enumerate(zip(rows, spans(rows), strict=True)):
            line: list[str] = []
            top, tallest = self.rows, 0.0
            for letter, value, span, cell in zip(self.letters, row, row_spans, caches, strict=False):
                content, height = cell(*value) if isinstance(value, tuple) else cell(value)
                if span > 1:
                    self.raw.merge.append((top, len(line), top + span - 1, len(line)))
                    merged.append((span, index, height))
                elif span and height > tallest:
                    tallest = height
                line.append(f'<c r="{letter}{top + 1}"{content}')
            heights.append(tallest)
            self._lines.append("".join(line))
        # If a merged cell needs more height than its rows have, each row gets an equal share; Excel does not do this itself.
        for span, first, needed in sorted(merged):
            missing = needed - sum(heights[first : first + span])
            for index in range(first, first + span) if missing > 0 else ():
                heights[index] += missing / span
        self._heights += (min(_MAX_HEIGHT, round(height, 1)) for height in heights)


def xlsx(document: Document) -> bytes:
    """Return the tables of a document as a workbook; a sheet has the name of the title above its table."""
    book, landscape, large = Book(document.title), document.landscape, False
    for previous, block in pairwise((Block("p", ""), *document.blocks)):
        if isinstance(block, Instruction) and block.kind == "landscape":
            landscape, large = True, block.text == "A3"
        if not isinstance(block, Table):
            continue
        name = previous.text if isinstance(previous, Block) and previous.kind == "table-title" else ""
        page_width = _PAGE_WIDTHS[landscape] * (1.5 if large else 1)
        widths = [max(4.0, share * page_width) for share in block.fitted_widths(page_width / 2, 1)]
        sheet = book.sheet(name, widths, landscape=landscape, head="3:3", frozen="A4", large=large)
        sheet.add_row((document.mark, MARK, len(widths)))
        sheet.add_title(f"{document.title}{name}")
        looks = [CENTRED if centred else TEXT for centred in block.short_columns()]
        sheet.add_table(block.header, block.rows, looks)
    return book.content()


def _sheet_name(title: str, names: Sequence[str]) -> str:
    """Return a name for a sheet that Excel accepts, and that no other sheet has."""
    cut = _BAD_NAME.sub(" ", title).strip(" '").encode("utf-16-le")[: 2 * (_MAX_NAME - 3)]
    name = cut.decode("utf-16-le", "ignore").strip(" '") or "1"
    lower_names = {each.lower() for each in names}
    candidates = chain([name], (f"{name} {number}" for number in count(2)))
    return next(each for each in candidates if each.lower() not in lower_names)


def _height(text: str, column: float, size: int) -> float:
    """Return the height of a text in a column, in points. Lines are counted as slightly shorter than the column: no Chinese character is cut in two."""
    scale = size / 11
    if 2 * len(text) * scale <= column - 2 and "\n" not in text:
        return _LINE * scale + 6
    # Characters of two bytes in GBK are twice as wide as others.
    widths = [len(line.encode("gbk", "replace")) * scale for line in text.split("\n")]
    return sum(max(1, ceil(width / max(2.0, column - 2))) for width in widths) * _LINE * scale + 6
