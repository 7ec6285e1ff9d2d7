"""Git's lock files: they show that git is at work, and are left behind where it was killed. Nothing here deletes one."""

from __future__ import annotations

import re
import shlex
import time
from pathlib import Path

from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _
from xuncha.trail.repository import checked_out, common_dir, git_dir

PATIENCE = 5.0  # seconds for which a lock may belong to a git that is about to end
_LOCK = re.compile(r"[\"'“‘]([^\"'“”‘’\n]+\.lock)[\"'”’]")


def branch(root: Path) -> Path | None:
    """Return the file where git keeps the tip of the checked-out branch; None if there is no such branch, or no repository."""
    folder, name = git_dir(root), checked_out(root)
    return common_dir(folder) / name[len("ref:") :].strip() if folder and name.startswith("ref:") else None


def held(root: Path) -> list[Path]:
    """Return the locks that prevent commits here; usually none."""
    folder, tip = git_dir(root), branch(root)
    if folder is None:
        return []
    places = [folder / "index", folder / "HEAD", *([tip] if tip else [])]
    return [lock for place in places if (lock := place.with_name(f"{place.name}.lock")).exists()]


def wait(root: Path) -> None:
    """Wait until git has finished here: another one, or one that outlived the command that started it.

    Raises SurroundingsError if it does not end, or was killed and left its locks.
    """
    end = time.monotonic() + PATIENCE
    while places := held(root):
        if time.monotonic() > end or any(_age(place) > PATIENCE for place in places):
            raise at_work(places)
        time.sleep(0.05)


def _age(place: Path) -> float:
    try:
        return (time.time_ns() - place.stat().st_mtime_ns) / 1e9
    except FileNotFoundError:
        return 0.0


def at_work(places: list[Path]) -> SurroundingsError:
    """Return the error that names locks, and says when they may be deleted."""
    message = _("git is running in this repository, or was interrupted: {locks}")
    hint = _("wait until git has ended; if none is running, type: rm {locks}")
    names = [str(place) for place in places]
    message, hint = message.format(locks=_(", ").join(names)), hint.format(locks=shlex.join(names))
    return SurroundingsError("git-at-work", message, hint)


def named(root: Path, said: str) -> list[Path]:
    """Return the locks that a message of git names, if they still exist."""
    return [place for text in _LOCK.findall(said) if (place := root / text).exists()]
