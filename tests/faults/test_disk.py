"""A full, failing or read-only disk, briefly or for good, in the command or its git."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.conftest import LedgerOnDisk
from tests.faults.aftermath import NEXT, Scene, go_on, sound, traceable, traced
from tests.faults.table import WHOLE, chosen, record
from tests.faults.test_killed_at_every_call import ATTACH, CLOSE, PDF
from tests.workflow.surroundings import snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARTS = 2 if WHOLE else 1
ERRORS = {
    "disk-full-moment": ("ENOSPC", False),
    "disk-full": ("ENOSPC", True),
    "disk-broken": ("EIO", False),
    "disk-read-only": ("EROFS", True),
}
SAID = ("not-written", "commit-refused", "git-at-work", "git-failed", "bug")
"""How the program may refuse."""


@pytest.mark.apart(but=1)
@pytest.mark.skipif(not traceable(), reason="no process can be stopped at its system calls here")
@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("typed", [CLOSE, ATTACH], ids=lambda typed: typed[0])
@pytest.mark.parametrize("key", ERRORS)
def test_wherever_the_disk_refuses_nothing_is_lost(
    ledger: LedgerOnDisk, typed: tuple[str, ...], key: str, part: int
) -> None:
    error, lasting = ERRORS[key]
    ledger.write("../评审 意见.pdf", PDF)
    scene = Scene(ledger, typed)
    numbers = [call["number"] for call in scene.calls if all(path.startswith("/") for path in call["paths"])]
    struck = 0
    for number in chosen(numbers, 2)[part::PARTS]:
        ended = traced(ledger, typed, at=number, error=error, lasting=lasting)
        call = next((call for call in ended.calls if call["fault"]), None)
        if call is not None:
            struck += 1
            where = f"{typed[0]}, {error} at {call['number']}: {call['call']} {call['paths']}"
            _said_in_words(ended.result.code, ended.result.err, where)
            scene.check(ended.result, where)
            scene.found["said what was wrong"] += ended.result.code != 0
        scene.restore()
    assert struck
    record(key, struck, scene.found)


def _said_in_words(code: int, said: str, where: str) -> None:
    assert code in {0, 1, 3}, f"{where}: {said}"
    if code:
        assert said.startswith("error["), f"{where}: {said}"
        assert said.partition("[")[2].partition("]")[0] in SAID[:-1], f"{where}: {said}"


# ---- real disks


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of one megabyte."""
    place = tmp_path / "小盘"
    place.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("no disk can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def on(disk: Path, ledger: LedgerOnDisk) -> LedgerOnDisk:
    """Copy the ledger to another disk."""
    shutil.copytree(ledger.root, disk / "台账", ignore=shutil.ignore_patterns("*.sample"))
    return LedgerOnDisk(disk / "台账", ledger.environment)


def fill(filler: Path, pages: int) -> None:
    """Fill a disk but for some pages of four kilobytes."""
    with filler.open("wb", buffering=0) as stream:
        try:
            while True:
                stream.write(b"x" * 4096)
        except OSError:
            pass
        stream.truncate(max(0, stream.tell() // 4096 * 4096 - pages * 4096))


@pytest.mark.apart
def test_a_disk_that_is_really_full_loses_nothing(ledger: LedgerOnDisk, small_disk: Path) -> None:
    ledger.write("../评审 意见.pdf", PDF)
    (small_disk / "评审 意见.pdf").write_bytes(PDF)
    ledger = on(small_disk, ledger)
    found: Counter[str] = Counter()
    tried = chosen(range(24), 4)
    for pages in tried:
        where = f"{pages} pages left"
        before, commits = snapshot(ledger), ledger.commits()
        filler = small_disk / "filler"
        fill(filler, pages)
        result = ledger.run(*ATTACH, PYTHONDONTWRITEBYTECODE="1")
        filler.unlink()
        _said_in_words(result.code, result.err, where)
        done = ledger.commits() == commits + 1
        found["was done" if done else "was not done"] += 1
        if result.code == 0:
            assert done, where
            found["said that it was done"] += 1
        found["a lock of git stayed, and was named with what to type"] += go_on(ledger, NEXT, where)
        if not done:
            ledger.ok(*ATTACH)
        sound(ledger, where)
        ledger.git("reset", "-q", "--hard", "HEAD~2")
        ledger.git("clean", "-qfd")
        assert snapshot(ledger) == before, where
    record("disk-small", len(tried), found)


def test_a_read_only_disk_can_be_read_and_refuses_work_with_a_sentence(
    ledger: LedgerOnDisk, small_disk: Path
) -> None:
    ledger = on(small_disk, ledger)
    before, commits = snapshot(ledger), ledger.commits()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for reading in (("status",), ("list",), ("show", "1.1"), ("log",), ("validate",)):
        assert ledger.run(*reading).code == 0, reading
    refused = (("start", "1.1"), CLOSE, ("undo",), ("add", "problem", "题", "--category", "a"))
    for typed in refused:
        result = ledger.run(*typed)
        assert result.code == 3, (typed, result.err)
        assert "error[not-written]" in result.err, typed
    assert (snapshot(ledger), ledger.commits()) == (before, commits)
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    ledger.ok(*CLOSE)
    sound(ledger, "writable again")
    record(
        "disk-mounted-read-only",
        len(refused),
        {"was not done": len(refused), "said what was wrong": len(refused)},
    )


@pytest.fixture
def closed_folder(ledger: LedgerOnDisk) -> Iterator[Path]:
    """Make the folder of the second problem read-only for a test."""
    folder = ledger.root / "data/problems/02"
    if os.geteuid():
        folder.chmod(0o555)
    elif (
        shutil.which("chattr") is None
        or subprocess.run(["chattr", "+i", str(folder)], capture_output=True, check=False).returncode
    ):
        pytest.skip("nothing keeps this user from writing")
    yield folder
    if os.geteuid():
        folder.chmod(0o755)
    else:
        subprocess.run(["chattr", "-i", str(folder)], check=True)


@pytest.mark.usefixtures("closed_folder")
def test_a_folder_that_cannot_be_written_refuses_all_of_a_change(ledger: LedgerOnDisk) -> None:
    before, commits = snapshot(ledger), ledger.commits()
    for typed in (CLOSE, ("close", "1.2", "2.1"), ("attach", "2.1", "data/ledger.yaml")):
        result = ledger.run(*typed)
        assert result.code == 3, (typed, result.err)
        assert "error[not-written]" in result.err, typed
        assert (snapshot(ledger), ledger.commits()) == (before, commits), typed
        assert ledger.run("status").err == "", typed
    ledger.ok("close", "1.2")
    sound(ledger, "another folder")


def test_the_whole_mode_tries_every_instant() -> None:
    assert len(chosen(range(100), 5)) == (100 if WHOLE else 5)
