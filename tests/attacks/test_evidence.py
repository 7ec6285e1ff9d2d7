"""Hostile evidence files: endless ones, devices, pipes, and names that other systems cannot hold."""

from __future__ import annotations

import os
import socket
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.cli.terminals import PROGRAM
from tests.workflow.surroundings import snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """Make a folder of what cannot be evidence: an empty file, a folder, a pipe, a socket, and links to these or to nothing."""
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "empty").touch()
    (folder / "folder").mkdir()
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.open(".", os.O_RDONLY)
        os.chdir(folder)  # the path of a socket must be short
        listening.bind("socket")
        os.fchdir(here)
        os.close(here)
    for name in ("empty", "folder", "pipe", "socket", "nothing"):
        (folder / f"link to {name}").symlink_to(name)
    (folder / "link to itself").symlink_to("link to itself")
    (folder / "link to a device").symlink_to("/dev/zero")
    return folder


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("empty", "empty-file"),
        ("link to empty", "empty-file"),
        ("folder", "no-such-file"),
        ("link to folder", "no-such-file"),
        ("pipe", "not-a-file"),
        ("link to pipe", "not-a-file"),
        ("socket", "no-such-file"),
        ("link to socket", "no-such-file"),
        ("nothing", "no-such-file"),
        ("link to nothing", "no-such-file"),
        ("link to itself", "no-such-file"),
        ("link to a device", "not-a-file"),
        ("/dev/zero", "not-a-file"),
        ("/dev/null", "not-a-file"),
        ("", "no-such-file"),
        (".", "no-such-file"),
        ("x" * 300, "no-such-file"),
    ],
)
def test_what_proves_nothing_is_refused_at_once(
    ledger: LedgerOnDisk, odd: Path, name: str, code: str
) -> None:
    before = snapshot(ledger)
    done = subprocess.run(
        [*PROGRAM, "--ledger", str(ledger.root), "attach", "1.2", "--", name],
        cwd=odd,
        env=ledger.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stderr.partition(": ")[0]) == (1, f"error[{code}]")
    assert (snapshot(ledger), ledger.commits(), ledger.clean()) == (before, 1, True)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("甲\n乙.pdf", "甲_乙.pdf"),
        ("甲\x1b[2J.pdf", "甲_[2J.pdf"),
        ("甲\u202efdp.exe", "甲_fdp.exe"),
        ("甲\t乙.pdf", "甲_乙.pdf"),
        ("CON.pdf", "_CON.pdf"),
        ("lpt1", "_lpt1"),
        ("甲?.pdf", "甲？.pdf"),
        ("甲. ", "甲"),
        ("-rf", "-rf"),
        ("关" * 84, "关" * 84),
        ("a" * 255, "a" * 200),
    ],
)
def test_a_name_that_not_every_system_holds_becomes_the_nearest_that_all_hold(
    ledger: LedgerOnDisk, tmp_path: Path, name: str, wanted: str
) -> None:
    (tmp_path / name).write_bytes(b"%PDF")
    out = ledger.ok("attach", "1.2", tmp_path / name)
    assert [each.name for each in (ledger.root / "data/evidence/1.2").iterdir()] == [wanted]
    assert not set(out) & set("\x1b\u202e\t")
    assert ledger.clean()
    assert ledger.run("validate").code == 0
