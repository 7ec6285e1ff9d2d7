"""Ask questions about rows, written once for every engine; every count has the meaning of `xuncha.tally`.

Frames are lazy narwhals frames: DuckDB and Spark answer the same expressions (docs/adr/0033). The days `due`, `looked_at`
and `as_of` are numbers as from `date.toordinal`, since engines differ in date arithmetic, and their dates in range.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, cast

import narwhals as nw

from xuncha.model.vocabulary import STATUSES, TERMS
from xuncha.region.counts import KEYS, Counts, Lateness, RowFacts

Frame = nw.LazyFrame[Any]
_MAX_DAYS: Final = 3660  # days, as in `model.settings.Policy`
_LAST_DAY: Final = date.max.toordinal()
_STATUS: Final[dict[str, int]] = {word: code for code, word in enumerate(STATUSES)}
_TERM: Final[dict[str, int]] = {word: code for code, word in enumerate(TERMS)}


def count_units(rows: Frame, today: date) -> Frame:
    """Count each unit; the columns of the answer are the keys, those of `Counts`, then those of `RowFacts`, then those of `Lateness`."""
    column, day = nw.col, today.toordinal()
    status, term, due = column("status_code"), column("term_code"), column("due")
    # A comparison with an unknown code, as in a row without a measure, is unknown too, so that row is not counted.
    closed, is_open = status == _STATUS["closed"], status != _STATUS["closed"]
    is_lasting = closed & (term == _TERM["long_term"])
    is_late = is_open & (due < day)
    # Nothing is added to what a stranger's file holds, which may be any number.
    is_near = (due >= day) & (due - day <= column("due_soon_days"))
    # `SLIPPED` is an early day, so a slipped result counts as long ago, too.
    is_long_ago = day - column("looked_at") >= column("review_every_days")
    conditions = {
        "not_started": status == _STATUS["not_started"],
        "in_progress": status == _STATUS["in_progress"],
        "submitted": status == _STATUS["submitted"],
        "closed": closed,
        "long_term_closed": is_lasting,
        "overdue": is_late,
        "due_soon": is_open & (is_near | (due.is_null() & (term == _TERM["at_once"]))),
        "review_due": is_lasting & is_long_ago,
        "not_assigned": is_open
        & (column("office_code").is_null() | (due.is_null() & (term == _TERM["once"]))),
        "usual": _is_valid(),
    }
    flags = [nw.when(each).then(1).alias(name) for name, each in conditions.items()]
    constants = ("schema_version", "as_of", "audit_errors", "audit_warnings")
    with_codes = rows.with_columns(_code("status", _STATUS), _code("term", _TERM))
    days = nw.when(is_late).then(day - due).alias("days")
    measures = (
        with_codes.select(*KEYS, column("measure").alias("total"), *constants, *flags, days)
        .group_by(*KEYS)
        .agg(
            nw.len().alias("rows"),
            *(column(name).count() for name in ("total", *conditions)),
            *(column(name).max() for name in constants),
            column("days").median().alias("median"),
            column("days").max().alias("maximum"),
        )
        .with_columns((column("rows") - column("usual")).alias("invalid"))
    )
    measure_rows = with_codes.select(*KEYS, "problem", "measure", nw.when(closed).then(1).alias("done"))
    problems = measure_rows.group_by(*KEYS, "problem").agg(
        column("done").count(),
        column("measure").max().alias("last"),
        column("measure").sum().alias("sum"),
        nw.len().alias("n"),
    )
    is_complete = (column("last") > 0) & (column("n") == column("done"))
    # If the measures of a problem are numbered 1, 2, 3 … then their count equals the last number, and their sum is known.
    is_empty = column("last").is_null() & (column("n") == 1)
    is_right = (column("last") == column("n")) & (column("sum") * 2 == column("n") * (column("n") + 1))
    flagged = problems.select(
        *KEYS,
        column("problem").alias("problems"),
        nw.when(is_complete & ~column("problem").is_null()).then(1).alias("problems_closed"),
        nw.when(is_empty | is_right).then(1).alias("right"),
    )
    counts = (column(name).count() for name in ("problems", "problems_closed", "right"))
    by_problem = flagged.group_by(*KEYS).agg(nw.len().alias("all"), *counts)
    misnumbered = (column("all") - column("right")).alias("misnumbered")
    answer = (*KEYS, *Counts._fields, *RowFacts._fields, *Lateness._fields)
    return _join(measures, by_problem.with_columns(misnumbered)).select(*answer)


def _code(name: str, codes: Mapping[str, int]) -> nw.Expr:
    """Convert a word to a number, which is compared faster; unknown if it is none of the words."""
    expression: Any = None
    for word, code in codes.items():
        branch = nw.when(nw.col(name) == word).then(code)
        expression = branch if expression is None else branch.otherwise(expression)
    return cast("nw.Expr", expression.alias(f"{name}_code"))


def _is_valid() -> nw.Expr:
    """Return whether a row holds only values that are possible in a ledger."""
    column = nw.col
    dated = ~column("schema_version").is_null() & column("as_of").is_between(1, _LAST_DAY)
    for name in ("due", "looked_at"):
        dated &= column(name).is_null() | column(name).is_between(1, _LAST_DAY)
    due_soon, review = column("due_soon_days"), column("review_every_days")
    in_policy = due_soon.is_between(0, _MAX_DAYS) & review.is_between(1, _MAX_DAYS)
    is_known = (column("status_code") >= 0) & (column("term_code") >= 0)
    has_problem = column("problem") > 0
    is_measure = has_problem & (column("measure") > 0) & is_known
    blank = column("measure").is_null() & column("status").is_null()
    return dated & in_policy & (is_measure | (blank & (column("problem").is_null() | has_problem)))


def _join(left: Frame, right: Frame) -> Frame:
    """Join two frames on the key columns; unknown keys match each other."""
    keys = [nw.col(key).fill_null("").alias(f"key_{key}") for key in KEYS]
    names = [f"key_{key}" for key in KEYS]
    return left.with_columns(*keys).join(right.with_columns(*keys).drop(*KEYS), on=names)


def late_days(rows: Frame, today: date, groups: Frame | None = None) -> Frame:
    """Return median and maximum of days late of all overdue measures; by group if `groups` gives units with their groups."""
    column, day = nw.col, today.toordinal()
    overdue = rows.filter((column("status") != "closed") & (column("due") < day))
    days = overdue.select(*KEYS, (day - column("due")).alias("days"))
    stats = [column("days").median().alias("median"), column("days").max().alias("maximum")]
    return days.select(*stats) if groups is None else _join(days, groups).group_by("path").agg(*stats)
