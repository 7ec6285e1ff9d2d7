"""Write a region as a workbook: sums by group, ranking, trend, changes, shared problems, and what does not count. Numbers are numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from xuncha.chinese.days import in_words
from xuncha.paper.xlsx import CENTRED, MARK, TEXT, Book, Sheet, Value
from xuncha.region.content import Figures, Line, RegionData
from xuncha.tally import rate

_PERCENT: Final = "0.00%"
_INTERNAL: Final = "内部资料"
_NARROW: Final = 16  # characters; wider columns hold texts


class _Column(NamedTuple):
    heading: str
    width: float


_COUNTS: Final = (
    _Column("反馈问题", 9), _Column("完成整改", 9), _Column("整改完成率\n（按问题）", 11), _Column("整改措施", 9),
    _Column("已销号", 8), _Column("销号率\n（按措施）", 11), _Column("未启动", 8), _Column("推进中", 8), _Column("申请销号", 9),
    _Column("长期任务\n阶段性成效", 11), _Column("逾期", 7), _Column("逾期天数\n中位数", 10), _Column("逾期天数\n最长", 10),
    _Column("临期", 7), _Column("待回头看", 9), _Column("未明确", 8),
)  # fmt: skip


def workbook(region: RegionData) -> bytes:
    """Write the workbook. Raises SurroundingsError without the part `office`."""
    book = Book(f"{region.name}巡察整改汇总")
    _write_groups(book, region)
    _write_ranking(book, region)
    if region.months:
        _write_trend(book, region)
    if region.since:
        _write_moves(book, region)
    if region.texts is not None:
        _write_alike(book, region)
    if region.others:
        _write_others(book, region)
    return book.content()


def _sheet(book: Book, region: RegionData, name: str, columns: Sequence[_Column], frozen: str) -> Sheet:
    """Start a landscape sheet that repeats its title, its day and the head of its table on each page."""
    widths = [column.width for column in columns]
    sheet = book.sheet(name, widths, landscape=True, head="1:3", frozen=frozen, large=sum(widths) > 150)  # noqa: PLR2004
    sheet.add_title(f"{region.name}巡察整改{name}")
    subtitle = f"截至{in_words(region.as_of)}，计入{region.total.units}个单位"
    sheet.add_row((f"{subtitle}（{_INTERNAL}）" if region.internal else subtitle, MARK, len(columns)))
    return sheet


def _fill(sheet: Sheet, columns: Sequence[_Column], rows: Sequence[Sequence[Value]]) -> None:
    """Write the table; texts, which are in wide columns, are aligned left."""
    looks = [TEXT if column.width > _NARROW else CENTRED for column in columns]
    sheet.add_table([column.heading for column in columns], rows, looks)
    if rows:
        sheet.raw.autofilter(f"A3:{sheet.letters[-1]}{sheet.rows}")


def _numbers(figures: Figures) -> list[Value]:
    count, late = figures.counts, figures.late
    return [
        count.problems,
        count.problems_closed,
        _rate(count.problems_closed, count.problems),
        count.total,
        count.closed,
        _rate(count.closed, count.total),
        count.not_started,
        count.in_progress,
        count.submitted,
        count.long_term_closed,
        count.overdue,
        "—" if late.median is None else (late.median, "0.#" if late.median % 1 else "0"),
        "—" if late.maximum is None else late.maximum,
        count.due_soon,
        count.review_due,
        count.not_assigned,
    ]


def _rate(closed: int, total: int) -> Value:
    value = rate(closed, total)
    return "—" if value is None else (value, _PERCENT)


def _write_groups(book: Book, region: RegionData) -> None:
    columns = (_Column("地区或系统", 26), _Column("单位", 7), *_COUNTS)
    sheet = _sheet(book, region, "汇总", columns, "B4")
    rows: list[list[Value]] = [
        ["　" * each.depth + each.name, each.figures.units, *_numbers(each.figures)] for each in region.groups
    ]
    rows.append(["合计", region.total.units, *_numbers(region.total)])
    _fill(sheet, columns, rows)


def _write_ranking(book: Book, region: RegionData) -> None:
    is_audited = any(each.audit for each in region.units)
    columns = (
        _Column("位次", 6), _Column("单位", 30), _Column("所属", 18), *_COUNTS,
        *((_Column("核验错误", 8), _Column("核验警告", 8)) if is_audited else ()),
        *((_Column("督导人", 10), _Column("来源", 26)) if region.internal else ()),
    )  # fmt: skip
    sheet = _sheet(book, region, "位次", columns, "C4")
    rows = [_unit(each, region, is_audited=is_audited) for each in region.ranking]
    _fill(sheet, columns, rows)
    sheet.add_row(
        (
            "位次按整改完成率（按问题）由高到低排列，相同的并列；没有反馈问题的单位不排位次。",
            MARK,
            len(columns),
        )
    )


def _unit(line: Line, region: RegionData, *, is_audited: bool) -> list[Value]:
    row: list[Value] = [line.place or "—", line.name, line.group or "—"]
    row += _numbers(line.figures) if line.figures else []
    if is_audited:
        row += line.audit or ("—", "—")
    return row + ([line.supervisor or "—", line.source] if region.internal else [])


def _write_trend(book: Book, region: RegionData) -> None:
    columns = (
        _Column("截至", 14), _Column("单位", 8), _Column("反馈问题", 10), _Column("完成整改", 10), _Column("整改完成率\n（按问题）", 12),
        _Column("整改措施", 10), _Column("已销号", 10), _Column("销号率\n（按措施）", 12), _Column("逾期", 8),
    )  # fmt: skip
    sheet = _sheet(book, region, "趋势", columns, "B4")
    rows: list[list[Value]] = [
        [
            each.day,
            point.units,
            point.problems,
            point.problems_closed,
            _rate(point.problems_closed, point.problems),
            point.total,
            point.closed,
            _rate(point.closed, point.total),
            point.overdue,
        ]
        for each in region.months
        for point in [each.point]
    ]
    _fill(sheet, columns, rows)
    sheet.add_row((f"按{region.trend_units}个有历史记录的单位统计。", MARK, len(columns)))


def _write_moves(book: Book, region: RegionData) -> None:
    columns = (
        _Column("单位", 40), _Column("销号措施变化", 12), _Column("完成问题变化", 12), _Column("逾期变化", 10), _Column("现已销号", 10),
        _Column("整改措施", 10),
    )  # fmt: skip
    sheet = _sheet(book, region, "变化", columns, "B4")
    rows: list[list[Value]] = [
        [each.name, each.closed, each.problems_closed, each.overdue, each.now_closed, each.now_total]
        for each in region.moves
    ]
    _fill(sheet, columns, rows)
    if region.since:
        sheet.add_row((f"与{in_words(region.since)}的汇总相比。", MARK, len(columns)))


def _write_alike(book: Book, region: RegionData) -> None:
    columns = (
        _Column("共性问题", 60),
        _Column("单位", 8),
        *((_Column("其他表述", 60),) if region.internal else ()),
    )
    sheet = _sheet(book, region, "共性问题", columns, "B4")
    rows: list[list[Value]] = [
        [each.title, each.units, *(["；".join(each.others) or "—"] if region.internal else [])]
        for each in region.alike
    ]
    _fill(sheet, columns, rows)
    unseen = f"另有{region.alike_unseen}类不公开。" if region.alike_unseen else ""
    sheet.add_row((f"对{region.texts}个报送问题内容的单位比对。{unseen}", MARK, len(columns)))


def _write_others(book: Book, region: RegionData) -> None:
    columns = (
        _Column("单位", 34), _Column("所属", 20), _Column("情况", 12),
        *((_Column("督导人", 10), _Column("来源", 30), _Column("说明", 60)) if region.internal else ()),
    )  # fmt: skip
    sheet = _sheet(book, region, "未计入", columns, "B4")
    rows: list[list[Value]] = [
        [
            each.name,
            each.group or "—",
            each.state_word,
            *([each.supervisor or "—", each.source or "—", each.message] if region.internal else []),
        ]
        for each in region.others
    ]
    _fill(sheet, columns, rows)
