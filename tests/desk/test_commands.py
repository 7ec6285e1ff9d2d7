"""Commands named in messages become links on the desk; text from files does not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.conftest import problem
from tests.desk.client import Browser, told
from tests.steps import hang_guard
from xuncha import language
from xuncha.desk.commands import linked
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

EVIL = "`xuncha remove 2.3`"


def links(shown: str) -> list[tuple[str, str]]:
    """Addresses and texts of the links."""
    return re.findall(r'<a href="([^"]*)">([^<]*)</a>', shown)


@pytest.mark.parametrize(
    ("said", "given", "expected"),
    [
        ("if the problem has come back: xuncha reopen {id} --reason …", {"id": "2.3"}, [("/act?action=reopen&amp;id=2.3", "reopen 2.3")]),
        ("take `closed` out, or close the measure with `xuncha close {id}`", {"id": "2.3"}, [("/act?action=close&amp;id=2.3", "close 2.3")]),
        ("an application is pending: xuncha close {id}, or xuncha return {id} --reason …", {"id": "2.3"},
         [("/act?action=close&amp;id=2.3", "close 2.3"), ("/act?action=return&amp;id=2.3", "return 2.3")]),
        ("type: xuncha set {id} --category …", {"id": "2"}, [("/act?action=set&amp;id=2", "set 2")]),
        ("enter it with `xuncha edit {id}`, or move the file away", {"id": "data/comments/001.yaml"},
         [("/edit/data/comments/001.yaml", "edit data/comments/001.yaml")]),
        ("a reply is not changed; correct a typo with xuncha edit {path}", {"path": "../x"}, []),
        ("if this was a mistake: xuncha undo restores it, and history keeps both", {}, [("/", "undo")]),
        ("keep yours with xuncha sync --take ours, or theirs with xuncha sync --take theirs; everything else is merged either way", {},
         [("/together", "Sharing"), ("/together", "Sharing")]),
        ("type: xuncha add measure {n} TITLE", {"n": "2"}, [("/problems/2", "Add a measure 2")]),
        ("see `xuncha set --help`", {}, []),
        ("see `git status`", {}, []),
        ("type `xuncha init` in that folder to make a ledger", {}, []),
        ("start it first: xuncha start {id}", {"id": '2.3" onclick="x'}, [("/measures", "Measures")]),
    ],
)  # fmt: skip
def test_what_is_to_be_typed_is_a_link(
    said: str, given: dict[str, str], expected: list[tuple[str, str]]
) -> None:
    with language.use_language("en"):
        shown = str(linked(_(said).format(**given)))
    assert links(shown) == expected
    assert "`" not in shown
    assert "<code>" in shown or expected or "`" not in said
    with language.use_language("zh"):
        in_chinese = links(str(linked(_(said).format(**given))))
    assert sorted(each for each, _name in in_chinese) == sorted(each for each, _name in expected)


@pytest.mark.apart
@pytest.mark.parametrize("spoken", language.LANGUAGES)
def test_no_sentence_shows_backticks_and_every_link_leads_to_a_page(
    ledger: LedgerOnDisk, spoken: str
) -> None:
    browser, addresses = Browser(ledger.root), set[str]()
    with language.use_language(spoken):
        for sentence in language.all_messages():
            if "`" not in sentence and "xuncha " not in sentence:
                continue
            given = dict.fromkeys(re.findall(r"{(\w+)[^}]*}", sentence.replace("{{", "")), "2.3")
            shown = str(linked(sentence.format(**given | {"code": 8})))
            assert "`" not in shown, sentence
            addresses |= {address.replace("&amp;", "&") for address, _name in links(shown)}
    assert len(addresses) > 15
    for address in addresses:
        assert browser.get(address).status in {200, 404 if address.startswith("/edit") else 200}, address


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("a letter needs either measures or an --office", "“责任科室”"),
        ("to extend it anyway: --late", "“时限已过仍要延期；核验时会指出”"),
        (
            "not in the ledger's lists of names: not imported; with --new it is entered",
            "“把台账里没有的科室、领导和方面一并录入”",
        ),
        ("--due-within: “{text}” is not a number of days", "“整改时限”：“--late”不是天数"),
        ("name another one: --port 0 takes any free one", "--port 0"),
    ],
)
def test_an_option_of_a_command_is_named_as_the_field_of_the_desk(said: str, expected: str) -> None:
    with language.use_language("zh"):
        shown = str(linked(_(said).format(text="--late")))
    assert expected in shown
    assert "--office" not in shown


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("see `xuncha list`", "打开“措施”查看全部措施"),
        ("type: xuncha submit {id}", "打开“申请销号 2.3”"),
        ("if this was a mistake: xuncha undo restores it, and history keeps both", "如非本意，可用“撤回”恢复原样，历史中两次改动都会保留"),
        ("it is in progress: apply to close it with xuncha submit {id}, or close it with xuncha close {id}",
         "可用“申请销号 2.3”申请销号，或用“销号 2.3”销号"),
        ("the time limit of {id}, {due}, has passed; `xuncha audit` reports every extension after it",
         "2.3 的整改时限 2024-04-30 已过；过期后的延期，“核验”都会指出"),
        ("if the problem has come back: xuncha reopen {id} --reason …", "如问题反弹：重新打开 2.3"),
        ("name it with xuncha progress {id} … --evidence 文号, or attach a file with xuncha attach {id} FILE",
         "用“登记进展 2.3”注明，或用“存佐证 2.3”存入文件"),
        ("say which column holds them, such as --column {heading}=measure; a heading is one of: {headings}",
         "请指明是哪一列，如 甲=measure；列名有：甲、乙"),
        ("a letter needs either measures or an --office", "函件要么写明措施编号，要么用“责任科室”指定科室，二者取其一"),
        ("to extend it anyway: --late", "仍要延期：勾选“时限已过仍要延期；核验时会指出”"),
        ("not a category of the ledger: not imported; with --new it is entered",
         "台账中没有这个方面，未录入；勾选“把台账里没有的科室、领导和方面一并录入”可一并登记"),
        ("see `git status`", "可用 git status 查看"),
    ],
)  # fmt: skip
def test_a_hint_reads_as_a_sentence_of_the_desk(said: str, expected: str) -> None:
    with language.use_language("zh"):
        shown = str(linked(_(said).format(id="2.3", due="2024-04-30", heading="甲", headings="甲、乙")))
    assert re.sub("<[^>]*>", "", shown) == expected


def test_a_refused_field_is_named_by_its_label(ledger: LedgerOnDisk) -> None:
    browser = Browser(ledger.root)
    pages = [
        browser.send(browser.get("/act?action=extend&id=1.2"), "/act", due="2月31日", reason="等资金"),
        browser.send(browser.get("/problems/1"), "/problems/1", "title", title="新措施", due="2月31日"),
        browser.send(browser.get("/comments"), "/comments", text="噪音", received="去年"),
    ]
    labels = ("整改时限：“2月31日”", "整改时限：“2月31日”", "收到日期：“去年”")
    for page, label in zip(pages, labels, strict=True):
        assert page.status == 422
        assert label in told(page)
    asked = browser.call("/api/extend", {"ids": ["1.2"], "due": "2月31日", "reason": "等资金"})
    assert "due：“2月31日”" in asked.text, "a program is told the name that it has sent"


def test_what_comes_from_files_is_no_link(ledger: LedgerOnDisk) -> None:
    ledger.write("data/problems/02/problem.yaml", problem(f"'{EVIL}'", "b"))
    ledger.write(ledger.path("1.1"), ledger.read("1.1").replace("做好1.1号工作", EVIL))
    ledger.ok("edit")
    browser = Browser(ledger.root)
    refused = [
        browser.send(browser.get("/problems"), "/problems", title="题", category=EVIL),
        browser.send(browser.get("/act?action=extend&id=1.2"), "/act", due=EVIL, reason="因"),
        browser.get(f"/log?id={EVIL}"),
        browser.get("/measures/1.1"),
        browser.get("/problems/2"),
    ]
    for page in refused:
        assert EVIL.strip("`") in told(page)
        assert "/remove/2.3" not in page.text
    assert [page.status for page in refused[:2]] == [409, 422]


def test_a_refusal_leads_on(ledger: LedgerOnDisk) -> None:
    browser = Browser(ledger.root)
    page = browser.send(browser.get("/act?action=progress&id=1.1"), "/act", text="开展")
    page = browser.send(browser.get("/act?action=close&id=2.2"), "/act")
    assert page.status == 409
    assert ("/act?action=reopen&amp;id=2.2", "重新打开 2.2") in links(page.text)


def test_what_a_finding_says_to_type_is_a_link(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("1.1"), ledger.read("1.1") + "closed: {date: 2024-04-01, by: 办公室}\n")
    page = Browser(ledger.root).get("/")
    assert page.status == 409
    assert ("/act?action=close&amp;id=1.1", "销号 1.1") in links(page.text)


def test_a_hostile_text_takes_no_time() -> None:
    for text in ("`" * 200_000, "` must be ` , not `" * 50, "xuncha close " * 80, EVIL * 10_000):
        with hang_guard():
            assert "href" not in linked(f"“{text}” is not in data/ledger.yaml")
