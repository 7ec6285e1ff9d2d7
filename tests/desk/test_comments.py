"""Comments on the desk: enter, find and answer them as on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.desk.client import Browser, told

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk


@pytest.fixture
def browser(ledger: LedgerOnDisk) -> Browser:
    """Open the ledger's desk in a browser."""
    return Browser(ledger.root)


def test_a_comment_is_entered_and_answered(browser: Browser, ledger: LedgerOnDisk) -> None:
    before = ledger.commits()
    said = {"text": "噪声扰民\r\n<b>请管</b>", "channel": "visit", "about": "2.3", "name": "王某"}
    page = browser.send(browser.get("/comments"), "/comments", **said)
    assert page.status == 200, told(page)
    assert "<b>请管" not in page.text
    page = browser.send(page, "/comments/1", text="已调整\r\n运行时间。", date="6月15日")
    assert ledger.commits() == before + 2
    (entered,) = ledger.json("comment", "list")
    assert entered == {
        "number": 1, "received": "2024-06-15", "channel": "visit", "text": "噪声扰民\n<b>请管</b>", "about": "2.3", "name": "王某",
        "reply": {"date": "2024-06-15", "text": "已调整\n运行时间。"},
    }  # fmt: skip
    assert "/comments/1" not in page.text, "it is answered"


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"text": " "}, "空"),
        ({"about": "9.9"}, "9.9"),
        ({"channel": "鸽子"}, "鸽子"),
        ({"received": "2024-07-01"}, "2024-07-01"),
    ],
)
def test_a_comment_that_is_refused_stays_in_the_form(
    browser: Browser, ledger: LedgerOnDisk, wrong: dict[str, str], reason: str
) -> None:
    said = {"text": "噪声扰民", "channel": "post", "name": "王某"} | wrong
    page = browser.send(browser.get("/comments"), "/comments", **said)
    assert page.status in {409, 422}
    assert reason in told(page)
    assert browser.form(page, "/comments")["name"] == "王某"
    assert not ledger.json("comment", "list")


def test_a_reply_that_is_refused_stays_in_its_own_form(browser: Browser, ledger: LedgerOnDisk) -> None:
    for text in ("一", "二"):
        ledger.ok("comment", "add", text, "--channel", "web")
    page = browser.send(browser.get("/comments"), "/comments/2", text="答复", date="2024-07-01")
    assert page.status == 409
    assert browser.form(page, "/comments/2")["text"] == "答复"
    assert browser.form(page, "/comments/1")["text"] == ""
    assert browser.form(page, "/comments")["text"] == ""


def test_an_answer_is_given_once(browser: Browser, ledger: LedgerOnDisk) -> None:
    ledger.ok("comment", "add", "一", "--channel", "web")
    page = browser.get("/comments")
    ledger.ok("comment", "reply", "1", "别人答的")
    again = browser.send(page, "/comments/1", text="我答的")
    assert again.status == 409
    for said in ("别人答的", "我答的", "已"):
        assert said in told(again)


def test_a_reply_is_not_given_to_what_was_changed_meanwhile(browser: Browser, ledger: LedgerOnDisk) -> None:
    ledger.ok("comment", "add", "一", "--channel", "web")
    page = browser.get("/comments")
    path = "data/comments/001.yaml"
    ledger.write(path, (ledger.root / path).read_text().replace("text: 一", "text: 另一番话"))
    ledger.ok("edit")
    refused = browser.send(page, "/comments/1", text="我答的", date="6月15日")
    assert refused.status == 409
    assert "另一番话" in told(refused).split("note")[0]
    assert "意见 1" in told(refused)
    assert not ledger.json("comment", "list")[0]["reply"]
    again = browser.send(refused, "/comments/1")
    assert again.status == 200, told(again)
    assert ledger.json("comment", "list")[0]["reply"] == {"date": "2024-06-15", "text": "我答的"}


def test_comments_are_filtered(browser: Browser, ledger: LedgerOnDisk) -> None:
    for text, about in (("关于甲", "2.3"), ("关于乙", "2"), ("关于丙", "1.1")):
        ledger.ok("comment", "add", text, "--channel", "web", "--about", about)
    ledger.ok("comment", "reply", "1", "好")
    for query, expected in {
        "about=2": "甲乙",
        "about=2.3": "甲",
        "unanswered=1": "乙丙",
        "about=2&unanswered=1": "乙",
        "about=%20": "甲乙丙",
    }.items():
        shown = told(browser.get(f"/comments?{query}"))
        assert [each for each in "甲乙丙" if f"关于{each}" in shown] == [*expected], query
    assert browser.get("/comments?about=9").status == 409
