"""Lists show their filters and remove them; further pages and items are one click away."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.desk.client import Browser, told
from xuncha.desk import view
from xuncha.desk.pages import today

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk


@pytest.fixture
def browser(ledger: LedgerOnDisk) -> Browser:
    """Open the ledger's desk in a browser."""
    return Browser(ledger.root)


def links(text: str) -> list[str]:
    return [html.unescape(each) for each in re.findall(r'href="([^"]*)"', text)]


def test_filters_without_a_field_are_seen_and_taken_away(browser: Browser) -> None:
    page = browser.get("/measures?due_within=300&person=%E5%BC%A0&done=abc")
    assert "300天" in told(page)
    assert "/measures?person=%E5%BC%A0" in links(page.text)
    assert "/measures?due_within=300" in links(page.text)
    fields = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page.text)
    assert {("due_within", "300"), ("person", "张")} <= set(fields), "another filter is added to them"


def test_another_page_of_a_list_is_of_the_same_list(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(view, "_ROWS", 1)
    page = browser.get(f"/measures?page=2&done=abc&words={quote('工作')}&order=due")
    (before,) = re.findall(r'rel="prev" href="([^"]*)"', page.text)
    assert html.unescape(before) == f"?words={quote('工作')}&order=due&page=1"


def test_what_waits_besides_is_one_click_away(
    browser: Browser, ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for title in ("甲", "乙"):
        ledger.ok("add", "measure", "1", title)
    monkeypatch.setattr(today, "_SHOWN", 1)
    page = browser.get("/")
    more = [each for each in links(page.text) if "kind=" in each]
    assert more
    for address in more:
        there = browser.get(address)
        (number,) = re.findall(r'<h2>[^<]*<span class="number">(\d+)</span>', there.text)
        assert there.text.count('class="what"') == int(number) > 1
