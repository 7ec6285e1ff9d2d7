"""Cells that say what belongs in several columns, 责任领导：…责任部门：…, or what stands in the cell above, 同上."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from xuncha.exchange.sheet import roles
from xuncha.exchange.sheet.grid import Cell, Sheet, Spot
from xuncha.exchange.sheet.header import Table, is_header

_IN_BRACKETS: Final = re.compile(r"(.+?)\s*[（(](.+)[）)]", re.DOTALL)
SAME: Final = frozenset({"同上", "同前", "〃", "″", "同上。", "〞"})


def parted(cell: Cell, role: str, heading: str, held: Collection[str]) -> list[tuple[str, Cell]]:
    """Part a cell of a column into what its labels say, or the two things that its heading joins; whole where it is one thing.

    What has a column of its own is not looked for here: `held` are the roles of all columns.
    """
    told = roles.labelled(cell.text) or _paired(cell.text, role, heading) if role in roles.LABELLED else {}
    if len(told) < 2 or (told.keys() - {role}) & set(held):  # noqa: PLR2004  one thing is the cell itself
        return [(role, cell)]
    return [(name, Cell.of(text, "", cell.address, unseen=cell.unseen)) for name, text in told.items()]


def _paired(text: str, role: str, heading: str) -> dict[str, str]:
    """Return the two parts of a text below a heading that joins two names, such as 分管领导/责任车间 or 责任领导（责任科室）."""
    names, pieces = roles.joined(heading), re.split(r"\s*[/／\n]\s*", text)
    if match := _IN_BRACKETS.fullmatch(roles.plain(heading)):
        said = _IN_BRACKETS.fullmatch(text)
        names, pieces = list(match.groups()), list(said.groups()) if said else []
    if len(names) != 2 or len(pieces) != 2 or not all(pieces):  # noqa: PLR2004
        return {}
    first, second = (roles.role(name) or roles.perhaps(name) for name in names)
    is_pair = first == role and {first, second} <= roles.PEOPLE
    return {first: pieces[0], second: pieces[1].strip("（()）")} if is_pair else {}


def settle_same(sheet: Sheet, table: Table) -> Iterator[Spot]:
    """Put in the place of each 同上 of a table what the next filled cell above it says; yield those above which nothing stands.

    A heading that is printed again says nothing.
    """
    said: dict[int, Cell] = {}
    for row, columns in sheet.by_row.items():
        if not table.first <= row <= table.last or is_header(sheet, row, table):
            continue
        for column in columns:
            cell = sheet.cells[row, column]
            if cell.text not in SAME:
                said |= {column: cell} if cell.text else {}
            elif column in said:
                sheet.cells[row, column] = said[column]
            else:
                yield row, column
