"""Documents as web pages: visible text, whole tables, no script, no external file."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from tests.notice.forms import VOID, Element, Page
from tests.paper.documents import HOSTILE, documents
from xuncha.paper.outline import Block, Document, Instruction, Table
from xuncha.paper.paging import LANDSCAPE, LARGE, UPRIGHT, Sheet, paged
from xuncha.paper.texts import escaped_title, html

_TEXTS = ("h1", "h2", "h3", "h4", "h5", "p", "caption", "th", "td")


def page(document: Document) -> Page:
    """Read the page strictly; `col` takes no end tag."""
    text = re.sub(r"(<col [^>]*)>", r"\1></col>", html(document))
    assert "col" not in VOID
    return Page.of(text)


def texts(read: Page) -> list[str]:
    """Return the texts that a reader sees."""
    return [element.text for element in read.elements if element.tag in _TEXTS]


def wanted(document: Document) -> list[str]:
    """Return the texts of a document in their order; a cell merged into the one above is left out."""
    found = [document.mark] if document.mark else []
    found.append(document.title)
    for block in document.blocks:
        if isinstance(block, Block):
            found.append(block.text)
        elif isinstance(block, Table):
            found += block.header
            for row, spans in zip(block.rows, block.spans(), strict=True):
                found += [cell for cell, span in zip(row, spans, strict=True) if span]
    return found


@given(document=documents)
def test_every_text_is_seen_as_it_is(document: Document) -> None:
    assert sorted(texts(page(document))) == sorted(wanted(document))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_mark_up(text: str) -> None:
    table = Table((text, "乙"), ((text, text), ("", text)), (0.5, 0.5))
    document = Document(text, (Block("to", text), Block("h1", text), Block("table-title", text), table), mark=text)  # fmt: skip
    read = page(document)
    assert texts(read) == wanted(document)
    assert read.comments == []
    assert not [element for element in read.elements if element.tag in {"script", "b", "link", "img", "a"}]


def test_nothing_comes_from_elsewhere() -> None:
    text = html(Document("题", (Block("p", "甲"),)))
    assert "http" not in text
    assert "url(" not in text
    assert "@import" not in text


def test_merged_cells_reach_as_far_as_they_say() -> None:
    table = Table(("甲", "乙"), (("一", "二"), ("", "三"), ("四", "五")), (0.5, 0.5))
    cells = [element for element in page(Document("题", (table,))).elements if element.tag == "td"]
    assert [(cell.text, cell.attributes.get("rowspan")) for cell in cells] == [
        ("一", "2"),
        ("二", None),
        ("三", None),
        ("四", None),
        ("五", None),
    ]


def test_what_lies_is_a_part_of_its_own() -> None:
    read = page(
        Document(
            "题",
            (
                Block("p", "甲"),
                Instruction("landscape"),
                Block("p", "乙"),
                Instruction("landscape"),
                Block("p", "丙"),
            ),
        )
    )

    def inside(text: str) -> tuple[str, ...]:
        return next(
            element for element in read.elements if element.tag == "p" and element.text == text
        ).inside

    assert "section" not in inside("甲")
    assert inside("乙").count("section") == inside("丙").count("section") == 1


@pytest.mark.parametrize(
    ("sheet", "before", "is_landscape"),
    [
        (UPRIGHT, (), False),
        (LANDSCAPE, (), True),
        (LANDSCAPE, (Instruction("landscape"),), False),
        (LARGE, (Instruction("landscape", "A3"),), False),
    ],
)
def test_columns_have_the_widths_of_the_word_file(
    sheet: Sheet, before: tuple[Instruction, ...], is_landscape: bool
) -> None:
    table = Table(("序号", "整改措施", "时限"), (("1", "做" * 60, "2024年12月31日"),), (0.02, 0.9, 0.08))
    text = html(Document("题", (*before, table), is_landscape))
    widths = [float(each) / 100 for each in re.findall(r'<col style="width: ([0-9.]+)%">', text)]
    assert widths == pytest.approx(paged(table, sheet, new_page=False).table.widths, abs=0.001)


def test_the_head_of_a_table_is_printed_on_the_page_of_its_first_row() -> None:
    assert re.search(r"caption, thead, [^}]*\{ break-after: avoid; \}", html(Document("题", ())))


def test_a_title_above_no_table_is_kept() -> None:
    read: list[Element] = page(Document("题", (Block("table-title", "甲"), Block("p", "乙")))).elements
    assert [element.text for element in read if element.tag == "p"] == ["甲", "乙"]


def test_a_word_wider_than_the_screen_is_broken() -> None:
    """All that inherits from the page breaks it; only short cells and telephone numbers stay whole."""
    (body,) = re.findall(r"^body \{.*?\}", html(Document("通报", ())), re.MULTILINE | re.DOTALL)
    assert "overflow-wrap: anywhere" in body


def test_no_line_of_a_title_ends_with_a_bracket_that_opens_or_begins_with_one_that_closes() -> None:
    pytest.importorskip("rjieba")
    shown = escaped_title(
        "中共某市水务局（市南水北调工程建设管理局、市防汛抗旱指挥部办公室）党组整改工作通报"
    )
    assert shown.count("<wbr>") > 5
    assert not re.search("（<wbr>|<wbr>[）、]", shown)
