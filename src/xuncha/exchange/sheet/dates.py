"""Days and time limits as people write them into a cell: dates, numbers, 2024.3.15, 2024年3月底前, 一季度, 立行立改, 长期坚持."""

from __future__ import annotations

import calendar
import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import NamedTuple

from xuncha.language import gettext as _

_EPOCH = date(1899, 12, 30)
_SERIALS = range(36526, 73051)
"""Excel's numbers for the days from 2000 to 2099."""
_YEARS = range(1990, 2100)
_NUMERALS = str.maketrans("〇零○一二三四五六七八九", "000123456789")
_CHINESE_NUMBER = re.compile(r"[〇零○一二三四五六七八九十]+(?=\s*(?:年|月|日|号|季度))")
_LONG_TERM = re.compile(r"长期|持续(?:坚持|推进|整改|进行|开展|深化)|常态|长效|不间断|永久")
_AT_ONCE = re.compile(r"立行立改|立即整改|立改|即知即改|即行即改|边查边改|立即|马上就改|即时|当即")
_DAY = re.compile(
    r"(?:(?P<year>\d{4})\s*(?P<mark>[-./年])\s*)?(?P<month>\d{1,2})\s*(?:[-./]|月份?)\s*(?P<day>\d{1,2})(?!\d)\s*(?:日|号)?"
)
_COMPACT = re.compile(r"(?<!\d)(?P<year>20\d{2})(?P<month>\d{2})(?P<day>\d{2})(?!\d)")
_MONTH = re.compile(
    r"(?:(?P<year>\d{4})\s*[-./年]\s*)?(?P<month>\d{1,2})(?!\d)(?!个?月(?:之)?内)\s*(?:月份?)?\s*(?P<part>上旬|中旬|下旬|初|中|底|末)?"
)
_QUARTER = re.compile(r"(?:(?P<year>\d{4})\s*年?\s*)?(?:第\s*)?(?P<quarter>[1-4])\s*季度")
_HALF = re.compile(r"(?:(?P<year>\d{4})\s*年?\s*)?(?P<half>上半年|下半年|年底|年末|年内|全年|年终|底前|底)")
_YEAR = re.compile(r"(?P<year>20\d{2})\s*年?(?:\s*(?:前|以前|之前|完成))?")
_WITHIN = re.compile(r"(?P<months>\d{1,2})个?月(?:之)?内")
_PARTS = {"上旬": 10, "初": 10, "中旬": 20, "中": 15}
_MONTHS_AT_ONCE = 1


class Limit(NamedTuple):
    """A time limit."""

    day: date | None = None
    long_term: bool = False
    at_once: bool = False
    """To be done at once, without a day."""
    doubt: str = ""
    """What was assumed; empty where nothing was."""

    @property
    def understood(self) -> bool:
        """Whether anything was."""
        return self.day is not None or self.long_term or self.at_once


def plain(text: str) -> str:
    """The text with half-width digits and without blanks, Chinese numerals before 年, 月, 日 as digits."""
    text = "".join(unicodedata.normalize("NFKC", text).split())
    return _CHINESE_NUMBER.sub(lambda match: _arabic(match[0]), text)


def _arabic(numeral: str) -> str:
    """二〇二四 is 2024, 十二 is 12, 二十 is 20, 三十一 is 31."""
    if "十" not in numeral:
        return numeral.translate(_NUMERALS)
    tens, _ten, ones = numeral.partition("十")
    return str(int(tens.translate(_NUMERALS) or 1) * 10 + int(ones.translate(_NUMERALS) or 0))


def limit(value: object, form: str, feedback: date) -> Limit:
    """Understand the cell of a time limit.

    Args:
        value: as the workbook holds it.
        form: its number format.
        feedback: the day of the feedback, from which a year that is not written is counted.
    """
    if isinstance(value, datetime | date):
        return _of_date(value, form)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _of_number(value)
    text = plain(str(value or ""))
    long_term = bool(_LONG_TERM.search(text))
    found = _days(text, feedback)
    if found:
        day, doubt = max(found)
        if len({each for each, _doubt in found}) > 1:
            doubt = _("several days: the last, {day}, was taken").format(day=day)
        return Limit(day, long_term, doubt=doubt)
    return Limit(None, long_term, not long_term and bool(_AT_ONCE.search(text)))


def at_once(feedback: date) -> date:
    """The day for 立行立改: a month after the feedback, as is usual."""
    return _end_of(feedback.year, feedback.month + _MONTHS_AT_ONCE, feedback.day)


def later(feedback: date, months: int) -> date:
    """So many months after the feedback."""
    return _end_of(feedback.year, feedback.month + months, feedback.day)


def day_in(value: object, form: str, feedback: date) -> date | None:
    """The day that a cell tells, such as the day on which a measure was closed; None where it tells none."""
    return limit(value, form, feedback).day


def full_days(text: str) -> list[date]:
    """Every day in a text that is written with its year, in the order of the text."""
    text = plain(text)
    matches = sorted([*_DAY.finditer(text), *_COMPACT.finditer(text)], key=lambda match: match.start())
    days = [_day(int(match["year"] or 0), int(match["month"]), int(match["day"])) for match in matches]
    return [day for day in days if day]


def _of_date(value: datetime | date, form: str) -> Limit:
    day = value.date() if isinstance(value, datetime) else value
    long_term = "长期" in form
    if day.day == 1 and "d" not in re.sub(r'"[^"]*"|\[[^\]]*\]', "", form.lower()):
        return Limit(_end_of(day.year, day.month), long_term)  # only the month is shown
    return Limit(day, long_term)


def _of_number(value: float) -> Limit:
    if value == int(value) and int(value) in _SERIALS:
        day = _EPOCH + timedelta(days=int(value))
        return Limit(day, doubt=_("a bare number: taken for Excel's number of {day}").format(day=day))
    digits = f"{value:g}" if value < 10_000_000 else str(int(value))  # noqa: PLR2004  20240315
    if (match := _COMPACT.fullmatch(digits)) and (
        day_found := _day(int(match["year"]), int(match["month"]), int(match["day"]))
    ):
        return Limit(day_found)
    year, _stop, month = digits.partition(".")
    if int(year) in _YEARS and month.isdigit() and 1 <= int(month) <= 12:  # noqa: PLR2004
        day = _end_of(int(year), int(month))
        return Limit(day, doubt=_("a number: taken for the month that ends on {day}").format(day=day))
    if value == int(value) and int(value) in _YEARS:
        day = date(int(value), 12, 31)
        return Limit(day, doubt=_("only a year: its last day, {day}, was taken").format(day=day))
    return Limit()


def _days(text: str, feedback: date) -> list[tuple[date, str]]:
    """Every day that a text names, with what was assumed.

    Each kind of expression takes its words out of the text, so that the next, coarser kind does not read them again.
    """
    found: list[tuple[date, str]] = []
    years: list[int] = []

    def take(match: re.Match[str]) -> str:
        parts = match.groupdict()
        if parts.get("year"):
            years.append(int(parts["year"]))
        elif match.re is _MONTH and "月" not in match[0]:
            return match[0]
        reading = _read(parts, years[-1] if years else feedback.year, feedback)
        if reading is None:
            return match[0]
        found.append(reading if years or "months" in parts else _first_after(reading[0], feedback))
        return "，"

    for pattern in (_COMPACT, _DAY, _QUARTER, _MONTH, _HALF, _YEAR, _WITHIN):
        if not (found and pattern in {_YEAR, _WITHIN}):
            text = pattern.sub(take, text)
    return found


def _read(  # noqa: PLR0911  a kind of expression, a sentence
    parts: dict[str, str | None], year: int, feedback: date
) -> tuple[date, str] | None:
    if year not in _YEARS:
        return None
    if "months" in parts:
        day = later(feedback, int(parts["months"] or 0))
        return day, _("counted from the feedback: {day}").format(day=day)
    if "day" in parts:
        exact = _day(year, int(parts["month"] or 0), int(parts["day"] or 0))
        return (exact, "") if exact else None
    if "quarter" in parts:
        return _end_of(year, int(parts["quarter"] or 0) * 3), ""
    if "half" in parts:
        return _end_of(year, 6 if parts["half"] == "上半年" else 12), ""
    if "month" in parts:
        month = int(parts["month"] or 0)
        if not 1 <= month <= 12:  # noqa: PLR2004
            return None
        part = parts["part"]
        day = date(year, month, _PARTS[part]) if part in _PARTS else _end_of(year, month)
        return day, "" if part else _("only a month: its last day, {day}, was taken").format(day=day)
    day = date(year, 12, 31)
    return day, _("only a year: its last day, {day}, was taken").format(day=day)


def _first_after(day: date, feedback: date) -> tuple[date, str]:
    """The same day of the first year in which it is not before the feedback."""
    while day < feedback:
        day = _end_of(day.year + 1, day.month, day.day)
    return day, _("no year: the first after the feedback, {day}, was taken").format(day=day)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year in _YEARS else None
    except ValueError:
        return None


def _end_of(year: int, month: int, day: int = 31) -> date:
    """The day of a month, or its last one where it has fewer; months beyond December are those of later years."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))
