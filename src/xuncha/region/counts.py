"""The questions that are asked of rows, written once for every engine; every count means what it does in `xuncha.tally`.

A frame is lazy, of narwhals: DuckDB and Spark answer the same expressions (docs/adr/0033). The days `due` and `looked_at` are
numbers, as `date.toordinal` gives them, since engines differ in how they count with days.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import narwhals as nw

from xuncha.model.vocabulary import STATUSES, TERMS
from xuncha.tally import rate

if TYPE_CHECKING:
    from collections.abc import Iterable

Frame = nw.LazyFrame[Any]
KEYS: Final = ("source", "unit", "round")
"""What tells the units of several sources apart; `source` is the file or the ledger that the rows are from."""
_LONGEST: Final = 3660  # days, as in `model.settings.Policy`
_SUMMED: Final = (
    "total", "not_started", "in_progress", "submitted", "closed", "long_term_closed", "overdue", "due_soon", "review_due",
    "not_assigned",
)  # fmt: skip


class Counts(NamedTuple):
    """The counts of a unit, of a group of units, or of all, on a day; as those of `tally.Tally`."""

    problems: int = 0
    problems_closed: int = 0
    total: int = 0
    not_started: int = 0
    in_progress: int = 0
    submitted: int = 0
    closed: int = 0
    long_term_closed: int = 0
    overdue: int = 0
    due_soon: int = 0
    review_due: int = 0
    not_assigned: int = 0

    def as_json(self) -> dict[str, dict[str, Any]]:
        """Give the counts in the form of `status --json`."""
        problems = {"total": self.problems, "closed": self.problems_closed}
        measures = {name: getattr(self, name) for name in _SUMMED[:5]}
        measures["rate"] = rate(self.closed, self.total)
        measures |= {name: getattr(self, name) for name in _SUMMED[5:]}
        return {
            "problems": {**problems, "rate": rate(self.problems_closed, self.problems)},
            "measures": measures,
        }


def summed(several: Iterable[Counts]) -> Counts:
    """Add counts."""
    columns = list(zip(*several, strict=True))
    return Counts._make(map(sum, columns)) if columns else Counts()


class Shape(NamedTuple):
    """What tells of a unit's rows whether they are one ledger, and of when."""

    last_problem: int | None
    misnumbered: int
    """Problems whose measures are not numbered from 1 on, each once."""
    strange: int
    """Rows with a value that no ledger gives."""
    schema_version: int | None
    first_day: date | None
    as_of: date
    commit: str | None
    audit_errors: int | None
    audit_warnings: int | None


class Lateness(NamedTuple):
    """How late the overdue measures are, in days; None where none is."""

    median: float | None = None
    maximum: int | None = None

    def as_json(self) -> dict[str, float | None]:
        """Give its form in `rollup --json`."""
        return {"median": self.median, "maximum": self.maximum}


def counted(rows: Frame, today: date, keys: Sequence[str] = KEYS) -> Frame:
    """Count each unit; the columns of the answer are the keys, those of `Counts`, then those of `Shape`."""
    column, day = nw.col, today.toordinal()
    closed, due, term = column("status") == "closed", column("due"), column("term")
    is_open = ~closed  # unknown in a row without a measure, and so is all that is asked of it
    is_near = (due >= day) & (due <= column("due_soon_days") + day)
    is_long_ago = column("looked_at") <= day - column(
        "review_every_days"
    )  # as is the day that stands for a slip
    asked = {
        "total": column("measure"),
        "not_started": column("status") == "not_started",
        "in_progress": column("status") == "in_progress",
        "submitted": column("status") == "submitted",
        "closed": closed,
        "long_term_closed": closed & (term == "long_term"),
        "overdue": is_open & (due < day),
        "due_soon": is_open & (is_near | (due.is_null() & (term == "at_once"))),
        "review_due": closed & (term == "long_term") & is_long_ago,
        "not_assigned": is_open & (column("office_code").is_null() | (due.is_null() & (term == "once"))),
    }
    flags = [nw.when(asked[name]).then(1).alias(name) for name in _SUMMED[1:]]
    flags.append(nw.when(~_is_usual()).then(1).alias("strange"))
    kept = ("schema_version", "as_of", "commit", "audit_errors", "audit_warnings")
    measures = (
        rows.select(*keys, column("measure").alias("total"), *kept, *flags)
        .group_by(*keys)
        .agg(
            *(column(name).count() for name in (*_SUMMED, "strange")),
            *(column(name).max() for name in kept),
            column("as_of").min().alias("first_day"),
        )
    )
    one = rows.select(*keys, "problem", "measure", nw.when(closed).then(1).alias("done"))
    problems = one.group_by(*keys, "problem").agg(
        column("measure").count().alias("n"),
        column("done").count(),
        column("measure").max().alias("last"),
        column("measure").sum().alias("sum"),
        nw.len().alias("rows"),
    )
    is_complete = (column("n") > 0) & (column("n") == column("done"))
    # Measures of a problem are numbered from 1 on, each once: then there are as many as the last one says, and their sum is known.
    is_right = ((column("n") == 0) & (column("rows") == 1)) | (
        (column("last") == column("n"))
        & (column("rows") == column("n"))
        & (column("sum") * 2 == column("n") * (column("n") + 1))
    )
    marked = problems.select(
        *keys,
        column("problem").alias("problems"),
        nw.when(is_complete & ~column("problem").is_null()).then(1).alias("problems_closed"),
        nw.when(~is_right).then(1).alias("misnumbered"),
    )
    by_problem = marked.group_by(*keys).agg(
        column("problems").count(),
        column("problems_closed").count(),
        column("misnumbered").count(),
        column("problems").max().alias("last_problem"),
    )
    return _beside(measures, by_problem, keys).select(*keys, *Counts._fields, *Shape._fields)


def _is_usual() -> nw.Expr:
    """Whether a row holds what a ledger gives; false, never unknown, where it does not."""
    column = nw.col
    is_measure, is_problem = ~column("measure").is_null(), ~column("problem").is_null()
    said = column("status").fill_null("").is_in(STATUSES) & column("term").fill_null("").is_in(TERMS)
    placed = is_problem & (column("problem").fill_null(0) > 0) & (column("measure").fill_null(0) > 0)
    in_policy = (column("due_soon_days").fill_null(-1) >= 0) & (
        column("due_soon_days").fill_null(-1) <= _LONGEST
    )
    reviewed = (column("review_every_days").fill_null(0) >= 1) & (
        column("review_every_days").fill_null(0) <= _LONGEST
    )
    without = ~is_measure & column("status").is_null() & (~is_problem | (column("problem").fill_null(0) > 0))
    known = ~column("schema_version").is_null() & ~column("as_of").is_null()
    return known & in_policy & reviewed & ((is_measure & said & placed) | without)


def _beside(one: Frame, other: Frame, keys: Sequence[str]) -> Frame:
    """Join two answers about the same units; what is unknown in a key is the same in both."""
    if not keys:
        return one.join(other, how="cross")
    told = [nw.col(key).fill_null("").alias(f"key_{key}") for key in keys]
    joined = [f"key_{key}" for key in keys]
    return one.with_columns(*told).join(other.with_columns(*told).drop(*keys), on=joined)


def only(rows: Frame, units: Frame) -> Frame:
    """Keep the rows of some units; the columns of `units` are the keys."""
    told = [nw.col(key).fill_null("").alias(f"key_{key}") for key in KEYS]
    wanted = units.with_columns(*told).select(*(f"key_{key}" for key in KEYS))
    return rows.with_columns(*told).join(wanted, on=[f"key_{key}" for key in KEYS], how="semi")


def late(rows: Frame, today: date, keys: Sequence[str] = KEYS) -> Frame:
    """Give the median and the maximum of days late, by keys; of those that have an overdue measure. Without keys, of all."""
    column, day = nw.col, today.toordinal()
    overdue = rows.filter((column("status") != "closed") & (column("due") < day))
    days = overdue.select(*keys, (day - column("due")).alias("days"))
    asked = [column("days").median().alias("median"), column("days").max().alias("maximum")]
    return days.group_by(*keys).agg(*asked) if keys else days.select(*asked)


def ranked(values: Sequence[float | None]) -> list[int | None]:
    """Give the rank of each value, the highest first; equal ones share a rank, and the next one is passed over (1, 2, 2, 4)."""
    order = sorted((value for value in values if value is not None), reverse=True)
    first: dict[float, int] = {}
    for place, value in enumerate(order, start=1):
        first.setdefault(value, place)
    return [None if value is None else first[value] for value in values]
