"""Read time limits written in words: 2024年3月底前, 一季度, 三个月内, 立行立改, 长期坚持."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple

from xuncha.chinese.days import WrittenDate, ambiguous, find_dates, months_later
from xuncha.chinese.numbers import NUMBER, whole_number
from xuncha.language import gettext as _

_LONG_TERM: Final = re.compile(r"长期|持续(?:坚持|推进|整改|进行|开展|深化)|常态|长效|不间断|永久")
_AT_ONCE: Final = re.compile(r"立行立改|立即整改|立改|即知即改|即行即改|边查边改|立即|马上就改|即时|当即")
_MONTHS_WITHIN: Final = re.compile(rf"(?P<months>{NUMBER})个?月(?:之)?内")
_SHORT_YEAR: Final = re.compile(r"(?<![0-9./-])[0-9]{1,2}([-./])[0-9]{1,2}\1[0-9]{1,2}(?![0-9])")
"""A date such as 3/4/26, in which any of the three numbers may be the year."""
_EARLIEST: Final = re.compile(
    r"不得?(?:早|先)于|不在[^，。；]{1,12}之?前|(?:[日号月年底]|季度)(?:之|以)后|(?:[0-9][日号月年]|底|季度)后(?!续)"
)
"""Words that make a day the earliest time, and not a time limit: 不早于, 月底以后, 6月后."""
_OCCASION: Final = re.compile("年?(?![底末终初内度]|[以之]前)[^0-9，。；]{1,8}前(?![期置])")
_CLOCK: Final = re.compile(r"(?<=[0-9])[\sT]+[0-9]{1,2}:[0-9]{2}(?::[0-9.]+)?(?![0-9])")
"""A time of day after a date. Once the blanks are removed, its digits would join those of the date."""


class Limit(NamedTuple):
    """A time limit."""

    day: date | None = None
    long_term: bool = False
    at_once: bool = False
    doubt: str = ""  # message on what was assumed; empty if nothing was

    @property
    def has_value(self) -> bool:
        """Whether the text names a day, a long term, or an immediate task."""
        return self.day is not None or self.long_term or self.at_once


def limit(text: str, feedback: date | None = None) -> Limit:
    """Read a time limit from a cell, or from the text after a label such as 整改时限：. Of several days, the last one counts.

    A span such as 三个月内 is counted from the day of the feedback. A day without a year is not taken.
    """
    text = "".join(_CLOCK.sub("", unicodedata.normalize("NFKC", text)).split())
    long_term = bool(_LONG_TERM.search(text))
    at_once = not long_term and bool(_AT_ONCE.search(text))
    if doubt := _refusal_reason(text):
        return Limit(None, long_term, at_once, doubt)
    others = _MONTHS_WITHIN.sub("，", text)
    named = list(find_dates(others, in_cell=True))
    exact = [each for each in named if each.month or each.quarter or each.part]
    # 2024年国庆节前 names an occasion, and no end of the year.
    if not exact and not any(_OCCASION.match(others, each.end) for each in named):
        exact = named
    if any(each.year is None for each in exact):
        return Limit(None, long_term, at_once, _("no year given: not imported"))
    candidates = [last for each in exact if (last := _last_day(each))]
    within = _MONTHS_WITHIN.search(text)
    if not candidates and feedback and within and (months := whole_number(within["months"])) is not None:
        day = months_later(feedback, months)
        candidates = [(day, _("counted from the feedback: {day}", day=day))]
    if not candidates and (possible := ambiguous(text)):
        doubt = _("day and month cannot be told apart, {one} or {other}: not imported")
        return Limit(doubt=doubt.format(one=possible[0], other=possible[1]))
    if not candidates:
        return Limit(None, long_term, at_once)
    day, doubt = max(candidates)
    if len({each for each, _doubt in candidates}) > 1:
        doubt = _("several dates: the last, {day}, was used", day=day)
    return Limit(day, long_term, at_once, doubt)


def impossible_dates(text: str, *, in_cell: bool = False) -> Iterator[tuple[int, int, str]]:
    """Yield where each date begins and ends that the calendar does not have, such as 2024年2月30日, with a message on it."""
    for each in find_dates(text, in_cell=in_cell):
        words = text[each.start : each.end]
        # In a cell, 99.5 is a number, and 2月29日 has the year of the day before it.
        is_number = in_cell and words.isascii() and not each.own_year
        lacks_day = in_cell and each.year and each.day is not None and not each.exact
        if (each.is_impossible or lacks_day) and not is_number:
            yield each.start, each.end, _("{words} is not in the calendar: not read as a day", words=words)


def _refusal_reason(text: str) -> str:
    """Return the reason why a text that names days is not a time limit; empty if it may be one."""
    if short := _SHORT_YEAR.search(text):
        return _("the year in {text} is unclear: not imported", text=short[0])
    for _start, _end, message in impossible_dates(text, in_cell=True):
        return message
    if _EARLIEST.search(text):
        return _("an earliest date is not a time limit: not imported")
    alternatives = [any(find_dates(part, in_cell=True)) for part in text.split("或")]
    if sum(alternatives) > 1:
        return _("a choice of several dates: not imported")
    return ""


def _last_day(written: WrittenDate) -> tuple[date, str] | None:
    """Return the last day of a day or period, with a message on what was assumed; None if the calendar has no such day."""
    day = written.last
    if day is None:
        return None
    if written.day or written.quarter or written.part:
        return day, ""
    if written.month:
        return day, _("only a month: its last day, {day}, was used", day=day)
    return day, _("only a year: its last day, {day}, was used", day=day)


@lru_cache(maxsize=1024)  # the entries of a ledger name few different days
def days_with_year(text: str) -> tuple[date, ...]:
    """Find the days of a text that are written with their year, 20240418 included, in order."""
    return tuple(each.exact for each in find_dates(text, in_cell=True) if each.own_year and each.exact)
