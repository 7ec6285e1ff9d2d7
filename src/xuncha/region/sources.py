"""Find the sources of a roll-up: ledgers, repositories, archives, rows files, folders of these, and the sources of region.yaml."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from threading import Event
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from xuncha.errors import RefusedError, cause_of
from xuncha.language import gettext as _
from xuncha.model.identity import LEDGER_FILE
from xuncha.region import storage
from xuncha.system import is_link
from xuncha.trail import mirror
from xuncha.trail.repository import is_bare

if TYPE_CHECKING:
    from xuncha.region.plan import Region

Kind = Literal["folder", "bare", "archive", "rows", "plan", "unreachable", "other"]
PLAN: Final = "region.yaml"
_MAX_DEPTH: Final = 12  # levels of folders that are searched below the named one
_UNREAD: Final = frozenset({"other", "unreachable"})
_BY_SUFFIX: Final[dict[str, Kind]] = {".parquet": "rows", ".zip": "archive", ".yaml": "plan", ".yml": "plan"}
_SECONDS: Final = 120  # for which git may fetch one repository
_THREADS: Final = 8


class Source(NamedTuple):
    """A source that was found."""

    kind: Kind
    path: Path  # in full
    label: str  # the path as the user would write it
    message: str = ""  # about the source, for example that it could not be updated


def named_sources(paths: Iterable[Path]) -> list[Source]:
    """Find the sources of names on the command line, each once. Raises RefusedError if there is no such file or folder."""
    return each_once([each for path in paths for each in _find(path)])


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
            found = _find(base / unit.source)
        except RefusedError:
            continue  # the roll-up reports this unit as missing
        sources += [
            each._replace(label=unit.source if len(found) == 1 else each.label)
            for each in found
            if each.kind != "plan"
        ]
    return sources, addresses


def _find(name: Path) -> list[Source]:
    """Find all sources behind a name, in the order of their names."""
    path = Path(os.path.normpath(name.absolute()))  # as `selection` knows the sources of a region
    try:
        mode = path.stat().st_mode
    except OSError:
        hint = _("name a ledger, a rows file, or a folder of these")
        raise RefusedError("no-such-source", _("{path} is not there", path=name), hint) from None
    if stat.S_ISDIR(mode):
        return list(_in_folder(path, str(name).rstrip("/") or "/", 0))
    kind = _kind(path) if stat.S_ISREG(mode) else "other"
    if kind == "other":
        message = _("{path} cannot be read by a roll-up", path=name)
        hint = _(
            "a ledger's folder, a clone, an archive (.zip), rows (.parquet), region.yaml, or a folder of these"
        )
        raise RefusedError("no-such-source", message, hint)
    return [Source(kind, path, str(name))]


def _kind(file: Path) -> Kind:
    return _BY_SUFFIX.get(file.suffix.lower(), "other")


def _in_folder(folder: Path, label: str, depth: int) -> Iterator[Source]:
    """Return a folder as a source, or else the sources in it; links are not followed."""
    if os.path.lexists(folder / LEDGER_FILE):
        yield Source("folder", folder, label)
        return
    if is_bare(folder):
        yield Source("bare", folder, label)
        return
    try:
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except OSError as error:
        yield Source("unreachable", folder, label, cause_of(error))
        return
    inside = [each for entry in entries for each in _entry(entry, label, depth)]
    if os.path.lexists(folder / ".git") and all(each.kind in _UNREAD for each in inside):
        yield Source("folder", folder, label)  # a clone without its ledger: reading it reports that
        return
    yield from inside


def _entry(entry: os.DirEntry[str], label: str, depth: int) -> Iterator[Source]:
    path = Path(entry.path)
    name = f"{label}/{entry.name}" if label != "." else entry.name
    if entry.name.startswith("."):
        return
    if entry.is_dir(follow_symlinks=False):
        if depth < _MAX_DEPTH:
            yield from _in_folder(path, name, depth + 1)
        else:
            reason = _("it is more than {n} folders deep", n=_MAX_DEPTH)
            yield Source("unreachable", path, name, reason)
    elif entry.is_file(follow_symlinks=False):
        kind = _kind(path)
        is_read = kind != "plan" or (entry.name == PLAN and depth == 0)
        yield Source(kind if is_read else "other", path, name)
    else:
        reason = _("it is a link, which is not followed") if is_link(entry) else _("this is not a file")
        yield Source("unreachable", path, name, reason)


def fetch(
    addresses: Sequence[str], tick: Callable[[int], None], seconds: float = _SECONDS
) -> Iterator[Source]:
    """Update the mirrors of addresses in parallel and yield them; one that could not be fetched has the reason."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415  for addresses alone

    home, stop = _home(), Event()
    paths = [home / f"{_name(address)}.git" for address in addresses]
    update = partial(mirror.update_mirror, seconds=seconds, stop=stop)
    with ThreadPoolExecutor(_THREADS) as pool:
        try:
            reasons = pool.map(update, addresses, paths)
            for address, path, reason in zip(addresses, paths, reasons, strict=True):
                tick(1)
                kind: Kind = "unreachable" if reason and not path.is_dir() else "bare"
                message = _("it could not be updated, and counts as last fetched: {said}")
                if kind == "unreachable":
                    message = _("it could not be fetched: {said}")
                message = message.format(said=reason) if reason else ""
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
