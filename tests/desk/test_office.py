"""The office desk: sign-in, sessions, authors of commits, wrong passwords."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.desk.client import Browser, told
from tests.desk.office import PASSWORD, Office, sign_in
from xuncha.accounts import passwords
from xuncha.desk import sessions
from xuncha.trail.author import account
from xuncha.workflow.change import Leftover

if TYPE_CHECKING:
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
    commit = ledger.git("rev-parse", "HEAD")
    assert "note done" not in stranger.get(f"/sign-in?done={commit}").text
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
    assert said.strip() == "李强 <li@example.cn>|李强|李强"
    manager = office.signed_in("王芳")
    manager.send(manager.get("/measures/1.2"), "/act", 'value="close"')
    assert ledger.git("log", "-1", "--format=%an <%ae>").strip() == "王芳 <王芳@xuncha.invalid>"
    assert ledger.json("show", "1.2")["closed"]["by"] == "王芳"
    assert account() == "", "and in nobody's once it is done"
    assert ledger.json("audit") == []


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
    assert ledger.json("audit") == []


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

    mistyped = {"password": "wrong", "new": "x" * 12, "again": "x" * 12}
    wrong = browser.send(browser.get("/password"), "/password", **mistyped)
    assert "当前密码不对" in told(wrong)
    assert "姓名" not in told(wrong)
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


@pytest.mark.apart
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


def test_the_time_of_an_answer_does_not_tell_whether_there_is_an_account(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nearly all of it goes into the one hash that is checked, or a hash that costs as much."""
    office, hashes, costs = Office(ledger), passwords._hashes(), []
    office.accounts.alter("王芳", password=passwords.hash_password(PASSWORD))
    verify = hashes.verify

    def noted(password: bytes, hash_: str) -> bool:
        costs.append(hash_.rsplit("$", 2)[0])
        return verify(password, hash_)

    monkeypatch.setattr(hashes, "verify", noted)
    for name in ("王芳", "张三"):
        assert sign_in(office.browser(), name, "a wrong password").status == 403
    there, absent = costs
    assert there == absent
    told = [sign_in(office.browser(), name, "a wrong password").text for name in ("王芳", "张三")]
    assert re.findall(r"<(\w+)[^>]* autofocus", told[0]) == ["input"], "the password is typed again at once"
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


def test_an_account_is_asked_again_when_its_turn_has_come(ledger: LedgerOnDisk) -> None:
    office = Office(ledger)
    section = office.signed_in("李强")
    form = section.form(section.get("/measures/1.2"), "/act", 'value="progress"') | {"text": "做了"}
    stood = ledger.commits()
    change = office.desk.change

    async def disabled_while_waiting(*given: Any) -> Any:
        office.accounts.alter("李强", disabled=True)
        return await change(*given)

    vars(office.desk)["change"] = disabled_while_waiting
    answer = section.post("/act", form)
    assert (answer.status, ledger.commits()) == (403, stood)
    assert "做了" in answer.text, "nothing that was typed is lost"
    office.accounts.alter("李强", disabled=False)


def test_what_was_typed_outlives_the_session(ledger: LedgerOnDisk) -> None:
    office = Office(ledger)
    section = office.signed_in("李强")
    page = section.get("/measures/1.2")
    section._cookies.clear()
    answer = section.send(page, "/act", 'value="progress"', text="写了很久的进展")
    assert answer.status == 403
    assert "写了很久的进展" in answer.text
    assert 'href="/sign-in"' in answer.text
    assert section.get("/state").status == 403, "and the open page is told"
    sign_in(section, "李强")
    old = section.send(page, "/act", 'value="progress"', text="写了很久的进展")
    assert (old.status, "写了很久的进展" in old.text) == (403, True), "a form of the earlier session"


def test_a_stranger_sends_little_and_sees_nothing_of_what_is_left_over(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(ledger)
    assert office.browser().post("/sign-in", {"name": "王芳", "password": "x" * 70_000}).status == 403
    left = Leftover("xuncha progress 2.3 机密进展", ["data/problems/02/2.3.yaml"])
    monkeypatch.setattr("xuncha.desk.view.leftover", lambda _root: left)
    assert "机密进展" not in office.browser().get("/sign-in").text
    assert "机密进展" in office.signed_in("王芳").get("/").text


def test_who_guesses_is_slowed_whatever_they_have(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office(ledger)
    now = time.monotonic()
    monkeypatch.setattr("xuncha.desk.sessions.time.monotonic", lambda: now)
    insider = office.browser()
    statuses = []
    for number in range(30):
        statuses.append(sign_in(insider, "王芳", f"wrong {number}").status)
        if number % 4 == 3:
            sign_in(insider, "李强")
    assert statuses.count(403) == 5, "one's own password between does not help"
    here = office.browser()
    here.address = "10.0.0.7"
    sign_in(here, "陈静")
    tried = [sign_in(here, "陈静", f"wrong {number}").status for number in range(20)]
    assert tried.count(403) == 5, "nor the browser of the owner"
    assert sign_in(office.browser(), "周明").status == 429, "the first address waits"
    page = office.signed_in
    vars(office.entrance.sessions)["_tries"].clear()
    thief = page("访客")
    form = {"new": "another four words", "again": "another four words"}
    tried = [
        thief.send(thief.get("/password"), "/password", password=f"wrong {n}", **form).status
        for n in range(20)
    ]
    assert set(tried[10:]) == {429}, "nor a session that was left open"
    assert "等待" in told(thief.send(thief.get("/password"), "/password", password=PASSWORD, **form))
    one, other = (office.browser() for _each in range(2))
    one.address, other.address = "2001:db8::1", "2001:db8::2"
    for number in range(7):
        sign_in(one, "王芳", f"wrong {number}")
    assert sign_in(other, "王芳").status == 429, "a house has many addresses"


def test_one_comes_to_where_one_wanted_to_go(ledger: LedgerOnDisk) -> None:
    office = Office(ledger)
    browser = office.browser()
    asked = browser.get("/measures/1.1")
    refused = browser.send(asked, "/sign-in", name="李强", password="wrong")  # noqa: S106
    assert refused.status == 403
    assert browser.send(refused, "/sign-in", name="李强", password=PASSWORD).path == "/measures/1.1"
    assert sign_in(browser, "王芳").path == "/", "another may sign in where one has"


def test_an_office_sees_what_it_takes_part_in(ledger: LedgerOnDisk) -> None:
    office = Office(ledger)
    ledger.write(ledger.path("1.2"), ledger.read("1.2").replace("2024-12-31", "2024-06-20"))
    ledger.git("commit", "-qa", "--amend", "--no-edit")
    shown = office.signed_in("陈静").get("/").text
    assert "<b>1.2</b>" in shown
    assert "action=progress&amp;id=1.2" in shown
    assert "action=submit&amp;id=1.2" not in shown
    listed = office.signed_in("陈静").get("/measures").text
    assert listed.index("/measures/1.2") < listed.index("/measures/1.1"), "its own come first"


def test_those_are_named_to_which_one_may_not(ledger: LedgerOnDisk) -> None:
    office = Office(ledger)
    leader = office.signed_in("钱局")
    answer = leader.get("/act?action=close&id=1.2&id=2.1")
    assert answer.status == 403
    assert "2.1" in told(answer)
    assert "1.2" not in told(answer)
    shown = leader.get("/measures").text
    assert 'name="id" value="1.2"' in shown
    assert 'name="id" value="2.1"' not in shown
    decides = leader.get("/act?action=close&id=1.2").text
    assert "1.2号工作已经开展。" in decides, "what was done is there where one decides"


@pytest.mark.apart
def test_nobody_keeps_the_others_waiting_with_jobs(ledger: LedgerOnDisk) -> None:
    office = Office(ledger)
    viewer, manager = office.signed_in("访客"), office.signed_in("王芳")
    monkey = office.desk.jobs
    vars(monkey)["start"] = lambda job, *_words, **_given: job
    form = {"paper": "weekly", "form": "txt"}
    tried = [
        viewer.send(viewer.get("/reports"), "/reports", 'value="weekly"', **form).status for _each in range(5)
    ]
    assert 409 in tried
    assert manager.send(manager.get("/reports"), "/reports", 'value="weekly"', **form).status != 409
