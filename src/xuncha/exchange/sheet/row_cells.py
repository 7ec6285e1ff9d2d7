"""Collect the cells of a measure from its row or rows, by the roles of their columns."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from xuncha.chinese.enumerations import without_number
from xuncha.exchange.sheet import cells, header, roles
from xuncha.exchange.sheet.grid import Cell, Sheet, Spot, Unseen, place
from xuncha.model import states
from xuncha.model.identity import Identity
from xuncha.model.vocabulary import UNKNOWN

UNNAMED: Final = "unnamed"
"""The role of cells without a heading."""
DIVISIBLE: Final = {"goal", "progress", "due", "state", "evidence"}
"""Roles of which one cell may hold a part for each of several measures."""
_IN_BRACKETS: Final = re.compile(r"(.+?)\s*[（(](.+)[）)]", re.DOTALL)
_OFFICE: Final = re.compile("[\u4e00-\u9fff]{2,12}[科室股处部办站所队]")
_NAMES_OFFICE: Final = re.compile(
    "[\u4e00-\u9fff]{2,12}(?:[科室股处部办站所队局委院区段组团校乡镇]|中心|车间|公司)(?![科室股处部办站所队局委院区段组团校乡镇]?[主副长员书常成])"
)
"""The beginning of a text that names an office, and no post in one: 办公室主任, 财政局局长."""
_PERSON: Final = re.compile(
    "(?:[王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚"
    "谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文]|欧阳|上官|司马|诸葛)[\u4e00-\u9fff]科"
)
"""What may be a name as well as an office: 李登科."""
DITTOS: Final = frozenset(
    {"同上", "同前", "〃", "″", "同上。", "〞", "↑", "如上", "（续）", "(续)", "续", "接上", "接上页"}
)
_EMPTY: Final = DITTOS | {
    "/", "／", "\\", "-", "--", "—", "——", "－", "无", "暂无", "待定", "未定", "待确定", "未明确", "N/A", "n/a", UNKNOWN,
}  # fmt: skip
"""Texts that mean an empty cell."""
_STATED: Final = roles.PEOPLE | {"due", "state", "closed_date", "progress"}
"""Roles of names, days, states and progress, which the text of a formula does not give."""
_NOT_EXTENDED: Final = re.compile("(?:[未不无]|没有)?(?:申请)?(?:延期|调整|变更)?|否")
_FIRST_ONLY: Final = {"progress", "evidence"}
"""Roles whose cell counts for the first measure only, if it is merged over several."""


@dataclass
class Row:
    """The cells of a measure by the roles of their columns. They are in one row, or in several."""

    sheet: str
    number: int
    cells: dict[str, list[Cell]] = field(default_factory=dict)
    ticks: list[tuple[str, Cell]] = field(default_factory=list)
    """Cells in columns of ticks, with the words that a tick means there; after `resolve_ticks`, only those not understood."""
    comments: list[tuple[str, str]] = field(default_factory=list)
    """Comments on the cells, with their addresses."""
    last: int = 0  # the last of several rows
    under: list[tuple[str, str, Cell]] = field(default_factory=list)
    """The cells with the roles of their columns, and the joined texts of the headings."""
    unclear_leader: bool = False
    """Whether a cell for both a leader and an office is taken as the leader, but begins as an office does."""

    def put(self, role: str, cell: Cell) -> None:
        """Add a cell. A second cell with a measure holds the rest of a sentence that was cut, and is joined to the first."""
        held = self.cells.setdefault(role, [])
        if role == "measure" and held:
            held[:] = [Cell.of(held[0].text + cell.text, "", held[0].place)]
        else:
            held.append(cell)

    def resolve_ticks(self) -> None:
        """Take the word of the tick as the state, if there is exactly one tick."""
        if len(self.ticks) != 1 or "state" in self.cells:
            return
        word, cell = self.ticks[0]
        if states.is_plain_state(word) and (header.is_tick(cell.text) or cell.text == word):
            self.cells["state"] = [Cell.of(word, place=cell.place)]
            self.ticks.clear()

    def text(self, role: str) -> str:
        """Return the texts of the cells with this role, one on each line; empty if there are none."""
        held = self.cells.get(role, ())
        return held[0].text if len(held) == 1 else "\n".join(dict.fromkeys(cell.text for cell in held))

    def first(self, role: str) -> Cell | None:
        """Return the first cell with this role; None if there is none."""
        return next(iter(self.cells.get(role, ())), None)

    def unseen(self, role: str) -> Unseen:
        """Return why a person sees a cell with this role differently than it was read; empty if there is no such cell."""
        return next((cell.unseen for cell in self.cells.get(role, ()) if cell.unseen), "")

    def place(self, *roles: str) -> str:
        """Return the place of the first cell with one of these roles; else of the row."""
        places = (cell.place for role in roles if (cell := self.first(role)))
        return next(places, place(self.sheet, f"{self.number}:{self.number}"))

    @property
    def problem_number(self) -> int | None:
        """The number of the problem; None if there is none."""
        texts = (cell.text.strip("、.．") for cell in self.cells.get("number", ()))
        return next((int(text) for text in texts if re.fullmatch("[1-9][0-9]{0,4}", text)), None)

    @property
    def identity(self) -> Identity | None:
        """The number of the measure, such as 2.3; None if there is none."""
        for value, form, *_rest in self.cells.get("number", ()):
            decimals = re.search(r"0\.(0+)", form) if isinstance(value, float) else None
            digits = f"{value:.{len(decimals[1])}f}" if decimals else str(value)  # 2.10 is not 2.1
            if match := re.fullmatch(r"([1-9][0-9]{0,5})[.．-]([1-9][0-9]{0,5})", "".join(digits.split())):
                return Identity(int(match[1]), int(match[2]))
        return None


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
            # The category 待明确 is no empty cell: for an empty one, the category of the rows above applies.
            is_empty = not cell.text or (cell.text in strokes and (role, cell.text) != ("category", UNKNOWN))
            is_formula = role in _STATED and spot in sheet.unstored
            if is_empty or is_formula or (role in _FIRST_ONLY and spot[0] not in rows):
                continue
            parts = [(role, cell)]
            if role and used:
                parts = _split_cell(cell, role, table.headings[column], used)
                row.unclear_leader |= _may_be_office(parts, table.headings[column], used)
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
    if (
        role == "leader"
        and "office" not in used
        and _joined_roles(heading) == (role, "office")
        and all(map(_is_office, re.split(r"[、，,；;/／\s]+", cell.text)))
    ):
        return [("office", cell)]
    texts = roles.by_label(cell.text) or _paired(cell.text, role, heading) if role in roles.LABELLED else {}
    if len(texts) < 2 or (texts.keys() - {role}) & set(used):  # noqa: PLR2004  a single text is the cell itself
        return [(role, cell)]
    return [(name, Cell.of(text, "", cell.place, unseen=cell.unseen)) for name, text in texts.items()]


def _is_office(name: str) -> bool:
    return bool(_OFFICE.fullmatch(name)) and not _PERSON.fullmatch(name)


def _may_be_office(parts: Sequence[tuple[str, Cell]], heading: str, used: Collection[str]) -> bool:
    """Return whether a cell for a leader and an office is taken as the leader, but begins as an office does."""
    (role, cell), *others = parts
    is_leader = role == "leader" and not others and "office" not in used
    return is_leader and bool(_OFFICE.match(cell.text)) and _joined_roles(heading)[1] == "office"


def _joined_roles(heading: str) -> tuple[str, str]:
    """Return the roles of the two names that a heading joins; empty texts if it does not join two."""
    in_brackets = _IN_BRACKETS.fullmatch(roles.plain(heading))
    names = list(in_brackets.groups()) if in_brackets else roles.heading_parts(heading)
    first, second = (roles.role(name) or roles.guess(name) for name in names) if len(names) == 2 else ("", "")  # noqa: PLR2004
    return first, second


def _paired(text: str, role: str, heading: str) -> dict[str, str]:
    """Return the two parts of a text, by role, if its heading joins two names, such as 分管领导/责任车间 or 责任领导（责任科室）."""
    first, second = _joined_roles(heading)
    pieces, in_brackets = re.split(r"\s*[/／\n]\s*", text), _IN_BRACKETS.fullmatch(text)
    if in_brackets and _IN_BRACKETS.fullmatch(roles.plain(heading)):
        pieces = list(in_brackets.groups())
    elif second == "office" and len(pieces) == 1:
        pieces = list(in_brackets.groups()) if in_brackets else re.split(r"\s*[；;]\s*", text)
    if len(pieces) != 2 or not all(pieces):  # noqa: PLR2004
        return {}
    # 张三（局长） and 张三；李四 name no office.
    no_office = _PERSON.fullmatch(pieces[1]) or not _NAMES_OFFICE.match(pieces[1])
    if second == "office" and (no_office or _is_office(pieces[0])):
        return {}
    is_pair = first == role and {first, second} <= roles.PEOPLE
    return {first: pieces[0], second: pieces[1].strip("（()）")} if is_pair else {}


def measure_row(row: Row, number: int, count: int) -> Row:
    """Return the row of one of several measures that stand in one cell.

    A cell, or the cells of a column, with as many parts as there are measures gives one part to each. Other cells apply to all
    of the measures, but progress and evidence only to the first.
    """
    columns: dict[tuple[str, str], list[Cell]] = {}
    for role, held in row.cells.items():
        for cell in held:
            columns.setdefault((role, cell.place.rstrip("0123456789")), []).append(cell)
    own, divided = dict[str, list[Cell]](), dict[tuple[str, str], Cell]()
    for (role, _column), held in columns.items():
        text = "\n".join(dict.fromkeys(cell.text for cell in held))
        parts = cells.items(text) if role in DIVISIBLE else [*map(without_number, cells.lines(text))]
        if len(parts) == count:
            part = Cell.of(parts[number], "", held[0].place, unseen=row.unseen(role))
            own.setdefault(role, []).append(part)
            divided |= {(role, cell.place): part for cell in held}
        elif role not in _FIRST_ONLY or number == 0:
            own.setdefault(role, []).extend(held)
    under = [(role, name, divided.get((role, cell.place), cell)) for role, name, cell in row.under]
    return Row(row.sheet, row.number, own, row.ticks, under=under, unclear_leader=row.unclear_leader)
