"""Hostile or misnamed documents give a clear error or the right result quickly."""

from __future__ import annotations

import io
import re
import zipfile
from itertools import product
from typing import TYPE_CHECKING

import pytest
from docx import Document

from tests.faults.table import WHOLE
from xuncha.errors import RefusedError
from xuncha.pages import lines
from xuncha.reading.reading import read

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600)
_BODY = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
_ENTITIES = "".join(f'<!ENTITY e{depth} "{f"&e{depth - 1};" * 10}">' for depth in range(1, 10))


def empty_document() -> bytes:
    stream = io.BytesIO()
    Document().save(stream)
    return stream.getvalue()


def with_part(path: Path, part: str, content: Iterable[bytes]) -> Path:
    """Write a Word document in which one part is replaced."""
    with (
        zipfile.ZipFile(io.BytesIO(empty_document())) as old,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
        with new.open(part, "w") as stream:
            for chunk in content:
                stream.write(chunk)
    return path


def refused(path: Path) -> str:
    """Return the code with which a document is refused."""
    with pytest.raises(RefusedError) as caught:
        lines(path)
    assert caught.value.hint or caught.value.code == "no-such-file"
    return caught.value.code


@pytest.mark.parametrize("part", ["word/document.xml", "word/styles.xml"])
def test_a_zip_bomb_is_not_unpacked(part: str, tmp_path: Path) -> None:
    assert refused(with_part(tmp_path / "a.docx", part, [bytes(1 << 20)] * 40)) == "document-too-large"


def test_more_paragraphs_than_anyone_writes_are_not_read(tmp_path: Path) -> None:
    content = [_BODY.encode(), b"<w:p/>" * 30_000, b"</w:body></w:document>"]
    assert refused(with_part(tmp_path / "a.docx", "word/document.xml", content)) == "document-too-large"


@pytest.mark.parametrize(
    "declared", [f'<!ENTITY e0 "aaaaaaaaaa">{_ENTITIES}', '<!ENTITY e9 SYSTEM "file:///etc/passwd">']
)
def test_entities_are_neither_expanded_nor_fetched(declared: str, tmp_path: Path) -> None:
    text = f'<?xml version="1.0"?><!DOCTYPE d [{declared}]>{_BODY}<w:p><w:r><w:t>&e9;</w:t></w:r></w:p></w:body></w:document>'
    assert refused(with_part(tmp_path / "a.docx", "word/document.xml", [text.encode()])) == "hostile-document"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (_COMPOUND_FILE + "EncryptedPackage".encode("utf-16-le"), "password"),
        (_COMPOUND_FILE + "WordDocument".encode("utf-16-le"), "old-format"),
        (_COMPOUND_FILE + "Workbook".encode("utf-16-le"), "old-format"),
        (_COMPOUND_FILE, "old-format"),
        (b"%PDF-1.7\n", "unknown-document"),
        (b"{\\rtf1 }", "unknown-document"),
        (bytes(range(256)) * 40, "not-a-text"),
        (empty_document()[:3000], "damaged-document"),
        ("建".encode() * 6_000_000, "document-too-large"),
        ("建".encode() * 600_000, "document-too-large"),
        (b"\n".join([b"a"] * 30_000), "document-too-large"),
    ],
)
def test_what_is_not_read_says_why(content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(content)
    assert refused(path) == code


def test_a_workbook_is_sent_to_its_own_command(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert refused(path) == "unknown-document"


def test_a_folder_or_nothing_is_no_document(tmp_path: Path) -> None:
    assert refused(tmp_path) == refused(tmp_path / "none.txt") == "no-such-file"


def test_a_wrong_name_does_not_matter_where_the_content_is_read(tmp_path: Path) -> None:
    document = Document()
    document.add_paragraph("通报")
    stream = io.BytesIO()
    document.save(stream)
    for name, content in {
        "a.txt": stream.getvalue(),
        "a.docx": "通报".encode(),
        "b.txt": b"<html><p>\xe9\x80\x9a\xe6\x8a\xa5",
    }.items():
        (tmp_path / name).write_bytes(content)
        assert [line.text for line in lines(tmp_path / name).lines] == ["通报"]


PATTERNS = [
    "建设水利", "一是建设。二是管理。", "1.建设。2.管理。", "“建设", "（", "整改措施：建设。", "完成3个问题、", "2024年3月4日至",
     "a,建,", "<", "&", "<!", "<p ", "<!--", "[建](", "*_", " ", "一、不到位\n", "（一）不到位\n1.不到位\n", "<select>",
]  # fmt: skip


def _cases() -> list[tuple[str, str]]:
    """Each pattern in the form in which its signs mean something; in the whole mode in all."""
    if WHOLE:
        return list(product(PATTERNS, (".txt", ".md", ".html")))
    forms = ((r"[<&]", ".html"), (r"[\[*1]", ".md"), ("", ".txt"))
    return [(each, next(suffix for signs, suffix in forms if re.search(signs, each))) for each in PATTERNS]


@pytest.mark.apart(but=1)
@pytest.mark.parametrize(("pattern", "suffix"), _cases())
def test_a_long_paragraph_costs_little_whatever_is_in_it(pattern: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"notice{suffix}"
    length = 60_000
    path.write_text(
        f"关于巡察整改情况的通报\n（一）关于甲方面\n1.不到位问题\n{pattern * (length // len(pattern))}\n",
        encoding="utf-8",
    )
    try:
        read(lines(path))
    except RefusedError as error:
        assert error.code == "document-too-large"  # noqa: PT017  either is right
