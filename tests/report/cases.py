"""Helpers for tests of closing applications and dossiers: a measure with history and evidence of every kind."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import TYPE_CHECKING

import pytest

from tests.report.ledgers import at, worked

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

pypdf = pytest.importorskip("pypdf")
OF = "2.1"


def png(width: int = 60, height: int = 40, told: tuple[int, int] | None = None) -> bytes:
    """Make a PNG picture; it may claim to be larger than it is."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    points = b"".join(b"\0" + b"\x10\x80\xf0" * width for _line in range(height))
    head = struct.pack(">IIBBBBB", *(told or (width, height)), 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(points))
        + chunk(b"IEND", b"")
    )


def pdf(pages: int = 3, password: str = "") -> bytes:
    """Make a hostile PDF: a script that runs when it is opened, a link, a file inside, and a stamp that must stay."""
    from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, TextStringObject

    writer = pypdf.PdfWriter()
    for _number in range(pages):
        page = writer.add_blank_page(200, 300)
        does = DictionaryObject(
            {
                NameObject("/S"): NameObject("/JavaScript"),
                NameObject("/JS"): TextStringObject("app.alert('密密')"),
            }
        )
        box = ArrayObject(map(FloatObject, (10, 10, 60, 60)))
        marks = [
            DictionaryObject(
                {NameObject("/Subtype"): NameObject(kind), NameObject("/Rect"): box, NameObject("/A"): does}
            )
            for kind in ("/Link", "/Stamp", "/FileAttachment")
        ]
        page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): does})
        page[NameObject("/Annots")] = ArrayObject(map(writer._add_object, marks))
    writer.root_object[NameObject("/OpenAction")] = does
    writer.add_attachment("内.txt", b"x")
    if password:
        writer.encrypt(password)
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()


KINDS = {
    "评审意见.pdf": pdf(),
    "现场照片.png": png(),
    "加密.pdf": pdf(password="x"),  # noqa: S106  of a file that is made here
    "损坏.pdf": pdf()[:200] + b"x" * 99,
    "空壳.pdf": b"%PDF-1.7\n",
    "坏图.png": png()[:70],
    "巨图.png": png(told=(60_000, 60_000)),
    "纪要.docx": b"PK\x03\x04 x",
    "名为照片.pdf": png(),
}
"""Files by their names, and what is in them."""
APART = {
    "加密.pdf": "PDF设有密码或权限限制",
    "损坏.pdf": "文件损坏，或展开后过大",
    "空壳.pdf": "文件损坏，或展开后过大",
    "坏图.png": "文件损坏，或展开后过大",
    "巨图.png": "文件损坏，或展开后过大",
    "纪要.docx": "不是PDF或图片",
}
"""Those that are not bound in, and why."""


def proved(ledger: LedgerOnDisk, folder: Path, files: dict[str, bytes] | None = None) -> LedgerOnDisk:
    """Do a week of work in the ledger, and attach files to one measure."""
    worked(ledger)
    for name, content in (KINDS if files is None else files).items():
        (folder / name).write_bytes(content)
        at(ledger, "2024-06-14", "attach", OF, str(folder / name))
    return ledger
