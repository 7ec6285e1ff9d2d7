"""Helpers for archive tests: make an archive of the small ledger, unpack it, and repack it damaged."""

from __future__ import annotations

import io
import shutil
from datetime import date
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile

from tests.workflow import actions
from tests.workflow.surroundings import act
from xuncha.archive.bag import ALGORITHMS, make_bag, tag_manifest, write_zip
from xuncha.archive.verifying import Verdict
from xuncha.archive.verifying import verify as check

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

DAY = date(2024, 6, 15)
PAPER = b"%PDF-1.7\r\n" + bytes(range(256)) * 20
EVIDENCE = "data/ledger/data/evidence/1.2/评审 意见100%.pdf"


def with_evidence(ledger: LedgerOnDisk) -> LedgerOnDisk:
    """Add a file and some work to the small ledger."""
    act(ledger, actions.attach("评审 意见100%.pdf", PAPER, DAY), "1.2")
    act(ledger, actions.close(DAY), "1.2")
    return ledger


def members(archive: bytes) -> dict[str, bytes]:
    """Return the contents of a zip, by name."""
    with ZipFile(io.BytesIO(archive)) as opened:
        return {entry.filename: opened.read(entry) for entry in opened.infolist()}


def put_together(contents: dict[str, bytes]) -> bytes:
    """Make a zip of these contents."""
    written = io.BytesIO()
    with ZipFile(written, "w", ZIP_STORED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return written.getvalue()


def top(archive: bytes) -> str:
    """Return the folder at the top of the zip, with its slash."""
    return next(iter(members(archive))).partition("/")[0] + "/"


def forged(archive: bytes, folder: Path, change: Callable[[Path], None]) -> bytes:
    """Change something in the archive and make every checksum anew, as a forger would."""
    with ZipFile(io.BytesIO(archive)) as opened:
        opened.extractall(folder)
    bag = folder / top(archive)
    change(bag)
    readme = (bag / "README.txt").read_bytes()
    lines = (bag / "bag-info.txt").read_text(encoding="utf-8").splitlines()
    told = dict(line.split(": ", 1) for line in lines)
    payload = folder / "payload"
    shutil.move(bag / "data", payload)
    make_bag(payload, told, readme)
    written = io.BytesIO()
    write_zip(payload, bag.name, DAY, written)
    return written.getvalue()


def relisted(archive: bytes, folder: Path, change: Callable[[Path], None]) -> bytes:
    """Change something in the lists of the archive, and make the lists of the lists anew."""
    with ZipFile(io.BytesIO(archive)) as opened:
        opened.extractall(folder)
    bag = folder / top(archive)
    change(bag)
    for algorithm in ALGORITHMS:
        (bag / f"tagmanifest-{algorithm}.txt").write_bytes(tag_manifest(bag, algorithm))
    written = io.BytesIO()
    write_zip(bag, bag.name, DAY, written)
    return written.getvalue()


def verdict(archive: bytes, folder: Path) -> Verdict:
    """Check an archive, and return the verdict."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "archive.zip"
    file.write_bytes(archive)
    place = folder / "place"
    place.mkdir()
    try:
        return check(file, place)
    finally:
        shutil.rmtree(place)


def found(archive: bytes, folder: Path) -> set[tuple[str, str]]:
    """Which files are found wrong, and how."""
    return {(finding.place.path, finding.code) for finding in verdict(archive, folder).findings}
