"""Problems on the desk: list, add, correct and remove them as on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.desk.client import Browser, told

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk


@pytest.fixture
def browser(ledger: LedgerOnDisk) -> Browser:
    """Open the ledger's desk in a browser."""
    return Browser(ledger.root)


def test_the_list_counts_each_problem(browser: Browser) -> None:
    page = browser.get("/problems")
    assert page.status == 200
    for said in ("学习不够深入", "推进不够有力", "关于工作推进方面", "2/3", "0/2"):
        assert said in told(page)


def test_a_problem_shows_its_finding_and_its_measures(browser: Browser) -> None:
    page = browser.get("/problems/2")
    for said in ("推进不够有力", "内部标记丁戊己", "2/3", "做好2.1号工作"):
        assert said in told(page)
    assert browser.get("/problems/2.1").path == "/measures/2.1"
    assert browser.get("/measures/2").path == "/problems/2"


@pytest.mark.parametrize("address", ["/problems/9", "/measures/9.9", "/measures/甲", "/edit/9", "/remove/9"])
def test_a_number_that_nothing_has_is_no_page(browser: Browser, address: str) -> None:
    page = browser.get(quote(address))
    assert page.status == 404
    assert "操作未完成" in told(page)


def test_a_problem_is_added_in_one_commit(browser: Browser, ledger: LedgerOnDisk) -> None:
    before = ledger.commits()
    page = browser.send(
        browser.get("/problems"),
        "/problems",
        title="台账不清",
        category="关于工作推进方面",
        field="cause=人少",
    )
    assert page.path == "/problems/4"
    assert "新增 4 台账不清" in told(page)
    assert ledger.commits() == before + 1
    assert ledger.json("show", "4")["fields"] == {"cause": "人少"}


def test_a_new_category_is_entered_only_where_that_is_ticked(browser: Browser, ledger: LedgerOnDisk) -> None:
    refused = browser.send(browser.get("/problems"), "/problems", title="台账不清", category="关于新方面")
    assert refused.status == 409
    assert browser.form(refused, "/problems")["title"] == "台账不清"
    assert "关于新方面" in told(refused)
    page = browser.send(refused, "/problems", new="1")
    assert page.status == 200
    assert "关于新方面" in told(page)
    assert ledger.clean()


def test_a_measure_is_added_with_all_that_was_typed(browser: Browser, ledger: LedgerOnDisk) -> None:
    typed = {
        "title": "补登台账", "leader": "局长", "office": "新设科", "co_office": "办公室\r\n财务科", "due": "2024-12-31", "field": "risk=高",
    }  # fmt: skip
    refused = browser.send(browser.get("/problems/1"), "/problems/1", **typed)
    assert refused.status == 409
    assert browser.form(refused, "/problems/1")["co_office"] == "办公室\r\n财务科"
    assert browser.send(refused, "/problems/1", new="1").path == "/measures/1.3"
    shown = ledger.json("show", "1.3")
    assert (shown["office"], shown["co_offices"], shown["due"]) == (
        "新设科",
        ["办公室", "财务科"],
        "2024-12-31",
    )
    assert shown["fields"] == {"risk": "高"}


@pytest.mark.parametrize("title", ["", "  ", "<b>&\"'", "行\u202e内"])
def test_what_is_no_title_is_refused_with_the_reason(
    browser: Browser, ledger: LedgerOnDisk, title: str
) -> None:
    before = ledger.commits()
    page = browser.send(browser.get("/problems/1"), "/problems/1", title=title)
    if title.startswith("<b>"):
        assert "<b>" not in page.text
    else:
        assert page.status in {409, 422}
        assert ledger.commits() == before
    assert "\u202e" not in page.text


def test_a_problem_is_corrected(browser: Browser, ledger: LedgerOnDisk) -> None:
    page = browser.send(browser.get("/problems/1"), "/act", title="学习还不够深入", category="b")
    assert page.path == "/problems/1"
    assert "设定 1 学习还不够深入" in told(page)
    assert ledger.json("show", "1")["category"] == "b"


def test_a_problem_that_was_changed_meanwhile_is_not_corrected(
    browser: Browser, ledger: LedgerOnDisk
) -> None:
    shown = browser.get("/problems/1")
    ledger.ok("set", "1", "--title", "别人改的")
    page = browser.send(shown, "/act", title="我改的")
    assert page.status == 409
    assert browser.form(page, "/act")["title"] == "我改的"
    assert "别人改的" in told(page)


def test_a_measure_is_removed_with_its_reason_and_numbers_close_up(
    browser: Browser, ledger: LedgerOnDisk
) -> None:
    ledger.ok("add", "measure", "1", "按措施1.1另做一件")
    assert "/remove/1.1" in browser.get("/measures/1.1").text
    assert "/remove/1.2" not in browser.get("/measures/1.2").text
    page = browser.get("/remove/1.1")
    refused = browser.send(page, "/remove/1.1", reason=" ")
    assert refused.status == 422
    done = browser.send(page, "/remove/1.1", reason="误登")
    for said in ("1.2 → 1.1", "1.3 → 1.2", "1.2 中的“措施1.1”"):
        assert said in told(done).replace("  ", " ")
    assert ledger.json("log")[0]["reason"] == "误登"


def test_the_removal_of_the_last_open_measure_tells_that_its_problem_is_complete(
    browser: Browser, ledger: LedgerOnDisk
) -> None:
    ledger.ok("close", "2.1")
    ledger.ok("add", "measure", "2", "误登的措施")
    number = ledger.json("show", "2")["measures"][-1]["id"]
    done = browser.send(browser.get(f"/remove/{number}"), f"/remove/{number}", reason="误登")
    assert "问题 2 已整改完成" in told(done)


def test_another_that_has_the_number_by_now_is_not_removed(browser: Browser, ledger: LedgerOnDisk) -> None:
    for title in ("甲", "乙"):
        ledger.ok("add", "measure", "1", title)
    page = browser.get("/remove/1.3")
    ledger.ok("remove", "1.3", "--reason", "误登")
    assert browser.send(page, "/remove/1.3", reason="误登").status == 409
    assert ledger.json("show", "1.3")["title"] == "乙"


def test_what_was_worked_on_is_not_removed(browser: Browser, ledger: LedgerOnDisk) -> None:
    before = ledger.commits()
    page = browser.send(browser.get("/remove/2.2"), "/remove/2.2", reason="误登")
    assert page.status == 409
    assert browser.form(page, "/remove/2.2")["reason"] == "误登"
    assert ledger.commits() == before


def test_an_empty_problem_is_removed(browser: Browser, ledger: LedgerOnDisk) -> None:
    ledger.ok("add", "problem", "误登的问题")
    assert "/remove/4" in browser.get("/problems/4").text
    page = browser.send(browser.get("/remove/4"), "/remove/4", reason="误登")
    assert page.path == "/problems"
    assert "误登的问题" not in told(page).replace("删除 4 误登的问题", "")
