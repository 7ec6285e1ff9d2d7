"""The application to close: all recorded facts, blank lines for missing data, no signatures."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from tests.cli.inside import run_inside
from tests.cli.ledgers import unsaid
from tests.conftest import measure
from tests.golden_files import agree
from tests.notice.forms import Page
from tests.punctuation import half_width, torn_pairs
from tests.report.ledgers import at, data, once, told, worked

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

SIGN = "（签名）："


def decided(ledger: LedgerOnDisk) -> LedgerOnDisk:
    """Close measures as the office, as the leader, and as the head of the leading group, one of them after a return."""
    return once("decided", worked(ledger), _decide)


def _decide(ledger: LedgerOnDisk) -> None:
    at(ledger, "2024-06-14", "progress", "2.1", "修订办法两项。", "--evidence", "某水〔2024〕9号")
    by(ledger, "2024-06-14", "分管副局长", "return", "2.1", "--reason", "缺少会议纪要")
    at(ledger, "2024-06-14", "submit", "2.1")
    by(ledger, "2024-06-15", "局长", "close", "2.1", "--note", "同意", "--date", "2024-06-14")


def by(ledger: LedgerOnDisk, day: str, name: str, *arguments: str) -> None:
    """Do something in somebody's name."""
    kept = dict(ledger.environment)
    ledger.environment |= {"GIT_AUTHOR_NAME": name, "GIT_COMMITTER_NAME": name}
    at(ledger, day, *arguments)
    ledger.environment.clear()
    ledger.environment |= kept


def test_the_form_word_for_word(bare_ledger: LedgerOnDisk) -> None:
    shown = told(decided(bare_ledger), "report", "closing", "2.1", "2.3")
    assert shown.startswith("内部资料\n")
    assert not half_width(shown)
    assert not torn_pairs(shown)
    agree("report/closing.txt", shown)


def test_each_fact_stands_with_whoever_the_ledger_knows(bare_ledger: LedgerOnDisk) -> None:
    form = data(decided(bare_ledger), "report", "closing", "2.1")["forms"][0]["known"]
    told_of = {who: [(each["deed"], each["by"]) for each in form[who]] for who in ("leader", "desk", "group")}
    user = bare_ledger.git("config", "user.name").strip()
    assert [each["deed"] for each in form["office"]] == ["submit", "submit"]
    assert told_of == {
        "leader": [("return", "分管副局长")],
        "desk": [("return", user)],
        "group": [("close", "局长")],
    }
    (closed,) = form["group"]
    assert (closed["day"], closed["recorded"], closed["said"]) == ("2024-06-14", "2024-06-15", "同意")


def test_what_was_before_it_was_opened_again_or_was_taken_back_is_not_told(bare_ledger: LedgerOnDisk) -> None:
    ledger = worked(bare_ledger)
    at(ledger, "2024-06-15", "reopen", "2.3", "--reason", "反弹")
    forms = data(ledger, "report", "closing", "2.3", "3.1")["forms"]
    assert [fact for form in forms for facts in form["known"].values() for fact in facts] == []


@pytest.mark.apart
def test_to_take_something_back_returns_nothing_and_leaves_what_stood(bare_ledger: LedgerOnDisk) -> None:
    """An undo leads from submitted to in progress as a return does, and from closed as an opening does."""
    ledger = worked(bare_ledger)
    at(ledger, "2024-06-15", "submit", "1.2")
    at(ledger, "2024-06-15", "undo")
    at(ledger, "2024-06-15", "close", "2.1")
    at(ledger, "2024-06-15", "undo")
    idle, waiting = (form["known"] for form in data(ledger, "report", "closing", "1.2", "2.1")["forms"])
    assert not [fact for facts in idle.values() for fact in facts]
    assert [fact["deed"] for facts in waiting.values() for fact in facts] == ["submit", "return"]


def test_without_history_the_file_alone_is_told_and_nothing_added(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(bare_ledger.path("2.3"), measure("2.3", "closed", closed="{}"))
    shown = told(bare_ledger, "report", "closing", "2.2", "2.3")
    assert "台账记载：办公室于2024年4月1日销号。" in shown
    assert "台账记载：销号。" in shown
    assert "系统记载：" not in shown.replace("“系统记载”", "")


def test_what_nobody_said_is_room_to_write(bare_ledger: LedgerOnDisk) -> None:
    ledger = unsaid(bare_ledger)
    started = next(each["id"] for each in data(ledger, "list") if each["status"] != "not_started")
    ledger.write(ledger.path(started), "title: 甲\nstatus: in_progress\n")
    shown = told(ledger, "report", "closing", started).splitlines()
    for label in (
        "整改目标",
        "整改时限",
        "责任领导",
        "责任科室",
        "配合科室",
        "具体责任人",
        "整改情况",
        "佐证材料",
    ):
        assert f"{label}：" in shown, label
    assert not [line for line in shown[3:] if "待明确" in line]


@pytest.mark.apart(but=1)
@pytest.mark.parametrize("form", ["txt", "md", "html"])
def test_no_name_stands_where_somebody_signs(bare_ledger: LedgerOnDisk, form: str) -> None:
    shown = told(decided(bare_ledger), "report", "closing", "2.1", "-f", form)
    signed = [part.partition(SIGN)[2] for part in shown.splitlines() if SIGN in part]
    assert len(signed) == 4
    for rest in signed:
        assert rest.split("<")[0].replace("\u3000", "") == "年月日"


def test_all_that_wait_are_printed_each_on_a_page(bare_ledger: LedgerOnDisk) -> None:
    ledger = worked(bare_ledger)
    waiting = [each["id"] for each in data(ledger, "list", "--status", "submitted")]
    report = data(ledger, "report", "closing", "--submitted")
    assert [form["id"] for form in report["forms"]] == waiting == ["2.1"]
    page = Page.of(told(ledger, "report", "closing", "1.2", "2.1", "2.3", "-f", "html"))
    assert len([each for each in page.elements if each.tag == "h1"]) == 3


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        ([], "usage", 2),
        (["2.1", "--submitted"], "usage", 2),
        (["--submitted"], "nothing-submitted", 1),
        (["1.1"], "not-started", 1),
        (["2"], "not-a-measure", 1),
        (["9.9"], "no-such-measure", 1),
    ],
)
def test_where_there_is_nothing_to_print_it_says_so(
    ledger: LedgerOnDisk, arguments: list[str], code: str, exit_code: int
) -> None:
    ledger.write(ledger.path("2.1"), measure("2.1", "in_progress"))
    result = run_inside(ledger, "report", "closing", *arguments)
    assert (result.code, result.out) == (exit_code, "")
    assert f"error[{code}]" in result.err


def test_the_word_file_says_what_the_ledger_says(bare_ledger: LedgerOnDisk) -> None:
    docx = pytest.importorskip("docx")
    ledger = decided(bare_ledger)
    ledger.ok("report", "closing", "2.1", "2.3", "-f", "docx", "-o", "closing.docx")
    word = docx.Document(BytesIO((ledger.root / "closing.docx").read_bytes()))
    forms = [_fields(table) for table in word.tables]
    for form, row in zip(forms, data(ledger, "report", "closing", "2.1", "2.3")["forms"], strict=True):
        assert (form["编号"], form["整改措施"]) == (row["id"], row["title"])
        assert (form["责任领导"], form["责任科室"]) == (row["leader"], row["office"])
        assert form["反馈问题"] == f"{row['problem']}.{row['problem_title']}"
        assert len(form["整改情况"].splitlines()) == len(row["progress"])
        assert [line.partition(".")[2] for line in form["佐证材料"].splitlines()] == [
            each["name"] for each in row["evidence"]
        ]
        assert form["责任科室意见"].count("申请销号") == len(row["known"]["office"])
    titles = [each for each in word.paragraphs if each.style.name == "Title"]
    assert [bool(each.paragraph_format.page_break_before) for each in titles] == [False, True]


def test_own_templates_go_before_the_built_in_one(bare_ledger: LedgerOnDisk) -> None:
    ledger = worked(bare_ledger)
    ledger.write(
        "templates/report.closing.outline.j2",
        "title 本局审批单\n{% for form in report.forms %}form 1 1\nfield {{ ['号', form.record.item.id] | cells }}\n{% endfor %}",
    )
    result = ledger.run("report", "closing", "2.1")
    assert "本局审批单" in result.out
    assert "号：2.1" in result.out
    assert "templates/report.closing.outline.j2" in result.err


def _fields(table: object) -> dict[str, str]:
    """Return the fields of a form in a Word file, by their labels."""
    found: dict[str, str] = {}
    for row in table.rows:  # type: ignore[attr-defined]
        texts = list({cell._tc: cell.text for cell in row.cells}.values())
        found |= dict(zip(texts[::2], texts[1::2], strict=True))
    return found
