"""Use of the desk in Chromium, driven by Playwright; skipped if either is missing.

axe-core is found by `AXE_CORE` (the path of its axe.min.js) or in node_modules/.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.dashboard.browser import program
from tests.dashboard.test_browser import AXE
from tests.desk.served import served
from tests.desk.test_hostile import HOSTILE, poison

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import LedgerOnDisk
    from tests.desk.served import Served

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not here")
pytestmark = [pytest.mark.apart, pytest.mark.skipif(program() is None, reason="there is no Chromium here")]

PAGES = ("/", "/measures", "/measures/1.2", "/measures/2.2", "/act?action=close&id=1.2&id=3.1", "/act?action=attach&id=1.2", "/nothing", "/problems", "/problems/1", "/comments", "/settings", "/edit/1.2", "/notice", "/reports", "/dashboard", "/log", "/import", "/together")  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as started:
        found = started.chromium.launch(executable_path=program(), args=["--no-sandbox"])
        yield found
        found.close()


@contextmanager
def opened(browser: Any, desk: Served, **options: Any) -> Iterator[Any]:
    """Open the link in a browser; assert that its console shows no errors or warnings, and nothing is fetched from elsewhere."""
    heard: list[str] = []
    asked: set[str] = set()
    context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800}, **options)
    context.set_default_timeout(60_000)
    page = context.new_page()
    page.on("console", lambda told: heard.append(told.text) if told.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: asked.add(request.url))
    page.goto(desk.link)
    yield page
    context.close()
    assert [each for each in heard if "the server responded with a status of 4" not in each] == []
    assert {url for url in asked if not url.startswith((desk.base, "data:"))} == set()


def change(page: Any, ledger: LedgerOnDisk) -> None:
    """Change the ledger as another would, and let the page look at once; it looks every ten seconds by itself."""
    text = ledger.read("1.2").replace("做好1.2号工作", "别人改过的题目")
    ledger.write(ledger.path("1.2"), text)
    ledger.commit("another's change")
    page.wait_for_timeout(1100)
    page.evaluate("look()")


def dialogs(page: Any) -> list[str]:
    """Return a list of the dialogs that scripts in texts open from now on."""
    ran: list[str] = []

    def note(dialog: Any) -> None:
        ran.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    return ran


def test_the_link_search_several_and_undo(browser: Any, ledger: LedgerOnDisk) -> None:
    with served(ledger) as desk, opened(browser, desk) as page:
        assert page.url == f"{desk.base}/"
        assert "key" not in page.evaluate("document.referrer + location.href + history.length")
        page.go_back()
        assert desk.key not in page.url
        page.goto(f"{desk.base}/")
        page.get_by_role("link", name="整改措施", exact=True).first.click() if page.get_by_role(
            "link", name="整改措施", exact=True
        ).count() else page.goto(f"{desk.base}/measures")
        page.locator("input[name=words]").fill("3.1号")
        page.keyboard.press("Enter")
        page.wait_for_url("**words=3.1*")
        assert page.locator("tbody tr").count() == 1
        page.goto(f"{desk.base}/measures")
        for number in ("1.2", "3.1"):
            page.locator(f"input[name=id][value='{number}']").check()
        page.locator("button[name=action][value=close]").click()
        page.locator("textarea[name=note]").fill("一并验收")
        page.locator("form.verb button.main").click()
        page.wait_for_url("**done=*")
        assert ledger.commits() == 2
        assert "status: closed" in ledger.read("1.2")
        assert "status: closed" in ledger.read("3.1")
        page.locator(".note.done button").click()
        page.wait_for_url(f"{desk.base}/?done=*")
        assert ledger.commits() == 3
        assert "status: in_progress" in ledger.read("3.1")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_refusal_below_a_long_list_is_in_sight(browser: Any, ledger: LedgerOnDisk, scripts: bool) -> None:
    with served(ledger) as desk, opened(browser, desk, java_script_enabled=scripts) as page:
        page.set_viewport_size({"width": 1280, "height": 250})
        page.goto(f"{desk.base}/problems")
        page.locator("summary").click()
        page.locator("input[name=title]").fill("没有方面的问题")
        page.locator("input[name=category]").fill("没有的方面")
        page.locator("button.main").click()
        place = page.locator("[role=alert]").bounding_box()
        assert 0 <= place["y"] < 250, place


def test_the_menu_is_whole_on_a_small_screen(browser: Any, ledger: LedgerOnDisk) -> None:
    with served(ledger) as desk, opened(browser, desk) as page:
        page.set_viewport_size({"width": 768, "height": 800})
        assert page.evaluate("(nav => nav.scrollWidth - nav.clientWidth)(document.querySelector('nav'))") == 0
        page.set_viewport_size({"width": 360, "height": 800})
        page.goto(f"{desk.base}/together")
        here = page.locator("nav [aria-current]").bounding_box()
        assert 0 <= here["x"] <= here["x"] + here["width"] <= 360, "the current page can be seen"


@pytest.mark.parametrize("scripts", [True, False])
def test_refused_with_the_reason_and_all_that_was_typed(
    browser: Any, ledger: LedgerOnDisk, scripts: bool
) -> None:
    with served(ledger) as desk, opened(browser, desk, java_script_enabled=scripts) as page:
        page.goto(f"{desk.base}/act?action=progress&id=1.2")
        page.locator("textarea[name=text]").fill("第一行\n第二行 <b>")
        page.locator("input[name=date]").fill("2030-01-01")
        page.locator("button.main").click()
        page.wait_for_selector("[role=alert]")
        assert "2030-01-01" in page.locator("[role=alert]").inner_text()
        assert page.locator("textarea[name=text]").input_value() == "第一行\n第二行 <b>"
        assert ledger.commits() == 1
        page.locator("input[name=date]").fill("2024-06-01")
        page.locator("button.main").click()
        page.wait_for_url("**done=*")
        assert ledger.commits() == 2
        page.locator("form.language button").click()
        page.wait_for_selector("html[lang=en]")
        assert page.url.startswith(f"{desk.base}/measures/1.2?done=")
        page.locator("form.language button").click()
        page.wait_for_selector("html[lang=zh-CN]")
        page.goto(f"{desk.base}/measures?words=1.2号")
        assert page.locator("tbody tr").count() == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_files_are_chosen_or_dropped(
    browser: Any, ledger: LedgerOnDisk, tmp_path: Path, scripts: bool
) -> None:
    chosen = tmp_path / "会议纪要.txt"
    chosen.write_text("纪要")
    with served(ledger) as desk, opened(browser, desk, java_script_enabled=scripts) as page:
        page.goto(f"{desk.base}/act?action=attach&id=1.2")
        page.locator("input[type=file]").set_input_files(chosen)
        page.locator("button.main").click()
        page.wait_for_url("**done=*")
        assert (ledger.root / "data/evidence/1.2/会议纪要.txt").read_text() == "纪要"
        if scripts:
            page.goto(f"{desk.base}/measures/3.1")
            dropped = page.evaluate_handle("""() => {
                const held = new DataTransfer();
                for (const name of ['一.txt', '二.svg']) held.items.add(new File(['<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>' + name], name));
                return held;
            }""")
            for kind in ("dragover", "drop"):
                page.dispatch_event("main", kind, {"dataTransfer": dropped})
            page.locator("form[data-drop] button.main").click()
            page.wait_for_url("**done=*")
            assert sorted(each.name for each in (ledger.root / "data/evidence/3.1").iterdir()) == [
                "一.txt",
                "二.svg",
            ]
            ran = dialogs(page)
            page.goto(f"{desk.base}/evidence/3.1/一.txt")
            assert page.evaluate("document.contentType") == "text/plain"
            with page.expect_download(), pytest.raises(playwright.Error):
                page.goto(f"{desk.base}/evidence/3.1/二.svg")
            assert ran == []
    assert ledger.clean()


def test_by_keyboard_alone(browser: Any, ledger: LedgerOnDisk) -> None:
    with served(ledger) as desk, opened(browser, desk) as page:
        for _each in range(2):
            page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.matches('nav a')")
        offset = page.evaluate("parseInt(getComputedStyle(document.activeElement).outlineOffset)")
        assert offset < 0, "the menu scrolls, and cuts off what is around its links"
        page.keyboard.press("Shift+Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        for _each in range(80):
            page.keyboard.press("Tab")
            reached = page.evaluate("document.activeElement.getAttribute('href') || ''")
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"what has the focus is not seen: {reached}"
            if reached.startswith("/act?action=close"):
                break
        else:
            pytest.fail("no step is reached by Tab")
        identity = reached.rpartition("=")[2]
        page.keyboard.press("Enter")
        page.wait_for_url("**action=close**")
        for _each in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.matches('form.verb button')"):
                break
            if page.evaluate("document.activeElement.name") == "note":
                page.keyboard.type("键盘")
        page.keyboard.press("Enter")
        page.wait_for_url("**done=*")
        assert "status: closed" in ledger.read(identity)
        assert "键盘" in ledger.read(identity)
        assert ledger.commits() == 2


def test_what_others_do_appears_and_never_over_what_is_being_typed(
    browser: Any, ledger: LedgerOnDisk
) -> None:
    with served(ledger) as desk, opened(browser, desk) as page:
        page.goto(f"{desk.base}/measures/1.2?do=progress")
        page.locator("details[open] textarea[name=text]").fill("正在写的话")
        change(page, ledger)
        page.wait_for_selector("#changed:not([hidden])")
        assert page.locator("details[open] textarea[name=text]").input_value() == "正在写的话"
        page.locator("details[open] button.main").click()
        page.wait_for_selector("[role=alert]")
        assert page.locator("textarea[name=text]").input_value() == "正在写的话"
        assert "别人改过的题目" in page.locator("main").inner_text()
        page.locator("button.main").click()
        page.wait_for_url("**done=*")
        assert "正在写的话" in ledger.read("1.2")
        page.goto(f"{desk.base}/measures")
        ledger.write(ledger.path("3.1"), ledger.read("3.1").replace("做好3.1号工作", "又改的题目"))
        ledger.commit("another's change")
        page.wait_for_timeout(1100)
        page.evaluate("look()")
        page.wait_for_selector("text=又改的题目")


def test_hostile_text_runs_nothing(browser: Any, ledger: LedgerOnDisk) -> None:
    poison(ledger, HOSTILE.replace("xss on", "img src=x on").replace("onxss", "onerror"))
    with served(ledger) as desk, opened(browser, desk) as page:
        ran = dialogs(page)
        for path in PAGES:
            page.goto(desk.base + path)
            assert page.locator("main img[src=x]").count() == 0
        assert ran == []


def test_the_list_is_printed_as_a_table_and_long_names_do_not_run_over(
    browser: Any, ledger: LedgerOnDisk
) -> None:
    office = "水利工程建设与运行管理和水旱灾害防御科（安全监督科）"
    for file in ledger.root.rglob("data/**/*.yaml"):
        file.write_text(file.read_text(encoding="utf-8").replace("规划科", office), encoding="utf-8")
    ledger.ok("edit")
    ledger.ok("progress", "1.2", "https://example.cn/" + "x" * 200, "--evidence", "y" * 200)
    ledger.ok("set", "1.2", "--title", "z" * 200)
    with served(ledger) as desk, opened(browser, desk) as page:
        page.set_viewport_size({"width": 360, "height": 800})
        page.goto(f"{desk.base}/?office=&leader=")
        assert office in page.locator("main").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        wide = []
        for path in PAGES:
            page.goto(desk.base + path)
            wide += [path] if page.evaluate("document.documentElement.scrollWidth") > 360 else []
        assert wide == []
        page.goto(f"{desk.base}/measures")
        page.emulate_media(media="print")
        assert page.locator("tbody tr").first.is_visible()
        assert (
            page.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
        )
        assert not page.locator("input[name=id]").first.is_visible()
        page.goto(f"{desk.base}/measures/1.2")
        assert "现在可以办理" not in page.locator("main").inner_text()
        page.goto(f"{desk.base}/dashboard")
        page.locator("iframe").wait_for(state="attached")
        assert not page.locator("iframe").is_visible(), "paper would hold its first screen only"
        assert "单独查看" in page.locator("main").inner_text()


RUN = """only => axe.run(only ? {runOnly: only} : {}).then(
    told => told.violations.map(each => [each.id, each.help, each.nodes.map(node => node.html.slice(0, 120))]))"""


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not here: npm install axe-core, or set AXE_CORE")
def test_axe_finds_nothing_and_nothing_runs_over(browser: Any, ledger: LedgerOnDisk) -> None:
    wrong = []
    with served(ledger) as desk, opened(browser, desk) as page:
        for path in PAGES:
            page.goto(desk.base + path)
            page.evaluate("document.querySelectorAll('main details').forEach(each => { each.open = true; })")
            page.evaluate(AXE.read_text(encoding="utf-8") + ";0")
            for width in (360, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    wrong.append(f"{path} at {width}: runs over")
                for scheme in ("light", "dark"):
                    page.emulate_media(color_scheme=scheme)
                    only = None if scheme == "light" else ["color-contrast"]  # all else is alike in both
                    wrong += [f"{path} at {width}, {scheme}: {each}" for each in page.evaluate(RUN, only)]
    assert not wrong, "\n".join(wrong)


def test_what_a_click_waits_for_is_said_while_it_waits(browser: Any, ledger: LedgerOnDisk) -> None:
    with served(ledger) as desk, opened(browser, desk) as page:
        page.goto(f"{desk.base}/act?action=progress&id=1.2")
        number = page.locator("#changed").get_attribute("data-number")
        state = [f"{number}\n7 与<别处>汇合"]
        page.route("**/state", lambda route: route.fulfill(body=state[0]))
        page.fill("textarea[name=text]", "已经开展")
        page.evaluate("look()")
        line = page.locator("#busy")
        line.wait_for(state="visible")
        assert (line.locator("a").inner_text(), line.locator("a").get_attribute("href")) == (
            "与<别处>汇合",
            "/jobs/7",
        )
        assert page.input_value("textarea[name=text]") == "已经开展"
        state[0] = f"{int(number) + 1}"
        page.evaluate("document.querySelector('form.verb').dataset.sent = 'yes'; typed = false")
        page.evaluate("look()")
        line.wait_for(state="hidden")
        assert page.input_value("textarea[name=text]") == "已经开展", (
            "while it is sent, nothing is loaded anew"
        )
