"""All that a roll-up is asked about: what is named, and what a region.yaml names, of which git fetches what is elsewhere."""

from __future__ import annotations

import atexit
import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Final

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.region import kept
from xuncha.region.sources import Found, found
from xuncha.trail import mirror

if TYPE_CHECKING:
    from xuncha.region.plan import Region

SECONDS: Final = 120
"""For which git may fetch one repository."""
_SIDE_BY_SIDE: Final = 8


def named(paths: Iterable[Path]) -> list[Found]:
    """Find what names on the command line lead to, each once. Raises RefusedError if there is no such file or folder."""
    every = {str(each.path): each for path in reversed(list(paths)) for each in reversed(found(path))}
    return list(reversed(every.values()))


def of_region(region: Region, base: Path) -> tuple[list[Found], list[str]]:
    """Find the files and folders that a region names; return them, and the addresses that it names."""
    sources: list[Found] = []
    addresses = []
    for unit in region.units:
        if unit.source is None:
            continue
        if mirror.is_address(unit.source):
            addresses.append(unit.source)
            continue
        try:
            there = found(base / unit.source)
        except RefusedError:
            continue  # then nothing of that unit is there, and the roll-up says so
        sources += [
            each._replace(shown=unit.source if len(there) == 1 else each.shown)
            for each in there
            if each.kind != "plan"
        ]
    return sources, addresses


def fetched(
    addresses: Sequence[str], tick: Callable[[int], None], seconds: float = SECONDS
) -> Iterator[Found]:
    """Bring the mirrors of addresses up to date, side by side, and give them; what could not be fetched says why."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  for addresses alone

    home = _home()
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        places = [home / f"{_name(address)}.git" for address in addresses]
        for address, place, said in zip(
            addresses, places, pool.map(mirror.bring, addresses, places, [seconds] * len(places)), strict=True
        ):
            tick(1)
            if not said:
                yield Found("bare", place, mirror.shown(address))
            elif place.is_dir():
                old = _(
                    "it could not be brought up to date, and counts as it was fetched last: {said}"
                ).format(said=said)
                yield Found("bare", place, mirror.shown(address), old)
            else:
                yield Found(
                    "unreachable",
                    place,
                    mirror.shown(address),
                    _("it could not be fetched: {said}").format(said=said),
                )


def _home() -> Path:
    try:
        return kept.home() / "mirrors"
    except RuntimeError:
        spare = mkdtemp(prefix="xuncha-")
        atexit.register(shutil.rmtree, spare, ignore_errors=True)  # the roll-up reads it after this
        return Path(spare)


def _name(address: str) -> str:
    return hashlib.sha256(address.encode("utf-8", "surrogateescape")).hexdigest()[:24]
