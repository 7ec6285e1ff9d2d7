"""What it takes to share the ledger."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from xuncha.doctor.surroundings import CHECKS
from xuncha.language import gettext as _
from xuncha.sync import registration

if TYPE_CHECKING:
    from xuncha.doctor.surroundings import Ailments, Surroundings


@CHECKS.rule(
    "no-driver",
    "warning",
    scope="repository",
    why="Git's settings come with no clone: until the driver is registered, git merges the ledger line by line, and leaves conflicts that are none. The program may have moved since, as when its environment was made anew.",
    wrong="The merge driver is not registered in this clone, or its program is not found.",
    right="xuncha setup, once in each clone",
)
def _no_driver(around: Surroundings) -> Ailments:
    command = registration.registered(around.git)
    program = registration.program_of(command or "")
    if not command:
        yield None, _("git does not know the merge driver in this clone"), "xuncha setup"
    elif shutil.which(program) is None and not Path(program).is_file():
        said = _("the merge driver's program is not found: {path}").format(path=program)
        yield None, said, "xuncha setup"


@CHECKS.rule(
    "no-driver-line",
    "warning",
    scope="repository",
    why="`.gitattributes` says which files the driver merges; without the line, git never calls it.",
    wrong="`.gitattributes` does not give the ledger's files to the driver.",
    right="put the line `data/**/*.yaml merge=xuncha` into .gitattributes and commit it; or, for this clone alone: xuncha setup",
)
def _no_driver_line(around: Surroundings) -> Ailments:
    if not registration.effective(around.git):
        said = _(".gitattributes does not give the ledger's files to the merge driver")
        mend = _("put this line into .gitattributes, and commit it: {line}")
        yield None, said, mend.format(line=registration.LINE)


@CHECKS.rule(
    "not-shared",
    "note",
    scope="commit",
    why="What was not sent is on this computer alone: nobody else sees it, and it goes when the disk goes.",
    wrong="Commits were not sent, or there is nowhere to send them.",
    right="xuncha sync; where there is no place yet: git remote add origin ADDRESS && git push -u origin main",
)
def _not_shared(around: Surroundings) -> Ailments:
    branch = around.ask("symbolic-ref", "--short", "--quiet", "HEAD")
    if branch is None:
        return  # that no branch is checked out is told by itself
    remotes = (around.ask("remote") or "").split()
    counts = (around.ask("rev-list", "--left-right", "--count", "@{upstream}...HEAD") or "").split()
    if not remotes:
        command = f"git remote add origin ADDRESS && git push -u origin {branch}"
        said = _("the ledger is on this computer alone: no remote is set up")
        yield None, said, _("name one: {command}").format(command=command)
    elif not counts:
        said = _("branch {branch} has no counterpart to send it to").format(branch=branch)
        yield None, said, f"git push -u {remotes[0]} {branch}"
    elif counts != ["0", "0"]:
        said = _("commits to send: {ahead}; to fetch, as far as known: {behind}")
        yield None, said.format(ahead=counts[1], behind=counts[0]), "xuncha sync"
