"""PDF files: text can be extracted, fonts are embedded, no character is missing."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from tests.paper.files import all_of_pdf, needs_fonts, needs_poppler, pages, pdf, text_of_pdf
from tests.paper.test_docx import BODY, NOTICE
from tests.program import aside
from xuncha.errors import SurroundingsError
from xuncha.paper import pdf as room
from xuncha.paper.outline import Block, Document, Field, Form, Table

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [needs_poppler, needs_fonts]

ATTACKS = [
    "#sys.version",
    '#read("/etc/passwd")',
    "#[x] *bold* _it_ `raw` $x^2$",
    "= heading",
    "- item",
    "+ item",
    "<label> @reference",
    "\\ \\u{41} ~ -- --- ...",
    "// comment /* comment */",
    '#panic("no")',
    "https://example.cn/#a",
]


def test_the_text_comes_back(tmp_path: Path) -> None:
    made, _warnings = pdf(NOTICE)
    said = NOTICE.title + "".join(block.text for block in NOTICE.blocks if isinstance(block, Block))
    assert text_of_pdf(made, tmp_path) == said


def test_text_is_never_mark_up(tmp_path: Path) -> None:
    kinds = ("to", "h1", "h2", "h3", "h4", "p", "sign", "date", "table-title")
    title, blocks, wanted = "", list[Block | Table](), ""
    for text in ATTACKS:
        said = f"甲{text}乙"
        title += said
        blocks += [*(Block(kind, said) for kind in kinds), Table((text,), ((text,),), (1.0,))]
        wanted += said * len(kinds) + text * 2
    made, _warnings = pdf(Document(title, tuple(blocks)))
    assert text_of_pdf(made, tmp_path) == "".join((title + wanted).split())


def test_a_page_holds_22_lines_of_28_characters(tmp_path: Path) -> None:
    first, second, *_rest = pages(pdf(Document("通报", (Block("p", BODY * 3),)))[0], tmp_path)
    assert [len(line) for line in first] == [2, 26, *[28] * 19, 3]
    assert [len(line) for line in second] == [*[28] * 22, 3]
    assert (first[-1], second[-1]) == ("—1—", "—2—")


def test_a_heading_never_stands_alone_at_the_end_of_a_page(tmp_path: Path) -> None:
    for length in range(26 + 28 * 16, 26 + 28 * 20, 28):
        blocks = (Block("p", "填" * length), Block("h1", "一、甲"), Block("h2", "（一）乙"), Block("p", BODY))
        for page in pages(pdf(Document("通报", blocks))[0], tmp_path):
            assert not page[-2].startswith(("一、", "（一）")), length


def test_a_signature_never_stands_alone_on_a_page(tmp_path: Path) -> None:
    for lines in range(15, 21):
        blocks = (Block("p", "填" * (26 + 28 * lines)), Block("p", "甲。"), *NOTICE.blocks[-2:])
        last = pages(pdf(Document("通报", blocks))[0], tmp_path)[-1]
        assert "".join(last).startswith(("甲。", "通报", "填")), lines


def test_page_numbers_stand_at_the_outer_side_one_character_in(tmp_path: Path) -> None:
    (tmp_path / "two.pdf").write_bytes(pdf(Document("通报", (Block("p", BODY * 2),)))[0])
    found = subprocess.run(["pdftotext", "-bbox", tmp_path / "two.pdf", "-"], capture_output=True, check=True).stdout.decode()  # fmt: skip
    first, second = (
        re.findall(r'xMin="([0-9.]+)".*xMax="([0-9.]+)" yMax="[0-9.]+">—', page)
        for page in found.split("</page>")[:2]
    )
    assert float(first[-1][1]) == pytest.approx((210 - 26) / 25.4 * 72 - 14, abs=2)
    assert float(second[0][0]) == pytest.approx(28 / 25.4 * 72 + 14, abs=2)


def test_all_fonts_are_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "fonts.pdf").write_bytes(pdf(NOTICE)[0])
    shown = subprocess.run(
        ["pdffonts", tmp_path / "fonts.pdf"], capture_output=True, check=True
    ).stdout.decode()
    rows = shown.splitlines()[2:]
    assert rows
    for row in rows:
        assert re.search(r" yes yes yes +[0-9]+ +0$", row), row


def test_a_stand_in_is_named() -> None:
    wanted = {name: families for name, families, _substitutes in room._FONTS.values()}
    _made, warnings = pdf(NOTICE)
    for sentence in warnings:
        assert any(name in sentence for name in wanted), sentence
    chosen, none = room._choose_fonts([families[0] for families in wanted.values()])
    assert none == []
    assert chosen["body"][0] == "FangSong_GB2312"
    _families, told = room._choose_fonts(["Noto Serif CJK SC"])
    assert len(told) == 5
    assert "仿宋_GB2312" in told[1]
    assert "Noto Serif CJK SC" in told[1]


def test_a_machine_without_chinese_fonts_is_told_what_to_install() -> None:
    with pytest.raises(SurroundingsError) as caught:
        room._choose_fonts(["DejaVu Sans"])
    assert caught.value.code == "no-font"
    assert "fonts-noto-cjk" in caught.value.hint


def test_a_character_that_no_font_has_is_an_error_not_a_box() -> None:
    with pytest.raises(SurroundingsError) as caught:
        pdf(Document("通报", (Block("p", "甲\U0002ffff乙"),)))
    assert caught.value.code == "no-font"


def without_standard() -> bytes:
    """Make a PDF where typst refuses every standard."""
    import typst

    real = typst.compile

    def refusing(*arguments: Any, **options: Any) -> Any:
        if options.get("pdf_standards"):
            raise typst.TypstError("PDF/A-2b error: the license of the font does not allow it", "")
        return real(*arguments, **options)

    typst.compile = refusing
    return room.pdf(NOTICE)[0]


def test_fonts_that_may_not_be_embedded_for_good_still_make_a_file() -> None:
    assert aside(without_standard).startswith(b"%PDF")


def test_the_same_document_is_the_same_file() -> None:
    assert pdf(NOTICE)[0] == pdf(NOTICE)[0]


def test_the_file_tells_its_title_and_neither_person_nor_time(tmp_path: Path) -> None:
    made, _warnings = pdf(NOTICE)
    (tmp_path / "told.pdf").write_bytes(made)
    told = subprocess.run(["pdfinfo", tmp_path / "told.pdf"], capture_output=True, check=True).stdout.decode()
    assert NOTICE.title in told
    assert "Author" not in told
    assert "CreationDate" not in told
    assert "A4" in told
    assert str(tmp_path) not in all_of_pdf(made, tmp_path)


def test_the_headings_can_be_walked(tmp_path: Path) -> None:
    """A reader of PDF shows them beside the page."""
    everything = all_of_pdf(pdf(NOTICE)[0], tmp_path)
    assert "/Outlines" in everything
    assert everything.count("一、总体情况") >= 2


def test_a_table_lies_in_its_widths(tmp_path: Path) -> None:
    table = Table(("序号", "问题"), tuple((str(number), "甲乙丙" * 9) for number in range(40)), (0.1, 0.9))
    found = pages(
        pdf(Document("清单", (Block("table-title", "问题清单"), table), landscape=True))[0], tmp_path
    )
    assert len(found) > 1
    for page in found:
        assert "序号问题" in page, "the head is on each page"


def test_a_word_longer_than_a_line_stays_on_the_page(tmp_path: Path) -> None:
    blocks = tuple(Block(kind, f"网址{'a1' * 100}。") for kind in ("to", "h2", "p"))
    found = pages(pdf(Document("通报", blocks))[0], tmp_path)
    assert max(len(line) for page in found for line in page) <= 60


def test_a_word_wider_than_its_column_stays_in_its_cell(tmp_path: Path) -> None:
    table = Table(("序号", "科室", "措施"), (("1", "W" * 20, "甲"),), (0.1, 0.1, 0.8))
    (page,) = pages(pdf(Document("清单", (table,)))[0], tmp_path)
    assert not [line for line in page if "W" * 6 in line]


def test_a_long_value_of_a_form_goes_on_on_the_next_page(tmp_path: Path) -> None:
    fields = (Field(("整改情况", "完成了一步。" * 400)), Field(("意见", "同意。" * 400), "签名："))
    found = pages(pdf(Document("审批表", (Form(fields, (0.2, 0.8)),)))[0], tmp_path)
    assert max(map(len, found)) <= 40, "no page holds more lines"
