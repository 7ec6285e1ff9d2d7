"""Write a document as PDF in the format of GB/T 9704-2012: typst lays it out with `page.typ`. A character that no font has is an error, never a box."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from xuncha.chinese.numbers import TELEPHONE
from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _
from xuncha.paper.heading import begins_page, lines, pitch, signature_indent, title
from xuncha.paper.outline import Appendix, Block, Document, Form, Instruction, Table
from xuncha.paper.paging import LANDSCAPE, LARGE, UPRIGHT, Sheet, paged
from xuncha.paper.texts import CONTENTS
from xuncha.parts import require_part

_PAGE = Path(__file__).parent / "page.typ"
_SERIF: Final = (
    "Noto Serif CJK SC", "Noto Serif SC", "Source Han Serif SC", "Source Han Serif CN", "SimSun", "宋体", "Songti SC", "STSong",
    "FandolSong", "AR PL UMing CN",
)  # fmt: skip
_SANS: Final = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "微软雅黑", "PingFang SC",
    "STHeiti", "Heiti SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Droid Sans Fallback",
)  # fmt: skip
_KAI: Final = (
    "LXGW WenKai", "LXGW WenKai GB", "AR PL UKai", "AR PL UKai CN", "AR PL KaitiM GB", "Kaiti SC", "FandolKai",
)  # fmt: skip
_FONTS: Final = {
    "title": ("方正小标宋", ("FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋简体", "方正小标宋_GBK", "FZXBSJW", "FZXBSK"), _SERIF + _SANS),
    "body": ("仿宋_GB2312", ("FangSong_GB2312", "仿宋_GB2312", "FangSong", "仿宋", "STFangsong", "华文仿宋", "FZFangSong-Z02S", "FZFangSong-Z02"), _SERIF + _KAI + _SANS),
    "first": ("黑体", ("SimHei", "黑体", "FZHei-B01S", "FZHei-B01"), _SANS + _SERIF),
    "second": ("楷体_GB2312", ("KaiTi_GB2312", "楷体_GB2312", "KaiTi", "楷体", "STKaiti", "华文楷体", "FZKai-Z03S", "FZKai-Z03"), _KAI + _SERIF + _SANS),
    "number": ("宋体", ("SimSun", "宋体", "NSimSun", "STSong", "FZShuSong-Z01S", "FZShuSong-Z01"), _SERIF + _SANS),
}  # fmt: skip
"""For each part of the page: the name of the font in the standard, the names under which systems install it or an equivalent, and fonts that stand in for it."""
_WIDE_LETTER: Final = 3.0  # width of a capital letter in a cell, in millimetres
_TELEPHONE = re.compile(f"({TELEPHONE.pattern})")
_MISSING_TEXT = re.compile(r"the text (.+?) could not be displayed")


def pdf(document: Document) -> tuple[bytes, list[str]]:
    """Return the document as PDF, and a warning for each font that replaces a missing one. Raises SurroundingsError if no font has a character."""
    with require_part("office"):
        title_lines = title(document)
    values = {
        "title": document.title,
        "lines": title_lines,
        "mark": document.mark,
        "landscape": document.landscape,
        "indent": signature_indent(document),
        "reference": document.reference,
        "pitch": pitch(document),
        "blocks": list(_as_data(document)),
        "bound": [each.__dict__ for each in document.blocks if isinstance(each, Appendix)],
        "contents": CONTENTS,
    }
    return typeset(_PAGE, values)


def typeset(page: Path, values: Mapping[str, object]) -> tuple[bytes, list[str]]:
    """Lay out a page of typst from the given values and the fonts chosen here. Returns and raises the same as `pdf`."""
    with require_part("office"):
        import typst  # noqa: PLC0415

    fonts = typst.Fonts()
    families, warnings = _choose_fonts(fonts.families())
    source, inputs = page.read_bytes(), {"paper": json.dumps({**values, "fonts": families})}
    try:  # PDF/A allows no boxes in place of characters.
        content = typst.compile(
            source, font_paths=fonts, format="pdf", sys_inputs=inputs, pdf_standards="a-2b"
        )
    except typst.TypstError as error:
        if missing := _MISSING_TEXT.search(str(error)):
            raise _no_font(missing[1].strip('`"')) from None
        # PDF/A also forbids other things, such as fonts that may not be embedded permanently; these do no harm to a reader.
        content = typst.compile(source, font_paths=fonts, format="pdf", sys_inputs=inputs)
    return content, warnings


def _as_data(document: Document) -> Iterator[dict[str, object]]:
    """Yield the blocks as data for typst. A text is split: every second part is a telephone number, which is not broken across lines."""
    sheet = LANDSCAPE if document.landscape else UPRIGHT
    for number, block in enumerate(document.blocks):
        match block:
            case Block(kind, text):
                yield {"kind": kind, "text": _TELEPHONE.split(text)}
            case Table():
                yield _table_data(block, sheet, new_page=begins_page(document.blocks, number))
            case Form(fields, widths):
                rows = [each.__dict__ for each in fields]
                yield {"kind": "form" if widths else "cover", "widths": widths, "rows": rows}
            case Instruction("landscape", size):
                sheet = LARGE if size == "A3" else LANDSCAPE
                yield {"kind": "turn", "large": size == "A3"}
            case Instruction(kind, text):
                yield {"kind": kind, "lines": lines(text) if text else []}


def _table_data(table: Table, sheet: Sheet, *, new_page: bool) -> dict[str, object]:
    """Return a table as data; a word wider than its column is listed, so that it can be broken."""
    cut = paged(table, sheet, new_page=new_page).table
    words = [f"[!-~]{{{max(2, int(share * sheet.width / _WIDE_LETTER))},}}" for share in cut.widths]
    columns = list(zip(table.short_columns(), words, strict=True))
    cells = [
        [
            {"text": text, "rows": rows, "short": short, "wide": re.findall(word, text)}
            for text, rows, (short, word) in zip(*row, columns, strict=True)
            if rows
        ]
        for row in zip(cut.rows, cut.spans(), strict=True)
    ]
    return {"kind": "table", "header": cut.header, "rows": cells, "widths": cut.widths}


def _choose_fonts(families: Sequence[str]) -> tuple[dict[str, list[str]], list[str]]:
    """Choose the installed fonts for each part of the page, the best first; return them with the warnings."""
    fonts = {family.casefold(): family for family in families}
    chosen, warnings = {}, []
    for part, (name, names, substitutes) in _FONTS.items():
        usable = [fonts[each.casefold()] for each in names + substitutes if each.casefold() in fonts]
        if not usable:
            raise _no_font(name)
        if usable[0].casefold() not in {each.casefold() for each in names}:
            message = _("the font {wanted} is not installed; {font} is used instead")
            warnings.append(message.format(wanted=name, font=usable[0]))
        chosen[part] = usable
    return chosen, warnings


def _no_font(text: str) -> SurroundingsError:
    return SurroundingsError(
        "no-font",
        _("no font on this machine shows {what}", what=text),
        _("install one that does; on Debian and Ubuntu: apt install fonts-noto-cjk fonts-arphic-ukai"),
    )
