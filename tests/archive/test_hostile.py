"""Malicious archives are refused with a message, and nothing is written outside the temporary folder."""

from __future__ import annotations

import io
import stat
import zlib
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from tests.archive.bags import forged, found, members, put_together, top, verdict
from tests.cli.inside import run_inside
from xuncha.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import LedgerOnDisk


def raw(*entries: tuple[str, bytes]) -> bytes:
    """Make a zip that keeps names as given: the library would correct some."""
    written = io.BytesIO()
    with ZipFile(written, "w") as archive:
        for name, content in entries:
            entry = ZipInfo("x")
            entry.filename = name
            archive.writestr(entry, content)
    return written.getvalue()


@pytest.mark.parametrize(
    "name",
    ["../outside", "x/../../outside", "/outside", "//outside", "x//outside", "x/./outside", "C:/outside", "C:outside", "x\\..\\..\\outside", "x/..\\..\\outside", ".x/outside", "\\\\host\\outside", "x/..", "outside", "", "x/a\x1bb", "x/" + "a" * 5000],
)  # fmt: skip
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "a" / "b"
    codes = {code for _path, code in found(raw(("x/bagit.txt", b""), (name, b"evil")), folder)}
    assert codes == {"unsafe-entry"}
    assert [path.name for path in tmp_path.rglob("*outside*")] == []
    assert sorted(path.name for path in folder.iterdir()) == ["archive.zip"]


def test_a_name_that_ends_early_for_the_system_leads_nowhere(tmp_path: Path) -> None:
    content = raw(("x/bagit.txt", b""), ("x/aZ../../outside", b"evil")).replace(b"x/aZ", b"x/a\0")
    assert {code for _path, code in found(content, tmp_path / "a")} == {"unsafe-entry"}


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_devices_are_not_made(tmp_path: Path, kind: int) -> None:
    written = io.BytesIO()
    with ZipFile(written, "w") as archive:
        entry = ZipInfo("x/data")
        entry.external_attr = (kind | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    assert found(written.getvalue(), tmp_path / "a") == {("x/data", "unsafe-entry")}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("second", ["x/é.txt", "x/e\u0301.txt"])
def test_a_name_that_is_there_twice_hides_nothing(tmp_path: Path, second: str) -> None:
    assert {code for _path, code in found(raw(("x/é.txt", b"1"), (second, b"2")), tmp_path / "a")} == {
        "unsafe-entry"
    }


@pytest.mark.parametrize("names", [("x/a", "y/a"), ("x/a", "y/b", "z/c")])
def test_there_is_one_folder_in_it(tmp_path: Path, names: tuple[str, ...]) -> None:
    assert {code for _path, code in found(raw(*[(name, b"") for name in names]), tmp_path / "a")} == {
        "not-a-bag"
    }


def test_a_zip_of_nothing_is_no_archive(tmp_path: Path) -> None:
    assert {code for _path, code in found(raw(), tmp_path / "a")} == {"not-a-bag"}


def test_a_zip_that_would_fill_the_disk_is_not_unpacked(tmp_path: Path) -> None:
    written = io.BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as archive, archive.open("x/data/zeros", "w") as stream:
        for _ in range(200):
            stream.write(bytes(1024 * 1024))
    assert written.tell() < 1024 * 1024
    assert found(written.getvalue(), tmp_path / "a") == {(".", "too-large")}


def test_a_zip_that_says_it_is_smaller_than_it_is_fills_no_disk(tmp_path: Path) -> None:
    written = io.BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as archive:
        archive.writestr("x/data/zeros", bytes(50 * 1024 * 1024))
    told = (50 * 1024 * 1024).to_bytes(4, "little")
    content = written.getvalue().replace(told, (10).to_bytes(4, "little"))
    checked = verdict(content, tmp_path / "a")
    assert ("data/zeros", "damaged") in {(each.place.path, each.code) for each in checked.findings}


def test_a_file_where_a_folder_is_wanted_is_named(tmp_path: Path) -> None:
    said = found(raw(("x/data", b"1"), ("x/data/y", b"2")), tmp_path / "a")
    assert ("data/y", "damaged") in said


def test_a_name_that_the_disk_does_not_hold_is_named(tmp_path: Path) -> None:
    assert ("a" * 300, "damaged") in found(raw(("x/" + "a" * 300, b"")), tmp_path / "a")


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"no zip at all", b"PK\x05\x06" + bytes(17), b"\x1f\x8b" + zlib.compress(b"x")]
)
def test_what_is_no_zip_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(RefusedError) as refused:
        verdict(content, tmp_path / "a")
    assert refused.value.code == "not-a-zip"


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_off_is_no_archive(archive: bytes, tmp_path: Path, part: float) -> None:
    """Not even where what is left ends within a Word file, which is a zip itself; and it is taken for no attack."""
    try:
        said = found(archive[: int(len(archive) * part)], tmp_path / "a")
    except RefusedError as refused:
        said = {(".", refused.code)}
    assert said in ({(".", "cut-off")}, {(".", "not-a-zip")})


def test_nothing_stands_before_an_archive(archive: bytes, tmp_path: Path) -> None:
    assert found(b"something" + archive, tmp_path / "a") == {(".", "cut-off")}


def test_an_encrypted_member_is_not_waited_for(archive: bytes, tmp_path: Path) -> None:
    content = bytearray(archive)
    central = content.rindex(b"PK\x01\x02")
    content[central + 8] |= 1
    assert {code for _path, code in found(bytes(content), tmp_path / "a")} == {"unsafe-entry"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("manifest-sha256.txt", b"\xff\xfe\n"),
        ("manifest-sha256.txt", b"a" * 64 + b"  ../../../../etc/passwd\n"),
        ("manifest-sha256.txt", b"a" * 64 + b"  /etc/passwd\n"),
        ("manifest-sha256.txt", b"a" * 64 + b"  ~/.bashrc\n"),
        ("manifest-sha256.txt", b"a" * 64 + b"\n"),
        ("manifest-sha256.txt", b""),
        ("manifest-sha512.txt", b""),
        ("tagmanifest-sha256.txt", b""),
        ("bagit.txt", b"BagIt-Version: 1.0\nTag-File-Character-Encoding: zip\n"),
        ("bagit.txt", b"BagIt-Version: 1.0\nTag-File-Character-Encoding: no-such\n"),
        ("bagit.txt", b"BagIt-Version: 9.9\nTag-File-Character-Encoding: UTF-8\n"),
        ("bag-info.txt", b"\xff\n"),
        ("bag-info.txt", b"no colon\n"),
        ("bag-info.txt", b"Payload-Oxum: x\n"),
        ("bag-info.txt", b"Payload-Oxum: 1.1\nPayload-Oxum: 2.2\n"),
    ],
)
def test_lists_that_cannot_be_read_are_named_and_lead_nowhere(
    archive: bytes, tmp_path: Path, name: str, content: bytes
) -> None:
    said = found(put_together(members(archive) | {top(archive) + name: content}), tmp_path / "a")
    assert {path for path, _code in said} & {name, "."}


def test_a_bundle_with_a_path_that_leads_astray_writes_nothing(
    archive: bytes, ledger: LedgerOnDisk, tmp_path: Path
) -> None:
    blob = ledger.git("hash-object", "-w", "data/ledger.yaml").strip()
    deep = make_tree(ledger, f"100644 blob {blob}\toutside\n")
    up = make_tree(ledger, f"040000 tree {deep}\t..\n")
    data = make_tree(ledger, f"040000 tree {up}\tdata\n")
    commit = ledger.git("commit-tree", "-m", "evil", data).strip()
    ledger.git("update-ref", "refs/heads/main", commit)

    def change(bag: Path) -> None:
        bundle = bag / "data/git/ledger.bundle"
        ledger.git("bundle", "create", "-q", str(bundle), "main")
        for file in (bag / "data/archive.json", bag / "bag-info.txt"):
            text = file.read_text(encoding="utf-8")
            old = next(word for word in text.replace('"', " ").split() if len(word.strip(",")) == 40)
            file.write_text(text.replace(old, commit), encoding="utf-8")

    said = found(forged(archive, tmp_path / "y", change), tmp_path / "x")
    assert said == {("data/git/ledger.bundle", "bundle")}
    assert list(tmp_path.rglob("outside")) == []


def make_tree(ledger: LedgerOnDisk, listing: str) -> str:
    import hashlib

    entries = b""
    for line in listing.splitlines():
        meta, _tab, name = line.partition("\t")
        mode, _kind, known = meta.split(" ")
        entries += f"{mode.lstrip('0')} {name}\0".encode() + bytes.fromhex(known)
    content = f"tree {len(entries)}\0".encode() + entries
    known = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    target = ledger.root / ".git/objects" / known[:2] / known[2:]
    target.parent.mkdir(exist_ok=True)
    target.write_bytes(zlib.compress(content))
    return known


def test_the_program_ends_with_a_sentence_whatever_it_is_given(ledger: LedgerOnDisk, tmp_path: Path) -> None:
    cases: dict[str, Callable[[Path], object]] = {
        "no-such-file": lambda _file: None,
        "not-a-zip": lambda file: file.write_bytes(b"x"),
        "unsafe-entry": lambda file: file.write_bytes(raw(("../x/y", b""))),
    }
    for code, make in cases.items():
        file = tmp_path / f"{code}.zip"
        make(file)
        result = run_inside(ledger, "archive", "--verify", str(file))
        assert (result.code, f"error[{code}]" in result.err) == (1, True), result.err
    assert run_inside(ledger, "archive", "--verify", str(tmp_path)).code == 1
