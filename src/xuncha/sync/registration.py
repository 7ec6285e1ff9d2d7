"""The registration of the merge driver: the settings by which git calls it, and for which files."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from xuncha.system import find_program
from xuncha.trail.git import Git

NAME = "xuncha"
LINE = f"data/**/*.yaml merge={NAME}"
"""The line for `.gitattributes`."""
KEY = f"merge.{NAME}.driver"
"""The setting of git that holds the command to run."""
_MODULE = ("-P", "-m", "xuncha")
"""With `-P`, Python does not look for modules in the ledger, where git runs the driver."""
_PROBE = "data/problems/01/1.1.yaml"


def command() -> str:
    """Return the shell command that git runs; if the program is gone, the command merges by lines as git does.

    Without that, a missing program would count as a conflict in which the other side has vanished.
    """
    path = find_program("xuncha")
    # Git runs the driver in a shell, where a batch file of Windows would parse its arguments a second time; the shell of
    # git for Windows takes paths with forward slashes.
    is_program = path and not path.lower().endswith((".cmd", ".bat"))
    words = [path] if path and is_program else [sys.executable, *_MODULE]
    return _command([Path(words[0]).as_posix(), *words[1:]])


def _command(words: list[str]) -> str:
    check = f"command -v {shlex.quote(words[0])} >/dev/null"
    return f"{check} && exec {shlex.join(words)} merge-driver -- %O %A %B %L %P; exec git merge-file --marker-size=%L %A %O %B"


def program_of(registered_command: str) -> str:
    """Return the program that a registered driver calls; its command may first ask the shell whether the program exists."""
    try:
        words = shlex.split(registered_command)
    except ValueError:
        words = registered_command.split()
    has_test = words[:2] == ["command", "-v"]
    return (words[2:3] if has_test else words[:1] or [""])[0]


def is_written_by_us(registered_command: str, root: Path) -> bool:
    """Return whether a registered driver is what `register` writes, for a program anywhere but in the ledger's folder."""
    program_path = program_of(registered_command)
    own_commands = {_command([program_path]), _command([program_path, *_MODULE])}
    is_outside = Path(program_path).is_absolute() and not Path(program_path).is_relative_to(root)
    return registered_command in own_commands and is_outside


def register(git: Git) -> bool:
    """Register the merge driver in this repository, and return whether that was new. Raises GitError if git cannot write its settings."""
    expected = command()
    if is_new := git.setting(KEY) != expected:
        git.run("config", "--local", f"merge.{NAME}.name", "xuncha, field by field")
        git.run("config", "--local", KEY, expected)
    return is_new


def is_active(git: Git) -> bool:
    """Return whether git uses the driver for the files of the ledger."""
    return git.text("check-attr", "merge", "--", _PROBE).endswith(f": {NAME}")
