"""Read and write days, months, quarters and years: 2024年4月18日, 二〇二四年四月, 2024.4.18, 4月底, 第三季度, 年底."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final, NamedTuple

from xuncha.chinese.characters import half_width_digits
from xuncha.chinese.numbers import whole_number

_CHINESE_DIGITS: Final = "〇○零Ｏ一二三四五六七八九"
_AS_DIGITS: Final = str.maketrans(_CHINESE_DIGITS, "0000123456789")
_YEAR: Final = rf"(?:(?P<year>(?<![0-9])(?:19|20)[0-9]{{2}}|[一二][{_CHINESE_DIGITS}]{{3}})\s*年度?\s*|(?P<relative>[今本同当去上次翌明])年的?\s*)"
_SMALL: Final = "(?:[0-9]{1,2}|[一二三四五六七八九十廿卅]{1,3})"
_MONTH: Final = rf"(?<![0-9.一二三四五六七八九十])(?P<month>{_SMALL})\s*月(?!度|报|均|月)份?"
_OF_MONTH: Final = "(?P<of_month>上旬|中旬|下旬|初|中(?![标央])|底|末)"
_QUARTER: Final = r"第?\s*(?P<quarter>[1-4一二三四])\s*季度"
_OF_YEAR: Final = "(?:(?P<half>[上下]半年|全年)|(?:(?<=年)|年)(?P<of_year>底|末|终|初|内))"
_FORMS: Final = [
    re.compile(form)
    for form in (
        r"(?<![0-9./-])(?P<year>(?:19|20)[0-9]{2})\s?[-./]\s?(?P<month>[0-9]{1,2})\s?[-./]\s?(?P<day>[0-9]{1,2})(?![0-9])日?",
        rf"{_YEAR}?{_MONTH}(?:\s*(?P<day>{_SMALL})\s*[日号]|\s*{_OF_MONTH})?",
        rf"{_YEAR}?{_QUARTER}",
        rf"{_YEAR}?{_OF_YEAR}",
        rf"(?<=[0-9一二三四五六七八九十]日[至到—–－~～-])(?P<day>{_SMALL})[日号]",
        _YEAR,
    )
]
"""Patterns of days, months, quarters and years in a text, the most exact first."""
_CELL_YEAR: Final = r"(?P<year>(?<![0-9])(?:19|20)[0-9]{2}|[一二][〇○零一二三四五六七八九]{3})\s*"
_CELL_FORMS: Final = [
    re.compile(form)
    for form in (
        r"(?<![0-9])(?P<year>20[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})(?![0-9])",
        rf"(?:{_CELL_YEAR}[-./年]\s*)?(?<![0-9])(?P<month>{_SMALL})\s*(?:[-./]|月份?)\s*(?P<day>{_SMALL})(?![0-9个月])\s*[日号]?",
        rf"(?:{_CELL_YEAR}[-./年]\s*(?P<month>{_SMALL})(?![0-9季])\s*(?:月份?)?|(?<![0-9])(?P<alone>{_SMALL})\s*月份?)\s*{_OF_MONTH}?",
        rf"(?:{_CELL_YEAR}年?\s*)?{_QUARTER}",
        rf"(?:{_CELL_YEAR}年?\s*)?(?:(?P<half>[上下]半年|全年)|年?(?P<of_year>底|(?<=年)[末内终]))",
        rf"{_CELL_YEAR}年?",
    )
]
"""Patterns for a cell of a table, where 4.18 is a day, 2024.4 a month, and 2024 a year."""
_YEAR_LAST: Final = re.compile(
    r"(?<![0-9./-])(?P<one>[0-9]{1,2})\s?(?P<mark>[-./])\s?(?P<other>[0-9]{1,2})\s?(?P=mark)\s?(?P<year>(?:19|20)[0-9]{2})(?![0-9])"
)
"""A day with the year last, as other countries write it: the day may come first, or the month."""
_DATE_START: Final = re.compile("[0-9一二三四五六七八九十廿卅今本同当去上次翌明第下全年底]")
_SPAN_MARK: Final = re.compile(r"\s*(?:起|开始)?\s*[，,]?\s*(?:至|到|[—–－~～─-]+)\s*")
_PARTS_OF_MONTH: Final = {
    "上旬": (1, 10), "中旬": (11, 20), "下旬": (21, 31), "初": (1, 10), "中": (11, 15), "底": (21, 31), "末": (21, 31),
}  # fmt: skip
_PARTS_OF_YEAR: Final = {
    "上半年": (1, 6), "下半年": (7, 12), "初": (1, 1), "底": (12, 12), "末": (12, 12), "终": (12, 12), "内": (1, 12),
}  # fmt: skip
_DAYS_FROM_TODAY: Final = {
    "前天": -2, "昨天": -1, "昨日": -1, "今天": 0, "今日": 0, "明天": 1, "明日": 1, "后天": 2,
}  # fmt: skip
_LEAP_YEAR: Final = 2024
_YEAR_OFFSETS: Final = {"去": -1, "上": -1, "次": 1, "翌": 1, "明": 1}


class WrittenDate(NamedTuple):
    """A day, a month, a quarter or a year, as a text writes it. The calendar may have no such day."""

    start: int
    end: int
    year: int | None  # as written; else the year of the day or period before it
    month: int | None = None
    day: int | None = None
    part: str = ""  # of the month or of the year: 上旬, 中旬, 下旬, 初, 中, 底, 末, 上半年, 下半年, 全年, 内
    quarter: int | None = None
    own_year: bool = False  # whether the year is written here

    @property
    def exact(self) -> date | None:
        """The day; None if only a period is named, or if the calendar has no such day."""
        return calendar_day(self.year, self.month, self.day) if self.day is not None else None

    @property
    def is_impossible(self) -> bool:
        """Whether the calendar has no such day or month. Without its own year, 2月29日 may be of a leap year, and 18月 is a length."""
        if self.month is None or (self.day is None and not self.own_year):
            return False
        year = self.year if self.own_year else _LEAP_YEAR
        return not calendar_day(year, self.month, 1 if self.day is None else self.day)

    @property
    def first(self) -> date | None:
        """The first day of this day or period; None if the year is not known, or if the calendar has no such day."""
        return self._bound(0)

    @property
    def last(self) -> date | None:
        """The last day of this day or period: of 4月底 the 30th, of 第三季度 the 30th of September."""
        return self._bound(1)

    def _bound(self, side: int) -> date | None:
        if self.day is not None:
            return self.exact
        if self.month is not None:
            month, day = self.month, _PARTS_OF_MONTH.get(self.part, (1, 31))[side]
        else:
            months = (self.quarter * 3 - 2, self.quarter * 3) if self.quarter else (1, 12)
            month, day = _PARTS_OF_YEAR.get(self.part, months)[side], (1, 31)[side]
        return end_of_month(self.year, month, day) if self.year and 1 <= month <= 12 else None  # noqa: PLR2004


def find_dates(text: str, *, in_cell: bool = False) -> Iterator[WrittenDate]:
    """Find the days, months, quarters and years of a line, in order.

    One without a year takes the year of the one before it: in 2023年6月5日至9月8日 both are of 2023, and 次年 is 2024.
    With `in_cell`, for a cell in a column of dates, 4.18, 2024.4, 20240418 and 2024 are read as days, months and years, too.
    """
    plain, place = half_width_digits(text).replace("元月", "1月"), 0
    year = month = None
    while begin := _DATE_START.search(plain, place):
        if in_cell and (backwards := _YEAR_LAST.match(plain, begin.start())):
            place = backwards.end()
            readings = _readings(backwards)
            if len(readings) == 1:
                year, month, day = readings[0].year, readings[0].month, readings[0].day
                yield WrittenDate(backwards.start(), place, year, month, day, own_year=True)
            continue
        forms = _CELL_FORMS if in_cell else _FORMS
        match = next((match for form in forms if (match := form.match(plain, begin.start()))), None)
        place = begin.end()
        if match is None or (found := _date_of_match(match, year, month)) is None:
            continue
        yield found
        year, month, place = found.year, found.month, found.end


def ambiguous(text: str) -> list[date]:
    """Return the two possible days of a text such as 06/05/2026, where day and month may be swapped; else an empty list."""
    match = _YEAR_LAST.search(half_width_digits(text))
    readings = _readings(match) if match else []
    return readings if len(readings) > 1 else []


def _readings(match: re.Match[str]) -> list[date]:
    """Return the possible days of a date with the year last: with the month first, and with the day first."""
    year, first, second = (int(match[name]) for name in ("year", "one", "other"))
    possible = (calendar_day(year, month, day) for month, day in ((first, second), (second, first)))
    return sorted({day for day in possible if day})


def _date_of_match(match: re.Match[str], year: int | None, month: int | None) -> WrittenDate | None:
    """Return the day or period of a match, `year` and `month` being those of the one before it.

    Return None if it is no date: 一月 in 一月一调度, or 18月, which is a length.
    """
    parts = {name: part for name, part in match.groupdict().items() if part}
    named = parts.get("month") or parts.get("alone")
    no_date = named and not (named.isdigit() and int(named) <= 12)  # noqa: PLR2004
    if parts.keys() <= {"relative"} or (no_date and parts.keys() <= {"month", "relative"}):
        return None
    if "year" in parts:
        year = int(parts["year"].translate(_AS_DIGITS))
    elif year:
        year += _YEAR_OFFSETS.get(parts.get("relative", ""), 0)
    day = parts.get("day")
    only_day = day and not named
    return WrittenDate(
        match.start(),
        match.start() + len(match[0].rstrip()),
        year,
        month if only_day else whole_number(named) or 0 if named else None,
        whole_number(day) or 0 if day else None,
        next((parts[name] for name in ("of_month", "half", "of_year") if name in parts), ""),
        whole_number(parts["quarter"]) if "quarter" in parts else None,
        own_year="year" in parts,
    )


def is_span_mark(text: str) -> bool:
    """Return whether the text between two days makes them a span: 至, 到, a dash."""
    return bool(_SPAN_MARK.fullmatch(text))


def days(text: str, latest: date | None = None) -> list[WrittenDate]:
    """Find the days of a text. A day that is written without a year gets the year that is meant.

    It has the year of the day before it, or the next one if it would lie before that day: 1月8日 after 2023年11月5日 is of 2024.
    If the first day has no year, it is the last such day up to `latest`.
    """
    found: list[WrittenDate] = []
    later = 0  # how many years to add to the year that was written last
    for named in find_dates(text):
        later = 0 if named.own_year else later
        if named.day is None:
            continue
        before = found[-1].exact if found else None
        reference = before or latest
        year = named.year + later if named.year else reference.year if reference else None
        day = calendar_day(year, named.month, named.day)
        if day and not named.year and latest and not before and day > latest:
            day = calendar_day(day.year - 1, named.month, named.day)
        if day and before and not named.own_year and day < before:
            later += 1
            day = calendar_day(day.year + 1, named.month, named.day)
        if day:
            found.append(named._replace(year=day.year))
    return found


def only_day(text: str) -> date | None:
    """Read a line that holds one day and nothing else, with or without parentheses. Return None for any other line."""
    bare = text.strip(" \t\u3000。.（）()")
    found = days(bare)
    return found[0].exact if len(found) == 1 and found[0][:2] == (0, len(bare)) else None


def typed_day(text: str, today: date, *, past: bool = False) -> date | None:
    """Read a day as people type it: 2024-04-18, 2024年4月18日, 2024.4.18, 4月18日, 4月底, 第三季度, 明天; None for anything else.

    For a month or a quarter, return its last day. Without a year, return the next such day from today on, or with `past` the
    last one up to today.
    """
    bare = "".join(unicodedata.normalize("NFKC", text).split())
    if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", bare):  # of any year
        return calendar_day(*map(int, bare.split("-")))
    if bare in _DAYS_FROM_TODAY:
        return today + timedelta(days=_DAYS_FROM_TODAY[bare])
    bare = re.sub("(?<=.)(?:之?前|以前)$", "", bare)
    found = list(find_dates(bare, in_cell=True))
    if len(found) != 1 or (found[0].start, found[0].end) != (0, len(bare)):
        return None
    named = found[0]
    if not (named.month or named.quarter or named.part):
        return None  # only a year
    years = [named.year] if named.year else [today.year, today.year - 1 if past else today.year + 1]
    days = [each._replace(year=year).last for each in found for year in years]
    fits = (each for each in days if each and (named.year or (each <= today if past else each >= today)))
    return next(fits, None)


def calendar_day(year: int | None, month: int | None, day: int | None) -> date | None:
    """Return a day; None if the calendar has no such day."""
    try:
        return date(year or 0, month or 0, day or 0)
    except ValueError:
        return None


def end_of_month(year: int, month: int, day: int = 31) -> date:
    """Return the given day of a month, or its last day if the month is shorter. A month above 12 is in a later year."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, min(day, monthrange(year, month)[1]))


def months_later(day: date, months: int) -> date:
    """Return the day a number of months later: a month after the 31st of January is the last day of February."""
    return end_of_month(day.year, day.month + months, day.day)


def in_words(day: date, after: date | None = None) -> str:
    """Write a day as official documents do: 2024年4月18日; without the year if `after` is a day of the same year."""
    year = "" if after is not None and after.year == day.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日"
