"""Every form of a document contains its texts."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.paper.files import PDF, pdf
from tests.program import aside
from xuncha.paper.forms import FORMS, TABLES, TEXT, convert
from xuncha.paper.outline import Block, Document, Instruction, Table

if TYPE_CHECKING:
    from pathlib import Path

ANY = Document(
    "某党组关于某事的方案",
    (
        Block("to", "规划科："),
        Block("h1", "一、甲"),
        Block("p", "正文。"),
        Block("sign", "某党组"),
        Block("date", "2024年6月15日"),
        Instruction("landscape"),
        Block("table-title", "清单"),
        Table(("序号", "事项"), (("1", "甲"), ("", "乙"), ("2", "丙")), (0.2, 0.8)),
        Instruction("landscape"),
        Table(("序号",), (), (1.0,)),
    ),
    mark="内部资料",
)
BEGINS = {"docx": b"PK", "xlsx": b"PK", "pdf": b"%PDF", "html": b"<!DOCTYPE html>"}


@pytest.mark.parametrize("form", [*[form for form in FORMS if form != "pdf"], PDF, TABLES])
def test_every_form_is_what_it_says(form: str) -> None:
    content, _warnings = aside(convert, ANY, form)
    assert content.startswith(BEGINS.get(form, "内部资料\n".encode()))
    if form in TEXT:
        for text in ("某党组关于某事的方案", "规划科：", "正文。", "2024年6月15日", "清单", "丙"):
            assert text in content.decode(), text


@pytest.mark.parametrize("form", ["txt", "md", "html", "docx", PDF])
def test_the_same_document_gives_the_same_bytes(form: str) -> None:
    assert aside(convert, ANY, form) == aside(convert, ANY, form)


@pytest.mark.skipif(shutil.which("pdfinfo") is None, reason="needs poppler")
def test_a_turn_lies_in_the_pdf(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf(ANY)[0])
    shown = subprocess.run(
        ["pdfinfo", "-f", "1", "-l", "9", tmp_path / "a.pdf"], capture_output=True, text=True, check=True
    ).stdout
    sizes = [line.split()[3:6:2] for line in shown.splitlines() if line.startswith("Page ") and "size" in line]  # fmt: skip
    assert [float(width) > float(height) for width, height in sizes] == [False, True, True]
    text = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "a.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    assert text.index("内部资料") < text.index("某党组关于某事的方案") < text.index("清单") < text.index("丙")
