"""Collect the cells of the row of a measure, or of several rows, by the roles of their columns."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from xuncha.exchange.sheet import header, roles
from xuncha.exchange.sheet.grid import Cell, Sheet, Spot
from xuncha.exchange.sheet.rows import UNNAMED, Row
from xuncha.model.vocabulary import UNKNOWN

_IN_BRACKETS: Final = re.compile(r"(.+?)\s*[（(](.+)[）)]", re.DOTALL)
_OFFICE: Final = re.compile("[\u4e00-\u9fff]{2,12}[科室股处部办站所队]")
DITTOS: Final = frozenset(
    {"同上", "同前", "〃", "″", "同上。", "〞", "↑", "如上", "（续）", "(续)", "续", "接上", "接上页"}
)
_EMPTY: Final = DITTOS | {
    "/", "／", "\\", "-", "--", "—", "——", "－", "无", "暂无", "待定", "未定", "待确定", "未明确", "N/A", "n/a", UNKNOWN,
}  # fmt: skip
"""Texts that mean an empty cell."""
_NO_CATEGORY: Final = ("category", UNKNOWN)
"""A role and a text: that of the rows above does not apply, as it would in an empty cell."""
_STATED: Final = roles.PEOPLE | {"due", "state", "closed_date", "progress"}
"""Roles of names, days, states and progress, which the text of a formula does not give."""
_NOT_EXTENDED: Final = re.compile("(?:[未不无]|没有)?(?:申请)?(?:延期|调整|变更)?|否")
_FIRST_ONLY: Final = {"progress", "evidence"}
"""Roles whose cell counts for the first measure only, if it is merged over several."""


def row_of(sheet: Sheet, rows: Sequence[int], table: header.Table, *, exact: bool) -> Row:
    """Return the cells of the rows of one measure by the roles of their columns; each cell once, without texts that mean an empty cell."""
    row, strokes = Row(sheet.name, rows[0], last=rows[-1]), frozenset((UNKNOWN,)) if exact else _EMPTY
    used = () if exact else {choice.role for choice in table.choices.values()}
    seen: set[Spot] = set()
    for number in rows:
        for column in sheet.columns(number):
            spot = sheet.anchors.get((number, column), (number, column))
            if spot in seen:
                continue
            seen.add(spot)
            cell = sheet.cells[number, column]._replace(place=sheet.place(*spot))
            if spot in sheet.comments:
                row.comments.append((cell.place, sheet.comments[spot]))
            role = table.role(column)
            if cell.text and column in table.ticks:
                row.ticks.append((table.ticks[column], cell))
                continue
            is_empty = not cell.text or (cell.text in strokes and (role, cell.text) != _NO_CATEGORY)
            is_formula = role in _STATED and spot in sheet.unstored
            if is_empty or is_formula or (role in _FIRST_ONLY and spot[0] not in rows):
                continue
            parts = [(role, cell)]
            if role and used:
                parts = _split_cell(cell, role, table.headings[column], used)
            elif not role and (column in table.choices or spot[0] not in rows):
                continue
            for name, part in parts:
                row.put(name or UNNAMED, part)
            row.under.append((role, table.names.get(column, ""), cell))
    row.resolve_ticks()
    _fill_in_limit(row, table)
    return row


def _fill_in_limit(row: Row, table: header.Table) -> None:
    """Take the original time limit of a measure whose column of extended ones is empty, or says 未延期."""
    name = table.names.get(table.column("due"), "")
    if roles.is_extended(name) and _NOT_EXTENDED.fullmatch(row.text("due")):
        for _role, name, cell in reversed(row.under):
            if "due" in {roles.role(name), roles.guess(name)}:
                row.cells["due"] = [cell]


def _split_cell(cell: Cell, role: str, heading: str, used: Collection[str]) -> list[tuple[str, Cell]]:
    """Split a cell into the texts after its labels, or into the two texts that its heading joins; else return it whole.

    It stays whole if one of the texts has a column of its own: `used` are the roles of all columns.
    """
    first, second = _joined_roles(heading)
    if (
        (first, second) == ("leader", "office")
        and role == first
        and second not in used
        and _OFFICE.fullmatch(cell.text)
    ):
        return [(second, cell)]
    texts = roles.by_label(cell.text) or _paired(cell.text, role, heading) if role in roles.LABELLED else {}
    if len(texts) < 2 or (texts.keys() - {role}) & set(used):  # noqa: PLR2004  a single text is the cell itself
        return [(role, cell)]
    return [(name, Cell.of(text, "", cell.place, unseen=cell.unseen)) for name, text in texts.items()]


def _joined_roles(heading: str) -> tuple[str, str]:
    """Return the roles of the two names that a heading joins; empty texts if it does not join two."""
    in_brackets = _IN_BRACKETS.fullmatch(roles.plain(heading))
    names = list(in_brackets.groups()) if in_brackets else roles.heading_parts(heading)
    first, second = (roles.role(name) or roles.guess(name) for name in names) if len(names) == 2 else ("", "")  # noqa: PLR2004
    return first, second


def _paired(text: str, role: str, heading: str) -> dict[str, str]:
    """Return the two parts of a text, by role, if its heading joins two names, such as 分管领导/责任车间 or 责任领导（责任科室）."""
    pieces, in_brackets = re.split(r"\s*[/／\n；;]\s*", text), _IN_BRACKETS.fullmatch(text)
    if in_brackets and (len(pieces) == 1 or _IN_BRACKETS.fullmatch(roles.plain(heading))):
        pieces = list(in_brackets.groups())
    first, second = _joined_roles(heading)
    if len(pieces) != 2 or not all(pieces):  # noqa: PLR2004
        return {}
    is_pair = first == role and {first, second} <= roles.PEOPLE
    return {first: pieces[0], second: pieces[1].strip("（()）")} if is_pair else {}
