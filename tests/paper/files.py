"""Helpers for tests of document forms: read back the visible text and all other content of each file."""

from __future__ import annotations

import re
import shutil
import subprocess
import zlib
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest
from lxml import etree

from tests.program import aside
from xuncha.errors import SurroundingsError
from xuncha.paper.forms import convert
from xuncha.paper.outline import Block, Document

if TYPE_CHECKING:
    from pathlib import Path

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="reads PDF by pdftotext")
needs_office = pytest.mark.skipif(
    not (shutil.which("soffice") and shutil.which("pdftotext")), reason="lays Word files out by LibreOffice"
)


def pdf(document: Document) -> tuple[bytes, list[str]]:
    """Make a PDF, aside: typst has threads."""
    return aside(convert, document, "pdf")


def _shows_chinese() -> bool:
    try:
        pdf(Document("通报", (Block("p", "甲"),)))
    except SurroundingsError:
        return False
    return True


needs_fonts = pytest.mark.skipif(not _shows_chinese(), reason="makes a PDF, and no font here shows Chinese")
PDF = pytest.param("pdf", marks=needs_fonts)
"""The form, where it can be made."""


def parts(file: bytes) -> dict[str, bytes]:
    """Return the parts of a Word file."""
    with ZipFile(BytesIO(file)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def part(file: bytes, name: str) -> etree._Element:
    """One part of a Word file."""
    return etree.fromstring(parts(file)[name])


def paragraphs(file: bytes) -> list[tuple[str, str]]:
    """Each paragraph of the text of a Word file: the name of its style, and what it says; a line break says nothing."""
    names = {
        style.get(f"{W}styleId"): style.find(f"{W}name").get(f"{W}val")
        for style in part(file, "word/styles.xml").iter(f"{W}style")
    }
    found = []
    for paragraph in part(file, "word/document.xml").iter(f"{W}p"):
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        told = paragraph.iter(f"{W}t", f"{W}noBreakHyphen")
        text = "".join("-" if each.tag == f"{W}noBreakHyphen" else each.text or "" for each in told)
        found.append((names[style.get(f"{W}val")] if style is not None else "Normal", text))
    return found


def all_of_word(file: bytes) -> str:
    """Everything in a Word file that could be read by anyone: each part, its tags and attributes too."""
    return "\n".join(f"{name}\n{content.decode(errors='replace')}" for name, content in parts(file).items())


def pages(pdf: bytes, folder: Path) -> list[list[str]]:
    """Return the lines of each page of a PDF, without blanks."""
    (folder / "read.pdf").write_bytes(pdf)
    text = run("pdftotext", "-layout", str(folder / "read.pdf"), "-")
    return [
        ["".join(line.split()) for line in page.split("\n") if line.strip()]
        for page in text.split("\f")
        if page.strip()
    ]


def text_of_pdf(pdf: bytes, folder: Path) -> str:
    """Return the text of a PDF, without blanks and page numbers."""
    found = []
    for page in pages(pdf, folder):
        assert re.fullmatch("—[0-9]+—", page[-1]), page[-1]
        found += page[:-1]
    return "".join(found)


def all_of_pdf(pdf: bytes, folder: Path) -> str:
    """Everything in a PDF that could be read by anyone: its text, what it tells of itself, and its streams unpacked."""
    (folder / "read.pdf").write_bytes(pdf)
    found = [
        run("pdftotext", str(folder / "read.pdf"), "-"),
        run("pdfinfo", "-meta", str(folder / "read.pdf")),
    ]
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    for content in (pdf, *map(_unpacked, streams)):
        found += [content.decode(errors="replace")]
        found += [content[start:].decode("utf-16-be", errors="replace") for start in (0, 1)]
        for digits in re.findall(rb"<((?:[0-9A-Fa-f]{2})+)>", content):
            found.append(bytes.fromhex(digits.decode()).decode("utf-16-be", errors="replace"))
    return "\n".join(found)


def _unpacked(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


def printed_by_office(word: bytes, folder: Path) -> bytes:
    """Print a Word file as PDF with LibreOffice."""
    (folder / "print.docx").write_bytes(word)
    profile = (folder / "profile").as_uri()
    run("soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(folder / "print.docx"))  # fmt: skip
    return (folder / "print.pdf").read_bytes()


def run(*command: str) -> str:
    """Run a program, and return what it prints."""
    done = subprocess.run(command, capture_output=True, check=True, timeout=180)
    return done.stdout.decode()
