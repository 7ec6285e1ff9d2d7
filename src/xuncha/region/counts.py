"""Hold the counts of units, and the facts by which their rows are judged; `region.queries` asks for them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from xuncha.tally import rate

KEYS: Final = ("source", "unit", "round")
"""The columns that identify a unit of a source; `source` is the file or ledger of the rows."""
Key = tuple[str, str | None, str | None]
"""The values of these columns."""


class Counts(NamedTuple):
    """The counts of a unit, of a group of units, or of all, on a day, as in `tally.Tally`."""

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
        """Return the counts in the form of `status --json`."""
        problems = {"total": self.problems, "closed": self.problems_closed}
        names = Counts._fields[2:]
        by_status, others = ({name: getattr(self, name) for name in part} for part in (names[:5], names[5:]))
        return {
            "problems": {**problems, "rate": rate(self.problems_closed, self.problems)},
            "measures": {**by_status, "rate": rate(self.closed, self.total), **others},
        }


def summed(counts: Iterable[Counts]) -> Counts:
    """Add counts."""
    columns = list(zip(*counts, strict=True))
    return Counts._make(map(sum, columns)) if columns else Counts()


class RowFacts(NamedTuple):
    """Facts about a unit's rows: whether they form one valid ledger, and of which day."""

    misnumbered: int  # problems whose measures are not numbered 1, 2, 3 … without gap or duplicate
    invalid: int  # rows with a value that is impossible in a ledger
    schema_version: int | None
    as_of: int | None  # as from `date.toordinal`
    audit_errors: int | None
    audit_warnings: int | None

    @property
    def day(self) -> date | None:
        """The day of the rows; None if it is out of range."""
        number = self.as_of or 0
        return date.fromordinal(number) if 0 < number <= date.max.toordinal() else None

    @property
    def audit(self) -> tuple[int, int] | None:
        """The numbers of errors and warnings; None if no audit was made."""
        return None if self.audit_errors is None else (self.audit_errors, self.audit_warnings or 0)


class Lateness(NamedTuple):
    """Median and maximum of the days that overdue measures are late; None where no measure is overdue."""

    median: float | None = None
    maximum: int | None = None

    def as_json(self) -> dict[str, float | None]:
        """Return the form of `rollup --json`."""
        return {"median": self.median, "maximum": self.maximum}


def ranked(values: Sequence[float | None]) -> list[int | None]:
    """Return the rank of each value, the highest first; equal values share a rank, and the next rank is skipped (1, 2, 2, 4)."""
    order = sorted(value for value in values if value is not None)
    return [None if value is None else len(order) - bisect_right(order, value) + 1 for value in values]
