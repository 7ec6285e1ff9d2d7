"""Helpers for command-line tests: a terminal of 80 columns, the width of text, and transcripts."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import struct
import sys
import termios
import unicodedata
from functools import partial
from typing import TYPE_CHECKING

from tests import program
from tests.cli.inside import run_inside
from tests.conftest import LedgerOnDisk, Result

if TYPE_CHECKING:
    from pathlib import Path

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
PROGRAM = (sys.executable, "-m", "xuncha")


def width(text: str) -> int:
    """How many columns a line takes on a terminal: two for each Chinese character."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def too_wide(text: str, columns: int = 80) -> list[str]:
    """Return the lines that are wider than the screen."""
    return [line for line in text.splitlines() if width(line) > columns]


def in_terminal(
    ledger: LedgerOnDisk, *arguments: str | Path, columns: int = 80, **environment: str | None
) -> Result:
    """Run the program on a terminal; what it showed is in `out`, standard error with it.

    Args:
        ledger: whose folder to run it in.
        arguments: of the program.
        columns: of the terminal.
        environment: variables to set; None takes one away.
    """
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    variables = {**ledger.environment, "TERM": "xterm-256color"}
    for name, value in {"COLUMNS": None, "LINES": None, "NO_COLOR": None, **environment}.items():
        if value is None:
            variables.pop(name, None)
        else:
            variables[name] = value
    wait = program.start(list(map(str, arguments)), ledger.root, variables, [slave] * 3)
    os.close(slave)
    shown = b""
    with contextlib.suppress(OSError):  # Linux says so where the other end has closed
        while chunk := os.read(master, 65536):
            shown += chunk
    os.close(master)
    text = shown.decode().replace("\r\n", "\n")
    assert "Traceback (most recent call last)" not in text, text
    return Result(wait(), text, "")


def plain(text: str) -> str:
    """Return the text without its colours, and without blanks at the ends of lines."""
    return "\n".join(line.rstrip() for line in COLOUR.sub("", text).split("\n"))


def transcript(ledger: LedgerOnDisk, *commands: tuple[str, ...], lang: str, inside: bool = True) -> str:
    """Commands with what each prints: standard error after `! `, an exit code other than 0 in brackets.

    Args:
        ledger: whose folder to run them in.
        commands: their arguments.
        lang: the language on screen.
        inside: run them in this process, which is faster; else each in one of its own.
    """
    shown = []
    for command in commands:
        run = partial(run_inside, ledger) if inside else ledger.run
        result = run(*command, XUNCHA_LANG=lang)
        quoted = [f'"{word}"' if " " in word or not word else word for word in command]
        shown.append(" ".join(["$ xuncha", *quoted]))
        shown += result.out.splitlines()
        shown += [f"! {line}" for line in result.err.splitlines()]
        shown += [f"[{result.code}]"] if result.code else []
        shown.append("")
    return "\n".join(shown).replace(str(ledger.root), "/台账").rstrip("\n") + "\n"
