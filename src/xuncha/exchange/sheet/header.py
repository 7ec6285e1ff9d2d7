"""Which column means what: header rows found wherever they stand, one or two of them, under their many names."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final, NamedTuple

from xuncha.chinese.characters import without_invisible
from xuncha.exchange.sheet import ticks
from xuncha.model.states import LONGEST, is_plain

if TYPE_CHECKING:
    from xuncha.exchange.sheet.grid import Sheet

_NAMES: Final = {
    meaning: re.compile(pattern, re.IGNORECASE)
    for meaning, pattern in {
        "identity": r"编号|措施编号|问题编号|措施序号|任务编号",
        "number": r"序号|问题序号|号|No\.?|编码|序",
        "category": r"(?:问题|反馈|整改|巡察|所属|反馈问题|存在问题)?(?:类别|类型|方面|分类|大类|领域|板块)|问题(?:类别|类型)方面|一级指标",
        "finding": r"(?:问题)?(?:表现|具体表现|主要表现|表现形式|问题描述|反馈原文|巡察组原话|问题原文|原文|具体情况|反馈意见原文|事实)|(?:具体|主要)问题表现|反馈具体内容",
        "part": r"子问题|具体问题|小问题|分项问题|问题分解|细化问题|二级问题|问题细化",
        "problem": r"(?:巡察|巡视|反馈|存在|主要|突出|整改|发现|查摆|需整改|巡察反馈|巡察组反馈|巡察发现)*(?:的)?(?:问题|事项|意见)(?:清单|内容|名称|标题|摘要|点)?|问题(?:简述|概述)",
        "measure": r"(?:具体|主要|工作|整改|拟采取|采取|细化|改进|整改工作)*(?:的)?(?:措施|举措|任务|办法|任务及措施|措施及任务|任务分解|内容)(?:清单|内容|名称)?|任务清单",
        "goal": r"(?:整改|预期|工作|阶段|任务)*(?:目标|要求|标准|预期成效|目标任务|目标要求)(?:及要求)?",
        "leader": r"(?:责任|分管|包案|牵头|挂点|主管|整改责任|第一责任|主要责任)(?:领导|人|班子成员|县级领导)|领导|分管负责人|责任领导(?:人)?",
        "office": r"(?:整改|第一|主要)?(?:责任|牵头|主责|承办|主办|实施|整改|具体责任|负责)(?:科室|部门|单位|处室|股室|站所|机构|科)(?:（?单位）?)?|科室|责任主体|部门",
        "co_offices": r"(?:配合|协办|协同|协助|参与|联合|会办|共同责任)(?:责任)?(?:科室|部门|单位|处室|股室|站所)?",
        "due": r"(?:整改|完成|办理|任务|拟|计划|预计|应|要求|限定)*(?:时限|期限|完成时限|完成期限|完成时间|时间节点|时间要求|时间|截止时间|截止日期|完成日期|节点|时限要求)",
        "closed": r"(?:实际|整改|最终)*(?:完成|办结|销号|销号办结|结束|验收)(?:时间|日期)",
        "progress": r"(?:整改|工作|目前|当前|阶段性?|最新|落实|任务|措施|推进|具体|整改工作)*(?:进展|进展情况|情况|成效|进度情况|落实情况|推进情况|进展成效|结果|效果|工作情况|整改情况|进度|说明|完成情况)(?:说明|及成效|和成效|（?截至.*）?)?",
        "status": r"(?:是否|整改|销号|当前|目前|任务|问题|完成|措施)*(?:状态|完成|销号|整改到位|办结|完成与否|完成状态|销号情况|完成情况|进度|是否完成|到位)(?:是/否|（是/否）)?",
        "evidence": r"(?:佐证|证明|支撑|印证|附件|相关)(?:材料|资料|清单|文件)?(?:名称|目录|清单)?|文号|依据|材料清单",
        "remark": r"备注|说明|附注|其他|注",
        "publish": r"(?:是否)?公开(?:情况)?|是否公开发布",
    }.items()
}
"""Each meaning with the names that columns of it have; the first that fits wins."""
_LISTED: Final = {"problem", "measure"}
"""What the rows of a table are about."""
_TOLD: Final = {"status", "progress"}
"""What they tell of it."""
_DATA: Final = re.compile(
    r"\d{1,6}(?:[.．-]\d{1,6})?|(?:19|20)\d\d[年./-]\d{1,2}(?:[月./-](?:\d{1,2}日?)?)?底?前?"
)
"""Numbers and days, which no heading consists of."""
_REPEATED: Final = {"progress", "remark", "co_offices", "evidence"}
"""Meanings that several columns may have."""
_FEWEST: Final = 3
"""Columns with a meaning that make a row a header."""
_BRACKETS: Final = re.compile(r"[（(\[【].*?[)）\]】]")
_STATE_SHARE: Final = 0.6
_LONGEST: Final = 24
"""Characters of a column's name."""
Columns = dict[int, str]
"""Something of each column, by its number."""


class Table(NamedTuple):
    """A table of a sheet: where its rows are, and what its columns mean."""

    first: int
    """The first row behind the header."""
    last: int
    headings: Columns
    meanings: Columns
    heads: tuple[Columns, ...] = ()
    """What the rows of the header say, as `plain` gives it."""
    ticks: Columns = {}  # noqa: RUF012  never changed
    """The words for which ticks stand in some columns; see `ticks`."""

    def column(self, meaning: str) -> int:
        """Return the first column of a meaning; 0 where there is none."""
        return _first(self.meanings, meaning)


def plain(heading: str) -> str:
    """Return a heading as it is compared: half-width, without blanks, line breaks and the marks around it."""
    return "".join(unicodedata.normalize("NFKC", without_invisible(heading)).split()).strip("*:。.、")


def meaning(heading: str) -> str:
    """Return what a column of this name holds; empty where it is none of what a ledger knows."""
    text = plain(heading)
    for candidate in (_BRACKETS.sub("", text), text.replace("(", "").replace(")", "")):
        for name, pattern in _NAMES.items():
            if candidate and pattern.fullmatch(candidate):
                return name
    # Of two joined names the first counts: 责任领导及责任科室, 整改措施/目标.
    parts = [part for part in re.split(r"[/、及和与]", _BRACKETS.sub("", text)) if part]
    return meaning(parts[0]) if len(parts) > 1 else ""


def tables(sheet: Sheet) -> list[Table]:
    """Find the tables of a sheet, from top to bottom."""
    found: list[tuple[int, int, Columns]] = []  # the row of the header, the first row behind it, the headings
    behind = 0
    for row in sheet.by_row:
        depth = _header_at(sheet, row) if row >= behind else 0
        if depth:
            behind = row + depth
            headings = _headings(sheet, row, depth)
            if not found or not _plainly(headings).items() <= _plainly(found[-1][2]).items():
                found.append((row, behind, headings))  # else it is printed again on each page
    ends = [*(start for start, _first, _headings in found[1:]), sheet.last_row + 1]
    return [
        _table(sheet, start, first, end - 1, headings)
        for (start, first, headings), end in zip(found, ends, strict=False)
    ]


def _table(sheet: Sheet, start: int, first: int, last: int, headings: Columns) -> Table:
    rows = [row for row in sheet.by_row if first <= row <= last]
    ticked = ticks.columns(sheet, tuple(range(start, first)), rows, meaning)
    headings = headings | {column: word for column, word in ticked.items() if word}
    others = {column: text for column, text in headings.items() if column not in ticked}
    told = _meanings(sheet, first, last, others)
    told |= dict.fromkeys(ticked, "status" if "status" not in told.values() else "")
    return Table(first, last, headings, told, _heads(sheet, start, first), ticked)


def _plainly(headings: Columns) -> Columns:
    return {column: plain(text) for column, text in headings.items()}


def _heads(sheet: Sheet, start: int, end: int) -> tuple[Columns, ...]:
    rows = range(start, end)
    return tuple(_plainly({column: sheet.text(row, column) for column in sheet.columns(row)}) for row in rows)


def beside(sheet: Sheet) -> int:
    """Return the column where a second table begins beside the first, in a header that names the same things again; else 0."""
    for row in sheet.by_row:
        if not (depth := _header_at(sheet, row)):
            continue
        if column := _numbered_again(_headings(sheet, row, depth)):
            return column
        texts = [
            (column, plain(sheet.text(row, column)))
            for column in sheet.columns(row)
            if not sheet.same((row, column), (row, column - 1))
        ]
        first: dict[str, int] = {}
        again = [column for column, text in texts if text and first.setdefault(text, column) != column]
        if len(again) >= _FEWEST:
            left = {column: text for column, text in texts if column < again[0]}
            right = {column: text for column, text in texts if column >= again[0]}
            return again[0] if min(_score(left), _score(right)) >= _FEWEST else 0
    return 0


def _numbered_again(headings: Columns) -> int:
    """Return the column from which a header begins anew, with numbers or behind an empty column, and names problems or measures again."""
    told = {column: meaning(text) for column, text in sorted(headings.items()) if text}
    for column, name in list(told.items())[1:]:
        parted, numbered = column - 1 not in told, name in {"number", "identity"}
        if not (parted or numbered):
            continue
        left = {said for other, said in told.items() if other < column}
        right = {said for other, said in told.items() if other >= column + numbered}
        # Without a gap the second numbers may be those of the measures.
        again = left & right & ({"problem"} if not parted else _LISTED | _TOLD if numbered else _LISTED)
        if again and left & _LISTED and max(told) > column:
            return column
    return 0


def own_table(sheet: Sheet, meanings: dict[str, str]) -> list[Table]:
    """Find the table of a sheet that `export` wrote: its columns mean what they are called, whatever they hold."""
    for row in sheet.by_row:
        headings = {column: sheet.text(row, column) for column in sheet.columns(row)}
        if len(set(headings.values()) & set(meanings)) > _FEWEST:
            told = {column: meanings.get(name, "") for column, name in headings.items()}
            return [Table(row + 1, sheet.last_row, headings, told)]
    return []


def is_header(sheet: Sheet, row: int, table: Table) -> bool:
    """Return whether a row inside a table is its header, or one row of it, printed again."""
    said = {column: text for column in sheet.columns(row) if (text := plain(sheet.text(row, column)))}
    fewest = min(_FEWEST, len(table.headings))
    return len(said) >= fewest and any(
        all(
            text in {head.get(column), plain(table.headings.get(column, ""))} for column, text in said.items()
        )
        for head in table.heads
    )


def _header_at(sheet: Sheet, row: int) -> int:
    """How many rows of a header begin here: none, one or two."""
    texts = sheet.texts(row)
    if not texts or sum(len(text) > _LONGEST for text in texts) * 3 >= len(texts):
        return 0
    if _holds_data(sheet, row):
        return 0
    one = _score(_headings(sheet, row, 1))
    two = _score(_headings(sheet, row, 2)) if _has_second_row(sheet, row) else 0
    # A row that names nothing is a title, or the last one of another table.
    belongs = one or any(map(meaning, texts)) or two > _score(_headings(sheet, row + 1, 1))
    if two >= _FEWEST and belongs and (two > one or _tied(sheet, row)):
        return 2
    return 1 if one >= _FEWEST else 0


def _holds_data(sheet: Sheet, row: int) -> bool:
    """Return whether a row holds what stands in tables only: numbers, days, and states that no column is called by."""
    if _score(_headings(sheet, row, 1)) >= _FEWEST:
        return False  # a column may be called 2024年3月
    for column in sheet.columns(row):
        cell = sheet.cells[row, column]
        if not cell.text or not sheet.begins(row, column):
            continue
        if not isinstance(cell.value, str) or _DATA.fullmatch(plain(cell.text)) or ticks.is_tick(cell.text):
            return True
    states = [text for text in sheet.texts(row) if is_plain(text) and not meaning(text)]
    return len(states) == 1 and len(sheet.texts(row)) > 1  # of several each is the name of a column


def _tied(sheet: Sheet, row: int) -> bool:
    """Return whether the names of columns are merged over this row and the next, or go on there."""
    below = (column for column in sheet.columns(row) if sheet.same((row, column), (row + 1, column)))
    return any(meaning(sheet.text(row, column)) for column in below) or _fills(sheet, row)


def _fills(sheet: Sheet, row: int) -> bool:
    """Return whether the next row holds nothing but names, some of them where this row has left its cells empty."""
    named = {column: text for column in sheet.columns(row + 1) if (text := sheet.text(row + 1, column))}
    plainly = all(meaning(text) or ticks.is_state(text) for text in named.values())
    return plainly and len(named) > 1 and any(not sheet.text(row, column) for column in named)


def _has_second_row(sheet: Sheet, row: int) -> bool:
    """Return whether the next row is a part of the header: cells that are merged across this row stand above those of the next."""
    below = {column: text for column in sheet.columns(row + 1) if (text := sheet.text(row + 1, column))}
    if _holds_data(sheet, row + 1) and not _tied(sheet, row):
        return False
    if not below or any(len(text) > _LONGEST for text in below.values()):
        return False
    own = [column for column in below if not sheet.same((row, column), (row + 1, column))]
    named = [column for column in own if meaning(below[column]) or ticks.is_state(below[column])]
    across = any(sheet.same((row, column), (row, column + 1)) for column in sheet.columns(row))
    return bool(named) and (len(own) < len(below) or across or len(named) * 2 > len(own))


def _score(headings: Columns) -> int:
    """How many different things of a ledger the columns name; none where nothing tells of problems or measures."""
    meant = {meaning(heading) for heading in headings.values()} - {""}
    return len(meant) if meant & {"problem", "measure", "part", "finding"} else 0


def _headings(sheet: Sheet, row: int, depth: int) -> Columns:
    """Return the names of the columns; that of a column under a group is its own, or with its group where only both say what it is."""
    found = {}
    for column in sheet.columns(row, row + depth - 1):
        texts = list(dict.fromkeys(sheet.text(row + step, column) for step in range(depth)))
        texts = [re.sub(r"\s+", "", text) for text in texts if text]
        if texts:
            choices = [texts[-1], "".join(texts), texts[0]]
            found[column] = next((text for text in choices if meaning(text)), texts[-1])
    return found


def _meanings(sheet: Sheet, first: int, last: int, headings: Columns) -> Columns:
    """Decide what each column means, where need be after a look at what it holds; a meaning is given once."""
    guessed = {column: meaning(heading) for column, heading in sorted(headings.items())}
    numbers, dues = ([each for each in guessed if guessed[each] == name] for name in ("number", "due"))
    if len(numbers) > 1 and "identity" not in guessed.values():
        guessed[numbers[1]] = "identity"  # the second numbers the measures
    # 完成时间 is the time limit, unless another column is; then it is the day of completion.
    if not dues and (closed := _first(guessed, "closed")):
        guessed[closed] = "due"
    for column in dues[1:]:
        guessed[column] = "closed" if "closed" not in guessed.values() else ""
    _settle_states(sheet, first, last, guessed)
    if "problem" not in guessed.values() and (other := _first(guessed, "finding") or _first(guessed, "part")):
        guessed[other] = "problem"
    seen: set[str] = set()
    for column, name in guessed.items():
        if name in seen - _REPEATED:
            is_measure = name == "problem" and "measure" not in guessed.values()
            guessed[column] = "measure" if is_measure else ""
        seen.add(guessed[column])
    return guessed


def _first(columns: Columns, said: str) -> int:
    return next((column for column, name in sorted(columns.items()) if name == said), 0)


def _settle_states(sheet: Sheet, first: int, last: int, meanings: Columns) -> None:
    """完成情况 and 进展情况 may hold states or tell of progress: what they hold decides."""
    states, named, short = [], [], []
    doubtful = [column for column, name in meanings.items() if name in {"status", "progress"}]
    for column in doubtful:
        rows = (row for row in sheet.by_row if first <= row <= last and sheet.begins(row, column))
        told = [cell for row in rows if str((cell := sheet.cells[row, column]).value).strip()]
        known = sum(is_plain(cell.value, cell.form) for cell in told)
        words = sum(len(str(cell.value)) <= LONGEST for cell in told)
        is_status = meanings[column] == "status"
        if told and known / len(told) >= _STATE_SHARE:
            states.append(column)
            named += [column] if is_status else []
        if is_status and words * 2 > len(told):
            short.append(column)  # it holds words rather than sentences
    best = next(iter([*named, *states, *short]), 0)
    for column in doubtful:
        meanings[column] = "status" if column == best else "" if column in states else "progress"
