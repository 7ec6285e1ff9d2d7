"""Answer the questions of `region.queries` with an engine: DuckDB in this process, or Spark."""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from threading import Timer
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self, cast

from xuncha.errors import SurroundingsError
from xuncha.language import gettext as _
from xuncha.parts import require_part
from xuncha.region.counts import KEYS, Key
from xuncha.region.rows import TYPES

if TYPE_CHECKING:
    import duckdb

    from xuncha.region.queries import Frame

_MEMORY: Final = "1GB"
_SECONDS: Final = 30.0
_SECONDS_PER_FILE: Final = 0.02
"""Seconds that a question may take in any case, and for each file, on a busy machine."""
_BYTES_PER_SECOND: Final = 500_000  # bytes
_DAY_ZERO: Final = "DATE '0001-01-01'"  # the day on which `date.toordinal` is 1
_PATTERN: Final = re.compile(r"[*?\[]")
DAY_COLUMNS: Final = ("due", "looked_at", "as_of")
"""The columns with days, which questions see as numbers."""
COLUMNS: Final = {name: kind for name, kind in TYPES.items() if name not in {"closed_date", "publish"}}
"""The columns that questions use, with their types."""


class Files(NamedTuple):
    """The files that hold rows."""

    rows: Sequence[str] = ()  # full paths of valid rows files; each is a source
    cached: str | None = None  # the file with all other rows; its column `source` names the source


class Duck:
    """The engine DuckDB in this process, without extensions. It is opened at the first question."""

    def __init__(self, spare: Path) -> None:
        """Set the folder for data that does not fit into memory."""
        self.spare = spare
        self.error: type[Exception] | tuple[()] = ()
        """The class of DuckDB's errors."""

    @cached_property
    def run(self) -> duckdb.DuckDBPyConnection:
        """Return the connection; open it at the first call."""
        with require_part("region"):
            import duckdb  # noqa: PLC0415
        self.error = duckdb.Error
        settings: dict[str, Any] = {
            "memory_limit": _MEMORY,
            "temp_directory": str(self.spare),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "preserve_insertion_order": False,
        }
        try:
            return duckdb.connect(config=settings)
        except duckdb.Error as error:  # the fault of no file
            raise _failure(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Close it; turn an error of DuckDB, such as a full disk, into a SurroundingsError."""
        if "run" in self.__dict__:
            self.run.close()
        if isinstance(error, self.error):
            raise _failure(error) from error

    @contextlib.contextmanager
    def time_limit(self, files: Iterable[str]) -> Iterator[None]:
        """Inside the block, stop a question that takes longer than files of these sizes can need: a small file may claim any number of rows."""
        seconds = _SECONDS
        for file in files:
            with contextlib.suppress(OSError):
                seconds += _SECONDS_PER_FILE + os.stat(file).st_size / _BYTES_PER_SECOND  # noqa: PTH116  a text
        watch = Timer(seconds, self.run.interrupt)
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()

    def rows(self, files: Files) -> Frame:
        """Return the rows of files as a lazy frame, with days as numbers."""
        rows = union({"source": "VARCHAR", **COLUMNS}, sql_sources(files))
        numbers = ", ".join(f"{name} - {_DAY_ZERO} + 1 AS {name}" for name in DAY_COLUMNS)
        return _frame(self.run.sql(f"SELECT * REPLACE ({numbers}) FROM ({rows})"))

    def table(self, columns: Sequence[str], values: Sequence[tuple[str | None, ...]]) -> Frame:
        """Return a small table of texts as a frame."""
        lists = [[row[index] for row in values] for index in range(len(columns))]
        selected = ", ".join(
            f"unnest(${index}::VARCHAR[]) AS {name}" for index, name in enumerate(columns, 1)
        )
        name = f"given_{id(lists)}"
        self.run.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT {selected}", lists)
        return _frame(self.run.table(name))

    def only(self, keys: Sequence[Key]) -> str:
        """Return the SQL that keeps the rows `r` of these units; a missing name equals a missing one."""
        self.table(KEYS, keys).to_native().create_view("wanted", replace=True)
        equal = " AND ".join(f"r.{name} IS NOT DISTINCT FROM wanted.{name}" for name in KEYS)
        return f"SEMI JOIN wanted ON {equal}"

    def answer(self, frame: Frame) -> list[tuple[Any, ...]]:
        """Run a question and return the rows of its answer."""
        return cast("list[tuple[Any, ...]]", frame.to_native().fetchall())


def _failure(error: Exception) -> SurroundingsError:
    return SurroundingsError("engine", _("DuckDB cannot count this: {said}", said=first_line(error)))


def first_line(error: Exception) -> str:
    """Return the first line of an error's message; of an error within an error, the inner one."""
    line = (str(error).splitlines() or [""])[0]
    inner = re.search(r'"exception_message":("(?:[^"\\]|\\.)*")', line)
    return (json.loads(inner[1]) if inner else line)[:200]


def _frame(native: Any) -> Frame:  # noqa: ANN401  a relation of DuckDB
    with require_part("region"):
        import narwhals  # noqa: PLC0415
    return cast("Frame", narwhals.from_native(native))


def sql_sources(files: Files) -> list[str]:
    """Return the SQL expressions by which DuckDB reads these files, each with a column `source`."""
    cached = [f"read_parquet({names([files.cached])})"] if files.cached else []
    return [*(rows_files([path]) for path in files.rows), *cached]


def rows_files(paths: Sequence[str]) -> str:
    """Return the SQL expression by which DuckDB reads rows files with the same types; the column `source` is the path."""
    return f"read_parquet({names(paths)}, filename='source', hive_partitioning=false)"


def union(types: Mapping[str, str], parts: Sequence[str]) -> str:
    """Return the query for the rows of several SQL sources, with these columns and types."""
    columns = ", ".join(f"{name}::{kind} AS {name}" for name, kind in types.items())
    nothing = ", ".join(f"NULL::{kind} AS {name}" for name, kind in types.items())
    queries = [f"SELECT {columns} FROM {part}" for part in parts]
    return " UNION ALL ".join(queries) or f"SELECT {nothing} WHERE false"


def names(paths: Sequence[str]) -> str:
    """Write a list of paths for DuckDB; escape characters that it would take for patterns."""
    listed = ", ".join(text(_PATTERN.sub(r"[\g<0>]", path)) for path in paths)
    return f"[{listed}]"


def text(value: str) -> str:
    """Quote a text for SQL."""
    return "'" + value.replace("'", "''") + "'"
