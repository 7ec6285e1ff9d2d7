"""What is longer than the screen goes through the pager that git would use: chosen by the user, never by a ledger's repository."""

from __future__ import annotations

import os
import shlex
import subprocess
from contextlib import suppress
from pathlib import Path


def show(text: str) -> bool:
    """Show a text in the user's pager where it does not fit on the terminal; return whether it was shown."""
    process = None
    with suppress(OSError, ValueError):  # no terminal that tells its size, or no such pager
        too_long = text.count("\n") >= os.get_terminal_size(1).lines
        if pager := _chosen() if too_long else []:
            # As git sets it: colours are shown, and the pager stays only where there is more than a screen.
            surroundings = {"LESS": "FRX", "LV": "-c", **os.environ}
            process = subprocess.Popen(pager, stdin=subprocess.PIPE, env=surroundings)
    if process is None:
        return False
    with suppress(BrokenPipeError):  # the reader has seen enough
        process.communicate(text.encode())
    process.wait()
    return True


def _chosen() -> list[str]:
    """Return the pager's command; empty where none is wanted."""
    for said in (os.environ.get("GIT_PAGER"), _of_git(), os.environ.get("PAGER"), "less"):
        if said is not None:
            return [] if said in {"", "cat"} else shlex.split(said)
    return []


def _of_git() -> str | None:
    """Return what the user's own settings of git name; those of a repository are not asked."""
    from xuncha.errors import SurroundingsError  # noqa: PLC0415
    from xuncha.trail.git import Git  # noqa: PLC0415  only where there is more than a screen

    with suppress(SurroundingsError):
        return Git(Path.cwd()).text("config", "--global", "--get", "core.pager")
    return None
