"""Turn sources into rows: read sources that have changed since an earlier roll-up, and take the others from the cache."""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from xuncha.language import spoken
from xuncha.region import files, kept
from xuncha.region.engine import Duck, Files, names
from xuncha.region.job import Job, Read, Stage, month_of
from xuncha.region.kept import Entry, Kept
from xuncha.region.process import read_all
from xuncha.region.rows import TEXTS, TYPES
from xuncha.region.sources import Found
from xuncha.system import temporary_folder

_SMALL: Final = (
    1 << 20
)  # bytes up to which a rows file is copied into the cache; a larger one is read in place
WHOLE: Final = {**TYPES, **TEXTS, "source": "VARCHAR"}
"""The columns of the cache."""
Tick = Callable[[int], None]


class Wanted(NamedTuple):
    """How sources are to be read."""

    today: date
    at: date | None = None
    """The day as of which history is read; None for the present state."""
    audit: bool = False
    trend: bool = False


class Taken(NamedTuple):
    """One ledger of a source, or the fault of a source that cannot be read."""

    source: Found
    key: str
    """The value of the column `source` in its rows."""
    inside: str
    """The ledger's folder in its repository; empty at the top."""
    commit: str | None
    moment: str
    error: str
    is_missing: bool
    stages: Sequence[Stage] | None = None
    """Its states at the ends of months; None if not asked for, or without history."""

    @property
    def is_live(self) -> bool:
        """Whether this is a ledger of the present day, rather than a file of an earlier day."""
        return self.source.kind in {"folder", "bare"}


class Intake(NamedTuple):
    """The rows and ledgers to count."""

    files: Files
    taken: list[Taken]
    read: int
    """The number of sources that were read rather than taken from the cache."""
    mark: str = ""
    """A text that is equal for equal input; empty if equality cannot be ensured."""

    def without(self, damaged: Mapping[str, str]) -> Intake:
        """Return the intake without rows files that turned out to be damaged."""
        rows = [[path for path in paths if path not in damaged] for paths in self.files.rows]
        taken = [each._replace(error=damaged.get(each.key, each.error)) for each in self.taken]
        return Intake(self.files._replace(rows=[paths for paths in rows if paths]), taken, self.read)


def take_in(duck: Duck, sources: Sequence[Found], wanted: Wanted, folder: Path, tick: Tick) -> Intake:
    """Read sources; `folder` is the cache, which may hold earlier reads."""
    at = wanted.at.isoformat() if wanted.at else None
    before = kept.load(folder)
    # The trend goes up to last month, so an unchanged ledger is read again in a new month.
    until = month_of(wanted.today) if wanted.trend else ""
    seen = {str(each.path): kept.stamp(each) for each in sources}
    stamps = {path: stamp and f"{stamp}{until}" for path, stamp in seen.items()}
    large = {str(each.path) for each in sources if each.kind == "rows" and not _is_small(each.path)}
    entries = {
        path: entry
        for path, entry in before.entries.items()
        if path in stamps and entry.stamp == stamps[path]
    }
    fresh = [each for each in sources if str(each.path) not in entries and each.kind != "unreachable"]
    tick(len(entries))
    told = {str(each.path): [Read("", [], error=each.said)] for each in sources if each.kind == "unreachable"}
    handed_in = [str(each.path) for each in fresh if each.kind == "rows"]
    groups, faults = files.checked(duck, handed_in) if handed_in else ({}, {})
    rows = before.rows
    if len(entries) < len(before.entries) or any(str(each.path) not in large for each in fresh):
        still = [key for entry in entries.values() for key, *_rest in entry.reads]
        jobs = [
            Job(each.kind, str(each.path), wanted.today.isoformat(), at, wanted.audit, spoken(), wanted.trend)  # type: ignore[arg-type]
            for each in fresh
            if each.kind != "rows"
        ]
        for job, reads in read_all(jobs):
            told[job.path] = reads
            tick(1)
        small = {kind: [path for path in paths if path not in large] for kind, paths in groups.items()}
        rows, damaged = _joined(duck, (before.rows, still), told, small, folder)
        faults |= damaged
    told |= {path: [Read("", [], error=faults.get(path, ""))] for path in handed_in}
    signatures = {path: kind for kind, paths in groups.items() for path in paths if path in large}
    entries |= {
        path: Entry(stamps[path] or "", [_plain(path, read) for read in reads], signatures.get(path, ""))
        for path, reads in told.items()
    }
    if fresh or rows is not before.rows:
        kept.save(folder, Kept(rows, {path: each for path, each in entries.items() if each.stamp}))
    taken = [Taken(each, *plain) for each in sources for plain in entries[str(each.path)].reads]
    in_place = defaultdict(list)
    for path in sorted(large):
        if signature := entries[path].signature:
            in_place[signature].append(path)
    where = Files(list(in_place.values()), str(rows) if rows else None)
    mark = f"{rows} {[(path, seen[path]) for path in sorted(large)]} {sources}"
    return Intake(where, taken, len(fresh), mark if all(seen[path] for path in large) else "")


def _is_small(path: Path) -> bool:
    try:
        return path.stat().st_size <= _SMALL
    except OSError:
        return True


def _key(path: str, inside: str) -> str:
    """Return the value of the column `source` for a ledger."""
    return os.path.join(path, inside) if inside else path  # noqa: PTH118  a text


def _plain(path: str, read: Read) -> tuple[Any, ...]:
    return (
        _key(path, read.inside),
        read.inside.rstrip("/"),
        read.commit,
        read.moment,
        read.error,
        read.is_missing,
        read.stages,
    )


def _joined(
    duck: Duck,
    before: tuple[Path | None, Sequence[str]],
    told: Mapping[str, Sequence[Read]],
    groups: Mapping[str, Sequence[str]],
    folder: Path,
) -> tuple[Path, dict[str, str]]:
    """Join valid rows of the earlier file, new rows and rows files into one file; return it, and the faults of damaged rows files."""
    columns = ", ".join(f"{name}::{kind} AS {name}" for name, kind in WHOLE.items())
    handle, name = tempfile.mkstemp(suffix=".parquet", prefix="rows-", dir=folder)
    os.close(handle)
    old, still = before
    rows = [
        (*row, _key(path, each.inside)) for path, reads in told.items() for each in reads for row in each.rows
    ]
    with temporary_folder() as place:
        parts = []
        if rows:
            new = place / "new.parquet"
            files.write(duck, rows, new, WHOLE)
            parts.append(f"SELECT {columns} FROM read_parquet({names([str(new)])})")
        if old and still:
            query = "CREATE OR REPLACE TEMP TABLE still AS SELECT unnest($1::VARCHAR[]) AS source"
            duck.run.execute(query, [list(still)])
            parts.append(
                f"SELECT {columns} FROM read_parquet({names([str(old)])}) SEMI JOIN still USING (source)"
            )
        damaged: dict[str, str] = {}
        try:
            with duck.patient(path for paths in groups.values() for path in paths):
                _write(duck, [*parts, *_of_files(groups, damaged)], Path(name))
        except duck.error:
            damaged = files.damaged(duck, groups)
            _write(duck, [*parts, *_of_files(groups, damaged)], Path(name))
    return Path(name), damaged


def _of_files(groups: Mapping[str, Sequence[str]], damaged: Mapping[str, str]) -> list[str]:
    named = ", ".join(f"{name}::{kind} AS {name}" for name, kind in TYPES.items())
    without = ", ".join(f"NULL::{kind} AS {name}" for name, kind in TEXTS.items())
    sound = [[path for path in paths if path not in damaged] for paths in groups.values()]
    return [
        f"SELECT {named}, {without}, source FROM read_parquet({names(paths)}, filename='source', hive_partitioning=false)"
        for paths in sound
        if paths
    ]


def _write(duck: Duck, parts: Sequence[str], target: Path) -> None:
    nothing = ", ".join(f"NULL::{kind} AS {name}" for name, kind in WHOLE.items())
    files.copy(duck, f"({' UNION ALL '.join(parts) or f'SELECT {nothing} WHERE false'})", target)
