"""Answer the questions of a roll-up with Spark, for data that one machine cannot count; DuckDB answers the same questions."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from functools import reduce
from typing import Any, Final, Self, cast

from xuncha.errors import SurroundingsError, UsageError
from xuncha.language import gettext as _
from xuncha.parts import require_part
from xuncha.region.engine import COLUMNS, DAY_COLUMNS, Files
from xuncha.region.queries import Frame
from xuncha.system import find_program

_MASTER: Final = re.compile(
    r"local(?:\[(?:\*|[0-9]{1,3})\])?|local-cluster\[[0-9]+,[0-9]+,[0-9]+\]|spark://[\w.,:-]+"
)
_IN_SPARK: Final = {"VARCHAR": "string", "INTEGER": "int", "DATE": "date", "BOOLEAN": "boolean"}
_SETTINGS: Final = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "8",
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",  # days before 1582 are not shifted
}


class Spark:
    """An engine with the methods of `Duck`: a Spark session at a master such as `local[*]` or `spark://host:7077`; its workers must be able to read the files."""

    def __init__(self, master: str) -> None:
        if not _MASTER.fullmatch(master):
            message = _("there is no engine “{name}”", name=master)
            known = _(", ").join(("duckdb", "local[*]", "local-cluster[2,1,1024]", "spark://HOST:PORT"))
            raise UsageError("unknown-engine", message, _("available: {names}", names=known))
        with require_part("region"):
            import narwhals  # noqa: PLC0415
        with require_part("spark"):
            from pyspark.errors import PySparkRuntimeError  # noqa: PLC0415
            from pyspark.sql import SparkSession, functions  # noqa: PLC0415
        if not os.environ.get("JAVA_HOME") and find_program("java") is None:
            raise _no_java()
        self._frame = narwhals.from_native
        self._functions: Any = functions
        builder: Any = SparkSession.builder
        for name, value in _SETTINGS.items():
            builder = builder.config(name, value)
        try:
            self.session: Any = builder.master(master).appName("xuncha rollup").getOrCreate()
        except PySparkRuntimeError:
            raise _no_java() from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, _error: BaseException | None, _trace: object) -> None:
        self.session.stop()

    def rows(self, files: Files) -> Frame:
        """Return the rows of files as a lazy frame, with days as numbers."""
        column, literal = self._functions.col, self._functions.lit
        selected = [column(name).cast(_IN_SPARK[kind]).alias(name) for name, kind in COLUMNS.items()]
        parts = [
            self.session.read.parquet(_literal(path)).select(literal(path).alias("source"), *selected)
            for path in files.rows
        ]
        if files.cached:
            parts.append(self.session.read.parquet(_literal(files.cached)).select("source", *selected))
        if not parts:
            columns = ", ".join(f"{name} {_IN_SPARK[kind]}" for name, kind in COLUMNS.items())
            parts.append(self.session.createDataFrame([], f"source string, {columns}"))
        whole = reduce(lambda one, other: one.unionByName(other), parts)
        first = literal("0001-01-01").cast("date")
        for name in DAY_COLUMNS:
            whole = whole.withColumn(name, self._functions.datediff(column(name), first).cast("bigint") + 1)
        return cast("Frame", self._frame(whole))

    def table(self, columns: Sequence[str], values: Sequence[tuple[str | None, ...]]) -> Frame:
        """Return a small table of texts as a frame."""
        named = ", ".join(f"{name} string" for name in columns)
        return cast("Frame", self._frame(self.session.createDataFrame(list(values), named)))

    def answer(self, frame: Frame) -> list[tuple[Any, ...]]:
        """Run a question and return the rows of its answer."""
        return [tuple(row) for row in frame.to_native().collect()]


def _literal(path: str) -> str:
    """Write a path for Spark; escape characters that it would take for patterns."""
    return re.sub(r"[*?\[\]{}\\]", r"\\\g<0>", path)


def _no_java() -> SurroundingsError:
    hint = _("install Java 17, and set JAVA_HOME to its folder")
    return SurroundingsError("no-java", _("Spark did not start: it needs Java 17 or later"), hint)
