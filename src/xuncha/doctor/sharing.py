"""What it takes to share the ledger."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from xuncha.doctor.catalogue import Ailment, check
from xuncha.language import gettext as _
from xuncha.sync import registration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xuncha.doctor.around import Around


@check(
    "no-driver",
    "warning",
    needs="repository",
    well=lambda: _("the merge driver is registered, and its program is there"),
    why="Git's settings come with no clone: until the driver is registered, git merges the ledger line by line, and leaves conflicts that are none. The program may have moved since, as when its environment was made anew.",
    mend="xuncha setup, once in each clone",
)
def no_driver(around: Around) -> Iterator[Ailment]:
    """The merge driver is not registered in this clone, or its program is not found."""
    command = registration.registered(around.git)
    if not command:
        yield Ailment(_("git does not know the merge driver in this clone"), "xuncha setup")
        return
    program = registration.program_of(command)
    if shutil.which(program) is None and not Path(program).is_file():
        yield Ailment(
            _("the merge driver's program is not found: {path}").format(path=program), "xuncha setup"
        )


@check(
    "no-driver-line",
    "warning",
    needs="repository",
    well=lambda: _("the ledger's files are for the merge driver"),
    why="`.gitattributes` says which files the driver merges; without the line, git never calls it.",
    mend="put the line `data/**/*.yaml merge=xuncha` into .gitattributes and commit it; or, for this clone alone: xuncha setup",
)
def no_driver_line(around: Around) -> Iterator[Ailment]:
    """`.gitattributes` does not give the ledger's files to the merge driver."""
    if not registration.effective(around.git):
        yield Ailment(
            _(".gitattributes does not give the ledger's files to the merge driver"),
            _("put this line into .gitattributes, and commit it: {line}").format(line=registration.LINE),
        )


@check(
    "not-shared",
    "note",
    needs="commit",
    well=lambda: _("every commit is where others see it"),
    why="What was not sent is on this computer alone: nobody else sees it, and it goes when the disk goes.",
    mend="xuncha sync; where there is no place yet: git remote add origin ADDRESS && git push -u origin main",
)
def not_shared(around: Around) -> Iterator[Ailment]:
    """Commits were not sent, or there is nowhere to send them."""
    branch = around.ask("symbolic-ref", "--short", "--quiet", "HEAD")
    if branch is None:
        return  # that no branch is checked out is told by itself
    remotes = (around.ask("remote") or "").split()
    if not remotes:
        yield Ailment(
            _("the ledger is on this computer alone: no remote is set up"),
            _("name one: {command}").format(
                command=f"git remote add origin ADDRESS && git push -u origin {branch}"
            ),
        )
        return
    counts = (around.ask("rev-list", "--left-right", "--count", "@{upstream}...HEAD") or "").split()
    if len(counts) != len(("behind", "ahead")):
        yield Ailment(
            _("branch {branch} has no counterpart to send it to").format(branch=branch),
            f"git push -u {remotes[0]} {branch}",
        )
        return
    behind, ahead = map(int, counts)
    if ahead or behind:
        yield Ailment(
            _("commits to send: {ahead}; to fetch, as far as known: {behind}").format(
                ahead=ahead, behind=behind
            ),
            "xuncha sync",
        )
