"""Turn sources into rows: read sources that have changed since an earlier roll-up, and take the others from the cache."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from xuncha.language import current_language
from xuncha.region import files, storage
from xuncha.region.engine import Duck, Files, names, rows_files, union
from xuncha.region.process import Job, Read, month_of, read_all
from xuncha.region.rows import TEXTS, TYPES
from xuncha.region.sources import Source
from xuncha.region.storage import Cache, Entry

if TYPE_CHECKING:
    from xuncha.region.plan import Region
    from xuncha.region.spark import Spark

_MAX_COPIED: Final = 1 << 20
"""The size in bytes up to which a rows file is copied into the cache; a larger one is read in place."""
COLUMNS: Final = {**TYPES, **TEXTS, "source": "VARCHAR"}
"""The columns of the cache."""
Tick = Callable[[int], None]


class Request(NamedTuple):
    """The request for a roll-up."""

    paths: Sequence[str]  # the full paths that were named; they identify the cache
    sources: Sequence[Source]
    today: date
    region: Region | None = None
    base: Path = Path()  # the folder from which the region names its sources
    at: date | None = None  # the day as of which history is read; None for the present state
    audit: bool = False
    trend: bool = False
    similar: bool = False  # whether to compare titles
    engine: Spark | None = None  # in the place of DuckDB


class ReadLedger(NamedTuple):
    """One ledger of a source, or the fault of a source that cannot be read."""

    source: Source
    read: Read  # without its rows

    @property
    def key(self) -> str:
        """The value of the column `source` in its rows."""
        return _key(str(self.source.path), self.read)

    @property
    def is_live(self) -> bool:
        """Whether this is a ledger of the present day, rather than a file of an earlier day."""
        return self.source.kind in {"folder", "bare"}


class Intake(NamedTuple):
    """The rows and ledgers to count."""

    files: Files
    ledgers: list[ReadLedger]
    mark: str = ""  # a text that is equal for equal input; empty if equality cannot be ensured

    def without(self, damaged: Mapping[str, str]) -> Intake:
        """Return the intake without rows files that turned out to be damaged."""
        rows = [path for path in self.files.rows if path not in damaged]
        taken = [
            each._replace(read=each.read._replace(error=damaged.get(each.key, each.read.error)))
            for each in self.ledgers
        ]
        return Intake(self.files._replace(rows=rows), taken)


def read_sources(duck: Duck, sources: Sequence[Source], request: Request, folder: Path, tick: Tick) -> Intake:
    """Read sources; `folder` is the cache, which may hold earlier reads."""
    cache = storage.load(folder)
    # The trend goes up to last month, so an unchanged ledger is read again in a new month.
    until = month_of(request.today) if request.trend else ""
    stamps = {str(each.path): storage.stamp(each.kind, each.path, until) for each in sources}
    large = {str(each.path) for each in sources if each.kind == "rows" and not _is_small(each.path)}
    entries = {path: entry for path, entry in cache.entries.items() if stamps.get(path) == entry.stamp}
    changed = {
        str(each.path): each.kind
        for each in sources
        if str(each.path) not in entries and each.kind != "unreachable"
    }
    tick(len(entries))
    found = {str(each.path): [Read(error=each.message)] for each in sources if each.kind == "unreachable"}
    handed_in = [path for path, kind in changed.items() if kind == "rows"]
    groups, faults = files.check_columns(duck, handed_in) if handed_in else ([], {})
    rows = cache.rows
    if len(entries) < len(cache.entries) or any(path not in large for path in changed):
        today, at = request.today.isoformat(), request.at.isoformat() if request.at else None
        jobs = [
            Job(kind, path, today, at, request.audit, current_language(), request.trend)
            for path, kind in changed.items()
            if kind != "rows"
        ]
        for job, reads in read_all(jobs):
            found[job.path] = reads
            tick(1)
        small = [[path for path in paths if path not in large] for paths in groups]
        kept = [_key(path, read) for path, entry in entries.items() for read in entry.reads]
        rows, damaged = _join_rows(duck, (cache.rows, kept), found, small, folder)
        faults |= damaged
    found |= {path: [Read(error=faults.get(path, ""))] for path in handed_in}
    entries |= {
        path: Entry(stamps[path] or "", [read._replace(rows=()) for read in reads])
        for path, reads in found.items()
    }
    if changed or rows is not cache.rows:
        storage.save(folder, Cache(rows, {path: each for path, each in entries.items() if each.stamp}))
    ledgers = [ReadLedger(each, read) for each in sources for read in entries[str(each.path)].reads]
    in_place = [path for path in sorted(large) if not entries[path].reads[0].error]
    mark = f"{rows} {[(path, stamps[path]) for path in sorted(large)]} {sources}"
    mark = mark if all(stamps[path] for path in large) else ""
    return Intake(Files(in_place, str(rows) if rows else None), ledgers, mark)


def _is_small(path: Path) -> bool:
    try:
        return path.stat().st_size <= _MAX_COPIED
    except OSError:
        return True


def _key(path: str, read: Read) -> str:
    """Return the value of the column `source` for a ledger; bytes that are not UTF-8 are escaped, since engines refuse them."""
    place = os.path.join(path, read.inside) if read.inside else path  # noqa: PTH118  a text
    return place.encode("utf-8", "backslashreplace").decode()


def _join_rows(
    duck: Duck,
    earlier: tuple[Path | None, Sequence[str]],
    found: Mapping[str, Sequence[Read]],
    groups: Sequence[Sequence[str]],
    folder: Path,
) -> tuple[Path, dict[str, str]]:
    """Join valid rows of the earlier file, new rows and rows files into one file; return it, and the faults of damaged rows files."""
    target = folder / f"rows-{os.urandom(8).hex()}.parquet"
    old_file, kept = earlier
    parts = []
    rows = [(*row, _key(path, read)) for path, reads in found.items() for read in reads for row in read.rows]
    if rows:
        files.write(duck, rows, duck.spare / "new.parquet", COLUMNS)
        parts.append(f"read_parquet({names([str(duck.spare / 'new.parquet')])})")
    if old_file and kept:
        duck.table(("source",), [(each,) for each in kept]).to_native().create_view("kept", replace=True)
        parts.append(f"read_parquet({names([str(old_file)])}) SEMI JOIN kept USING (source)")

    def write(target: Path, damaged: Mapping[str, str]) -> Path:
        intact = [[path for path in paths if path not in damaged] for paths in groups]
        columns = ", ".join([*TYPES, *(f"NULL AS {name}" for name in TEXTS), "source"])
        handed_in = [f"(SELECT {columns} FROM {rows_files(paths)})" for paths in intact if paths]
        files.copy(duck, f"({union(COLUMNS, [*parts, *handed_in])})", target)
        return target

    try:
        with duck.time_limit(path for paths in groups for path in paths):
            return write(target, {}), {}
    except duck.error:
        damaged = files.damaged(duck, groups)
    # If no file is at fault, the disk of the cache is full.
    return write(target if damaged else duck.spare / target.name, damaged), damaged
