"""Write rows files (Parquet), such as that of a unit that does not hand in its ledger; check those of others, which anyone may have made."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from xuncha.language import gettext as _
from xuncha.region.counts import Key
from xuncha.region.engine import Duck, Files, first_line, names, sql_sources, text, union
from xuncha.region.rows import TEXTS, TYPES, VERSION, Stamp, rows_of, too_new
from xuncha.system import temporary_folder
from xuncha.trail.repository import git_dir, head_commit

if TYPE_CHECKING:
    from xuncha.model.records import Ledger

_BATCH: Final = 20_000  # rows passed to DuckDB in one call
_WHOLE_NUMBERS: Final = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
)
_MIN_ROWS: Final = 100_000  # rows that a file of any size may hold
_ROWS_PER_BYTE: Final = 4  # of a file; even similar measures need some bytes each
_OURS: Final = "source"
"""The column that reading adds, with the file's path; one of this name in a file would take its place."""


def as_parquet(ledger: Ledger, root: Path, today: date, *, texts: bool = False, audit: bool = False) -> bytes:
    """Return the rows file of the ledger in a folder, as of a day; on request with titles and the numbers of audit findings."""
    folder = git_dir(root)
    stamp = Stamp(head_commit(folder) if folder else None, today)
    if audit and folder:
        from xuncha.audit.examine import audit as examine  # noqa: PLC0415  only where it is asked for

        done = examine(root)
        stamp = stamp._replace(audit_errors=done.errors, audit_warnings=done.warnings)
    rows = ((*row, *titles) if texts else tuple(row) for row, titles in rows_of(ledger, stamp))
    with temporary_folder() as place, Duck(place) as duck:
        write(duck, rows, place / "rows.parquet", TYPES | TEXTS if texts else TYPES)
        return (place / "rows.parquet").read_bytes()


def write(duck: Duck, rows: Iterable[Sequence[Any]], target: Path, types: Mapping[str, str]) -> None:
    """Write rows of plain values as Parquet; `types` are columns and SQL types, in the order of the values."""
    columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
    duck.run.execute(f"CREATE OR REPLACE TEMP TABLE written ({columns})")
    lists = ", ".join(f"unnest(${index}::{kind}[])" for index, kind in enumerate(types.values(), 1))
    remaining = iter(rows)
    while batch := list(islice(remaining, _BATCH)):
        values = [list(column) for column in zip(*batch, strict=True)]
        duck.run.execute(f"INSERT INTO written SELECT {lists}", values)
    copy(duck, "written", target)
    duck.run.execute("DROP TABLE written")


def copy(duck: Duck, source: str, target: Path) -> None:
    """Write a table, or a query in brackets, as Parquet."""
    duck.run.execute(f"COPY {source} TO {text(str(target))} (FORMAT parquet, COMPRESSION zstd)")


def check_columns(duck: Duck, files: Sequence[str]) -> tuple[list[list[str]], dict[str, str]]:
    """Check the columns of files. Return the readable files in groups with the same types, and the faults of the others."""
    wanted = ", ".join(map(text, [*TYPES, _OURS]))
    column = "lower(name) || ' ' || coalesce(duckdb_type, '')"
    listed = f"string_agg({column}, chr(10)) FILTER (lower(name) IN ({wanted}))"
    found: list[tuple[str | None, list[str]]] = []  # columns with their types, and the files that have them

    def ask(files: Sequence[str]) -> str:
        query = f"SELECT file_name, {listed} AS columns FROM parquet_schema({names(files)}) GROUP BY ALL"
        try:
            answer = duck.run.execute(f"SELECT columns, list(file_name) FROM ({query}) GROUP BY ALL")
            found.extend(answer.fetchall())
        except duck.error as error:
            return _("it is damaged, or not a Parquet file: {said}", said=first_line(error))
        return ""

    valid: dict[tuple[str, ...], list[str]] = defaultdict(list)
    not_utf8 = [file for file in files if file.encode("utf-8", "ignore").decode() != file]
    broken = dict.fromkeys(not_utf8, _("its name is not UTF-8: rename it"))
    broken |= _halve([file for file in files if file not in broken], ask)
    for columns, alike in found:
        pairs = (each.partition(" ") for each in (columns or "").split("\n"))
        types = {name: kind for name, _blank, kind in pairs}
        if fault := _fault(types):
            broken |= {file: _newer(duck, file, types) or fault for file in alike}
        else:
            valid[tuple(types[name] for name in TYPES)] += alike
    return list(valid.values()), broken


def _halve(files: Sequence[str], ask: Callable[[Sequence[str]], str]) -> dict[str, str]:
    """Ask about files together, and where there is a fault about halves of them; return the fault of each faulty file."""
    faults: dict[str, str] = {}
    queue = [files] if files else []
    while queue:
        files = queue.pop()
        half = len(files) // 2
        if fault := ask(files):
            queue += [files[:half], files[half:]] if half else []
            faults |= {} if half else {files[0]: fault}
    return faults


def _fault(types: Mapping[str, str]) -> str:
    """Return why a file with columns of these types cannot be read, or an empty text."""
    if missing := [name for name in TYPES if name not in types]:
        return _("it is not a rows file: it lacks {columns}", columns=_(", ").join(missing))
    if _OURS in types:
        return _("it is not a rows file: it has a column {column}", column=_OURS)
    for name, expected in TYPES.items():
        kind = types[name]
        if kind != expected and not (expected == "INTEGER" and kind in _WHOLE_NUMBERS):
            message = _("its column {column} is {kind}, but should be {wanted}")
            return message.format(column=name, kind=kind, wanted=expected)
    return ""


def _newer(duck: Duck, file: str, types: Mapping[str, str]) -> str:
    """Return that a file is of a newer version, or an empty text."""
    if types.get("schema_version") not in _WHOLE_NUMBERS:
        return ""
    try:
        query = f"SELECT max(schema_version) FROM read_parquet({names([file])})"
        [(version,)] = duck.run.execute(query).fetchall()
    except duck.error:
        return ""
    return too_new(version) if (version or 0) > VERSION else ""


def damaged(duck: Duck, groups: Iterable[Sequence[str]]) -> dict[str, str]:
    """Read each file whole and return the faults of damaged ones; called when a question about all of them has failed."""
    columns = ", ".join(["count(*)", *(f"max({name}::{kind})" for name, kind in TYPES.items())])

    def ask(files: Sequence[str]) -> str:
        query = f"SELECT {columns} FROM read_parquet({names(files)}, hive_partitioning=false)"
        try:
            with duck.time_limit(files):
                [row] = duck.run.execute(query).fetchall()
        except duck.error as error:
            return _("it is damaged: {said}", said=first_line(error))
        # A few bytes can claim any number of rows.
        maximum = sum(max(_MIN_ROWS, os.stat(file).st_size * _ROWS_PER_BYTE) for file in files)  # noqa: PTH116
        return _("it has more than {n} rows", n=f"{maximum:,}") if row[0] > maximum else ""

    return {file: fault for files in groups for file, fault in _halve(files, ask).items()}


def whole(duck: Duck, files: Files, units: Sequence[Key], live: Sequence[str], today: date) -> bytes:
    """Return the rows of some units, without texts, as one rows file; rows of `live` sources are dated today."""
    duck.table(("source",), [(each,) for each in live]).to_native().create_view("live", replace=True)
    day = f"CASE WHEN r.source IN (FROM live) THEN DATE {text(today.isoformat())} ELSE as_of END AS as_of"
    rows = union({"source": "VARCHAR", **TYPES}, sql_sources(files))
    query = f"SELECT r.* EXCLUDE (source) REPLACE ({day}) FROM ({rows}) r {duck.only(units)}"
    copy(duck, f"({query} ORDER BY unit, round, problem, measure)", duck.spare / "rows.parquet")
    return (duck.spare / "rows.parquet").read_bytes()
