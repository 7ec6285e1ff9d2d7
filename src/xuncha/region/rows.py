"""Make the rows of a rows file: one row for each measure, with what counting needs, and with titles only on request."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

from xuncha.language import gettext as _

if TYPE_CHECKING:
    from xuncha.model.records import Ledger

VERSION: Final = 1
"""The version of the schema. A reader refuses newer files, and reads every older version."""
SLIPPED: Final = date.min.isoformat()
"""The value of `looked_at` if the last review found that the result has slipped: a review is then due on any day."""


class Row(NamedTuple):
    """One measure of a unit. Days are ISO 8601 texts here, and dates in the file.

    A problem without measures is a row without a measure; a ledger without problems one without a problem either, so that no
    unit is lost.
    """

    schema_version: int
    unit: str | None  # the organisation
    round: str | None
    problem: int | None
    measure: int | None
    status: str | None
    term: str | None
    due: str | None
    closed_date: str | None
    office_code: int | None  # of the office within this unit; None if the measure has no leader or no office
    publish: bool | None
    due_soon_days: int
    review_every_days: int
    looked_at: str | None  # when a closed measure was closed or last reviewed; or `SLIPPED`
    commit: str | None
    as_of: str  # the day of the ledger's state
    audit_errors: int | None  # None if no audit was made
    audit_warnings: int | None


TYPES: Final = {
    "schema_version": "INTEGER", "unit": "VARCHAR", "round": "VARCHAR", "problem": "INTEGER", "measure": "INTEGER",
    "status": "VARCHAR", "term": "VARCHAR", "due": "DATE", "closed_date": "DATE", "office_code": "INTEGER",
    "publish": "BOOLEAN", "due_soon_days": "INTEGER", "review_every_days": "INTEGER", "looked_at": "DATE",
    "commit": "VARCHAR", "as_of": "DATE", "audit_errors": "INTEGER", "audit_warnings": "INTEGER",
}  # fmt: skip
"""The columns of a rows file in order, with their SQL types."""
TEXTS: Final = {"problem_title": "VARCHAR", "measure_title": "VARCHAR"}
"""The additional columns with titles."""
Texts = tuple[str | None, str | None]


class Stamp(NamedTuple):
    """The commit and day of a ledger's rows, and its numbers of audit findings."""

    commit: str | None
    as_of: date
    audit_errors: int | None = None
    audit_warnings: int | None = None


def rows_of(ledger: Ledger, stamp: Stamp) -> Iterator[tuple[Row, Texts]]:
    """Yield the rows of a ledger in its order, each with the titles of its problem and measure."""
    settings = ledger.settings
    blank = Row(
        schema_version=VERSION, unit=settings.organisation, round=settings.inspection.round,
        problem=None, measure=None, status=None, term=None, due=None, closed_date=None, office_code=None, publish=None,
        due_soon_days=settings.policy.due_soon_days, review_every_days=settings.policy.review_every_days, looked_at=None,
        commit=stamp.commit, as_of=stamp.as_of.isoformat(),
        audit_errors=stamp.audit_errors, audit_warnings=stamp.audit_warnings,
    )  # fmt: skip
    # A rows file holds no names of offices, but their numbers, in the order in which measures name them.
    names = dict.fromkeys(measure.office for measure in ledger.measures.values() if measure.office)
    offices: dict[str | None, int] = {name: number for number, name in enumerate(names, start=1)}
    with_measures = {identity.problem for identity in ledger.measures}
    result: list[tuple[Row, Texts]] = [
        (blank._replace(problem=number), (problem.title, None))
        for number, problem in ledger.problems.items()
        if number not in with_measures
    ]
    for identity, measure in ledger.measures.items():
        problem = ledger.problems[identity.problem]
        entry = measure.row(identity, problem)
        closed = measure.closed.date if measure.closed and measure.status == "closed" else None
        row = blank._replace(
            problem=identity.problem,
            measure=identity.measure,
            status=entry.status,
            term=entry.term,
            due=entry.due,
            closed_date=closed.isoformat() if closed else None,
            office_code=offices[entry.office] if entry.leader and entry.office else None,
            publish=entry.publish,
            looked_at=SLIPPED if entry.slipped else entry.reviewed_on,
        )
        result.append((row, (problem.title, measure.title)))
    result.sort(key=lambda each: (each[0].problem or 0, each[0].measure or 0))
    yield from result or [(blank, (None, None))]


def too_new(version: int) -> str:
    """Return the message that a file's version is too new for this program."""
    text = _("it has version {version}, and this xuncha reads up to version {known}: update xuncha")
    return text.format(version=version, known=VERSION)
