"""Days: of the calendar, in order, with their year, and written as an official document writes them."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from xuncha.chinese.days import in_words as written_out
from xuncha.language import gettext as _
from xuncha.proof.catalogue import Remark, rule
from xuncha.proof.text import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from xuncha.proof.text import Text

_TITLE = re.compile(r"《[^《》]{1,120}》")
_CHINESE_DIGITS = "〇一二三四五六七八九"
_SMALL = "[0-9]{1,2}|[一二三四五六七八九十]{1,3}"
_DATE = re.compile(
    rf"(?:(?P<year>(?<![0-9])(?:19|20)[0-9]{{2}}|二[〇○零Ｏ][〇○零Ｏ一二三四五六七八九]{{2}})年)?"
    rf"(?:(?<![0-9一二三四五六七八九十])(?P<month>{_SMALL})月(?!度|报|均|月)(?:(?P<day>{_SMALL})[日号])?)?"
)
_RELATIVE = re.compile(r"(?:今|去|前|当|同|本|次|翌|每|该|同期|上)年?(?:的)?$|每年$")
_SPAN = re.compile(r"(?:至|到|—|–|-|－|~|～|——)")
_BARE_YEAR = re.compile(
    r"(?<![0-9A-Za-z〔\[（(.\-—－/])(?:199[0-9]|20[0-4][0-9])(?=[\u4e00-\u9fff])(?![年个项条件次人名户家万亿千百元余多页份台辆套平方公亩吨米里号室房栋座届版级度分秒小天周月日期批组支只本册字所处例起宗笔张把座株棵头匹斤克升部路])"
)
_ISO = re.compile(
    r"(?<![0-9.\-/])(?:19|20)[0-9]{2}(?P<mark>[.\-/])[0-9]{1,2}(?P=mark)[0-9]{1,2}(?![0-9.\-/])"
)
_PADDED = re.compile(r"(?<=年)0[1-9]月(?:[0-9]{1,2}日)?|(?<=月)0[1-9]日")
_SHORT_YEAR = re.compile(r"(?<![0-9〇一二三四五六七八九.])[0-9]{2}年(?=[0-9]{1,2}月|以来|底|初|度)")
_YEARS = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}年?(?P<mark>[-－~])(?:19|20)[0-9]{2}年")
_FUTURE = re.compile(r"前|底|以前|之前|内|将|计划|预计|拟|力争|确保|目标|期限|时限|到期|有效")
_FEBRUARY = 2
_LEAP_YEAR = 2024
_MONTHS = 12


class Written(NamedTuple):
    """A date as it is written."""

    line: int
    start: int
    end: int
    words: str
    year: int | None
    """As written, or that of a date before it in the line."""
    month: int | None
    day: int | None
    own_year: bool

    @property
    def date(self) -> date | None:
        """The day; None where it is no day, or none of the calendar."""
        if self.year and self.month and self.day:
            try:
                return date(self.year, self.month, self.day)
            except ValueError:
                pass
        return None


@lru_cache(maxsize=1)
def dates(text: Text) -> tuple[tuple[Written, ...], ...]:
    """The years, months and days of a text, line by line."""
    return tuple(tuple(_dates(text, line)) for line in range(len(text.lines)))


def _dates(text: Text, line: int) -> Iterator[Written]:
    year: int | None = None
    # Years inside titles are not when something was done.
    words_outside = _TITLE.sub(lambda title: "\0" * len(title[0]), text.plain[line])
    for match in _DATE.finditer(words_outside):
        if not match[0]:
            continue
        if match["month"] and not (match["year"] or match["day"] or match["month"].isdigit()):
            continue  # 一月一调度 is no January
        own = _year(match["year"]) if match["year"] else None
        year = own or year
        month = number_of(match["month"]) if match["month"] else None
        day = number_of(match["day"]) if match["day"] else None
        words = text.texts[line][match.start() : match.end()]
        yield Written(line, match.start(), match.end(), words, year, month, day, bool(own))


def _year(written: str) -> int:
    if written.isdigit() and written.isascii():
        return int(written)
    digits = (("〇" if character in "○零Ｏ" else character) for character in written)
    return int("".join(str(_CHINESE_DIGITS.index(digit)) for digit in digits))


@rule(
    "date-impossible",
    "error",
    why="A day that the calendar does not have was never anybody's day.",
    wrong="2024年2月30日，召开专题会议。",
    right="2024年2月29日，召开专题会议。",
)
def date_impossible(text: Text) -> Iterator[Remark]:
    """Months after the twelfth, and days after the last of their month."""
    for written in (each for line in dates(text) for each in line):
        month, day = written.month, written.day
        if month is None:
            continue
        possible = 1 <= month <= _MONTHS and (
            day is None or 1 <= day <= monthrange(written.year or _LEAP_YEAR, month)[1]
        )
        if not possible:
            message = _("the calendar has no {words}").format(words=written.words)
            yield Remark(written.line, written.start, written.words, message)


class Course(NamedTuple):
    """The days by which an inspection is told."""

    started: Written | None
    ended: Written | None
    feedback: Written | None
    notice: Written | None


@lru_cache(maxsize=1)
def course(text: Text) -> Course:
    """The days of the inspection and of the feedback from the opening; the day of the notice from its end."""
    started = ended = feedback = None
    for line in range(text.opening):
        words = text.plain[line]
        found = dates(text)[line]
        for one, other in pairwise(found):
            between = words[one.end : other.start]
            if started is None and _SPAN.fullmatch(between) and re.search("巡[察视]|进驻", words):
                started, ended = one, other
        for one in found:
            behind = re.match(r"[^。；;]{0,25}?反馈", words[one.end :])
            if feedback is None and behind and one is not started and one is not ended and one.day:
                feedback = one
    return Course(started, ended, feedback, _day_of_notice(text))


def _day_of_notice(text: Text) -> Written | None:
    """The last line that is a day and nothing else."""
    for line in range(len(text.lines) - 1, -1, -1):
        found = dates(text)[line]
        if len(found) == 1 and found[0].day and found[0].words == text.texts[line].strip("（）() "):
            return found[0]
    return None


@rule(
    "date-order",
    "error",
    why="First comes the inspection, then the feedback, then the notice.",
    wrong="2023年6月5日至9月8日，市委第五巡察组开展巡察，并于2023年8月10日反馈了巡察情况。",
    right="2023年6月5日至9月8日，市委第五巡察组开展巡察，并于2023年11月10日反馈了巡察情况。",
)
def date_order(text: Text) -> Iterator[Remark]:
    """An inspection that ends before it begins, feedback before its end, a notice before the feedback."""
    told = course(text)
    pairs = [
        (told.started, told.ended, _("the inspection ends on {later}, before it begins on {earlier}")),
        (
            told.ended,
            told.feedback,
            _("the feedback is of {later}, before the inspection ended on {earlier}"),
        ),
        (told.feedback, told.notice, _("the notice is of {later}, before the feedback on {earlier}")),
    ]
    for earlier, later, message in pairs:
        if earlier and later and earlier.date and later.date and later.date < earlier.date:
            said = message.format(earlier=written_out(earlier.date), later=written_out(later.date))
            yield Remark(later.line, later.start, later.words, said)


@rule(
    "date-after-notice",
    "warning",
    why="A notice cannot tell of what was done after its own day.",
    wrong="一是加强培训。2024年5月，组织专题培训。\n二是健全制度。\n2024年4月18日",
    right="一是加强培训。2024年3月，组织专题培训。\n二是健全制度。\n2024年4月18日",
)
def date_after_notice(text: Text) -> Iterator[Remark]:
    """Days after that of the notice that are not said to be still to come."""
    day = course(text).notice
    if day is None or day.date is None:
        return
    for written in (each for line in dates(text) for each in line):
        if not (written.own_year and written.year and written.month and 1 <= written.month <= _MONTHS):
            continue
        later = (written.year, written.month, written.day or 0) > (
            day.date.year,
            day.date.month,
            day.date.day,
        )
        around = text.plain[written.line][max(0, written.start - 8) : written.end + 12]
        if later and written != day and not _FUTURE.search(around):
            message = _("{words} is after the day of the notice").format(words=written.words)
            yield Remark(written.line, written.start, written.words, message)


@rule(
    "date-year",
    "warning",
    why="A notice is read for years: each paragraph gives its first date with the year, and again where a new year begins.",
    wrong="3月15日，召开专题会议。",
    right="2024年3月15日，召开专题会议。",
)
def date_year(text: Text) -> Iterator[Remark]:
    """Months without a year: none stands before them in the line, or they seem to go back in time."""
    for line, found in enumerate(dates(text)):
        before: Written | None = None
        for written in found:
            if written.month is None:
                before = written if written.own_year else before
                continue
            relative = _RELATIVE.search(text.plain[line][max(0, written.start - 4) : written.start])
            if not written.own_year and not relative:
                if written.year is None:
                    message = _("{words} has no year").format(words=written.words)
                    yield Remark(written.line, written.start, written.words, message, _("add the year"))
                    break
                if before and before.month and written.month < before.month:
                    message = _("after {before}, the year of {words} is not clear").format(
                        before=before.words, words=written.words
                    )
                    yield Remark(written.line, written.start, written.words, message, _("add the year"))
            before = written


@rule(
    "year-bare",
    "error",
    why="A year is followed by 年.",
    wrong="2023以来，组织专题培训。",
    right="2023年以来，组织专题培训。",
)
def year_bare(text: Text) -> Iterator[Remark]:
    """Years without 年 before a word that is no unit."""
    for line, words in enumerate(text.plain):
        for match in _BARE_YEAR.finditer(words):
            shown = text.texts[line][match.start() : match.end() + 2]
            year = shown[:4]
            yield Remark(
                line,
                match.start(),
                shown,
                _("“{words}” lacks {mark}").format(words=shown, mark="年"),
                _("write {right}").format(right=f"{year}年{shown[4:]}"),
            )


@rule(
    "date-form",
    "note",
    why="A date is written 2024年4月18日: with 年, 月 and 日, the whole year, no noughts before a digit (GB/T 9704-2012, 7.3.5.4).",
    wrong="2024.4.18，召开专题会议。",
    right="2024年4月18日，召开专题会议。",
)
def date_form(text: Text) -> Iterator[Remark]:
    """Dates with dots, noughts, or half a year."""
    for line, words in enumerate(text.plain):
        for pattern in (_ISO, _PADDED, _SHORT_YEAR):
            for match in pattern.finditer(words):
                message = _("“{words}” is no date as official documents write it").format(words=match[0])
                yield Remark(
                    line,
                    match.start(),
                    match[0],
                    message,
                    _("write it like {example}").format(example="2024年4月18日"),
                )


@rule(
    "range-dash",
    "note",
    why="From one year to another goes a dash as long as a character (GB/T 15834-2011, 4.13.3).",
    wrong="《三年行动计划（2023-2025年）》",
    right="《三年行动计划（2023—2025年）》",
)
def range_dash(text: Text) -> Iterator[Remark]:
    """Ranges of years with a hyphen."""
    for line, words in enumerate(text.plain):
        for match in _YEARS.finditer(words):
            right = match[0].replace(match["mark"], "—")
            message = _("“{words}” has a hyphen for a dash").format(words=match[0])
            yield Remark(line, match.start(), match[0], message, _("write {right}").format(right=right))
