"""Editing a file on the desk: untouched bytes stay, and concurrent edits are not lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import measure
from tests.desk.client import Browser, told
from xuncha.desk.pages.edit import as_in_file
from xuncha.store.reading import decode

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk


@pytest.fixture
def browser(ledger: LedgerOnDisk) -> Browser:
    """Open the ledger's desk in a browser."""
    return Browser(ledger.root)


@pytest.mark.parametrize("file", ["1.1", "2", "data/ledger.yaml", "data/comments/001.yaml"])
def test_a_file_is_edited_in_one_commit(browser: Browser, ledger: LedgerOnDisk, file: str) -> None:
    ledger.ok("comment", "add", "某某意见", "--channel", "phone")
    before, address = ledger.commits(), f"/edit/{file}"
    page = browser.get(address)
    unchanged = browser.send(page, address)
    assert (unchanged.status, ledger.commits()) == (200, before)
    text = browser.form(page, address)["text"]
    done = browser.send(page, address, text=text.replace("某", "另").replace("1.1", "一点一") + "# 注\r\n")
    assert done.status == 200, told(done)
    assert ledger.commits() == before + 1
    assert ledger.clean()
    assert "已完成" in told(done) or "修改" in told(done)
    path = {"1.1": ledger.path("1.1"), "2": "data/problems/02/problem.yaml"}.get(file, file)
    assert (ledger.root / path).read_bytes().endswith(b"# \xe6\xb3\xa8\n")
    assert b"\r" not in (ledger.root / path).read_bytes()


@pytest.mark.parametrize(
    "file",
    [
        "9.9",
        "9",
        "data/ledger.yml",
        "data/../data/ledger.yaml",
        "data/comments/009.yaml",
        "../1.1",
        "data/evidence/1.1/a",
    ],
)
def test_nothing_else_is_edited(browser: Browser, file: str) -> None:
    assert browser.get(f"/edit/{file.replace('.', '%2e')}").status in {404, 409}


def test_what_breaks_a_rule_is_shown_again_with_its_line(browser: Browser, ledger: LedgerOnDisk) -> None:
    before = ledger.read("1.1")
    page = browser.get("/edit/1.1")
    text = browser.form(page, "/edit/1.1")["text"].replace("规划科", "没有科")
    refused = browser.send(page, "/edit/1.1", text=text)
    assert refused.status == 409
    assert browser.form(refused, "/edit/1.1")["text"] == text
    assert "1.1.yaml:5" in told(refused)
    assert ledger.read("1.1") == before


def test_what_two_have_changed_stands_side_by_side(browser: Browser, ledger: LedgerOnDisk) -> None:
    page = browser.get("/edit/1.1")
    ledger.ok("set", "1.1", "--goal", "别人写的目标")
    mine = browser.form(page, "/edit/1.1")["text"] + "part: 我写的部分\r\n"
    refused = browser.send(page, "/edit/1.1", text=mine)
    assert refused.status == 409
    assert browser.form(refused, "/edit/1.1")["text"] == mine
    assert "<mark>goal: 别人写的目标</mark>" in refused.text
    assert "我写的部分" not in ledger.read("1.1")
    both = browser.send(refused, "/edit/1.1", text=mine + "goal: 别人写的目标\r\n")
    assert both.status == 200, told(both)
    assert "part: 我写的部分\ngoal: 别人写的目标\n" in ledger.read("1.1")


def test_a_broken_file_is_put_right_here(browser: Browser, ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("1.1"), measure("1.1", "not_started", office="没有科"))
    broken = browser.get("/measures")
    assert '<a href="/edit/1.1">' in broken.text
    page = browser.get("/edit/1.1")
    assert "手工" in told(page), "it says that the change is not committed"
    text = browser.form(page, "/edit/1.1")["text"].replace("没有科", "财务科")
    assert browser.send(page, "/edit/1.1", text=text).status == 200
    assert ledger.clean()
    assert browser.get("/measures").status == 200


def test_a_change_by_hand_taken_back_is_not_reported_as_the_last_commit(
    browser: Browser, ledger: LedgerOnDisk
) -> None:
    ledger.ok("progress", "1.2", "开展")
    committed = ledger.read("1.2")
    ledger.write(ledger.path("1.2"), committed.replace("status: in_progress", "status: nonsense"))
    page = browser.send(browser.get("/edit/1.2"), "/edit/1.2", text=committed)
    assert (page.status, ledger.read("1.2")) == (200, committed)
    assert "撤回" not in told(page), "it would take back what somebody else has done"
    assert ledger.clean()


def test_text_that_would_close_the_field_does_not(browser: Browser, ledger: LedgerOnDisk) -> None:
    ledger.write(
        ledger.path("1.1"), "\n" + measure("1.1", "not_started") + "# </textarea><script>1</script>\u202e\n"
    )
    page = browser.get("/edit/1.1")
    assert "<script>1" not in page.text
    assert "\u202e" not in page.text
    before = ledger.read("1.1")
    text = browser.form(page, "/edit/1.1")["text"] + "part: 甲\r\n"
    browser.send(page, "/edit/1.1", text=text)
    assert ledger.read("1.1") == before + "part: 甲\n"


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=200)
@given(
    st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["\n", "\r\n", "\r"])), max_size=6),
    st.sampled_from(["", "z"]),
    st.booleans(),
)
def test_what_is_not_touched_stays_byte_for_byte(
    lines: list[tuple[str, str]], last: str, marked: bool
) -> None:
    content = ("\ufeff" * marked + "".join(map("".join, lines)) + last).encode()
    shown = decode(content).replace("\r\n", "\n").replace("\r", "\n")
    if shown:
        assert as_in_file(shown, content) == content
