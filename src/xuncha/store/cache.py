"""Cache the register between commands, so that unchanged files are not read again.

The cache is inside git's own folder, so that a ledger cannot contain a forged one. A folder counts as unchanged if names,
sizes, inodes and times of change are the same as before it was read, and its last change was long enough before that
(docs/adr/0003-the-register-cache.md). `validate` does not use the cache.
"""

from __future__ import annotations

import contextlib
import marshal
import math
import os
import sys
import time
import zlib
from collections.abc import Callable, Iterable
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from xuncha import __version__, system
from xuncha.errors import Finding, InvalidLedgerError, Place
from xuncha.model.identity import EVIDENCE, LEDGER_FILE, PROBLEMS
from xuncha.model.register import FieldFrame, Frame, MeasureRow, ProblemRow, Register
from xuncha.model.source import Source
from xuncha.trail.repository import private_path

if TYPE_CHECKING:
    from xuncha.trail.tree import Tree

_FORMAT: Final = (
    f"xuncha register {__version__} {sys.version} {Frame._fields} {ProblemRow._fields} {MeasureRow._fields}"
)
_changed: Callable[[os.stat_result], int] = attrgetter("st_mtime_ns" if system.WINDOWS else "st_ctime_ns")
"""Return when a file last changed, in ns. Every change sets ctime, and no program can set it back; Windows has only mtime."""
_SETTLE_TIME = 2_000_000_000  # nanoseconds; the coarsest clock of a file system, FAT's, has this step


class _Cache(NamedTuple):
    """The content of the cache."""

    settings_stamp: str
    frame: tuple[Any, ...]
    folders: dict[str, tuple[str, tuple[str, ...], tuple[Any, ...]]]
    """By the name of a problem's folder: its stamp, the evidence files that the stamp includes, and the problem's row."""


def register(root: Path) -> Register:
    """Return the register of a ledger; its files are read where the cache is not valid.

    Raises InvalidLedgerError, with every finding, if the ledger breaks rules.
    """
    place = private_path(root, "register")
    cache = _load(place)
    now = time.time_ns()
    base = str(root)
    stamp, settled = _stamp_of_file(f"{base}/{LEDGER_FILE}", now)
    names = _folder_names(f"{base}/{PROBLEMS}")
    if cache is None or cache.settings_stamp != stamp or names is None or _has_links(base, cache):
        cache = _Cache("", (), {})
    cached = cache.folders
    problems: dict[str, ProblemRow] = {}
    for name in names or ():
        if old := cached.get(name):
            new, _settled = _stamp_of_folder(f"{base}/{PROBLEMS}/{name}", now, base, old[1])
            if old[0] == new:
                problems[name] = _problem(old[2])
    if names is not None and cache.frame and len(problems) == len(cached) == len(names):
        return Register(_frame(cache.frame), tuple(problems.values()))
    from xuncha.store.files import WorkingTree  # noqa: PLC0415  not needed if nothing has changed

    def stamp_of(name: str, evidence: tuple[str, ...]) -> tuple[str, bool]:
        return _stamp_of_folder(f"{base}/{PROBLEMS}/{name}", now, base, evidence)

    cache = cache._replace(settings_stamp=stamp)
    return _read(WorkingTree(root), place if settled else None, cache, problems, stamp_of)


def register_at(tree: Tree) -> Register:
    """Return the register of a ledger at a commit.

    A problem's folder is read only if git's hash of it, or of its evidence, differs from that in the commit that was
    read last: equal hashes mean equal content. Raises InvalidLedgerError, with every finding, if the ledger broke rules
    at that commit.
    """
    hashes = tree.hashes()
    place = private_path(tree.git.root, "past") if hashes else None
    settings, folders = hashes or ("", {})
    cache = _load(place)
    if cache is None or cache.settings_stamp != settings:
        cache = _Cache(settings, (), {})
    cached = [(name, cache.folders[name]) for name in _by_number(folders) if name in cache.folders]
    problems = {name: _problem(row) for name, (stamp, _evidence, row) in cached if stamp == folders[name]}
    if cache.frame and len(problems) == len(cache.folders) == len(folders):
        return Register(_frame(cache.frame), tuple(problems.values()))
    tree.read_problems([name for name in folders if name not in problems])
    return _read(tree, place, cache, problems, lambda name, _evidence: (folders.get(name, ""), True))


_StampOf = Callable[[str, tuple[str, ...]], tuple[str, bool]]


def _read(
    source: Source, place: Path | None, cache: _Cache, problems: dict[str, ProblemRow], stamp_of: _StampOf
) -> Register:
    """Read what the cache did not have, and write it to the cache at `place`, if one is given.

    `stamp_of` returns the stamp of a folder with its evidence files, and whether what was read from it may be cached.
    """
    # Imported here, since it builds the models, which are not needed if nothing has changed.
    from xuncha.store.loading import load_folders, load_problem, load_settings  # noqa: PLC0415

    frame = _frame(cache.frame) if cache.frame else None
    findings: list[Finding[Place]] = []
    if frame is None:
        ledger_file = load_settings(source)
        frame, findings = ledger_file.frame, ledger_file.findings
    folders, wrong = load_folders(source, non_empty=problems)
    findings += wrong
    entries = {}
    is_new = not cache.frame
    shared: dict[Any, Any] = {}
    rows: list[ProblemRow] = []
    for name in folders.values():
        row = problems.get(name)
        if row is not None:
            entries[name] = cache.folders[name]
        else:
            loaded = load_problem(source, name, frame)
            findings += loaded.findings
            if loaded.findings:
                continue
            row = loaded.row()
            evidence = tuple(loaded.evidence())
            stamp, settled = stamp_of(name, evidence)
            if settled:
                entries[name] = (stamp, evidence, _plain(row, shared))
                is_new = True
        rows.append(row)
    if frame is None or findings:
        raise InvalidLedgerError(findings)
    if place is not None and is_new:
        declared: Any = tuple(map(tuple, frame.fields))  # only plain values can be cached
        plain = tuple(frame._replace(fields=declared))
        _save(place, _Cache(cache.settings_stamp, plain, entries))
    return Register(frame, tuple(rows))


def _stamp_of_file(path: str, now: int) -> tuple[str, bool]:
    with contextlib.suppress(OSError):
        status = os.lstat(path)
        changed = _changed(status)
        return f"{changed} {status.st_size} {status.st_ino}", changed < now - _SETTLE_TIME
    return "", False


def _stamp_of_folder(path: str, now: int, base: str, evidence: tuple[str, ...]) -> tuple[str, bool]:
    """Return the stamp of a folder, and whether its last change was long enough ago."""
    parts = []
    latest = 0
    with contextlib.suppress(OSError), os.scandir(path) as entries:
        for entry in entries:
            if entry.name[0] == ".":
                continue
            # On Windows the listing of a folder may be out of date, and has no inodes.
            status = os.lstat(entry.path) if system.WINDOWS else entry.stat(follow_symlinks=False)
            changed = _changed(status)
            parts.append(f"{entry.name}/{changed} {status.st_size} {status.st_ino}")
            latest = max(latest, changed)
    for name in evidence:
        stamp, settled = _stamp_of_file(f"{base}/{name}", now)
        parts.append(f"{name}/{stamp}")
        latest = latest if settled or not stamp else now
    parts.sort()
    return "\n".join(parts), latest < now - _SETTLE_TIME


def _has_links(base: str, cache: _Cache) -> bool:
    """Return whether a folder on the path to anything cached is now a link; files behind a link are not the ledger's."""
    evidence = {name.rpartition("/")[0] for _stamp, names, _row in cache.folders.values() for name in names}
    above = ["data", PROBLEMS, *([EVIDENCE] if evidence else [])]
    if any(system.is_link(f"{base}/{folder}") for folder in above):
        return True
    if evidence:
        with contextlib.suppress(OSError), os.scandir(f"{base}/{EVIDENCE}") as entries:
            return any(entry.is_symlink() and f"{EVIDENCE}/{entry.name}" in evidence for entry in entries)
    return False


def _folder_names(path: str) -> list[str] | None:
    """List the folders of problems in the order of their numbers; None if anything else is among them."""
    names = []
    try:
        with os.scandir(path) as entries:
            for entry in entries:
                if entry.name[0] == ".":
                    continue
                if not entry.is_dir(follow_symlinks=False) or not entry.name.isdecimal():
                    return None
                names.append(entry.name)
    except OSError:
        return None
    return _by_number(names)


def _by_number(names: Iterable[str]) -> list[str]:
    """Sort names of folders by their numbers; a name that is no number comes last, and gives a finding later."""
    return sorted(names, key=lambda name: (int(name), name) if name.isdecimal() else (math.inf, name))


_measure: Callable[[tuple[Any, ...]], MeasureRow] = partial(tuple.__new__, MeasureRow)
"""Make a row from plain values. `_make` does the same, but is slower by one call in Python."""


def _plain(row: ProblemRow, shared: dict[Any, Any]) -> tuple[Any, ...]:
    """Turn a row into plain values; equal values of all rows (names, days) are written and read only once."""
    measures = (tuple([shared.setdefault(value, value) for value in each]) for each in row.measures)
    return *row[:-1], tuple(measures)


def _problem(plain: tuple[Any, ...]) -> ProblemRow:
    *values, measures = plain
    return ProblemRow._make([*values, tuple(map(_measure, measures))])


def _frame(plain: tuple[Any, ...]) -> Frame:
    frame = Frame._make(plain)
    return frame._replace(fields=tuple(map(FieldFrame._make, frame.fields)))


def _load(place: Path | None) -> _Cache | None:
    if place is None:
        return None
    try:
        content = place.read_bytes()
        if zlib.crc32(memoryview(content)[4:]) != int.from_bytes(content[:4], "big"):
            return None
        form, stamp, frame, folders = marshal.loads(memoryview(content)[4:])  # noqa: S302  from git's own folder, checksummed, plain values
        is_own = form == _form(place)
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return _Cache(stamp, frame, folders) if is_own else None


def _form(place: Path) -> str:
    """Return what a valid cache begins with: the program that wrote it, and the folder that it is in, since a copied folder may hold a forged one."""
    folder = place.parent.stat()
    return f"{_FORMAT} {folder.st_dev} {folder.st_ino}"


def _save(place: Path, cache: _Cache) -> None:
    """Write the cache; if that fails (a read-only folder, a full disk), the command works all the same."""
    temporary = place.with_name(f"{place.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        place.parent.mkdir(exist_ok=True)
        content = marshal.dumps((_form(place), *cache))
        try:
            temporary.write_bytes(zlib.crc32(content).to_bytes(4, "big") + content)
            temporary.replace(place)
        finally:
            temporary.unlink(missing_ok=True)
