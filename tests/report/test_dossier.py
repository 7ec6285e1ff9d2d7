"""The dossier: complete data of a measure, and numbered evidence, included or in a zip."""

from __future__ import annotations

import hashlib
import re
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.cli.inside import run_inside
from tests.conftest import measure
from tests.golden_files import agree
from tests.notice.forms import Page
from tests.paper.files import needs_fonts
from tests.punctuation import half_width, torn_pairs
from tests.report.cases import APART, KINDS, OF, pdf, png, proved
from tests.report.ledgers import at, data, told, worked

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

pypdf = pytest.importorskip("pypdf")
SOUND = {"评审意见.pdf": pdf(2), "现场照片.png": png()}


def without_hashes(text: str) -> str:
    """Replace the hashes of commits and files in a text with zeros, since they change with the content."""
    return re.sub(r"\b[0-9a-f]{10,64}\b", lambda found: "0" * len(found[0]), text)


def test_the_dossier_word_for_word(bare_ledger: LedgerOnDisk) -> None:
    ledger = worked(bare_ledger)
    at(ledger, "2024-06-14", "extend", OF, "--due", "2024-07-31", "--reason", "手续未完")
    shown = told(ledger, "report", "dossier", OF)
    assert shown.startswith("内部资料\n")
    assert not half_width(shown)
    assert not torn_pairs(shown)
    agree("report/dossier.txt", without_hashes(shown))


@pytest.mark.apart
def test_every_step_stands_in_it_as_in_the_log(bare_ledger: LedgerOnDisk) -> None:
    ledger = worked(bare_ledger)
    for each in ("2.1", "3.1", "1.1"):
        log = data(ledger, "log", each)
        steps = data(ledger, "report", "dossier", each)["steps"]
        kept = [(step["commit"], step["author"], step["action"], step["reason"]) for step in reversed(steps)]
        assert kept == [(row["commit"], row["author"], row["action"], row["reason"]) for row in log]
    undone = [step for step in data(ledger, "report", "dossier", "3.1")["steps"] if step["undone"]]
    assert [step["action"] for step in undone] == ["close"]
    assert "| 销号（已撤回） |" in told(ledger, "report", "dossier", "3.1", "-f", "md")


def test_what_a_desk_and_another_committer_have_done_is_told(bare_ledger: LedgerOnDisk) -> None:
    ledger = worked(bare_ledger)
    ledger.environment["XUNCHA_ACCOUNT"] = "李强账户"
    ledger.environment["GIT_COMMITTER_EMAIL"] = "desk@example.invalid"
    at(ledger, "2024-06-15", "progress", "1.2", "在台上记录。")
    step = data(ledger, "report", "dossier", "1.2")["steps"][-1]
    assert (step["account"], step["applied_by"]) == ("李强账户", "desk@example.invalid")
    shown = told(ledger, "report", "dossier", "1.2", "-f", "md")
    assert "tester（账号李强账户）（由desk@example" in shown


@pytest.mark.apart
def test_a_moved_time_limit_is_told_with_both_days(bare_ledger: LedgerOnDisk) -> None:
    ledger = worked(bare_ledger)
    (moved,) = data(ledger, "report", "dossier", "3.1")["extensions"]
    assert (moved["old"], moved["new"], moved["reason"]) == ("2024-12-31", "2024-07-31", "密理由密") or moved[
        "new"
    ] == "2024-07-31"
    assert "2024年7月31日，理由：密理由密" in told(ledger, "report", "dossier", "3.1")


def test_without_history_the_record_is_enough(bare_ledger: LedgerOnDisk) -> None:
    bare_ledger.write(
        bare_ledger.path("2.2"),
        measure(
            "2.2", "closed", term="long_term", closed="{date: 2024-04-01, note: 同意}",
            reviews="[{date: 2024-06-01, result: slipped, text: 有反弹}]", outcomes="{rules: 1234567.89}",
        ),
    )  # fmt: skip
    shown = told(bare_ledger, "report", "dossier", "2.2")
    for text in (
        "没有可查的历史记录",
        "整改成效出现反弹，有反弹。",
        "制定修订制度1234567.89项",
        "销号记载：2024年4月1日，同意",
    ):
        assert text in shown, text
    assert "台账版本" not in shown


@pytest.mark.apart
@needs_fonts
def test_the_pdf_holds_the_evidence_where_its_contents_say(bare_ledger: LedgerOnDisk, tmp_path: Path) -> None:
    ledger = proved(bare_ledger, tmp_path, SOUND)
    ledger.ok("report", "dossier", OF, "-f", "pdf", "-o", "dossier.pdf")
    reader = pypdf.PdfReader(ledger.root / "dossier.pdf")
    texts = [page.extract_text() for page in reader.pages]
    rows = data(ledger, "report", "dossier", OF)["evidence"]
    files = {row["name"]: row for row in rows if row["file"]}
    first = {
        name: next(n for n, text in enumerate(texts, 1) if n > 2 and f"佐证材料{row['number']}\u3000" in text)
        for name, row in files.items()
    }
    contents = "".join(texts[1].split())
    for name, row in files.items():
        assert re.search(rf"佐证材料{row['number']}{re.escape(name)}\.*{first[name]}(?!\d)", contents), name
        assert row["sha256"] in "".join(texts[first[name] - 1].split())
    start = first["评审意见.pdf"]
    assert len(texts) - start == 3, "its sheet, its two pages, and the picture's"
    cover = "".join(texts[start - 1].split())
    assert f"共2页，装订为本档第{start + 1}页至第{start + 2}页" in cover, "these pages bear no number of ours"
    assert f"—{len(texts)}—" in "".join(texts[-1].split())
    assert "/Metadata" not in reader.trailer["/Root"], "it would say that all of it is PDF/A"


@pytest.mark.apart
@needs_fonts
def test_the_same_commit_gives_the_same_bytes(bare_ledger: LedgerOnDisk, tmp_path: Path) -> None:
    ledger = proved(bare_ledger, tmp_path, SOUND)
    made = []
    for number in range(2):
        ledger.environment["XUNCHA_TODAY"] = ""
        ledger.ok("report", "dossier", OF, "-f", "zip", "-o", f"{number}.zip")
        made.append((ledger.root / f"{number}.zip").read_bytes())
    assert made[0] == made[1]


@needs_fonts
def test_no_file_is_missing_in_the_zip_or_unnamed_in_the_pdf(
    bare_ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    """The zip holds every sound file under its number; the PDF names each that is not bound in, with the reason."""
    ledger = proved(bare_ledger, tmp_path)
    ledger.ok("report", "dossier", OF, "-f", "zip", "-o", "dossier.zip")
    with ZipFile(BytesIO((ledger.root / "dossier.zip").read_bytes())) as packed:
        held = {name.rpartition("/")[2]: packed.read(name) for name in packed.namelist()}
        assert {name.partition("/")[0] for name in packed.namelist()} == {f"一事一档{OF}"}
    lines = [line.split("  ") for line in held.pop("SHA256SUMS").decode().splitlines()]
    sums = {name: known for known, name in lines}
    assert {name: hashlib.sha256(content).hexdigest() for name, content in held.items()} == sums
    assert held.pop(f"00-一事一档{OF}.pdf").startswith(b"%PDF")
    rows = [row for row in data(ledger, "report", "dossier", OF)["evidence"] if row["file"]]
    assert held == {f"{row['number']:02d}-{row['name']}": KINDS[row["name"]] for row in rows}
    ledger.ok("report", "dossier", OF, "-f", "pdf", "-o", "dossier.pdf")
    reader = pypdf.PdfReader(ledger.root / "dossier.pdf")
    text = "".join("".join(page.extract_text().split()) for page in reader.pages)
    for reason in APART.values():
        assert f"未装订：{reason}" in text, reason
    for name in KINDS:
        assert name in text, name


@pytest.mark.apart
def test_the_word_file_says_what_the_ledger_says(bare_ledger: LedgerOnDisk, tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    ledger = proved(bare_ledger, tmp_path, SOUND)
    ledger.ok("report", "dossier", OF, "-f", "docx", "-o", "dossier.docx")
    word = docx.Document(BytesIO((ledger.root / "dossier.docx").read_bytes()))
    cover, record, entries, evidence, steps = word.tables
    known = data(ledger, "report", "dossier", OF)
    assert cover.rows[0].cells[1].text == record.rows[0].cells[1].text == OF
    assert [row.cells[2].text.removesuffix("（本条不公开）") for row in entries.rows[1:]] == [
        each["text"] for each in known["progress"]
    ]
    assert [row.cells[2].text for row in evidence.rows[1:]] == [
        each["sha256"] or "—" for each in known["evidence"]
    ]
    assert len(steps.rows) - 1 == len(known["steps"])
    headings = [each.text for each in word.paragraphs if each.style.name == "Heading 1"]
    assert [each.text.rstrip("\t") for each in word.paragraphs if "\t" in each.text] == headings


@pytest.mark.apart
def test_the_web_page_says_what_the_ledger_says(bare_ledger: LedgerOnDisk, tmp_path: Path) -> None:
    ledger = proved(bare_ledger, tmp_path, SOUND)
    shown = told(ledger, "report", "dossier", OF, "-f", "html")
    for row in data(ledger, "report", "dossier", OF)["evidence"]:
        assert f"<td>{row['sha256']}</td>" in shown or row["sha256"] is None
    assert not [
        each
        for each in Page.of(shown.replace('%">', '%"></col>')).elements
        if each.tag in {"script", "a", "img"}
    ]


def test_own_templates_go_before_the_built_in_one(bare_ledger: LedgerOnDisk) -> None:
    ledger = worked(bare_ledger)
    ledger.write("templates/report.record.outline.j2", "field {{ ['本局编号', record.item.id] | cells }}\n")
    result = ledger.run("report", "dossier", OF)
    assert f"本局编号：{OF}" in result.out
    assert "templates/report.record.outline.j2" in result.err


@pytest.mark.parametrize(
    ("text", "code"), [("2", "not-a-measure"), ("9.9", "no-such-measure"), ("../x", "bad-id")]
)
def test_what_is_no_measure_is_refused(ledger: LedgerOnDisk, text: str, code: str) -> None:
    result = run_inside(ledger, "report", "dossier", text)
    assert (result.code, result.out) == (1, "")
    assert f"error[{code}]" in result.err
