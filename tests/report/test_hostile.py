"""Text of a ledger stays text in every report, and reasons and notes in commits appear in none."""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING
from unicodedata import normalize

import pytest

from tests.conftest import TODAY
from tests.notice.forms import Page
from tests.paper.documents import HOSTILE
from tests.report.ledgers import told, worked

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

openpyxl = pytest.importorskip("openpyxl")

COMMANDS = (
    ("weekly",),
    ("dispatch",),
    ("plan",),
    ("progress",),
    ("letter", "reminder", "1.1"),
    ("letter", "supervision", "1.1"),
    ("letter", "warning", "1.1"),
)
OF_A_CASE = (("closing",), ("dossier",))


def hostile(ledger: LedgerOnDisk, text: str) -> LedgerOnDisk:
    """Make a ledger in which every text is the same."""
    name = text[:100]
    record = {
        "data/ledger.yaml": {
            "organisation": text,
            "inspection": {"inspector": text, "round": text, "feedback": "2023-11-10"},
            "categories": [{"key": "a", "title": text}],
            "leading_group": {"head": name, "office": name},
            "leaders": [name],
            "offices": [name],
        },
        "data/problems/01/problem.yaml": {
            "title": text,
            "category": "a",
            "finding": f"{text}\ntitle x\n{text}",
        },
        "data/problems/01/1.1.yaml": {
            "title": text,
            "goal": text,
            "part": text,
            "leader": name,
            "office": name,
            "co_offices": [name],
            "due": "2024-06-01",
            "status": "in_progress",
            "progress": [{"date": TODAY, "text": f"{text}\np {text}", "evidence": [text]}],
        },
    }
    for folder in ("01", "02", "03"):
        for old in (ledger.root / "data/problems" / folder).iterdir():
            old.unlink()
    for path, content in record.items():
        ledger.write(path, json.dumps(content, ensure_ascii=False))
    return ledger


@pytest.mark.parametrize("text", HOSTILE)
def test_texts_are_shown_as_they_are(bare_ledger: LedgerOnDisk, text: str) -> None:
    ledger = hostile(bare_ledger, text)
    for command in (*COMMANDS, *((*each, "1.1") for each in OF_A_CASE)):
        shown = told(ledger, "report", *command)
        assert normalize("NFKC", text) in normalize("NFKC", shown), (
            command
        )  # beside Chinese, marks become full-width
        page = Page.of(told(ledger, "report", *command, "-f", "html").replace('%">', '%"></col>'))
        assert not [each for each in page.elements if each.tag in {"script", "b", "img", "a"}]
        assert not page.comments


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_of_the_workbook_is_a_formula(bare_ledger: LedgerOnDisk, text: str) -> None:
    hostile(bare_ledger, text).ok("report", "plan", "-f", "xlsx", "-o", "plan.xlsx")
    book = openpyxl.load_workbook(BytesIO((bare_ledger.root / "plan.xlsx").read_bytes()))
    assert book.sheetnames == ["问题清单", "任务清单", "责任清单"]
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    assert (cell.data_type, cell.quotePrefix) == ("s", True), cell.coordinate


@pytest.mark.parametrize("form", ["txt", "md", "html"])
def test_reasons_and_notes_are_in_no_form(bare_ledger: LedgerOnDisk, form: str) -> None:
    ledger = worked(bare_ledger)
    for command in (("weekly",), ("dispatch",), ("plan",), ("letter", "reminder", "1.1")):
        assert "密" not in told(ledger, "report", *command, "-f", form)
    for command in (("weekly",), ("dispatch",)):
        assert "密" not in told(ledger, "report", *command, "--json")


@pytest.mark.apart(but=1)
@pytest.mark.parametrize(("form", "head"), [("txt", "内部资料\n"), ("md", "内部资料\n\n# "), ("html", '<p class="mark">内部资料</p>\n<h1>')])  # fmt: skip
def test_each_report_says_first_that_it_is_internal(bare_ledger: LedgerOnDisk, form: str, head: str) -> None:
    ledger = worked(bare_ledger)
    for command in (*COMMANDS, *((*each, "2.1") for each in OF_A_CASE)):
        shown = told(ledger, "report", *command, "-f", form)
        assert head in shown if form == "html" else shown.startswith(head), command


def test_what_is_withheld_from_the_public_is_told_inside(bare_ledger: LedgerOnDisk) -> None:
    """The office must press for what it does not publish."""
    ledger = worked(bare_ledger)
    assert "做好3.1号工作" in told(ledger, "report", "weekly")
    assert "保留标记甲乙丙" in told(ledger, "report", "plan")
