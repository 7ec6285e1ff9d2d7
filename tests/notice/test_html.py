"""The notice page: one well-formed file, the right language, headings in order."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.conftest import STATES, LedgerOnDisk, measure
from tests.notice.forms import VOID, Page, notice, settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INLINE_ONLY = {"p", "h1", "h2", "h3", "h4", "h5", "title", "time"}
PHRASING = {"time", "wbr", "span"}


@pytest.fixture
def text(bare_ledger: LedgerOnDisk) -> str:
    """Return the page of a ledger that has all levels of headings."""
    for identity in ("2.1", "2.2", "2.3"):
        bare_ledger.write(bare_ledger.path(identity), measure(identity, "closed", part="前期手续"))
    return notice(bare_ledger.root, "html")


@pytest.fixture
def page(text: str) -> Page:
    """Parse the page."""
    return Page.of(text)


def of(page: Page, *tags: str) -> Iterator[str]:
    """Return the texts of the elements with these tags."""
    return (element.text.strip() for element in page.elements if element.tag in tags)


def test_nothing_is_fetched_from_anywhere(text: str, page: Page) -> None:
    for word in ("http:", "https:", "//", "url(", "@import", "javascript:"):
        assert word not in text.replace("<!DOCTYPE html>", ""), word
    assert not {"script", "link", "img", "iframe", "object", "base", "form"} & {
        each.tag for each in page.elements
    }
    assert not {"src", "href", "srcset", "style", "onload"} & {
        name for each in page.elements for name in each.attributes
    }


def test_the_page_is_a_whole_document_in_chinese(text: str, page: Page) -> None:
    assert text.startswith("<!DOCTYPE html>\n"), (
        "a browser falls into quirks mode where anything stands before it"
    )
    assert page.declarations == ["DOCTYPE html"]
    assert [each.tag for each in page.elements[:2]] == ["html", "head"]
    assert page.elements[0].attributes == {"lang": "zh-CN"}
    metas = [each.attributes for each in page.elements if each.tag == "meta"]
    assert {"charset": "utf-8"} in metas
    assert "width=device-width" in next(
        each["content"] or "" for each in metas if each.get("name") == "viewport"
    )
    assert text.encode().index(b"charset") < 1024, "browsers look for it in the first kilobyte"


def test_elements_are_nested_as_html_allows(page: Page) -> None:
    """Page.of has seen that they close in order; here, that none stands where it must not."""
    for element in page.elements:
        if element.inside and element.inside[-1] in INLINE_ONLY:
            assert element.tag in PHRASING, f"<{element.tag}> in <{element.inside[-1]}>"
        if element.tag in {"title", "meta", "style"}:
            assert element.inside == ("html", "head")
        if element.tag in {"h1", "h2", "h3", "h4", "h5", "p"}:
            assert "body" in element.inside
    tags = [element.tag for element in page.elements]
    for once in ("html", "head", "title", "body", "main", "h1"):
        assert tags.count(once) == 1, once
    assert VOID & set(tags) == {"meta", "wbr"}


def test_headings_step_down_one_level_at_a_time(page: Page) -> None:
    levels = [int(element.tag[1]) for element in page.elements if re.fullmatch("h[1-6]", element.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert set(levels) == {1, 2, 3, 4, 5}
    for above, below in pairwise(levels):
        assert below <= above + 1, f"from h{above} to h{below}"


def test_no_heading_or_paragraph_is_empty(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(bare_ledger.path("1.1"), measure("1.1", "not_started"))
    page = Page.of(notice(bare_ledger.root, "html"))
    for element in page.elements:
        if element.tag in {"h1", "h2", "h3", "h4", "h5", "p", "title", "time"}:
            assert element.text.strip(), f"an empty <{element.tag}>"


def test_the_title_of_the_window_is_that_of_the_notice(page: Page) -> None:
    assert list(of(page, "title")) == list(of(page, "h1")) == ["中共某市水务局党组关于巡察整改进展情况的通报"]


def test_the_day_can_be_read_by_programs(page: Page) -> None:
    found = [(each.attributes, each.text) for each in page.elements if each.tag == "time"]
    assert found == [({"datetime": "2024-06-15"}, "2024年6月15日")]


def test_the_order_of_the_headings_is_that_of_the_document(page: Page) -> None:
    assert list(of(page, "h2", "h3", "h4", "h5")) == [
        "一、整改工作组织情况",
        "二、反馈问题整改进展情况",
        "（一）关于学习贯彻方面",
        "1.学习不够深入",
        "（二）关于工作推进方面",
        "1.推进不够有力",
        "（1）前期手续",
        "三、下一步工作安排",
    ]


def test_the_style_sheet_is_closed_and_serves_screens_paper_and_dark_rooms(page: Page) -> None:
    style = next(of(page, "style"))
    assert style.count("{") == style.count("}")
    for word in ("@media print", "@page", "color-scheme: light dark"):
        assert word in style, word


def test_a_page_of_many_problems_is_still_well_formed(bare_ledger: LedgerOnDisk) -> None:
    for number in range(4, 30):
        bare_ledger.write(f"data/problems/{number:02d}/problem.yaml", f"title: 问题{number}\ncategory: a\n")
        for position in range(1, 4):
            identity = f"{number}.{position}"
            bare_ledger.write(bare_ledger.path(identity), measure(identity, STATES["2.2"]))
    page = Page.of(notice(bare_ledger.root, "html"))
    assert len(list(of(page, "h4"))) == 28


def test_a_telephone_number_stays_on_one_line_and_a_title_is_broken_between_names(
    ledger: LedgerOnDisk,
) -> None:
    """On the narrow screen of a telephone: 市委 and 第五巡察组 are one name, and what is dialled is whole."""
    title = "中共某市水务局党组关于市委第五巡察组反馈意见集中整改进展情况的通报"
    settings(ledger, "title: 中共某市水务局党组关于巡察整改进展情况的通报", f"title: {title}")
    shown = ledger.ok("notice", "-f", "html")
    assert '<span class="whole">0546-1234567</span>' in shown
    heading = shown.split("<h1>")[1].split("</h1>")[0].split("<wbr>")
    assert "".join(heading) == title
    assert {"中共某市水务局党组", "关于市委第五巡察组"} <= set(heading)


def test_an_installation_without_the_part_that_knows_words_makes_the_page_all_the_same(
    ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    """The core makes the notice in text, Markdown and HTML."""
    (tmp_path / "rjieba.py").write_text("raise ModuleNotFoundError('no', name='rjieba')\n", encoding="utf-8")
    shown = ledger.ok("notice", "-f", "html", PYTHONPATH=str(tmp_path))
    assert "<h1>中共某市水务局党组关于巡察整改进展情况的通报</h1>" in shown
