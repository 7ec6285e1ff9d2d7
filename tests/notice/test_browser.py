"""The notice page in a browser: it passes axe-core, fits a phone, loads no other file, prints on A4.

Skipped if Chromium is missing. axe-core is found by `AXE_CORE` (the path of its axe.min.js) or in node_modules/.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import LedgerOnDisk, measure
from tests.notice.forms import notice
from tests.notice.test_texts import SNIPPETS, ledger_of
from tests.notice.test_withheld import Case, write
from tests.paper.files import needs_poppler, pages
from xuncha.paper.outline import Block, Document, Table
from xuncha.paper.texts import html

if TYPE_CHECKING:
    from collections.abc import Iterator

driver = pytest.importorskip(
    "tests.dashboard.browser", reason="the browser is driven by what the dashboard's tests have"
)
pytestmark = [
    pytest.mark.apart,
    pytest.mark.skipif(driver.program() is None, reason="there is no Chromium here"),
]

REPOSITORY = Path(__file__).parents[2]
AXE = Path(os.environ.get("AXE_CORE") or REPOSITORY / "node_modules/axe-core/axe.min.js")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with driver.Browser() as found:
        yield found


@pytest.fixture(params=["usual", "seed", "hostile", "long"])
def page(request: pytest.FixtureRequest, bare_ledger: LedgerOnDisk) -> Path:
    """Notices of several kinds."""
    root = bare_ledger.root
    if request.param == "usual":
        for identity in ("2.1", "2.2", "2.3"):
            bare_ledger.write(bare_ledger.path(identity), measure(identity, "closed", part="前期手续"))
    elif request.param == "seed":
        shutil.rmtree(root / "data")
        shutil.copytree(REPOSITORY / "data", root / "data")
    else:
        text = {"hostile": " ".join(SNIPPETS), "long": "持续推进" * 20 + "abcdefghij" * 20}[request.param]
        shutil.rmtree(root / "data")
        write(root, Case(ledger_of(text)))
    return bare_ledger.write("notice.html", notice(root, "html"))


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_runs_over_is_fetched_or_complained_of(browser: Any, page: Path, width: int) -> None:
    browser.open(page, width)
    assert browser.value("document.documentElement.scrollWidth") == width
    requested = {params["request"]["url"] for params in browser.heard("Network.requestWillBeSent")}
    assert requested == {page.resolve().as_uri()}
    assert browser.heard("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown") == []


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not here: npm install axe-core, or set AXE_CORE")
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing(browser: Any, page: Path, dark: bool) -> None:
    browser.open(page, 360, dark=dark)
    browser.value(AXE.read_text(encoding="utf-8") + ";0")
    found = browser.value(
        "axe.run().then(r => r.violations.map(v => [v.id, v.help, v.nodes.map(n => n.html.slice(0, 120))]))"
    )
    assert found == []


def test_text_can_be_read_on_a_phone(browser: Any, page: Path) -> None:
    browser.open(page, 360)
    assert (
        browser.value(
            "Math.min(...[...document.querySelectorAll('p, h1, h2, h3, h4')].map(e => parseFloat(getComputedStyle(e).fontSize)))"
        )
        >= 16
    )


def test_it_prints_on_a4(browser: Any, page: Path, tmp_path: Path) -> None:
    browser.open(page, 1280)
    browser.print(tmp_path / "notice.pdf")
    boxes = {
        tuple(map(float, box.split()))
        for box in re.findall(rb"/MediaBox \[([^\]]*)\]", (tmp_path / "notice.pdf").read_bytes())
    }
    assert all(abs(size - wanted) < 2 for size, wanted in zip(*boxes, (0, 0, 595, 842), strict=True))


HEADER = ("序号", "整改措施", "责任领导", "责任科室", "整改时限", "剩余", "状态")
ROW = (
    "1", "第1项措施（1.1）", "分管副局长", "防汛抗旱指挥部办公室综合协调科", "2025年1月4日", "还有4天", "推进中",
)  # fmt: skip


def test_a_column_of_long_names_beside_short_ones_keeps_room_on_a_phone(
    browser: Any, ledger: LedgerOnDisk
) -> None:
    """Each character of a long name stood on a line of its own, because the columns of days and states do not shrink."""
    document = Document("通报", (Table(HEADER, (ROW,), (1 / 7,) * 7),))
    browser.open(ledger.write("table.html", html(document)), 360)
    assert browser.value("document.querySelectorAll('td')[3].offsetWidth") > 60


@needs_poppler
def test_a_printed_page_keeps_days_whole_and_the_signature_with_the_text_before_it(
    browser: Any, ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    """A column of long names was one character wide on paper, too; the signature or the date stood alone on the last page."""
    table = Table(HEADER, (ROW,), tuple(each / 20.9 for each in (1.5, 5.5, 2.8, 2.8, 3.6, 2.6, 2.1)))
    for lines in range(8, 20):
        paragraphs = [Block("p", f"第{number}段。") for number in range(lines)]
        end = Block("sign", "中共某市水务局党组"), Block("date", "2024年12月31日")
        page = ledger.write("table.html", html(Document("通报", (table, *paragraphs, *end))))
        browser.open(page, 1280)
        browser.print(tmp_path / "table.pdf")
        printed = pages((tmp_path / "table.pdf").read_bytes(), tmp_path)
        last = "".join(printed[-1])
        assert all(text in last for text in (f"第{lines - 1}段", "党组", "12月31日")), lines
        assert any("2025年1月4日" in line for line in printed[0])
