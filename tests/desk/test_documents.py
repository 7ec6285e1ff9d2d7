"""Documents and jobs that the desk runs in child processes: reports, notices, dashboards, imports, audits, syncs."""

from __future__ import annotations

import html
import re
import threading
import time
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from starlette.testclient import TestClient

from tests.conftest import TODAY, measure
from xuncha.desk.application import application
from xuncha.desk.gate import Gate
from xuncha.desk.ledger import Desk
from xuncha.desk.visitors import ByLink

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import LedgerOnDisk

HOST = "127.0.0.1:8420"
TABLE = """\
序号,存在问题,整改举措,牵头领导,承办科室,完成时间,目前情况,备注
1,学习不够深入,做好1.1号工作,分管副局长,规划科,2024年12月31日,已经开了两次会,甲
1,学习不够深入,另外一项新措施,分管副局长,新科室,2025年3月底,正在推进,乙
"""


@dataclass
class Reader:
    """Somebody who was given the link."""

    desk: Desk
    client: TestClient
    token: str = ""

    def get(self, path: str, status: int = 200) -> str:
        """Look at a page, until it is there."""
        for _ in range(600):
            answer = self.client.get(path)
            if "every 2s" not in answer.text:
                break
            time.sleep(0.1)
        assert answer.status_code == status, answer.text
        self.token = (re.findall(r'name="token" value="([^"]*)"', answer.text) or [self.token])[0]
        return html.unescape(answer.text)

    def post(self, path: str, files: Any = None, **fields: str) -> str:
        """Send a form, and look at where it leads; return the address."""
        answer = self.client.post(path, data={"token": self.token, **fields}, files=files)
        assert answer.status_code == 303, answer.text
        return str(answer.headers["location"])

    def job(self, path: str, files: Any = None, **fields: str) -> str:
        """Begin a job, wait for its end, and return the page that tells it."""
        return self.get(self.post(path, files, **fields))

    def led_on(self, path: str, files: Any = None, **fields: str) -> str:
        """Begin a job that leads on to another page, and return its address."""
        address = self.post(path, files, **fields)
        for _ in range(600):
            answer = self.client.get(address)
            if answer.status_code == 303:
                return str(answer.headers["location"])
            time.sleep(0.1)
        raise AssertionError(answer.text)


@pytest.fixture
def reader(ledger: LedgerOnDisk) -> Iterator[Reader]:
    """Open the ledger's desk for a reader, and close it after the test."""
    desk = Desk(ledger.root, lambda: date.fromisoformat(TODAY))
    entrance = ByLink("key", 8420)
    gate = Gate(application(desk, entrance), entrance, frozenset({HOST}))
    client = TestClient(gate, f"http://{HOST}", follow_redirects=False)
    assert client.get("/?key=key").status_code == 303
    client.cookies.set("language", "zh")
    made = Reader(desk, client)
    made.get("/")
    yield made
    desk.close()


def uploaded(name: str = "月报.csv", content: str = TABLE) -> dict[str, Any]:
    """Return the form field of an uploaded file."""
    return {"file": (name, content.encode())}


def test_a_report_is_made_and_handed_out(reader: Reader) -> None:
    page = reader.job("/reports", paper="weekly", form="docx", since="2024-06-01")
    (address,) = re.findall(r'href="(/jobs/[^"]*download=1)"', page)
    answer = reader.client.get(address)
    assert answer.content.startswith(b"PK")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "周报 2024-06-15.docx" in reader.get("/reports")


class _EndsMeanwhile(threading.Event):
    """The end of a job that comes once a page has asked for it."""

    def is_set(self) -> bool:
        """Return whether somebody has asked before."""
        before = super().is_set()
        self.set()
        return before

    def wait(self, _timeout: float | None = None) -> bool:
        """Return at once what `is_set` does."""
        return self.is_set()


@pytest.mark.parametrize("path", ["/jobs/1", "/notice", "/dashboard"])
def test_what_ends_while_its_page_is_made_is_shown_by_the_next_one(
    reader: Reader, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    job = reader.desk.jobs.new("a job")
    job.ended = _EndsMeanwhile()
    monkeypatch.setattr(reader.desk.jobs, "recent", lambda *_given: job)
    assert "every 2s" in reader.client.get(path).text
    assert "every 2s" not in reader.client.get(path).text


def test_the_dossier_is_made_from_the_page_of_its_measure(reader: Reader) -> None:
    page = reader.get("/measures/2.1")
    assert 'name="paper" value="dossier"' in page
    assert 'name="paper" value="closing"' in page
    assert 'name="paper" value="closing"' not in reader.get("/measures/1.1"), "nothing was done yet"
    page = reader.job("/reports", paper="dossier", form="md", ids="2.1")
    assert "一事一档 2.1 2024-06-15.md" in page
    (address,) = re.findall(r'href="(/jobs/[^"]*download=1)"', page)
    assert reader.client.get(address).text.startswith("内部资料\n\n# 巡察整改一事一档")


@pytest.mark.parametrize("ids", ["", "2.1"])
def test_the_application_to_close_is_made_of_what_is_chosen_or_waits(reader: Reader, ids: str) -> None:
    page = reader.job("/reports", paper="closing", form="txt", ids=ids)
    (address,) = re.findall(r'href="(/jobs/[^"]*download=1)"', page)
    assert reader.client.get(address).text.count("编号：2.1") == 1


def test_what_is_typed_as_a_measure_is_no_option(reader: Reader, ledger: LedgerOnDisk) -> None:
    for paper in ("dossier", "closing"):
        page = reader.job("/reports", paper=paper, form="txt", ids=f"-o{ledger.root}/x")
        assert "不是问题编号" in page
    assert not (ledger.root / "x").exists()


def test_the_report_on_progress_and_a_letter_take_their_number(reader: Reader) -> None:
    """By the same function as on the command line."""
    for fields in ({"paper": "progress"}, {"paper": "letter", "ids": "1.2", "copies": "责任领导"}):
        page = reader.job("/reports", form="txt", number="某水〔2024〕9号", signer="张某", **fields)
        (address,) = re.findall(r'href="(/jobs/[^"]*download=1)"', page)
        shown = reader.client.get(address).text
        assert re.search("某水〔2024〕9号\u3000+签发人：张某\n", shown)
        assert ("抄送：分管副局长。" in shown) == ("ids" in fields)


def test_what_is_typed_is_no_option_of_the_command_line(reader: Reader, ledger: LedgerOnDisk) -> None:
    page = reader.job("/reports", paper="letter", form="txt", kind="reminder", ids=f"-o {ledger.root}/x 2.1")
    assert "不是问题编号" in page
    page = reader.job("/reports", paper="weekly", form="txt", since="--lang=en")
    assert "不是有效日期" in page
    assert not (ledger.root / "x").exists()


def test_a_refused_report_leads_back_with_what_was_typed(reader: Reader) -> None:
    page = reader.job("/reports", paper="letter", form="pdf", kind="warning", ids="9.9")
    (back,) = re.findall(r'href="(/reports\?[^"]*)"', page)
    assert 'value="9.9"' in reader.get(back.partition("#")[0])
    page = reader.job("/reports", paper="notice", form="txt", at="无此版本")
    assert '<a href="/notice">返回</a>' in page


@pytest.mark.parametrize("fields", [{"paper": "weekly", "form": "exe"}, {"paper": "../x", "form": "txt"}, {}])
def test_other_documents_are_not_made(reader: Reader, fields: dict[str, str]) -> None:
    answer = reader.client.post("/reports", data={"token": reader.token, **fields})
    assert answer.status_code == 404


def test_only_documents_are_handed_out(reader: Reader) -> None:
    address = reader.post("/reports", paper="weekly", form="txt")
    reader.get(address)
    for name in ("0.out", "0.err", "..%2f1%2f0.out", "%2e%2e", "x"):
        assert reader.client.get(f"{address}/{name}").status_code == 404
    assert reader.client.get("/jobs/99").status_code == 404
    assert reader.client.get("/jobs/" + "9" * 5000).status_code == 404


def test_the_notice_is_shown_with_marks_in_its_lines(reader: Reader, ledger: LedgerOnDisk) -> None:
    ledger.write(
        "data/ledger.yaml",
        (ledger.root / "data/ledger.yaml").read_text().replace("0546-1234567", "0000-1234567"),
    )
    page = reader.get("/notice")
    assert ledger.ok("notice").splitlines()[0] in page
    (number,) = re.findall(r'<li id="finding-(\d+)">.*?</li>', page)[-1:]
    assert re.search(rf'电话：<a class="mark" id="mark-{number}"[^>]*>{number}</a>0000', page)


def test_a_notice_that_cannot_be_made_says_what_is_missing(reader: Reader, ledger: LedgerOnDisk) -> None:
    text = (ledger.root / "data/ledger.yaml").read_text()
    ledger.write("data/ledger.yaml", re.sub(r"notice: .*", "notice: {}", text))
    page = reader.get("/notice")
    assert "notice.title" in page
    assert 'href="/settings"' in page


def test_dashboards_are_looked_at_where_nothing_runs(reader: Reader) -> None:
    page = reader.get("/dashboard")
    (address,) = re.findall(r'<iframe src="([^"]*)"[^>]* sandbox>', page)
    answer = reader.client.get(address)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith("sandbox")
    assert "script" not in policy
    assert "保留标记甲乙丙" not in answer.text, "what is withheld"
    internal = re.findall(r'<iframe src="([^"]*)"', reader.get("/dashboard?internal=1"))[0]
    assert "保留标记甲乙丙" in reader.client.get(internal).text


def test_the_dashboard_follows_the_ledger_within_a_second(reader: Reader, ledger: LedgerOnDisk) -> None:
    before = re.findall(r'<iframe src="([^"]*)"', reader.get("/dashboard"))
    ledger.ok("close", "1.2")
    time.sleep(1.1)  # the one test that waits: the others let the desk check at each request
    assert re.findall(r'<iframe src="([^"]*)"', reader.get("/dashboard")) != before


def test_an_import_is_looked_at_and_then_done_just_so(reader: Reader, ledger: LedgerOnDisk) -> None:
    reader.get("/import")
    address = reader.led_on("/import", uploaded(), kind="table")
    page = reader.get(address)
    for said in ("1.3", "已经开了两次会", "新科室", "整改举措"):
        assert said in page
    assert ledger.commits() == 1
    columns = re.findall(r'<label for="(role-\d)">备注</label>', page)
    again = reader.led_on(address, do="import", new="1", **{columns[0]: "ignore"})
    assert ledger.commits() == 1, "what was chosen anew is looked at first"
    page = reader.get(again)
    assert '<option value="ignore" selected>' in page
    taken = reader.led_on(again, do="import", new="1")
    page = reader.get(taken)
    assert "撤回" in page
    assert ledger.commits() == 2
    assert ledger.json("show", "1.3")["office"] == "新科室"
    assert not ledger.json("show", "1.3")["fields"]
    assert "月报.csv" in ledger.git("log", "-1", "--format=%s")
    taken_in = ledger.git("rev-parse", "HEAD").strip()
    ledger.ok("progress", "3.1", "另一件事。")
    page = reader.get(taken)
    assert "月报.csv" in page.split('role="status"')[1].split("</div>")[0], "it speaks of its own commit"
    assert taken_in not in page, "which is not the last one any more"
    ledger.ok("undo")
    ledger.ok("undo")
    assert not (ledger.root / ledger.path("1.3")).exists()


@pytest.mark.usefixtures("checks_always")
def test_an_import_is_refused_where_the_ledger_was_changed_meanwhile(
    reader: Reader, ledger: LedgerOnDisk
) -> None:
    address = reader.led_on("/import", uploaded(), kind="table")
    ledger.ok("close", "1.2")
    answer = reader.client.post(address, data={"token": reader.token, "do": "import", "save": "月报"})
    assert answer.status_code == 409
    assert 'value="月报"' in answer.text, "nothing that was typed is lost"
    assert ledger.commits() == 2


def test_what_changes_while_an_import_waits_for_the_lock_is_seen(
    reader: Reader, ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desk has looked, and then the measure is changed before the command has the lock."""
    address = reader.led_on("/import", uploaded(), kind="table")
    real = reader.desk.jobs._run

    def late(job: Any, environment: Any) -> None:
        ledger.ok("progress", "1.1", "别人写的")
        real(job, environment)

    monkeypatch.setattr(reader.desk.jobs, "_run", late)
    page = reader.job(address, do="import")
    assert "已不相同" in page
    assert "error" in page
    assert ledger.commits() == 2
    assert not (ledger.root / ledger.path("1.3")).exists()


def test_an_import_that_was_not_understood_is_not_taken_in(reader: Reader, ledger: LedgerOnDisk) -> None:
    address = reader.led_on("/import", uploaded(content="甲,乙\n一件事,一个人\n"), kind="table")
    assert reader.led_on(address, do="import").startswith("/import/")
    assert ledger.commits() == 1


def test_a_table_that_is_not_understood_can_be_explained(reader: Reader) -> None:
    address = reader.led_on("/import", uploaded(content="甲,乙\n一件事,一个人\n"), kind="table")
    page = reader.get(address)
    assert "请指明是哪一列，如 甲=measure" in page
    assert 'name="columns"' in page, "it is explained on the page that says what is missing"
    page = reader.get(reader.led_on(address, do="look", columns="甲=measure\r\n"))
    assert "一件事" in page or "新增" in page


@pytest.mark.parametrize(
    "name",
    ["../../x.csv", "a\r\nb.csv", "\x00.csv", "长" * 300 + ".csv", "CON.csv", "-o.csv", "甲\u202evsc.csv"],
)
def test_uploads_are_named_so_that_every_system_can_hold_them(reader: Reader, name: str) -> None:
    reader.led_on("/import", uploaded(name), kind="table")
    (job,) = reader.desk.jobs.all
    (file,) = [each for each in job.folder.iterdir() if each.suffix not in {".out", ".err"}]
    assert file.parent == job.folder
    assert len(file.name.encode()) <= 255
    assert not re.search(r"[\x00-\x1f\u202e/\\]|^\.|^con\.", file.name, re.IGNORECASE)


def test_a_notice_becomes_a_ledger_beside_this_one(reader: Reader, ledger: LedgerOnDisk) -> None:
    text = ledger.ok("notice")
    address = reader.led_on("/import", uploaded("通报.txt", text), kind="notice")
    page = reader.get(address)
    assert "推进不够有力" in page
    answer = reader.client.post(address, data={"token": reader.token, "folder": "../x"})
    assert answer.status_code == 409
    reader.job(address, folder="新台账")
    assert (ledger.root.parent / "新台账/data/ledger.yaml").exists()


def test_the_log_is_shown_by_pages_and_by_numbers(reader: Reader, ledger: LedgerOnDisk) -> None:
    ledger.ok("progress", "1.2", "开了会")
    assert "1.2" in reader.get("/log?id=1.2")
    assert "start" in reader.get("/log?page=7")
    reader.get("/log?id=9.9", 409)
    reader.get("/log?id=x", 409)


def test_an_audit_is_a_page_in_a_frame(reader: Reader) -> None:
    page = reader.job("/audit")
    (address,) = re.findall(r'<iframe src="([^"]*)"[^>]* sandbox>', page)
    assert "历史核验" in reader.client.get(address).text


def test_together_tells_what_came_of_it(reader: Reader, ledger: LedgerOnDisk) -> None:
    assert "origin" in reader.get("/together")
    assert "未设置远程仓库" in reader.job("/together", do="sync")
    ledger.git("init", "-q", "--bare", f"{ledger.root}/../bare")
    ledger.git("remote", "add", "origin", f"{ledger.root}/../bare")
    assert "按行合并" in reader.get("/together")
    ledger.write(".gitattributes", "data/**/*.yaml merge=xuncha\n")
    reader.job("/together", do="setup")
    assert "按字段合并" in reader.get("/together")
    assert "次提交" in reader.job("/together", do="sync", take="--help")
    assert "git 可以运行" in reader.job("/together", do="doctor")


def test_hostile_words_stay_words(reader: Reader, ledger: LedgerOnDisk) -> None:
    ledger.write(ledger.path("1.2"), measure("1.2", title='"<script>alert(1)</script>甲\\u202e乙"'))
    ledger.commit("<b>by hand</b>")
    for path in ("/notice", "/log", "/dashboard", "/reports", "/together"):
        raw = reader.client.get(path).text
        assert "<script>alert" not in raw
        assert "<b>by" not in raw
        assert "\u202e" not in raw
