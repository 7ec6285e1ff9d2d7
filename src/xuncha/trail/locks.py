"""Git's lock files: they show that git is at work, and are left behind where it was killed. Nothing here deletes one."""

from __future__ import annotations

import re
import shlex
import time
from pathlib import Path

from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _
from xuncha.trail.repository import checked_out, common_dir, git_dir

TIMEOUT = 5.0  # seconds for which a lock may belong to a git that is about to end
_LOCK = re.compile(r"[\"'“‘]([^\"'“”‘’\n]+\.lock)[\"'”’]")


def branch_file(root: Path) -> Path | None:
    """Return the file where git keeps the tip of the checked-out branch; None if there is no such branch, or no repository."""
    folder, name = git_dir(root), checked_out(root)
    return common_dir(folder) / name[len("ref:") :].strip() if folder and name.startswith("ref:") else None


def existing_locks(root: Path) -> list[Path]:
    """Return the locks that prevent commits here; usually none."""
    folder, tip = git_dir(root), branch_file(root)
    if folder is None:
        return []
    places = [folder / "index", folder / "HEAD", *([tip] if tip else [])]
    return [lock for place in places if (lock := place.with_name(f"{place.name}.lock")).exists()]


def wait_for_git(root: Path) -> None:
    """Wait until git, even one that outlived its command, has finished here. Raises SurroundingsError if it does not end or left its locks."""
    end = time.monotonic() + TIMEOUT
    while places := existing_locks(root):
        if time.monotonic() > end or any(_age(place) > TIMEOUT for place in places):
            raise git_running_error(places)
        time.sleep(0.05)


def _age(place: Path) -> float:
    try:
        return (time.time_ns() - place.stat().st_mtime_ns) / 1e9
    except FileNotFoundError:
        return 0.0


def git_running_error(places: list[Path]) -> SurroundingsError:
    """Return the error that names locks, and says when they may be deleted."""
    names = [str(place) for place in places]
    message = _("git is running in this repository, or was interrupted: {locks}", locks=_(", ").join(names))
    hint = _("wait until git has ended; if none is running, type: rm {locks}", locks=shlex.join(names))
    return SurroundingsError("git-at-work", message, hint)


def locks_in(root: Path, message: str) -> list[Path]:
    """Return the locks that a message of git names, if they still exist."""
    return [place for text in _LOCK.findall(message) if (place := root / text).exists()]
