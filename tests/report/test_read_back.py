"""Every number in all documents of a ledger, read back from the files, equals that of `status`."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.ledgers import all_lights
from tests.conftest import measure
from tests.paper.files import PDF, needs_poppler, pages
from tests.report.ledgers import data, told

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

word = pytest.importorskip("docx")
openpyxl = pytest.importorskip("openpyxl")

STATED = {
    "problems.total": r"([0-9]+)个问题(?!、[0-9]+条措施的整改情况公布)",
    "problems.closed": r"(?:已完成整改|整改的问题)([0-9]+)个",
    "problems.rate": r"整改完成率为?([0-9.]+)%",
    "measures.total": r"([0-9]+)条(?:整改措施(?=已销号|，列入|。|，其中|其中)|措施中)",
    "measures.closed": r"(?:整改措施已销号|措施中已完成)([0-9]+)条",
    "measures.rate": r"(?:按措施计算的销号率为|措施销号率)([0-9.]+)%",
    "measures.overdue": r"(?:目前逾期|逾期的措施)([0-9]+)条|以下([0-9]+)条措施逾期",
    "measures.due_soon": r"天内到期(?:的措施)?([0-9]+)条|以下([0-9]+)条措施将在",
    "measures.submitted": r"申请销号待核验([0-9]+)条",
    "measures.not_started": r"(?:，未启动|尚未启动)([0-9]+)条",
    "measures.long_term_closed": r"(?:长期任务取得阶段性成效|阶段性成效并销号的长期任务)([0-9]+)条",
    "published.problems": r"([0-9]+)个问题、[0-9]+条措施的整改情况公布",
    "published.measures": r"个问题、([0-9]+)条措施的整改情况公布",
}
"""What papers say in words, by what `status --json` calls it."""
_STANDING = {
    "problems.total",
    "problems.closed",
    "problems.rate",
    "measures.total",
    "measures.closed",
    "measures.rate",
}
_URGENT = {"measures.overdue", "measures.due_soon"}
PAPERS: dict[tuple[str, ...], set[str]] = {
    ("notice",): {"problems.total", "problems.closed", "measures.total", "measures.closed", "published.problems", "published.measures"},
    ("report", "weekly"): _STANDING | _URGENT,
    ("report", "dispatch"): _STANDING | _URGENT,
    ("report", "plan"): {"problems.total", "measures.total"},
    ("report", "progress"): _STANDING | _URGENT | {"measures.long_term_closed"},
}  # fmt: skip
"""By their commands, what each must say at least."""
FORMS = ["txt", "md", "html", "docx"]
if not any(mark.args[0] for mark in (*PDF.marks, needs_poppler.mark)):
    FORMS.append("pdf")


def read(path: Path) -> str:
    """Return what a reader of a finished file sees, without blanks and line ends."""
    content = path.read_bytes()
    if path.suffix == ".docx":
        found = word.Document(BytesIO(content)).element.body
        text = "".join(each.text or "" for each in found.iter() if each.tag.endswith("}t"))
    elif path.suffix == ".pdf":
        text = "".join(
            line
            for page in pages(content, path.parent)
            for line in page
            if not re.fullmatch("—[0-9]+—", line)
        )
    elif path.suffix == ".html":
        text = unescape(re.sub("<[^>]*>", "", re.sub("(?s)<style>.*?</style>", "", content.decode())))
    else:
        text = content.decode()
    return "".join(text.replace("\\", "").split())


def counted(status: Any) -> dict[str, float]:
    """Return the numbers of `status --json`, by names with dots; rates in percent."""
    found = {
        f"{thing}.{key}": value
        for thing in ("problems", "measures", "published")
        for key, value in status[thing].items()
    }
    return {key: round(value * 100, 2) if key.endswith(".rate") else value for key, value in found.items()}


def stated(text: str) -> dict[str, set[float]]:
    """Return the numbers that a text states, by the same names."""
    found = {
        key: {float(next(filter(None, each.groups()))) for each in re.finditer(pattern, text)}
        for key, pattern in STATED.items()
    }
    return {key: values for key, values in found.items() if values}


@pytest.fixture
def case(bare_ledger: LedgerOnDisk) -> LedgerOnDisk:
    """Every light, a long-term measure that reached its stage, and a problem that is complete; no number twice where that can be."""
    ledger = all_lights(bare_ledger)
    for identity in ("1.3", "1.4", "1.5"):
        ledger.write(ledger.path(identity), measure(identity, "not_started", due="2024-12-31"))
    ledger.write(ledger.path("3.1"), measure("3.1", "closed"))
    return ledger


@pytest.mark.apart
def test_every_number_of_every_paper_is_that_of_status(case: LedgerOnDisk) -> None:
    wanted = counted(data(case, "status"))
    for paper, form in product(PAPERS, FORMS):
        told(case, *paper, "-f", form, "-o", f"{paper[-1]}.{form}")
        found = stated(read(case.root / f"{paper[-1]}.{form}"))
        assert {key: values for key, values in found.items() if values != {wanted[key]}} == {}, (paper, form)
        assert found.keys() >= PAPERS[paper], (paper, form)


def test_the_total_of_the_dispatch_and_the_letters_agree(case: LedgerOnDisk) -> None:
    """The last row of the table of the offices; and what each office is late with, letter by letter."""
    wanted = counted(data(case, "status"))
    numbers = [wanted[f"measures.{key}"] for key in ("total", "closed", "rate", "overdue")]
    total = "".join(f"[|]*{number}%?" for number in numbers)
    for form in FORMS:
        told(case, "report", "dispatch", "-f", form, "-o", f"dispatch.{form}")
        assert re.search(f"合计{total}(?![0-9.%])", read(case.root / f"dispatch.{form}")), form
    for form in ("txt", "docx"):
        late = 0
        for office in ("规划科", "财务科"):
            told(
                case, "report", "letter", "warning", "--office", office, "-f", form, "-o", f"{office}.{form}"
            )
            (said,) = re.findall("牵头的([0-9]+)条整改措施均?已逾期", read(case.root / f"{office}.{form}"))
            late += int(said)
        assert late == wanted["measures.overdue"], form


def test_the_workbooks_say_the_same(case: LedgerOnDisk) -> None:
    wanted = counted(data(case, "status"))
    told(case, "export", "xlsx", "-o", "ledger.xlsx")
    book = openpyxl.load_workbook(case.root / "ledger.xlsx")
    shown = {str(row[0].value): str(row[1].value) for row in book["统计"].iter_rows(max_row=14)}
    for heading, key in {
        "问题总数": "problems.total",
        "已完成整改的问题": "problems.closed",
        "问题整改完成率": "problems.rate",
        "措施总数": "measures.total",
        "其中已销号": "measures.closed",
        "措施销号率": "measures.rate",
        "逾期的措施": "measures.overdue",
    }.items():
        assert float(shown[heading].rstrip("%")) == wanted[key], heading
    told(case, "report", "plan", "-f", "xlsx", "-o", "plan.xlsx")
    book = openpyxl.load_workbook(case.root / "plan.xlsx")
    listed = [row[2].value for row in book["任务清单"].iter_rows(min_row=4)]
    assert len(listed) == wanted["measures.total"]
