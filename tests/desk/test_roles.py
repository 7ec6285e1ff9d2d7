"""Every action and page of the office desk in every role: form, API, and visible buttons."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.desk.office import ACCOUNTS, Office
from xuncha.requests.readers import PARAMETERS
from xuncha.workflow.verbs import VERBS

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

ALL = set(VERBS)
ALLOWED: dict[str, dict[str, set[str]]] = {
    "王芳": {"1.1": ALL, "1.2": ALL, "2.1": ALL},
    "李强": {key: {"start", "submit", "progress", "attach"} for key in ("1.1", "1.2", "2.1")},
    "陈静": {"1.1": set(), "1.2": {"progress", "attach"}, "2.1": set()},
    "周明": {"1.1": set(), "1.2": set(), "2.1": set()},
    "赵副局": {key: {"return", "close"} for key in ("1.1", "1.2", "2.1")},
    "钱局": {"1.1": set(), "1.2": {"return", "close"}, "2.1": set()},
    "访客": {"1.1": set(), "1.2": set(), "2.1": set()},
}
"""The verbs by account and measure: what is asked of the desk, not what it says of itself."""
WHAT = {"text": "做了", "reason": "未完成", "to": "局长", "due": "2025-01-31", "result": "holds"}
FOR_MANAGERS = {
    "/problems": {"title": "另一个问题"},
    "/problems/1": {"title": "另一项措施"},
    "/remove/1.1": {},
    "/comments": {"text": "意见", "channel": "phone"},
    "/comments/1": {"text": "答复"},
    "/settings/contact": {},
    "/edit/1.1": {"text": "x"},
    "/import": {},
    "/import/1": {},
    "/together": {"do": "sync"},
    "/audit": {"anchor": "1"},
    "/reports": {"paper": "letter", "form": "txt", "kind": "reminder", "ids": "1.2", "send": "email"},
}
"""Forms, by the address to which they are sent."""
SEEN_BY_MANAGERS = ("/import", "/import/1", "/settings", "/together", "/edit/1.1", "/remove/1.1")
SEEN_BY_ALL = (
    "/",
    "/measures",
    "/measures/1.2",
    "/problems",
    "/problems/1",
    "/comments",
    "/notice",
    "/reports",
    "/log",
)


def _asked(verb: str) -> dict[str, Any]:
    """Return the values that a verb requires, by the names of the API."""
    needed = [each for each in VERBS[verb].parameters if each.default is each.empty]
    return {PARAMETERS[each.name].name: WHAT.get(PARAMETERS[each.name].name, "x") for each in needed}


@pytest.mark.apart(but=1)
@pytest.mark.parametrize("name", ACCOUNTS)
def test_a_verb_is_done_by_those_alone_whose_role_may(ledger: LedgerOnDisk, name: str) -> None:
    office = Office(ledger)
    browser = office.signed_in(name)
    token = browser.form(browser.get("/"), "/sign-out")["token"]
    for identity, allowed in ALLOWED[name].items():
        for verb in sorted(ALL - allowed - {"attach"}):
            stood = ledger.git("rev-parse", "HEAD")
            asked = {"ids": [identity], "versions": {identity: "0" * 40}, **_asked(verb)}
            by_program = browser.call(f"/api/{verb}", asked)
            by_form = browser.post("/act", {"action": verb, "id": identity, "token": token, **_asked(verb)})
            assert (by_program.status, by_form.status) == (403, 403), (identity, verb, by_program.text)
            assert '"not-allowed"' in by_program.text
            assert ledger.git("rev-parse", "HEAD") == stood
        for verb in sorted(allowed - {"attach"}):
            answer = browser.call(f"/api/{verb}", {"ids": [identity], **_asked(verb)})
            assert answer.status in {200, 409}, (identity, verb, answer.text)


@pytest.mark.parametrize("name", ACCOUNTS)
def test_evidence_is_attached_by_those_alone_whose_role_may(ledger: LedgerOnDisk, name: str) -> None:
    browser = Office(ledger).signed_in(name)
    token = browser.form(browser.get("/"), "/sign-out")["token"]
    boundary = "----x"
    browser.headers = {"content-type": f"multipart/form-data; boundary={boundary}"}
    fields = {"action": "attach", "id": "1.2", "token": token}
    body = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in fields.items()
    )
    body += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nx\r\n--{boundary}--\r\n'
    stood = ledger.git("rev-parse", "HEAD")
    page = browser._ask("POST", "/act", body.encode())
    assert (page.status == 403) == ("attach" not in ALLOWED[name]["1.2"])
    assert (ledger.git("rev-parse", "HEAD") == stood) == ("attach" not in ALLOWED[name]["1.2"])


@pytest.mark.parametrize("name", ACCOUNTS)
def test_a_button_is_shown_to_those_alone_whose_role_may(ledger: LedgerOnDisk, name: str) -> None:
    browser = Office(ledger).signed_in(name)
    for identity, status in (("1.1", "not_started"), ("1.2", "in_progress"), ("2.1", "submitted")):
        shown = browser.get(f"/measures/{identity}").text
        found = set(re.findall(r'name="action" value="([a-z]+)"', shown))
        open_now = {verb.action for verb in VERBS.values() if status in verb.transitions} - {"review"}
        assert found == open_now & ALLOWED[name][identity], identity
        may_edit = name == "王芳"
        assert ("/edit/" in shown) == may_edit
    today = browser.get("/?office=&leader=").text
    steps = re.findall(r'href="/act\?action=([a-z]+)&amp;id=([0-9.]+)"', today)
    assert all(verb in ALLOWED[name].get(identity, ALL) for verb, identity in steps), steps
    assert bool(steps) == (name in {"王芳", "赵副局"}), "an application waits"
    assert all((f'href="{address}"' in today) == (name == "王芳") for address in ("/import", "/settings"))
    ticked = set(re.findall(r'name="action" value="([a-z]+)"', browser.get("/measures").text))
    of_the_role = {"section": "李强", "leader": "赵副局"}.get(ACCOUNTS[name]["role"], name)
    several = {verb.action for verb in VERBS.values() if verb.multiple}
    assert ticked == ALLOWED[of_the_role]["1.2"] & several


@pytest.mark.parametrize("name", [name for name in ACCOUNTS if name != "王芳"])
def test_what_is_for_managers_is_for_nobody_else(ledger: LedgerOnDisk, name: str) -> None:
    browser = Office(ledger).signed_in(name)
    token = browser.form(browser.get("/"), "/sign-out")["token"]
    stood = ledger.git("rev-parse", "HEAD")
    for address, form in FOR_MANAGERS.items():
        assert browser.post(address, {"token": token, **form}).status == 403, address
    assert browser.call("/api/remove", {"ids": ["1.1"], "reason": "误登"}).status == 403
    for address in SEEN_BY_MANAGERS:
        assert browser.get(address).status == 403, address
    for address in SEEN_BY_ALL:
        page = browser.get(address)
        assert page.status == 200, address
        forms = set(re.findall(r'method="post"[^>]* action="(/[a-z-]*/?)', page.text)) - {
            "/language",
            "/sign-out",
        }
        assert forms <= {"/act", "/audit", "/reports", "/undo", "/jobs/"}, (address, forms)
    assert ledger.git("rev-parse", "HEAD") == stood


def test_a_manager_sees_and_does_all_of_it(ledger: LedgerOnDisk) -> None:
    browser = Office(ledger).signed_in("王芳")
    assert {
        browser.get(address).status for address in (*SEEN_BY_ALL, "/import", "/settings", "/together")
    } == {200}
    page = browser.send(browser.get("/problems"), "/problems", title="另一个问题")
    assert page.status == 200
    assert "另一个问题" in page.text


def test_every_form_of_the_desk_is_tried_in_a_role() -> None:
    """A new form is entered above, or it is said here why everybody may send it."""
    from xuncha.desk.application import ROUTES

    for_all = {"/act", "/undo", "/language", "/audit", "/reports", "/jobs/{number}", "/sign-in", "/sign-out"}
    for_all |= {"/password", "/signed-out"}
    tried = {re.sub(r"/[0-9.]+$", "/{}", address) for address in FOR_MANAGERS} | {"/settings/{}"}
    for route in ROUTES:
        if "POST" in (getattr(route, "methods", None) or ()):
            assert route.path in for_all or re.sub(r"\{.*\}", "{}", route.path) in tried, route.path


def test_what_was_done_is_taken_back_by_who_did_it_while_their_role_may(ledger: LedgerOnDisk) -> None:
    office = Office(ledger)
    section, other = office.signed_in("李强"), office.signed_in("周明")
    page = section.send(section.get("/measures/1.2"), "/act", 'value="progress"', text="做了")
    form = section.form(page, "/undo")
    assert "/undo" not in other.get("/").text
    token = other.form(other.get("/"), "/sign-out")["token"]
    assert other.post("/undo", {"commit": form["commit"], "token": token}).status == 403
    office.accounts.alter("李强", office="财务科")
    office.ledger.run("set", "2.1", "--goal", "另一个目标")
    assert "/undo" not in section.get("/").text


def test_what_managers_have_made_is_shown_to_nobody_else(ledger: LedgerOnDisk) -> None:
    """An archive holds who has complained, a table what nobody has taken in yet; what they all may make, all may look at."""
    office = Office(ledger)
    manager = office.signed_in("王芳")
    vars(office.desk.jobs)["start"] = lambda job, *_words, **_given: job
    jobs: dict[str, Any] = {}
    for form, page in (
        ({"paper": "archive", "form": "zip"}, "/together"),
        ({"do": "doctor"}, "/together"),
        ({"paper": "letter", "form": "txt", "kind": "reminder", "ids": "1.2", "send": "group"}, "/reports"),
        ({"paper": "weekly", "form": "txt"}, "/reports"),
    ):
        token = manager.form(manager.get("/"), "/sign-out")["token"]
        manager.post("/reports" if "paper" in form else page, {"token": token, **form})
        [job] = [each for each in office.desk.jobs.all if each not in jobs.values()]
        jobs[form.get("paper", "doctor")] = job
        job.ended.set()
        (job.folder / (job.files or ["x"])[0]).write_bytes(b"PK")
    for name in [name for name in ACCOUNTS if name != "王芳"]:
        other = office.signed_in(name)
        token = other.form(other.get("/"), "/sign-out")["token"]
        for paper, job in jobs.items():
            allowed = 200 if paper == "weekly" else 403
            assert other.get(f"/jobs/{job.number}").status == allowed, (name, paper)
            assert other.get(f"/jobs/{job.number}/{(job.files or ['x'])[0]}").status == allowed, (name, paper)
            assert (f"/jobs/{job.number}" in other.get("/reports").text) == (paper == "weekly"), name
            job.ended.clear()
            answer = other.post(f"/jobs/{job.number}", {"token": token})
            assert answer.status == 403, f"it is not theirs to end: {name}, {paper}"
            assert not job.to_stop
            job.ended.set()


def test_who_may_not_edit_is_not_sent_to_edit_a_broken_file(ledger: LedgerOnDisk) -> None:
    office = Office(ledger)
    section, manager = office.signed_in("李强"), office.signed_in("王芳")
    ledger.write(ledger.path("2.2"), ledger.read("2.2").replace("status: closed", "status: nonsense"))
    assert "/edit/2.2" in manager.get("/").text
    page = section.get("/")
    assert "/edit/2.2" not in page.text
    assert "请工作台的管理员办理" in page.text
