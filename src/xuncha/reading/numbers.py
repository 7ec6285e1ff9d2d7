"""Numbers and days as notices write them: in digits of either width, and in Chinese."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from xuncha.chinese.numbers import value

NUMERAL = "[零〇一二两三四五六七八九十百千]"
"""A character of a number in Chinese."""
NUMBER = rf"(?:[0-9][0-9,]*(?:\.[0-9]+)?|{NUMERAL}{{1,9}})"
_DIGITS = "〇○零一二三四五六七八九"
_YEAR = rf"(?:[12][0-9]{{3}}|[{_DIGITS}OＯ]{{4}})"
_SMALL = "(?:[0-9]{1,2}|[一二三四五六七八九十廿]{1,3})"
_DAY = re.compile(
    rf"""(?:(?P<year>{_YEAR})\s*年\s*|(?P<other>[同当次翌今本去]年)\s*)?
         (?P<month>{_SMALL})\s*月\s*(?P<day>{_SMALL})\s*[日号]
       | (?P<y>[12][0-9]{{3}})\s?[-./]\s?(?P<m>[0-9]{{1,2}})\s?[-./]\s?(?P<d>[0-9]{{1,2}})(?![0-9])
       | (?P<alone>{_YEAR})\s*年""",
    re.VERBOSE,
)

_LONGEST_DAY = 40
"""Characters of a line that is a day."""


class Day(NamedTuple):
    """A day that a text names, and where."""

    date: date
    start: int
    end: int


def number(text: str) -> float | None:
    """The number that a text of the form NUMBER says; None where numerals say none."""
    plain = text.replace(",", "")
    return float(plain) if plain[:1].isascii() else value(plain)


def days(text: str, latest: date | None = None) -> list[Day]:
    """The days that a text names, each with the year that is meant where it names none.

    A day without a year has that of the day before it, and never lies before that one.

    Args:
        text: any.
        latest: where the first day names no year, it is the last such one that is not after this.
    """
    found: list[Day] = []
    year = None
    for match in _DAY.finditer(text):
        if match["alone"]:
            year = _year(match["alone"])
            continue
        before = found[-1].date if found else None
        if match["y"]:
            day = _date(int(match["y"]), int(match["m"]), int(match["d"]))
        else:
            month, number_ = _small(match["month"]), _small(match["day"])
            named = _named(match, before)
            day = (
                _date(named or year or 0, month, number_)
                if named or year
                else _before(latest, month, number_)
            )
            if day and not named and before and day < before:
                day = _date(day.year + 1, month, number_)
        if day:
            year = day.year
            found.append(Day(day, match.start(), match.end()))
    return found


def _named(match: re.Match[str], before: date | None) -> int | None:
    """The year that a day names by itself, or by that of the day before it."""
    if match["year"]:
        return _year(match["year"])
    if match["other"] and before:
        return before.year + (match["other"][0] in "次翌")
    return None


def only_day(text: str) -> date | None:
    """The day that a text consists of; None where it says more, or less."""
    found = [
        day for day in days(text) if not text[: day.start].strip() and not text[day.end :].strip(" 。.\t")
    ]
    return found[0].date if found else None


def _before(latest: date | None, month: int, number_: int) -> date | None:
    if latest is None:
        return None
    day = _date(latest.year, month, number_)
    return _date(latest.year - 1, month, number_) if day and day > latest else day


def _year(text: str) -> int:
    if text.isascii():
        return int(text)
    digits = text.replace("○", "〇").replace("O", "〇").replace("Ｏ", "〇").replace("零", "〇")
    return int("".join(str("〇一二三四五六七八九".index(character)) for character in digits))


def _small(text: str) -> int:
    return int(text) if text.isascii() else value(text.replace("廿", "二十")) or 0


def _date(year: int, month: int, number_: int) -> date | None:
    try:
        return date(year, month, number_)
    except ValueError:
        return None
