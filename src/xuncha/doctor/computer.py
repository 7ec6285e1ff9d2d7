"""The computer."""

from __future__ import annotations

import re
from importlib import metadata
from typing import TYPE_CHECKING, Final, get_args

from xuncha.doctor.catalogue import Ailment, check
from xuncha.language import gettext as _
from xuncha.parts import Part, how_to_add

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xuncha.doctor.around import Around

_NEARLY: Final = 300
"""Seconds by which two clocks may differ."""
_HOUR: Final = 3600
_EXTRA = re.compile(r"""^([A-Za-z0-9._-]+).*;.*\bextra == ['"]([a-z0-9-]+)['"]""")


@check(
    "clock-behind",
    "warning",
    needs="commit",
    well=lambda: _("the clock is not behind the last commit"),
    why="Commits that are dated before those they follow confuse `--at`, the reports, and whoever checks the history.",
    mend="set the clock, such as: sudo timedatectl set-ntp true",
)
def clock_behind(around: Around) -> Iterator[Ailment]:
    """The last commit lies in the future of this clock."""
    latest = around.ask("show", "--no-patch", "--format=%ct", "HEAD") or ""
    ahead = int(latest) - int(around.now) if latest.isdigit() else 0
    if ahead > _NEARLY:
        hours = ahead // _HOUR
        yield Ailment(
            _("the clock of this computer is {time} behind the last commit").format(
                time=_("{n} h").format(n=hours) if hours else _("{n} min").format(n=ahead // 60)
            ),
            _("set the clock, such as: {command}").format(command="sudo timedatectl set-ntp true"),
        )


@check(
    "missing-parts",
    "note",
    needs="nothing",
    well=lambda: _("all parts are installed"),
    why="Word, PDF, Excel and other things that few need come with packages of their own.",
    mend="type what it says: it adds the parts that are missing from where xuncha was installed from",
)
def missing_parts(around: Around) -> Iterator[Ailment]:
    """Parts are not installed."""
    del around
    wanted: dict[str, list[str]] = {}
    for requirement in metadata.requires("xuncha") or ():
        if (match := _EXTRA.match(requirement)) and match[2] in get_args(Part):
            wanted.setdefault(match[2], []).append(match[1])
    missing = sorted(extra for extra, packages in wanted.items() if not all(map(_installed, packages)))
    if missing:
        yield Ailment(
            _("parts that are not installed: {names}").format(names=_(", ").join(missing)),
            how_to_add(*missing),
        )


def _installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True
