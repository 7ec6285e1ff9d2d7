"""Write rows files (Parquet), and check those of others before they count, since anyone may have made them."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final

from xuncha.language import gettext as _
from xuncha.region.engine import Duck, Files, first_line, names, quoted, sql_sources, text, union
from xuncha.region.rows import TYPES, VERSION, too_new

_BATCH: Final = 20_000  # rows passed to DuckDB in one call
_WHOLE_NUMBERS: Final = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"}
)
_MIN_ROWS: Final = 100_000  # rows that a file of any size may hold
_ROWS_PER_BYTE: Final = 4
"""Rows for each byte of a file; even similar measures need some bytes each."""
_OURS: Final = "source"
"""The column that reading adds, with the file's path; one of this name in a file would take its place."""
Signature = str
"""The columns and types of a file."""


def write(duck: Duck, rows: Iterable[Sequence[Any]], target: Path, types: Mapping[str, str]) -> None:
    """Write rows of plain values as Parquet; `types` are columns and SQL types, in the order of the values."""
    columns = ", ".join(f"{quoted(name)} {kind}" for name, kind in types.items())
    duck.run.execute(f"CREATE OR REPLACE TEMP TABLE written ({columns})")
    lists = ", ".join(
        f"unnest(${index}::VARCHAR[])::{kind}" if kind == "DATE" else f"unnest(${index}::{kind}[])"
        for index, kind in enumerate(types.values(), 1)
    )
    remaining = iter(rows)
    while batch := list(islice(remaining, _BATCH)):
        values = [list(column) for column in zip(*batch, strict=True)]
        duck.run.execute(f"INSERT INTO written SELECT {lists}", values)
    copy(duck, "written", target)
    duck.run.execute("DROP TABLE written")


def copy(duck: Duck, source: str, target: Path) -> None:
    """Write a table, or a query in brackets, as Parquet."""
    duck.run.execute(f"COPY {source} TO {text(str(target))} (FORMAT parquet, COMPRESSION zstd)")


def check_columns(duck: Duck, files: Sequence[str]) -> tuple[dict[Signature, list[str]], dict[str, str]]:
    """Check the columns of files. Return the readable files by the types of their columns, and the faults of the others."""
    valid: dict[Signature, list[str]] = defaultdict(list)
    broken: dict[str, str] = {}
    for file, columns in _columns(duck, files, broken).items():
        fault, signature = _fault(duck, file, columns)
        if fault:
            broken[file] = fault
        else:
            valid[signature].append(file)
    return valid, broken


def _columns(duck: Duck, files: Sequence[str], broken: dict[str, str]) -> dict[str, dict[str, str]]:
    """Return the columns and types of files; enter the reason in `broken` for those that are no Parquet files."""
    wanted = ", ".join(map(text, [*TYPES, _OURS]))
    query = (
        "SELECT file_name, string_agg(lower(name) || ' ' || coalesce(duckdb_type, ''), ',')"
        f" FROM parquet_schema({names(files)}) WHERE lower(name) IN ({wanted}) OR num_children > 0 GROUP BY ALL"
    )
    try:
        rows = duck.run.execute(query).fetchall()
    except duck.error as error:
        if len(files) == 1:
            broken[files[0]] = _("it is damaged, or not a Parquet file: {said}").format(
                said=first_line(error)
            )
            return {}
        half = len(files) // 2
        return _columns(duck, files[:half], broken) | _columns(duck, files[half:], broken)
    result: dict[str, dict[str, str]] = {}
    for file, columns in rows:
        pairs = [each.split(" ", 1) for each in columns.split(",")]
        result[file] = {name: kind for name, kind in pairs if name in TYPES or name == _OURS}
    return result


def _fault(duck: Duck, file: str, types: Mapping[str, str]) -> tuple[str, Signature]:
    """Return why a file with these columns cannot be read, or an empty text; and the types of its columns."""
    if missing := [name for name in TYPES if name not in types]:
        newer = _newer(duck, file) if types.get("schema_version") in _WHOLE_NUMBERS else ""
        message = _("it is not a rows file: it lacks {columns}").format(columns=_(", ").join(missing))
        return newer or message, ""
    if _OURS in types:
        return _("it is not a rows file: it has a column {column}").format(column=_OURS), ""
    for name, expected in TYPES.items():
        kind = types[name]
        if kind != expected and not (expected == "INTEGER" and kind in _WHOLE_NUMBERS):
            message = _("its column {column} is {kind}, but should be {wanted}")
            return message.format(column=name, kind=kind, wanted=expected), ""
    return "", " ".join(types[name] for name in TYPES)


def _newer(duck: Duck, file: str) -> str:
    try:
        query = f"SELECT max(schema_version) FROM read_parquet({names([file])})"
        [(version,)] = duck.run.execute(query).fetchall()
    except duck.error:
        return ""
    return too_new(version) if (version or 0) > VERSION else ""


def damaged(duck: Duck, groups: Mapping[Signature, Sequence[str]]) -> dict[str, str]:
    """Read each file whole and return the faults of damaged ones; called when a question about all of them has failed."""
    faults: dict[str, str] = {}
    queue = [list(files) for files in groups.values() if files]
    columns = ", ".join(["count(*)", *(f"max({name}::{kind})" for name, kind in TYPES.items())])
    while queue:
        files = queue.pop()
        fault = ""
        try:
            with duck.time_limit(files):
                query = f"SELECT {columns} FROM read_parquet({names(files)}, hive_partitioning=false)"
                [row] = duck.run.execute(query).fetchall()
            if row[0] > (maximum := _max_rows(files)):
                fault = _("it has more than {n} rows").format(n=f"{maximum:,}")
        except duck.error as error:
            fault = _("it is damaged: {said}").format(said=first_line(error))
        half = len(files) // 2
        if fault and half:
            queue += [files[:half], files[half:]]
        elif fault:
            faults[files[0]] = fault
    return faults


def _max_rows(files: Sequence[str]) -> int:
    """Return how many rows files of these sizes may hold, since a few bytes can claim any number."""
    return sum(max(_MIN_ROWS, os.stat(file).st_size * _ROWS_PER_BYTE) for file in files)  # noqa: PTH116  a text


def write_whole(
    duck: Duck,
    files: Files,
    units: Sequence[tuple[str, str | None, str | None]],
    live: tuple[Sequence[str], date],
    target: Path,
) -> None:
    """Write the rows of some units as one rows file; rows of `live` sources get the day given for them as `as_of`."""
    duck.table(("source",), [(each,) for each in live[0]]).to_native().create_view("live", replace=True)
    day = f"CASE WHEN r.source IN (FROM live) THEN DATE {text(live[1].isoformat())} ELSE as_of END AS as_of"
    rows = union({"source": "VARCHAR", **TYPES}, sql_sources(files))
    query = (
        f"SELECT r.* EXCLUDE (source) REPLACE ({day}) FROM ({rows}) r {duck.only(units)}"
        " ORDER BY unit, round, problem, measure"
    )
    copy(duck, f"({query})", target)
