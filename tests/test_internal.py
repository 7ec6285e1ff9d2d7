"""What is internal (persons, fields of one's own, comments, own forms) is kept, handed over and merged, and is in nothing public."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from tests.cli.inside import told
from tests.conftest import LEDGER, LedgerOnDisk, measure
from tests.workflow.surroundings import clones

if TYPE_CHECKING:
    from pathlib import Path

FIELDS = "  - {key: memo, label: 内部备忘, of: measure}\npolicy:"
PERSON, CAUSE, MEMO, TEXT, NAME, FORM = (
    "标记人员甲",
    "标记根源乙",
    "标记备忘丙",
    "标记意见丁",
    "标记姓名戊",
    "标记表式己",
)
INTERNAL = (PERSON, CAUSE, MEMO, TEXT, NAME, FORM)


@pytest.fixture
def marked(ledger: LedgerOnDisk) -> LedgerOnDisk:
    """Add something internal of every kind to the ledger, and commit it."""
    ledger.write("data/ledger.yaml", LEDGER.replace("policy:", FIELDS))
    ledger.write(ledger.path("1.2"), measure("1.2", person=PERSON, fields=f"{{risk: 高, memo: {MEMO}}}"))
    ledger.write(
        ledger.path("2.2"), measure("2.2", "closed", person=PERSON, fields=f"{{risk: 低, memo: {MEMO}}}")
    )
    ledger.write(
        "data/problems/01/problem.yaml", f"title: 学习不够深入\ncategory: a\nfields: {{cause: {CAUSE}}}\n"
    )
    ledger.write(
        "data/comments/001.yaml",
        f"received: 2024-05-06\nchannel: phone\ntext: {TEXT}\nname: {NAME}\nabout: '1.2'\n",
    )
    ledger.write("data/forms/月报.yaml", f"name: 月报\nsheet: {FORM}\ncolumns: {{问题: problem}}\n")
    ledger.commit()
    assert ledger.ok("validate")
    return ledger


def _all_text(file: Path) -> str:
    """Everything that a document holds, inside of zipped ones too."""
    content = file.read_bytes()
    if not zipfile.is_zipfile(file):
        return content.decode()
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return "".join(parts.read(name).decode("utf-8", "replace") + name for name in parts.namelist())


@pytest.mark.parametrize("form", ["txt", "md", "html", "docx"])
def test_no_notice_holds_anything_internal(marked: LedgerOnDisk, tmp_path: Path, form: str) -> None:
    file = tmp_path / f"通报.{form}"
    told(marked, "notice", "-f", form, "-o", str(file))
    text = _all_text(file)
    assert "1.2号工作已经开展" in text
    assert not [each for each in INTERNAL if each in text]


def test_the_public_dashboard_holds_nothing_internal(marked: LedgerOnDisk, tmp_path: Path) -> None:
    told(marked, "dashboard", "-o", str(tmp_path / "公开.html"))
    assert not [each for each in INTERNAL if each in _all_text(tmp_path / "公开.html")]


@pytest.mark.parametrize("form", ["xlsx", "json", "csv"])
def test_what_offices_take_home_holds_persons_and_fields(
    marked: LedgerOnDisk, tmp_path: Path, form: str
) -> None:
    file = tmp_path / f"台账.{form}"
    told(marked, "export", form, "-o", str(file))
    text = file.read_text(encoding="utf-8-sig") if form != "xlsx" else _cells(file)
    assert [each for each in (PERSON, MEMO, CAUSE) if each not in text] == []


def _cells(file: Path) -> str:
    sheets = load_workbook(file)
    return "\n".join(
        str(cell) for sheet in sheets for row in sheet.iter_rows(values_only=True) for cell in row
    )


def test_an_archive_holds_comments_fields_and_forms(marked: LedgerOnDisk, tmp_path: Path) -> None:
    file = tmp_path / "归档.zip"
    marked.ok("archive", "-o", file)
    with zipfile.ZipFile(file) as parts:
        held = {name.partition("/")[2]: parts.read(name) for name in parts.namelist()}
    for path in (
        "data/comments/001.yaml",
        "data/forms/月报.yaml",
        "data/problems/01/1.2.yaml",
        "data/ledger.yaml",
    ):
        (found,) = [content for name, content in held.items() if name.endswith("ledger/" + path)]
        assert found == (marked.root / path).read_bytes()
    public = b"".join(content for name, content in held.items() if "/notice" in name or "通报" in name)
    assert not [each for each in INTERNAL if each.encode() in public]


def _rewrite(ledger: LedgerOnDisk, *changes: tuple[str, str]) -> None:
    """Change data/ledger.yaml by hand, and enter it."""
    text = (ledger.root / "data/ledger.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    ledger.write("data/ledger.yaml", text)
    ledger.ok("edit")


def test_fields_of_two_offices_are_merged_key_by_key(marked: LedgerOnDisk) -> None:
    here, there = clones(marked, "甲", "乙")
    there.ok("set", "1.2", "--field", "risk=中")
    _rewrite(
        there,
        ("[高, 中, 低]", "[特高, 高, 中, 低]"),
        ("policy:", "  - {key: one, label: 其一, of: measure}\npolicy:"),
    )
    there.ok("comment", "add", "彼处的意见", "--channel", "web")
    there.ok("sync")
    here.ok("set", "1.2", "--field", "memo=改过的备忘")
    _rewrite(
        here,
        ("label: 风险等级", "label: 风险级别"),
        ("policy:", "  - {key: two, label: 其二, of: measure}\npolicy:"),
    )
    here.ok("comment", "add", "此处的意见", "--channel", "web")
    here.ok("sync")
    assert here.json("show", "1.2")["fields"] == {"risk": "中", "memo": "改过的备忘"}
    for field in ("风险级别=特高", "one=填上", "two=填上"):
        here.ok("set", "1.2", "--field", field)
    assert [each["text"] for each in here.json("comment", "list")] == [TEXT, "彼处的意见", "此处的意见"]
    found = {each["code"] for each in json.loads(here.run("audit", "--json").out)}
    assert found == {"by-hand"}, "the first commit"
