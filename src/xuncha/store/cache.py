"""The register kept between two commands, so that nobody waits for what has not changed.

Kept inside git's own folder, so that a ledger cannot bring a forged one along. A folder counts as unchanged where names,
sizes, inodes and times of change are those seen before it was read, and the last change lay far enough behind that reading
(docs/adr/0003-the-register-cache.md). `validate` asks no cache.
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
from typing import TYPE_CHECKING, Any, NamedTuple

from xuncha import __version__, system
from xuncha.errors import Finding, InvalidLedgerError, Place
from xuncha.model.identity import EVIDENCE, LEDGER_FILE, PROBLEMS
from xuncha.model.register import FieldFrame, Frame, MeasureRow, ProblemRow, Register
from xuncha.model.source import Source
from xuncha.trail.repository import private

if TYPE_CHECKING:
    from xuncha.trail.tree import Tree

_FORMAT = (
    f"xuncha register {__version__} {sys.version} {Frame._fields} {ProblemRow._fields} {MeasureRow._fields}"
)
_changed: Callable[[os.stat_result], int] = attrgetter("st_mtime_ns" if system.WINDOWS else "st_ctime_ns")
"""When a file last changed. Every change sets ctime, and no program can set it back; Windows has only mtime."""
_SETTLED = 2_000_000_000  # nanoseconds: the coarsest clock of a file system (FAT's) moves on within them


class _Kept(NamedTuple):
    """What the cache holds."""

    settings_stamp: str
    frame: tuple[Any, ...]
    folders: dict[str, tuple[str, tuple[str, ...], tuple[Any, ...]]]
    """By name: the stamp, the evidence files that are part of it, and the problem's row."""


def register(root: Path) -> Register:
    """Give the register of a ledger, read from its files wherever the cache cannot be believed.

    Raises InvalidLedgerError, with every finding, if the ledger breaks rules.
    """
    place = private(root, "register")
    kept = _load(place)
    now = time.time_ns()
    base = str(root)
    stamp, settled = _stamp_of_file(f"{base}/{LEDGER_FILE}", now)
    names = _names(f"{base}/{PROBLEMS}")
    if kept is None or kept.settings_stamp != stamp or names is None or _linked(base, kept):
        kept = _Kept("", (), {})
    believed = kept.folders
    problems: dict[str, ProblemRow] = {}
    for name in names or ():
        if old := believed.get(name):
            new, _settled = _stamp_of_folder(f"{base}/{PROBLEMS}/{name}", now, base, old[1])
            if old[0] == new:
                problems[name] = _problem(old[2])
    if names is not None and kept.frame and len(problems) == len(believed) == len(names):
        return Register(_frame(kept.frame), tuple(problems.values()))
    from xuncha.store.files import WorkingTree  # noqa: PLC0415  a command that finds all unchanged need not wait for it

    def look(name: str, evidence: tuple[str, ...]) -> tuple[str, bool]:
        return _stamp_of_folder(f"{base}/{PROBLEMS}/{name}", now, base, evidence)

    kept = kept._replace(settings_stamp=stamp)
    return _read(WorkingTree(root), place if settled else None, kept, problems, look)


def register_at(tree: Tree) -> Register:
    """Give the register of a ledger as a commit holds it.

    A problem's folder is read where git names it, or its evidence, otherwise than in the commit that was last looked
    at: what has one name in git is the same. Raises InvalidLedgerError if the ledger broke rules then, with every
    finding.
    """
    hashes = tree.hashes()
    place = private(tree.git.root, "past") if hashes else None
    settings, folders = hashes or ("", {})
    kept = _load(place)
    if kept is None or kept.settings_stamp != settings:
        kept = _Kept(settings, (), {})
    known = [(name, kept.folders[name]) for name in _sorted(folders) if name in kept.folders]
    problems = {name: _problem(row) for name, (stamp, _evidence, row) in known if stamp == folders[name]}
    if kept.frame and len(problems) == len(kept.folders) == len(folders):
        return Register(_frame(kept.frame), tuple(problems.values()))
    tree.bring([name for name in folders if name not in problems])
    return _read(tree, place, kept, problems, lambda name, _evidence: (folders.get(name, ""), True))


_Look = Callable[[str, tuple[str, ...]], tuple[str, bool]]


def _read(
    source: Source, place: Path | None, kept: _Kept, problems: dict[str, ProblemRow], look: _Look
) -> Register:
    """Read what could not be believed, and keep it in a place, if that may be believed later.

    `look` gives the stamp of a folder with its evidence files, and whether what was read of it may be kept.
    """
    # Here, not at the top: these build the models, which a command that finds all unchanged need not wait for.
    from xuncha.store.loading import load_folders, load_problem, load_settings  # noqa: PLC0415

    frame = _frame(kept.frame) if kept.frame else None
    findings: list[Finding[Place]] = []
    if frame is None:
        own = load_settings(source)
        frame, findings = own.frame, own.findings
    folders, wrong = load_folders(source, filled=problems)
    findings += wrong
    entries = {}
    learned = not kept.frame
    shared: dict[Any, Any] = {}
    rows: list[ProblemRow] = []
    for name in folders.values():
        row = problems.get(name)
        if row is not None:
            entries[name] = kept.folders[name]
        else:
            loaded = load_problem(source, name, frame)
            findings += loaded.findings
            if loaded.findings:
                continue
            row = loaded.row()
            evidence = tuple(loaded.evidence())
            stamp, settled = look(name, evidence)
            if settled:
                entries[name] = (stamp, evidence, _plain(row, shared))
                learned = True
        rows.append(row)
    if frame is None or findings:
        raise InvalidLedgerError(findings)
    if place is not None and learned:
        declared: Any = tuple(map(tuple, frame.fields))  # plain values alone can be kept
        plain = tuple(frame._replace(fields=declared))
        _save(place, _Kept(kept.settings_stamp, plain, entries))
    return Register(frame, tuple(rows))


def _stamp_of_file(path: str, now: int) -> tuple[str, bool]:
    with contextlib.suppress(OSError):
        status = os.lstat(path)
        changed = _changed(status)
        return f"{changed} {status.st_size} {status.st_ino}", changed < now - _SETTLED
    return "", False


def _stamp_of_folder(path: str, now: int, base: str, evidence: tuple[str, ...]) -> tuple[str, bool]:
    """Tell what a folder looks like from outside, and whether its last change is far enough behind."""
    parts = []
    latest = 0
    with contextlib.suppress(OSError), os.scandir(path) as entries:
        for entry in entries:
            if entry.name[0] == ".":
                continue
            # The listing of a folder may lag behind on Windows, and names no inodes.
            status = os.lstat(entry.path) if system.WINDOWS else entry.stat(follow_symlinks=False)
            changed = _changed(status)
            parts.append(f"{entry.name}/{changed} {status.st_size} {status.st_ino}")
            latest = max(latest, changed)
    for name in evidence:
        stamp, settled = _stamp_of_file(f"{base}/{name}", now)
        parts.append(f"{name}/{stamp}")
        latest = latest if settled or not stamp else now
    parts.sort()
    return "\n".join(parts), latest < now - _SETTLED


def _linked(base: str, kept: _Kept) -> bool:
    """Whether a folder on the way to anything kept is a link by now; what is behind one is not the ledger's."""
    evidence = {name.rpartition("/")[0] for _stamp, names, _row in kept.folders.values() for name in names}
    above = ["data", PROBLEMS, *([EVIDENCE] if evidence else [])]
    if any(system.is_link(f"{base}/{folder}") for folder in above):
        return True
    if evidence:
        with contextlib.suppress(OSError), os.scandir(f"{base}/{EVIDENCE}") as entries:
            return any(entry.is_symlink() and f"{EVIDENCE}/{entry.name}" in evidence for entry in entries)
    return False


def _names(path: str) -> list[str] | None:
    """List the folders of problems in the order of their numbers; None where something else is among them."""
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
    return _sorted(names)


def _sorted(names: Iterable[str]) -> list[str]:
    """Sort names of folders by their numbers; what is no number comes last, and is found wrong later."""
    return sorted(names, key=lambda name: (int(name), name) if name.isdecimal() else (math.inf, name))


_measure: Callable[[tuple[Any, ...]], MeasureRow] = partial(tuple.__new__, MeasureRow)
"""A row of plain values; `_make` does the same, slower by a call in Python."""


def _plain(row: ProblemRow, shared: dict[Any, Any]) -> tuple[Any, ...]:
    """Turn a row into plain values; equal ones among all rows (names, days) are written once, and read once."""
    measures = (tuple([shared.setdefault(value, value) for value in each]) for each in row.measures)
    return *row[:-1], tuple(measures)


def _problem(plain: tuple[Any, ...]) -> ProblemRow:
    *said, measures = plain
    return ProblemRow._make([*said, tuple(map(_measure, measures))])


def _frame(plain: tuple[Any, ...]) -> Frame:
    frame = Frame._make(plain)
    return frame._replace(fields=tuple(map(FieldFrame._make, frame.fields)))


def _load(place: Path | None) -> _Kept | None:
    try:
        content = place.read_bytes() if place else b""
        if zlib.crc32(memoryview(content)[4:]) != int.from_bytes(content[:4], "big"):
            return None
        form, stamp, frame, folders = marshal.loads(memoryview(content)[4:])  # noqa: S302  from git's own folder, checksummed, plain values
    except (OSError, ValueError, EOFError, TypeError):
        return None
    return _Kept(stamp, frame, folders) if place and form == _form(place) else None


def _form(place: Path) -> str:
    """Say what wrote a cache, and in which folder of this disk: one that came along with a copied folder is not believed."""
    folders = [os.stat(folder) for folder in (place.parent, place.parent.parent)]  # noqa: PTH116
    return f"{_FORMAT} {[(each.st_dev, each.st_ino) for each in folders]}"


def _save(place: Path, kept: _Kept) -> None:
    """Keep it; a command that cannot (a read-only folder, a full disk) is none the worse."""
    temporary = place.with_name(f"{place.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        place.parent.mkdir(exist_ok=True)
        content = marshal.dumps((_form(place), *kept))
        try:
            temporary.write_bytes(zlib.crc32(content).to_bytes(4, "big") + content)
            temporary.replace(place)
        finally:
            temporary.unlink(missing_ok=True)
