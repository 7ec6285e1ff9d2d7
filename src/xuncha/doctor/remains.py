"""What a crash leaves behind."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xuncha.doctor.surroundings import CHECKS
from xuncha.language import gettext as _
from xuncha.store.files import TEMPORARY
from xuncha.trail.git import private
from xuncha.workflow.change import at_work, leftover

if TYPE_CHECKING:
    from xuncha.doctor.surroundings import Ailments, Surroundings
    from xuncha.errors import Severity

PROCESSES = Path("/proc")
"""Where a system shows what runs; not every one does."""
_LONG: Final = 600
"""Seconds that git holds a lock at most while nobody keeps it waiting."""
_UNITS: Final = (86400, 3600, 60, 1)
"""Seconds in a day, an hour, a minute, a second."""


@CHECKS.rule(
    "interrupted",
    "warning",
    scope="repository",
    why="A command that was killed before its commit has changed a file and not the history; the next one that writes takes it back.",
    wrong="A journal of ours is there, and nobody holds the lock.",
    right="type the command again; or take it back: xuncha undo",
)
def _interrupted(around: Surroundings) -> Ailments:
    if at_work(around.root):
        yield (
            "note",
            _("another command is changing the ledger just now"),
            _("wait until it has finished"),
        )
    elif found := leftover(around.root):
        said = _("`{command}` was interrupted: {paths} is written but not committed")
        yield (
            None,
            said.format(command=found.command, paths=_(", ").join(found.paths)),
            _("to have it done, type it again; to take it back: xuncha undo"),
        )


@CHECKS.rule(
    "git-lock",
    why=(
        "A git that was killed leaves a file that ends in `.lock`, and every later one waits for it in vain. Such a file does not say "
        "whose it is: where the system shows what runs, a git at work in this repository is looked for; elsewhere its age is told."
    ),
    wrong="A `*.lock` in git's folder whose git is gone.",
    right="when no git is running here, on no other computer either: delete the file that is named",
)
def _git_lock(around: Surroundings) -> Ailments:
    for path in _locks(around):
        try:
            seconds = max(0, int(around.now - path.stat().st_mtime))
            runs = _git_runs({*around.folders, around.root})
            path.stat()
        except OSError:  # its git has ended meanwhile
            continue
        severity: Severity | None = None
        if runs or (runs is None and seconds < _LONG):
            severity = "note"
            said = _("git seems to be at work: {path} is there, for {age}")
            mend = _("wait until it has ended; if none is running: {command}")
        elif runs is None:
            said = _("{path} is there, for {age}; nothing tells whether its git still runs")
            mend = _("if no git is running: {command}")
        else:
            said = _("{path} was left behind {age} ago: no git is running here")
            mend = _("if none is running on another computer either: {command}")
        name = around.named(path)
        yield (
            severity,
            said.format(path=name, age=_lasting(seconds)),
            mend.format(command=f"rm {shlex.quote(name)}"),
        )


@CHECKS.rule(
    "half-written",
    "warning",
    why="A file is written beside the old one and then put in its place; what was killed between leaves the new one. Nothing reads it.",
    wrong="Temporary files of ours are there, and no command is at work.",
    right="delete the file that is named; the next command that writes the same file does so too",
)
def _half_written(around: Surroundings) -> Ailments:
    if around.folder is not None and at_work(around.root):
        return
    places = [around.root / "data", *(folder / "xuncha" for folder in around.folders)]
    for path in sorted(path for place in places for path in place.glob(f"**/{TEMPORARY}*")):
        name = around.named(path)
        said = _("{path} was left half written, and is of no use").format(path=name)
        yield None, said, f"rm {shlex.quote(name)}"


def _locks(around: Surroundings) -> Iterator[Path]:
    """Find git's own locks: beside the files of its folder, and among its references."""
    own = private(around.root, "journal") if around.folder else None
    for folder in around.folders:
        for pattern in ("*.lock", "refs/**/*.lock", "objects/info/*.lock", "worktrees/*/*.lock"):
            yield from (path for path in sorted(folder.glob(pattern)) if not own or path.parent != own.parent)


def _git_runs(folders: set[Path]) -> bool | None:
    """Whether a git is running in one of these folders; None where the system does not tell."""
    if sys.platform != "linux" or not (PROCESSES / "self").exists():
        return None
    places = [folder.resolve() for folder in folders]
    answer: bool | None = False
    for process in PROCESSES.glob("[0-9]*"):
        try:
            # `PID (NAME) STATE …`; Z has ended, and nobody has asked how
            name, _end, facts = (process / "stat").read_text(errors="replace").rpartition(") ")
            if not name.partition(" (")[2].startswith("git") or facts.startswith("Z"):
                continue
            at = (process / "cwd").readlink()
        except FileNotFoundError:
            continue
        except OSError:
            answer = None  # of another account
            continue
        above = (at / ".git").exists()  # git works in the top folder of its working tree
        if any(at.is_relative_to(place) or (above and place.is_relative_to(at)) for place in places):
            return True
    return answer


def _lasting(seconds: int) -> str:
    """Say how long something lasts, in the largest unit that it fills."""
    names = (_("{n} d"), _("{n} h"), _("{n} min"), _("{n} s"))
    size, name = next(
        (each for each in zip(_UNITS, names, strict=True) if seconds >= each[0]), (1, names[-1])
    )
    return name.format(n=seconds // size)
