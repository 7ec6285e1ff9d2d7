"""What a crash leaves behind."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xuncha.doctor.catalogue import Ailment, check
from xuncha.language import gettext as _
from xuncha.store.files import TEMPORARY
from xuncha.trail.git import private
from xuncha.workflow.change import at_work, leftover

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xuncha.doctor.around import Around

PROCESSES = Path("/proc")
"""Where a system shows what runs; not every one does."""
_LONG: Final = 600
"""Seconds that git holds a lock at most while nobody keeps it waiting."""


@check(
    "interrupted",
    "warning",
    needs="repository",
    well=lambda: _("no command was interrupted"),
    why="A command that was killed before its commit has changed a file and not the history; the next one that writes takes it back.",
    mend="type the command again; or take it back: xuncha undo",
)
def interrupted(around: Around) -> Iterator[Ailment]:
    """A journal of ours is there, and nobody holds the lock."""
    if at_work(around.root):
        yield Ailment(
            _("another command is changing the ledger just now"),
            _("wait until it has finished"),
            milder=True,
        )
        return
    found = leftover(around.root)
    if found is not None:
        yield Ailment(
            _("`{command}` was interrupted: {paths} is written but not committed").format(
                command=found.command, paths=_(", ").join(found.paths)
            ),
            _("to have it done, type it again; to take it back: xuncha undo"),
        )


@check(
    "git-lock",
    "error",
    needs="nothing",
    well=lambda: _("git has left no lock behind"),
    why=(
        "A git that was killed leaves a file that ends in `.lock`, and every later one waits for it in vain. Such a file does not say "
        "whose it is: where the system shows what runs, a git at work in this repository is looked for; elsewhere its age is told."
    ),
    mend="when no git is running here, on no other computer either: delete the file that is named",
)
def git_lock(around: Around) -> Iterator[Ailment]:
    """A `*.lock` in git's folder whose git is gone."""
    for path in _locks(around):
        try:
            age = max(0, int(around.now - path.stat().st_mtime))
        except OSError:  # it has just gone
            continue
        name = around.named(path)
        mend = f"rm {shlex.quote(name)}"
        runs = _git_runs({*around.folders, around.root})
        if not path.exists():  # it was at work, and has ended meanwhile
            continue
        if runs or (runs is None and age < _LONG):
            yield Ailment(
                _("git seems to be at work: {path} is there, for {age}").format(path=name, age=_lasting(age)),
                _("wait until it has ended; if none is running: {command}").format(command=mend),
                milder=True,
            )
        elif runs is None:
            yield Ailment(
                _("{path} is there, for {age}; nothing tells whether its git still runs").format(
                    path=name, age=_lasting(age)
                ),
                _("if no git is running: {command}").format(command=mend),
            )
        else:
            yield Ailment(
                _("{path} was left behind {age} ago: no git is running here").format(
                    path=name, age=_lasting(age)
                ),
                _("if none is running on another computer either: {command}").format(command=mend),
            )


@check(
    "half-written",
    "warning",
    needs="nothing",
    well=lambda: _("no file was left half written"),
    why="A file is written beside the old one and then put in its place; what was killed between leaves the new one. Nothing reads it.",
    mend="delete the file that is named; the next command that writes the same file does so too",
)
def half_written(around: Around) -> Iterator[Ailment]:
    """Temporary files of ours are there, and no command is at work."""
    if around.folder is not None and at_work(around.root):
        return
    places = [around.root / "data", *(folder / "xuncha" for folder in around.folders)]
    for path in sorted(path for place in places for path in place.glob(f"**/{TEMPORARY}*")):
        yield Ailment(
            _("{path} was left half written, and is of no use").format(path=around.named(path)),
            f"rm {shlex.quote(around.named(path))}",
        )


def _locks(around: Around) -> Iterator[Path]:
    """Git's own locks: beside the files of its folder, and among its references."""
    own = private(around.root, "journal") if around.folder is not None else None
    for folder in around.folders:
        for pattern in ("*.lock", "refs/**/*.lock", "objects/info/*.lock", "worktrees/*/*.lock"):
            yield from sorted(
                path for path in folder.glob(pattern) if own is None or path.parent != own.parent
            )


def _git_runs(folders: set[Path]) -> bool | None:
    """Whether a git is running in one of these folders; None where the system does not tell."""
    if sys.platform != "linux" or not (PROCESSES / "self").exists():
        return None
    places = [folder.resolve() for folder in folders]
    hidden = False
    for process in PROCESSES.glob("[0-9]*"):
        try:
            if not (process / "comm").read_text(encoding="utf-8", errors="replace").startswith("git"):
                continue
            if (process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[
                0
            ] == "Z":
                continue  # it has ended, and nobody has asked how
            at = (process / "cwd").readlink()
        except FileNotFoundError:
            continue
        except OSError:
            hidden = True  # of another account
            continue
        above = (at / ".git").exists()  # git works in the top folder of its working tree
        if any(at.is_relative_to(place) or (above and place.is_relative_to(at)) for place in places):
            return True
    return None if hidden else False


def _lasting(seconds: int) -> str:
    """A time, as one says it."""
    for size, said in ((86400, _("{n} d")), (3600, _("{n} h")), (60, _("{n} min"))):
        if seconds >= size:
            return said.format(n=seconds // size)
    return _("{n} s").format(n=seconds)
