"""Turn sources into rows: read sources that have changed since an earlier roll-up, and take the others from the cache."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final, NamedTuple

from xuncha.language import current_language
from xuncha.region import files, storage
from xuncha.region.engine import Duck, Files, names
from xuncha.region.job import Job, Read, Stage, month_of
from xuncha.region.process import read_all
from xuncha.region.rows import TEXTS, TYPES
from xuncha.region.sources import Source
from xuncha.region.storage import Cache, Entry
from xuncha.system import temporary_folder

_MAX_COPIED: Final = (
    1 << 20
)  # bytes up to which a rows file is copied into the cache; a larger one is read in place
COLUMNS: Final = {**TYPES, **TEXTS, "source": "VARCHAR"}
"""The columns of the cache."""
Tick = Callable[[int], None]


class ReadOptions(NamedTuple):
    """How sources are to be read."""

    today: date
    at: date | None = None
    """The day as of which history is read; None for the present state."""
    audit: bool = False
    trend: bool = False


class ReadLedger(NamedTuple):
    """One ledger of a source, or the fault of a source that cannot be read."""

    source: Source
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
    ledgers: list[ReadLedger]
    read_count: int
    """The number of sources that were read rather than taken from the cache."""
    mark: str = ""
    """A text that is equal for equal input; empty if equality cannot be ensured."""

    def without(self, damaged: Mapping[str, str]) -> Intake:
        """Return the intake without rows files that turned out to be damaged."""
        rows = [[path for path in paths if path not in damaged] for paths in self.files.rows]
        taken = [each._replace(error=damaged.get(each.key, each.error)) for each in self.ledgers]
        return Intake(self.files._replace(rows=[paths for paths in rows if paths]), taken, self.read_count)


def read_sources(
    duck: Duck, sources: Sequence[Source], options: ReadOptions, folder: Path, tick: Tick
) -> Intake:
    """Read sources; `folder` is the cache, which may hold earlier reads."""
    today, at = options.today.isoformat(), options.at.isoformat() if options.at else None
    cache = storage.load(folder)
    # The trend goes up to last month, so an unchanged ledger is read again in a new month.
    until = month_of(options.today) if options.trend else ""
    stamped = {str(each.path): storage.stamp(each) for each in sources}
    stamps = {path: stamp and f"{stamp}{until}" for path, stamp in stamped.items()}
    large = {str(each.path) for each in sources if each.kind == "rows" and not _is_small(each.path)}
    entries = {
        path: entry for path, entry in cache.entries.items() if path in stamps and entry.stamp == stamps[path]
    }
    changed = [each for each in sources if str(each.path) not in entries and each.kind != "unreachable"]
    tick(len(entries))
    results = {
        str(each.path): [Read("", [], error=each.message)] for each in sources if each.kind == "unreachable"
    }
    handed_in = [str(each.path) for each in changed if each.kind == "rows"]
    groups, faults = files.check_columns(duck, handed_in) if handed_in else ({}, {})
    rows = cache.rows
    if len(entries) < len(cache.entries) or any(str(each.path) not in large for each in changed):
        unchanged = [key for entry in entries.values() for key, *_rest in entry.reads]
        language = current_language()
        jobs = [
            Job(each.kind, str(each.path), today, at, options.audit, language, options.trend)  # type: ignore[arg-type]
            for each in changed
            if each.kind != "rows"
        ]
        for job, reads in read_all(jobs):
            results[job.path] = reads
            tick(1)
        small = {kind: [path for path in paths if path not in large] for kind, paths in groups.items()}
        rows, damaged = _join_rows(duck, (cache.rows, unchanged), results, small, folder)
        faults |= damaged
    results |= {path: [Read("", [], error=faults.get(path, ""))] for path in handed_in}
    signatures = {path: kind for kind, paths in groups.items() for path in paths if path in large}
    entries |= {
        path: Entry(stamps[path] or "", [_values(path, read) for read in reads], signatures.get(path, ""))
        for path, reads in results.items()
    }
    if changed or rows is not cache.rows:
        storage.save(folder, Cache(rows, {path: each for path, each in entries.items() if each.stamp}))
    ledgers = [ReadLedger(each, *plain) for each in sources for plain in entries[str(each.path)].reads]
    in_place = defaultdict(list)
    for path in sorted(large):
        if signature := entries[path].signature:
            in_place[signature].append(path)
    row_files = Files(list(in_place.values()), str(rows) if rows else None)
    mark = f"{rows} {[(path, stamped[path]) for path in sorted(large)]} {sources}"
    return Intake(row_files, ledgers, len(changed), mark if all(stamped[path] for path in large) else "")


def _is_small(path: Path) -> bool:
    try:
        return path.stat().st_size <= _MAX_COPIED
    except OSError:
        return True


def _key(path: str, inside: str) -> str:
    """Return the value of the column `source` for a ledger."""
    return os.path.join(path, inside) if inside else path  # noqa: PTH118  a text


def _values(path: str, read: Read) -> tuple[Any, ...]:
    return (
        _key(path, read.inside),
        read.inside.rstrip("/"),
        read.commit,
        read.moment,
        read.error,
        read.is_missing,
        read.stages,
    )


def _join_rows(
    duck: Duck,
    earlier: tuple[Path | None, Sequence[str]],
    results: Mapping[str, Sequence[Read]],
    groups: Mapping[str, Sequence[str]],
    folder: Path,
) -> tuple[Path, dict[str, str]]:
    """Join valid rows of the earlier file, new rows and rows files into one file; return it, and the faults of damaged rows files."""
    columns = ", ".join(f"{name}::{kind} AS {name}" for name, kind in COLUMNS.items())
    target = folder / f"rows-{os.urandom(8).hex()}.parquet"
    old_file, unchanged = earlier
    rows = [
        (*row, _key(path, each.inside))
        for path, reads in results.items()
        for each in reads
        for row in each.rows
    ]
    with temporary_folder() as temporary:
        parts = []
        if rows:
            new_file = temporary / "new.parquet"
            files.write(duck, rows, new_file, COLUMNS)
            parts.append(f"SELECT {columns} FROM read_parquet({names([str(new_file)])})")
        if old_file and unchanged:
            query = "CREATE OR REPLACE TEMP TABLE still AS SELECT unnest($1::VARCHAR[]) AS source"
            duck.run.execute(query, [list(unchanged)])
            parts.append(
                f"SELECT {columns} FROM read_parquet({names([str(old_file)])}) SEMI JOIN still USING (source)"
            )
        damaged: dict[str, str] = {}
        try:
            with duck.time_limit(path for paths in groups.values() for path in paths):
                _write(duck, [*parts, *_file_queries(groups, damaged)], target)
        except duck.error:
            if not (damaged := files.damaged(duck, groups)):  # the fault of no file: the cache's disk is full
                target = duck.spare / target.name
            _write(duck, [*parts, *_file_queries(groups, damaged)], target)
    return target, damaged


def _file_queries(groups: Mapping[str, Sequence[str]], damaged: Mapping[str, str]) -> list[str]:
    columns = ", ".join(f"{name}::{kind} AS {name}" for name, kind in TYPES.items())
    no_texts = ", ".join(f"NULL::{kind} AS {name}" for name, kind in TEXTS.items())
    intact = [[path for path in paths if path not in damaged] for paths in groups.values()]
    return [
        f"SELECT {columns}, {no_texts}, source FROM read_parquet({names(paths)}, filename='source', hive_partitioning=false)"
        for paths in intact
        if paths
    ]


def _write(duck: Duck, parts: Sequence[str], target: Path) -> None:
    nothing = ", ".join(f"NULL::{kind} AS {name}" for name, kind in COLUMNS.items())
    files.copy(duck, f"({' UNION ALL '.join(parts) or f'SELECT {nothing} WHERE false'})", target)
