"""The computer."""

from __future__ import annotations

import re
from importlib import metadata
from typing import TYPE_CHECKING, Final, get_args

from xuncha.doctor.surroundings import CHECKS
from xuncha.language import gettext as _
from xuncha.parts import Part, how_to_add

if TYPE_CHECKING:
    from xuncha.doctor.surroundings import Ailments, Surroundings

_NEARLY: Final = 300
"""Seconds by which two clocks may differ."""
_EXTRA = re.compile(r"""^([A-Za-z0-9._-]+).*;.*\bextra == ['"]([a-z0-9-]+)['"]""")


@CHECKS.rule(
    "clock-behind",
    "warning",
    scope="commit",
    why="Commits that are dated before those they follow confuse `--at`, the reports, and whoever checks the history.",
    wrong="The last commit lies in the future of this clock.",
    right="set the clock, such as: sudo timedatectl set-ntp true",
)
def _clock_behind(around: Surroundings) -> Ailments:
    latest = around.ask("show", "--no-patch", "--format=%ct", "HEAD") or ""
    ahead = int(latest) - int(around.now) if latest.isdigit() else 0
    if ahead > _NEARLY:
        hours, minutes = ahead // 3600, ahead // 60
        time = _("{n} h").format(n=hours) if hours else _("{n} min").format(n=minutes)
        said = _("the clock of this computer is {time} behind the last commit").format(time=time)
        mend = _("set the clock, such as: {command}").format(command="sudo timedatectl set-ntp true")
        yield None, said, mend


@CHECKS.rule(
    "missing-parts",
    "note",
    why="Word, PDF, Excel and other things that few need come with packages of their own.",
    wrong="Parts are not installed.",
    right="type what it says: it adds the parts from where xuncha was installed from",
)
def _missing_parts(_around: Surroundings) -> Ailments:
    needed = [match for each in metadata.requires("xuncha") or () if (match := _EXTRA.match(each))]
    missing = {match[2] for match in needed if match[2] in get_args(Part) and not _installed(match[1])}
    if names := sorted(missing):
        said = _("parts that are not installed: {names}").format(names=_(", ").join(names))
        yield None, said, how_to_add(*names)


def _installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True
