"""The office desk: who signs in, for how long, in whose name things are done, and what wrong passwords cost."""

from __future__ import annotations

import re
import statistics
import time
from typing import TYPE_CHECKING

from tests.desk.client import Browser
from tests.desk.office import PASSWORD, Office, sign_in
from xuncha.desk import sessions
from xuncha.trail.author import account

if TYPE_CHECKING:
    import pytest

    from tests.conftest import LedgerOnDisk


def test_a_stranger_sees_where_to_sign_in_and_nothing_else(ledger: LedgerOnDisk) -> None:
    office = Office(ledger)
    stranger = office.browser()
    page = stranger.get("/measures?office=规划科")
    assert page.path == "/sign-in"
    assert page.status == 200
    assert ">1.2" not in page.text
    assert "水务局" not in page.text
    assert stranger.get("/api/status").status == 403
    for address in ("/act", "/settings/contact", "/api/close", "/password", "/sign-out"):
        assert stranger.post(address, {}).status == 403, address
    led = sign_in(stranger, "王芳", back="/measures?office=x")
    assert led.path == "/measures"
    assert sign_in(office.browser(), "王芳", back="//evil.example").path == "/"


def test_a_change_is_made_in_the_name_of_who_signed_in(ledger: LedgerOnDisk) -> None:
    office = Office(ledger)
    section = office.signed_in("李强")
    section.send(section.get("/measures/1.2"), "/act", 'value="progress"', text="做了")
    section.send(section.get("/measures/1.2"), "/act", 'value="submit"')
    said = ledger.git("log", "-1", "--format=%an <%ae>|%cn|%(trailers:key=Xuncha-Account,valueonly)")
    assert said.strip() == "李强 <li@example.cn>|tester|李强"
    manager = office.signed_in("王芳")
    manager.send(manager.get("/measures/1.2"), "/act", 'value="close"')
    assert ledger.git("log", "-1", "--format=%an <%ae>").strip() == "王芳 <王芳@xuncha.invalid>"
    assert ledger.json("show", "1.2")["closed"]["by"] == "王芳"
    assert account() == "", "and in nobody's once it is done"
    assert ledger.run("audit").code == 0


def _ask_for(ledger: LedgerOnDisk, requirement: str) -> None:
    """Have the policy ask for something from the beginning on."""
    settings = ledger.root / "data/ledger.yaml"
    text = settings.read_text()
    assert text.count("close_requires: [") == 1
    settings.write_text(re.sub(r"close_requires: \[.*?\]", f"close_requires: [{requirement}]", text))
    ledger.git("commit", "-qa", "--amend", "--no-edit")


def test_two_persons_are_two_accounts(ledger: LedgerOnDisk) -> None:
    office = Office(ledger)
    _ask_for(ledger, "second_person")
    manager = office.signed_in("王芳")
    manager.send(manager.get("/measures/1.2"), "/act", 'value="submit"')
    shown = manager.get("/measures/1.2")
    assert "条件不足" in shown.text, "what is missing is said before the click"
    assert manager.call("/api/close", {"ids": ["1.2"]}).status == 409
    leader = office.signed_in("赵副局")
    assert leader.call("/api/close", {"ids": ["1.2"], "note": "同意销号"}).status == 200
    assert ledger.run("audit").code == 0


def test_a_signature_is_not_given_by_the_machine_for_somebody(ledger: LedgerOnDisk) -> None:
    office = Office(ledger)
    _ask_for(ledger, "signed_commit")
    answer = office.signed_in("王芳").call("/api/close", {"ids": ["1.2"]})
    assert answer.status == 409
    assert "signed-elsewhere" in answer.text
    assert ledger.json("show", "1.2")["status"] == "in_progress"


def test_the_first_sign_in_asks_for_a_password_of_ones_own(ledger: LedgerOnDisk) -> None:
    office = Office(ledger, renew=True)
    browser = office.browser()
    page = sign_in(browser, "李强")
    assert page.path == "/password"
    assert browser.get("/measures").path == "/password"
    assert browser.get("/api/status").status == 403

    def take(new: str, again: str | None = None, old: str = PASSWORD) -> int:
        form = {"password": old, "new": new, "again": new if again is None else again}
        return browser.send(browser.get("/password"), "/password", **form).status

    assert take("short") == 409
    assert take("1234567890") == 409
    assert take("李强李强李强李强李强") == 409
    assert take("another four words", "another for words") == 409
    assert take(PASSWORD) == 409
    assert take("another four words", old="wrong") == 403
    elsewhere = office.browser()
    sign_in(elsewhere, "李强")
    assert take("another four words") == 200
    assert browser.get("/measures").path == "/measures"
    assert elsewhere.get("/measures").path == "/sign-in", "other sessions have ended"
    assert sign_in(office.browser(), "李强").status == 403
    assert sign_in(office.browser(), "李强", "another four words").path == "/"


def test_a_session_ends(ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch) -> None:
    office = Office(ledger)
    out, disabled, removed, renewed, old = (
        office.signed_in(name) for name in ("王芳", "李强", "陈静", "访客", "周明")
    )
    assert out.send(out.get("/"), "/sign-out").path == "/sign-in"
    office.accounts.alter("李强", disabled=True)
    office.accounts.remove("陈静")
    office.accounts.alter("访客", password="another hash")  # noqa: S106
    for browser in (out, disabled, removed, renewed):
        assert browser.get("/measures").path == "/sign-in"
    assert old.get("/measures").path == "/measures"
    now = time.monotonic()
    monkeypatch.setattr("xuncha.desk.sessions.time.monotonic", lambda: now + sessions.LENGTH + 1)
    assert old.get("/measures").path == "/sign-in"


def test_a_form_of_a_role_that_was_taken_away_does_nothing(ledger: LedgerOnDisk) -> None:
    office = Office(ledger)
    section = office.signed_in("李强")
    page = section.get("/measures/1.2")
    office.accounts.alter("李强", role="viewer", office=None)
    stood = ledger.commits()
    assert section.send(page, "/act", 'value="progress"', text="做了").status == 403
    office.accounts.alter("李强", disabled=True)
    assert section.send(page, "/act", 'value="progress"', text="做了").status == 403
    assert ledger.commits() == stood


def test_a_leader_whom_the_ledger_calls_otherwise_is_told(ledger: LedgerOnDisk) -> None:
    office = Office(ledger)
    leader = office.signed_in("赵副局")
    assert "2.1" in leader.get("/").text
    for path in [ledger.root / "data/ledger.yaml", *ledger.root.glob("data/problems/*/*.yaml")]:
        path.write_text(path.read_text().replace("分管副局长", "副局长"))
    ledger.commit("renamed")
    page = leader.get("/")
    assert page.status == 200
    assert "台账中已没有这个名称" in page.text
    assert leader.call("/api/close", {"ids": ["2.1"]}).status == 403


def test_one_sees_first_what_waits_for_oneself(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("1.2"), ledger.read("1.2").replace("2024-12-31", "2024-05-31"))
    office = Office(ledger)
    assert ">1.2<" not in office.signed_in("周明").get("/").text
    section = office.signed_in("李强").get("/").text
    assert "selected>规划科" in section
    leader = office.signed_in("钱局")
    assert "selected>局长" in leader.get("/").text
    assert ">2.1<" in leader.get("/?leader=&office=").text.replace("<b>2.1</b>", ">2.1<")


def test_wrong_passwords_slow_an_address_down_and_lock_nobody_out(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(ledger)
    owner = office.signed_in("王芳")
    token = owner.form(owner.get("/"), "/sign-out")["token"]
    owner.post("/sign-out", {"token": token})
    now = time.monotonic()
    passed = 0.0
    monkeypatch.setattr("xuncha.desk.sessions.time.monotonic", lambda: now + passed)
    attacker = office.browser()
    tried = []
    for number in range(1000):
        passed += 0.1
        tried.append(sign_in(attacker, "王芳", f"wrong {number}").status)
    assert set(tried) == {403, 429}
    assert tried.count(403) < 15, "few of them were looked at"
    assert sign_in(attacker, "王芳").status == 429, "not even the right one, from there"
    assert sign_in(owner, "王芳").status == 200, (
        "the owner's browser is known, though it asks from the same address"
    )
    elsewhere = office.browser()
    elsewhere.address = "10.0.0.9"
    assert sign_in(elsewhere, "王芳").status == 200
    passed += sessions._LONGEST_WAIT + 1
    assert sign_in(attacker, "王芳").status == 200


def test_the_time_of_an_answer_does_not_tell_whether_there_is_an_account(ledger: LedgerOnDisk) -> None:
    office = Office(ledger)

    def seconds(name: str) -> float:
        taken = []
        for _each in range(5):
            office.entrance.sessions._tries.clear()
            began = time.process_time()
            assert sign_in(office.browser(), name, "a wrong password").status == 403
            taken.append(time.process_time() - began)
        return statistics.median(taken)

    there, absent = seconds("王芳"), seconds("张三")
    assert 0.5 < there / absent < 2
    told = [sign_in(office.browser(), name, "a wrong password").text for name in ("王芳", "张三")]
    assert told[0].replace("王芳", "张三") == told[1]


def test_accounts_that_cannot_be_read_let_nobody_in(ledger: LedgerOnDisk) -> None:
    office = Office(ledger)
    browser = office.signed_in("王芳")
    [place] = ledger.root.glob(".git/xuncha/accounts-*.json")
    place.write_text('[{"name": "王芳"')
    assert browser.get("/").status == 503
    assert sign_in(office.browser(), "王芳").status == 503


def test_the_own_desk_has_no_accounts(ledger: LedgerOnDisk) -> None:
    browser = Browser(ledger.root)
    assert browser.get("/sign-in").status == 404
    assert browser.get("/password").status == 404
    assert "/sign-out" not in browser.get("/").text
