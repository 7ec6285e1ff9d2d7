"""What was read of ledgers, kept between two roll-ups, so that a second one reads only what has changed.

It is kept in the folder that the system has for such things, never in a ledger's: nothing that a unit hands in can bring a
forged one along. A commit is known by its name; a folder counts as unchanged by the same signs as in `store.cache`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from xuncha import __version__
from xuncha.region.rows import TEXTS, TYPES
from xuncha.region.sources import Found
from xuncha.trail.bare import tip
from xuncha.trail.repository import git_dir

_FORM: Final = f"xuncha region {__version__} {list(TYPES)} {list(TEXTS)}"
_SETTLED: Final = 2_000_000_000
"""Nanoseconds behind which the last change of a file must lie; as in `store.cache`."""
_INDEX: Final = "index.json"


class Entry(NamedTuple):
    """What was read of one source."""

    stamp: str
    reads: list[tuple[Any, ...]]
    """Of `job.Read` without rows, each with the name that its rows have in the column `source`."""


class Kept(NamedTuple):
    """What an earlier roll-up of the same sources has read."""

    rows: Path | None
    entries: dict[str, Entry]


def folder_for(asked: Sequence[str]) -> Path | None:
    """Return the folder in which the roll-up of these sources keeps what it read, made if need be; None where there can be none."""
    name = hashlib.sha256("\0".join([_FORM, *sorted(asked)]).encode("utf-8", "surrogateescape")).hexdigest()[
        :20
    ]
    try:
        folder = home() / "region" / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        owner = folder.stat().st_uid
    except (OSError, RuntimeError):
        return None
    is_ours = not hasattr(os, "geteuid") or owner == os.geteuid()
    return folder if is_ours else None


def home() -> Path:
    """Return the folder in which this user's programs keep what can be made again. Raises RuntimeError if there is none."""
    if named := os.environ.get("XUNCHA_CACHE"):
        return Path(named)
    if sys.platform == "win32":  # pragma: no cover
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "xuncha"
    if sys.platform == "darwin":  # pragma: no cover
        return Path.home() / "Library/Caches/xuncha"
    named = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(named) if os.path.isabs(named) else Path.home() / ".cache") / "xuncha"  # noqa: PTH117


def load(folder: Path | None) -> Kept:
    """Return what is kept in a folder; nothing where it is not whole."""
    if folder is None:
        return Kept(None, {})
    try:
        told = json.loads((folder / _INDEX).read_bytes())
        rows = folder / told["rows"] if told["rows"] else None
        entries = {
            key: Entry(stamp, [tuple(each) for each in reads])
            for key, (stamp, reads) in told["sources"].items()
        }
        if told["form"] == _FORM and (rows is None or (rows.parent == folder and rows.is_file())):
            return Kept(rows, entries)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        pass
    return Kept(None, {})


def save(folder: Path, kept: Kept) -> None:
    """Keep it, and take away what it replaces; whoever cannot is none the worse."""
    rows = kept.rows.name if kept.rows else ""
    told = {"form": _FORM, "rows": rows, "sources": kept.entries}
    temporary = folder / f"{_INDEX}.{os.getpid()}"
    with contextlib.suppress(OSError):
        temporary.write_text(json.dumps(told), encoding="utf-8")
        temporary.replace(folder / _INDEX)
        for each in folder.glob("rows-*.parquet"):
            if each.name != rows:
                each.unlink(missing_ok=True)


def stamp(source: Found, *, audit: bool, at: str | None, language: str, until: str = "") -> str | None:
    """Tell what a source looks like from outside; None where what is read of it may not be kept."""
    parts: list[str] = [source.kind]
    if source.kind == "bare":
        parts.append(tip(source.path) or "")
        settled = bool(parts[-1])
    elif source.kind == "folder":
        found, latest = _seen(source.path)
        folder = git_dir(source.path)
        parts += [found, tip(folder) or "" if folder else ""]
        settled = latest < time.time_ns() - _SETTLED
    else:
        try:
            status = source.path.stat()
        except OSError:
            return None
        parts.append(f"{status.st_ctime_ns} {status.st_mtime_ns} {status.st_size} {status.st_ino}")
        settled = max(status.st_ctime_ns, status.st_mtime_ns) < time.time_ns() - _SETTLED
    said = f"{'|'.join(parts)}|{audit}|{at or ''}|{language}|{until}"
    return (
        hashlib.blake2b(said.encode("utf-8", "surrogateescape"), digest_size=16).hexdigest()
        if settled
        else None
    )


def _seen(root: Path) -> tuple[str, int]:
    """Tell what all files of a ledger look like from outside, and when the last of them has changed."""
    latest = 0
    parts = []
    for path, status in _statuses(f"{root}{os.sep}data"):
        changed = status.st_ctime_ns if os.name != "nt" else status.st_mtime_ns
        parts.append(f"{path}/{changed} {status.st_size} {status.st_ino}")
        latest = max(latest, changed)
    return "\n".join(parts), latest


def _statuses(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    entries: Iterable[os.DirEntry[str]] = ()
    with contextlib.suppress(OSError), os.scandir(folder) as listed:
        entries = sorted(listed, key=lambda entry: entry.name)
    for entry in entries:
        with contextlib.suppress(OSError):
            yield entry.path, entry.stat(follow_symlinks=False)
        if entry.is_dir(follow_symlinks=False):
            yield from _statuses(entry.path)
