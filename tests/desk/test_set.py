"""The form of `set` shows the current values and submits only changed ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.desk.client import Browser, told

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

FORM = "/act?action=set&id=1.2"


@pytest.fixture
def browser(ledger: LedgerOnDisk) -> Browser:
    """Give 1.2 all that may be set, and open the ledger's desk in a browser."""
    ledger.ok(
        "set", "1.2", "--goal", "甲\n乙", "--co-office", "办公室", "--field", "risk=高", "--person", "张某"
    )
    return Browser(ledger.root)


@pytest.mark.parametrize("address", [FORM, "/measures/1.2"])
def test_what_stands_is_in_the_form_and_one_change_is_one(
    browser: Browser, ledger: LedgerOnDisk, address: str
) -> None:
    before = ledger.json("show", "1.2")
    page = browser.get(address)
    form = browser.form(page, "/act", 'value="set"')
    for name, key in (
        ("title", "title"),
        ("leader", "leader"),
        ("office", "office"),
        ("due", "due"),
        ("person", "person"),
    ):
        assert form[name] == (before[key] or ""), name
    assert (form["goal"], form["co_office"], form["field"]) == ("甲\r\n乙", "办公室", "risk=高")
    done = browser.send(page, "/act", 'value="set"', person="李某")
    assert done.status == 200, told(done)
    after = ledger.json("show", "1.2")
    assert {key for key in after if after[key] != before[key]} == {"person", "version", "history"}
    assert "设定" in ledger.git("log", "-1", "--format=%s")


def test_nothing_is_set_where_nothing_differs(browser: Browser, ledger: LedgerOnDisk) -> None:
    before = ledger.commits()
    assert browser.send(browser.get(FORM), "/act").status == 409
    assert ledger.commits() == before


def test_what_another_has_set_meanwhile_stays(browser: Browser, ledger: LedgerOnDisk) -> None:
    page = browser.get(FORM)
    ledger.ok("set", "1.2", "--person", "王某")
    refused = browser.send(page, "/act", goal="新目标")
    assert refused.status == 409
    form = browser.form(refused, "/act")
    assert (form["person"], form["goal"]) == ("王某", "新目标")
    assert browser.send(refused, "/act").status == 200
    shown = ledger.json("show", "1.2")
    assert (shown["person"], shown["goal"]) == ("王某", "新目标")


def test_of_several_only_what_they_share_stands(browser: Browser, ledger: LedgerOnDisk) -> None:
    ledger.ok("set", "1.1", "1.2", "--leader", "局长")
    form = browser.form(browser.get("/act?action=set&id=1.1&id=1.2"), "/act")
    assert (form["leader"], form["title"], form["person"]) == ("局长", "", "")
