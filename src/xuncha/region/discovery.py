"""Find the sources of a roll-up, on the command line and in region.yaml; git fetches those that are addresses."""

from __future__ import annotations

import atexit
import hashlib
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from threading import Event
from typing import TYPE_CHECKING, Final

from xuncha.errors import RefusedError
from xuncha.language import gettext as _
from xuncha.region import storage
from xuncha.region.sources import Kind, Source, find_sources
from xuncha.trail import mirror

if TYPE_CHECKING:
    from xuncha.region.plan import Region

SECONDS: Final = 120
"""Seconds for which git may fetch one repository."""
_THREADS: Final = 8


def named_sources(paths: Iterable[Path]) -> list[Source]:
    """Find the sources of names on the command line, each once. Raises RefusedError if there is no such file or folder."""
    return each_once([each for path in paths for each in find_sources(path)])


def each_once(sources: Sequence[Source]) -> list[Source]:
    """Return sources without those that are there already."""
    return list({str(each.path): each for each in reversed(sources)}.values())[::-1]


def region_sources(region: Region, base: Path) -> tuple[list[Source], list[str]]:
    """Find the files and folders named in region.yaml; return them and its addresses."""
    sources: list[Source] = []
    addresses = []
    for unit in region.units:
        if unit.source is None:
            continue
        if mirror.is_address(unit.source):
            addresses.append(unit.source)
            continue
        try:
            found = find_sources(base / unit.source)
        except RefusedError:
            continue  # the roll-up reports this unit as missing
        sources += [
            each._replace(label=unit.source if len(found) == 1 else each.label)
            for each in found
            if each.kind != "plan"
        ]
    return sources, addresses


def fetch(
    addresses: Sequence[str], tick: Callable[[int], None], seconds: float = SECONDS
) -> Iterator[Source]:
    """Update the mirrors of addresses in parallel and yield them; one that could not be fetched has the reason."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  for addresses alone

    home, stop = _home(), Event()
    paths = [home / f"{_name(address)}.git" for address in addresses]
    update = partial(mirror.update_mirror, seconds=seconds, stop=stop)
    with ThreadPoolExecutor(_THREADS) as pool:
        try:
            for address, path, reason in zip(
                addresses, paths, pool.map(update, addresses, paths), strict=True
            ):
                tick(1)
                kind: Kind = "bare"
                message = ""
                if reason and path.is_dir():
                    message = _("it could not be updated, and counts as last fetched: {said}").format(
                        said=reason
                    )
                elif reason:
                    kind, message = "unreachable", _("it could not be fetched: {said}").format(said=reason)
                yield Source(kind, path, mirror.masked(address), message)
        finally:
            stop.set()  # Ctrl-C does not wait for the others


def _home() -> Path:
    try:
        return storage.home() / "mirrors"
    except RuntimeError:
        spare = mkdtemp(prefix="xuncha-")
        atexit.register(shutil.rmtree, spare, ignore_errors=True)  # the mirror will be read after this
        return Path(spare)


def _name(address: str) -> str:
    return hashlib.sha256(address.encode("utf-8", "surrogateescape")).hexdigest()[:24]
