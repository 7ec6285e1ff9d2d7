"""Changes by others between form and click: nothing is overwritten, and typed text is kept."""

from __future__ import annotations

import shutil
import threading
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import TODAY
from tests.desk.served import Visit, hidden, served, told, visit
from tests.workflow.surroundings import trailers
from xuncha.desk import forms
from xuncha.desk.ledger import Desk
from xuncha.workflow import journal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import LedgerOnDisk

TYPED = "已经完成三项<工作>，“引号”&保留。"


def shown(visitor: Visit, action: str, identity: str) -> dict[str, Any]:
    """Return the fields of a form, as the page shows them."""
    page = visitor.get(f"/act?action={action}&id={identity}")
    return {
        "action": action,
        "id": identity,
        f"version-{identity}": hidden(page, f"version-{identity}")[0],
    }


def by_an_editor(ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("1.2"), ledger.read("1.2").replace("2024-12-31", "2025-01-31"))


def by_an_editor_twice(ledger: LedgerOnDisk) -> None:
    by_an_editor(ledger)
    ledger.write(ledger.path("1.2"), ledger.read("1.2").replace("规划科", "财务科"))


def by_a_command(ledger: LedgerOnDisk) -> None:
    ledger.ok("extend", "1.2", "--due", "2025-01-31", "--reason", "上级要求")


def by_a_sync(ledger: LedgerOnDisk) -> None:
    ours, hub = ledger.root, ledger.root.parent / "hub.git"
    ledger.git("clone", "-q", "--bare", str(ours), str(hub))
    other = type(ledger)(ledger.root.parent / "other", ledger.environment)
    ledger.git("clone", "-q", str(hub), str(other.root))
    other.ok("extend", "1.2", "--due", "2025-01-31", "--reason", "上级要求")
    other.git("push", "-q", "origin", "HEAD")
    ledger.git("remote", "add", "origin", str(hub))
    ledger.git("fetch", "-q", "origin")
    ledger.git("branch", "-q", "--set-upstream-to", "origin/main")
    ledger.ok("sync")


@pytest.mark.parametrize("change", [by_an_editor, by_a_command, by_a_sync])
def test_a_file_that_was_changed_meanwhile_is_shown_and_not_overwritten(
    ledger: LedgerOnDisk, change: Callable[[LedgerOnDisk], None]
) -> None:
    visitor = visit(ledger)
    fields = shown(visitor, "progress", "1.2")
    change(ledger)
    changed, commits = ledger.read("1.2"), ledger.commits()
    answer = visitor.post("/act", fields | {"text": TYPED, "date": "2024-06-01"})
    assert answer.status_code == 409
    assert "1.2" in told(answer.text)
    assert "2025-01-31" in answer.text
    assert "已经完成三项&lt;工作&gt;" in answer.text
    assert 'value="2024-06-01"' in answer.text
    assert (ledger.read("1.2"), ledger.commits()) == (changed, commits)
    fields |= {"version-1.2": hidden(answer.text, "version-1.2")[0], "text": TYPED, "date": "2024-06-01"}
    again = visitor.post("/act", fields)
    if change is by_an_editor:  # it must be committed first, as the commands ask too
        assert again.status_code == 409
        assert "已经完成三项" in again.text
    else:
        assert again.status_code == 303, told(again.text)
        assert "2025-01-31" in ledger.read("1.2")
        assert "已经完成三项" in ledger.read("1.2")


def test_what_no_commit_holds_is_no_reason_to_lose_what_was_typed(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    by_an_editor(ledger)
    fields = shown(visitor, "progress", "1.2")
    by_an_editor_twice(ledger)
    answer = visitor.post("/act", fields | {"text": TYPED})
    assert answer.status_code == 409
    assert "已经完成三项" in answer.text


def test_a_measure_that_is_gone_is_said(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    fields = shown(visitor, "start", "1.1")
    ledger.ok("remove", "1.1", "--reason", "并入1.2")
    answer = visitor.post("/act", fields)
    assert answer.status_code == 409
    assert ledger.clean()
    shutil.rmtree(ledger.root / "data/problems/01")
    assert visitor.post("/act", fields | {"text": TYPED}).status_code in {409, 503}


def test_two_clicks_at_once_are_one_commit(ledger: LedgerOnDisk) -> None:
    with served(ledger) as desk:
        visitors = [desk.visit() for _each in range(4)]
        forms = [shown(visitor, "close", "1.2") for visitor in visitors]
        start, answers = threading.Barrier(4), []

        def click(number: int) -> None:
            start.wait()
            answers.append(visitors[number].post("/act", forms[number] | {"note": f"验收{number}"}))

        clicks = [threading.Thread(target=click, args=(number,)) for number in range(4)]
        for each in clicks:
            each.start()
        for each in clicks:
            each.join()
        assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409]
        for answer in answers:
            assert answer.status_code == 303 or "验收" in answer.text
        for number, visitor in enumerate(visitors):  # what does not meet is done, all of it, in order
            assert visitor.act("progress", "3.1", text=f"第{number}次").status_code == 303
        desk.process.terminate()  # and the requests in hand are answered first
        assert desk.process.wait(60) == 0
    assert ledger.commits() == 6
    assert dict(trailers(ledger, "HEAD~4"))["Xuncha-Action"] == "close"
    assert ledger.clean()


def test_undo_takes_back_what_was_shown_and_nothing_else(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    done = visitor.act("close", "1.2")
    commit = hidden(visitor.get(done.headers["location"]), "commit")[0]
    ledger.ok("progress", "3.1", "另一件事。")
    assert visitor.post("/undo", {"commit": commit}).status_code == 409
    assert visitor.post("/undo", {"commit": ""}).status_code == 409
    assert ledger.commits() == 3
    assert visitor.post("/undo", {"commit": ledger.git("rev-parse", "HEAD").strip()}).status_code == 303
    assert ledger.commits() == 4


def by_another(ledger: LedgerOnDisk, *command: str) -> None:
    """Do something as somebody else who commits here."""
    ledger.git("config", "user.email", "other@example.org")
    ledger.ok(*command)
    ledger.git("config", "--unset", "user.email")


def test_what_another_did_is_offered_to_nobody_else_to_be_taken_back(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    ours = visitor.act("close", "1.2").headers["location"]
    assert hidden(visitor.get("/"), "commit") == [ledger.git("rev-parse", "HEAD").strip()]
    by_another(ledger, "progress", "3.1", "另一件事。")
    head = ledger.git("rev-parse", "HEAD").strip()
    assert hidden(visitor.get(ours), "commit") == hidden(visitor.get("/"), "commit") == []
    answer = visitor.post("/undo", {"commit": head})
    assert answer.status_code == 409
    assert ledger.git("rev-parse", "HEAD").strip() == head, "what was done before it was taken back"


def test_what_was_taken_back_is_said(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    commit = hidden(visitor.get(visitor.act("close", "1.2").headers["location"]), "commit")[0]
    page = visitor.get(visitor.post("/undo", {"commit": commit}).headers["location"])
    assert "完成：撤回 销号 1.2" in page or "撤回 销号 1.2" in page
    assert hidden(page, "commit") == []
    assert "submitted" in ledger.read("1.2") or "in_progress" in ledger.read("1.2")


def test_an_interrupted_command_is_not_taken_back_in_the_place_of_what_is_shown(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    commit = hidden(visitor.get(visitor.act("close", "1.2").headers["location"]), "commit")[0]
    content = ledger.read("3.1").encode()
    changed = content.replace(b"goal:", b"goal: x #", 1) + b"# half\n"
    journal.write(ledger.root, [journal.FileChange(ledger.path("3.1"), content, changed)])
    ledger.write(ledger.path("3.1"), changed)
    assert visitor.post("/undo", {"commit": commit}).status_code == 303
    assert ledger.read("3.1").encode() == content
    assert dict(trailers(ledger, "HEAD"))["Xuncha-Undoes"] == commit


def test_done_speaks_of_the_commit_of_this_click(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = visit(ledger)
    real = forms.redirect

    def after_another(address: str, commit: str) -> Any:
        ledger.ok("progress", "3.1", "另一件事。")
        return real(address, commit)

    monkeypatch.setattr(forms, "redirect", after_another)
    answer = visitor.act("close", "1.2")
    assert "销号 1.2" in visitor.get(answer.headers["location"]).split('role="status"')[1].split("</div>")[0]


PROBLEM = {"title": "制度不健全", "category": "a"}
MEASURE = {"title": "修订制度", "term": "once"}
COMMENT = {"text": "路灯不亮。", "channel": "phone"}
PROGRESS = {"action": "progress", "id": "1.2", "text": "已完成初稿。"}
ADDITIONS = [
    ("/act?action=progress&id=1.2", "/act", PROGRESS, []),
    ("/measures/1.2", "/act", PROGRESS | {"action": "attach"}, [("file", ("一.txt", b"1"))]),
    ("/comments", "/comments", COMMENT, []),
    ("/problems", "/problems", PROBLEM, []),
    ("/problems/1", "/problems/1", MEASURE, []),
]


@pytest.mark.parametrize(("page", "address", "typed", "files"), ADDITIONS)
def test_a_form_that_is_sent_twice_is_recorded_once(
    ledger: LedgerOnDisk, page: str, address: str, typed: dict[str, str], files: list[Any]
) -> None:
    visitor = visit(ledger)

    def send(text: str = "") -> str:
        shown = visitor.get(page)  # a browser that goes back loads it again, and sends what it shows now
        fields = typed | {name: hidden(shown, name)[0] for name in ("version-1.2",) if name in shown}
        fields |= {name: text for name in ("text", "title") if text and name in fields}
        answer = visitor.post(address, fields, [*files] or None)
        assert answer.status_code == 303, told(answer.text)
        return str(answer.headers["location"])

    place = send()
    recorded = ledger.git("rev-parse", "HEAD")
    assert "recorded before" not in visitor.get(place)
    ledger.ok("start", "1.1")  # somebody else, elsewhere
    now = ledger.git("rev-parse", "HEAD")
    assert send() == place
    assert "recorded before" in visitor.get(place)
    assert ledger.git("rev-parse", "HEAD") == now != recorded
    assert send("另一件事。") != place
    assert ledger.commits() == 4
    assert ledger.clean()


def test_the_same_words_about_what_has_changed_since_are_another_entry(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    for action in ("submit", "return", "submit"):
        fields = shown(visitor, action, "1.2") | ({"reason": "材料不全"} if action == "return" else {})
        assert visitor.post("/act", fields | {"action": action, "id": "1.2"}).status_code == 303
    assert "status: submitted" in ledger.read("1.2")
    assert ledger.commits() == 4


def test_what_was_recorded_and_taken_back_can_be_recorded_again(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    for _page, address, typed, files in ADDITIONS:
        if not files:
            before = ledger.commits()
            answer = visitor.post(address, typed)
            assert answer.status_code == 303, told(answer.text)
            commit = hidden(visitor.get(answer.headers["location"]), "commit")[0]
            assert visitor.post("/undo", {"commit": commit}).status_code == 303
            assert visitor.post(address, typed).status_code == 303
            assert ledger.commits() == before + 3
    assert PROGRESS["text"] in ledger.read("1.2")


def test_a_second_click_is_known_before_the_ledger_was_looked_at_again(ledger: LedgerOnDisk) -> None:
    desk = Desk(ledger.root, lambda: date.fromisoformat(TODAY))
    desk.state()
    desk.events()
    vars(desk).update(_checked_at=float("inf"))
    ledger.ok("progress", "1.2", "已完成初稿。")
    address = f"/measures/1.2?done={ledger.git('rev-parse', 'HEAD')[:16]}"
    desk.recorded = {b"form": address}
    assert desk.recorded_before(b"form") == address
    assert desk.recorded_before(b"another form") == ""
