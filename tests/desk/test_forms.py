"""How browsers submit forms: CR LF line ends and origin headers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.desk.client import Browser

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk


def test_lines_that_a_browser_sends_are_lines_of_the_file(ledger: LedgerOnDisk) -> None:
    browser = Browser(ledger.root)
    page = browser.send(
        browser.get("/act?action=progress&id=1.2"), "/act", text="第一行\r\n第二行", evidence="甲\r\n乙"
    )
    assert page.status == 200
    assert ledger.json("show", "1.2")["progress"][-1]["text"] == "第一行\n第二行"
    for address in ("/measures/1.2", "/act?action=submit&id=1.2"):
        assert re.search('<p class="text">[^\\n]*第一行\n第二行</p>', browser.get(address).text), address


def test_a_page_lets_the_browser_say_where_its_forms_come_from(ledger: LedgerOnDisk) -> None:
    """Under `no-referrer` Chromium sends them with the origin `null`, as if they came from another page."""
    assert Browser(ledger.root).get("/").headers["referrer-policy"] == "same-origin"
