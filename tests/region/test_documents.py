"""Documents of a region: the numbers of `--json` in every form, harmless names, nothing internal in public ones."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docx
import openpyxl
import pytest

from tests.golden_files import agree
from tests.paper.files import all_of_pdf, all_of_word, needs_poppler, text_of_pdf
from tests.region import handed_in
from xuncha.tally import percent

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

ASKED = ("--trend", "--similar")
ON_PAPER = ("txt", "md", "docx", "pdf")


@pytest.fixture(scope="session")
def handed_in_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with what the units of a region handed in."""
    return handed_in.region(tmp_path_factory.mktemp("region"))


@pytest.fixture
def place(tmp_path: Path, handed_in_once: Path) -> Path:
    """Return a copy of the folder with what the units of a region handed in."""
    return Path(shutil.copytree(handed_in_once, tmp_path / "各单位"))


def told(ledger: LedgerOnDisk, place: Path) -> dict[str, Any]:
    """Return what `--json` prints."""
    found: dict[str, Any] = json.loads(ledger.ok("rollup", place, *ASKED, "--json"))
    return found


def written(ledger: LedgerOnDisk, place: Path, form: str, *more: str) -> bytes:
    """Write a document in a form, and return its content."""
    target = place.parent / f"out.{form}"
    ledger.ok("rollup", place, *ASKED, *more, "-f", form, "-o", target)
    return target.read_bytes()


def as_text(content: bytes, form: str, folder: Path) -> str:
    """Return the text of a document on paper, without blanks and the lines of tables."""
    if form == "docx":
        opened = docx.Document(BytesIO(content))
        cells = "".join(cell.text for table in opened.tables for row in table.rows for cell in row.cells)
        return "".join(("".join(paragraph.text for paragraph in opened.paragraphs) + cells).split())
    if form == "pdf":
        return text_of_pdf(content, folder)
    return re.sub(r"[\s|\\-]", "", content.decode())


def days(late: dict[str, Any]) -> str:
    """How late, in a table."""
    return "—" if late["maximum"] is None else f"{late['maximum']}天"


def cells(each: dict[str, Any]) -> list[str]:
    """How a unit, a group or all stand in a table on paper."""
    problems, measures = each["problems"], each["measures"]
    return [
        f"{problems['closed']}/{problems['total']}",
        percent(problems["closed"], problems["total"]),
        f"{measures['closed']}/{measures['total']}",
        percent(measures["closed"], measures["total"]),
        str(measures["overdue"]),
        days(each["late"]),
    ]


class Tables(HTMLParser):
    """The rows of all tables of a page, each a list of texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, _attributes: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in {"td", "th"} and self.rows:
            self.rows[-1].append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.rows[-1][-1] += data.strip()


@pytest.mark.apart(but=1)
@needs_poppler
@pytest.mark.parametrize("form", ON_PAPER)
def test_paper_says_the_numbers_of_json(ledger: LedgerOnDisk, place: Path, form: str) -> None:
    found = told(ledger, place)
    said = as_text(written(ledger, place, form), form, place.parent)
    total = found["total"]
    sentence = f"{total['units']}个单位反馈问题{total['problems']['total']}个，完成整改{total['problems']['closed']}个"
    assert sentence in said
    assert f"整改完成率{percent(total['problems']['closed'], total['problems']['total'])}" in said
    assert f"逾期天数中位数{total['late']['median']:g}天、最长{total['late']['maximum']}天" in said
    counted = [unit for unit in found["units"] if unit["measures"]]
    assert [unit["rank"] for unit in counted] == [1, 1, 3, 4], "two share the first place"
    for unit in counted:
        assert "".join([str(unit["rank"]), unit["unit"], *cells(unit)]) in said
    for group in found["groups"]:
        assert "".join([group["path"][-1], str(group["units"]), *cells(group)]) in said
    assert "".join(["—合计", *cells(total)]) in said


def test_the_page_says_the_numbers_of_json(ledger: LedgerOnDisk, place: Path) -> None:
    found = told(ledger, place)
    rows = Tables(written(ledger, place, "html").decode()).rows
    for each, head in [
        *(
            (unit, [str(unit["rank"]), unit["unit"], unit["group"][0]])
            for unit in found["units"]
            if unit["measures"]
        ),
        *((group, [group["path"][-1], str(group["units"])]) for group in found["groups"]),
        (found["total"], ["", "合计", ""]),
    ]:
        on_paper, measures, late = cells(each), each["measures"], each["late"]
        behind = ["—", "—"] if late["median"] is None else [f"{late['median']:g}", str(late["maximum"])]
        others = [
            str(measures[name]) for name in ("due_soon", "review_due", "not_assigned", "long_term_closed")
        ]
        assert [*head, *on_paper[:5], *behind, *others] in rows


def test_the_workbook_holds_the_numbers_of_json_as_numbers(ledger: LedgerOnDisk, place: Path) -> None:
    found = told(ledger, place)
    book = openpyxl.load_workbook(BytesIO(written(ledger, place, "xlsx")))
    units = {row[1]: row for row in book["位次"].iter_rows(min_row=4, values_only=True)}
    groups = {str(row[0]).strip(): row for row in book["汇总"].iter_rows(min_row=4, values_only=True)}
    for each, row in [
        *((unit, units[unit["unit"]][3:]) for unit in found["units"] if unit["measures"]),
        *((group, groups[group["path"][-1]][2:]) for group in found["groups"]),
        (found["total"], groups["合计"][2:]),
    ]:
        problems, measures, late = each["problems"], each["measures"], each["late"]
        assert list(row) == [
            problems["total"], problems["closed"], problems["rate"], measures["total"], measures["closed"], measures["rate"],
            measures["not_started"], measures["in_progress"], measures["submitted"], measures["long_term_closed"],
            measures["overdue"], late["median"] or "—", late["maximum"] or "—", measures["due_soon"], measures["review_due"],
            measures["not_assigned"],
        ]  # fmt: skip
    assert [units[name][0] for name in handed_in.PLAIN] == [1, 1, 3, 4]
    for sheet in book:
        assert sheet.print_title_rows == "$1:$3"
        assert sheet.page_setup.orientation == "landscape"


@pytest.mark.apart(but=2)
@pytest.mark.parametrize("form", ["html", "xlsx", *ON_PAPER])
def test_names_of_units_do_no_harm(ledger: LedgerOnDisk, tmp_path: Path, form: str) -> None:
    place = handed_in.region(tmp_path / "各单位", hostile=True)
    content = written(ledger, place, form, "--internal")
    if form == "xlsx":
        names = []
        for sheet in openpyxl.load_workbook(BytesIO(content)):
            for row in sheet.iter_rows():
                names += [cell.value for cell in row]
                assert not any(cell.data_type == "f" for cell in row)
        assert {*handed_in.HOSTILE[:3], "[31m红 [0m局 第二行"} <= set(names)
    elif form == "html":
        page = content.decode()
        script = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
        assert len(script) == 1, "the one that sorts"
        known = base64.b64encode(hashlib.sha256(script[0].encode()).digest()).decode()
        assert f"script-src 'sha256-{known}'" in page
        assert "&lt;script&gt;alert" in page
    elif form in {"txt", "md"}:
        assert not set(content.decode()) & {"\x1b", "\r"}
        assert "<script>" not in content.decode() or form == "txt"


@needs_poppler
@pytest.mark.parametrize("form", ["html", "xlsx", *ON_PAPER])
def test_the_public_is_told_no_person_and_nothing_withheld(
    ledger: LedgerOnDisk, place: Path, form: str
) -> None:
    def everything(*more: str) -> str:
        content = written(ledger, place, form, *more)
        if form == "docx":
            return all_of_word(content)
        if form == "pdf":
            return all_of_pdf(content, place.parent)
        if form == "xlsx":
            sheets = openpyxl.load_workbook(BytesIO(content))
            return "\n".join(
                str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row
            )
        return content.decode()

    public = everything()
    assert "公务接待" in public
    for each in (handed_in.SUPERVISOR, handed_in.SECRET, "parquet"):
        assert each not in public
    if form in {"html", "xlsx"}:
        inside = everything("--internal")
        for each in (handed_in.SUPERVISOR, handed_in.SECRET, "broken.parquet"):
            assert each in inside
        assert "内部资料" in inside


def test_notice_and_dispatch_read_as_they_should(ledger: LedgerOnDisk, place: Path) -> None:
    agree("region/notice.txt", ledger.ok("rollup", place, *ASKED, "-f", "txt"))
    agree("region/dispatch.txt", ledger.ok("rollup", place, "--dispatch"))
    agree("region/dispatch-later.txt", ledger.ok("rollup", place, "--dispatch", "--today", "2024-06-22"))


def test_a_template_of_ones_own_is_used_and_named(ledger: LedgerOnDisk, place: Path) -> None:
    (place / "templates").mkdir()
    inside = "（{% for each in region.units + region.others %}{{ each.supervisor }}{{ each.message }}{{ each.source }}{% endfor %}）"
    own = "title 通报\np {{ region.total.counts.problems }}个问题。" + inside + "\n"
    (place / "templates/region.notice.outline.j2").write_text(own, encoding="utf-8")
    result = ledger.run("rollup", place, "-f", "txt")
    assert "10个问题。（）" in result.out, "not even to a template is told what is internal"
    assert handed_in.SUPERVISOR in ledger.run("rollup", place, "-f", "txt", "--internal").out
    assert "templates/region.notice.outline.j2" in result.err


def test_what_does_not_fit_is_refused_before_any_work(ledger: LedgerOnDisk, place: Path) -> None:
    assert "error[unknown-format]" in ledger.run("rollup", place, "-f", "doc").err
    assert "error[wrong-suffix]" in ledger.run("rollup", place, "-f", "docx", "-o", "a.pdf").err
    assert "error[wrong-suffix]" in ledger.run("rollup", place, "-o", "a.csv").err
    assert "error[usage]" in ledger.run("rollup", place, "-f", "txt", "--json").err
