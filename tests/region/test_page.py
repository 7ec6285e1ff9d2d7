"""The page of a region in a browser: it fits, loads no other file, sorts and searches, and is complete without scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.dashboard.browser import Browser, program
from tests.dashboard.test_browser import AXE
from tests.region import handed_in

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

pytestmark = pytest.mark.skipif(program() is None, reason="there is no Chromium here")
SHOWN = "[...document.querySelectorAll('table.sorts tbody tr')].filter(r => !r.hidden && r.id).map(r => r.querySelector('th').textContent)"


@pytest.fixture
def page(ledger: LedgerOnDisk, tmp_path: Path) -> Path:
    """Write the page of a region with hostile names."""
    place = handed_in.region(tmp_path / "各单位", hostile=True)
    target = tmp_path / "page.html"
    ledger.ok("rollup", place, "--trend", "--similar", "--internal", "-o", target)
    return target


@pytest.mark.apart
def test_the_page_holds_together_and_sorts_and_searches(page: Path) -> None:
    with Browser() as browser:
        for width in (360, 1280):
            browser.open(page, width)
            assert browser.value("document.documentElement.scrollWidth") == width
        requested = {params["request"]["url"] for params in browser.heard("Network.requestWillBeSent")}
        assert requested == {page.resolve().as_uri()}
        assert browser.heard("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown") == []
        assert browser.value("document.querySelectorAll('.tiles a').length") == 10
        assert len(browser.value(SHOWN)) == 8
        click = (
            "[...document.querySelectorAll('th button')].find(b => b.textContent.startsWith('逾期')).click()"
        )
        browser.value(click)
        browser.value(click)
        assert browser.value(SHOWN)[0] == "丙局", "most overdue first"
        browser.value(
            "(i => { i.value = '丁局'; i.dispatchEvent(new Event('input')) })(document.querySelector('input'))"
        )
        assert browser.value(SHOWN) == ["丁局"]
        assert browser.value("[...document.querySelectorAll('.tiles a')].filter(a => !a.hidden).length") == 1
        if AXE.is_file():
            browser.value(AXE.read_text(encoding="utf-8") + ";0")
            assert browser.value("axe.run().then(r => r.violations.map(v => [v.id, v.help]))") == []
        printed = page.with_suffix(".pdf")
        browser.print(printed)
        assert printed.read_bytes().startswith(b"%PDF")
