"""Lines read from documents, and their places in the file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm
from hypothesis import given
from hypothesis import strategies as st

from tests.steps import hang_guard
from xuncha.pages import html, lines

if TYPE_CHECKING:
    from pathlib import Path


def texts(path: Path, content: str | bytes) -> list[str]:
    """Return the lines that are read from a file with this content."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return [line.text for line in lines(path).lines]


def test_blank_lines_and_the_blanks_around_a_line_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "notice.txt"
    assert texts(path, "通报\n\n　　一、甲  \r\n\t \r\n乙") == ["通报", "一、甲", "乙"]
    assert [(line.line, line.column) for line in lines(path).lines] == [(1, 1), (3, 3), (5, 1)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_of_notepad_is_read(encoding: str, tmp_path: Path) -> None:
    assert texts(tmp_path / "notice.txt", "通报：〔2023〕3号\n一、甲".encode(encoding)) == [
        "通报：〔2023〕3号",
        "一、甲",
    ]


def test_a_web_page_is_read_as_its_reader_sees_it(tmp_path: Path) -> None:
    page = """<!DOCTYPE html><html><head><title>标题</title><style>p {}</style></head><body>
<script>var a = "<p>不见</p>";</script><div>发布日期：2024-01-01&nbsp;&nbsp;浏览次数：<span>33</span>次</div>
<p>&nbsp;&nbsp;一、<b>整改</b>工作
情况</p><p>二<br/>三 &lt;四</p><noscript>不见</noscript><select><option>不见</option></select>"""
    assert texts(tmp_path / "notice.html", page) == [
        "发布日期：2024-01-01 浏览次数：33次",
        "一、整改工作情况",
        "二",
        "三 <四",
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", "<p>一是开展学习。<s>二是组织考试，已完成。</s></p>"),
        ("b.html", "<p>一是开展学习。<strike>二是<b>考试</b></strike><del>三是</del></p>"),
        (
            "c.html",
            '<p>一是开展学习。<span style="color: red; text-decoration:line-through">二是考试。</span></p>',
        ),
        ("a.md", "一是开展学习。~~二是组织考试，已完成。~~"),
        ("b.md", "一是开展学习。<del>二是组织考试，已完成。</del>"),
    ],
)
def test_what_is_struck_out_is_not_read(name: str, content: str, tmp_path: Path) -> None:
    assert texts(tmp_path / name, content) == ["一是开展学习。"]
    struck = "".join(line.text for _why, line in lines(tmp_path / name).unread)
    assert struck.startswith("二是")
    assert struck in re.sub("<[^>]*>|~~", "", content)


@pytest.mark.parametrize(
    "page",
    [
        "<del>" * 40_000 + "</s>" * 40_000 + "<p>甲" * 1_000,  # ends searched among all that are open
        "<a" + "甲" * 300_000,  # a tag that never ends
        "<script>" + "</script" * 50_000,
    ],
    ids=["open", "tag", "script"],
)
def test_no_page_takes_long_to_read(page: str) -> None:
    with hang_guard():
        assert len(html.lines(page)) < 2


def test_a_hidden_element_ends_with_its_own_end(tmp_path: Path) -> None:
    page = "<div hidden>一<div>二<span hidden></div>三</div>四<p hidden>五<o:p>六</o:p><p>七"
    assert texts(tmp_path / "notice.html", page) == ["四", "七"]


@pytest.mark.parametrize(
    "how",
    [{"strike": True}, {"double_strike": True}, {"strike": True, "double_strike": False, "hidden": False}],
)
def test_what_is_struck_out_in_word_is_not_read(how: dict[str, bool], tmp_path: Path) -> None:
    document = Document()
    paragraph = document.add_paragraph("一是开展学习。")
    font = paragraph.add_run("二是组织考试，已完成。").font
    for name, value in how.items():
        setattr(font, name, value)
    paragraph.add_run("三是留档。")
    document.save(str(tmp_path / "notice.docx"))
    pages = lines(tmp_path / "notice.docx")
    assert [line.text for line in pages.lines] == ["一是开展学习。三是留档。"]
    assert [(why, line.text, line.line) for why, line in pages.unread] == [
        ("struck", "二是组织考试，已完成。", 1)
    ]


def test_an_item_that_is_struck_out_leaves_no_number(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("甲")
    document.add_paragraph("", style="List Number").add_run("删去的一条").font.strike = True
    document.add_paragraph("乙", style="List Number")
    document.save(str(tmp_path / "notice.docx"))
    assert [line.text for line in lines(tmp_path / "notice.docx").lines] == ["甲", "2.乙"]


def test_tracked_deletions_and_footnotes_in_word_are_named_and_not_read(tmp_path: Path) -> None:
    document = Document()
    paragraph = document.add_paragraph("修订制度")
    reference = f'<w:r {nsdecls("w")}><w:footnoteReference w:id="2"/></w:r>'
    deletion = f'<w:del {nsdecls("w")} w:id="9" w:author="a"><w:r><w:delText>二是清理台账。</w:delText></w:r></w:del>'
    for element in (reference, deletion):
        paragraph._p.append(parse_xml(element))
    note = "<w:footnote w:id='{n}'><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:footnote>"
    notes = note.format(n=0, text="") + note.format(n=2, text="经费尚未追回。")
    part = Part(
        PackURI("/word/footnotes.xml"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml",
        f"<w:footnotes {nsdecls('w')}>{notes}</w:footnotes>".encode(),
        document.part.package,
    )
    document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    document.save(str(tmp_path / "notice.docx"))
    pages = lines(tmp_path / "notice.docx")
    assert [line.text for line in pages.lines] == ["修订制度"]
    assert [(why, line.text, line.line) for why, line in pages.unread] == [
        ("deleted", "二是清理台账。", 1),
        ("note", "经费尚未追回。", 1),
    ]


def test_headers_footers_and_comments_in_word_are_named_and_not_read(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("通报")
    document.add_comment(document.add_paragraph("修订制度").runs, "此处待核实。", "a", "a")
    section = document.sections[0]
    section.header.add_table(1, 1, Mm(150)).cell(0, 0).text = "某市水务局文件"
    section.first_page_header.paragraphs[0].text = "某市水务局文件"
    section.footer.paragraphs[0].text = "— 1 —"
    document.save(str(tmp_path / "notice.docx"))
    pages = lines(tmp_path / "notice.docx")
    assert [line.text for line in pages.lines] == ["通报", "修订制度"]
    assert [(why, line.text, line.line) for why, line in pages.unread] == [
        ("margin", "某市水务局文件", 1),
        ("margin", "此处待核实。", 2),
    ]
    assert not pages.cells


def test_each_character_of_a_web_page_knows_its_place(tmp_path: Path) -> None:
    page = "<p>甲<b>乙</b>&amp;丙\n丁</p>"
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    (line,) = lines(tmp_path / "a.html").lines
    assert line.text == "甲乙&丙丁"
    assert [line.place(offset) for offset in range(5)] == [(1, 4), (1, 8), (1, 13), (1, 18), (2, 1)]


def test_markdown_loses_its_marks_and_keeps_its_places(tmp_path: Path) -> None:
    text = "---\ntitle: 头\n---\n# 通报 #\n\n**一是加强“学习”。**某某 [链接](http://a) 1\\. a\\_b\n> - 引文\n\n---\n| 甲 | 乙 |\n|---|---|\n"
    path = tmp_path / "notice.md"
    assert texts(path, text) == ["通报", "一是加强“学习”。某某 链接 1. a_b", "引文", "甲  乙"]
    assert lines(path).lines[1].place(10) == (6, 15)


def test_a_word_document_is_read_with_its_tables_and_breaks(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("通报")
    document.add_paragraph("")
    document.add_paragraph("(一)甲").add_run("\n乙")
    document.add_table(1, 2).cell(0, 1).text = "格"
    path = tmp_path / "notice.docx"
    document.save(str(path))
    assert [(line.text, line.line) for line in lines(path).lines] == [
        ("通报", 1),
        ("(一)甲", 3),
        ("乙", 3),
        ("格", 5),
    ]


def test_numbers_that_word_counts_by_itself_are_read(tmp_path: Path) -> None:
    document = Document()
    numbering = document.part.numbering_part.element
    numbering.insert(
        0,
        parse_xml(
            f"""<w:abstractNum {nsdecls("w")} w:abstractNumId="77">
            <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl>
            <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%2."/></w:lvl>
            <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimalEnclosedCircleChinese"/><w:lvlText w:val="%3"/></w:lvl>
            </w:abstractNum>"""
        ),
    )
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))
    for level, text in enumerate([0, 1, 1, 2, 0, 1]):
        paragraph = document.add_paragraph(f"第{level}段")
        paragraph._p.get_or_add_pPr().append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{text}"/><w:numId w:val="77"/></w:numPr>')
        )
    path = tmp_path / "notice.docx"
    document.save(str(path))
    assert [line.text for line in lines(path).lines] == [
        "一、第0段",
        "1.第1段",
        "2.第2段",
        "①第3段",
        "二、第4段",
        "1.第5段",
    ]


@given(st.lists(st.text(alphabet="甲乙 　\t<>&\"'*_`\\|[]()#-。，1", max_size=20), max_size=5))
def test_a_place_is_where_the_character_stands(texts: list[str]) -> None:
    from xuncha.pages import html, markdown
    from xuncha.pages.line import plain_lines

    whole = "\n".join(texts)
    for read in (plain_lines, markdown.lines, html.lines):
        for line in read(whole):
            assert line.text == line.text.strip()
            for offset, character in enumerate(line.text):
                row, column = line.place(offset)
                there = texts[row - 1][column - 1 : column]
                assert there == character or (read is html.lines and character in ' &<>"')
