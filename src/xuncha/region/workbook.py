"""Write a region as a workbook: sums by group, ranking, trend, changes, shared problems, and what does not count. Numbers are numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from xuncha.chinese.days import in_words
from xuncha.paper.xlsx import CENTRED, MARK, TEXT, Book, Value
from xuncha.region.content import GroupLine, RegionData
from xuncha.tally import rate

_Column = tuple[str, float, Callable[[Any], Value]]
"""The heading of a column, its width in characters, and what it shows of a row's unit, group, month or problem."""
_PERCENT: Final = "0.00%"
_NARROW: Final = 16  # characters; wider columns hold texts, which are aligned left
_LARGE: Final = 150  # characters; a wider sheet is printed on A3


def _rate(closed: int, total: int) -> Value:
    value = rate(closed, total)
    return "—" if value is None else (value, _PERCENT)


def _days(days: float | None) -> Value:
    return "—" if days is None else (days, "0.#" if days % 1 else "0")


_COUNTS: Final[tuple[_Column, ...]] = (
    ("反馈问题", 9, lambda it: it.figures.counts.problems),
    ("完成整改", 9, lambda it: it.figures.counts.problems_closed),
    ("整改完成率\n（按问题）", 11, lambda it: _rate(it.figures.counts.problems_closed, it.figures.counts.problems)),
    ("整改措施", 9, lambda it: it.figures.counts.total),
    ("已销号", 8, lambda it: it.figures.counts.closed),
    ("销号率\n（按措施）", 11, lambda it: _rate(it.figures.counts.closed, it.figures.counts.total)),
    ("未启动", 8, lambda it: it.figures.counts.not_started),
    ("推进中", 8, lambda it: it.figures.counts.in_progress),
    ("申请销号", 9, lambda it: it.figures.counts.submitted),
    ("长期任务\n阶段性成效", 11, lambda it: it.figures.counts.long_term_closed),
    ("逾期", 7, lambda it: it.figures.counts.overdue),
    ("逾期天数\n中位数", 10, lambda it: _days(it.figures.late.median)),
    ("逾期天数\n最长", 10, lambda it: "—" if it.figures.late.maximum is None else it.figures.late.maximum),
    ("临期", 7, lambda it: it.figures.counts.due_soon),
    ("待回头看", 9, lambda it: it.figures.counts.review_due),
    ("未明确", 8, lambda it: it.figures.counts.not_assigned),
)  # fmt: skip
_GROUPS: Final[tuple[_Column, ...]] = (
    ("地区或系统", 26, lambda it: "　" * it.depth + it.name),
    ("单位", 7, lambda it: it.figures.units),
    *_COUNTS,
)
_RANKING: Final[tuple[_Column, ...]] = (
    ("位次", 6, lambda it: it.place or "—"),
    ("单位", 30, lambda it: it.name),
    ("所属", 18, lambda it: it.group or "—"),
    *_COUNTS,
)
_AUDIT: Final[tuple[_Column, ...]] = (
    ("核验错误", 8, lambda it: it.audit[0] if it.audit else "—"),
    ("核验警告", 8, lambda it: it.audit[1] if it.audit else "—"),
)
_TREND: Final[tuple[_Column, ...]] = (
    ("截至", 14, lambda it: it.day),
    ("单位", 8, lambda it: it.point.units),
    ("反馈问题", 10, lambda it: it.point.problems),
    ("完成整改", 10, lambda it: it.point.problems_closed),
    ("整改完成率\n（按问题）", 12, lambda it: _rate(it.point.problems_closed, it.point.problems)),
    ("整改措施", 10, lambda it: it.point.total),
    ("已销号", 10, lambda it: it.point.closed),
    ("销号率\n（按措施）", 12, lambda it: _rate(it.point.closed, it.point.total)),
    ("逾期", 8, lambda it: it.point.overdue),
)
_MOVES: Final[tuple[_Column, ...]] = (
    ("单位", 40, lambda it: it.name),
    ("销号措施变化", 12, lambda it: it.closed),
    ("完成问题变化", 12, lambda it: it.problems_closed),
    ("逾期变化", 10, lambda it: it.overdue),
    ("现已销号", 10, lambda it: it.now_closed),
    ("整改措施", 10, lambda it: it.now_total),
)
_ALIKE: Final[tuple[_Column, ...]] = (
    ("共性问题", 60, lambda it: it.title),
    ("单位", 8, lambda it: it.units),
)
_OTHERS: Final[tuple[_Column, ...]] = (
    ("单位", 34, lambda it: it.name),
    ("所属", 20, lambda it: it.group or "—"),
    ("情况", 12, lambda it: it.state_word),
)


def _inside(source_width: int) -> list[_Column]:
    """Return the columns of a unit that are internal."""
    return [
        ("督导人", 10, lambda it: it.supervisor or "—"),
        ("来源", source_width, lambda it: it.source or "—"),
    ]


def workbook(region: RegionData) -> bytes:
    """Write the workbook. Raises SurroundingsError without the part `office`."""
    book = Book(f"{region.name}巡察整改汇总")
    internal, units = region.internal, region.ranking
    groups = [*region.groups, GroupLine("合计", 0, region.total)]
    _add_sheet(book, region, "汇总", "B4", _GROUPS, groups)
    ranking = [
        *_RANKING,
        *(_AUDIT if any(each.audit for each in units) else ()),
        *(_inside(26) if internal else ()),
    ]
    note = "位次按整改完成率（按问题）由高到低排列，相同的并列；没有反馈问题的单位不排位次。"
    _add_sheet(book, region, "位次", "C4", ranking, units, note)
    if region.months:
        note = f"按{region.trend_units}个有历史记录的单位统计。"
        _add_sheet(book, region, "趋势", "B4", _TREND, region.months, note)
    if region.since:
        note = f"与{in_words(region.since)}的汇总相比。"
        _add_sheet(book, region, "变化", "B4", _MOVES, region.moves, note)
    if region.texts is not None:
        others: list[_Column] = [("其他表述", 60, lambda it: "；".join(it.others) or "—")] if internal else []
        note = f"对{region.texts}个报送问题内容的单位比对。"
        note += f"另有{region.alike_unseen}类不公开。" if region.alike_unseen else ""
        _add_sheet(book, region, "共性问题", "B4", [*_ALIKE, *others], region.alike, note)
    if region.others:
        reasons: list[_Column] = [*_inside(30), ("说明", 60, lambda it: it.message)] if internal else []
        _add_sheet(book, region, "未计入", "B4", [*_OTHERS, *reasons], region.others)
    return book.content()


def _add_sheet(
    book: Book,
    region: RegionData,
    name: str,
    frozen: str,
    columns: Sequence[_Column],
    items: Sequence[object],
    note: str = "",
) -> None:
    """Write a landscape sheet with a row for each item; its title, its day and the head of its table are on each page."""
    widths = [width for _heading, width, _value in columns]
    sheet = book.sheet(name, widths, landscape=True, head="1:3", frozen=frozen, large=sum(widths) > _LARGE)
    sheet.add_title(f"{region.name}巡察整改{name}")
    mark = "（内部资料）" if region.internal else ""
    subtitle = f"截至{in_words(region.as_of)}，计入{region.total.units}个单位{mark}"
    sheet.add_row((subtitle, MARK, len(columns)))
    rows = [[value(item) for _heading, _width, value in columns] for item in items]
    looks = [TEXT if width > _NARROW else CENTRED for width in widths]
    sheet.add_table([heading for heading, _width, _value in columns], rows, looks)
    if rows:
        sheet.raw.autofilter(f"A3:{sheet.letters[-1]}{sheet.rows}")
    if note:
        sheet.add_row((note, MARK, len(columns)))
