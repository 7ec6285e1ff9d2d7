"""Typed text is kept if the page that shows it again has changed or is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.desk.client import Browser, told

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

TYPED = "我写了很久的话\r\n第二行"


@pytest.fixture
def browser(ledger: LedgerOnDisk) -> Browser:
    """Open the ledger's desk in a browser."""
    return Browser(ledger.root)


def break_a_file(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("1.1"), "title: '没有写完\n")


def keep(text: str) -> str:
    """Return a text as a page shows it for copying."""
    return text.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("page", "action", "field"),
    [
        ("/problems", "/problems", "title"),
        ("/problems/2", "/problems/2", "goal"),
        ("/remove/2.1", "/remove/2.1", "reason"),
        ("/act?action=progress&id=2.1", "/act", "text"),
        ("/comments", "/comments", "text"),
        ("/settings", "/settings/organisation", "organisation"),
    ],
)
def test_a_file_that_an_editor_broke_meanwhile(
    browser: Browser, ledger: LedgerOnDisk, page: str, action: str, field: str
) -> None:
    shown = browser.get(page)
    form = browser.form(shown, action)
    break_a_file(ledger)
    if action.startswith("/settings"):
        ledger.write("data/ledger.yaml", "leaders: '没有写完\n")
    said = {"title": "题"} | {field: TYPED, "about": "9.9"}
    answer = browser.post(action, form | said)
    assert answer.status in {409, 422}, told(answer)
    assert keep(TYPED) in answer.text, "in a field, or to be copied"


def test_the_file_itself_was_broken_meanwhile(browser: Browser, ledger: LedgerOnDisk) -> None:
    """What was changed in it cannot be told; that is no reason to fail."""
    shown = browser.get("/act?action=progress&id=1.1")
    break_a_file(ledger)
    answer = browser.send(shown, "/act", text=TYPED)
    assert answer.status == 409
    assert browser.form(answer, "/act")["text"] == TYPED


@pytest.mark.parametrize(
    ("page", "action", "field"),
    [
        ("/remove/1.3", "/remove/1.3", "reason"),
        ("/act?action=progress&id=1.3", "/act", "text"),
        ("/edit/1.3", "/edit/1.3", "text"),
    ],
)
def test_a_measure_that_is_gone(
    browser: Browser, ledger: LedgerOnDisk, page: str, action: str, field: str
) -> None:
    ledger.ok("add", "measure", "1", "甲")
    shown = browser.get(page)
    ledger.ok("remove", "1.3", "--reason", "误登")
    answer = browser.send(shown, action, **{field: TYPED})
    assert answer.status == 409
    assert keep(TYPED) in told(answer)
    assert "1.3" in told(answer), "the reason"
    assert "name=" not in answer.text.partition("<main")[2], "there is nothing left to send"


def test_of_several_measures_one_that_is_gone(browser: Browser, ledger: LedgerOnDisk) -> None:
    ledger.ok("add", "measure", "1", "甲")
    shown = browser.get("/act?action=progress&id=1.2&id=1.3")
    ledger.ok("remove", "1.3", "--reason", "误登")
    answer = browser.send(shown, "/act", text=TYPED)
    assert browser.form(answer, "/act")["text"] == TYPED
    assert browser.form(answer, "/act")["id"] == "1.2"
    assert "已不在台账中：1.3" in told(answer)


def test_a_problem_and_a_comment_that_are_gone(browser: Browser, ledger: LedgerOnDisk) -> None:
    ledger.ok("add", "problem", "甲")
    ledger.ok("comment", "add", "噪声扰民", "--channel", "phone")
    problem, comment = browser.get("/problems/4"), browser.get("/comments")
    ledger.ok("remove", "4", "--reason", "误登")
    ledger.git("rm", "-q", "data/comments/001.yaml")
    ledger.git("commit", "-qm", "删除意见")
    assert keep(TYPED) in told(browser.send(problem, "/problems/4", title="题", goal=TYPED))
    assert keep(TYPED) in told(browser.send(comment, "/comments/1", text=TYPED))


def test_text_that_is_kept_is_only_text(browser: Browser, ledger: LedgerOnDisk) -> None:
    shown = browser.get("/remove/1.1")
    break_a_file(ledger)
    (ledger.root / ledger.path("1.1")).unlink()
    answer = browser.send(shown, "/remove/1.1", reason="</textarea><script>1</script>\u202e")
    assert "<script>1" not in answer.text
    assert "\u202e" not in answer.text


def test_a_refused_form_is_not_replaced_and_its_links_lead_to_a_page(browser: Browser) -> None:
    """The address of a form is often none that can be looked at: /act alone, /settings/names."""
    answer = browser.send(browser.get("/act?action=progress&id=1.2"), "/act", text=" ")
    assert answer.status == 422
    assert answer.text.count(" autofocus") == 1, "the reason is in sight"
    assert 'action="/language"' not in answer.text, "it would lose what was typed"
    assert "data-typed" in answer.text
    assert 'href="/act?action=progress&amp;id=1.2"' in answer.text


def test_another_language_shows_the_same_page(browser: Browser) -> None:
    address = f"/measures?words={quote('工作')}&status=closed&order=due"
    page = browser.get(address)
    assert browser.form(page, "/language")["back"] == address
