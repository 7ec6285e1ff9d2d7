"""How git is told by whom the files of a ledger are merged: a driver in its settings, and the files that are for it."""

from __future__ import annotations

import shlex
import shutil
import sys
from pathlib import Path

from xuncha.trail.git import Git, GitError

NAME = "xuncha"
PATTERN = "data/**/*.yaml"
LINE = f"{PATTERN} merge={NAME}"
"""Of `.gitattributes`."""
_KEY = f"merge.{NAME}.driver"
_PROBE = "data/problems/01/1.1.yaml"


def program() -> list[str]:
    """The words with which this program is called, whatever folder it is called in."""
    found = shutil.which("xuncha")
    return [found] if found else [Path(sys.executable).as_posix(), "-m", "xuncha"]


def command() -> str:
    """What git is to run, in its shell; where the program has gone, git merges by lines as it always did.

    Without that, a program that is not found would count as a conflict in which the other side has vanished.
    """
    words = program()
    call = " ".join(map(shlex.quote, words))
    there = f"command -v {shlex.quote(words[0])} >/dev/null"
    return f"{there} && exec {call} merge-driver -- %O %A %B %L %P; exec git merge-file --marker-size=%L %A %O %B"


def program_of(registered_command: str) -> str:
    """The program that a registered driver calls; its command may first ask the shell whether it is there."""
    try:
        words = shlex.split(registered_command)
    except ValueError:
        words = registered_command.split()
    asks = words[:2] == ["command", "-v"]
    return (words[2:3] if asks else words[:1] or [""])[0]


def registered(git: Git) -> str | None:
    """What git is set up to run; None where it is not."""
    try:
        return git.text("config", "--get", _KEY)
    except GitError:
        return None


def register(git: Git) -> bool:
    """Set git up in this repository; whether it was not, or otherwise.

    Raises:
        GitError: its settings cannot be written.
    """
    if registered(git) == command():
        return False
    git.run("config", "--local", f"merge.{NAME}.name", "xuncha, field by field")
    git.run("config", "--local", _KEY, command())
    return True


def effective(git: Git) -> bool:
    """Whether the files of the ledger are for the driver."""
    return git.text("check-attr", "merge", "--", _PROBE).endswith(f": {NAME}")


def claim(git: Git) -> None:
    """Say that the files are for it, in git's own folder, where no commit is needed for it.

    Raises:
        OSError: that cannot be written.
    """
    place = Path(git.root, git.text("rev-parse", "--git-path", "info/attributes"))
    above = git.text("rev-parse", "--show-prefix")
    before = place.read_text(encoding="utf-8") if place.is_file() else ""
    place.parent.mkdir(parents=True, exist_ok=True)
    lines = before if not before or before.endswith("\n") else f"{before}\n"
    place.write_text(f"{lines}{_quoted(above + LINE.partition(' ')[0])} merge={NAME}\n", encoding="utf-8")


def _quoted(pattern: str) -> str:
    """A pattern as git reads it, whatever characters a folder's name has."""
    escaped = "".join(f"\\{character}" if character in "[]?\\" else character for character in pattern)
    if not any(character in escaped for character in ' "\t'):
        return escaped
    inner = escaped.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'


def merge_by_lines(git: Git, ours: Path, base: Path, theirs: Path, width: str) -> bool:
    """Merge three files as git itself does, into the first; whether nothing is in dispute."""
    try:
        git.run(
            "merge-file",
            "-L",
            "ours",
            "-L",
            "base",
            "-L",
            "theirs",
            f"--marker-size={width}",
            "--",
            *map(str, [ours, base, theirs]),
        )
    except GitError:
        return False
    return True
