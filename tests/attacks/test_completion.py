"""Shell completion never executes text from the ledger."""

from __future__ import annotations

import json
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.cli.ledgers import committed
from tests.cli.test_completion import SCRIPT, asked
from tests.conftest import LEDGER, measure

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import LedgerOnDisk

TITLES = (
    r"甲 \$(touch X)",
    r"乙 $(touch X) `touch X`",
    r"丙 \`touch X\` \\$(touch X)",
    "丁 '; touch X; '",
    '戊 "; touch X; "',
    "己 ))' ; touch X ; (('",
    "庚 [/附件] [red]:smile:",
    "辛 * ? ~ =ls %F{red} !! #",
    "壬 $X ${(e):-$(touch X)} <(touch X) ‘$(touch X)’",
    "癸:::touch X",
    "长" * 300 + " $(touch X)",
)
NAMES = ("$(touch X)", "`touch X`", "a;touch X", "-rf", "'x'", "*", "综合 二科")


@pytest.fixture
def hostile(bare_ledger: LedgerOnDisk) -> LedgerOnDisk:
    """Make a ledger whose titles and names are commands for a shell."""
    for number, title in enumerate(TITLES, start=1):
        identity = f"1.{number}"
        bare_ledger.write(
            bare_ledger.path(identity), measure(identity, "in_progress", title=json.dumps(title))
        )
    names = ", ".join(json.dumps(name, ensure_ascii=False) for name in NAMES)
    bare_ledger.write("data/ledger.yaml", LEDGER.replace("offices: [", f"offices: [{names}, "))
    ledger = committed(bare_ledger)
    assert ledger.run("validate").code == 0
    return ledger


def taught(ledger: LedgerOnDisk, shell: str, folder: Path) -> Path:
    """Write what a shell is taught, and give the file."""
    done = subprocess.run(
        [str(SCRIPT)],
        env={**ledger.environment, "_XUNCHA_COMPLETE": f"source_{shell}"},
        capture_output=True,
        timeout=60,
        check=True,
    )
    script = folder / f"taught.{shell}"
    script.write_bytes(done.stdout)
    return script


def in_path(ledger: LedgerOnDisk) -> dict[str, str]:
    """Return the environment of a shell that finds the program."""
    return {**ledger.environment, "PATH": f"{SCRIPT.parent}{os.pathsep}{os.environ['PATH']}"}


def installed(shell: str) -> str:
    """Return where a shell is; leave the test out where it is not."""
    return shutil.which(shell) or pytest.skip(f"there is no {shell} here")


@pytest.mark.parametrize("line", ["xuncha show 1.", "xuncha list --office "])
def test_bash_runs_nothing_of_what_it_is_offered(hostile: LedgerOnDisk, tmp_path: Path, line: str) -> None:
    words = line.split(" ")
    typed_last = "" if words[-1] else "''"
    script = (
        f"source '{taught(hostile, 'bash', tmp_path)}'; COMP_WORDS=({line.rstrip()} {typed_last})\n"
        f"COMP_CWORD={len(words) - 1}; _xuncha_completion xuncha; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    )
    done = subprocess.run(
        [installed("bash"), "--norc", "-c", script],
        cwd=hostile.root,
        env=in_path(hostile),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    offered = done.stdout.splitlines()
    if "1." in line:
        assert offered == [f"1.{number}" for number in range(1, len(TITLES) + 1)]
    else:
        assert offered == ["办公室", "规划科", "财务科"]
    assert not (hostile.root / "X").exists()


@pytest.mark.apart
@pytest.mark.parametrize("line", ["xuncha show 1.", "xuncha list --office ", "xuncha ", "xuncha close --"])
def test_fish_runs_nothing_of_what_it_is_offered(hostile: LedgerOnDisk, tmp_path: Path, line: str) -> None:
    script = f"source {taught(hostile, 'fish', tmp_path)}; complete -C '{line}'"
    done = subprocess.run(
        [installed("fish"), "--no-config", "-c", script],
        cwd=hostile.root,
        env=in_path(hostile),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stderr == ""
    offered = [each.split("\t")[0] for each in done.stdout.splitlines()]
    if "1." in line:
        assert sorted(offered) == sorted(f"1.{number}" for number in range(1, len(TITLES) + 1))
    elif "office" in line:
        assert set(offered) == {"办公室", "规划科", "财务科"}
    else:
        assert all(" " not in each and each.isascii() for each in offered), (
            "a line of a help is offered as a word"
        )
    assert not (hostile.root / "X").exists()


@pytest.mark.apart
@pytest.mark.parametrize(("line", "shown"), [("xuncha show 1.", "1.11"), ("xuncha list --office ", "规划科")])
def test_zsh_runs_nothing_of_what_it_is_offered(
    hostile: LedgerOnDisk, tmp_path: Path, line: str, shown: str
) -> None:
    script = taught(hostile, "zsh", tmp_path)
    setting_up = (
        f"autoload -Uz compinit; compinit -u -d '{tmp_path}/dump'; source '{script}'; PS1='bere''it '"
    )
    seen = typed(
        [installed("zsh"), "-f", "-i"],
        hostile,
        {"ZDOTDIR": str(tmp_path), "TERM": "xterm", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"},
        [(f"{setting_up}\n", "bereit "), (f"{line}\t", shown)],
    )
    assert shown in seen
    assert not (hostile.root / "X").exists()


def typed(
    command: list[str], ledger: LedgerOnDisk, variables: dict[str, str], steps: list[tuple[str, str]]
) -> str:
    """Type lines at a shell on a terminal, each until it has shown something; give all that it showed."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(ledger.root)
        os.execve(command[0], command, {**in_path(ledger), **variables})  # noqa: S606
    seen = ""
    try:
        for text, wanted in steps:
            start = len(seen)
            os.write(terminal, text.encode())
            end = time.monotonic() + 20
            while time.monotonic() < end and wanted not in seen[start:]:
                if select.select([terminal], [], [], 0.2)[0]:
                    seen += os.read(terminal, 65536).decode(errors="replace")
        time.sleep(0.5)  # until all that was offered has been laid out
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)
    return seen


@pytest.mark.parametrize("shell", ["zsh", "fish", "powershell"])
def test_no_title_is_offered_to_a_shell(hostile: LedgerOnDisk, shell: str) -> None:
    variables = {"_TYPER_COMPLETE_ARGS": "xuncha show 1.", "_TYPER_COMPLETE_WORD_TO_COMPLETE": "1."}
    if shell == "powershell":
        done = hostile.run(**{"_XUNCHA_COMPLETE": f"complete_{shell}", **variables})
    else:
        done = asked(hostile, "xuncha show 1.", shell)
    assert "1.11" in done.out
    assert not any(sign in done.out for sign in ("touch", "甲", "长"))


@pytest.mark.parametrize(
    "content", [b"\xff\xfe", b"a: &a [*a]\n", b"[" * 100_000, b"%YAML 9\n--- !!python/x\n"]
)
def test_a_ledger_that_cannot_be_read_is_no_word_at_a_prompt(
    bare_ledger: LedgerOnDisk, content: bytes
) -> None:
    bare_ledger.write("data/ledger.yaml", content)
    for shell in ("bash", "zsh", "fish"):
        done = asked(bare_ledger, "xuncha show 1", shell)
        assert (done.err, "1.1" in done.out) == ("", False)


def test_a_fault_of_the_program_is_no_word_at_a_prompt(
    bare_ledger: LedgerOnDisk,
) -> None:
    for fault in ("1 / 0", "open('/nosuch')"):
        script = f"from xuncha.cli import app\napp._call = lambda *_: {fault}\napp.run([], {{}})"
        done = subprocess.run(
            [sys.executable, "-c", script],
            cwd=bare_ledger.root,
            env={**bare_ledger.environment, "_XUNCHA_COMPLETE": "complete_bash"},
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (1, b"", b"")
