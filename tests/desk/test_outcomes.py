"""The desk and its API show the same messages about an action as the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.conftest import measure
from tests.desk.client import Browser, told
from tests.desk.served import KEY, client_of, visit
from xuncha.requests.outcomes import Messages
from xuncha.workflow import journal

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk


@pytest.fixture
def browser(ledger: LedgerOnDisk) -> Browser:
    """Open the ledger's desk in a browser."""
    return Browser(ledger.root)


def said_of(page: str) -> str:
    """Return the note that says what was done."""
    return page.partition('class="note done"')[2].partition("</div>")[0]


def test_a_problem_that_is_complete_and_what_was_set(browser: Browser, ledger: LedgerOnDisk) -> None:
    ledger.ok("progress", "1.1", "已经开展")
    ledger.run("close", "1.1")
    ledger.run("progress", "1.2", "已经开展")
    page = browser.send(browser.get("/act?action=close&id=1.2"), "/act")
    assert page.status == 200, told(page)
    assert "问题 1 已整改完成" in said_of(page.text)
    page = browser.send(browser.get("/act?action=set&id=2.1"), "/act", person="李某")
    assert "具体责任人" in said_of(page.text)


def test_each_of_several_measures_is_named(browser: Browser) -> None:
    page = browser.send(browser.get("/act?action=progress&id=1.2&id=2.1"), "/act", text="已经部署")
    assert "已完成：进展 1.2、2.1" in said_of(page.text)
    assert "：进展 1.2、2.1" in told(browser.get("/")).partition("最近操作")[2]


def test_an_extension_that_came_late_is_named(browser: Browser, ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("1.1"), measure("1.1", "not_started", due="2024-01-31"))
    ledger.ok("edit")
    late = "1.1"
    form = {"due": "2024-12-31", "reason": "手续未完", "late": "1"}
    page = browser.send(browser.get(f"/act?action=extend&id={late}"), "/act", **form)
    assert "核验时会指出" in said_of(page.text), told(page)


def test_what_was_entered_twice_and_on_the_way(browser: Browser) -> None:
    for _ in range(2):
        page = browser.send(
            browser.get("/problems/1"), "/problems/1", title="补登台账", office="新设科", new="1"
        )
    assert "1.3" in said_of(page.text), "it has the same title"


def test_where_a_file_is(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    answer = visitor.act("attach", "1.2", files=[("file", ("纪要.txt", b"1"))], text="甲")
    assert "data/evidence/1.2/" in said_of(visitor.get(answer.headers["location"]))


def test_programs_are_told(ledger: LedgerOnDisk) -> None:
    program = client_of(ledger)
    program.headers["authorization"] = f"Bearer {KEY}"
    done = program.post("/api/set", json={"ids": ["2.1"], "person": "李某"}).json()
    assert (len(done["notes"]), done["warnings"]) == (1, [])


def test_only_what_is_new_is_remembered(ledger: LedgerOnDisk) -> None:
    desk = Browser(ledger.root).desk
    for number in range(1000):
        desk.record(str(number), Messages((str(number),)))
    assert desk.outcome("999").notes == ("999",)
    assert desk.outcome("1") == Messages()


CLICKS = {
    "act": ("/act?action=progress&id=1.1", "/act", {"text": "已经开展"}),
    "comment": ("/comments", "/comments", {"text": "噪声扰民", "channel": "web"}),
    "problem": ("/problems", "/problems", {"title": "新问题", "category": "a"}),
    "settings": ("/settings", "/settings/contact", {"contact.phone": "0546-7654321"}),
    "edit": ("/edit/1.2", "/edit/1.2", {"text": measure("1.2").replace("规划科", "财务科")}),
    "remove": ("/remove/3.1", "/remove/3.1", {"reason": "重复录入"}),
}
"""A page, the address of its form, and what is typed, for each way to change something."""


def interrupted(ledger: LedgerOnDisk) -> None:
    """Leave the ledger as a killed command does: the file is written, and there is no commit."""
    path, content = ledger.path("2.1"), ledger.read("2.1").encode()
    changed = content + b"goal: x\n"
    journal.write(ledger.root, [journal.FileChange(path, content, changed)])
    ledger.write(path, changed)


@pytest.mark.parametrize("click", CLICKS)
def test_what_a_click_takes_back_is_said(browser: Browser, ledger: LedgerOnDisk, click: str) -> None:
    address, action, typed = CLICKS[click]
    if click == "remove":
        ledger.write(ledger.path("3.1"), measure("3.1", "not_started"))
        ledger.ok("edit")
    page = browser.get(address)
    interrupted(ledger)
    page = browser.send(page, action, **typed)
    assert page.status == 200, told(page)
    assert "已写入的内容已撤回" in said_of(page.text) or "已写入的内容已撤回" in told(page)
    assert ledger.clean()


@pytest.mark.parametrize(
    ("address", "action", "typed"),
    [
        ("/edit/1.2", "/edit/1.2", {"text": "title: ["}),
        ("/settings", "/settings/policy", {"policy.due_soon_days": "x"}),
        ("/act?action=extend&id=1.2", "/act", {"due": "2024-01-01", "reason": "手续未完"}),
    ],
)
def test_what_a_refused_form_takes_back_is_said(
    browser: Browser, ledger: LedgerOnDisk, address: str, action: str, typed: dict[str, str]
) -> None:
    page = browser.get(address)
    interrupted(ledger)
    page = browser.send(page, action, **typed)
    assert page.status in {409, 422}
    assert "已写入的内容已撤回" in told(page)
    assert ledger.clean()


@pytest.mark.parametrize("click", CLICKS)
def test_a_commit_on_no_branch_is_said(browser: Browser, ledger: LedgerOnDisk, click: str) -> None:
    said = "git 未检出任何分支"
    assert said not in told(browser.get("/"))
    address, action, typed = CLICKS[click]
    if click == "remove":
        ledger.write(ledger.path("3.1"), measure("3.1", "not_started"))
        ledger.ok("edit")
    ledger.git("checkout", "-q", "--detach")
    for path in ("/", "/together"):
        assert said in told(browser.get(path)), path
    page = browser.send(browser.get(address), action, **typed)
    assert page.status == 200, told(page)
    assert told(page).count(said) == 1


def test_programs_are_told_of_a_leftover_and_of_no_branch(ledger: LedgerOnDisk) -> None:
    program = client_of(ledger)
    program.headers["authorization"] = f"Bearer {KEY}"
    ledger.git("checkout", "-q", "--detach")
    interrupted(ledger)
    done = program.post("/api/set", json={"ids": ["1.1"], "person": "李某"}).json()
    assert len(done["warnings"]) == 2


def test_a_page_words_history_as_the_log_does(browser: Browser, ledger: LedgerOnDisk) -> None:
    for number in ("1.1", "1.2"):
        ledger.ok("progress", number, "已经开展")
    ledger.ok("close", "1.1", "1.2")
    shown = told(browser.get("/log"))
    assert "销号 1.1、1.2" not in shown
    for number in ("1.1", "1.2"):
        assert f"销号 {number}" in shown
        assert f"销号 {number}" in told(browser.get(f"/measures/{number}"))


def test_an_import_is_one_row_of_the_page_as_in_the_log(browser: Browser, ledger: LedgerOnDisk) -> None:
    table = ledger.root.parent / "台账.csv"
    ledger.ok("export", "csv", "-o", table)
    table.write_text(
        table.read_text(encoding="utf-8-sig").replace("分管副局长", "局长"), encoding="utf-8-sig"
    )
    ledger.ok("import", "table", table)
    number = len([event for event in ledger.json("log") if event["action"] == "import"])
    assert number > 1
    shown = told(browser.get("/log"))
    assert shown.count("导入 台账.csv") == shown.count(f"导入 台账.csv（{number} 条记录）") == 1
