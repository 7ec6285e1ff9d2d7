"""The office's own table, filled with what the ledger says now; a cell that says the same already is not touched."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from xuncha.errors import RefusedError
from xuncha.exchange.sheet import safety
from xuncha.exchange.sheet.added import Adder
from xuncha.exchange.sheet.plan import Plan
from xuncha.exchange.sheet.reading import Wanted, draft_of
from xuncha.language import gettext as _
from xuncha.pages.kind import ZIP

if TYPE_CHECKING:
    from xuncha.exchange.drafts import Draft
    from xuncha.exchange.sheet.grid import Spot
    from xuncha.model.records import Ledger


class _Writer(Protocol):
    """Writes a plan into a file of one kind."""

    takes_rows: bool  # whether rows can be added

    def first(self, sheet: str, spot: Spot) -> Spot:
        """Return the first place of the cell that covers a place."""

    def write(self, plan: Plan) -> bytes:
        """Return the file, filled."""


def filled(path: Path, wanted: Wanted, ledger: Ledger, office: str | None = None) -> tuple[bytes, Draft]:
    """Fill a table with what a ledger says; return it, and its draft, in whose doubts stands what found no place in it.

    It may lack no measure of the office; None means of all. Raises RefusedError if it is neither a workbook of Excel nor a
    Word document, cannot be read or may not be filled, or none of its columns is known; SurroundingsError without `office`.
    """
    draft = draft_of(path, wanted)
    writer = _writer(path)
    plan = Plan(draft, ledger, writer.first)
    named = {identity for match in plan.matches for _measure, identity in match.measures}
    others = {identity: each for identity, each in ledger.measures.items() if identity not in named}
    missing = [n for n, each in others.items() if office in {None, each.office, *each.co_offices}]
    for identity in Adder(plan, takes_rows=writer.takes_rows).add(missing):
        made = _("measure {id} of the ledger has no row in the table: not filled in")
        draft.doubt(made.format(id=identity), ledger.measures[identity].title)
    return writer.write(plan), draft


def _writer(path: Path) -> _Writer:
    """Return what writes into a file of this kind, which its content tells."""
    content = safety.bytes_of(path)
    kind, package = safety.unpacked(path, content) if content.startswith(ZIP) else ("", None)
    if kind == "docx" and package:
        from xuncha.exchange.sheet.filled_word import FilledWord  # noqa: PLC0415  needs the part `office`

        return FilledWord(path, content, package)
    if kind == "xlsx" and package:
        from xuncha.exchange.sheet.filled_workbook import FilledWorkbook  # noqa: PLC0415  needs it, too

        return FilledWorkbook(path, content, package)
    said = _("{path}: only a workbook of Excel (.xlsx, .xlsm) or a Word document (.docx) can be filled")
    raise RefusedError("not-a-workbook", said.format(path=path), _("save it as .xlsx in Excel or WPS"))
