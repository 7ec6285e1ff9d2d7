"""Uploaded evidence: names chosen by the desk, and downloads that cannot run."""

from __future__ import annotations

import io
import re
from pathlib import PurePath
from typing import TYPE_CHECKING

import pytest

from tests.desk.served import told, visit
from tests.faults.table import chosen
from tests.workflow.surroundings import findings, record
from xuncha.chinese.characters import UNSAFE_CHARACTER
from xuncha.desk import gate
from xuncha.workflow.evidence import portable_name

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

NAMES = (
    "../../../../etc/passwd", "..\\..\\x.txt", "/etc/shadow", "C:\\Users\\王\\会议纪要.docx", "..", ".", ".git/config", ".htaccess",
    "a\x00.txt", "a\r\nSet-Cookie: x=y.txt", "a\tb.txt", "字" * 300 + ".pdf", "x" * 300, "CON", "nul.txt", "COM1.pdf", "aux.",
    "a\u202egpj.exe", "\u200b\u2060", "  .txt  ", "a:b*c?d<e>f|g.txt", "<img src=x onerror=alert(1)>.png", '";alert(1)//.png', "-rf",
    "--help", "{{ 7*7 }}.txt", "会议纪要（终稿）.pdf", "a%2f..%2fb.txt", "é.txt", "\U000e0041.txt",
)  # fmt: skip
ACTIVE = {
    "a.html": b"<script>alert(1)</script>", "a.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "a.xhtml": b"<html/>",
    "a.txt": b"<html><script>alert(1)</script>", "a.png": b"<html><script>alert(1)</script>", "a.pdf": b"<html><script>alert(1)</script>",
    "a.htm.": b"<b>", "a.js": b"alert(1)", "a.HTML": b"<b>", "a": b"<!doctype html><script>alert(1)</script>", "a.xml": b"<?xml version='1.0'?><x/>",
    "a.mhtml": b"MIME-Version: 1.0", "a.pdf.html": b"<b>", "a.PNG": b"\x89PNG",
}  # fmt: skip


def must_be_ours(name: str) -> None:
    """Assert that a file name is valid on every system and has a special meaning on none."""
    assert 0 < len(name.encode()) <= 255
    assert not UNSAFE_CHARACTER.search(name)
    assert not PurePath(name).is_reserved() if hasattr(PurePath, "is_reserved") else True
    assert not name.startswith(".")
    assert not set(name) & set('/\\:*?"<>|')


@pytest.mark.parametrize("name", NAMES)
def test_whatever_a_file_is_called_its_name_becomes_ours(name: str) -> None:
    must_be_ours(portable_name(name))


def test_names_are_ours(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    before = {path for path in ledger.root.parent.rglob("*") if ".git" not in path.parts}
    names = chosen(NAMES, 6)
    for number, name in enumerate(names):
        answer = visitor.act("attach", "1.2", files=[("file", (name, b"%d" % number))])
        assert answer.status_code in {303, 409, 422}, f"{name!r}: {told(answer.text)}"
        assert re.fullmatch(
            r"/measures/1\.2\?done=[0-9a-f]+", answer.headers.get("location", "/measures/1.2?done=0")
        )
    new = {path for path in ledger.root.parent.rglob("*") if ".git" not in path.parts} - before
    folder = ledger.root / "data/evidence/1.2"
    assert all(path == folder or path.parent in {folder, ledger.root / "data"} for path in new), new
    kept = [path.name for path in folder.iterdir()]
    assert len(kept) > len(names) - 5
    for name in kept:
        must_be_ours(name)
    assert findings(ledger) == []
    assert ledger.clean()
    page = visitor.get("/measures/1.2")
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/evidence/[^"]*)"', page)}
    assert len(links) == len(kept)
    links = {link for link in links if "%25" not in link}  # the client of this test takes one % too many away
    assert {visitor.client.get(link).status_code for link in links} == {200}
    for link in links:
        disposition = visitor.client.get(link).headers["content-disposition"]
        assert not re.search(r"[^ -~]", disposition)


def test_nothing_in_evidence_runs(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    for name, content in ACTIVE.items():
        assert visitor.act("attach", "1.2", files=[("file", (name, content))]).status_code == 303
    links = set(re.findall(r'href="(/evidence/[^"]*)"', visitor.get("/measures/1.2")))
    assert len(links) > 5
    for link in links:
        headers = visitor.client.get(link).headers
        kind = headers["content-type"].partition(";")[0]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["cross-origin-resource-policy"] == "same-origin"
        if headers["content-disposition"].startswith("inline"):
            assert kind in {"image/png", "text/plain", "application/pdf"}
            assert "sandbox" in headers["content-security-policy"] or kind == "application/pdf"
        else:
            assert kind == "application/octet-stream"


ADDRESSES = [
    "../2.1/x.txt", "..%2f..%2fledger.yaml", "%2e%2e/%2e%2e/ledger.yaml", "..%5c..%5cledger.yaml", "%00", "x.txt%00.png", ".", "..", "%2e%2e", "....//", "x.txt/", "nothing.txt", "%252e%252e%252fledger.yaml", "%c0%ae%c0%ae", "%ff", "link.txt", "folder", "x" * 5000,
]  # fmt: skip


def test_nothing_but_evidence_is_handed_out(ledger: LedgerOnDisk) -> None:
    ledger.write("data/evidence/1.2/x.txt", "证据")
    ledger.write("data/evidence/1.2/folder/y.txt", "证据")
    (ledger.root / "data/evidence/1.2/link.txt").symlink_to("../../ledger.yaml")
    visitor = visit(ledger)
    for number in ("1.2", "1.02", "%2e%2e", "1", "9.9", "..%2f1.2", "1.2%00", "1.2%0d%0aX:y", "-1", "１.２"):
        for path in ADDRESSES:
            answer = visitor.client.get(f"/evidence/{number}/{path}")
            assert answer.status_code in {404, 409, 307}, (number, path, answer.text[:200])
            assert "organisation" not in answer.text
            assert not {"x", "set-cookie"} & set(answer.headers)


def test_no_file_and_empty_ones_and_too_many_are_refused(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    assert visitor.act("attach", "1.2", text="说明保留").status_code == 409
    refused = visitor.act("attach", "1.2", files=[("file", ("a.txt", b""))], text="说明保留")
    assert refused.status_code == 409
    assert "说明保留" in refused.text
    many = [("file", (f"{number}.txt", b"x")) for number in range(60)]
    assert visitor.act("attach", "1.2", files=many).status_code in {400, 413}
    assert ledger.commits() == 1


def test_several_files_are_one_entry_and_one_commit(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    before = ledger.commits()
    three = [
        ("file", (name, io.BytesIO(b"2" * size)))
        for name, size in (("一.txt", 1), ("二.txt", 2_000_000), ("同.txt", 1))
    ]
    answer = visitor.act("attach", "1.2", files=three)
    assert answer.status_code == 303
    assert ledger.commits() == before + 1
    entry = record(ledger, "1.2").progress[-1]
    assert [entry.text, *(getattr(each, "file", "") for each in entry.evidence)] == [
        "附佐证材料：一.txt、二.txt",
        "一.txt",
        "二.txt",
    ]
    assert sorted(path.name for path in (ledger.root / "data/evidence/1.2").iterdir()) == ["一.txt", "二.txt"]
    assert ledger.clean()
    again = visitor.act("attach", "1.2", files=three[:2], text="附佐证材料：一.txt、二.txt")
    assert (again.status_code, "一.txt, 二.txt is already attached" in told(again.text)) == (409, True)


def test_of_several_files_with_an_empty_one_none_is_kept(ledger: LedgerOnDisk) -> None:
    visitor = visit(ledger)
    three = [("file", ("一.txt", b"1")), ("file", ("二.txt", b"")), ("file", ("三.txt", b"3"))]
    refused = visitor.act("attach", "1.2", files=three, text="三份")
    assert refused.status_code == 409
    assert "二.txt" in told(refused.text)
    assert "三份" in refused.text
    assert "No file was saved" in refused.text
    assert not (ledger.root / "data/evidence").exists()


@pytest.mark.apart
def test_what_is_too_much_is_said_on_a_page_and_beside_the_field(
    ledger: LedgerOnDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = visit(ledger)
    assert "at most 64 MB at once" in visitor.get("/act?action=attach&id=1.2")
    many = [("file", (f"{number}.txt", b"x")) for number in range(51)]
    refused = visitor.act("attach", "1.2", files=many)
    assert (refused.status_code, "50" in told(refused.text)) == (413, True)
    for letter in "长a":  # what counts is what was typed, not how it is sent
        fields = {"action": "progress", "id": "1.2", "text": letter * 500_001}
        long = visitor.act("attach", "1.2", files=many[:1], text=fields["text"])
        assert (long.status_code, "500000" in told(long.text)) == (413, True)
        assert visitor.post("/act", fields).status_code == 413
        assert visitor.post("/act", fields | {"text": letter * 500_000}).status_code == 409  # by the ledger
    monkeypatch.setattr(gate, "MAX_BYTES", 1000)
    large = visitor.act("attach", "1.2", files=[("file", ("a.txt", b"x" * 2000))])
    assert large.status_code == 413
    assert "text/html" in large.headers["content-type"]
    assert ledger.commits() == 1


@pytest.mark.parametrize(
    ("sent", "stored"),
    [("%22q%22.txt", "＂q＂.txt"), ("a%0D%0Ab.txt", "a__b.txt"), ("100%25.txt", "100%25.txt"), ("50%20%.txt", "50%20%.txt")],
)  # fmt: skip
def test_what_a_browser_escapes_in_a_name_is_read_back(ledger: LedgerOnDisk, sent: str, stored: str) -> None:
    visitor = visit(ledger)
    fields = f'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n{visitor.token}\r\n'
    for name, value in {"action": "attach", "id": "1.2"}.items():
        fields += f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
    fields += f'--x\r\nContent-Disposition: form-data; name="file"; filename="{sent}"\r\n\r\n1\r\n--x--\r\n'
    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert visitor.client.post("/act", content=fields.encode(), headers=headers).status_code == 303
    assert [path.name for path in (ledger.root / "data/evidence/1.2").iterdir()] == [stored]
