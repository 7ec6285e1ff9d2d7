"""Hostile evidence in a dossier: nothing in it runs, links out, is read from outside the ledger, or ends in a traceback."""

from __future__ import annotations

import os
import re
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.paper.files import needs_fonts
from tests.report.cases import OF, pdf, png, proved
from xuncha.paper import binding
from xuncha.paper.process import Limits

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

pypdf = pytest.importorskip("pypdf")


@pytest.fixture
def bound(bare_ledger: LedgerOnDisk, tmp_path: Path) -> LedgerOnDisk:
    """Make a ledger with evidence: one PDF that acts when opened, and one picture."""
    return proved(bare_ledger, tmp_path, {"评审意见.pdf": pdf(2), "现场照片.png": png()})


@needs_fonts
def test_nothing_in_what_is_bound_in_does_anything_and_seals_stay(bound: LedgerOnDisk) -> None:
    bound.ok("report", "dossier", OF, "-f", "pdf", "-o", "dossier.pdf")
    content = (bound.root / "dossier.pdf").read_bytes()
    for word in (b"/JavaScript", b"/JS", b"/EmbeddedFile", b"/AA", b"/URI", b"alert"):
        assert word not in content, word
    marks = [
        mark.get_object().get("/Subtype")
        for page in pypdf.PdfReader(bound.root / "dossier.pdf").pages
        for mark in page.get("/Annots", [])
    ]
    assert [mark for mark in marks if mark != "/Link"] == ["/Stamp", "/Stamp"]
    assert not [mark for mark in marks if mark == "/Link"]


FAULTS = {
    "甲.png": "是链接，不予打开",
    "乙.png": "文件不存在",
    "丙.png": "与上传时不是同一文件",
    "丁.png": "文件不能读取",
}


@needs_fonts
@pytest.mark.apart(but=1)
@pytest.mark.parametrize("form", ["zip", "pdf"])
def test_a_file_that_is_not_the_one_attached_is_named_and_not_given(
    bare_ledger: LedgerOnDisk, tmp_path: Path, form: str
) -> None:
    ledger = proved(
        bare_ledger, tmp_path, {name: png(9, number) for number, name in enumerate([*FAULTS, "戊.png"], 1)}
    )
    folder = ledger.root / f"data/evidence/{OF}"
    (folder / "甲.png").rename(tmp_path / "密.png")
    (folder / "甲.png").symlink_to(tmp_path / "密.png")
    (folder / "丙.png").write_bytes(png(60, 60))
    for name in ("乙.png", "丁.png"):
        (folder / name).unlink()
    os.mkfifo(folder / "丁.png")
    result = ledger.run("report", "dossier", OF, "-f", form, "-o", f"dossier.{form}")
    assert result.code == 0, result.err
    assert "Traceback" not in result.err
    paper = ledger.ok("report", "dossier", OF, "-f", "md")
    for said in FAULTS.values():
        assert said in paper, said
    if form == "zip":
        with ZipFile(ledger.root / "dossier.zip") as packed:
            names = [name.rpartition("-")[2] for name in packed.namelist() if name.endswith(".png")]
        assert names == ["戊.png"]
    if form == "pdf":
        texts = [page.extract_text() for page in pypdf.PdfReader(ledger.root / "dossier.pdf").pages]
        assert [re.findall("佐证材料[0-9]", text) for text in texts[2:] if "SHA-256：" in text] == [
            ["佐证材料6"]
        ]


@needs_fonts
def test_a_folder_of_evidence_that_is_a_link_is_not_followed(bound: LedgerOnDisk, tmp_path: Path) -> None:
    folder = bound.root / f"data/evidence/{OF}"
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    result = bound.run("report", "dossier", OF, "-f", "zip", "-o", "dossier.zip")
    assert result.code == 0, result.err
    assert bound.ok("report", "dossier", OF, "-f", "md").count("是链接，不予打开") == 2


@pytest.mark.parametrize("word", ["pdf", "png", "jpg", "gif", "webp"])
def test_a_file_of_garbage_is_no_more_than_damaged(tmp_path: Path, word: str) -> None:
    heads = {
        "pdf": b"%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 1 0 R>>\nendobj\ntrailer<</Root 1 0 R>>",
        "png": b"\x89PNG\r\n\x1a\n" + b"\xff" * 99,
        "jpg": b"\xff\xd8\xff\xe0" + b"\0" * 99,
        "gif": b"GIF89a" + b"\xff" * 99,
        "webp": b"RIFF\xff\xff\xff\x7fWEBPVP8 " + b"\xff" * 99,
    }
    place = tmp_path / "x"
    place.write_bytes(heads[word])
    with pytest.raises(binding.AppendError) as said:
        binding.load_pages(place)
    assert str(said.value) in {"damaged", "too-large"}


def test_a_file_that_takes_too_long_or_too_much_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "x"
    place.write_bytes(pdf(1))
    monkeypatch.setattr(binding, "_LIMITS", Limits(seconds=60, memory=1 << 30, output=10))
    with pytest.raises(binding.AppendError, match="damaged"):
        binding.load_pages(place)


def test_a_book_is_not_bound_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "x"
    place.write_bytes(pdf(binding.MAX_PAGES + 1))
    with pytest.raises(binding.AppendError, match="too-large"):
        binding.load_pages(place)
    monkeypatch.setattr(binding, "MAX_SIZE", 10)
    with pytest.raises(binding.AppendError, match="too-large"):
        binding.load_pages(place)


def test_what_a_process_hands_back_does_nothing(tmp_path: Path) -> None:
    """The same as it is looked into there, in this process."""
    (place := tmp_path / "a.pdf").write_bytes(pdf(2))
    made = pypdf.PdfReader(BytesIO(binding.make_pdf("pdf", str(place))))
    marks = [mark.get_object()["/Subtype"] for page in made.pages for mark in page.get("/Annots", ())]
    assert (len(made.pages), set(marks)) == (2, {"/Stamp"})
    place.write_bytes(pdf(password="x"))  # noqa: S106  of a file that is made here
    assert binding.make_pdf("pdf", str(place)) == b"encrypted"


def test_a_picture_that_says_it_is_huge_fills_no_memory(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(told=(60_000, 60_000)))
    with pytest.raises(binding.AppendError, match="damaged"):
        binding.load_pages(tmp_path / "a.png")
