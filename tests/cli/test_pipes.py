"""A closed pipe, a full disk behind a redirect or a closed terminal ends without a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
from itertools import cycle, product
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.ledgers import committed, many
from tests.cli.terminals import PROGRAM
from tests.faults.table import WHOLE, chosen

if TYPE_CHECKING:
    from tests.conftest import LedgerOnDisk

QUIETLY = {0, 1, 141, -signal.SIGPIPE}


@pytest.mark.parametrize(
    "command",
    chosen(
        [
            ("status",),
            ("list",),
            ("list", "--json"),
            ("schema",),
            ("notice",),
            ("dashboard",),
            ("--help",),
            ("log",),
        ],
        4,
    ),
    ids=" ".join,
)
def test_a_pipe_that_is_closed_before_anything_is_written(
    ledger: LedgerOnDisk, command: tuple[str, ...]
) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*PROGRAM, *command],
        cwd=ledger.root,
        env=ledger.environment,
        stdout=write,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    os.close(write)
    assert done.stderr == b""
    assert done.returncode in QUIETLY


def test_a_pipe_that_is_closed_after_the_first_line(bare_ledger: LedgerOnDisk) -> None:
    """More than a pipe holds, so that the program is still writing when `head` has gone."""
    many(bare_ledger, 200)
    path = bare_ledger.root / "data/problems/01/1.1.yaml"
    path.write_bytes(path.read_bytes().replace("做好1.1号工作".encode(), ("长" * 1900).encode()))
    ledger = committed(bare_ledger)
    for command in ("list --json", "list", "status --all"):
        done = subprocess.run(
            [
                "bash",
                "-c",
                f'"$1" -m xuncha {command} | head -1; exit "${{PIPESTATUS[0]}}"',
                "bash",
                PROGRAM[0],
            ],
            cwd=ledger.root,
            env=ledger.environment,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.stderr == b"", command
        assert done.returncode in QUIETLY, command
        assert done.stdout, command


def test_errors_into_a_closed_pipe(ledger: LedgerOnDisk) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*PROGRAM, "show", "9.9"],
        cwd=ledger.root,
        env=ledger.environment,
        stderr=write,
        timeout=60,
        check=False,
    )
    os.close(write)
    assert done.returncode in QUIETLY


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
@pytest.mark.parametrize(
    "command", chosen([("status",), ("list", "--json"), ("schema",), ("--help",)], 2), ids=" ".join
)
def test_a_full_disk_behind_a_redirect_is_told(ledger: LedgerOnDisk, command: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, *command],
            cwd=ledger.root,
            env=ledger.environment,
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=60,
            check=False,
        )
    said = done.stderr.decode()
    assert "Traceback" not in said
    assert "Exception ignored" not in said
    assert said.startswith("error[system]: ")
    assert done.returncode not in {0, 2}, "the output is lost, and nobody is told"


def test_without_a_standard_output_the_change_is_still_made(ledger: LedgerOnDisk) -> None:
    """As a scheduler may start it."""
    done = subprocess.run(
        ["bash", "-c", '"$1" -m xuncha close 1.2 >&-', "bash", PROGRAM[0]],
        cwd=ledger.root,
        env=ledger.environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert "status: closed" in ledger.read("1.2")


def test_interrupting_is_told_by_the_exit_code_alone(ledger: LedgerOnDisk) -> None:
    script = "import os, signal, sys, xuncha.cli.read as read\nsignal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run behind a shell\nsys.argv = ['xuncha', 'status']\nread.tally = lambda *_: os.kill(os.getpid(), signal.SIGINT)\nfrom xuncha.__main__ import main\nmain()\n"
    done = subprocess.run(
        [PROGRAM[0], "-c", script],
        cwd=ledger.root,
        env=ledger.environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    assert done.returncode == 130


KEEPING = [
    ("close", "1.2"),
    ("progress", "1.2", "又做了一步。"),
    ("add", "problem", "新问题", "--category", "a"),
    ("undo",),
    ("edit", "1.2"),
]
"""Commands that change the ledger, and then say so."""
NOWHERE = ("a full disk", "a closed pipe", "a full disk, line by line")


@pytest.mark.parametrize(
    ("to", "command"),
    list(product(NOWHERE, KEEPING) if WHOLE else zip(cycle(NOWHERE), KEEPING, strict=False)),
)
def test_a_change_of_which_nothing_can_be_printed_is_done_and_not_to_be_done_again(
    ledger: LedgerOnDisk, to: str, command: tuple[str, ...]
) -> None:
    """Whoever types again what has failed, or has a script do it, would record it twice."""
    ledger.ok("progress", "1.2", "第一步。")
    commits = ledger.commits()
    if to == "a closed pipe":
        read, write = os.pipe()
        os.close(read)
    elif Path("/dev/full").exists():
        write = os.open("/dev/full", os.O_WRONLY)
    else:
        pytest.skip("needs a disk that is always full")
    done = subprocess.run(
        [PROGRAM[0], *(["-u"] if "line" in to else []), *PROGRAM[1:], *command],
        cwd=ledger.root,
        env={**ledger.environment, "EDITOR": "sed -i s/局长/局长/;s/工作/作业/"},
        stdout=write,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    os.close(write)
    assert ledger.commits() == commits + 1
    assert ledger.clean()
    head = ledger.git("rev-parse", "--short=10", "HEAD").strip()
    assert done.returncode == 0, "a script would try again"
    assert f"警告：已办成，保存在提交 {head} 中" in done.stderr


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_refusal_of_which_nothing_can_be_printed_still_ends_as_one(
    ledger: LedgerOnDisk, stream: str
) -> None:
    with Path(os.devnull if not Path("/dev/full").exists() else "/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, "close", "2.2"],
            cwd=ledger.root,
            env=ledger.environment,
            stdout=full if stream == "stdout" else None,
            stderr=full if stream == "stderr" else subprocess.PIPE,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
