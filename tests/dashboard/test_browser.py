"""The dashboard in a browser: it fits any width, loads no other file, logs no error, and passes axe-core.

Skipped if Chromium is missing. axe-core is found by `AXE_CORE` (the path of its axe.min.js) or in node_modules/.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import measure
from tests.dashboard.browser import Browser, program
from tests.dashboard.pages import page
from tests.dashboard.test_texts import HOSTILE, poison

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import LedgerOnDisk

pytestmark = [pytest.mark.apart, pytest.mark.skipif(program() is None, reason="there is no Chromium here")]

REPOSITORY = Path(__file__).parents[2]
AXE = Path(os.environ.get("AXE_CORE") or REPOSITORY / "node_modules/axe-core/axe.min.js")
WIDTHS = (360, 1280, 1920)
OVERFLOWING = """
[...document.querySelectorAll('body *')]
  .filter(e => !e.closest('.defs, .skip') && e.getBoundingClientRect().right > innerWidth + 0.5)
  .map(e => e.outerHTML.slice(0, 80))
"""
LONG = "持续推进" * 20 + "abcdefghij" * 12


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as found:
        yield found


@pytest.fixture(params=["usual", "busy", "hostile", "long"])
def shown(request: pytest.FixtureRequest, bare_ledger: LedgerOnDisk) -> LedgerOnDisk:
    """Ledgers of several kinds: the usual one, one with much overdue, and ones with odd and with long texts."""
    if request.param == "busy":
        for number in range(3, 30):
            due = f"2024-{number % 12 + 1:02d}-11"
            bare_ledger.write(bare_ledger.path(f"1.{number}"), measure(f"1.{number}", due=due))
    elif request.param == "hostile":
        poison(bare_ledger, "".join(HOSTILE)[:200])
    elif request.param == "long":
        poison(bare_ledger, LONG)
    return bare_ledger


def write(ledger: LedgerOnDisk, *, internal: bool) -> Path:
    return ledger.write("board.html", page(ledger.root, internal=internal))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("internal", [False, True])
def test_nothing_runs_over_is_fetched_or_complained_of(
    browser: Browser, shown: LedgerOnDisk, width: int, internal: bool
) -> None:
    target = write(shown, internal=internal)
    browser.open(target, width, dark=internal)
    assert browser.value("document.documentElement.scrollWidth") == width
    assert browser.value(OVERFLOWING) == []
    requested = {params["request"]["url"] for params in browser.heard("Network.requestWillBeSent")}
    assert requested == {target.resolve().as_uri()}
    assert browser.heard("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown") == []


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not here: npm install axe-core, or set AXE_CORE")
@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("internal", [False, True])
def test_axe_finds_nothing(browser: Browser, shown: LedgerOnDisk, internal: bool, dark: bool) -> None:
    browser.open(write(shown, internal=internal), 1280, dark=dark)
    browser.value(AXE.read_text(encoding="utf-8") + ";0")
    found = browser.value(
        "axe.run().then(r => r.violations.map(v => [v.id, v.help, v.nodes.map(n => n.html.slice(0, 120))]))"
    )
    assert found == []


def test_all_that_matters_is_on_one_screen(browser: Browser, bare_ledger: LedgerOnDisk) -> None:
    """Of the repository's own ledger, whose 34 measures have ten offices and seven leaders to answer for them."""
    shutil.rmtree(bare_ledger.root / "data")
    shutil.copytree(REPOSITORY / "data", bare_ledger.root / "data")
    for internal in (False, True):
        target = bare_ledger.write("b.html", page(bare_ledger.root, internal=internal, today="2024-04-18"))
        browser.open(target, 1280, 800)
        assert browser.value("document.querySelector('.board').getBoundingClientRect().bottom") <= 800


def test_every_figure_leads_to_rows_that_can_be_seen(browser: Browser, ledger: LedgerOnDisk) -> None:
    target = write(ledger, internal=True)
    browser.open(target, 1280)
    links = browser.value(
        "[...document.querySelectorAll('.board a, header a')].map(a => a.getAttribute('href'))"
    )
    assert len(links) > 15
    for link in links:
        height = browser.value(f"document.getElementById('{link[1:]}').getBoundingClientRect().height")
        assert height > 0, f"{link} leads to nothing that is seen"


def test_it_prints_on_a4_with_its_rows(browser: Browser, ledger: LedgerOnDisk, tmp_path: Path) -> None:
    browser.open(write(ledger, internal=True), 1280)
    browser.print(tmp_path / "board.pdf")
    printed = (tmp_path / "board.pdf").read_bytes()
    boxes = {tuple(map(float, box.split())) for box in re.findall(rb"/MediaBox \[([^\]]*)\]", printed)}
    assert len(boxes) == 1
    assert all(abs(size - wanted) < 2 for size, wanted in zip(*boxes, (0, 0, 595, 842), strict=True))
    assert 1 < len(re.findall(rb"/Type /Page\b", printed)) < 5


def test_a_browser_that_runs_scripts_runs_none_of_it(browser: Browser, bare_ledger: LedgerOnDisk) -> None:
    for text in HOSTILE:
        poison(bare_ledger, text)
        browser.open(write(bare_ledger, internal=True), 1280)
        assert (
            browser.value("document.querySelectorAll('script, img, iframe, object, embed, link').length") == 0
        )
        assert browser.value("document.title").startswith(text[:4].replace("(", "（")[:3])
