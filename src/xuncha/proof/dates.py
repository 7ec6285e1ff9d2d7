"""Dates: in the calendar, in order, with the year, and written as in official documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from xuncha.chinese.days import WrittenDate, in_words, is_span_mark, months_later
from xuncha.chinese.numbers import NUMBER, whole_number
from xuncha.language import gettext as _
from xuncha.language import mark
from xuncha.proof.chapter import Chapter, Mistakes, Text

RULES = Chapter()
_RELATIVE = re.compile(r"(?:[今去前当同本次翌每该上明]|同期)年?的?(?=$|[0-9一二三四五六七八九十])")
"""Words before the digits of a month that give its year without a number, such as 今年."""
_FUTURE_WORDS = re.compile(r"前|底|以前|之前|内|将|计划|预计|拟|力争|确保|目标|期限|时限|到期|有效")
_PERIOD = re.compile("(?:公示|受理|反馈|征求意见|完成|整改|办理)(?:期|时间|时限|截至|截止)")
_INSPECTION = re.compile("巡[察视]|进驻")
_NO_UNIT = "(?![年个项条件次人名户家万亿千百元余多页份台辆套平方公亩吨米里号室房栋座届版级度分秒小天周月日期批组支只本册字所处例起宗笔张把座株棵头匹斤克升部路])"
_YEAR = "(?:19|20)[0-9]{2}"
_LENGTH = rf"(?P<about>约|近|不到|超过)?(?P<number>{NUMBER})\s?(?P<unit>天|个月)(?![内前后以年])"
_DURATION = "(?:为期|历时|共计?|期限?为?|时间为?|集中|整改|公示|进驻|驻点)"
_LENGTH_BEFORE = re.compile(
    rf"{_DURATION}为?{_LENGTH}(?:的?[一-鿿]{{0,6}})?[（(，,：:]?\s?(?:时间)?[自从即为由]?\s?$"
)
_LENGTH_BEHIND = re.compile(rf"(?:止|结束)?[，,（(]?(?:[一-鿿]{{0,10}}?{_DURATION})?{_LENGTH}")
_LENGTH_OF_IT = re.compile(
    rf"[^。；;0-9]{{0,60}}?(?:为期|历时){_LENGTH}的?[^。；;，,]{{0,6}}(?:巡[察视]|整改|公示)"
)
"""A length after the name of who was inspected: 对某局开展了为期45天的巡察."""
_NEAR, _HALF_A_MONTH = 30, 16  # characters searched before a day; days by which months may differ


class LineDate(NamedTuple):
    """A date in the notice, with its line."""

    line: int
    date: WrittenDate


class CaseDates(NamedTuple):
    """The days of an inspection, its feedback and its notice."""

    started: LineDate | None
    ended: LineDate | None
    feedback: LineDate | None
    notice: LineDate | None


@lru_cache(maxsize=1)
def case_dates(text: Text) -> CaseDates:
    """Find the days of the inspection and the feedback in the opening, and the day of the notice in the last line that holds only a day."""
    notice_dates = text.notice.dates
    named = [LineDate(line, day) for line, days in enumerate(text.dates[: text.opening_end]) for day in days]
    first = {(each.date.month, each.date.day): each for each in reversed(named) if each.date.exact}
    read_days = (notice_dates.inspection_start, notice_dates.inspection_end, notice_dates.feedback)
    started, ended, feedback = (first.get((day.month, day.day)) if day else None for day in read_days)
    days = [(line, dates[0]) for line, dates in enumerate(text.dates) if len(dates) == 1 and dates[0].day]
    only_dates = [each for each in days if _words(text, *each) == text.texts[each[0]].strip("（）() ")]
    return CaseDates(started, ended, feedback, notice=LineDate(*only_dates[-1]) if only_dates else None)


def _words(text: Text, line: int, date: WrittenDate) -> str:
    return text.texts[line][date.start : date.end]


def _spans(text: Text) -> Iterator[tuple[int, WrittenDate, WrittenDate, date, date]]:
    """Yield the spans from one day to another, each with its line. A last day without its own year is in the year of the first day, or the next."""
    for line, dates in enumerate(text.dates):
        for since, until in pairwise(dates):
            first, last = since.exact, until.exact
            if first and last and is_span_mark(text.half_width[line][since.end : until.start]):
                next_year = last < first and not until.own_year
                yield line, since, until, first, months_later(last, 12) if next_year else last


@RULES.rule("date-impossible",
    why="Nothing can have happened on a day that is not in the calendar.",
    example="2024年2月{30→29}日，召开专题会议。",
)  # fmt: skip
def _date_impossible(text: Text) -> Mistakes:
    for line, dates in enumerate(text.dates):
        for mention in dates:
            if mention.is_impossible:
                message = _("{words} is not in the calendar", words=_words(text, line, mention))
                yield (line, mention.start), message, ""


@RULES.rule("date-order",
    why="First comes the inspection, then the feedback, then the notice.",
    example="2023年6月5日至9月8日，市委第五巡察组开展巡察，并于2023年{8→11}月10日反馈了巡察情况。",
)  # fmt: skip
def _date_order(text: Text) -> Mistakes:
    messages = (
        _("the inspection ends on {later}, before it begins on {earlier}"),
        _("the feedback is dated {later}, before the inspection ended on {earlier}"),
        _("the notice is dated {later}, before the feedback of {earlier}"),
    )
    for message, (before, after) in zip(messages, pairwise(case_dates(text)), strict=True):
        earlier, later = before and before.date.exact, after and after.date.exact
        if after and earlier and later and later < earlier:
            shown = message.format(earlier=in_words(earlier), later=in_words(later))
            yield (after.line, after.date.start), shown, ""
    message = _("the period ends on {later}, before it begins on {earlier}")
    inspected = case_dates(text).ended
    for line, _one, until, first, last in _spans(text):
        if last < first and (line, until) != inspected:
            shown = message.format(earlier=in_words(first), later=in_words(last))
            yield (line, until.start), shown, ""


@RULES.rule("span-length",
    why="The days of a period can be counted: its first and its last day already give their number.",
    example="集中整改期{45→92}天，从2024年3月1日至2024年5月31日。",
)  # fmt: skip
def _span_length(text: Text) -> Mistakes:
    """Find lengths in days or months next to two days that contradict them; for an inspection they may count working days."""
    message = _("“{words}”: from {earlier} to {later} there are {days} days")
    for line, since, until, first, last in _spans(text):
        words, days = text.half_width[line], (last - first).days + 1
        match = _LENGTH_BEFORE.search(words, max(0, since.start - _NEAR), since.start)
        match = match or _LENGTH_BEHIND.match(words, until.end) or _LENGTH_OF_IT.match(words, until.end)
        number = whole_number(match["number"]) if match else None
        if match and number and days > 0 and not match["about"]:
            working = _INSPECTION.search(words) and abs(number - days * 5 / 7) <= _HALF_A_MONTH / 2
            fits = number in {days, days - 1} or bool(working)
            if match["unit"] == "个月":
                fits = abs((months_later(first, number) - last).days) <= _HALF_A_MONTH
            if not fits:
                start, end = match.start("number"), match.end("unit")
                days_named = {"earlier": in_words(first), "later": in_words(last), "days": days}
                shown = message.format(words=words[start:end], **days_named)
                yield (line, start), shown, _("count again, and correct one of them")


@RULES.rule("date-after-notice", "warning",
    why="A notice cannot report what was done after its own date.",
    example="一是加强培训。2024年{5→3}月，组织专题培训。\n二是健全制度。\n2024年4月18日",
)  # fmt: skip
def _date_after_notice(text: Text) -> Mistakes:
    notice = case_dates(text).notice
    day = notice.date.exact if notice else None
    for line, dates in enumerate(text.dates if day else ()):
        for each in dates:
            # A date without its own year has the year of the date before it, unless words such as 每年 are there.
            words, start = text.half_width[line], each.start
            dated = each.own_year or not _RELATIVE.search(words[max(0, start - 4) : start + 3])
            later = dated and each.month and each.first and day and each.first > day
            period = _PERIOD.search(words, max(0, start - 24), start)
            if later and not period and not _FUTURE_WORDS.search(words[max(0, start - 8) : each.end + 12]):
                message = _("{words} is after the day of the notice", words=_words(text, line, each))
                yield (line, each.start), message, ""


@RULES.rule("date-year", "warning",
    why="A notice is read for years: each paragraph gives the year with its first date, and again when the year changes.",
    example="{→2024年}3月15日，召开专题会议。",
)  # fmt: skip
def _date_year(text: Text) -> Mistakes:
    """Find months without a year: none stands before them in the line, or they seem to go back in time."""
    for line, dates in enumerate(text.dates):
        before: WrittenDate | None = None
        for mention in dates:
            if mention.month is None:
                before = mention if mention.own_year else before
                continue
            words = _words(text, line, mention)
            around = text.texts[line][max(0, mention.start - 4) : mention.start + 3]
            if mention.own_year or _RELATIVE.search(around):
                pass
            elif mention.year is None:
                yield (line, mention.start), _("{words} has no year", words=words), _("add the year")
                break
            elif before and before.month and mention.month < before.month:
                message = _("after {before}, the year of {words} is not clear")
                shown = message.format(before=_words(text, line, before), words=words)
                yield (line, mention.start), shown, _("add the year")
            before = mention


RULES.pattern("year-bare", "error",
    rf"(?<![0-9A-Za-z〔\[（(.\-—－/])(199[0-9]|20[0-4][0-9])(?=[\u4e00-\u9fff]){_NO_UNIT}(.{{0,2}})",
    mark("“{words}” lacks {mark}"), instead=r"\1年\2", mark="年",
    why="A year is followed by 年.",
    example="2023{→年}以来，组织专题培训。",
)  # fmt: skip

RULES.pattern("date-form", "note",
    rf"(?<![0-9.\-/]){_YEAR}(?P<mark>[.\-/])[0-9]{{1,2}}(?P=mark)[0-9]{{1,2}}(?![0-9.\-/])"
    "|(?<=年)0[1-9]月(?:[0-9]{1,2}日)?|(?<=月)0[1-9]日"
    "|(?<![0-9〇一二三四五六七八九.])[0-9]{2}年(?=[0-9]{1,2}月|以来|底|初|度)",
    mark("“{words}” is not in the date form of official documents"), hint=mark("write it like {example}"), mark="2024年4月18日",
    why="A date is written 2024年4月18日: with 年, 月 and 日, the full year, and no leading zeros (GB/T 9704-2012, 7.3.5.4).",
    example="2024{.4.18→年4月18日}，召开专题会议。",
)  # fmt: skip

RULES.pattern("range-dash", "note",
    rf"(?<![0-9])({_YEAR}年?)[-－~]({_YEAR}年)",
    mark("“{words}” has a hyphen instead of a dash"), instead=r"\1—\2",
    why="A range of years has a dash as long as a character (GB/T 15834-2011, 4.13.3).",
    example="《三年行动计划（2023{-→—}2025年）》",
)  # fmt: skip
