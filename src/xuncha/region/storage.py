"""Cache what was read from ledgers between roll-ups, so that the next one reads only what has changed.

The cache is in the user's cache folder, never in a ledger's: nothing that a unit hands in can bring a
forged one. A commit is recognised by its hash; a folder counts as unchanged under the conditions of `store.cache`.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import marshal
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from xuncha import __version__, system
from xuncha.errors import XunchaError
from xuncha.region.process import Read
from xuncha.region.rows import TEXTS, TYPES
from xuncha.trail.repository import git_dir, head_commit, small_text

_FORM: Final = f"xuncha region 4 {__version__} {list(TYPES)} {list(TEXTS)}"
_MIN_AGE: Final = 2_000_000_000  # nanoseconds since the last change of a file, as in `store.cache`
_INDEX: Final = "index.json"
_ANSWERS: Final = "answers.json"


class Entry(NamedTuple):
    """The cached result of one source."""

    stamp: str
    reads: list[Read]  # without their rows


class Cache(NamedTuple):
    """The cache of an earlier roll-up of the same sources."""

    rows: Path | None
    entries: dict[str, Entry]


@contextlib.contextmanager
def folder_for(request: Sequence[str], spare: Path) -> Iterator[Path]:
    """Lock and return the cache folder for a roll-up of these sources.

    If no cache is possible, or another roll-up uses it, return `spare`, which is not kept.
    """
    from fasteners import InterProcessLock  # noqa: PLC0415  for this command alone

    name = hashlib.sha256("\0".join([_FORM, *request]).encode("utf-8", "surrogateescape")).hexdigest()[:20]
    place = spare
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError, RuntimeError):
            folder = home() / "region" / name
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            is_ours = not hasattr(os, "geteuid") or folder.stat().st_uid == os.geteuid()
            lock = InterProcessLock(folder / "lock")
            if is_ours and lock.acquire(blocking=False):
                stack.callback(lock.release)
                place = folder
        yield place


def home() -> Path:
    """Return the user's cache folder for this program. Raises RuntimeError if there is none."""
    if path := os.environ.get("XUNCHA_CACHE"):
        return Path(path)
    if system.WINDOWS:
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "xuncha"
    if sys.platform == "darwin":  # pragma: no cover
        return Path.home() / "Library/Caches/xuncha"
    path = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(path) if os.path.isabs(path) else Path.home() / ".cache") / "xuncha"  # noqa: PTH117


def load(folder: Path) -> Cache:
    """Read the cache in a folder; return an empty one if it is missing or damaged."""
    index = read(folder / _INDEX)
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        rows = folder / index["rows"] if index["rows"] else None
        entries = {
            path: Entry(stamp, [Read._make(each) for each in reads])
            for path, (stamp, reads) in index["sources"].items()
        }
        if index["form"] == _FORM and (rows is None or (rows.parent == folder and rows.is_file())):
            return Cache(rows, entries)
    return Cache(None, {})


def save(folder: Path, cache: Cache) -> None:
    """Write the cache and delete the one that it replaces; a failure does no harm."""
    rows = cache.rows.name if cache.rows else ""
    if not write(folder / _INDEX, {"form": _FORM, "rows": rows, "sources": cache.entries}):
        return
    with contextlib.suppress(OSError):
        for each in folder.glob("*rows-*.parquet"):  # names of unfinished ones begin with tmp_
            if each.name != rows:
                each.unlink(missing_ok=True)


def answers(folder: Path, mark: str) -> Any:  # noqa: ANN401  what was given to `save_answers`
    """Return the cached counts for a mark, or None."""
    match read(folder / _ANSWERS):
        case [known_mark, values] if mark and known_mark == mark:
            return values
    return None


def save_answers(folder: Path, mark: str, values: Any) -> None:  # noqa: ANN401  plain values
    """Cache counts, so that another form of the same roll-up need not count again."""
    write(folder / _ANSWERS, [mark, values])


def read(file: Path) -> Any:  # noqa: ANN401  what was given to `write`
    """Read cached values; return None if the file is missing or damaged."""
    with contextlib.suppress(OSError, ValueError):
        return json.loads(file.read_bytes())
    return None


def write(file: Path, values: Any) -> bool:  # noqa: ANN401  plain values
    """Cache values; return False if that fails, which does no harm."""
    temporary = file.with_name(f"{file.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        temporary.write_text(json.dumps(values, default=str), encoding="utf-8")
        temporary.replace(file)
        return True
    return False


def stamp(kind: str, path: Path, until: str = "") -> str | None:
    """Return a stamp that changes when a source changes, or `until`, the month of a trend; None if the source may not be cached."""
    now, latest = time.time_ns(), 0
    try:
        if kind == "bare":
            state: Any = head_commit(path)
        elif kind == "folder":
            files, latest = _folder_state(f"{path}{os.sep}data")
            state = (files, _tip(str(path)))
        else:
            state = _values(path.stat())
            latest = max(state[:2])
    except (OSError, XunchaError):  # reading it says why
        return None
    if kind == "unreachable" or state is None or latest >= now - _MIN_AGE:
        return None
    return hashlib.blake2b(marshal.dumps((kind, state)) + until.encode(), digest_size=16).hexdigest()


def _values(status: os.stat_result) -> tuple[int, ...]:
    return status.st_ctime_ns, status.st_mtime_ns, status.st_size, status.st_ino


def _folder_state(folder: str) -> tuple[list[Any], int]:
    """Return names, sizes and times of all files of a ledger, and the time of the last change."""
    state: list[Any] = []
    times = [0]
    queue = [folder]
    while queue:
        with contextlib.suppress(OSError), os.scandir(path := queue.pop()) as entries:
            state.append(path)
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):  # its files tell enough; saves looking at it
                    queue.append(entry.path)
                    continue
                status = os.lstat(entry.path) if system.WINDOWS else entry.stat(follow_symlinks=False)
                changed = status.st_mtime_ns if system.WINDOWS else status.st_ctime_ns
                state.append((entry.name, changed, status.st_size, status.st_ino))
                times.append(changed)
    return state, max(times)


def _tip(root: str) -> Any:  # noqa: ANN401  plain values, that are compared
    """Return a stamp of the commit of a clone: that of its branch's file, if it is in the usual place."""
    git = f"{root}/.git"
    try:
        head = small_text(Path(f"{git}/HEAD"))
        status = os.lstat(f"{git}/{head.removeprefix('ref:').strip()}") if head.startswith("ref:") else None
    except OSError:
        folder = git_dir(Path(root))
        return head_commit(folder) if folder else None
    return head, status and _values(status)
