"""Word files follow GB/T 9704-2012 and use Word's own styles."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.paper.files import W, all_of_word, needs_office, pages, paragraphs, part, parts, printed_by_office
from xuncha.paper.docx import docx
from xuncha.paper.outline import Block, Document, Table

if TYPE_CHECKING:
    from pathlib import Path

    from lxml.etree import _Element

TITLE = "中共某市水务局党组关于巡察整改进展情况的通报"
BODY = "推进整改工作落实到位" * 60
NOTICE = Document(
    TITLE,
    (
        Block("to", "各科室："),
        Block("h1", "一、总体情况"),
        Block("h2", "（一）关于学习方面"),
        Block("h3", "1.学习不够深入"),
        Block("h4", "（1）前期手续"),
        Block("p", "正文。"),
        Block("sign", "中共某市水务局党组"),
        Block("date", "2024年6月15日"),
    ),
)
FONTS = {"仿宋_GB2312", "楷体_GB2312", "黑体", "宋体", "方正小标宋简体"}


@pytest.fixture(scope="module")
def file() -> bytes:
    """Make a Word file with a block of every kind."""
    return docx(NOTICE)


def style(file: bytes, name: str) -> _Element:
    """Return a style, by the name that people see."""
    return next(
        each
        for each in part(file, "word/styles.xml").iter(f"{W}style")
        if each.find(f"{W}name").get(f"{W}val") == name
    )


def value(element: _Element, path: str, attribute: str = "val") -> str | None:
    """Return an attribute of the element at a path; None if there is no such element."""
    found = element.find("/".join(f"{W}{each}" for each in path.split("/")))
    return None if found is None else found.get(f"{W}{attribute}")


def millimetres(twips: str | None) -> float:
    """Twentieths of a point in millimetres."""
    assert twips is not None
    return round(int(twips) / 1440 * 25.4, 1)


def test_the_page_and_its_grid(file: bytes) -> None:
    section = part(file, "word/document.xml").find(f"{W}body/{W}sectPr")
    page, margins, grid = (section.find(f"{W}{name}") for name in ("pgSz", "pgMar", "docGrid"))
    assert [millimetres(page.get(f"{W}{side}")) for side in ("w", "h")] == [210, 297]
    assert [millimetres(margins.get(f"{W}{side}")) for side in ("top", "left", "right", "bottom")] == [
        37,
        28,
        26,
        35,
    ]
    assert {key.rpartition("}")[2]: said for key, said in grid.attrib.items()} == {
        "type": "linesAndChars",
        "linePitch": "579",
        "charSpace": "-843",
    }


@pytest.mark.parametrize(
    ("name", "font", "points", "level"),
    [
        ("Title", "方正小标宋简体", 22, None),
        ("Body Text", "仿宋_GB2312", 16, None),
        ("heading 1", "黑体", 16, "0"),
        ("heading 2", "楷体_GB2312", 16, "1"),
        ("heading 3", "仿宋_GB2312", 16, "2"),
        ("heading 4", "仿宋_GB2312", 16, "3"),
        ("footer", "宋体", 14, None),
        ("Signature", "仿宋_GB2312", 16, None),
        ("Date", "仿宋_GB2312", 16, None),
    ],
)
def test_each_style_has_its_font_and_size(
    file: bytes, name: str, font: str, points: int, level: str | None
) -> None:
    found = style(file, name)
    normal = style(file, "Normal")
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        assert value(found, "rPr/rFonts", script) == font
    assert (value(found, "rPr/sz") or value(normal, "rPr/sz")) == str(points * 2)
    assert value(found, "pPr/outlineLvl") == level


@pytest.mark.parametrize("name", ["Body Text", "heading 1", "heading 2", "heading 3", "heading 4"])
def test_paragraphs_and_headings_begin_two_characters_in(file: bytes, name: str) -> None:
    assert value(style(file, name), "pPr/ind", "firstLineChars") == "200"


@pytest.mark.parametrize(
    "name", ["Title", "heading 1", "heading 2", "heading 3", "heading 4", "Signature", "caption"]
)
def test_what_belongs_to_the_next_paragraph_never_ends_a_page(file: bytes, name: str) -> None:
    assert style(file, name).find(f"{W}pPr/{W}keepNext") is not None


def test_the_title_is_centred_in_lines_of_one_paragraph(file: bytes) -> None:
    title = next(part(file, "word/document.xml").iter(f"{W}p"))
    lines = re.split(r"\|", "".join("|" if each.tag == f"{W}br" else each.text or "" for each in title.iter(f"{W}br", f"{W}t")))  # fmt: skip
    assert lines == ["中共某市水务局党组", "关于巡察整改进展情况的通报"]
    assert value(style(file, "Title"), "pPr/jc") == "center"


def test_each_block_has_words_own_style(file: bytes) -> None:
    assert paragraphs(file) == [
        ("Title", TITLE),
        ("Salutation", "各科室："),
        ("heading 1", "一、总体情况"),
        ("heading 2", "（一）关于学习方面"),
        ("heading 3", "1.学习不够深入"),
        ("heading 4", "（1）前期手续"),
        ("Body Text", "正文。"),
        ("Signature", "中共某市水务局党组"),
        ("Date", "2024年6月15日"),
    ]


def test_who_signs_is_centred_over_the_date_which_stands_four_characters_in(file: bytes) -> None:
    assert value(style(file, "Date"), "pPr/ind", "rightChars") == "400"
    assert value(style(file, "Date"), "pPr/jc") == "right"
    sign = list(part(file, "word/document.xml").iter(f"{W}p"))[-2]
    right = int(value(sign, "pPr/ind", "right") or "")
    day, body = 6.5, 9
    assert right == pytest.approx((4 + (day - body) / 2) * 314, abs=1)


def test_a_long_signature_ends_at_the_edge() -> None:
    file = docx(Document("通报", (Block("sign", "甲" * 20), Block("date", "2024年6月15日"))))
    assert value(list(part(file, "word/document.xml").iter(f"{W}p"))[-2], "pPr/ind", "right") in {"0", None}


def test_the_last_paragraph_goes_with_the_signature(file: bytes) -> None:
    """A page with nothing but a signature is one that can be put under any text."""
    last = list(part(file, "word/document.xml").iter(f"{W}p"))[-3]
    assert last.find(f"{W}pPr/{W}keepNext") is not None


def test_page_numbers_stand_at_the_outer_side_one_character_in(file: bytes) -> None:
    assert part(file, "word/settings.xml").find(f"{W}evenAndOddHeaders") is not None
    relationships = part(file, "word/_rels/document.xml.rels")
    targets = {each.get("Id"): each.get("Target") for each in relationships}
    sides = {}
    for reference in part(file, "word/document.xml").iter(f"{W}footerReference"):
        identity = reference.get("{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id")
        footer = part(file, f"word/{targets[identity]}")
        assert "".join(footer.itertext()).split() == ["—", "PAGE", footer.findall(f".//{W}t")[1].text, "—"]
        paragraph = footer.find(f"{W}p")
        sides[reference.get(f"{W}type")] = (
            value(paragraph, "pPr/jc"),
            dict(paragraph.find(f"{W}pPr/{W}ind").attrib),
        )
    assert sides["default"] == ("right", {f"{W}right": "280", f"{W}rightChars": "100"})
    assert sides["even"] == ("left", {f"{W}left": "280", f"{W}leftChars": "100"})


def test_every_font_is_named_for_chinese_and_none_is_of_a_theme(file: bytes) -> None:
    everything = all_of_word(file)
    assert "Theme" not in everything
    assert "MS " not in everything
    assert "ja-JP" not in everything
    for name in parts(file):
        if name.endswith(".xml") and name.startswith("word/"):
            for fonts in part(file, name).iter(f"{W}rFonts"):
                assert fonts.get(f"{W}eastAsia") in FONTS


def test_the_file_tells_of_no_person_and_no_machine(file: bytes) -> None:
    assert not [
        name for name in parts(file) if "thumbnail" in name or "customXml" in name or name.endswith("app.xml")
    ]
    core = part(file, "docProps/core.xml")
    assert {each.tag.rpartition("}")[2]: each.text for each in core} == {"title": TITLE, "language": "zh-CN"}
    for word in ("python-docx", "creator", "lastModifiedBy", "rsid"):
        assert word not in all_of_word(file)


def test_the_same_document_is_the_same_file(file: bytes) -> None:
    assert docx(NOTICE) == file


def test_every_part_is_well_formed_and_declared(file: bytes) -> None:
    found = parts(file)
    declared = {each.get("PartName") for each in part(file, "[Content_Types].xml")}
    for name in found:
        part(file, name)
        assert f"/{name}" in declared or name.endswith(".rels") or name == "[Content_Types].xml", name


def test_a_table_has_a_head_on_each_page_and_whole_rows() -> None:
    table = Table(("序号", "问题"), (("1", "甲"), ("2", "乙")), (0.25, 0.75))
    file = docx(Document("清单", (Block("table-title", "问题清单"), table), landscape=True))
    root = part(file, "word/document.xml")
    page = root.find(f"{W}body/{W}sectPr/{W}pgSz")
    assert [millimetres(page.get(f"{W}{side}")) for side in ("w", "h")] == [297, 210]
    rows = list(root.iter(f"{W}tr"))
    assert [["".join(cell.itertext()) for cell in row.iter(f"{W}tc")] for row in rows] == [["序号", "问题"], ["1", "甲"], ["2", "乙"]]  # fmt: skip
    assert [row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows] == [True, False, False]
    assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in rows)
    widths = [millimetres(column.get(f"{W}w")) for column in root.iter(f"{W}gridCol")]
    assert widths == pytest.approx([225 / 4, 225 * 3 / 4], abs=0.5)


@pytest.mark.apart
@needs_office
def test_a_page_holds_22_lines_of_28_characters(tmp_path: Path) -> None:
    file = docx(Document("通报", (Block("p", BODY * 3),)))
    printed = pages(printed_by_office(file, tmp_path), tmp_path)
    first, second = printed[0], printed[1]
    assert first[0] == "通报"
    assert len(first) == 1 + 20 + 1, "a title, an empty line, 20 lines, and the number of the page"
    assert second[-1] == "—2—"
    assert [len(line) for line in second[:-1]] == [28] * 22
    assert len(first[1]) == 26, "two characters in"


@pytest.mark.apart
@needs_office
def test_a_heading_never_stands_alone_at_the_end_of_a_page(tmp_path: Path) -> None:
    filling = Block("p", "填" * (26 + 28 * 18))  # 19 lines below the title and an empty line
    for more in ((), (Block("p", "填"),)):
        file = docx(
            Document(
                "通报", (filling, *more, Block("h1", "一、甲"), Block("h2", "（一）乙"), Block("p", BODY))
            )
        )
        printed = pages(printed_by_office(file, tmp_path), tmp_path)
        assert printed[1][:2] == ["一、甲", "（一）乙"], more
