"""A workbook taken in as a whole: read, understood, and with what `export` had put beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xuncha.errors import RefusedError
from xuncha.exchange.sheet import reading, supplement, workbook
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from xuncha.exchange.drafts import Draft


def draft_of(path: Path, feedback: date | None, today: date) -> Draft:
    """What a workbook says.

    Args:
        path: of the file.
        feedback: the day of the feedback, where it is known; else it is looked for.
        today: the day for whatever has none.

    Raises:
        RefusedError: it cannot be read, or there is no ledger in it.
        SurroundingsError: the part `office` is not installed.
    """
    sheets, records = supplement.take(workbook.read(path))
    told = feedback or supplement.feedback_of(records)
    draft = reading.understand(sheets, told, today, exact=bool(records))
    if not draft.problems:
        raise RefusedError(
            "no-table",
            _("{path}: no table of problems or measures is found").format(path=path),
            _("a row of headings tells what the columns are, such as {headings}").format(
                headings="反馈问题、整改措施、责任领导、责任科室、整改时限"
            ),
        )
    if records:
        supplement.restore(draft, records)
    return draft
