"""What a sheet holds and a person does not see, or has crossed out: nothing of it is read without being listed as a doubt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from xuncha.exchange.sheet import header
from xuncha.exchange.sheet.grid import Sheet, address, letter
from xuncha.language import gettext as _

if TYPE_CHECKING:
    from xuncha.exchange.drafts import Draft


def look(draft: Draft, sheet: Sheet, own: Iterable[header.Table], said: Mapping[str, str]) -> header.Finder:
    """List what is hidden, and take away what is struck out or belongs to a second table beside the first.

    Return what finds the tables in the rest; `said` are the roles of columns that somebody has named, by the plain headings.
    `own` are the tables where `export` has written them: no other row is a header.
    """
    heads = [table.header for table in own]
    _look_at_struck(draft, sheet)
    told = {
        "partly": _("struck out in part: read all the same, but tells no state"),
        "replaced": _(
            "its number format hides it or shows something else: read all the same, but tells no state"
        ),
    }
    firsts = ((cell.unseen, spot) for spot, cell in sheet.cells.items() if sheet.is_first(spot))
    for why, spot in sorted(each for each in firsts if each[0] in told):
        draft.doubt(told[why], sheet.text(*spot), sheet.name, address(*spot))
    finder = header.Finder(sheet, said)
    if beside := finder.beside(heads or sheet.by_row):
        made = _("a second table beside the first: not read; put it below, or into a sheet of its own")
        last = letter(max(column for _row, column in sheet.cells))
        draft.doubt(made, sheet=sheet.name, address=f"{letter(beside)}:{last}")
        sheet.without(lambda spot: spot[1] >= beside)
        finder = header.Finder(sheet, said)
    rows = enumerate(sorted(row for row in sheet.hidden_rows if sheet.by_row.get(row)))
    runs = [[row for _n, row in run] for _key, run in groupby(rows, key=lambda pair: pair[1] - pair[0])]
    if runs:
        made = _("hidden rows, perhaps by a filter: read like the others")
        draft.doubt(made, sheet=sheet.name, address=",".join(f"{run[0]}:{run[-1]}" for run in runs))
    filled = {column for columns in sheet.by_row.values() for column in columns}
    for column in sorted(filled & sheet.hidden_columns):
        made = _("a hidden column: read like the others")
        draft.doubt(made, sheet=sheet.name, address=f"{letter(column)}:{letter(column)}")
    return finder


def _look_at_struck(draft: Draft, sheet: Sheet) -> None:
    """Take away rows of which all texts are struck out; single cells are read, and listed."""
    gone = set()
    for row, columns in sheet.by_row.items():
        # Numbers and what is merged from above may have been left as they were.
        own = [column for column in columns if sheet.is_first((row, column))]
        struck = [column for column in own if sheet.cells[row, column].unseen == "struck"]
        words = [column for column in own if not sheet.text(row, column).isdecimal()]
        if words and set(words) <= set(struck):
            gone.add(row)
            text = " ".join(dict.fromkeys(sheet.text(row, column) for column in own))
            draft.doubt(_("struck out: not read"), text, sheet.name, f"{row}:{row}")
            draft.notes.append(text)
        else:
            for column in struck:
                made = _("struck out: read all the same, since its row is not; but tells no state")
                draft.doubt(made, sheet.text(row, column), sheet.name, address(row, column))
    if gone:
        sheet.without(lambda spot: spot[0] in gone and sheet.begins(*spot))
