"""Make the rows file of one ledger, for a unit that does not hand in its ledger."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from xuncha.model.records import Ledger
from xuncha.region import files
from xuncha.region.engine import Duck
from xuncha.region.rows import TEXTS, TYPES, Stamp, rows_of
from xuncha.system import temporary_folder
from xuncha.trail.repository import git_dir, head_commit


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
        target = place / "rows.parquet"
        files.write(duck, rows, target, TYPES | TEXTS if texts else TYPES)
        return target.read_bytes()
